/*
 * The keys of one map: in order, and each only once.
 */
#ifndef DOC_ENTRIES_H
#define DOC_ENTRIES_H

#include "doc/node.h"

/* Are the keys strictly ascending by bytes? Then they are also unique. */
bool sl_entries_ascend(const struct sl_entry *entries, uint32_t count);

/*
 * Finds a key that is there twice: *first and *second are the places of the two. 1 found, 0 none, -1 without
 * memory. The time never depends on how an attacker chose the keys.
 */
int sl_entries_duplicate(const struct sl_entry *entries, uint32_t count, uint32_t *first, uint32_t *second,
                         struct sl_err *err) SL_MUST_USE;

/* A new array of pointers to the entries, ascending by the bytes of their keys; the caller frees it. NULL
 * without memory. `count` is not 0. */
const struct sl_entry **sl_entries_sorted(const struct sl_entry *entries, uint32_t count);

#endif
