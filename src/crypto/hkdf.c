#include "hkdf.h"

#include <sodium.h>

_Static_assert(SL_HKDF_BYTES == crypto_auth_hmacsha256_BYTES, "one block");

static const unsigned char *bytes_of(struct sl_str text)
{
    return (const unsigned char *)(text.ptr ? text.ptr : "");
}

void sl_hmac_sha256(unsigned char out[32], struct sl_str key, struct sl_str message)
{
    crypto_auth_hmacsha256_state state;
    (void)crypto_auth_hmacsha256_init(&state, bytes_of(key), key.len);
    (void)crypto_auth_hmacsha256_update(&state, bytes_of(message), message.len);
    (void)crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
}

/* RFC 5869, 2.2 and 2.3: extract, then the first block of expand, T(1) = HMAC(PRK, info | 0x01). */
void sl_hkdf_sha256(unsigned char out[SL_HKDF_BYTES], struct sl_str secret, struct sl_str salt,
                    struct sl_str info)
{
    static const unsigned char first = 1;
    unsigned char extracted[crypto_auth_hmacsha256_BYTES];
    sl_hmac_sha256(extracted, salt, secret);
    crypto_auth_hmacsha256_state state;
    (void)crypto_auth_hmacsha256_init(&state, extracted, sizeof extracted);
    (void)crypto_auth_hmacsha256_update(&state, bytes_of(info), info.len);
    (void)crypto_auth_hmacsha256_update(&state, &first, 1);
    (void)crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
    sodium_memzero(extracted, sizeof extracted);
}
