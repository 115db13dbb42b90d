#include "crypto/dsse.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base64.h"
#include "crypto/digest.h"

#include <sodium.h>
#include <stdio.h>

/* The encoding has the body and some words. */
#define ENCODED_MAX (SL_DSSE_BYTES_MAX + SL_KIB)

static void begin_encoding(struct sl_buf *out, struct sl_str type, size_t body_len)
{
    sl_buf_printf(out, "DSSEv1 %zu ", type.len);
    sl_buf_str(out, type);
    sl_buf_printf(out, " %zu ", body_len);
}

void sl_dsse_encode(struct sl_buf *out, struct sl_str type, struct sl_str body)
{
    begin_encoding(out, type, body.len);
    sl_buf_str(out, body);
}

const char *sl_dsse_key_id(char out[SL_DSSE_KEY_ID + 1], const struct sl_public_key *key)
{
    /* The key as SSH sends it (RFC 8709): its type and its bytes, each behind its length. */
    static const char head[] = "\0\0\0\013ssh-ed25519\0\0\0\040";
    unsigned char wire[sizeof head - 1 + sizeof key->point];
    memcpy(wire, head, sizeof head - 1);
    memcpy(wire + sizeof head - 1, key->point, sizeof key->point);
    struct sl_digest digest;
    sl_sha256(&digest, wire, sizeof wire);
    char digits[SL_DSSE_KEY_ID - sizeof "SHA256:" + 2];
    (void)sodium_bin2base64(digits, sizeof digits, digest.bytes, sizeof digest.bytes,
                            sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    (void)snprintf(out, SL_DSSE_KEY_ID + 1, "SHA256:%s", digits);
    return out;
}

static int count_only(void *context, struct sl_str bytes, struct sl_err *err)
{
    (void)context;
    (void)bytes;
    (void)err;
    return 0;
}

int sl_dsse_sign(unsigned char signature[SL_SIGNATURE_BYTES], const struct sl_secret_key *key,
                 struct sl_str type, const struct sl_maker *body, struct sl_err *err)
{
    struct sl_drain counted = {.take = count_only};
    if (sl_maker_run(body, SL_DSSE_BYTES_MAX, &counted, "what is signed", err) < 0)
        return -1;
    SL_CLEANUP(sl_buf_release) struct sl_buf encoded;
    sl_buf_init(&encoded, ENCODED_MAX);
    begin_encoding(&encoded, type, (size_t)counted.taken);
    size_t head = encoded.len;
    (void)sl_buf_reserve(&encoded, (size_t)counted.taken);
    if (body->write(body->context, &encoded, err) < 0 || sl_buf_check(&encoded, "what is signed", err) < 0)
        return -1;
    if (encoded.len - head != counted.taken)
        return sl_fail(err, SL_E_INTERNAL, "what is signed was made in two lengths");
    (void)crypto_sign_detached(signature, NULL, (const unsigned char *)encoded.ptr, encoded.len,
                               key->seed_and_point);
    return 0;
}

/* Base64 of pieces of any length. */
struct encoding {
    struct sl_buf *out;
    unsigned char open[3]; /* what does not make four digits yet */
    size_t open_len;
};

static int encode_piece(void *context, struct sl_str bytes, struct sl_err *err)
{
    struct encoding *encoding = context;
    size_t at = 0;
    while (encoding->open_len > 0 && encoding->open_len < sizeof encoding->open && at < bytes.len)
        encoding->open[encoding->open_len++] = (unsigned char)bytes.ptr[at++];
    if (encoding->open_len == sizeof encoding->open) {
        sl_base64_append(encoding->out, encoding->open, sizeof encoding->open);
        encoding->open_len = 0;
    }
    size_t whole = (bytes.len - at) / sizeof encoding->open * sizeof encoding->open;
    if (whole > 0)
        sl_base64_append(encoding->out, (const unsigned char *)bytes.ptr + at, whole);
    for (at += whole; at < bytes.len; at++)
        encoding->open[encoding->open_len++] = (unsigned char)bytes.ptr[at];
    return sl_buf_check(encoding->out, "the envelope", err);
}

int sl_dsse_write(struct sl_buf *out, const struct sl_secret_key *key,
                  const unsigned char signature[SL_SIGNATURE_BYTES], struct sl_str type,
                  const struct sl_maker *body, struct sl_err *err)
{
    struct encoding encoding = {.out = out};
    struct sl_drain drain = {.take = encode_piece, .context = &encoding};
    struct sl_public_key public_key;
    sl_secret_key_public(&public_key, key);
    char id[SL_DSSE_KEY_ID + 1];
    sl_buf_text(out, "{\"payload\":\"");
    if (sl_maker_run(body, SL_DSSE_BYTES_MAX, &drain, "what is signed", err) < 0)
        return -1;
    sl_base64_append(out, encoding.open, encoding.open_len);
    sl_buf_text(out, "\",\"payloadType\":\"");
    sl_buf_str(out, type);
    sl_buf_printf(out, "\",\"signatures\":[{\"keyid\":\"%s\",\"sig\":\"", sl_dsse_key_id(id, &public_key));
    sl_base64_append(out, signature, SL_SIGNATURE_BYTES);
    sl_buf_text(out, "\"}]}");
    return sl_buf_check(out, "the envelope", err);
}

int sl_dsse_verify(bool *out, const struct sl_public_key *key, struct sl_str signature, struct sl_str type,
                   struct sl_str body, struct sl_err *err)
{
    *out = false;
    SL_CLEANUP(sl_buf_release) struct sl_buf encoded;
    sl_buf_init(&encoded, ENCODED_MAX);
    sl_dsse_encode(&encoded, type, body);
    if (sl_buf_check(&encoded, "what is signed", err) < 0)
        return -1;
    *out = signature.len == crypto_sign_BYTES &&
           crypto_sign_verify_detached((const unsigned char *)signature.ptr,
                                       (const unsigned char *)encoded.ptr, encoded.len, key->point) == 0;
    return 0;
}

bool sl_dsse_decode(struct sl_buf *out, struct sl_str text)
{
    static const int variants[] = {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_URLSAFE,
                                   sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
                                   sodium_base64_VARIANT_URLSAFE_NO_PADDING};
    size_t max = text.len / 4 * 3 + 3;
    unsigned char *room = sl_buf_reserve(out, max);
    if (!room)
        return false;
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        size_t len = 0;
        if (sodium_base642bin(room, max, text.ptr, text.len, NULL, &len, NULL, variants[i]) != 0)
            continue;
        sl_buf_commit(out, len);
        return true;
    }
    return false;
}
