/*
 * What the stages and files of this module share about descriptors and the names in their messages.
 */
#ifndef IO_FD_H
#define IO_FD_H

#include <sealift/err.h>
#include <stddef.h>

/* Room for a name in a message: half of it, so that reason and context still fit. */
#define SL_LABEL_BYTES (SL_ERR_MESSAGE_MAX / 2)

/* `name` (a path, as the user or a file system gave it) made fit for a message. Returns `out`. */
const char *sl_label(char out[SL_LABEL_BYTES], const char *name);

/* Writes all of it. `label` is fit for a message. */
int sl_fd_write_all(int fd, const void *bytes, size_t len, const char *label, struct sl_err *err) SL_MUST_USE;

/* Closes *fd and sets it to -1, an error not lost: on network file systems it is a failed write. */
int sl_fd_close(int *fd, const char *label, struct sl_err *err) SL_MUST_USE;

/* fsync of a directory, -1 with errno; where a file system cannot do that (EINVAL) there is nothing to wait
 * for. */
int sl_fd_sync_dir(int fd) SL_MUST_USE;

/* 0 when `name` is one plain name, with nothing in it that leads elsewhere; else SL_E_INTERNAL, because names
 * of state files are not input. */
int sl_name_check(const char *name, struct sl_err *err) SL_MUST_USE;

#endif
