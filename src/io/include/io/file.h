/*
 * Files and directories, written so that a kill or a power cut leaves the old or the new state.
 * sl_file_read() and sl_file_create(), for files the user named, are in sealift/file.h.
 */
#ifndef IO_FILE_H
#define IO_FILE_H

#include "io/stream.h"
#include <sealift/file.h>
#include <sys/stat.h>

/* Appends the whole of a regular file below `dir` to `out`, no link followed; anything but a regular file is
 * SL_E_INPUT, more than `max` bytes SL_E_LIMIT. */
int sl_file_read_beneath(struct sl_buf *out, int dir, const char *path, size_t max,
                         struct sl_err *err) SL_MUST_USE;

/*
 * Replaces `name`, one plain name, in `dir` atomically and durably: a temporary file beside it (O_EXCL, name
 * + ".tmp"; one left by a kill is removed first, so callers hold a lock where two could meet), write, fchmod,
 * fsync, rename, fsync of `dir`. When it fails, `name` is what it was, or already the new content where only
 * the last fsync failed.
 */
int sl_file_replace(int dir, const char *name, struct sl_str content, mode_t mode,
                    struct sl_err *err) SL_MUST_USE;

/*
 * A new file at a path the user named, as a sink: it gets its name and `mode` only by sl_sink_finish() after fsync. An
 * existing file at PATH is replaced when `replace`, else SL_E_EXISTS (checked first and, by a link or rename that does not
 * replace, last). Two writers do not meet: each writes a file of its own, and PATH is one of them, whole.
 *
 * Until then the file has no name where the file system can do that (ext4, XFS, Btrfs, tmpfs), so that nothing is left
 * however the process ends. Elsewhere (FAT, NFS) it is "PATH.partial", or the first of "PATH.partial-2" to "PATH.partial-99"
 * that is free: what has such a name already is somebody's, and never touched. Freeing an unfinished sink removes it, a
 * kill leaves it. It is readable by its owner only. A file system without modes (FAT on a carried disk) keeps the mode
 * that its mount gives.
 */
int sl_sink_new_file(struct sl_sink **out, const char *path, mode_t mode, bool replace,
                     struct sl_err *err) SL_MUST_USE;

/* Makes every missing directory of relative `path` below `dir`, mode 0755 whatever the umask; none may be a
 * link. Deeper than SL_TREE_DEPTH_MAX is SL_E_LIMIT. Not durable before a sync. */
int sl_dir_make(int dir, const char *path, struct sl_err *err) SL_MUST_USE;

/*
 * Opens the directory at `path`, as the caller's system names it, links followed. Where only its last component is
 * missing it is made, mode 0755 whatever the umask, and is on disk when this returns: a typing mistake further
 * up is SL_E_NOT_FOUND and makes nothing. 1 it was made, 0 it was there.
 */
int sl_dir_open_or_make(int *fd, const char *path, struct sl_err *err) SL_MUST_USE;

/* Removes `name`, one plain name, in `dir` and everything below it; missing is fine. Never follows a link,
 * never leaves `dir`. When it fails, part of it may be gone. */
int sl_dir_remove(int dir, const char *name, struct sl_err *err) SL_MUST_USE;

/* fsync of a directory by path below `dir` ("." for itself). */
int sl_dir_sync(int dir, const char *path, struct sl_err *err) SL_MUST_USE;

/* fsync of every directory below and including `path`, deepest first. Files are not synced: the writer of
 * each does that, or one sl_sys_syncfs() for all. */
int sl_dir_sync_tree(int dir, const char *path, struct sl_err *err) SL_MUST_USE;

/*
 * Calls `visit` for every entry below `dir`, in byte order of the paths, directories before what they hold
 * ("a", "a-b", "a/x": what is below a directory need not follow it at once). `path` is relative to `dir`.
 * visit returns 0 to go on, 1 to skip what is below a directory, -1 to stop with its error.
 *
 * Limits (SL_E_LIMIT): SL_TREE_DEPTH_MAX, SL_PATH_MAX, SL_TREE_FILES_MAX entries.
 */
struct sl_dir_entry {
    const char *path;
    struct stat info; /* of the entry itself, links not followed */
};
typedef int sl_dir_visit(void *context, const struct sl_dir_entry *entry, struct sl_err *err);
int sl_dir_walk(int dir, sl_dir_visit *visit, void *context, struct sl_err *err) SL_MUST_USE;

#endif
