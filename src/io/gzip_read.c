#include "base/cleanup.h"
#include "deflate_read.h"
#include "io/gzip.h"

#include <libdeflate.h>
#include <stdlib.h>

enum { TRAILER = 8 };

struct gzip_source {
    struct sl_source source;
    struct sl_source *below;
    uint64_t max;
    bool begun; /* the header was read */
    uint64_t produced;
    uint32_t crc;
    struct deflate_reader deflate;
    const unsigned char *piece; /* of it, still to be lent */
    size_t piece_len;
};

static int refuse(struct sl_err *err, const char *why)
{
    return sl_fail(err, SL_E_REFUSED, "gzip: %s", why);
}

static int refuse_damage(struct sl_err *err, const char *why)
{
    (void)refuse(err, why);
    return deflate_hint_damage(err);
}

static uint32_t get_le32(const unsigned char *in)
{
    return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

/* RFC 1952, 2.3. */
static int read_header(struct gzip_source *gzip, struct sl_err *err)
{
    unsigned char header[10] = {0};
    size_t have = 0;
    ssize_t got = 1;
    for (; have < sizeof header && got > 0; have += (size_t)got) {
        got = sl_source_read(gzip->below, header + have, sizeof header - have, err);
        if (got < 0)
            return -1;
    }
    if (header[0] != 0x1f || header[1] != 0x8b)
        return refuse(err, "this is not gzip data");
    if (have < sizeof header)
        return refuse_damage(err, "the compressed data ends in the middle");
    if (header[2] != Z_DEFLATED)
        return refuse(err, "the header names an unknown method of compression");
    if (header[3] != 0)
        return refuse(err, "the header has optional fields, such as a file name; sealift writes none");
    gzip->begun = true;
    return 0;
}

/* All that there is to check at the end: 0 or -1. */
static int read_trailer(struct gzip_source *gzip, struct sl_err *err)
{
    unsigned char trailer[TRAILER + 1];
    ssize_t got = deflate_reader_behind(&gzip->deflate, trailer, sizeof trailer, err);
    if (got < 0)
        return -1;
    if (got < TRAILER)
        return refuse_damage(err, "the compressed data ends in the middle: its trailer is cut");
    /* Before what follows: damage, too, can make the compressed data end early. */
    if (gzip->crc != get_le32(trailer))
        return refuse_damage(err, "the data is damaged: its CRC32 is not the one in the trailer");
    if ((uint32_t)(gzip->produced & 0xffffffff) != get_le32(trailer + 4))
        return refuse_damage(err, "the data is damaged: its length is not the one in the trailer");
    if (got > TRAILER)
        return refuse(err, "there are bytes after the end of the compressed data");
    return 0;
}

/* What is lent is in the first cache when the CRC is done, if little is asked for at a time. */
static ssize_t gzip_borrow(struct sl_source *self, const void **bytes, size_t max, struct sl_err *err)
{
    struct gzip_source *gzip = (struct gzip_source *)self;
    if (!gzip->begun && read_header(gzip, err) < 0)
        return -1;
    if (gzip->piece_len == 0) {
        ssize_t got = deflate_reader_next(&gzip->deflate, &gzip->piece, err);
        if (got <= 0)
            return got < 0 ? -1 : read_trailer(gzip, err);
        gzip->piece_len = (size_t)got;
    }
    uint64_t left = gzip->max - gzip->produced;
    if (left == 0)
        return sl_fail(err, SL_E_REFUSED, "gzip: the data unpacks to more than the limit of %llu bytes",
                       (unsigned long long)gzip->max);
    size_t len = gzip->piece_len < max ? gzip->piece_len : max;
    len = left < len ? (size_t)left : len;
    *bytes = gzip->piece;
    gzip->piece += len;
    gzip->piece_len -= len;
    gzip->crc = libdeflate_crc32(gzip->crc, *bytes, len);
    gzip->produced += len;
    return (ssize_t)len;
}

static void gzip_free(struct sl_source *self)
{
    struct gzip_source *gzip = (struct gzip_source *)self;
    deflate_reader_release(&gzip->deflate);
    sl_source_free(gzip->below);
    free(gzip);
}

static void gzip_freep(struct gzip_source **gzip)
{
    if (*gzip)
        gzip_free(&(*gzip)->source);
}

int sl_source_gzip(struct sl_source **out, struct sl_source *below, uint64_t max, struct sl_err *err)
{
    static const struct sl_source_ops ops = {.borrow = gzip_borrow, .free = gzip_free};
    SL_CLEANUP(gzip_freep) struct gzip_source *gzip = calloc(1, sizeof *gzip);
    if (!gzip)
        return sl_fail_memory(err);
    gzip->source.ops = &ops;
    gzip->max = max;
    if (deflate_reader_init(&gzip->deflate, below, err) < 0)
        return -1;
    gzip->below = below;
    *out = &sl_steal(&gzip)->source;
    return 0;
}
