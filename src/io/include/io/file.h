/*
 * Files and directories, written so that a kill or a power cut leaves the old or the new state.
 */
#ifndef IO_FILE_H
#define IO_FILE_H

#include "io/stream.h"

/* Reads the whole of a file the user named; more than `max` bytes is SL_E_LIMIT. "-" is not special here. */
int sl_file_read(struct sl_buf *out, const char *path, size_t max, struct sl_err *err) SL_MUST_USE;

/* The same for a regular file below `dir`, no link followed; anything but a regular file is SL_E_INPUT. */
int sl_file_read_beneath(struct sl_buf *out, int dir, const char *path, size_t max,
                         struct sl_err *err) SL_MUST_USE;

/*
 * Replaces `name` in `dir` atomically and durably: a temporary file beside it (O_EXCL, name + ".tmp"; one
 * left by a kill is removed first, so callers hold a lock where two could meet), write, fchmod, fsync,
 * rename, fsync of `dir`.
 */
int sl_file_replace(int dir, const char *name, struct sl_str content, mode_t mode,
                    struct sl_err *err) SL_MUST_USE;

/*
 * A new file at a path the user named, as a sink: written as "PATH.partial", given its name only by
 * sl_sink_finish() after fsync. Freeing an unfinished one removes the partial file. An existing file at PATH
 * is replaced when `replace`, else SL_E_EXISTS (checked first and, by a rename that does not replace, last).
 */
int sl_sink_new_file(struct sl_sink **out, const char *path, mode_t mode, bool replace,
                     struct sl_err *err) SL_MUST_USE;

/* Makes every missing directory of relative `path` below `dir`, mode 0755 whatever the umask; none may be a
 * link. */
int sl_dir_make(int dir, const char *path, struct sl_err *err) SL_MUST_USE;

/* Removes `name` in `dir` and everything below it; missing is fine. Never follows a link, never leaves `dir`.
 */
int sl_dir_remove(int dir, const char *name, struct sl_err *err) SL_MUST_USE;

/* fsync of a directory by name below `dir` ("." for itself). */
int sl_dir_sync(int dir, const char *name, struct sl_err *err) SL_MUST_USE;

/* fsync of every directory below and including `name`, deepest first. */
int sl_dir_sync_tree(int dir, const char *name, struct sl_err *err) SL_MUST_USE;

/*
 * Calls `visit` for every entry below `dir`, in byte order of the paths, directories before what they hold.
 * `path` is relative to `dir`. visit returns 0 to go on, 1 to skip what is below a directory, -1 to stop with
 * its error.
 */
struct sl_dir_entry {
    const char *path;
    struct stat info; /* of the entry itself, links not followed */
};
typedef int sl_dir_visit(void *context, const struct sl_dir_entry *entry, struct sl_err *err);
int sl_dir_walk(int dir, sl_dir_visit *visit, void *context, struct sl_err *err) SL_MUST_USE;

#endif
