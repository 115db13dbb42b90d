/*
 * Whole files that the user named: keys, mostly.
 */
#ifndef SEALIFT_FILE_H
#define SEALIFT_FILE_H

#include <sealift/buf.h>
#include <stdbool.h>
#include <sys/types.h>

/* Appends the whole of a file to `out`, which was initialised; more than `max` bytes is SL_E_LIMIT. "-" is
 * not special here. */
int sl_file_read(struct sl_buf *out, const char *path, size_t max, struct sl_err *err) SL_MUST_USE;

/* Writes a file under a temporary name, syncs it, and gives it its name: sl_sink_new_file() of io/file.h, all
 * at once. An existing one is SL_E_EXISTS unless `replace`. */
int sl_file_create(const char *path, struct sl_str content, mode_t mode, bool replace,
                   struct sl_err *err) SL_MUST_USE;

#endif
