#include "base/cleanup.h"
#include "io/gzip.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#define INPUT_BYTES    ((size_t)128 * 1024) /* asked from below at a time */
#define READ_BYTES_MAX ((size_t)1 << 30)    /* inflated at a time: zlib counts in an unsigned int */

struct gzip_source {
    struct sl_source source;
    struct sl_source *below;
    uint64_t max;
    z_stream inflate;
    bool begun; /* the header was read */
    bool over;  /* the compressed data has ended; what is left is the trailer */
    uint64_t produced;
    uint32_t crc;
    struct sl_err
        failure; /* what broke the data off; told behind what came before, so that the reader knows where */
};

static int refuse(struct sl_err *err, const char *why)
{
    return sl_fail(err, SL_E_REFUSED, "gzip: %s", why);
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
        return refuse(err, "the compressed data ends in the middle");
    if (header[2] != Z_DEFLATED)
        return refuse(err, "the header names an unknown method of compression");
    if (header[3] != 0)
        return refuse(err, "the header has optional fields, such as a file name; sealift writes none");
    gzip->begun = true;
    return 0;
}

/* The input that inflate did not use comes first. */
static int read_after(struct gzip_source *gzip, unsigned char *out, size_t len, struct sl_err *err)
{
    z_stream *inflate = &gzip->inflate;
    size_t there = inflate->avail_in < len ? inflate->avail_in : len;
    if (there)
        memcpy(out, inflate->next_in, there);
    inflate->next_in += there;
    inflate->avail_in -= (uInt)there;
    if (there == len)
        return 0;
    return sl_source_read_exactly(gzip->below, out + there, len - there, "the gzip trailer", err) < 0 ? -1
                                                                                                      : 0;
}

/* All that there is to check at the end: 0 or -1. */
static int read_trailer(struct gzip_source *gzip, struct sl_err *err)
{
    unsigned char trailer[8];
    if (read_after(gzip, trailer, sizeof trailer, err) < 0)
        return -1;
    unsigned char beyond;
    ssize_t more = gzip->inflate.avail_in ? 1 : sl_source_read(gzip->below, &beyond, 1, err);
    if (more < 0)
        return -1;
    if (more)
        return refuse(err, "there are bytes after the end of the compressed data");
    if (gzip->crc != get_le32(trailer))
        return refuse(err, "the data is damaged: its CRC32 is not the one in the trailer");
    if ((uint32_t)(gzip->produced & 0xffffffff) != get_le32(trailer + 4))
        return refuse(err, "the data is damaged: its length is not the one in the trailer");
    return 0;
}

static int more_input(struct gzip_source *gzip, struct sl_err *err)
{
    const void *bytes;
    ssize_t got = sl_source_borrow(gzip->below, &bytes, INPUT_BYTES, err);
    if (got < 0)
        return -1;
    if (got == 0)
        return refuse(err, "the compressed data ends in the middle");
    gzip->inflate.next_in = bytes;
    gzip->inflate.avail_in = (uInt)got;
    return 0;
}

static int inflate_failed(const z_stream *inflate, int result, struct sl_err *err)
{
    if (result == Z_MEM_ERROR)
        return sl_fail_memory(err);
    /* msg is one of zlib's constants, nothing of the data. */
    return sl_fail(err, SL_E_REFUSED, "gzip: the compressed data is damaged: %s",
                   inflate->msg ? inflate->msg : "it makes no sense");
}

/* Inflates into `out` until it is full or the data ends, which is noted. */
static int inflate_into(struct gzip_source *gzip, unsigned char *out, size_t room, struct sl_err *err)
{
    z_stream *state = &gzip->inflate;
    state->next_out = out;
    state->avail_out = (uInt)room;
    while (state->avail_out && !gzip->over) {
        if (state->avail_in == 0 && more_input(gzip, err) < 0)
            return -1;
        int result = inflate(state, Z_NO_FLUSH);
        if (result != Z_OK && result != Z_STREAM_END)
            return inflate_failed(state, result, err);
        gzip->over = result == Z_STREAM_END;
    }
    return 0;
}

/* At the maximum one more byte is asked for, to see whether it comes. */
static ssize_t gzip_read(struct sl_source *self, void *out, size_t len, struct sl_err *err)
{
    struct gzip_source *gzip = (struct gzip_source *)self;
    if (gzip->failure.code != SL_OK) {
        *err = gzip->failure;
        return -1;
    }
    if (!gzip->begun && read_header(gzip, err) < 0)
        return -1;
    uint64_t left = gzip->max - gzip->produced;
    size_t room = len < READ_BYTES_MAX ? len : READ_BYTES_MAX;
    room = left < room ? (size_t)left + 1 : room;
    int result = inflate_into(gzip, out, room, err);
    size_t got = room - gzip->inflate.avail_out;
    if (result < 0 && got == 0)
        return -1;
    if (result < 0)
        gzip->failure = *err;
    if (got > left)
        return sl_fail(err, SL_E_REFUSED, "gzip: the data unpacks to more than the limit of %llu bytes",
                       (unsigned long long)gzip->max);
    gzip->crc = libdeflate_crc32(gzip->crc, out, got);
    gzip->produced += got;
    return got ? (ssize_t)got : read_trailer(gzip, err);
}

static void gzip_free(struct sl_source *self)
{
    struct gzip_source *gzip = (struct gzip_source *)self;
    (void)inflateEnd(&gzip->inflate);
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
    static const struct sl_source_ops ops = {.read = gzip_read, .free = gzip_free};
    SL_CLEANUP(gzip_freep) struct gzip_source *gzip = calloc(1, sizeof *gzip);
    if (!gzip)
        return sl_fail_memory(err);
    gzip->source.ops = &ops;
    gzip->max = max;
    /* Negative window bits: raw, the header is read here. */
    if (inflateInit2(&gzip->inflate, -15) != Z_OK)
        return sl_fail_memory(err);
    gzip->below = below;
    *out = &sl_steal(&gzip)->source;
    return 0;
}
