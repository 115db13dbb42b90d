#include "base64.h"

#include <sodium.h>

bool sl_base64_decode(unsigned char *out, size_t len, struct sl_str text)
{
    if (len > SL_BASE64_BYTES_MAX || text.len != SL_BASE64_LENGTH(len))
        return false;
    size_t decoded;
    if (sodium_base642bin(out, len, text.ptr, text.len, NULL, &decoded, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        decoded != len)
        return false;
    /* What is canonical is what comes back: this does not rest on how strict a version of libsodium is. */
    char again[SL_BASE64_LENGTH(SL_BASE64_BYTES_MAX) + 1];
    sodium_bin2base64(again, sizeof again, out, len, sodium_base64_VARIANT_ORIGINAL);
    bool same = memcmp(again, text.ptr, text.len) == 0;
    sodium_memzero(again, sizeof again);
    return same;
}

void sl_base64_append(struct sl_buf *buf, const unsigned char *bytes, size_t len)
{
    size_t length = SL_BASE64_LENGTH(len);
    char *room = sl_buf_reserve(buf, length);
    if (!room)
        return;
    sodium_bin2base64(room, length + 1, bytes, len, sodium_base64_VARIANT_ORIGINAL);
    sl_buf_commit(buf, length);
}
