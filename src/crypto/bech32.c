#include "bech32.h"

#include <sodium.h>
#include <stdint.h>

enum { DATA_DIGITS = 52, CHECK_DIGITS = 6, DIGITS = DATA_DIGITS + CHECK_DIGITS };

static const char lower_digits[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
static const char upper_digits[] = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

static bool is_upper(struct sl_str prefix)
{
    return prefix.len > 0 && prefix.ptr[0] >= 'A' && prefix.ptr[0] <= 'Z';
}

/* BIP 173, "Checksum": one step of the BCH code. */
static uint32_t step(uint32_t checksum, unsigned digit)
{
    static const uint32_t generators[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t top = checksum >> 25;
    checksum = (checksum & 0x1ffffff) << 5 ^ digit;
    for (unsigned i = 0; i < 5; i++)
        checksum ^= (0U - (top >> i & 1)) & generators[i];
    return checksum;
}

/* Of the prefix, which counts in lower case, and `count` digits. */
static uint32_t checksum_of(struct sl_str prefix, const unsigned char *digits, size_t count)
{
    uint32_t checksum = 1;
    unsigned fold = is_upper(prefix) ? 0x20 : 0;
    for (size_t i = 0; i < prefix.len; i++) {
        unsigned byte = (unsigned char)prefix.ptr[i];
        byte |= byte >= 'A' && byte <= 'Z' ? fold : 0;
        checksum = step(checksum, byte >> 5);
    }
    checksum = step(checksum, 0);
    for (size_t i = 0; i < prefix.len; i++)
        checksum = step(checksum, (unsigned char)prefix.ptr[i] & 31);
    for (size_t i = 0; i < count; i++)
        checksum = step(checksum, digits[i]);
    return checksum;
}

void sl_bech32_write(char *out, struct sl_str prefix, const unsigned char bytes[SL_BECH32_BYTES])
{
    unsigned char digits[DIGITS] = {0};
    for (size_t bit = 0; bit < (size_t)SL_BECH32_BYTES * 8; bit++)
        digits[bit / 5] |= (unsigned char)((bytes[bit / 8] >> (7 - bit % 8) & 1) << (4 - bit % 5));
    uint32_t checksum = checksum_of(prefix, digits, DIGITS) ^ 1;
    for (size_t i = 0; i < CHECK_DIGITS; i++)
        digits[DATA_DIGITS + i] = (unsigned char)(checksum >> (5 * (CHECK_DIGITS - 1 - i)) & 31);
    memcpy(out, prefix.ptr, prefix.len);
    out += prefix.len;
    *out++ = '1';
    for (size_t i = 0; i < DIGITS; i++)
        *out++ = (is_upper(prefix) ? upper_digits : lower_digits)[digits[i]];
    *out = '\0';
    sodium_memzero(digits, sizeof digits);
}

static bool read_digits(unsigned char out[DIGITS], const char *alphabet, const char *text)
{
    for (size_t i = 0; i < DIGITS; i++) {
        const char *digit = text[i] ? strchr(alphabet, text[i]) : NULL;
        if (!digit)
            return false;
        out[i] = (unsigned char)(digit - alphabet);
    }
    return true;
}

bool sl_bech32_read(unsigned char out[SL_BECH32_BYTES], struct sl_str prefix, struct sl_str text)
{
    if (text.len != prefix.len + SL_BECH32_TAIL || !sl_str_starts_with(text, prefix) ||
        text.ptr[prefix.len] != '1')
        return false;
    unsigned char digits[DIGITS];
    bool right =
        read_digits(digits, is_upper(prefix) ? upper_digits : lower_digits, text.ptr + prefix.len + 1) &&
        checksum_of(prefix, digits, DIGITS) == 1 &&
        (digits[DATA_DIGITS - 1] & 15) == 0; /* 52 digits have four bits more than 32 bytes */
    memset(out, 0, SL_BECH32_BYTES);
    for (size_t bit = 0; right && bit < (size_t)SL_BECH32_BYTES * 8; bit++)
        out[bit / 8] |= (unsigned char)((digits[bit / 5] >> (4 - bit % 5) & 1) << (7 - bit % 8));
    sodium_memzero(digits, sizeof digits);
    return right;
}
