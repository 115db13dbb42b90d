#include "yaml_order.h"

#include "unicode_class.h"

#include <sealift/text.h>

/* The character at `at`, which is below text.len. */
static uint32_t character(struct sl_str text, size_t at, size_t *length)
{
    uint32_t c = (unsigned char)text.ptr[at];
    *length = 1;
    if (c >= 0x80)
        *length = sl_utf8_decode(sl_str_slice(text, at, text.len), &c);
    if (*length == 0) /* no UTF-8: cannot come from a reader */
        *length = 1;
    return c;
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Where the character that ends before `at` begins. */
static size_t step_back(struct sl_str text, size_t at)
{
    at--;
    while (at > 0 && is_continuation(text.ptr[at]))
        at--;
    return at;
}

/* Do digits that are not all zero end right before `at`? */
static bool follows_a_number(struct sl_str text, size_t at)
{
    size_t length;
    while (at > 0) {
        at = step_back(text, at);
        uint32_t c = character(text, at, &length);
        if (!sl_is_digit(c))
            return false;
        if (c != '0')
            return true;
    }
    return false;
}

/* A run of digits from `at`: its value (as Go computes it, wrapping around) and its length in characters. */
static int64_t digit_run(struct sl_str text, size_t at, uint64_t value, size_t *count)
{
    size_t length;
    *count = 0;
    for (; at < text.len; at += length, (*count)++) {
        uint32_t c = character(text, at, &length);
        if (!sl_is_digit(c))
            break;
        value = value * 10 + c - '0';
    }
    return (int64_t)value;
}

static bool differing_less(struct sl_str a, struct sl_str b, size_t at)
{
    size_t ignored;
    uint32_t ac = character(a, at, &ignored);
    uint32_t bc = character(b, at, &ignored);
    bool a_letter = sl_is_letter(ac);
    bool b_letter = sl_is_letter(bc);
    if (a_letter && b_letter)
        return ac < bc;
    if (a_letter || b_letter)
        return b_letter;
    /* A zero behind other digits counts: 10 and 1a differ at the zero. */
    uint64_t start = (ac == '0' || bc == '0') && follows_a_number(a, at);
    size_t a_count;
    size_t b_count;
    int64_t a_value = digit_run(a, at, start, &a_count);
    int64_t b_value = digit_run(b, at, start, &b_count);
    if (a_value != b_value)
        return a_value < b_value;
    if (a_count != b_count)
        return a_count < b_count;
    return ac < bc;
}

bool sl_yaml_key_less(struct sl_str a, struct sl_str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    size_t at = 0;
    while (at < common && a.ptr[at] == b.ptr[at])
        at++;
    if (at == common)
        return a.len < b.len;
    while (at > 0 && is_continuation(a.ptr[at]))
        at--;
    return differing_less(a, b, at);
}

static void insertion_sort(const struct sl_entry **entries, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct sl_entry *entry = entries[i];
        size_t j = i;
        for (; j > 0 && sl_yaml_key_less(entry->key, entries[j - 1]->key); j--)
            entries[j] = entries[j - 1];
        entries[j] = entry;
    }
}

/* Merges entries[0, middle) and entries[middle, count) by way of `spare`; the first wins where neither is
 * less. */
static void merge(const struct sl_entry **entries, const struct sl_entry **spare, size_t middle, size_t count)
{
    if (!sl_yaml_key_less(entries[middle]->key, entries[middle - 1]->key))
        return;
    memcpy(spare, entries, middle * sizeof(const struct sl_entry *));
    size_t left = 0;
    size_t right = middle;
    size_t out = 0;
    while (left < middle) {
        if (right < count && sl_yaml_key_less(entries[right]->key, spare[left]->key))
            entries[out++] = entries[right++];
        else
            entries[out++] = spare[left++];
    }
}

void sl_yaml_sort(const struct sl_entry **entries, const struct sl_entry **spare, size_t count)
{
    enum { FEW = 12 };
    for (size_t from = 0; from < count; from += FEW)
        insertion_sort(entries + from, count - from < FEW ? count - from : FEW);
    for (size_t width = FEW; width < count; width *= 2)
        for (size_t from = 0; from + width < count; from += 2 * width)
            merge(entries + from, spare, width, count - from < 2 * width ? count - from : 2 * width);
}
