#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "io/gzip.h"
#include "samples.h"
#include "scratch.h"
#include "thread_fault.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#define BLOCK ((size_t)256 * 1024)

/* Compresses through the sink, in writes of `step` bytes. */
static int compress_in_steps(struct sl_buf *out, const unsigned char *bytes, size_t len, unsigned workers,
                             size_t step, struct sl_err *err)
{
    sl_buf_init(out, 64 * SL_MIB);
    SL_CLEANUP(sl_sink_freep) struct sl_sink *below = NULL;
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    if (sl_sink_buf(&below, out, err) < 0 || sl_sink_gzip(&sink, below, workers, err) < 0)
        return -1;
    below = NULL;
    for (size_t at = 0; at < len; at += step) {
        if (sl_sink_write(sink, bytes + at, len - at < step ? len - at : step, err) < 0)
            return -1;
    }
    return sl_sink_finish(sink, err);
}

static void compress_all(struct sl_buf *out, const unsigned char *bytes, size_t len, unsigned workers,
                         size_t step)
{
    struct sl_err err = {0};
    cr_assert_eq(compress_in_steps(out, bytes, len, workers, step, &err), 0, "%s", err.message);
}

static const size_t lengths[] = {
    0, 1, 4095, 32768, 100000, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 5 * BLOCK + 12345,
};

static const struct {
    unsigned workers;
    size_t step;
} ways[] = {{2, 65536}, {8, 1000}, {3, BLOCK}, {1, BLOCK + 1}, {0, SIZE_MAX / 2}, {2, 3 * BLOCK}};

Test(gzip_write, the_bytes_depend_on_the_input_alone)
{
    for (int kind = 0; kind < SAMPLE_KINDS; kind++) {
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            unsigned char *bytes = sample_make((enum sample_kind)kind, lengths[i]);
            struct sl_buf expected;
            compress_all(&expected, bytes, lengths[i], 1, 4096);
            for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++) {
                struct sl_buf other;
                compress_all(&other, bytes, lengths[i], ways[way].workers, ways[way].step);
                cr_expect(sl_str_equal(sl_buf_view(&expected), sl_buf_view(&other)),
                          "%zu bytes of %s, way %zu", lengths[i], sample_names[kind], way);
                sl_buf_release(&other);
            }
            sl_buf_release(&expected);
            free(bytes);
        }
    }
}

Test(gzip_write, the_bytes_do_not_depend_on_threads_that_cannot_be_had)
{
    size_t len = 9 * BLOCK + 77;
    unsigned char *bytes = sample_make(SAMPLE_MIXED, len);
    struct sl_buf expected;
    compress_all(&expected, bytes, len, 4, 65536);
    cr_expect_eq(thread_fault_created(), 4);
    for (unsigned allowed = 0; allowed < 4; allowed++) {
        struct sl_buf other;
        thread_fault_allow(allowed);
        compress_all(&other, bytes, len, 4, 65536);
        cr_expect_eq(thread_fault_created(), allowed);
        cr_expect(sl_str_equal(sl_buf_view(&expected), sl_buf_view(&other)), "with %u threads", allowed);
        sl_buf_release(&other);
    }
    sl_buf_release(&expected);
    free(bytes);
}

Test(gzip_write, one_block_starts_no_thread)
{
    unsigned char *bytes = sample_make(SAMPLE_TEXT, BLOCK + 1);
    struct sl_buf out;
    compress_all(&out, bytes, BLOCK, 4, 4096);
    sl_buf_release(&out);
    cr_expect_eq(thread_fault_created(), 0);
    compress_all(&out, bytes, BLOCK + 1, 4, 4096);
    sl_buf_release(&out);
    cr_expect_eq(thread_fault_created(), 4);
    free(bytes);
}

Test(gzip_write, header_and_trailer_are_the_plainest)
{
    static const unsigned char header[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    static const unsigned char empty_end[] = {3, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    struct sl_buf out;
    compress_all(&out, NULL, 0, 1, 1);
    cr_expect_eq(out.len, 20);
    cr_expect_arr_eq(out.ptr, header, 10);
    cr_expect_arr_eq(out.ptr + 10, empty_end, 10);
    sl_buf_release(&out);
    compress_all(&out, (const unsigned char *)"hello", 5, 1, 1);
    cr_expect_arr_eq(out.ptr, header, 10);
    cr_expect_arr_eq(out.ptr + out.len - 8, "\x86\xa6\x10\x36\x05\0\0\0", 8);
    sl_buf_release(&out);
}

/* gzip's own opinion: `gzip -dc`, which also checks, gives the input again. */
Test(gzip_write, stock_gzip_gives_the_input_back)
{
    SL_CLEANUP(scratch_remove) struct scratch scratch;
    scratch_make(&scratch);
    for (int kind = 0; kind < SAMPLE_KINDS; kind++) {
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            unsigned char *bytes = sample_make((enum sample_kind)kind, lengths[i]);
            struct sl_buf out;
            compress_all(&out, bytes, lengths[i], 2, 65536);
            FILE *file = fopen(scratch_path(&scratch, "x.gz"), "wb");
            cr_assert_eq(fwrite(out.ptr, 1, out.len, file), out.len);
            cr_assert_eq(fclose(file), 0);
            sl_buf_release(&out);

            char command[512];
            (void)snprintf(command, sizeof command, "gzip -dc %s", scratch_path(&scratch, "x.gz"));
            FILE *gunzip = popen(command, "r");
            unsigned char *back = malloc(lengths[i] + 2);
            size_t got = fread(back, 1, lengths[i] + 2, gunzip);
            cr_expect_eq(pclose(gunzip), 0, "%zu bytes of %s", lengths[i], sample_names[kind]);
            cr_expect_eq(got, lengths[i]);
            cr_expect_eq(memcmp(back, bytes, lengths[i]), 0, "%zu bytes of %s", lengths[i],
                         sample_names[kind]);
            free(back);
            free(bytes);
        }
    }
}

/* What one zlib stream of level 6 makes of it. */
static size_t zlib_size(const unsigned char *bytes, size_t len)
{
    z_stream state = {0};
    cr_assert_eq(deflateInit2(&state, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&state, len);
    unsigned char *out = malloc(room);
    state.next_in = (unsigned char *)bytes;
    state.avail_in = (uInt)len;
    state.next_out = out;
    state.avail_out = (uInt)room;
    cr_assert_eq(deflate(&state, Z_FINISH), Z_STREAM_END);
    size_t size = state.total_out;
    (void)deflateEnd(&state);
    free(out);
    return size;
}

Test(gzip_write, nothing_that_shrinks_is_stored)
{
    size_t len = 12 * BLOCK;
    for (int kind = 0; kind < SAMPLE_KINDS; kind++) {
        unsigned char *bytes = sample_make((enum sample_kind)kind, len);
        struct sl_buf out;
        compress_all(&out, bytes, len, 2, 65536);
        size_t best = zlib_size(bytes, len);
        cr_expect_leq(out.len, best + best / 50 + 1000, "%s: %zu, zlib alone %zu", sample_names[kind],
                      out.len, best);
        cr_expect_leq(out.len, len + len / 5000, "%s grows", sample_names[kind]);
        sl_buf_release(&out);
        free(bytes);
    }
}

/* How it says stored: after the header, a stored block of the largest size. */
Test(gzip_write, dense_data_goes_out_as_it_is)
{
    unsigned char *bytes = sample_make(SAMPLE_RANDOM, BLOCK);
    struct sl_buf out;
    compress_all(&out, bytes, BLOCK, 1, 65536);
    cr_expect_arr_eq(out.ptr + 10, "\0\xff\xff\0\0", 5);
    cr_expect_arr_eq(out.ptr + 15, bytes, 65535);
    sl_buf_release(&out);
    free(bytes);
}

/* -- when something goes wrong -- */

struct failing_sink {
    struct sl_sink sink;
    size_t room;
    unsigned *freed;
};

static int failing_write(struct sl_sink *self, const void *bytes, size_t len, struct sl_err *err)
{
    struct failing_sink *sink = (struct failing_sink *)self;
    (void)bytes;
    if (len > sink->room)
        return sl_fail(err, SL_E_NO_SPACE, "full");
    sink->room -= len;
    return 0;
}

static int failing_finish(struct sl_sink *self, struct sl_err *err)
{
    (void)self;
    return sl_fail(err, SL_E_IO, "finish fails");
}

static void failing_free(struct sl_sink *self)
{
    ++*((struct failing_sink *)self)->freed;
    free(self);
}

Test(gzip_write, a_failure_below_is_handed_up_and_sticks)
{
    static const struct sl_sink_ops ops = {failing_write, failing_finish, failing_free};
    static const struct {
        size_t room;
        const char *message;
    } cases[] = {{0, "full"}, {10, "full"}, {BLOCK, "full"}, {3 * BLOCK, "full"}, {SIZE_MAX, "finish fails"}};
    unsigned char *bytes = sample_make(SAMPLE_RANDOM, 8 * BLOCK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        unsigned freed = 0;
        struct failing_sink *below = calloc(1, sizeof *below);
        *below = (struct failing_sink){.sink.ops = &ops, .room = cases[i].room, .freed = &freed};
        struct sl_err err = {0};
        struct sl_sink *sink = NULL;
        cr_assert_eq(sl_sink_gzip(&sink, &below->sink, 2, &err), 0);
        int result = 0;
        for (size_t at = 0; at < 8 * BLOCK && result == 0; at += 65536)
            result = sl_sink_write(sink, bytes + at, 65536, &err);
        if (result == 0)
            result = sl_sink_finish(sink, &err);
        cr_expect_eq(result, -1, "case %zu", i);
        cr_expect_str_eq(err.message, cases[i].message, "case %zu", i);
        sl_err_clear(&err);
        cr_expect_eq(sl_sink_finish(sink, &err), -1);
        cr_expect_str_eq(err.message, cases[i].message);
        sl_sink_free(sink);
        cr_expect_eq(freed, 1);
    }
    free(bytes);
}

Test(gzip_write, can_be_abandoned_at_any_time)
{
    unsigned char *bytes = sample_make(SAMPLE_TEXT, 12 * BLOCK);
    for (size_t len = 0; len < 12 * BLOCK; len += BLOCK / 2 + 1) {
        struct sl_err err = {0};
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        sl_buf_init(&out, 64 * SL_MIB);
        struct sl_sink *below = NULL;
        struct sl_sink *sink = NULL;
        cr_assert_eq(sl_sink_buf(&below, &out, &err), 0);
        cr_assert_eq(sl_sink_gzip(&sink, below, 3, &err), 0);
        cr_expect_eq(sl_sink_write(sink, bytes, len, &err), 0);
        sl_sink_free(sink);
    }
    free(bytes);
}

Test(gzip_write, a_failed_allocation_is_an_error_or_makes_no_difference)
{
    size_t len = 5 * BLOCK;
    unsigned char *bytes = sample_make(SAMPLE_MIXED, len);
    struct sl_buf expected;
    compress_all(&expected, bytes, len, 2, BLOCK);
    for (size_t nth = 1;; nth++) {
        struct sl_err err = {0};
        struct sl_buf out;
        alloc_fault_arm(nth);
        int result = compress_in_steps(&out, bytes, len, 2, BLOCK, &err);
        bool happened = alloc_fault_disarm();
        if (result < 0)
            cr_expect_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
        else
            cr_expect(sl_str_equal(sl_buf_view(&expected), sl_buf_view(&out)), "allocation %zu", nth);
        sl_buf_release(&out);
        if (!happened) {
            cr_expect_eq(result, 0);
            break;
        }
    }
    sl_buf_release(&expected);
    free(bytes);
}
