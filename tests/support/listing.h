/*
 * A directory as one text, to compare before and after: per entry a line with mode, kind, path, and the
 * SHA-256 of a file or the target of a link, sorted by path.
 */
#ifndef LISTING_H
#define LISTING_H

#include <sealift/buf.h>
#include <stdbool.h>

/* Leaves out paths (relative to `root`) for which this says true, and what is below them. */
typedef bool listing_skip(const char *path);

/* Initialises `out`. A `root` that is not there is an empty text. `skip` may be NULL. */
void listing_make(struct sl_buf *out, const char *root, listing_skip *skip);

#endif
