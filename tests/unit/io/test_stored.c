/*
 * Stored blocks, which the gzip reader takes apart by itself, among all others: whatever the order and however it is read, what
 * comes out is what plain zlib makes of the same bytes, and what zlib refuses is refused.
 */
#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "io/gzip.h"
#include "samples.h"

#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#define WINDOW ((size_t)32 * 1024)
#define STORED ((size_t)65535)

/* -- deflate by hand: RFC 1951 -- */

struct stream {
    struct sl_buf bytes;
    unsigned bits; /* of the last byte, that are used; 0: all */
};

static void stream_init(struct stream *stream)
{
    sl_buf_init(&stream->bytes, 64 * SL_MIB);
    stream->bits = 0;
}

static void stream_release(struct stream *stream)
{
    sl_buf_release(&stream->bytes);
}

/* The lowest bit first. */
static void put_bits(struct stream *stream, unsigned value, unsigned count)
{
    for (; count > 0; count--, value >>= 1) {
        if (stream->bits == 0)
            sl_buf_byte(&stream->bytes, 0);
        stream->bytes.ptr[stream->bytes.len - 1] |= (char)((value & 1) << stream->bits);
        stream->bits = (stream->bits + 1) % 8;
    }
}

/* A Huffman code: its highest bit first. */
static void put_code(struct stream *stream, unsigned code, unsigned count)
{
    while (count > 0)
        put_bits(stream, code >> --count & 1, 1);
}

static void put_stored(struct stream *stream, const void *content, size_t len, bool last)
{
    put_bits(stream, last, 3);
    while (stream->bits)
        put_bits(stream, 1, 1); /* says nothing, whatever it is */
    put_bits(stream, (unsigned)len, 16);
    put_bits(stream, ~(unsigned)len, 16);
    sl_buf_append(&stream->bytes, content, len);
}

/* A block with fixed codes that copies 3 bytes from so far back, `times` times; 0 times it is empty. */
static void put_copy(struct stream *stream, size_t distance, unsigned times, bool last)
{
    put_bits(stream, last, 1);
    put_bits(stream, 1, 2);
    unsigned extra = 0; /* bits that follow the code */
    size_t base = 1;
    unsigned code = 0;
    for (; base + ((size_t)1 << extra) <= distance; code++) {
        base += (size_t)1 << extra;
        extra = code >= 3 ? (code - 1) / 2 : 0;
    }
    for (; times > 0; times--) {
        put_code(stream, 257 - 256, 7);
        put_code(stream, code, 5);
        put_bits(stream, (unsigned)(distance - base), extra);
    }
    put_code(stream, 0, 7);
}

/* An empty stored block brings the stream to the border of a byte, as at the end of each block of our writer. */
static void put_flush(struct stream *stream)
{
    put_stored(stream, NULL, 0, false);
}

/* -- what zlib makes of it -- */

struct reference {
    struct sl_buf out;
    size_t used;
    bool ended;
    bool damaged;
};

static void ask_zlib(struct reference *reference, struct sl_str deflated)
{
    z_stream state = {.next_in = (const unsigned char *)deflated.ptr, .avail_in = (uInt)deflated.len};
    *reference = (struct reference){0};
    sl_buf_init(&reference->out, 64 * SL_MIB);
    cr_assert_eq(inflateInit2(&state, -15), Z_OK);
    int result;
    do {
        size_t room = SL_MIB;
        state.next_out = sl_buf_reserve(&reference->out, room);
        state.avail_out = (uInt)room;
        result = inflate(&state, Z_NO_FLUSH);
        sl_buf_commit(&reference->out, room - state.avail_out);
    } while (result == Z_OK);
    reference->used = state.total_in;
    reference->ended = result == Z_STREAM_END;
    reference->damaged = result == Z_DATA_ERROR;
    (void)inflateEnd(&state);
}

/* -- what we make of it -- */

/* Bytes in pieces of `piece`, each a copy of its own, so that the sanitizer sees who looks at one that is gone. */
struct chopped {
    struct sl_source source;
    struct sl_str rest;
    size_t piece;
    char *lent;
};

static ssize_t chopped_borrow(struct sl_source *self, const void **bytes, size_t max, struct sl_err *err)
{
    struct chopped *chopped = (struct chopped *)self;
    (void)err;
    size_t len = chopped->piece < max ? chopped->piece : max;
    len = len < chopped->rest.len ? len : chopped->rest.len;
    free(chopped->lent);
    chopped->lent = malloc(len ? len : 1);
    if (!chopped->lent)
        return sl_fail_memory(err);
    memcpy(chopped->lent, chopped->rest.ptr, len);
    chopped->rest = sl_str_slice(chopped->rest, len, chopped->rest.len);
    *bytes = chopped->lent;
    return (ssize_t)len;
}

static void chopped_free(struct sl_source *self)
{
    free(((struct chopped *)self)->lent);
    free(self);
}

static int unpack(struct sl_buf *out, struct sl_str gzip, size_t piece, size_t step, struct sl_err *err)
{
    static const struct sl_source_ops ops = {.borrow = chopped_borrow, .free = chopped_free};
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    struct chopped *chopped = calloc(1, sizeof *chopped);
    sl_buf_init(out, 64 * SL_MIB);
    if (!chopped)
        return sl_fail_memory(err);
    *chopped = (struct chopped){.source.ops = &ops, .rest = gzip, .piece = piece};
    if (sl_source_gzip(&source, &chopped->source, 64 * SL_MIB, err) < 0) {
        sl_source_free(&chopped->source);
        return -1;
    }
    const void *lent;
    ssize_t got;
    while ((got = sl_source_borrow(source, &lent, step, err)) > 0)
        sl_buf_append(out, lent, (size_t)got);
    return got < 0 ? -1 : sl_buf_check(out, "output", err);
}

static void put_le32(struct sl_buf *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        sl_buf_byte(out, (char)(value >> 8 * i & 0xff));
}

/* With a header, and with the trailer that is right for what zlib unpacked. */
static void wrap_up(struct sl_buf *gzip, struct sl_str deflated, const struct reference *reference)
{
    sl_buf_init(gzip, 64 * SL_MIB);
    sl_buf_append(gzip, "\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
    sl_buf_append(gzip, deflated.ptr, reference->ended ? reference->used : deflated.len);
    if (!reference->ended)
        return;
    uLong crc = crc32(0, (const unsigned char *)reference->out.ptr, (uInt)reference->out.len);
    put_le32(gzip, (uint32_t)crc);
    put_le32(gzip, (uint32_t)reference->out.len);
}

static void expect_like_zlib(struct sl_str deflated, size_t piece, const char *what)
{
    struct sl_err err = {0};
    struct reference reference;
    ask_zlib(&reference, deflated);
    SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
    SL_CLEANUP(sl_buf_release) struct sl_buf out;
    wrap_up(&gzip, deflated, &reference);
    int result = unpack(&out, sl_buf_view(&gzip), piece, STORED, &err);
    cr_expect_eq(result, reference.ended ? 0 : -1, "%s, by %zu: %s", what, piece, err.message);
    if (reference.ended) {
        cr_expect(sl_str_equal(sl_buf_view(&out), sl_buf_view(&reference.out)), "%s, by %zu", what, piece);
    } else {
        /* Where the data breaks off, one of the two may be a few bytes ahead. */
        size_t same = out.len < reference.out.len ? out.len : reference.out.len;
        cr_expect_eq(memcmp(out.ptr ? out.ptr : "", reference.out.ptr, same), 0, "%s, by %zu", what, piece);
        cr_expect_eq(err.code, SL_E_REFUSED, "%s: %s", what, err.message);
        cr_expect_eq(strstr(err.message, "damaged") != NULL, reference.damaged, "%s: %s", what, err.message);
    }
    sl_buf_release(&reference.out);
}

/* -- back into what was stored -- */

static const struct {
    const char *what;
    size_t stored[5]; /* blocks of so many bytes, each but the first of 0 is none */
    size_t distance;
} back_cases[] = {
    {"the byte before", {1}, 1},
    {"all of a short block", {100}, 100},
    {"over the border of two", {40, 60}, 90},
    {"over an empty one", {40, 0, 60}, 90},
    {"over many", {1, 2, 3, 4, 5}, 15},
    {"a window", {WINDOW}, WINDOW},
    {"one byte less than a window", {WINDOW - 1}, WINDOW - 1},
    {"a window in one byte more", {WINDOW + 1}, WINDOW},
    {"a window in the largest block", {STORED}, WINDOW},
    {"a window over three blocks", {WINDOW, 1, WINDOW - 2}, WINDOW},
    {"a window over the input's border", {STORED, STORED, 20000}, WINDOW},
    {"behind several times the input", {STORED, STORED, STORED, STORED, STORED}, WINDOW},
    {"small behind large", {STORED, 10}, 20},
    {"large behind small", {10, STORED}, WINDOW},
    {"too far: nothing is there", {0}, 1},
    {"too far: one byte", {100}, 101},
    {"too far: a window", {WINDOW - 1}, WINDOW},
};

static const size_t pieces[] = {1, 5, 4093, 40000, 131072};

Test(stored, later_blocks_refer_back_to_what_was_stored)
{
    unsigned char *bytes = sample_make(SAMPLE_RANDOM, 5 * STORED);
    for (size_t i = 0; i < sizeof back_cases / sizeof back_cases[0]; i++) {
        SL_CLEANUP(stream_release) struct stream stream;
        stream_init(&stream);
        const unsigned char *at = bytes;
        for (size_t block = 0; block < 5; block++) {
            put_stored(&stream, at, back_cases[i].stored[block], false);
            at += back_cases[i].stored[block];
        }
        put_copy(&stream, back_cases[i].distance, 2, false);
        put_flush(&stream);
        put_copy(&stream, 6, 2, true);
        for (size_t piece = 0; piece < sizeof pieces / sizeof pieces[0]; piece++)
            expect_like_zlib(sl_buf_view(&stream.bytes), pieces[piece], back_cases[i].what);
    }
    free(bytes);
}

/* zlib unpacks, then blocks are stored, then zlib unpacks what refers to both. */
Test(stored, later_blocks_refer_back_past_what_was_stored)
{
    static const size_t stored[] = {0, 1, 100, WINDOW - 100, WINDOW - 7, WINDOW - 6, WINDOW, STORED};
    unsigned char *bytes = sample_make(SAMPLE_RANDOM, STORED);
    for (size_t i = 0; i < sizeof stored / sizeof stored[0]; i++) {
        SL_CLEANUP(stream_release) struct stream stream;
        stream_init(&stream);
        put_stored(&stream, "abc", 3, false);
        put_copy(&stream, 3, 1, false);
        put_flush(&stream);
        put_stored(&stream, bytes, stored[i], false);
        put_copy(&stream, stored[i] + 6 < WINDOW ? stored[i] + 6 : WINDOW, 1, true);
        for (size_t piece = 0; piece < sizeof pieces / sizeof pieces[0]; piece++)
            expect_like_zlib(sl_buf_view(&stream.bytes), pieces[piece], "past what was stored");
    }
    free(bytes);
}

/* -- the shape of stored blocks -- */

static const struct {
    const char *what;
    struct sl_str deflated;
    const char *out; /* NULL: refused */
    const char *message;
} shapes[] = {
    {"one block",
     SL_STR_INIT("\1\5\0\xfa\xff"
                 "hello"),
     "hello", NULL},
    {"what fills its first byte says nothing",
     SL_STR_INIT("\xf9\5\0\xfa\xff"
                 "hello"),
     "hello", NULL},
    {"two",
     SL_STR_INIT("\0\2\0\xfd\xff"
                 "he"
                 "\1\3\0\xfc\xff"
                 "llo"),
     "hello", NULL},
    {"empty ones between",
     SL_STR_INIT("\0\0\0\xff\xff"
                 "\0\2\0\xfd\xff"
                 "he"
                 "\0\0\0\xff\xff"
                 "\1\3\0\xfc\xff"
                 "llo"),
     "hello", NULL},
    {"an empty one is the last",
     SL_STR_INIT("\0\5\0\xfa\xff"
                 "hello"
                 "\1\0\0\xff\xff"),
     "hello", NULL},
    {"an empty one alone", SL_STR_INIT("\1\0\0\xff\xff"), "", NULL},
    {"fixed codes behind it",
     SL_STR_INIT("\0\5\0\xfa\xff"
                 "hello"
                 "\x03\0"),
     "hello", NULL},
    {"a wrong complement",
     SL_STR_INIT("\1\5\0\xfb\xff"
                 "hello"),
     NULL, "damaged: invalid stored block lengths"},
    {"a wrong high byte",
     SL_STR_INIT("\1\5\0\xfa\xfe"
                 "hello"),
     NULL, "damaged: invalid stored block lengths"},
    {"no complement",
     SL_STR_INIT("\1\5\0\5\0"
                 "hello"),
     NULL, "damaged: invalid stored block lengths"},
    {"a wrong one in the second",
     SL_STR_INIT("\0\2\0\xfd\xff"
                 "he"
                 "\1\3\0\xfc\x7f"
                 "llo"),
     NULL, "damaged: invalid stored block lengths"},
    {"the third type behind it",
     SL_STR_INIT("\0\5\0\xfa\xff"
                 "hello"
                 "\x07"),
     NULL, "damaged: invalid block type"},
    {"no last block",
     SL_STR_INIT("\0\5\0\xfa\xff"
                 "hello"),
     NULL, "ends in the middle"},
};

Test(stored, blocks_have_the_shape_that_the_standard_gives_them)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct sl_err err = {0};
        struct reference reference;
        ask_zlib(&reference, shapes[i].deflated);
        SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        wrap_up(&gzip, shapes[i].deflated, &reference);
        cr_expect_eq(unpack(&out, sl_buf_view(&gzip), 3, 2, &err), shapes[i].out ? 0 : -1, "%s: %s",
                     shapes[i].what, err.message);
        if (shapes[i].out)
            cr_expect(sl_str_equal(sl_buf_view(&out), sl_str_from(shapes[i].out)), "%s", shapes[i].what);
        else
            cr_expect_not_null(strstr(err.message, shapes[i].message), "%s: %s", shapes[i].what, err.message);
        sl_buf_release(&reference.out);
        for (size_t piece = 1; piece < 20; piece++)
            expect_like_zlib(shapes[i].deflated, piece, shapes[i].what);
    }
}

Test(stored, every_truncation_is_refused_as_zlib_refuses_it)
{
    SL_CLEANUP(stream_release) struct stream stream;
    stream_init(&stream);
    put_stored(&stream, "a few bytes", 11, false);
    put_copy(&stream, 5, 3, false);
    put_flush(&stream);
    put_stored(&stream, "and more of them", 16, true);
    for (size_t len = 0; len <= stream.bytes.len; len++)
        for (size_t piece = 1; piece < 40; piece += 13)
            expect_like_zlib((struct sl_str){stream.bytes.ptr, len}, piece, "cut");
}

/* -- blocks that give nothing -- */

enum empty { STORED_EMPTY, FIXED_EMPTY, ONE_BYTE, HUNDRED_BYTES };

static void put_block_of(struct stream *stream, enum empty kind)
{
    static const char bytes[100] = {0};
    if (kind == FIXED_EMPTY)
        put_copy(stream, 1, 0, false);
    else
        put_stored(stream, bytes, kind == STORED_EMPTY ? 0 : kind == ONE_BYTE ? 1 : sizeof bytes, false);
}

/* Empty blocks, or nearly empty, with a megabyte of content in front of them or behind. */
static const struct {
    const char *what;
    enum empty kind;
    uint64_t len;
    unsigned before, behind; /* blocks of STORED bytes */
    bool refused;
} surplus_cases[] = {
    {"stored, as many as may be", STORED_EMPTY, SL_DEFLATE_SURPLUS_MAX - 16, 0, 1, false},
    {"stored, too many", STORED_EMPTY, 2 * SL_DEFLATE_SURPLUS_MAX, 0, 1, true},
    {"stored, too many behind what gave much", STORED_EMPTY, 2 * SL_DEFLATE_SURPLUS_MAX, 16, 0, true},
    {"fixed, as many as may be", FIXED_EMPTY, SL_DEFLATE_SURPLUS_MAX - 16, 0, 1, false},
    {"fixed, too many", FIXED_EMPTY, 2 * SL_DEFLATE_SURPLUS_MAX, 0, 1, true},
    {"fixed, too many behind what gave much", FIXED_EMPTY, 2 * SL_DEFLATE_SURPLUS_MAX, 16, 0, true},
    {"of a byte", ONE_BYTE, 4 * SL_DEFLATE_SURPLUS_MAX, 0, 1, true},
    {"of a hundred bytes", HUNDRED_BYTES, 8 * SL_DEFLATE_SURPLUS_MAX, 0, 1, false},
};

Test(stored, data_that_gives_less_than_half_of_itself_for_long_is_refused_before_it_is_read, .timeout = 120)
{
    unsigned char *bytes = sample_make(SAMPLE_RANDOM, STORED);
    for (size_t i = 0; i < sizeof surplus_cases / sizeof surplus_cases[0]; i++) {
        SL_CLEANUP(stream_release) struct stream stream;
        stream_init(&stream);
        for (unsigned block = 0; block < surplus_cases[i].before; block++)
            put_stored(&stream, bytes, STORED, false);
        size_t from = stream.bytes.len;
        while (stream.bytes.len < from + surplus_cases[i].len)
            put_block_of(&stream, surplus_cases[i].kind);
        for (unsigned block = 0; block < surplus_cases[i].behind; block++)
            put_stored(&stream, bytes, STORED, false);
        put_stored(&stream, NULL, 0, true);
        struct reference reference;
        ask_zlib(&reference, sl_buf_view(&stream.bytes));
        SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
        wrap_up(&gzip, sl_buf_view(&stream.bytes), &reference);
        struct sl_source *below = NULL;
        SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
        struct sl_err err = {0};
        cr_assert_eq(sl_source_memory(&below, sl_buf_view(&gzip), &err), 0);
        cr_assert_eq(sl_source_gzip(&source, below, 64 * SL_MIB, &err), 0);
        const void *lent;
        ssize_t got;
        while ((got = sl_source_borrow(source, &lent, STORED, &err)) > 0)
            continue;
        cr_expect_eq(got, surplus_cases[i].refused ? -1 : 0, "%s: %s", surplus_cases[i].what, err.message);
        cr_expect_eq(strstr(err.message, "as no compressor makes it") != NULL, surplus_cases[i].refused,
                     "%s: %s", surplus_cases[i].what, err.message);
        cr_expect(!sl_gzip_tells_damage(&err), "%s", surplus_cases[i].what);
        cr_expect_leq(below->position, 2 * source->position + SL_DEFLATE_SURPLUS_MAX + 128 * SL_KIB + 10,
                      "%s", surplus_cases[i].what);
        sl_buf_release(&reference.out);
    }
    free(bytes);
}

/* -- anything -- */

static void put_anything(struct stream *stream, uint64_t *seed, const unsigned char *bytes, bool last)
{
    static const size_t lengths[] = {0, 1, 3, 100, 5000, WINDOW - 1, WINDOW, WINDOW + 1, STORED};
    uint64_t choice = sample_next(seed);
    size_t len = lengths[sample_next(seed) % (sizeof lengths / sizeof lengths[0])];
    switch (choice % 4) {
    case 0:
    case 1:
        put_stored(stream, bytes, len, last);
        break;
    case 2:
        put_copy(stream, 1 + sample_next(seed) % (choice & 64 ? 100 : WINDOW), (unsigned)(choice >> 8) % 50,
                 last);
        break;
    default:
        put_copy(stream, 1, (unsigned)(choice >> 8) % 3, false);
        put_stored(stream, bytes + 7, len, last);
        break;
    }
}

Test(stored, any_blocks_in_any_order_and_damaged_anywhere_are_as_zlib_reads_them, .timeout = 300)
{
    unsigned char *bytes = sample_make(SAMPLE_RANDOM, STORED + 7);
    uint64_t seed = 1;
    for (int round = 0; round < 300; round++) {
        SL_CLEANUP(stream_release) struct stream stream;
        stream_init(&stream);
        put_stored(&stream, bytes, sample_next(&seed) % 2 ? WINDOW : 300, false);
        for (uint64_t blocks = sample_next(&seed) % 8; blocks > 0; blocks--)
            put_anything(&stream, &seed, bytes, blocks == 1);
        size_t piece = 1 + sample_next(&seed) % (round % 2 ? 200000 : 3000);
        expect_like_zlib(sl_buf_view(&stream.bytes), piece, "whole");
        /* Most of it is content, where a change changes nothing else; so also close to the beginning of a block. */
        size_t at = round % 3 ? sample_next(&seed) % stream.bytes.len : sample_next(&seed) % 5;
        stream.bytes.ptr[at] ^= (char)(1 << sample_next(&seed) % 8);
        expect_like_zlib(sl_buf_view(&stream.bytes), piece, "damaged");
    }
    free(bytes);
}

Test(stored, a_failed_allocation_is_an_error_or_makes_no_difference)
{
    SL_CLEANUP(stream_release) struct stream stream;
    stream_init(&stream);
    put_stored(&stream, "a few bytes", 11, false);
    put_copy(&stream, 11, 3, true);
    struct reference reference;
    ask_zlib(&reference, sl_buf_view(&stream.bytes));
    SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
    wrap_up(&gzip, sl_buf_view(&stream.bytes), &reference);
    bool happened = true;
    for (size_t nth = 1; happened; nth++) {
        struct sl_err err = {0};
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        alloc_fault_arm(nth);
        int result = unpack(&out, sl_buf_view(&gzip), 1000, 1000, &err);
        happened = alloc_fault_disarm();
        cr_expect(result == 0 || err.code == SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
        cr_expect(result < 0 || sl_str_equal(sl_buf_view(&out), sl_buf_view(&reference.out)));
        cr_expect(happened || result == 0);
    }
    sl_buf_release(&reference.out);
}
