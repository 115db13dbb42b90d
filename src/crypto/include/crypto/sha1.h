/*
 * SHA-1 over data that comes in pieces, for one thing only: git names its objects by it. Nothing that has to
 * be trusted rests on it; that is SHA-256 (crypto/digest.h).
 *
 * Order of calls: init, update any number of times, final once. The state is the caller's memory and needs no
 * release. Source: FIPS 180-4.
 */
#ifndef CRYPTO_SHA1_H
#define CRYPTO_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SL_SHA1_BYTES 20

struct sl_sha1 {
    uint64_t opaque[12];
};

void sl_sha1_init(struct sl_sha1 *state);
void sl_sha1_update(struct sl_sha1 *state, const void *bytes, size_t len);
void sl_sha1_final(struct sl_sha1 *state, unsigned char out[SL_SHA1_BYTES]);

#endif
