/* OpenSSL 3 marks the low-level SHA-256 functions deprecated in favour of EVP. They stay: EVP pulls the
 * provider machinery, several megabytes, into the static binary of a site, and computes the same thing. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/digest.h"

#include "sodium_start.h"

#include <openssl/sha.h>

_Static_assert(sizeof(SHA256_CTX) <= sizeof(struct sl_sha256), "sl_sha256.opaque is too small");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(struct sl_sha256), "sl_sha256.opaque is badly aligned");
_Static_assert(SHA256_DIGEST_LENGTH == SL_SHA256_BYTES, "a SHA-256 digest has 32 bytes");
_Static_assert(sizeof(crypto_generichash_state) <= sizeof(struct sl_blake2b),
               "sl_blake2b.opaque is too small");
_Static_assert(_Alignof(crypto_generichash_state) <= _Alignof(struct sl_blake2b),
               "sl_blake2b.opaque is badly aligned");
_Static_assert(crypto_generichash_BYTES_MAX == SL_BLAKE2B_BYTES, "a BLAKE2b-512 digest has 64 bytes");

static SHA256_CTX *context_of(struct sl_sha256 *state)
{
    return (SHA256_CTX *)(void *)state->opaque;
}

/* The three return 0 only without a state, or, in the final call, for a digest length that init did not set.
 */
void sl_sha256_init(struct sl_sha256 *state)
{
    (void)SHA256_Init(context_of(state));
}

void sl_sha256_update(struct sl_sha256 *state, const void *bytes, size_t len)
{
    if (len)
        (void)SHA256_Update(context_of(state), bytes, len);
}

void sl_sha256_final(struct sl_sha256 *state, struct sl_digest *out)
{
    (void)SHA256_Final(out->bytes, context_of(state));
}

void sl_sha256(struct sl_digest *out, const void *bytes, size_t len)
{
    struct sl_sha256 state;
    sl_sha256_init(&state);
    sl_sha256_update(&state, bytes, len);
    sl_sha256_final(&state, out);
}

static crypto_generichash_state *blake2b_of(struct sl_blake2b *state)
{
    return (crypto_generichash_state *)(void *)state->opaque;
}

/* The three fail only for lengths that are not those given here. */
void sl_blake2b_512_init(struct sl_blake2b *state)
{
    sl_sodium_start();
    (void)crypto_generichash_init(blake2b_of(state), NULL, 0, SL_BLAKE2B_BYTES);
}

void sl_blake2b_512_update(struct sl_blake2b *state, const void *bytes, size_t len)
{
    (void)crypto_generichash_update(blake2b_of(state), bytes, len);
}

void sl_blake2b_512_final(struct sl_blake2b *state, unsigned char out[SL_BLAKE2B_BYTES])
{
    (void)crypto_generichash_final(blake2b_of(state), out, SL_BLAKE2B_BYTES);
}

void sl_blake2b_512(unsigned char out[SL_BLAKE2B_BYTES], const void *bytes, size_t len)
{
    struct sl_blake2b state;
    sl_blake2b_512_init(&state);
    sl_blake2b_512_update(&state, bytes, len);
    sl_blake2b_512_final(&state, out);
}

bool sl_digest_equal(const struct sl_digest *a, const struct sl_digest *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

const char *sl_digest_hex(char out[SL_SHA256_HEX + 1], const struct sl_digest *digest)
{
    return sodium_bin2hex(out, SL_SHA256_HEX + 1, digest->bytes, sizeof digest->bytes);
}

static int digit_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return -1;
}

int sl_digest_parse(struct sl_digest *out, struct sl_str hex, struct sl_err *err)
{
    if (hex.len != SL_SHA256_HEX)
        return sl_fail(err, SL_E_INPUT, "a SHA-256 digest has 64 hexadecimal digits, this text has %zu bytes",
                       hex.len);
    struct sl_digest digest;
    for (size_t i = 0; i < sizeof digest.bytes; i++) {
        int high = digit_value(hex.ptr[2 * i]);
        int low = digit_value(hex.ptr[2 * i + 1]);
        if (high < 0 || low < 0)
            return sl_fail(
                err, SL_E_INPUT,
                "a SHA-256 digest is written in the digits 0-9 and a-f; place %zu has something else",
                high < 0 ? 2 * i + 1 : 2 * i + 2);
        digest.bytes[i] = (unsigned char)(high << 4 | low);
    }
    *out = digest;
    return 0;
}
