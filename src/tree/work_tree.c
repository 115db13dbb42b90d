/*
 * Whether the work tree is what the commit holds.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "git_repository.h"
#include "io/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sealift/text.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_SIZE = 300 };

/* A path that a sparse checkout leaves out is missing on purpose; libgit2 1.5 takes it for deleted. */
static bool is_left_out(const struct sl_git *git, git_index *index, const git_status_entry *entry,
                        const char *path)
{
    if (entry->status != GIT_STATUS_WT_DELETED)
        return false;
    const git_index_entry *known = git->api.index_get_bypath(index, path, 0);
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
    int root = sl_sys_open(git->api.repository_workdir(git->repository), O_PATH | O_DIRECTORY, 0);
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
    SL_CLEANUP(sl_git_blob_release) struct sl_git_blob blob = {&git->api, NULL};
    if (git->api.blob_lookup(&blob.it, git->repository, id) < 0)
        return false;
    size_t size = (size_t)git->api.blob_rawsize(blob.it);
    return sl_tree_read_lfs_pointer((struct sl_str){git->api.blob_rawcontent(blob.it), size}, out);
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
    if (git->api.attr_get(&filter, git->repository, GIT_ATTR_CHECK_FILE_THEN_INDEX, path, "filter") < 0 ||
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

/* Whether a path of the repository counts: it lies in the directory that is asked about, or is an untracked one around it
 * ("products/"). */
static bool counts(struct sl_str path, struct sl_str inside)
{
    if (inside.len == 0)
        return true;
    if (sl_str_ends_with(path, SL_STR("/")) && sl_str_starts_with(inside, path))
        return true;
    return sl_str_starts_with(path, inside) && path.len > inside.len && path.ptr[inside.len] == '/';
}

/* Whether the system says that a file of the work tree must not be read, whatever the reason. */
static bool is_unreadable(const struct sl_git *git, const char *path)
{
    SL_CLEANUP(sl_closep)
    int root = sl_sys_open(git->api.repository_workdir(git->repository), O_PATH | O_DIRECTORY, 0);
    SL_CLEANUP(sl_closep)
    int fd = root < 0 ? -1 : sl_sys_open_beneath(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    return root >= 0 && fd < 0 && (errno == EACCES || errno == EPERM);
}

/* One look at a work tree. */
struct look {
    const struct sl_git *git;
    git_index *index;
    struct sl_str inside; /* of the repository, what is asked about; empty: all of it */
    struct sl_str lowest; /* path of what changed */
    struct sl_tree_revision *out;
};

static void add_change(struct look *look, const char *changed)
{
    struct sl_str path = sl_str_from(changed);
    if (look->out->changed_count == 0 || sl_str_compare(path, look->lowest) < 0)
        look->lowest = path;
    look->out->changed_count++;
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
    if (!hidden || is_unreadable(git, entry->path))
        return 0;
    git_oid id;
    int result =
        git->api.repository_hashfile(&id, git->repository, entry->path, GIT_OBJECT_BLOB, entry->path);
    if (result == GIT_ENOTFOUND)
        return 0;
    if (result < 0)
        return sl_git_fail(git, err, "compare a file that git was told to overlook");
    if (git->api.oid_equal(&id, &entry->id))
        return 0;
    int same = is_lfs_content(git, entry->path, &entry->id, err);
    return same < 0 ? -1 : !same;
}

static int collect_unseen(struct look *look, struct sl_err *err)
{
    const struct sl_git *git = look->git;
    for (size_t i = 0; i < git->api.index_entrycount(look->index); i++) {
        const git_index_entry *entry = git->api.index_get_byindex(look->index, i);
        if (!counts(sl_str_from(entry->path), look->inside))
            continue;
        int changed = is_changed_unseen(git, entry, err);
        if (changed < 0)
            return -1;
        if (changed)
            add_change(look, entry->path);
    }
    return 0;
}

/* 1: something to tell; 0; -1. A directory that must not be read looks like one whose files were deleted. */
static int is_change(const struct sl_git *git, const git_status_entry *entry, git_index *index,
                     const char *path, struct sl_err *err)
{
    if (entry->status == GIT_STATUS_CURRENT || is_left_out(git, index, entry, path) ||
        (entry->status == GIT_STATUS_WT_DELETED && is_unreadable(git, path)))
        return 0;
    int same = is_unchanged_lfs(git, entry, err);
    return same < 0 ? -1 : !same;
}

static int collect_changes(struct look *look, git_status_list *list, struct sl_err *err)
{
    const struct sl_git *git = look->git;
    look->out->changed_count = 0;
    for (size_t i = 0; i < git->api.status_list_entrycount(list); i++) {
        const git_status_entry *entry = git->api.status_byindex(list, i);
        const git_diff_delta *delta =
            entry->index_to_workdir ? entry->index_to_workdir : entry->head_to_index;
        if (!delta || !counts(sl_str_from(delta->old_file.path), look->inside))
            continue;
        int change = is_change(git, entry, look->index, delta->old_file.path, err);
        if (change < 0)
            return -1;
        if (change)
            add_change(look, delta->old_file.path);
    }
    return collect_unseen(look, err);
}

static int fail_status(const struct sl_git *git, struct sl_err *err)
{
    sl_git_fail(git, err, "compare the work tree with HEAD");
    return sl_hint(err, "packing a revision does not need the work tree");
}

/* Has git overlook, in this process's copy of the index, what must not be read: asked to compare that, it gives up. True
 * where there is such a file. */
static bool overlook_unreadable(const struct look *look)
{
    const struct sl_git *git = look->git;
    bool any = false;
    for (size_t i = 0; i < git->api.index_entrycount(look->index); i++) {
        /* The index is ours, and is not written. */
        git_index_entry *entry = (git_index_entry *)git->api.index_get_byindex(look->index, i);
        if (!counts(sl_str_from(entry->path), look->inside) || !is_unreadable(git, entry->path))
            continue;
        entry->flags |= GIT_INDEX_ENTRY_VALID;
        any = true;
    }
    return any;
}

int sl_git_compare(const struct sl_git *git, struct sl_str inside, struct sl_arena *arena,
                   struct sl_tree_revision *out, struct sl_err *err)
{
    git_status_options options;
    if (git->api.status_options_init(&options, GIT_STATUS_OPTIONS_VERSION) < 0)
        return fail_status(git, err);
    options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
    options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_NO_REFRESH |
                    GIT_STATUS_OPT_DISABLE_PATHSPEC_MATCH | GIT_STATUS_OPT_SORT_CASE_SENSITIVELY;
    char directory[SL_PATH_MAX + 1];
    char *pathspec[] = {directory};
    if (inside.len > 0 && inside.len < sizeof directory) {
        (void)snprintf(directory, sizeof directory, SL_FMT, SL_ARG(inside));
        options.pathspec = (git_strarray){pathspec, 1};
    }

    SL_CLEANUP(sl_git_status_release) struct sl_git_status list = {&git->api, NULL};
    SL_CLEANUP(sl_git_index_release) struct sl_git_index index = {&git->api, NULL};
    if (git->api.repository_index(&index.it, git->repository) < 0)
        return fail_status(git, err);
    struct look look = {.git = git, .index = index.it, .inside = inside, .out = out};
    if (git->api.status_list_new(&list.it, git->repository, &options) < 0 &&
        (!overlook_unreadable(&look) || git->api.status_list_new(&list.it, git->repository, &options) < 0))
        return fail_status(git, err);
    if (collect_changes(&look, list.it, err) < 0)
        return -1;
    out->dirty = out->changed_count > 0;
    out->changed = sl_arena_str(arena, look.lowest);
    return out->changed.ptr ? 0 : sl_fail_memory(err);
}
