#include "entries.h"

#include <stdlib.h>

bool sl_entries_ascend(const struct sl_entry *entries, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (sl_str_compare(entries[i - 1].key, entries[i].key) >= 0)
            return false;
    return true;
}

/* Entries of one array; where keys are equal, the first one first. */
static int compare_entries(const void *left, const void *right)
{
    const struct sl_entry *a = *(const struct sl_entry *const *)left;
    const struct sl_entry *b = *(const struct sl_entry *const *)right;
    int order = sl_str_compare(a->key, b->key);
    if (order != 0)
        return order;
    return (a > b) - (a < b);
}

const struct sl_entry **sl_entries_sorted(const struct sl_entry *entries, uint32_t count)
{
    const struct sl_entry **sorted = calloc(count, sizeof(const struct sl_entry *));
    if (!sorted)
        return NULL;
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = &entries[i];
    qsort(sorted, count, sizeof(const struct sl_entry *), compare_entries);
    return sorted;
}

/* Most keys of one length begin differently. */
static bool same_key(struct sl_str a, struct sl_str b)
{
    return a.len == b.len && (a.len == 0 || (a.ptr[0] == b.ptr[0] && memcmp(a.ptr, b.ptr, a.len) == 0));
}

static int duplicate_among_few(const struct sl_entry *entries, uint32_t count, uint32_t *first,
                               uint32_t *second)
{
    for (uint32_t i = 1; i < count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (same_key(entries[i].key, entries[j].key)) {
                *first = j;
                *second = i;
                return 1;
            }
        }
    }
    return 0;
}

int sl_entries_duplicate(const struct sl_entry *entries, uint32_t count, uint32_t *first, uint32_t *second,
                         struct sl_err *err)
{
    enum { FEW = 24 };
    if (count <= FEW)
        return duplicate_among_few(entries, count, first, second);
    if (sl_entries_ascend(entries, count))
        return 0;
    const struct sl_entry **sorted = sl_entries_sorted(entries, count);
    if (!sorted)
        return sl_fail_memory(err);
    int found = 0;
    for (uint32_t i = 1; i < count && !found; i++) {
        if (sl_str_equal(sorted[i - 1]->key, sorted[i]->key)) {
            *first = (uint32_t)(sorted[i - 1] - entries);
            *second = (uint32_t)(sorted[i] - entries);
            found = 1;
        }
    }
    free(sorted);
    return found;
}
