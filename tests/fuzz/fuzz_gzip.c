/*
 * The gzip reader on any bytes, and the writer with the reader behind it. The first byte chooses how: the low
 * half the size of the reads, the high half the maximum of output.
 */
#include "fuzz.h"

#include "base/cleanup.h"
#include "io/gzip.h"
#include <string.h>

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
    there_and_back(rest, step);
    return 0;
}
