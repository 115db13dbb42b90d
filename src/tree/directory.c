/*
 * The loader of a directory. The root is held open; everything below it is opened from there by real paths,
 * which have no link in them, so a link that somebody puts in between is refused by the kernel.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "io/file.h"
#include "io/sys.h"
#include "tree/path.h"
#include "view.h"

#include <errno.h>
#include <fcntl.h>
#include <sealift/text.h>

enum { TEXT_SIZE = 300 };

struct directory_tree {
    struct sl_tree tree;
    int fd;
    char *path; /* of the root, absolute, without links; malloc'd by realpath() */
};

static struct directory_tree *own(struct sl_tree *tree)
{
    return (struct directory_tree *)tree;
}

/* What was listed and then is not there was taken away while we looked. That is not "not found", which
 * callers take for an answer. */
static int removed_meanwhile(struct sl_err *err)
{
    if (err->code == SL_E_NOT_FOUND)
        err->code = SL_E_IO;
    return -1;
}

static int fail_open(struct sl_str path, struct sl_err *err)
{
    char text[TEXT_SIZE];
    sl_fail_errno(err, SL_E_IO, "open %s", sl_escape(text, sizeof text, path));
    return removed_meanwhile(err);
}

static int open_place(struct sl_tree *tree, struct sl_str path, int flags, struct sl_err *err)
{
    int fd = sl_sys_open_beneath(own(tree)->fd, path.len ? path.ptr : ".", O_RDONLY | flags, 0);
    return fd < 0 ? fail_open(path, err) : fd;
}

/* -- list -- */

struct visit {
    struct sl_tree *tree;
    struct sl_node_list *out;
};

static enum sl_node_kind kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG:
        return SL_NODE_FILE;
    case S_IFDIR:
        return SL_NODE_DIRECTORY;
    case S_IFLNK:
        return SL_NODE_LINK;
    default:
        return SL_NODE_SPECIAL;
    }
}

static int visit_entry(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    struct visit *visit = context;
    struct sl_node node = {.name = sl_str_from(entry->path), .kind = kind_of(entry->info.st_mode)};
    if (node.kind == SL_NODE_FILE) {
        node.executable = (entry->info.st_mode & S_IXUSR) != 0;
        node.as.size = (uint64_t)entry->info.st_size;
    }
    return sl_node_list_add(visit->tree, visit->out, &node, err) < 0 ? -1 : 1;
}

static int list(struct sl_tree *tree, struct sl_place directory, struct sl_node_list *out, struct sl_err *err)
{
    SL_CLEANUP(sl_closep) int fd = open_place(tree, directory.path, O_DIRECTORY, err);
    struct visit visit = {tree, out};
    if (fd < 0)
        return -1;
    return sl_dir_walk(fd, visit_entry, &visit, err) < 0 ? removed_meanwhile(err) : 0;
}

/* -- links and files -- */

static int read_link(struct sl_tree *tree, struct sl_place link, struct sl_buf *target, struct sl_err *err)
{
    char text[TEXT_SIZE];
    char bytes[SL_PATH_MAX + 1];
    SL_CLEANUP(sl_buf_release) struct sl_buf parent;
    sl_buf_init(&parent, SL_PATH_MAX);
    sl_buf_str(&parent, sl_path_directory(link.path));
    if (sl_buf_check(&parent, "path", err) < 0)
        return -1;
    SL_CLEANUP(sl_closep) int fd = open_place(tree, sl_buf_view(&parent), O_DIRECTORY, err);
    if (fd < 0)
        return -1;
    ssize_t len = sl_sys_readlinkat(fd, sl_path_name(link.path).ptr, bytes, sizeof bytes);
    if (len < 0) {
        sl_fail_errno(err, SL_E_IO, "read the symbolic link %s", sl_escape(text, sizeof text, link.path));
        return removed_meanwhile(err);
    }
    sl_buf_append(target, bytes, (size_t)len);
    return 0;
}

static int read_file(struct sl_tree *tree, struct sl_place file, struct sl_str *bytes, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf content;
    sl_buf_init(&content, SL_TREE_FILE_MAX);
    if (sl_file_read_beneath(&content, own(tree)->fd, file.path.ptr, SL_TREE_FILE_MAX, err) < 0)
        return removed_meanwhile(err);
    return sl_tree_copy(tree, sl_buf_view(&content), bytes, err);
}

static int check_regular(int fd, const char *text, struct sl_err *err)
{
    struct stat info;
    if (sl_sys_fstat(fd, &info) < 0)
        return sl_fail_errno(err, SL_E_IO, "look at %s", text);
    if (!S_ISREG(info.st_mode))
        return sl_fail(err, SL_E_INPUT, "%s was a file and is none any more", text);
    return 0;
}

static int open_source(struct sl_tree *tree, struct sl_place file, struct sl_source **out, struct sl_err *err)
{
    char text[TEXT_SIZE];
    /* O_NONBLOCK: were a fifo put here since the listing, the open would wait for a writer. */
    int fd = open_place(tree, file.path, O_NONBLOCK | O_NOCTTY, err);
    if (fd < 0)
        return -1;
    sl_escape(text, sizeof text, file.path);
    if (check_regular(fd, text, err) == 0 && sl_source_fd(out, fd, text, err) == 0)
        return 0;
    (void)sl_sys_close(fd);
    return removed_meanwhile(err);
}

/* -- revision -- */

/* The path is a question to git, not a way to files: those are read from the open root. */
static int describe(struct sl_tree *tree, struct sl_tree_revision *out, struct sl_err *err)
{
    struct sl_git *git = &tree->git;
    git_oid head;
    struct sl_str inside;
    int found = sl_git_open(git, own(tree)->path, err);
    if (found < 0)
        return -1;
    out->is_bare = found > 0 && git->api.repository_is_bare(git->repository) == 1;
    if (found == 0 || !sl_git_path_inside(git, own(tree)->path, &inside))
        return 0;
    out->is_git = true;
    out->shallow = git->api.repository_is_shallow(git->repository) == 1;
    int committed = sl_git_head(git, &head, err);
    if (committed < 0 || (committed > 0 && sl_git_describe(git, &head, out, err) < 0))
        return -1;
    int compared = sl_git_compare(git, inside, &tree->arena, out, err);
    /* Of 50,000 files the index has 7 MB, and nobody asks for it again. */
    (void)git->api.repository__cleanup(git->repository);
    return compared;
}

static int revision(struct sl_tree *tree, struct sl_tree_revision *out, struct sl_err *err)
{
    if (describe(tree, out, err) == 0)
        return 0;
    sl_git_close(&tree->git);
    return removed_meanwhile(err);
}

/* -- open and free -- */

static void free_tree(struct sl_tree *tree)
{
    struct directory_tree *self = own(tree);
    sl_closep(&self->fd);
    free(self->path);
    sl_tree_release(tree);
    free(self);
}

static const struct sl_tree_ops directory_ops = {
    .list = list,
    .read_link = read_link,
    .read = read_file,
    .source = open_source,
    .revision = revision,
    .free = free_tree,
};

int sl_tree_open_directory(struct sl_tree **out, const char *path, struct sl_err *err)
{
    char text[TEXT_SIZE];
    struct directory_tree *self = calloc(1, sizeof *self);
    if (!self)
        return sl_fail_memory(err);
    self->fd = -1;
    sl_tree_init(&self->tree, &directory_ops);
    SL_CLEANUP(sl_tree_freep) struct sl_tree *tree = &self->tree;

    sl_escape(text, sizeof text, sl_str_from(path));
    self->path = realpath(path, NULL);
    if (!self->path)
        return sl_fail_errno(err, SL_E_IO, "open the directory %s", text);
    self->fd = sl_sys_open(self->path, O_RDONLY | O_DIRECTORY, 0);
    if (self->fd < 0)
        return sl_fail_errno(err, SL_E_IO, "open the directory %s", text);
    *out = sl_steal(&tree);
    return 0;
}
