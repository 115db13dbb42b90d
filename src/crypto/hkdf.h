/*
 * HKDF (RFC 5869) with SHA-256, for keys of one block. libsodium has it from 1.0.19 on; this needs only
 * HMAC-SHA256, which older ones have.
 */
#ifndef HKDF_H
#define HKDF_H

#include <sealift/str.h>

#define SL_HKDF_BYTES 32

/* An empty salt is the zero salt of the RFC. Leaves nothing of the key elsewhere in memory. */
void sl_hkdf_sha256(unsigned char out[SL_HKDF_BYTES], struct sl_str secret, struct sl_str salt,
                    struct sl_str info);

/* HMAC-SHA256 of one message. */
void sl_hmac_sha256(unsigned char out[32], struct sl_str key, struct sl_str message);

#endif
