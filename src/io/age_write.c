#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/age.h"
#include "io/age.h"

#include <stdlib.h>

struct age_sink {
    struct sl_sink sink;
    struct sl_sink *below; /* NULL until everything is ready */
    struct sl_age_stream stream;
    size_t len;                                                 /* of the content in `bytes` */
    unsigned char bytes[SL_AGE_CHUNK_BYTES + SL_AGE_TAG_BYTES]; /* sealed in place */
};

static int send_chunk(struct age_sink *age, bool last, struct sl_err *err)
{
    sl_age_chunk_seal(&age->stream, age->bytes, age->bytes, age->len, last);
    size_t sealed = age->len + SL_AGE_TAG_BYTES;
    age->len = 0;
    return sl_sink_write(age->below, age->bytes, sealed, err);
}

static int age_write(struct sl_sink *self, const void *bytes, size_t len, struct sl_err *err)
{
    struct age_sink *age = (struct age_sink *)self;
    const unsigned char *from = bytes;
    while (len) {
        /* A full chunk is only sent on when more comes: it may be the last. */
        if (age->len == SL_AGE_CHUNK_BYTES && send_chunk(age, false, err) < 0)
            return -1;
        size_t piece = SL_AGE_CHUNK_BYTES - age->len < len ? SL_AGE_CHUNK_BYTES - age->len : len;
        memcpy(age->bytes + age->len, from, piece);
        age->len += piece;
        from += piece;
        len -= piece;
    }
    return 0;
}

static int age_finish(struct sl_sink *self, struct sl_err *err)
{
    struct age_sink *age = (struct age_sink *)self;
    return send_chunk(age, true, err) < 0 ? -1 : sl_sink_finish(age->below, err);
}

static void age_free(struct sl_sink *self)
{
    struct age_sink *age = (struct age_sink *)self;
    sl_sink_free(age->below);
    sl_age_stream_wipe(&age->stream);
    free(age);
}

static int write_beginning(struct age_sink *age, struct sl_sink *below,
                           const struct sl_age_recipients *recipients, const struct sl_random *random,
                           struct sl_err *err)
{
    SL_CLEANUP(sl_age_file_key_wipe) struct sl_age_file_key key;
    SL_CLEANUP(sl_buf_release) struct sl_buf header;
    sl_buf_init(&header, SL_AGE_HEADER_MAX + SL_AGE_NONCE_BYTES);
    unsigned char nonce[SL_AGE_NONCE_BYTES];
    if (random->fill(random->context, key.bytes, sizeof key.bytes, err) < 0 ||
        random->fill(random->context, nonce, sizeof nonce, err) < 0 ||
        sl_age_header_write(&header, &key, recipients, random, err) < 0)
        return -1;
    sl_buf_append(&header, nonce, sizeof nonce);
    if (sl_buf_check(&header, "the age header", err) < 0)
        return -1;
    sl_age_stream_start(&age->stream, &key, nonce);
    return sl_sink_write(below, header.ptr, header.len, err);
}

int sl_sink_age(struct sl_sink **out, struct sl_sink *below, const struct sl_age_recipients *recipients,
                const struct sl_random *random, struct sl_err *err)
{
    static const struct sl_sink_ops ops = {.write = age_write, .finish = age_finish, .free = age_free};
    struct age_sink *age = calloc(1, sizeof *age);
    if (!age)
        return sl_fail_memory(err);
    age->sink.ops = &ops;
    if (write_beginning(age, below, recipients, random, err) < 0) {
        age_free(&age->sink);
        return -1;
    }
    age->below = below;
    *out = &age->sink;
    return 0;
}
