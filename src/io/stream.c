#include "io/stream.h"

#include "io/aligned.h"

#include <stdlib.h>

/* What is read at once from a stage that cannot lend: large enough that system calls do not show, small
 * enough to stay in the CPU's second cache. */
#define SPARE_BYTES ((size_t)128 * 1024)

static ssize_t failed_before(const struct sl_err *failure, struct sl_err *err)
{
    *err = *failure;
    return -1;
}

static ssize_t source_result(struct sl_source *source, ssize_t got, const struct sl_err *err)
{
    if (got < 0)
        source->failure = *err;
    else if (got == 0)
        source->ended = true;
    else
        source->position += (uint64_t)got;
    return got;
}

ssize_t sl_source_read(struct sl_source *source, void *out, size_t len, struct sl_err *err)
{
    if (source->failure.code != SL_OK)
        return failed_before(&source->failure, err);
    if (source->ended || len == 0)
        return 0;
    if (source->ops->read)
        return source_result(source, source->ops->read(source, out, len, err), err);

    const void *bytes;
    ssize_t got = source->ops->borrow(source, &bytes, len, err);
    if (got > 0)
        memcpy(out, bytes, (size_t)got);
    return source_result(source, got, err);
}

ssize_t sl_source_borrow(struct sl_source *source, const void **bytes, size_t max, struct sl_err *err)
{
    if (source->failure.code != SL_OK)
        return failed_before(&source->failure, err);
    if (source->ended || max == 0)
        return 0;
    if (source->ops->borrow)
        return source_result(source, source->ops->borrow(source, bytes, max, err), err);

    if (!source->spare)
        source->spare = malloc(SPARE_BYTES + SL_ALIGNMENT);
    if (!source->spare)
        return source_result(source, sl_fail_memory(err), err);
    unsigned char *spare = sl_aligned(source->spare);
    *bytes = spare;
    size_t len = max < SPARE_BYTES ? max : SPARE_BYTES;
    return source_result(source, source->ops->read(source, spare, len, err), err);
}

ssize_t sl_source_read_exactly(struct sl_source *source, void *out, size_t len, const char *what,
                               struct sl_err *err)
{
    for (size_t have = 0; have < len;) {
        ssize_t got = sl_source_read(source, (char *)out + have, len - have, err);
        if (got < 0)
            return -1;
        if (got == 0) {
            (void)sl_fail(&source->failure, SL_E_REFUSED, "the data ends in the middle of %s", what);
            return failed_before(&source->failure, err);
        }
        have += (size_t)got;
    }
    return (ssize_t)len;
}

void sl_source_free(struct sl_source *source)
{
    if (!source)
        return;
    free(source->spare);
    source->ops->free(source);
}

void sl_source_freep(struct sl_source **source)
{
    sl_source_free(*source);
    *source = NULL;
}

static int sink_usable(struct sl_sink *sink, struct sl_err *err)
{
    if (sink->failure.code == SL_OK && sink->finished)
        (void)sl_fail(&sink->failure, SL_E_INTERNAL, "a sink was used after its end");
    return sink->failure.code == SL_OK ? 0 : (int)failed_before(&sink->failure, err);
}

int sl_sink_write(struct sl_sink *sink, const void *bytes, size_t len, struct sl_err *err)
{
    if (sink_usable(sink, err) < 0)
        return -1;
    if (len == 0)
        return 0;
    if (sink->ops->write(sink, bytes, len, err) < 0) {
        sink->failure = *err;
        return -1;
    }
    sink->position += len;
    return 0;
}

int sl_sink_finish(struct sl_sink *sink, struct sl_err *err)
{
    if (sink_usable(sink, err) < 0)
        return -1;
    if (sink->ops->finish(sink, err) < 0) {
        sink->failure = *err;
        return -1;
    }
    sink->finished = true;
    return 0;
}

void sl_sink_free(struct sl_sink *sink)
{
    if (sink)
        sink->ops->free(sink);
}

void sl_sink_freep(struct sl_sink **sink)
{
    sl_sink_free(*sink);
    *sink = NULL;
}
