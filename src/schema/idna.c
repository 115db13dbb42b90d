/*
 * Labels of internationalised host names in their ASCII form: Punycode (RFC 3492) of characters that IDNA 2008
 * allows (RFC 5892), its rules on context included. Joining types, which utf8proc does not have, are known
 * for the Arabic script only.
 */
#include "format.h"

#include <stdint.h>
#include <stdlib.h>
#include <utf8proc.h>

enum { CHARACTERS_MAX = 64 };

/* -- Punycode; the constants are those of RFC 3492, section 5 -- */

enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72, INITIAL_N = 0x80 };

struct label {
    uint32_t characters[CHARACTERS_MAX];
    uint32_t count;
};

static uint32_t adapt(uint32_t delta, uint32_t count, bool first)
{
    uint32_t k = 0;
    delta = first ? delta / DAMP : delta / 2;
    delta += delta / count;
    for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
        delta /= BASE - TMIN;
    return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static uint32_t digit_of(char byte)
{
    if (is_digit(byte))
        return (uint32_t)(byte - '0') + 26;
    return is_letter(byte) ? (uint32_t)((byte | 0x20) - 'a') : BASE;
}

/* One number of variable length; false where it is none or too large. */
static bool take_delta(struct sl_str *text, uint32_t bias, uint32_t *out)
{
    uint64_t value = 0;
    uint64_t weight = 1;
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t digit = text->len ? digit_of(text->ptr[0]) : BASE;
        if (digit >= BASE)
            return false;
        *text = sl_str_slice(*text, 1, text->len);
        value += digit * weight;
        uint32_t limit = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
        if (value > UINT32_MAX / 2)
            return false;
        if (digit < limit) {
            *out = (uint32_t)value;
            return true;
        }
        weight *= BASE - limit;
        if (weight > UINT32_MAX)
            return false;
    }
}

static bool insert(struct label *label, uint32_t at, uint32_t character)
{
    if (label->count == CHARACTERS_MAX)
        return false;
    memmove(&label->characters[at + 1], &label->characters[at],
            (label->count - at) * sizeof label->characters[0]);
    label->characters[at] = character;
    label->count++;
    return true;
}

static bool decode(struct label *label, struct sl_str text)
{
    size_t hyphen = text.len;
    while (hyphen > 0 && text.ptr[hyphen - 1] != '-')
        hyphen--;
    *label = (struct label){.count = 0};
    for (size_t i = 0; i + 1 < hyphen; i++) {
        char byte = text.ptr[i];
        char lower = byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
        if (!insert(label, label->count, (unsigned char)lower))
            return false;
    }
    text = sl_str_slice(text, hyphen, text.len);
    uint32_t n = INITIAL_N;
    uint32_t i = 0;
    uint32_t bias = INITIAL_BIAS;
    bool any = text.len > 0;
    bool first = true;
    while (text.len) {
        uint32_t delta;
        if (!take_delta(&text, bias, &delta))
            return false;
        uint64_t at = (uint64_t)i + delta;
        bias = adapt(delta, label->count + 1, first);
        first = false;
        uint64_t character = n + at / (label->count + 1);
        i = (uint32_t)(at % (label->count + 1));
        if (character > 0x10ffff || !insert(label, i, (uint32_t)character))
            return false;
        n = (uint32_t)character;
        i++;
    }
    return any;
}

/* -- RFC 5892 -- */

struct range {
    uint32_t first, last;
};

static bool is_in(const struct range *ranges, size_t count, uint32_t character)
{
    for (size_t i = 0; i < count; i++)
        if (ranges[i].first <= character && character <= ranges[i].last)
            return true;
    return false;
}

#define IS_IN(table, character) is_in(table, sizeof(table) / sizeof(table)[0], character)

static const struct range always[] = {
    {'-', '-'},     {'0', '9'},     {'a', 'z'},     {0xdf, 0xdf},
    {0x3c2, 0x3c2}, {0x6fd, 0x6fe}, {0xf0b, 0xf0b}, {0x3007, 0x3007},
};
static const struct range never[] = {
    {0x640, 0x640},   {0x7fa, 0x7fa},   {0x302e, 0x302f}, {0x3031, 0x3035}, {0x303b, 0x303b},
    {0x1100, 0x11ff}, {0xa960, 0xa97f}, {0xd7b0, 0xd7ff}, {0x20d0, 0x20ff}, {0x1d100, 0x1d24f},
};
static const struct range greek[] = {{0x370, 0x3ff}, {0x1f00, 0x1fff}};
static const struct range hebrew[] = {{0x591, 0x5f4}, {0xfb1d, 0xfb4f}};
static const struct range kana_and_han[] = {
    {0x3005, 0x3007}, {0x3021, 0x3029}, {0x3041, 0x309f}, {0x30a1, 0x30fa}, {0x30fc, 0x30ff},
    {0x31f0, 0x31ff}, {0x3400, 0x4dbf}, {0x4e00, 0x9fff}, {0xf900, 0xfad9}, {0x20000, 0x323af},
};
/* Letters that join on both sides, or only to the one before them. */
static const struct range arabic_letters[] = {{0x620, 0x64a}, {0x66e, 0x66f}, {0x671, 0x6d3}, {0x6fa, 0x6ff}};
static const struct range joins_right_only[] = {
    {0x622, 0x625}, {0x627, 0x627}, {0x629, 0x629}, {0x62f, 0x632}, {0x648, 0x648},
    {0x671, 0x673}, {0x675, 0x677}, {0x688, 0x699}, {0x6c0, 0x6c0}, {0x6c3, 0x6cb},
    {0x6cd, 0x6cd}, {0x6cf, 0x6cf}, {0x6d2, 0x6d3},
};

/* Is it what normalising and folding its case make of it? */
static bool is_stable(uint32_t character)
{
    utf8proc_uint8_t text[8] = {0};
    utf8proc_uint8_t *mapped = NULL;
    utf8proc_ssize_t len = utf8proc_encode_char((utf8proc_int32_t)character, text);
    utf8proc_ssize_t mapped_len = utf8proc_map(
        text, len, &mapped, UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
    bool same = mapped_len == len && memcmp(mapped, text, (size_t)len) == 0;
    free(mapped);
    return same;
}

static bool is_protocol_valid(uint32_t character)
{
    if (IS_IN(always, character))
        return true;
    if (IS_IN(never, character))
        return false;
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)character);
    switch (property->category) {
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
        return !property->ignorable && is_stable(character);
    default:
        return false;
    }
}

static bool is_mark(uint32_t character)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)character);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
           category == UTF8PROC_CATEGORY_ME;
}

static bool any_in(const struct label *label, const struct range *ranges, size_t count)
{
    for (uint32_t i = 0; i < label->count; i++)
        if (is_in(ranges, count, label->characters[i]))
            return true;
    return false;
}

/* A zero-width non-joiner between letters that would join. */
static bool breaks_a_join(const struct label *label, uint32_t at)
{
    uint32_t left = at;
    uint32_t right = at + 1;
    while (left > 0 && is_mark(label->characters[left - 1]))
        left--;
    while (right < label->count && is_mark(label->characters[right]))
        right++;
    if (left == 0 || right == label->count)
        return false;
    uint32_t before = label->characters[left - 1];
    return IS_IN(arabic_letters, before) && !IS_IN(joins_right_only, before) &&
           IS_IN(arabic_letters, label->characters[right]);
}

/* The characters that are allowed in some contexts only, appendix A. 1: fine here, 0: not, -1: another one. */
static int fits_context(const struct label *label, uint32_t at)
{
    static const struct range arabic_digits[] = {{0x660, 0x669}};
    static const struct range extended_digits[] = {{0x6f0, 0x6f9}};
    uint32_t character = label->characters[at];
    uint32_t before = at > 0 ? label->characters[at - 1] : 0;
    uint32_t after = at + 1 < label->count ? label->characters[at + 1] : 0;
    bool virama = at > 0 && utf8proc_get_property((utf8proc_int32_t)before)->combining_class == 9;
    switch (character) {
    case 0x200c:
        return virama || breaks_a_join(label, at);
    case 0x200d:
        return virama;
    case 0xb7:
        return before == 'l' && after == 'l';
    case 0x375:
        return IS_IN(greek, after);
    case 0x5f3:
    case 0x5f4:
        return IS_IN(hebrew, before);
    case 0x30fb:
        return any_in(label, kana_and_han, sizeof kana_and_han / sizeof kana_and_han[0]);
    default:
        break;
    }
    if (IS_IN(arabic_digits, character))
        return !any_in(label, extended_digits, 1);
    if (IS_IN(extended_digits, character))
        return !any_in(label, arabic_digits, 1);
    return -1;
}

bool format_a_label(struct sl_str encoded)
{
    struct label label;
    if (!decode(&label, encoded) || is_mark(label.characters[0]))
        return false;
    const uint32_t *characters = label.characters;
    if (characters[0] == '-' || characters[label.count - 1] == '-' ||
        (label.count >= 4 && characters[2] == '-' && characters[3] == '-'))
        return false;
    for (uint32_t i = 0; i < label.count; i++) {
        int context = fits_context(&label, i);
        if (context == 0 || (context < 0 && !is_protocol_valid(characters[i])))
            return false;
    }
    return true;
}
