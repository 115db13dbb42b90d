#include "base/cleanup.h"
#include "base/limits.h"
#include "resolve.h"
#include "tree/path.h"

#include <sealift/text.h>

enum { TEXT_SIZE = 250 };

void sl_tree_free(struct sl_tree *tree)
{
    if (tree)
        tree->ops->free(tree);
}

void sl_tree_freep(struct sl_tree **tree)
{
    sl_tree_free(*tree);
    *tree = NULL;
}

void sl_tree_set_guard(struct sl_tree *tree, sl_tree_guard guard, void *context)
{
    tree->guard = guard;
    tree->guard_context = context;
    tree->guard_number++;
}

static const char *shown(char out[TEXT_SIZE], struct sl_str path)
{
    return sl_escape(out, TEXT_SIZE, path.len ? path : SL_STR("."));
}

static int fail_special(struct sl_str path, struct sl_err *err)
{
    char text[TEXT_SIZE];
    return sl_fail(err, SL_E_INPUT, "%s is a device, pipe or socket, and only files can be used",
                   shown(text, path));
}

/* Resolves a path that has to be a file. */
static int resolve_file(struct sl_tree *tree, struct sl_str path, struct sl_resolved *out, struct sl_err *err)
{
    char text[TEXT_SIZE];
    int result = sl_tree_resolve(tree, path, out, err);
    if (result < 0)
        return -1;
    if (result == 0)
        return sl_fail_missing(path, out, err);
    if (out->node->kind == SL_NODE_SPECIAL)
        return fail_special(path, err);
    if (out->node->kind != SL_NODE_FILE)
        return sl_fail(err, SL_E_INPUT, "%s is a directory, not a file", shown(text, path));
    return 0;
}

/* What a link leads to, as the entry that stands for it. One that must not be used or leads to nothing stays
 * an empty file, so that whoever touches it is told. */
static int look_behind_link(struct sl_tree *tree, const struct sl_listing *listing,
                            struct sl_tree_entry *entry, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf path;
    SL_CLEANUP(sl_resolved_release) struct sl_resolved resolved = {0};
    sl_buf_init(&path, SL_PATH_MAX);
    sl_buf_str(&path, listing->path);
    if (path.len)
        sl_buf_byte(&path, '/');
    sl_buf_str(&path, entry->name);
    if (path.fail == SL_E_LIMIT)
        return 0;
    if (sl_buf_check(&path, "path", err) < 0)
        return -1;
    int result = sl_tree_resolve(tree, sl_buf_view(&path), &resolved, err);
    if (result < 0 && (err->code == SL_E_NO_MEMORY || err->code == SL_E_IO))
        return -1;
    if (result < 0)
        sl_err_clear(err);
    if (result > 0 && resolved.node->kind != SL_NODE_SPECIAL) {
        bool is_file = resolved.node->kind == SL_NODE_FILE;
        entry->kind = is_file ? SL_TREE_FILE : SL_TREE_DIRECTORY;
        entry->executable = is_file && resolved.node->executable;
        entry->size = is_file ? resolved.node->as.size : 0;
    }
    return 0;
}

static int make_entries(struct sl_tree *tree, struct sl_listing *listing, struct sl_err *err)
{
    struct sl_tree_entry *entries = sl_tree_alloc(tree, listing->count * sizeof *entries, err);
    if (!entries)
        return -1;
    for (size_t i = 0; i < listing->count; i++) {
        const struct sl_node *node = &listing->nodes[i];
        entries[i].name = node->name;
        switch (node->kind) {
        case SL_NODE_FILE:
            entries[i].executable = node->executable;
            entries[i].size = node->as.size;
            break;
        case SL_NODE_DIRECTORY:
        case SL_NODE_SUBMODULE:
            entries[i].kind = SL_TREE_DIRECTORY;
            break;
        case SL_NODE_LINK:
            listing->has_links = true;
            if (look_behind_link(tree, listing, &entries[i], err) < 0)
                return -1;
            break;
        case SL_NODE_SPECIAL:
            break;
        }
    }
    listing->entries = entries;
    listing->guard_number = tree->guard_number;
    return 0;
}

int sl_tree_list(struct sl_tree *tree, struct sl_str directory, const struct sl_tree_entry **entries,
                 size_t *count, struct sl_err *err)
{
    char text[TEXT_SIZE];
    SL_CLEANUP(sl_resolved_release) struct sl_resolved resolved = {0};
    int result = sl_tree_resolve(tree, directory, &resolved, err);
    if (result < 0)
        return -1;
    if (result == 0)
        return sl_fail_missing(directory, &resolved, err);
    if (resolved.node->kind == SL_NODE_SUBMODULE)
        return sl_fail_submodule(directory, err);
    if (resolved.node->kind != SL_NODE_DIRECTORY)
        return sl_fail(err, SL_E_INPUT, "%s is not a directory", shown(text, directory));
    struct sl_listing *listing;
    if (sl_tree_listing(tree, sl_resolved_place(&resolved), &listing, err) < 0)
        return -1;
    bool outdated = listing->has_links && listing->guard_number != tree->guard_number;
    if ((!listing->entries || outdated) && make_entries(tree, listing, err) < 0)
        return -1;
    *entries = listing->entries;
    *count = listing->count;
    return 0;
}

int sl_tree_real_path(struct sl_tree *tree, struct sl_str path, struct sl_arena *arena, struct sl_str *out,
                      struct sl_err *err)
{
    SL_CLEANUP(sl_resolved_release) struct sl_resolved resolved = {0};
    int result = sl_tree_resolve(tree, path, &resolved, err);
    if (result <= 0)
        return result;
    *out = sl_arena_str(arena, sl_buf_view(&resolved.path));
    return out->ptr ? 1 : sl_fail_memory(err);
}

int sl_tree_stat(struct sl_tree *tree, struct sl_str path, struct sl_tree_entry *out, struct sl_err *err)
{
    SL_CLEANUP(sl_resolved_release) struct sl_resolved resolved = {0};
    int result = sl_tree_resolve(tree, path, &resolved, err);
    if (result <= 0)
        return result;
    if (resolved.node->kind == SL_NODE_SPECIAL)
        return fail_special(path, err);
    bool is_file = resolved.node->kind == SL_NODE_FILE;
    if (out)
        *out = (struct sl_tree_entry){.name = sl_path_name(path),
                                      .kind = is_file ? SL_TREE_FILE : SL_TREE_DIRECTORY,
                                      .executable = is_file && resolved.node->executable,
                                      .size = is_file ? resolved.node->as.size : 0};
    return 1;
}

/* Reads a file that is not kept yet, and keeps it. */
static int load(struct sl_tree *tree, struct sl_place file, struct sl_str *bytes, struct sl_err *err)
{
    struct sl_str *kept = sl_tree_alloc(tree, sizeof *kept, err);
    struct sl_str key;
    if (!kept || sl_tree_copy(tree, file.path, &key, err) < 0 || tree->ops->read(tree, file, kept, err) < 0 ||
        sl_map_put(&tree->contents, key, kept, err) < 0)
        return -1;
    *bytes = *kept;
    return 0;
}

int sl_tree_read(struct sl_tree *tree, struct sl_str path, struct sl_str *bytes, struct sl_err *err)
{
    char text[TEXT_SIZE];
    char size[16];
    char limit[16];
    SL_CLEANUP(sl_resolved_release) struct sl_resolved resolved = {0};
    if (resolve_file(tree, path, &resolved, err) < 0)
        return -1;
    struct sl_place place = sl_resolved_place(&resolved);
    const struct sl_str *kept = sl_map_get(&tree->contents, place.path);
    if (kept) {
        *bytes = *kept;
        return 0;
    }
    if (resolved.node->as.size > SL_TREE_FILE_MAX)
        return sl_fail(err, SL_E_LIMIT, "%s has %s; a file of this kind may have at most %s",
                       shown(text, path), sl_size_text(size, resolved.node->as.size),
                       sl_size_text(limit, SL_TREE_FILE_MAX));
    return load(tree, place, bytes, err);
}

int sl_tree_source(struct sl_tree *tree, struct sl_str path, struct sl_source **out, struct sl_err *err)
{
    SL_CLEANUP(sl_resolved_release) struct sl_resolved resolved = {0};
    if (resolve_file(tree, path, &resolved, err) < 0)
        return -1;
    struct sl_place place = sl_resolved_place(&resolved);
    const struct sl_str *kept = sl_map_get(&tree->contents, place.path);
    return kept ? sl_source_memory(out, *kept, err) : tree->ops->source(tree, place, out, err);
}

ssize_t sl_tree_peek(struct sl_tree *tree, struct sl_str path, void *out, size_t size, struct sl_err *err)
{
    size_t have = 0;
    ssize_t got = 1;
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    if (sl_tree_source(tree, path, &source, err) < 0)
        return -1;
    while (have < size && got > 0) {
        got = sl_source_read(source, (char *)out + have, size - have, err);
        if (got > 0)
            have += (size_t)got;
    }
    return got < 0 ? -1 : (ssize_t)have;
}

_Static_assert(sizeof(git_oid) == SL_SHA1_BYTES, "git's ids are SHA-1");

int sl_tree_blob_id(struct sl_tree *tree, struct sl_str path, struct sl_blob_id *out, struct sl_err *err)
{
    SL_CLEANUP(sl_resolved_release) struct sl_resolved resolved = {0};
    if (!tree->ops->has_ids)
        return sl_fail(err, SL_E_INTERNAL, "a directory knows no ids of git");
    if (resolve_file(tree, path, &resolved, err) < 0)
        return -1;
    memcpy(out->bytes, resolved.node->id.id, sizeof out->bytes);
    return 0;
}

int sl_tree_revision(struct sl_tree *tree, struct sl_tree_revision *out, struct sl_err *err)
{
    if (!tree->revision) {
        struct sl_tree_revision *revision = sl_tree_alloc(tree, sizeof *revision, err);
        if (!revision || tree->ops->revision(tree, revision, err) < 0)
            return -1;
        tree->revision = revision;
    }
    *out = *tree->revision;
    return 0;
}

int sl_tree_first_parent_count(struct sl_tree *tree, uint64_t *out, struct sl_err *err)
{
    struct sl_tree_revision revision;
    git_oid commit;
    if (sl_tree_revision(tree, &revision, err) < 0)
        return -1;
    if (!revision.is_git)
        return sl_fail(err, SL_E_INPUT,
                       "the directory is not in a git repository: there are no commits to count");
    if (revision.commit[0] == '\0')
        return sl_fail(err, SL_E_INPUT,
                       "nothing is committed in the git repository: there are no commits to count");
    if (tree->git.api.oid_fromstr(&commit, revision.commit) < 0)
        return sl_git_fail(&tree->git, err, "read the commit id %s", revision.commit);
    return sl_git_count_first_parents(&tree->git, &commit, out, err);
}
