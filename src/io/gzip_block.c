#include "gzip_block.h"

#include "io/gzip.h"

#include <endian.h>
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

bool sl_gzip_block_init(struct sl_gzip_block *block)
{
    *block = (struct sl_gzip_block){.in = malloc(SL_GZIP_WINDOW + SL_GZIP_BLOCK),
                                    .out = malloc(SL_GZIP_BLOCK_OUT)};
    if (block->in && block->out)
        return true;
    sl_gzip_block_release(block);
    return false;
}

void sl_gzip_block_release(struct sl_gzip_block *block)
{
    free(block->in);
    free(block->out);
    *block = (struct sl_gzip_block){0};
}

/* -- dense or not -- */

/* Below this a look costs as much as it saves. */
#define DENSE_LEN_MIN ((size_t)4096)

/* Eight bytes of every so many are counted: a prime, so that records of other lengths show all their parts.
 */
#define SAMPLE_STEP 37

/* Whether the byte values are so evenly spread that Huffman coding gains less than about 2 %. Measured by the
 * sum of squared counts of n bytes: n * n / 256 when all are equal, n above that for random bytes, and more
 * the more uneven they are: one percent of zero bytes shows. */
static bool is_even(const unsigned char *bytes, size_t len)
{
    /* Four tables, because counting the same byte twice in a row in one would wait for memory. */
    uint32_t counts[4][256] = {0};
    uint64_t n = 0;
    for (size_t i = 0; i + 8 <= len; i += SAMPLE_STEP) {
        for (unsigned byte = 0; byte < 8; byte++)
            counts[byte % 4][bytes[i + byte]]++;
        n += 8;
    }
    uint64_t squares = 0;
    for (unsigned value = 0; value < 256; value++) {
        uint64_t count = (uint64_t)counts[0][value] + counts[1][value] + counts[2][value] + counts[3][value];
        squares += count * count;
    }
    return 256 * squares <= n * n + 256 * n + n * n / 32;
}

#define STRIPE     256 /* where repeats are looked for: at the start of each stripe of so many bytes */
#define STEP       16  /* what is remembered: each place that is a multiple of this */
#define PLACE_BITS 16  /* a window and a segment */
#define SLOT_BITS  12

/* A place that was remembered, and above it bits of the hash, so that most of what differs is told apart
 * without a look at the place. */
struct places {
    uint32_t slots[1U << SLOT_BITS];
};

static uint64_t eight_at(const unsigned char *at)
{
    uint64_t eight;
    memcpy(&eight, at, sizeof eight);
    return le64toh(eight); /* the same decision on every machine */
}

/* Fibonacci hashing: D. Knuth, The Art of Computer Programming 3, 6.4. */
static uint32_t hash_of(uint64_t eight)
{
    return (uint32_t)((eight * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

static void remember(struct places *places, const unsigned char *base, size_t from, size_t to)
{
    for (size_t at = from; at + 8 <= to; at += STEP) {
        uint32_t hash = hash_of(eight_at(base + at));
        places->slots[hash >> (32 - SLOT_BITS)] = hash << PLACE_BITS | (uint32_t)at;
    }
}

/* A repeat of at least STEP + 7 bytes that covers the first bytes of the stripe meets a remembered place at
 * one of STEP offsets in a row. */
static bool starts_repeated(const struct places *places, const unsigned char *base, size_t at)
{
    for (size_t offset = at; offset < at + STEP; offset++) {
        uint64_t eight = eight_at(base + offset);
        uint32_t hash = hash_of(eight);
        uint32_t slot = places->slots[hash >> (32 - SLOT_BITS)];
        if ((slot ^ hash << PLACE_BITS) >> PLACE_BITS)
            continue;
        size_t place = slot & ((1U << PLACE_BITS) - 1);
        if (place && offset - place <= SL_GZIP_WINDOW && eight_at(base + place) == eight)
            return true;
    }
    return false;
}

/* Whether more than one stripe in 32 starts with a repeat of what is at most a window before it. */
static bool has_repeats(const unsigned char *bytes, size_t len, size_t window)
{
    struct places places = {0};
    /* Place 0 means none, so what begins there is not remembered. */
    const unsigned char *base = bytes - window;
    remember(&places, base, STEP, window);
    size_t repeated = 0;
    size_t stripes = len / STRIPE;
    for (size_t stripe = 0; stripe < stripes; stripe++) {
        size_t at = window + stripe * STRIPE;
        if (starts_repeated(&places, base, at))
            repeated++;
        remember(&places, base, at, at + STRIPE);
    }
    return repeated * 32 > stripes;
}

bool sl_gzip_is_dense(const unsigned char *bytes, size_t len, size_t window)
{
    return len >= DENSE_LEN_MIN && is_even(bytes, len) && !has_repeats(bytes, len, window);
}

/* -- compressing -- */

bool sl_gzip_deflate_init(z_stream *state)
{
    memset(state, 0, sizeof *state);
    /* Negative window bits: raw, without zlib's own header. 8 is zlib's and gzip's default memory level. */
    return deflateInit2(state, SL_GZIP_LEVEL, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK;
}

static size_t stored_size(size_t len)
{
    return len + (len + SL_GZIP_STORED_MAX - 1) / SL_GZIP_STORED_MAX * SL_GZIP_STORED_HEADER;
}

/* RFC 1951, 3.2.4: three bits of header, padding to the byte, length and its complement. */
static size_t store(unsigned char *out, const unsigned char *in, size_t len)
{
    unsigned char *at = out;
    while (len) {
        size_t piece = len < SL_GZIP_STORED_MAX ? len : SL_GZIP_STORED_MAX;
        unsigned short size = (unsigned short)piece;
        at[0] = 0;
        at[1] = (unsigned char)(size & 0xff);
        at[2] = (unsigned char)(size >> 8);
        at[3] = (unsigned char)(~size & 0xff);
        at[4] = (unsigned char)((~size >> 8) & 0xff);
        memcpy(at + SL_GZIP_STORED_HEADER, in, piece);
        at += SL_GZIP_STORED_HEADER + piece;
        in += piece;
        len -= piece;
    }
    return (size_t)(at - out);
}

/* Deflates into less than `room` bytes: *out_len of them, or 0 where it does not fit. */
static int deflate_into(z_stream *state, unsigned char *out, size_t room, size_t *out_len)
{
    state->next_out = out;
    state->avail_out = (uInt)room;
    if (deflate(state, Z_SYNC_FLUSH) != Z_OK)
        return -1;
    *out_len = state->avail_in == 0 && state->avail_out > 0 ? room - state->avail_out : 0;
    return 0;
}

/* A run of segments that are all dense or all not. */
static int compress_run(struct sl_gzip_block *block, z_stream *state, size_t from, size_t to, bool dense)
{
    unsigned char *in = block->in + SL_GZIP_WINDOW + from;
    unsigned char *out = block->out + block->out_len;
    size_t len = to - from;
    size_t out_len = 0;
    if (!dense) {
        size_t window = block->window + from < SL_GZIP_WINDOW ? block->window + from : SL_GZIP_WINDOW;
        if (deflateReset(state) != Z_OK)
            return -1;
        if (window && deflateSetDictionary(state, in - window, (uInt)window) != Z_OK)
            return -1;
        state->next_in = in;
        state->avail_in = (uInt)len;
        if (deflate_into(state, out, stored_size(len), &out_len) < 0)
            return -1;
    }
    block->out_len += out_len ? out_len : store(out, in, len);
    return 0;
}

static bool segment_is_dense(const struct sl_gzip_block *block, size_t from, size_t to)
{
    size_t before = block->window + from;
    return sl_gzip_is_dense(block->in + SL_GZIP_WINDOW + from, to - from,
                            before < SL_GZIP_WINDOW ? before : SL_GZIP_WINDOW);
}

int sl_gzip_block_compress(struct sl_gzip_block *block, z_stream *state, struct sl_err *err)
{
    block->out_len = 0;
    block->crc = libdeflate_crc32(0, block->in + SL_GZIP_WINDOW, block->len);
    size_t run = 0;
    bool run_dense = false;
    for (size_t from = 0; from < block->len; from += SL_GZIP_SEGMENT) {
        size_t to = block->len - from < SL_GZIP_SEGMENT ? block->len : from + SL_GZIP_SEGMENT;
        bool dense = segment_is_dense(block, from, to);
        if (from > run && dense != run_dense) {
            if (compress_run(block, state, run, from, run_dense) < 0)
                return sl_fail(err, SL_E_INTERNAL, "zlib does not deflate: %s",
                               state->msg ? state->msg : "?");
            run = from;
        }
        run_dense = dense;
    }
    if (block->len > run && compress_run(block, state, run, block->len, run_dense) < 0)
        return sl_fail(err, SL_E_INTERNAL, "zlib does not deflate: %s", state->msg ? state->msg : "?");
    return 0;
}
