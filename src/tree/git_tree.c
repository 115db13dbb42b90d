/*
 * The loader of a git revision: everything comes from the object database of one repository, by object id.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "git_source.h"
#include "view.h"

#include <errno.h>
#include <sealift/text.h>

enum { TEXT_SIZE = 300 };

struct git_view {
    struct sl_tree tree;
    git_odb *objects;
    git_oid commit;
};

static struct git_view *own(struct sl_tree *tree)
{
    return (struct git_view *)tree;
}

/* Says that git cannot give an object; `result` is what libgit2 returned. */
static int fail_object(struct sl_tree *tree, int result, const char *verb, struct sl_str name,
                       struct sl_err *err)
{
    char text[TEXT_SIZE];
    sl_git_fail(&tree->git, err, "%s %s", verb, sl_escape(text, sizeof text, name));
    if (result != GIT_ENOTFOUND)
        return -1;
    return sl_hint(err,
                   "the repository is incomplete: a partial clone (fetch it without --filter), or damaged "
                   "(git fsck)");
}

/* -- list -- */

static int fill_size(struct git_view *self, struct sl_node *node, struct sl_err *err)
{
    char text[TEXT_SIZE];
    size_t size;
    git_object_t type;
    const struct sl_git_api *api = &self->tree.git.api;
    int result = api->odb_read_header(&size, &type, self->objects, &node->id);
    if (result < 0)
        return fail_object(&self->tree, result, "look at", node->name, err);
    if (type != GIT_OBJECT_BLOB)
        return sl_fail(err, SL_E_INPUT, "%s should be a file, but git has a %s for it",
                       sl_escape(text, sizeof text, node->name), api->object_type2string(type));
    node->as.size = size;
    return 0;
}

static int add_entry(struct git_view *self, const git_tree_entry *entry, struct sl_node_list *out,
                     struct sl_err *err)
{
    const struct sl_git_api *api = &self->tree.git.api;
    struct sl_node node = {.name = sl_str_from(api->tree_entry_name(entry)),
                           .id = *api->tree_entry_id(entry)};
    git_filemode_t mode = api->tree_entry_filemode(entry);
    switch (mode) {
    case GIT_FILEMODE_TREE:
        node.kind = SL_NODE_DIRECTORY;
        break;
    case GIT_FILEMODE_COMMIT:
        node.kind = SL_NODE_SUBMODULE;
        break;
    case GIT_FILEMODE_LINK:
        node.kind = SL_NODE_LINK;
        break;
    case GIT_FILEMODE_BLOB:
    case GIT_FILEMODE_BLOB_EXECUTABLE:
        node.executable = mode == GIT_FILEMODE_BLOB_EXECUTABLE;
        if (fill_size(self, &node, err) < 0)
            return -1;
        break;
    default:
        node.kind = SL_NODE_SPECIAL;
    }
    return sl_node_list_add(&self->tree, out, &node, err);
}

static int list(struct sl_tree *tree, struct sl_place directory, struct sl_node_list *out, struct sl_err *err)
{
    const struct sl_git_api *api = &tree->git.api;
    SL_CLEANUP(sl_git_tree_release) struct sl_git_tree object = {api, NULL};
    int result = api->tree_lookup(&object.it, tree->git.repository, &directory.node->id);
    if (result < 0)
        return fail_object(tree, result, "read from git", directory.path, err);
    for (size_t i = 0; i < api->tree_entrycount(object.it); i++)
        if (add_entry(own(tree), api->tree_entry_byindex(object.it, i), out, err) < 0)
            return -1;
    return 0;
}

/* -- links and files -- */

static int read_blob(struct sl_tree *tree, struct sl_place place, git_odb_object **out, struct sl_err *err)
{
    char text[TEXT_SIZE];
    const struct sl_git_api *api = &tree->git.api;
    int result = api->odb_read(out, own(tree)->objects, &place.node->id);
    if (result < 0)
        return fail_object(tree, result, "read from git", place.path, err);
    if (api->odb_object_type(*out) != GIT_OBJECT_BLOB)
        return sl_fail(err, SL_E_INPUT, "%s should be a file, but git has a %s for it",
                       sl_escape(text, sizeof text, place.path),
                       api->object_type2string(api->odb_object_type(*out)));
    return 0;
}

static struct sl_str bytes_of(const struct sl_git_odb_object *object)
{
    return (struct sl_str){object->api->odb_object_data(object->it),
                           object->api->odb_object_size(object->it)};
}

static int read_link(struct sl_tree *tree, struct sl_place link, struct sl_buf *target, struct sl_err *err)
{
    SL_CLEANUP(sl_git_odb_object_release) struct sl_git_odb_object object = {&tree->git.api, NULL};
    if (read_blob(tree, link, &object.it, err) < 0)
        return -1;
    sl_buf_str(target, bytes_of(&object));
    return 0;
}

static int read_file(struct sl_tree *tree, struct sl_place file, struct sl_str *bytes, struct sl_err *err)
{
    SL_CLEANUP(sl_git_odb_object_release) struct sl_git_odb_object object = {&tree->git.api, NULL};
    if (read_blob(tree, file, &object.it, err) < 0)
        return -1;
    return sl_tree_copy(tree, bytes_of(&object), bytes, err);
}

static int open_source(struct sl_tree *tree, struct sl_place file, struct sl_source **out, struct sl_err *err)
{
    if (file.node->as.size >= SL_GIT_STREAMED_MIN) {
        struct sl_git_blob_wanted wanted = {.size = file.node->as.size, .path = file.path};
        memcpy(wanted.id.bytes, file.node->id.id, sizeof wanted.id.bytes);
        int result = sl_git_source_stream(out, &tree->git, own(tree)->objects, &wanted, err);
        if (result != 0)
            return result < 0 ? -1 : 0;
    }
    SL_CLEANUP(sl_git_odb_object_release) struct sl_git_odb_object object = {&tree->git.api, NULL};
    if (read_blob(tree, file, &object.it, err) < 0 ||
        sl_git_source_object(out, &tree->git, object.it, err) < 0)
        return -1;
    object.it = NULL;
    return 0;
}

static int revision(struct sl_tree *tree, struct sl_tree_revision *out, struct sl_err *err)
{
    out->is_view = true;
    out->is_git = true;
    out->shallow = tree->git.api.repository_is_shallow(tree->git.repository) == 1;
    return sl_git_describe(&tree->git, &own(tree)->commit, out, err);
}

/* -- open and free -- */

static void free_tree(struct sl_tree *tree)
{
    if (own(tree)->objects)
        tree->git.api.odb_free(own(tree)->objects);
    sl_tree_release(tree);
    free(own(tree));
}

static const struct sl_tree_ops git_ops = {
    .has_ids = true,
    .list = list,
    .read_link = read_link,
    .read = read_file,
    .source = open_source,
    .revision = revision,
    .free = free_tree,
};

/* Finds the tree object that is the root of the view: that of the commit, or of `inside` in it. */
static int find_root(struct git_view *self, struct sl_str inside, const char *revision, struct sl_err *err)
{
    const struct sl_git_api *api = &self->tree.git.api;
    SL_CLEANUP(sl_git_commit_release) struct sl_git_commit commit = {api, NULL};
    SL_CLEANUP(sl_git_tree_release) struct sl_git_tree root = {api, NULL};
    SL_CLEANUP(sl_git_tree_entry_release) struct sl_git_tree_entry entry = {api, NULL};
    char text[TEXT_SIZE];
    char asked[TEXT_SIZE];
    if (api->commit_lookup(&commit.it, self->tree.git.repository, &self->commit) < 0 ||
        api->commit_tree(&root.it, commit.it) < 0)
        return sl_git_fail(&self->tree.git, err, "read the files of a commit");
    self->tree.root.id = *api->tree_id(root.it);
    if (inside.len == 0)
        return 0;
    int result = api->tree_entry_bypath(&entry.it, root.it, inside.ptr);
    if (result < 0 && result != GIT_ENOTFOUND)
        return sl_git_fail(&self->tree.git, err, "read the files of a commit");
    if (result < 0 || api->tree_entry_filemode(entry.it) != GIT_FILEMODE_TREE)
        return sl_fail(err, SL_E_USAGE, "the revision \"%s\" has no directory %s",
                       sl_escape(asked, sizeof asked, sl_str_from(revision)),
                       sl_escape(text, sizeof text, inside));
    self->tree.root.id = *api->tree_entry_id(entry.it);
    return 0;
}

static int open_at(struct git_view *self, const char *path, const char *revision, struct sl_err *err)
{
    struct sl_git *git = &self->tree.git;
    struct sl_str inside;
    int found = sl_git_open(git, path, err);
    if (found < 0)
        return -1;
    if (found == 0)
        return sl_fail(err, SL_E_USAGE, "it is not in a git repository");
    if (git->api.repository_odb(&self->objects, git->repository) < 0)
        return sl_git_fail(git, err, "open the objects of the git repository");
    if (!sl_git_path_inside(git, path, &inside))
        inside = SL_STR("");
    return sl_git_find_commit(git, revision, &self->commit, err) < 0 ? -1
                                                                     : find_root(self, inside, revision, err);
}

int sl_tree_open_git(struct sl_tree **out, const char *path, const char *revision, struct sl_err *err)
{
    char text[TEXT_SIZE];
    sl_escape(text, sizeof text, sl_str_from(path));
    struct git_view *self = calloc(1, sizeof *self);
    if (!self)
        return sl_fail_memory(err);
    sl_tree_init(&self->tree, &git_ops);
    SL_CLEANUP(sl_tree_freep) struct sl_tree *tree = &self->tree;

    /* libgit2 names its work tree without links, so the path has to be, to be found inside. */
    SL_CLEANUP(sl_freep) char *real = realpath(path, NULL);
    if (!real)
        return sl_fail_errno(err, SL_E_IO, "open the git repository %s", text);
    if (open_at(self, real, revision, err) < 0)
        return sl_wrap(err, "%s", text);
    *out = sl_steal(&tree);
    return 0;
}
