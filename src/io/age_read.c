/*
 * The header is gathered in the buffer that chunks are read into, and what was read behind it is moved to the
 * front. Chunks are not decrypted in place: one that is not authentic as it was tried first is tried again,
 * and libsodium has overwritten its output by then.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/age.h"
#include "io/age.h"

#include <stdlib.h>

#define SEALED_BYTES (SL_AGE_CHUNK_BYTES + SL_AGE_TAG_BYTES)

_Static_assert(SL_AGE_HEADER_MAX + SL_AGE_NONCE_BYTES <= SEALED_BYTES, "the header fits the buffer");

struct age_source {
    struct sl_source source;
    struct sl_source *below;
    enum sl_age_outcome *outcome; /* the caller's, or the next */
    enum sl_age_outcome unasked;
    struct sl_age_stream stream;
    bool begun; /* a chunk was opened */
    bool last;  /* it was the last one */

    unsigned char *bytes;   /* SEALED_BYTES, and behind them SL_AGE_CHUNK_BYTES: */
    unsigned char *content; /* what was opened */
    size_t have;            /* of `bytes`, read from below and not opened yet */
    size_t at, len;         /* of `content`: [at, len) is still to be lent */
};

static int refuse(struct age_source *age, enum sl_age_outcome outcome, const char *why, struct sl_err *err)
{
    *age->outcome = outcome;
    return sl_fail(err, SL_E_REFUSED, "age: %s", why);
}

/* Reads until there are `wanted` bytes, or the end. */
static int fill(struct age_source *age, size_t wanted, struct sl_err *err)
{
    while (age->have < wanted) {
        ssize_t got = sl_source_read(age->below, age->bytes + age->have, wanted - age->have, err);
        if (got < 0)
            return -1;
        if (got == 0)
            return 0;
        age->have += (size_t)got;
    }
    return 0;
}

/* -- the header -- */

static int gather_header(struct age_source *age, size_t *length, struct sl_err *err)
{
    for (;;) {
        *length = sl_age_header_length((struct sl_str){(const char *)age->bytes, age->have});
        if (*length)
            return 0;
        if (age->have == SL_AGE_HEADER_MAX)
            return refuse(age, SL_AGE_BAD_HEADER, "the header is larger than the limit of 64 KiB", err);
        ssize_t got = sl_source_read(age->below, age->bytes + age->have, SL_AGE_HEADER_MAX - age->have, err);
        if (got < 0)
            return -1;
        if (got == 0)
            return refuse(age, SL_AGE_BAD_HEADER, "the data ends in the middle of the header", err);
        age->have += (size_t)got;
    }
}

static int open_header(struct age_source *age, const struct sl_age_keys *keys, struct sl_err *err)
{
    size_t length;
    SL_CLEANUP(sl_age_file_key_wipe) struct sl_age_file_key key;
    if (gather_header(age, &length, err) < 0)
        return -1;
    struct sl_str header = {(const char *)age->bytes, length};
    if (sl_age_header_open(&key, header, keys, age->outcome, err) < 0)
        return -1;
    *age->outcome = SL_AGE_NOT_READ;
    size_t payload = length + SL_AGE_NONCE_BYTES;
    if (fill(age, payload, err) < 0)
        return -1;
    if (age->have < payload)
        return refuse(age, SL_AGE_BAD_HEADER, "the data ends in the middle of the nonce", err);
    sl_age_stream_start(&age->stream, &key, age->bytes + length);
    age->have -= payload;
    memmove(age->bytes, age->bytes + payload, age->have);
    return 0;
}

/* -- chunks -- */

static int at_end(struct age_source *age, struct sl_err *err)
{
    if (fill(age, 1, err) < 0)
        return -1;
    if (age->have)
        return refuse(age, SL_AGE_BAD_PAYLOAD, "there are bytes after the end of the encrypted data", err);
    *age->outcome = SL_AGE_OPENED;
    return 0;
}

/*
 * Which chunk is the last is said by its nonce alone, and not by where the data ends: a full one is tried as
 * one of those before first. So what was cut off at the border of a chunk is known as such, and is authentic.
 */
static int open_chunk(struct age_source *age, struct sl_err *err)
{
    if (fill(age, SEALED_BYTES, err) < 0)
        return -1;
    if (age->have < SL_AGE_TAG_BYTES)
        return refuse(age, SL_AGE_BAD_PAYLOAD, "the encrypted data is cut off", err);
    bool full = age->have == SEALED_BYTES;
    bool opened = full && sl_age_chunk_open(&age->stream, age->content, age->bytes, age->have, false);
    if (!opened) {
        opened = sl_age_chunk_open(&age->stream, age->content, age->bytes, age->have, true);
        age->last = opened;
    }
    if (!opened)
        return refuse(age, SL_AGE_BAD_PAYLOAD,
                      full ? "the encrypted data was changed" : "the encrypted data was changed or cut off",
                      err);
    age->at = 0;
    age->len = age->have - SL_AGE_TAG_BYTES;
    age->have = 0;
    if (age->len == 0 && age->begun)
        return refuse(age, SL_AGE_BAD_PAYLOAD, "the last chunk is empty, and not the only one", err);
    age->begun = true;
    return 0;
}

static ssize_t age_borrow(struct sl_source *self, const void **bytes, size_t max, struct sl_err *err)
{
    struct age_source *age = (struct age_source *)self;
    if (age->at == age->len && !age->last && open_chunk(age, err) < 0)
        return -1;
    if (age->at == age->len)
        return at_end(age, err);
    size_t rest = age->len - age->at;
    size_t len = rest < max ? rest : max;
    *bytes = age->content + age->at;
    age->at += len;
    return (ssize_t)len;
}

/* -- the stage -- */

static void age_free(struct sl_source *self)
{
    struct age_source *age = (struct age_source *)self;
    sl_source_free(age->below);
    sl_age_stream_wipe(&age->stream);
    free(age->bytes);
    free(age);
}

/* What does not begin as a binary file does must be armored. `below` is what was `*below` and what is under it. */
static int take_armor_off(struct sl_source **below, enum sl_age_outcome *outcome, struct sl_err *err)
{
    struct sl_str beginning;
    struct sl_source *stage;
    if (sl_source_ahead(&stage, *below, &beginning, err) < 0)
        return -1;
    *below = stage;
    if (beginning.len == 0 || sl_str_starts_with(beginning, SL_STR("age-encryption.org/")))
        return 0;
    if (sl_source_age_armor(&stage, *below, outcome, err) < 0)
        return -1;
    *below = stage;
    return 0;
}

/* Takes `below` over in every case. */
static int begin(struct age_source *age, struct sl_source *below, const struct sl_age_keys *keys,
                 struct sl_err *err)
{
    age->below = below;
    age->bytes = malloc(SEALED_BYTES + SL_AGE_CHUNK_BYTES);
    if (!age->bytes)
        return sl_fail_memory(err);
    age->content = age->bytes + SEALED_BYTES;
    if (take_armor_off(&age->below, age->outcome, err) < 0)
        return -1;
    return open_header(age, keys, err);
}

int sl_source_age(struct sl_source **out, struct sl_source *below, const struct sl_age_keys *keys,
                  enum sl_age_outcome *outcome, struct sl_err *err)
{
    static const struct sl_source_ops ops = {.borrow = age_borrow, .free = age_free};
    if (outcome)
        *outcome = SL_AGE_NOT_READ;
    struct age_source *age = calloc(1, sizeof *age);
    if (!age) {
        sl_source_free(below);
        return sl_fail_memory(err);
    }
    age->source.ops = &ops;
    age->outcome = outcome ? outcome : &age->unasked;
    if (begin(age, below, keys, err) < 0) {
        age_free(&age->source);
        return -1;
    }
    *out = &age->source;
    return 0;
}
