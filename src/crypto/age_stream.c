/*
 * The payload: STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) over ChaCha20-Poly1305, chunks of 64 KiB.
 */
#include "crypto/age.h"

#include "hkdf.h"
#include "sodium_start.h"

_Static_assert(sizeof(((struct sl_age_stream *)0)->key) == crypto_aead_chacha20poly1305_IETF_KEYBYTES, "key");
_Static_assert(sizeof(((struct sl_age_stream *)0)->nonce) == crypto_aead_chacha20poly1305_IETF_NPUBBYTES,
               "nonce");
_Static_assert(SL_AGE_TAG_BYTES == crypto_aead_chacha20poly1305_IETF_ABYTES, "tag");

enum { LAST = 11 }; /* the byte of the nonce that marks the end */

void sl_age_prepare(void)
{
    sl_sodium_start();
}

void sl_age_file_key_wipe(struct sl_age_file_key *key)
{
    sodium_memzero(key, sizeof *key);
}

void sl_age_stream_wipe(struct sl_age_stream *stream)
{
    sodium_memzero(stream, sizeof *stream);
}

void sl_age_stream_start(struct sl_age_stream *stream, const struct sl_age_file_key *key,
                         const unsigned char nonce[SL_AGE_NONCE_BYTES])
{
    sl_sodium_start();
    struct sl_str secret = {(const char *)key->bytes, sizeof key->bytes};
    struct sl_str salt = {(const char *)nonce, SL_AGE_NONCE_BYTES};
    sl_hkdf_sha256(stream->key, secret, salt, SL_STR("payload"));
    memset(stream->nonce, 0, sizeof stream->nonce);
}

/* Adds one to the number. It never overflows: that would be 2^88 chunks. */
static void count(struct sl_age_stream *stream)
{
    unsigned carry = 1;
    for (size_t i = LAST; i-- > 0; carry >>= 8) {
        carry += stream->nonce[i];
        stream->nonce[i] = (unsigned char)carry;
    }
}

bool sl_age_chunk_open(struct sl_age_stream *stream, unsigned char *out, const unsigned char *sealed,
                       size_t sealed_len, bool last)
{
    stream->nonce[LAST] = last;
    if (crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed, sealed_len, NULL, 0, stream->nonce,
                                                  stream->key) != 0)
        return false;
    count(stream);
    return true;
}

void sl_age_chunk_seal(struct sl_age_stream *stream, unsigned char *out, const unsigned char *content,
                       size_t len, bool last)
{
    stream->nonce[LAST] = last;
    (void)crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, content, len, NULL, 0, NULL, stream->nonce,
                                                    stream->key);
    count(stream);
}
