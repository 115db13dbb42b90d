#include "io/stream.h"

#include <stdlib.h>

struct ahead_source {
    struct sl_source source;
    struct sl_source *below;
    char bytes[SL_SOURCE_AHEAD_MAX];
    size_t at, len; /* of them, still to be read */
};

static ssize_t ahead_borrow(struct sl_source *self, const void **bytes, size_t max, struct sl_err *err)
{
    struct ahead_source *ahead = (struct ahead_source *)self;
    size_t rest = ahead->len - ahead->at;
    if (rest == 0)
        return sl_source_borrow(ahead->below, bytes, max, err);
    size_t len = rest < max ? rest : max;
    *bytes = ahead->bytes + ahead->at;
    ahead->at += len;
    return (ssize_t)len;
}

static ssize_t ahead_read(struct sl_source *self, void *out, size_t len, struct sl_err *err)
{
    struct ahead_source *ahead = (struct ahead_source *)self;
    if (ahead->at == ahead->len)
        return sl_source_read(ahead->below, out, len, err);
    const void *bytes;
    ssize_t got = ahead_borrow(self, &bytes, len, err);
    memcpy(out, bytes, (size_t)got);
    return got;
}

static void ahead_free(struct sl_source *self)
{
    struct ahead_source *ahead = (struct ahead_source *)self;
    sl_source_free(ahead->below);
    free(ahead);
}

int sl_source_ahead(struct sl_source **out, struct sl_source *below, struct sl_str *beginning,
                    struct sl_err *err)
{
    static const struct sl_source_ops ops = {.read = ahead_read, .borrow = ahead_borrow, .free = ahead_free};
    struct ahead_source *ahead = calloc(1, sizeof *ahead);
    if (!ahead)
        return sl_fail_memory(err);
    while (ahead->len < sizeof ahead->bytes) {
        ssize_t got = sl_source_read(below, ahead->bytes + ahead->len, sizeof ahead->bytes - ahead->len, err);
        if (got < 0) {
            free(ahead);
            return -1;
        }
        if (got == 0)
            break;
        ahead->len += (size_t)got;
    }
    ahead->source.ops = &ops;
    ahead->below = below;
    *beginning = (struct sl_str){ahead->bytes, ahead->len};
    *out = &ahead->source;
    return 0;
}
