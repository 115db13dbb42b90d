/*
 * Base64 (RFC 4648, section 4) of a known number of bytes, in its one canonical form: with padding, without
 * white space, and with the spare bits of the last digit zero.
 */
#ifndef BASE64_H
#define BASE64_H

#include <sealift/buf.h>

/* The longest thing decoded here: a secret key file's 158 bytes. */
#define SL_BASE64_BYTES_MAX 160

/* Digits and padding for `len` bytes. */
#define SL_BASE64_LENGTH(len) (((len) + 2) / 3 * 4)

/* True when `text` is the canonical base64 of exactly `len` bytes (at most SL_BASE64_BYTES_MAX), which are
 * then in `out`. Leaves nothing of them elsewhere in memory: they may be a secret. */
bool sl_base64_decode(unsigned char *out, size_t len, struct sl_str text);

/* Appends SL_BASE64_LENGTH(len) characters and keeps no copy. */
void sl_base64_append(struct sl_buf *buf, const unsigned char *bytes, size_t len);

#endif
