/*
 * Whether the work tree is what the commit holds.
 */
#include "base/cleanup.h"
#include "crypto/digest.h"
#include "git_repository.h"
#include "io/sys.h"

#include <fcntl.h>
#include <sealift/text.h>
#include <string.h>

enum { TEXT_SIZE = 300 };

static void free_index(git_index **index)
{
    git_index_free(*index);
}

static void free_status(git_status_list **list)
{
    git_status_list_free(*list);
}

/* A path that a sparse checkout leaves out is missing on purpose; libgit2 1.5 takes it for deleted. */
static bool is_left_out(git_index *index, const git_status_entry *entry, const char *path)
{
    if (entry->status != GIT_STATUS_WT_DELETED)
        return false;
    const git_index_entry *known = git_index_get_bypath(index, path, 0);
    return known && (known->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0;
}

static int fail_content(const char *path, struct sl_err *err)
{
    char text[TEXT_SIZE];
    return sl_fail_errno(err, SL_E_IO, "read %s of the work tree",
                         sl_escape(text, sizeof text, sl_str_from(path)));
}

/* Whether a file of the work tree has exactly the bytes that the pointer stands for. 1, 0, or -1. */
static int has_content(const struct sl_git *git, const char *path, const struct sl_lfs_pointer *pointer,
                       struct sl_err *err)
{
    SL_CLEANUP(sl_closep)
    int root = sl_sys_open(git_repository_workdir(git->repository), O_PATH | O_DIRECTORY, 0);
    if (root < 0)
        return fail_content(path, err);
    SL_CLEANUP(sl_closep) int fd = sl_sys_open_beneath(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    struct stat info;
    if (fd < 0 || sl_sys_fstat(fd, &info) < 0)
        return fail_content(path, err);
    if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size != pointer->size)
        return 0;

    unsigned char bytes[1 << 16];
    struct sl_sha256 state;
    struct sl_digest digest;
    ssize_t got;
    sl_sha256_init(&state);
    while ((got = sl_sys_read(fd, bytes, sizeof bytes)) > 0)
        sl_sha256_update(&state, bytes, (size_t)got);
    if (got < 0)
        return fail_content(path, err);
    sl_sha256_final(&state, &digest);
    return sl_digest_equal(&digest, &pointer->sha256) ? 1 : 0;
}

/* The pointer that the index has for a path: true when it has one. */
static bool find_pointer(const struct sl_git *git, const git_oid *id, struct sl_lfs_pointer *out)
{
    git_blob *blob = NULL;
    if (git_blob_lookup(&blob, git->repository, id) < 0)
        return false;
    size_t size = (size_t)git_blob_rawsize(blob);
    bool found = sl_tree_read_lfs_pointer((struct sl_str){git_blob_rawcontent(blob), size}, out);
    git_blob_free(blob);
    return found;
}

/*
 * Git LFS is a filter that git runs and libgit2 does not. Where a look at size and time does not do, after a
 * touch or right after a checkout, libgit2 compares the file with the pointer and calls it modified. It is
 * not when it is what the pointer stands for. 1, 0, or -1.
 */
static int is_lfs_content(const struct sl_git *git, const char *path, const git_oid *id, struct sl_err *err)
{
    const char *filter = NULL;
    struct sl_lfs_pointer pointer;
    if (git_attr_get(&filter, git->repository, GIT_ATTR_CHECK_FILE_THEN_INDEX, path, "filter") < 0 ||
        !filter || strcmp(filter, "lfs") != 0 || !find_pointer(git, id, &pointer))
        return 0;
    return has_content(git, path, &pointer, err);
}

/* 1 for a status that says modified where the file is what its Git LFS pointer stands for. */
static int is_unchanged_lfs(const struct sl_git *git, const git_status_entry *entry, struct sl_err *err)
{
    const git_diff_delta *delta = entry->index_to_workdir;
    if (entry->status != GIT_STATUS_WT_MODIFIED || !delta || delta->old_file.mode != delta->new_file.mode)
        return 0;
    return is_lfs_content(git, delta->old_file.path, &delta->old_file.id, err);
}

static void add_change(struct sl_str path, struct sl_str *lowest, struct sl_tree_revision *out)
{
    if (out->changed_count == 0 || sl_str_compare(path, *lowest) < 0)
        *lowest = path;
    out->changed_count++;
}

/*
 * `git update-index --assume-unchanged` and `--skip-worktree` ask git to look away, and it does. What is
 * packed is the file as it is, so these few are looked at all the same. 1 when it is not what the index has,
 * 0, or -1.
 */
static int is_changed_unseen(const struct sl_git *git, const git_index_entry *entry, struct sl_err *err)
{
    bool hidden = (entry->flags & GIT_INDEX_ENTRY_VALID) != 0 ||
                  (entry->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0;
    if (!hidden)
        return 0;
    git_oid id;
    int result = git_repository_hashfile(&id, git->repository, entry->path, GIT_OBJECT_BLOB, entry->path);
    if (result == GIT_ENOTFOUND)
        return 0;
    if (result < 0)
        return sl_git_fail(err, "compare a file that git was told to overlook");
    if (git_oid_equal(&id, &entry->id))
        return 0;
    int same = is_lfs_content(git, entry->path, &entry->id, err);
    return same < 0 ? -1 : !same;
}

static int collect_unseen(const struct sl_git *git, git_index *index, struct sl_str *lowest,
                          struct sl_tree_revision *out, struct sl_err *err)
{
    for (size_t i = 0; i < git_index_entrycount(index); i++) {
        const git_index_entry *entry = git_index_get_byindex(index, i);
        int changed = is_changed_unseen(git, entry, err);
        if (changed < 0)
            return -1;
        if (changed)
            add_change(sl_str_from(entry->path), lowest, out);
    }
    return 0;
}

static int collect_changes(const struct sl_git *git, git_status_list *list, git_index *index,
                           struct sl_arena *arena, struct sl_tree_revision *out, struct sl_err *err)
{
    struct sl_str lowest = {NULL, 0};
    out->changed_count = 0;
    for (size_t i = 0; i < git_status_list_entrycount(list); i++) {
        const git_status_entry *entry = git_status_byindex(list, i);
        const git_diff_delta *delta =
            entry->index_to_workdir ? entry->index_to_workdir : entry->head_to_index;
        if (entry->status == GIT_STATUS_CURRENT || !delta || is_left_out(index, entry, delta->old_file.path))
            continue;
        int same = is_unchanged_lfs(git, entry, err);
        if (same < 0)
            return -1;
        if (same)
            continue;
        add_change(sl_str_from(delta->old_file.path), &lowest, out);
    }
    if (collect_unseen(git, index, &lowest, out, err) < 0)
        return -1;
    out->dirty = out->changed_count > 0;
    out->changed = sl_arena_str(arena, lowest);
    return out->changed.ptr ? 0 : sl_fail_memory(err);
}

static int fail_status(struct sl_err *err)
{
    sl_git_fail(err, "compare the work tree with HEAD");
    return sl_hint(err, "packing a revision does not need the work tree");
}

int sl_git_compare(const struct sl_git *git, struct sl_arena *arena, struct sl_tree_revision *out,
                   struct sl_err *err)
{
    git_status_options options;
    if (git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION) < 0)
        return fail_status(err);
    options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
    options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_NO_REFRESH |
                    GIT_STATUS_OPT_DISABLE_PATHSPEC_MATCH | GIT_STATUS_OPT_SORT_CASE_SENSITIVELY;

    SL_CLEANUP(free_status) git_status_list *list = NULL;
    SL_CLEANUP(free_index) git_index *index = NULL;
    if (git_repository_index(&index, git->repository) < 0 ||
        git_status_list_new(&list, git->repository, &options) < 0)
        return fail_status(err);
    return collect_changes(git, list, index, arena, out, err);
}
