/*
 * The canonical container: the one spelling of a tar member. Writer and reader both build headers here, and
 * the reader accepts no other bytes than these, so that the container needs no signature of its own.
 * Normative: docs/formats/bundle.md, section "The container". Format source: POSIX.1-1988 ustar and
 * POSIX.1-2001 pax.
 */
#ifndef BUNDLE_CONTAINER_H
#define BUNDLE_CONTAINER_H

#include <sealift/buf.h>
#include <stdbool.h>
#include <stdint.h>

#define SL_TAR_BLOCK 512
/* A pax header block, its records, and the ustar block, at the most. */
#define SL_TAR_HEADER_MAX (2 * SL_TAR_BLOCK + 4096)

struct sl_tar_member {
    struct sl_str top;  /* the top folder; may be empty in `path`-only use */
    struct sl_str path; /* below it */
    uint64_t size;
    int64_t mtime; /* 0 to SL_MTIME_MAX */
    bool executable;
};

/*
 * Appends the header bytes of the member (a multiple of 512, at most SL_TAR_HEADER_MAX): one ustar block,
 * preceded by one pax extended header exactly when the name is not ASCII, does not fit ustar's two name
 * fields, or the size needs more than 11 octal digits. SL_E_INTERNAL for a name or time beyond the limits:
 * callers have checked them.
 */
int sl_tar_header_write(struct sl_buf *out, const struct sl_tar_member *member,
                        struct sl_err *err) SL_MUST_USE;

/* Bytes of padding behind a member of that size. */
size_t sl_tar_padding(uint64_t size);

/* Bytes at the end of the container: two zero blocks, no further padding. */
#define SL_TAR_END ((size_t)2 * SL_TAR_BLOCK)

#endif
