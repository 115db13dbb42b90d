/*
 * The gzip reader on any bytes; on the same bytes as raw deflate, with a header and the right trailer around them, where it must
 * read what plain zlib reads; and the writer with the reader behind it. The first byte chooses how: the low half the size of the
 * reads, the high half the maximum of output.
 */
#include "fuzz.h"

#include "base/cleanup.h"
#include "io/gzip.h"
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

/* Enough for more than the window and what is asked for at a time. */
#define UNPACKED_MAX ((size_t)256 * 1024)

static uint64_t max_of(uint8_t choice)
{
    return choice >> 4 == 15 ? UINT64_C(4) * 1024 * 1024 : UINT64_C(1) << (choice >> 4);
}

/* Reads to the end: 0, or -1. What comes goes to `out` where there is one. */
static int read_all(struct sl_str gzip, uint64_t max, size_t step, struct sl_buf *out)
{
    struct sl_err err = {0};
    struct sl_source *below = NULL;
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    FUZZ_REQUIRE(sl_source_memory(&below, gzip, &err) == 0);
    FUZZ_REQUIRE(sl_source_gzip(&source, below, max, &err) == 0);
    const void *bytes;
    ssize_t got;
    while ((got = sl_source_borrow(source, &bytes, step, &err)) > 0) {
        FUZZ_REQUIRE((size_t)got <= step && source->position <= max);
        if (out)
            sl_buf_append(out, bytes, (size_t)got);
    }
    FUZZ_REQUIRE(got == 0 || (err.code == SL_E_REFUSED && err.message[0]));
    return got < 0 ? -1 : 0;
}

static void put_le32(struct sl_buf *out, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        sl_buf_byte(out, (char)(value >> 8 * i & 0xff));
}

/* True with all that the raw deflate data holds and how much of it was used; false where zlib refuses it. */
static bool zlib_reads(struct sl_buf *out, struct sl_str deflated, size_t *used)
{
    z_stream state = {.next_in = (const unsigned char *)deflated.ptr, .avail_in = (uInt)deflated.len};
    FUZZ_REQUIRE(inflateInit2(&state, -15) == Z_OK);
    state.next_out = sl_buf_reserve(out, UNPACKED_MAX);
    state.avail_out = (uInt)UNPACKED_MAX;
    FUZZ_REQUIRE(state.next_out);
    bool ended = inflate(&state, Z_FINISH) == Z_STREAM_END;
    sl_buf_commit(out, UNPACKED_MAX - state.avail_out);
    *used = state.total_in;
    (void)inflateEnd(&state);
    return ended;
}

static void like_zlib(struct sl_str deflated, size_t step)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf expected;
    SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
    SL_CLEANUP(sl_buf_release) struct sl_buf out;
    sl_buf_init(&expected, UNPACKED_MAX);
    sl_buf_init(&gzip, deflated.len + 100);
    sl_buf_init(&out, UNPACKED_MAX);
    size_t used;
    bool ended = zlib_reads(&expected, deflated, &used);
    sl_buf_append(&gzip, "\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
    sl_buf_append(&gzip, deflated.ptr, ended ? used : deflated.len);
    if (ended) {
        put_le32(&gzip, (uint32_t)crc32(0, (const unsigned char *)expected.ptr, (uInt)expected.len));
        put_le32(&gzip, (uint32_t)expected.len);
    }
    FUZZ_REQUIRE(read_all(sl_buf_view(&gzip), UNPACKED_MAX, step, &out) == (ended ? 0 : -1));
    FUZZ_REQUIRE(!ended || sl_str_equal(sl_buf_view(&out), sl_buf_view(&expected)));
}

static void there_and_back(struct sl_str content, size_t step)
{
    struct sl_err err = {0};
    SL_CLEANUP(sl_buf_release) struct sl_buf gzip;
    SL_CLEANUP(sl_buf_release) struct sl_buf back;
    sl_buf_init(&gzip, 2 * content.len + 1000);
    sl_buf_init(&back, content.len);
    struct sl_sink *below = NULL;
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    FUZZ_REQUIRE(sl_sink_buf(&below, &gzip, &err) == 0);
    FUZZ_REQUIRE(sl_sink_gzip(&sink, below, 1, &err) == 0);
    FUZZ_REQUIRE(sl_sink_write(sink, content.ptr, content.len, &err) == 0);
    FUZZ_REQUIRE(sl_sink_finish(sink, &err) == 0);
    FUZZ_REQUIRE(read_all(sl_buf_view(&gzip), content.len, step, &back) == 0);
    FUZZ_REQUIRE(sl_str_equal(sl_buf_view(&back), content));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t step = (size_t)1 << (data[0] & 15);
    struct sl_str rest = {(const char *)data + 1, size - 1};
    (void)read_all(rest, max_of(data[0]), step, NULL);
    like_zlib(rest, step);
    there_and_back(rest, step);
    return 0;
}
