/*
 * A hash map from borrowed text to a pointer, for finding by name. There is no iteration, so its order can
 * never reach an output: keep an array beside it where order matters.
 *
 * Order of calls: sl_map_init(), sl_map_put() and sl_map_get() in any order, sl_map_release(). Keys are
 * borrowed and must outlive the map. Values are not owned; NULL is no value.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <sealift/err.h>
#include <sealift/str.h>
#include <stdint.h>

struct sl_map_slot {
    struct sl_str key;
    uint64_t hash;
    void *value; /* NULL: free slot */
};

struct sl_map {
    struct sl_map_slot *slots; /* a power of two of them */
    size_t capacity;
    size_t count;
};

void sl_map_init(struct sl_map *map);
void sl_map_release(struct sl_map *map);

/* The value, or NULL. */
void *sl_map_get(const struct sl_map *map, struct sl_str key);

/* Sets key to value (not NULL). Returns 1 when the key is new, 0 when it replaced a value, -1 without memory.
 */
int sl_map_put(struct sl_map *map, struct sl_str key, void *value, struct sl_err *err) SL_MUST_USE;

/* FNV-1a of 64 bits with a final mix, for callers that build tables of their own.
 * Source: Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm", draft-eastlake-fnv. */
uint64_t sl_hash(struct sl_str text);

#endif
