/*
 * DSSE: signatures over a typed body, in a form that nothing else signed here can be mistaken for.
 * Source: https://github.com/secure-systems-lab/dsse, protocol.md and envelope.md, version 1.0.
 *
 * The key is not one that signs bundles: one key, one use (docs/formats/provenance.md).
 */
#ifndef CRYPTO_DSSE_H
#define CRYPTO_DSSE_H

#include "base/maker.h"
#include <sealift/key.h>

/* "SHA256:" and 43 digits of base64: how ssh-keygen -l shows an Ed25519 key, which is what DSSE libraries put
 * into `keyid`. */
#define SL_DSSE_KEY_ID 50

/* Appends what is signed: the pre-authentication encoding of type and body. */
void sl_dsse_encode(struct sl_buf *out, struct sl_str type, struct sl_str body);

/* Returns `out`. */
const char *sl_dsse_key_id(char out[SL_DSSE_KEY_ID + 1], const struct sl_public_key *key);

/*
 * Signs type and body. Ed25519 goes over the message twice, and libsodium wants it in one piece: while this runs, the body, of
 * at most SL_DSSE_BYTES_MAX bytes, is in memory once. SL_E_INTERNAL when the maker does not make the same twice.
 */
int sl_dsse_sign(unsigned char signature[SL_SIGNATURE_BYTES], const struct sl_secret_key *key,
                 struct sl_str type, const struct sl_maker *body, struct sl_err *err) SL_MUST_USE;

/* Appends an envelope with that signature, as JSON without white space. */
int sl_dsse_write(struct sl_buf *out, const struct sl_secret_key *key,
                  const unsigned char signature[SL_SIGNATURE_BYTES], struct sl_str type,
                  const struct sl_maker *body, struct sl_err *err) SL_MUST_USE;

/* Whether `signature`, 64 bytes, is the key's over type and body; -1 without memory. */
int sl_dsse_verify(bool *out, const struct sl_public_key *key, struct sl_str signature, struct sl_str type,
                   struct sl_str body, struct sl_err *err) SL_MUST_USE;

/* Appends the bytes of standard or URL-safe base64, with or without padding; false when `text` is neither. (A
 * verifier of DSSE must take both.) */
bool sl_dsse_decode(struct sl_buf *out, struct sl_str text);

#endif
