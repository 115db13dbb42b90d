#include "leak_sieve.h"

#include "leak_encoded.h"
#include "leak_index.h"
#include "leak_token.h"

#include <string.h>

/* -- parts -- */

void leak_sieve_init(struct leak_sieve *sieve)
{
    memset(sieve, 0, sizeof *sieve);
    for (unsigned byte = 0; byte < sizeof sieve->folded; byte++) {
        bool capital = byte >= 'A' && byte <= 'Z';
        if (leak_is_inner((char)byte))
            sieve->folded[byte] = (unsigned char)(capital ? byte | 0x20U : byte);
    }
}

/* The hash of the next letters and digits at or behind *at; false at the end. FNV-1a, see base/map.h. */
static bool next_hash(const struct leak_sieve *sieve, struct sl_str text, size_t *at, uint64_t *out)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    size_t from = *at;
    while (from < text.len && !sieve->folded[bytes[from]])
        from++;
    size_t to = from;
    for (; to < text.len && sieve->folded[bytes[to]]; to++)
        hash = (hash ^ sieve->folded[bytes[to]]) * UINT64_C(0x100000001b3);
    *at = to;
    *out = hash;
    return to > from;
}

static uint64_t join(uint64_t row, uint64_t part)
{
    return (row ^ part) * UINT64_C(0x9e3779b97f4a7c15);
}

/* The upper bits are the good ones of a product. */
static size_t bit_of(uint64_t hash)
{
    return (size_t)((hash * UINT64_C(0x9e3779b97f4a7c15)) >> 32) % LEAK_SIEVE_BITS;
}

static void set(uint64_t *table, uint64_t hash)
{
    table[bit_of(hash) / 64] |= UINT64_C(1) << bit_of(hash) % 64;
}

static bool is_set(const uint64_t *table, uint64_t hash)
{
    return table[bit_of(hash) / 64] >> bit_of(hash) % 64 & 1;
}

void leak_sieve_add(struct leak_sieve *sieve, struct sl_str text)
{
    uint64_t row = 0, part;
    for (size_t at = 0; next_hash(sieve, text, &at, &part);) {
        if (row == 0)
            set(sieve->starts, part);
        row = join(row, part);
    }
    set(sieve->rows, row);
}

/* Whether a string may begin with the part that was read last, and of which this is the hash. */
static bool begins_here(const struct leak_sieve *sieve, struct sl_str bytes, size_t at, uint64_t part)
{
    uint64_t row = 0;
    unsigned parts = 0;
    do {
        row = join(row, part);
        if (is_set(sieve->rows, row))
            return true;
    } while (++parts < LEAK_PARTS_MAX && next_hash(sieve, bytes, &at, &part));
    return false;
}

/* -- letters and digits that YAML writes in another way -- */

/* The byte, and one of two others behind it. */
static bool holds_pair(struct sl_str bytes, char first, char second, char other)
{
    const char *end = bytes.ptr + bytes.len;
    for (const char *at = bytes.ptr; at < end; at++) {
        at = memchr(at, first, (size_t)(end - at));
        if (!at || at + 1 == end)
            return false;
        if (at[1] == second || at[1] == other)
            return true;
    }
    return false;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* 2026-1: the beginning of a date, which gets a time where the text has none. */
static bool holds_date(struct sl_str bytes)
{
    for (size_t at = 4; at + 1 < bytes.len; at++) {
        const char *dash = memchr(bytes.ptr + at, '-', bytes.len - at);
        if (!dash)
            return false;
        at = (size_t)(dash - bytes.ptr);
        if (at + 1 < bytes.len && is_digit(dash[1]) && is_digit(dash[-1]) && is_digit(dash[-2]) &&
            is_digit(dash[-3]) && is_digit(dash[-4]))
            return true;
    }
    return false;
}

static bool is_rewritten(struct sl_str bytes)
{
    return memchr(bytes.ptr, '\\', bytes.len) || holds_pair(bytes, '!', '!', '<') || /* !!binary, !<...> */
           holds_pair(bytes, '%', 'T', 'T') ||                                       /* %TAG */
           holds_pair(bytes, '\xc2', '\x85', '\x85') || /* breaks of lines that are no ASCII */
           holds_pair(bytes, '\xe2', '\x80', '\x80') ||
           holds_pair(bytes, '\xef', '\xbb', '\xbb') || /* a byte order mark is no part of a text */
           holds_date(bytes);
}

bool leak_sieve_may_hold(const struct leak_sieve *sieve, struct sl_str bytes, bool yaml)
{
    uint64_t part;
    if (bytes.len == 0)
        return false;
    for (size_t at = 0; next_hash(sieve, bytes, &at, &part);)
        if (is_set(sieve->starts, part) && begins_here(sieve, bytes, at, part))
            return true;
    return leak_may_be_encoded(bytes) || (yaml && is_rewritten(bytes));
}
