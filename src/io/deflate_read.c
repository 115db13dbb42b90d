#include "deflate_read.h"

#include "base/limits.h"
#include "io/aligned.h"
#include "io/gzip.h"

#include <stdlib.h>
#include <string.h>

#define INPUT_BYTES    ((size_t)128 * 1024) /* asked from below at a time */
#define UNPACKED_BYTES ((size_t)128 * 1024)
#define WINDOW_BYTES   ((size_t)32 * 1024) /* how far back a block may refer */

/* A stored block begins with three bits of header, padding to the byte, its length and the complement of that. */
enum { STORED_HEADER = 5 };

int deflate_reader_init(struct deflate_reader *reader, struct sl_source *below, struct sl_err *err)
{
    *reader = (struct deflate_reader){.below = below, .border = true};
    reader->memory = malloc(UNPACKED_BYTES + SL_ALIGNMENT);
    /* Negative window bits: raw. */
    if (!reader->memory || inflateInit2(&reader->zlib, -15) != Z_OK)
        return sl_fail_memory(err);
    reader->unpacked = sl_aligned(reader->memory);
    return 0;
}

void deflate_reader_release(struct deflate_reader *reader)
{
    (void)inflateEnd(&reader->zlib);
    free(reader->memory);
    reader->memory = NULL;
}

static const char damage_hint[] =
    "the file is damaged, as by a bad stick or a copy that was stopped: copy it again, and compare its size and "
    "sha256sum with the vendor's";

int deflate_hint_damage(struct sl_err *err)
{
    return sl_hint(err, "%s", damage_hint);
}

bool sl_gzip_tells_damage(const struct sl_err *err)
{
    return err->code == SL_E_REFUSED && strcmp(err->hint, damage_hint) == 0;
}

static int damaged(const char *why, struct sl_err *err)
{
    (void)sl_fail(err, SL_E_REFUSED, "gzip: the compressed data is damaged: %s", why);
    return deflate_hint_damage(err);
}

static int zlib_failed(const struct deflate_reader *reader, int result, struct sl_err *err)
{
    if (result == Z_MEM_ERROR)
        return sl_fail_memory(err);
    /* msg is one of zlib's constants, nothing of the data. */
    return damaged(reader->zlib.msg ? reader->zlib.msg : "it makes no sense", err);
}

/* Shows zlib the stored bytes that it has not seen. */
static int catch_up(struct deflate_reader *reader, struct sl_err *err)
{
    if (reader->unseen.len == 0)
        return 0;
    int result = inflateSetDictionary(&reader->zlib, (const unsigned char *)reader->unseen.ptr,
                                      (uInt)reader->unseen.len);
    reader->unseen.len = 0;
    return result == Z_OK ? 0 : zlib_failed(reader, result, err);
}

/* All input so far is used. */
static int check_surplus(const struct deflate_reader *reader, struct sl_err *err)
{
    if (reader->surplus <= SL_DEFLATE_SURPLUS_MAX)
        return 0;
    return sl_fail(err, SL_E_REFUSED,
                   "gzip: the compressed data is longer than what it unpacks to, as no compressor makes it");
}

/* The input has given so much. */
static void count_unpacked(struct deflate_reader *reader, size_t len)
{
    uint64_t covered = 2 * (uint64_t)len;
    reader->surplus -= covered < reader->surplus ? covered : reader->surplus;
}

/* The input is gone after this, and with it what is unseen. 1, or 0 where there is no more, or -1. */
static int more_input(struct deflate_reader *reader, struct sl_err *err)
{
    const void *bytes;
    if (catch_up(reader, err) < 0 || check_surplus(reader, err) < 0)
        return -1;
    ssize_t got = sl_source_borrow(reader->below, &bytes, INPUT_BYTES, err);
    if (got <= 0)
        return (int)got;
    reader->zlib.next_in = bytes;
    reader->zlib.avail_in = (uInt)got;
    reader->surplus += (uint64_t)got;
    return 1;
}

static int need_input(struct deflate_reader *reader, struct sl_err *err)
{
    if (reader->zlib.avail_in > 0)
        return 0;
    int more = more_input(reader, err);
    if (more == 0) {
        (void)sl_fail(err, SL_E_REFUSED, "gzip: the compressed data ends in the middle");
        return deflate_hint_damage(err);
    }
    return more < 0 ? -1 : 0;
}

/* Up to `len` bytes of the input that is there. */
static size_t take_input(struct deflate_reader *reader, const unsigned char **bytes, size_t len)
{
    z_stream *zlib = &reader->zlib;
    size_t taken = zlib->avail_in < len ? zlib->avail_in : len;
    *bytes = zlib->next_in;
    zlib->next_in += taken;
    zlib->avail_in -= (uInt)taken;
    return taken;
}

/* -- stored blocks -- */

static int read_stored_header(struct deflate_reader *reader, struct sl_err *err)
{
    unsigned char header[STORED_HEADER];
    for (size_t have = 0; have < sizeof header;) {
        const unsigned char *bytes;
        if (need_input(reader, err) < 0)
            return -1;
        size_t taken = take_input(reader, &bytes, sizeof header - have);
        memcpy(header + have, bytes, taken);
        have += taken;
    }
    unsigned length = header[1] | (unsigned)header[2] << 8;
    unsigned complement = header[3] | (unsigned)header[4] << 8;
    if ((length ^ complement) != 0xffff)
        return damaged("invalid stored block lengths", err);
    reader->stored = length;
    reader->last = header[0] & 1;
    reader->over = reader->last && length == 0;
    return 0;
}

/* At a border: either a stored block has begun then, or what comes is zlib's. */
static int begin_block(struct deflate_reader *reader, struct sl_err *err)
{
    if (need_input(reader, err) < 0)
        return -1;
    bool stored = (*reader->zlib.next_in & 6) == 0;
    if (!stored) {
        reader->border = false;
        return catch_up(reader, err);
    }
    if (read_stored_header(reader, err) < 0)
        return -1;
    if (reader->stored < WINDOW_BYTES)
        return catch_up(reader, err);
    reader->unseen.len = 0; /* no block that zlib unpacks can refer to what is before this one */
    return 0;
}

/* Of this piece zlib lacks what is still in the window when the block ends. */
static ssize_t lend_stored(struct deflate_reader *reader, const unsigned char **bytes, struct sl_err *err)
{
    if (need_input(reader, err) < 0)
        return -1;
    size_t len = take_input(reader, bytes, reader->stored);
    reader->stored -= len;
    count_unpacked(reader, len);
    reader->over = reader->last && reader->stored == 0;
    if (reader->stored < WINDOW_BYTES) {
        size_t room = WINDOW_BYTES - reader->stored;
        size_t seen = len < room ? 0 : len - room;
        reader->unseen = (struct sl_str){(const char *)*bytes + seen, len - seen};
    }
    return (ssize_t)len;
}

/* -- all other blocks -- */

/* zlib.h, inflate(): 128 is a border between blocks, 64 adds that the one before was the last, the rest counts the bits of the
 * last byte that belong to the next block. */
static bool is_at_border(const z_stream *zlib)
{
    return zlib->data_type == 128;
}

/* Unpacks until the memory is full, the data ends or a block begins at a border: how many bytes, which may be 0, or -1. */
static ssize_t unpack(struct deflate_reader *reader, struct sl_err *err)
{
    z_stream *zlib = &reader->zlib;
    zlib->next_out = reader->unpacked;
    zlib->avail_out = UNPACKED_BYTES;
    int failed = 0;
    while (zlib->avail_out && !reader->over && !reader->border && !failed) {
        failed = need_input(reader, err);
        if (failed)
            break;
        uInt room = zlib->avail_out;
        int result = inflate(zlib, Z_BLOCK);
        count_unpacked(reader, room - zlib->avail_out);
        reader->over = result == Z_STREAM_END;
        if (result == Z_OK)
            reader->border = is_at_border(zlib);
        else if (!reader->over)
            failed = zlib_failed(reader, result, err);
    }
    ssize_t got = (ssize_t)(UNPACKED_BYTES - zlib->avail_out);
    if (failed && got > 0)
        reader->failure = *err;
    return failed && got == 0 ? -1 : got;
}

ssize_t deflate_reader_next(struct deflate_reader *reader, const unsigned char **bytes, struct sl_err *err)
{
    if (reader->failure.code != SL_OK) {
        *err = reader->failure;
        return -1;
    }
    while (!reader->over) {
        if (reader->stored > 0)
            return lend_stored(reader, bytes, err);
        if (reader->border) {
            if (begin_block(reader, err) < 0)
                return -1;
            continue;
        }
        *bytes = reader->unpacked;
        ssize_t got = unpack(reader, err);
        if (got != 0)
            return got;
    }
    return 0;
}

ssize_t deflate_reader_behind(struct deflate_reader *reader, unsigned char *out, size_t len,
                              struct sl_err *err)
{
    size_t have = 0;
    while (have < len) {
        const unsigned char *bytes;
        int more = reader->zlib.avail_in > 0 ? 1 : more_input(reader, err);
        if (more < 0)
            return -1;
        if (more == 0)
            break;
        size_t taken = take_input(reader, &bytes, len - have);
        memcpy(out + have, bytes, taken);
        have += taken;
    }
    return (ssize_t)have;
}
