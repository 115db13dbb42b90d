/*
 * SHA-256 and BLAKE2b-512 over data that comes in pieces.
 *
 * Order of calls: init, update any number of times, final once. The state is the caller's memory and needs no
 * release. SHA-256 is libcrypto's low-level function, which uses the CPU's SHA extensions where there are
 * any; BLAKE2b is libsodium's. Sources: FIPS 180-4; RFC 7693.
 */
#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include <sealift/err.h>
#include <sealift/str.h>
#include <stdint.h>

#define SL_SHA256_BYTES  32
#define SL_SHA256_HEX    64
#define SL_BLAKE2B_BYTES 64

struct sl_sha256 {
    uint64_t opaque[16];
};

struct sl_blake2b {
    _Alignas(64) unsigned char opaque[384];
};

struct sl_digest {
    unsigned char bytes[SL_SHA256_BYTES];
};

void sl_sha256_init(struct sl_sha256 *state);
void sl_sha256_update(struct sl_sha256 *state, const void *bytes, size_t len);
void sl_sha256_final(struct sl_sha256 *state, struct sl_digest *out);

/* All at once. */
void sl_sha256(struct sl_digest *out, const void *bytes, size_t len);
void sl_blake2b_512(unsigned char out[SL_BLAKE2B_BYTES], const void *bytes, size_t len);

void sl_blake2b_512_init(struct sl_blake2b *state);
void sl_blake2b_512_update(struct sl_blake2b *state, const void *bytes, size_t len);
void sl_blake2b_512_final(struct sl_blake2b *state, unsigned char out[SL_BLAKE2B_BYTES]);

bool sl_digest_equal(const struct sl_digest *a, const struct sl_digest *b);

/* 64 lower-case hexadecimal digits and a NUL. Returns `out`. */
const char *sl_digest_hex(char out[SL_SHA256_HEX + 1], const struct sl_digest *digest);

/* Exactly 64 lower-case hexadecimal digits, nothing else; -1 with SL_E_INPUT otherwise. */
int sl_digest_parse(struct sl_digest *out, struct sl_str hex, struct sl_err *err) SL_MUST_USE;

#endif
