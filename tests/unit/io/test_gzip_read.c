#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "io/gzip.h"
#include "samples.h"
#include "scratch.h"
#include "thread_fault.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#define CHUNK ((size_t)256 * 1024)

/* gzip of `bytes`, made by zlib itself. */
static void zlib_gzip(struct sl_buf *out, const void *bytes, size_t len, int level)
{
    z_stream state = {0};
    cr_assert_eq(deflateInit2(&state, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    sl_buf_init(out, 64 * SL_MIB);
    size_t room = deflateBound(&state, len) + 100;
    state.next_out = sl_buf_reserve(out, room);
    state.avail_out = (uInt)room;
    state.next_in = (unsigned char *)bytes;
    state.avail_in = (uInt)len;
    cr_assert_eq(deflate(&state, Z_FINISH), Z_STREAM_END);
    sl_buf_commit(out, state.total_out);
    (void)deflateEnd(&state);
}

/* Reads all of a gzip, `step` bytes at a time, lent or (`copied`) copied. */
static int gunzip(struct sl_buf *out, struct sl_str gzip, uint64_t max, size_t step, bool copied,
                  struct sl_err *err)
{
    SL_CLEANUP(sl_source_freep) struct sl_source *below = NULL;
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    sl_buf_init(out, 64 * SL_MIB);
    if (sl_source_memory(&below, gzip, err) < 0 || sl_source_gzip(&source, below, max, err) < 0)
        return -1;
    below = NULL;
    ssize_t got;
    do {
        const void *lent = NULL;
        void *room = copied ? sl_buf_reserve(out, step) : NULL;
        got = copied ? sl_source_read(source, room, step, err) : sl_source_borrow(source, &lent, step, err);
        if (got > 0 && copied)
            sl_buf_commit(out, (size_t)got);
        else if (got > 0)
            sl_buf_append(out, lent, (size_t)got);
    } while (got > 0);
    cr_expect(got < 0 || out->fail != SL_OK || source->position == out->len);
    return got < 0 ? -1 : sl_buf_check(out, "output", err);
}

static const size_t lengths[] = {0, 1, 70000, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 9 * CHUNK + 4321};

static const struct {
    size_t step;
    bool copied;
} ways[] = {{SIZE_MAX / 2, false}, {1000, false}, {1000, true}, {CHUNK, true}};

Test(gzip_read, gives_what_was_compressed)
{
    for (int kind = 0; kind < SAMPLE_KINDS; kind++) {
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            unsigned char *bytes = sample_make((enum sample_kind)kind, lengths[i]);
            SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
            zlib_gzip(&gzip, bytes, lengths[i], kind % 2 ? 6 : 0);
            for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++) {
                struct sl_err err = {0};
                SL_CLEANUP(sl_buf_release) struct sl_buf out;
                cr_expect_eq(
                    gunzip(&out, sl_buf_view(&gzip), lengths[i], ways[way].step, ways[way].copied, &err), 0,
                    "%zu bytes of %s: %s", lengths[i], sample_names[kind], err.message);
                cr_expect(sl_str_equal(sl_buf_view(&out), (struct sl_str){(char *)bytes, lengths[i]}),
                          "%zu bytes of %s, way %zu", lengths[i], sample_names[kind], way);
            }
            free(bytes);
        }
    }
}

Test(gzip_read, reads_what_the_writer_wrote)
{
    unsigned char *bytes = sample_make(SAMPLE_MIXED, 7 * CHUNK);
    struct sl_err err = {0};
    SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
    sl_buf_init(&gzip, 64 * SL_MIB);
    struct sl_sink *below = NULL;
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    cr_assert_eq(sl_sink_buf(&below, &gzip, &err), 0);
    cr_assert_eq(sl_sink_gzip(&sink, below, 0, &err), 0);
    cr_assert_eq(sl_sink_write(sink, bytes, 7 * CHUNK, &err), 0);
    cr_assert_eq(sl_sink_finish(sink, &err), 0);
    SL_CLEANUP(sl_buf_release) struct sl_buf out;
    cr_expect_eq(gunzip(&out, sl_buf_view(&gzip), 7 * CHUNK, CHUNK, false, &err), 0, "%s", err.message);
    cr_expect(sl_str_equal(sl_buf_view(&out), (struct sl_str){(char *)bytes, 7 * CHUNK}));
    free(bytes);
}

Test(gzip_read, starts_no_thread)
{
    unsigned char *bytes = sample_make(SAMPLE_TEXT, 5 * CHUNK);
    struct sl_err err = {0};
    SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
    SL_CLEANUP(sl_buf_release) struct sl_buf out;
    zlib_gzip(&gzip, bytes, 5 * CHUNK, 6);
    thread_fault_allow(1);
    cr_expect_eq(gunzip(&out, sl_buf_view(&gzip), 5 * CHUNK, 100000, false, &err), 0, "%s", err.message);
    cr_expect_eq(thread_fault_created(), 0);
    free(bytes);
}

/* -- refusals -- */

/* "hello" by zlib: header 10, data 7, CRC 4, size 4. */
#define HELLO "\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\x05\0\0\0"
#define BODY  "\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\x05\0\0\0"

#define BYTES(literal)                                                                                       \
    {                                                                                                        \
        literal, sizeof(literal) - 1                                                                         \
    }

static const struct {
    const char *what;
    struct sl_str gzip;
    const char *message; /* NULL: "hello" is read */
} read_cases[] = {
    {"plain", BYTES(HELLO), NULL},
    {"time, XFL and OS say nothing", BYTES("\x1f\x8b\x08\0\x11\x22\x33\x44\x02\xff" BODY), NULL},
    {"empty", BYTES(""), "gzip: this is not gzip data"},
    {"a header that is cut", BYTES("\x1f\x8b\x08"), "gzip: the compressed data ends in the middle"},
    {"not gzip", BYTES("PK\3\4 this is a zip"), "gzip: this is not gzip data"},
    {"old compress", BYTES("\x1f\x9d\x90 and some more"), "gzip: this is not gzip data"},
    {"method 7", BYTES("\x1f\x8b\x07\0\0\0\0\0\0\x03" BODY),
     "gzip: the header names an unknown method of compression"},
    {"FTEXT", BYTES("\x1f\x8b\x08\1\0\0\0\0\0\x03" BODY), "optional"},
    {"FHCRC", BYTES("\x1f\x8b\x08\2\0\0\0\0\0\x03\x00\x00" BODY), "optional"},
    {"FEXTRA", BYTES("\x1f\x8b\x08\4\0\0\0\0\0\x03\x01\x00x" BODY), "optional"},
    {"FNAME", BYTES("\x1f\x8b\x08\x08\0\0\0\0\0\x03name\0" BODY), "optional"},
    {"FCOMMENT", BYTES("\x1f\x8b\x08\x10\0\0\0\0\0\x03text\0" BODY), "optional"},
    {"reserved flag", BYTES("\x1f\x8b\x08\x20\0\0\0\0\0\x03" BODY), "optional"},
    {"bad CRC", BYTES("\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\x07\0\x87\xa6\x10\x36\x05\0\0\0"),
     "gzip: the data is damaged: its CRC32 is not the one in the trailer"},
    {"bad ISIZE", BYTES("\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\x05\0\0\1"),
     "gzip: the data is damaged: its length is not the one in the trailer"},
    {"bad block type", BYTES("\x1f\x8b\x08\0\0\0\0\0\0\x03\x07\0\x86\xa6\x10\x36\x05\0\0\0"),
     "gzip: the compressed data is damaged: invalid block type"},
    {"too far back", BYTES("\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\x02\x00\0\0\0\0\0\0\0\0"),
     "gzip: the compressed data is damaged: invalid distance too far back"},
    {"a byte behind", BYTES(HELLO "x"), "gzip: there are bytes after the end of the compressed data"},
    {"a NUL behind", BYTES(HELLO "\0"), "gzip: there are bytes after the end of the compressed data"},
    {"padding behind", BYTES(HELLO "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
     "gzip: there are bytes after the end of the compressed data"},
    {"a second member", BYTES(HELLO HELLO), "gzip: there are bytes after the end of the compressed data"},
};

Test(gzip_read, accepts_one_plain_member_only)
{
    for (size_t i = 0; i < sizeof read_cases / sizeof read_cases[0]; i++) {
        struct sl_err err = {0};
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        int result = gunzip(&out, read_cases[i].gzip, 100, 3, false, &err);
        if (!read_cases[i].message) {
            cr_expect_eq(result, 0, "%s: %s", read_cases[i].what, err.message);
            cr_expect_str_eq(out.ptr, "hello");
            continue;
        }
        cr_expect_eq(result, -1, "%s", read_cases[i].what);
        cr_expect_eq(err.code, SL_E_REFUSED, "%s: %s", read_cases[i].what, err.message);
        cr_expect_not_null(strstr(err.message, read_cases[i].message), "%s: %s", read_cases[i].what,
                           err.message);
    }
}

Test(gzip_read, every_truncation_is_refused)
{
    unsigned char *bytes = sample_make(SAMPLE_TEXT, 2000);
    SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
    zlib_gzip(&gzip, bytes, 2000, 6);
    for (size_t len = 0; len < gzip.len; len++) {
        struct sl_err err = {0};
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        cr_expect_eq(gunzip(&out, (struct sl_str){gzip.ptr, len}, 2000, 512, true, &err), -1, "%zu bytes",
                     len);
        cr_expect_eq(err.code, SL_E_REFUSED);
    }
    free(bytes);
}

Test(gzip_read, late_damage_and_truncation_are_refused)
{
    unsigned char *bytes = sample_make(SAMPLE_TEXT, 9 * CHUNK);
    SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
    zlib_gzip(&gzip, bytes, 9 * CHUNK, 6);
    for (size_t cut = 1; cut < gzip.len; cut += gzip.len / 20) {
        struct sl_err err = {0};
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        cr_expect_eq(gunzip(&out, (struct sl_str){gzip.ptr, gzip.len - cut}, 9 * CHUNK, CHUNK, false, &err),
                     -1);
        cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
    }
    for (size_t back = 1; back <= 8; back++) {
        struct sl_err err = {0};
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        gzip.ptr[gzip.len - back] ^= 1;
        cr_expect_eq(gunzip(&out, sl_buf_view(&gzip), 9 * CHUNK, CHUNK, false, &err), -1);
        gzip.ptr[gzip.len - back] ^= 1;
        cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
    }
    sl_buf_byte(&gzip, '\0');
    struct sl_err err = {0};
    SL_CLEANUP(sl_buf_release) struct sl_buf out;
    cr_expect_eq(gunzip(&out, sl_buf_view(&gzip), 9 * CHUNK, CHUNK, false, &err), -1);
    cr_expect_str_eq(err.message, "gzip: there are bytes after the end of the compressed data");
    free(bytes);
}

static const struct {
    size_t len, max;
    bool fits;
} bomb_cases[] = {
    {100, 100, true},
    {100, 99, false},
    {100, 0, false},
    {0, 0, true},
    {CHUNK, CHUNK, true},
    {CHUNK, CHUNK - 1, false},
    {CHUNK + 1, CHUNK, false},
    {20 * CHUNK, 20 * CHUNK, true},
    {20 * CHUNK, 20 * CHUNK - 1, false},
    {20 * CHUNK, 1000, false},
    {20 * CHUNK, 3 * CHUNK, false},
};

Test(gzip_read, a_bomb_gives_no_byte_beyond_the_maximum)
{
    for (size_t i = 0; i < sizeof bomb_cases / sizeof bomb_cases[0]; i++) {
        unsigned char *zeros = sample_make(SAMPLE_ZEROS, bomb_cases[i].len);
        SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
        zlib_gzip(&gzip, zeros, bomb_cases[i].len, 9);
        struct sl_err err = {0};
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        int result = gunzip(&out, sl_buf_view(&gzip), bomb_cases[i].max, SIZE_MAX / 2, false, &err);
        cr_expect_eq(result, bomb_cases[i].fits ? 0 : -1, "case %zu: %s", i, err.message);
        cr_expect_leq(out.len, bomb_cases[i].max);
        if (!bomb_cases[i].fits) {
            char expected[128];
            (void)snprintf(expected, sizeof expected,
                           "gzip: the data unpacks to more than the limit of %zu bytes", bomb_cases[i].max);
            cr_expect_str_eq(err.message, expected);
            cr_expect_eq(err.code, SL_E_REFUSED);
        }
        free(zeros);
    }
}

/* -- stock gzip -- */

Test(gzip_read, takes_what_stock_gzip_makes_without_a_name)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    scratch_write(&scratch, "file", "hello from gzip");
    static const struct {
        const char *command;
        int result;
    } cases[] = {{"gzip -n -c %s", 0}, {"gzip -9n -c %s", 0}, {"gzip -1 < %s", 0}, {"gzip -c %s", -1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char command[512];
        char bytes[1000];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        (void)snprintf(command, sizeof command, cases[i].command, scratch_path(&scratch, "file"));
#pragma GCC diagnostic pop
        FILE *gzip = popen(command, "r");
        size_t len = fread(bytes, 1, sizeof bytes, gzip);
        cr_assert_eq(pclose(gzip), 0);
        struct sl_err err = {0};
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        cr_expect_eq(gunzip(&out, (struct sl_str){bytes, len}, 100, 100, true, &err), cases[i].result,
                     "%s: %s", cases[i].command, err.message);
        if (cases[i].result == 0)
            cr_expect_str_eq(out.ptr, "hello from gzip");
    }
}

/* -- when something goes wrong -- */

/* Gives what it has, then fails; notes that it was freed. */
struct watched_source {
    struct sl_source source;
    struct sl_str rest;
    unsigned *freed;
};

static ssize_t watched_read(struct sl_source *self, void *out, size_t len, struct sl_err *err)
{
    struct watched_source *source = (struct watched_source *)self;
    if (source->rest.len == 0)
        return sl_fail(err, SL_E_IO, "the disk is gone");
    size_t piece = source->rest.len < len ? source->rest.len : len;
    memcpy(out, source->rest.ptr, piece);
    source->rest = sl_str_slice(source->rest, piece, source->rest.len);
    return (ssize_t)piece;
}

static void watched_free(struct sl_source *self)
{
    ++*((struct watched_source *)self)->freed;
    free(self);
}

static struct sl_source *watched(struct sl_str bytes, unsigned *freed)
{
    static const struct sl_source_ops ops = {.read = watched_read, .free = watched_free};
    struct watched_source *source = calloc(1, sizeof *source);
    *source = (struct watched_source){.source.ops = &ops, .rest = bytes, .freed = freed};
    return &source->source;
}

Test(gzip_read, a_failure_below_is_handed_up_and_sticks)
{
    unsigned char *bytes = sample_make(SAMPLE_RANDOM, 9 * CHUNK);
    SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
    zlib_gzip(&gzip, bytes, 9 * CHUNK, 6);
    for (size_t len = 0; len < gzip.len; len += gzip.len / 8) {
        unsigned freed = 0;
        struct sl_err err = {0};
        struct sl_source *source = NULL;
        struct sl_source *below = watched((struct sl_str){gzip.ptr, len}, &freed);
        cr_assert_eq(sl_source_gzip(&source, below, 9 * CHUNK, &err), 0);
        const void *lent;
        ssize_t got;
        size_t total = 0;
        while ((got = sl_source_borrow(source, &lent, CHUNK, &err)) > 0) {
            cr_expect_arr_eq(lent, bytes + total, (size_t)got);
            total += (size_t)got;
        }
        cr_expect_eq(got, -1);
        cr_expect_str_eq(err.message, "the disk is gone");
        sl_err_clear(&err);
        cr_expect_eq(sl_source_borrow(source, &lent, CHUNK, &err), -1);
        cr_expect_str_eq(err.message, "the disk is gone");
        sl_source_free(source);
        cr_expect_eq(freed, 1);
    }
    free(bytes);
}

Test(gzip_read, can_be_abandoned_at_any_time)
{
    unsigned char *bytes = sample_make(SAMPLE_TEXT, 9 * CHUNK);
    SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
    zlib_gzip(&gzip, bytes, 9 * CHUNK, 1);
    for (size_t len = 0; len < 9 * CHUNK; len += CHUNK / 2) {
        unsigned freed = 0;
        struct sl_err err = {0};
        struct sl_source *source = NULL;
        struct sl_source *below = watched(sl_buf_view(&gzip), &freed);
        cr_assert_eq(sl_source_gzip(&source, below, 9 * CHUNK, &err), 0);
        const void *lent;
        while (source->position < len && sl_source_borrow(source, &lent, len - source->position, &err) > 0)
            continue;
        sl_source_free(source);
        cr_expect_eq(freed, 1);
    }
    free(bytes);
}

Test(gzip_read, a_failed_allocation_is_an_error_or_makes_no_difference)
{
    unsigned char *bytes = sample_make(SAMPLE_TEXT, 5 * CHUNK);
    SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
    zlib_gzip(&gzip, bytes, 5 * CHUNK, 6);
    for (size_t nth = 1;; nth++) {
        struct sl_err err = {0};
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        alloc_fault_arm(nth);
        int result = gunzip(&out, sl_buf_view(&gzip), 5 * CHUNK, CHUNK, false, &err);
        bool happened = alloc_fault_disarm();
        if (result < 0)
            cr_expect_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
        else
            cr_expect(sl_str_equal(sl_buf_view(&out), (struct sl_str){(char *)bytes, 5 * CHUNK}));
        if (!happened) {
            cr_expect_eq(result, 0);
            break;
        }
    }
    free(bytes);
}
