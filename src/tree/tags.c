#include "base/limits.h"
#include "view.h"

#include <stdlib.h>
#include <string.h>

static int copy_names(struct sl_tree *tree, const git_strarray *tags, struct sl_err *err)
{
    struct sl_str *names = sl_tree_alloc(tree, (tags->count + 1) * sizeof *names, err);
    if (!names)
        return -1;
    for (size_t i = 0; i < tags->count; i++)
        if (sl_tree_copy(tree, sl_str_from(tags->strings[i]), &names[i], err) < 0)
            return -1;
    tree->tags = names;
    tree->tag_count = tags->count;
    return 0;
}

static int compare_names(const void *left, const void *right)
{
    return sl_str_compare(*(const struct sl_str *)left, *(const struct sl_str *)right);
}

static int load(struct sl_tree *tree, struct sl_err *err)
{
    git_strarray tags = {0};
    if (tree->git.repository && tree->git.api.tag_list(&tags, tree->git.repository) < 0)
        return sl_git_fail(&tree->git, err, "list the tags of the git repository");
    if (tags.count > SL_TREE_FILES_MAX) {
        tree->git.api.strarray_dispose(&tags);
        return sl_fail(err, SL_E_LIMIT, "the git repository has more than %llu tags",
                       (unsigned long long)SL_TREE_FILES_MAX);
    }
    int result = copy_names(tree, &tags, err);
    if (tags.strings)
        tree->git.api.strarray_dispose(&tags);
    if (result == 0 && tree->tag_count > 1)
        qsort(tree->tags, tree->tag_count, sizeof tree->tags[0], compare_names);
    return result;
}

int sl_tree_tags(struct sl_tree *tree, const struct sl_str **names, size_t *count, struct sl_err *err)
{
    struct sl_tree_revision revision;
    /* Opens the repository. */
    if (sl_tree_revision(tree, &revision, err) < 0 || (!tree->tags && load(tree, err) < 0))
        return -1;
    *names = tree->tags;
    *count = tree->tag_count;
    return 0;
}

int sl_tree_tag_commit(struct sl_tree *tree, struct sl_str name, char commit[65], struct sl_err *err)
{
    struct sl_tree_revision revision;
    if (sl_tree_revision(tree, &revision, err) < 0)
        return -1;
    return tree->git.repository ? sl_git_tag_commit(&tree->git, name, commit, err) : 0;
}
