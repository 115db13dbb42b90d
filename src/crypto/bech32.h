/*
 * Bech32 (BIP 173) of 32 bytes: a prefix, "1", 52 characters of data, 6 of checksum. One case throughout; which
 * one is part of the format that uses it. Nothing here branches on the data beyond what the format needs, and
 * no copy of it is left in memory: it may be a secret.
 */
#ifndef BECH32_H
#define BECH32_H

#include <sealift/str.h>

#define SL_BECH32_BYTES 32
/* Characters behind the prefix: "1", data and checksum. */
#define SL_BECH32_TAIL (1 + 52 + 6)

/* Writes prefix, data, checksum and a NUL; in upper case where the prefix is. `out` has room for
 * prefix.len + SL_BECH32_TAIL + 1. */
void sl_bech32_write(char *out, struct sl_str prefix, const unsigned char bytes[SL_BECH32_BYTES]);

/* True when `text` is exactly this prefix, in its case, and 32 bytes with a right checksum. */
bool sl_bech32_read(unsigned char out[SL_BECH32_BYTES], struct sl_str prefix, struct sl_str text);

#endif
