/*
 * Raw deflate (RFC 1951) from a source, in pieces that are lent.
 *
 * zlib unpacks, into memory of this reader's own. Stored blocks, in which `pack` puts what is compressed already, are lent
 * from where they lie in the input instead: zlib would copy each byte of them, a twentieth of what verifying 1 GiB costs.
 * They are taken apart here only where a block begins at the border of a byte, which zlib tells (Z_BLOCK); what a later
 * block may refer back to is then put into zlib's window (inflateSetDictionary). All else is zlib's business.
 *
 * Blocks may be empty, so that data without end could give nothing: that is bounded by SL_DEFLATE_SURPLUS_MAX.
 */
#ifndef IO_DEFLATE_READ_H
#define IO_DEFLATE_READ_H

#include "io/stream.h"

#define ZLIB_CONST
#include <zlib.h>

struct deflate_reader {
    struct sl_source *below; /* the caller's */
    z_stream zlib;           /* next_in and avail_in: what came from below and is not used yet */
    unsigned char *memory;
    unsigned char *unpacked; /* within it */
    size_t stored;           /* bytes of the stored block that are still to come */
    struct sl_str unseen;    /* stored bytes in the input that zlib's window still lacks */
    uint64_t surplus;        /* of the input over twice what it gave, at its worst stretch up to here */
    bool border;             /* what comes behind `stored` is a block, from the border of a byte */
    bool last;               /* the stored block is the last block */
    bool over;
    struct sl_err failure; /* what broke the data off; told behind what came before */
};

/* Reads from where `below` stands. Memory: about 200 KiB. deflate_reader_release() in both cases. */
int deflate_reader_init(struct deflate_reader *reader, struct sl_source *below, struct sl_err *err);
void deflate_reader_release(struct deflate_reader *reader);

/* The next bytes, at least one, which stay as they are until the next call; 0 at the end of the compressed data, -1. */
ssize_t deflate_reader_next(struct deflate_reader *reader, const unsigned char **bytes, struct sl_err *err);

/* Behind the end: up to `len` bytes that follow the compressed data, fewer only where there are no more; or -1. */
ssize_t deflate_reader_behind(struct deflate_reader *reader, unsigned char *out, size_t len,
                              struct sl_err *err);

/* The file is not what was written, and mostly nobody is to blame. Returns -1. */
int deflate_hint_damage(struct sl_err *err);

#endif
