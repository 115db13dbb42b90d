#include "base/map.h"

#include "base/checked.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 16 };

uint64_t sl_hash(struct sl_str text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < text.len; i++) {
        hash ^= (unsigned char)text.ptr[i];
        hash *= UINT64_C(0x100000001b3);
    }
    /* FNV's low bits are weak, and a power-of-two table uses just those. */
    hash ^= hash >> 32;
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}

void sl_map_init(struct sl_map *map)
{
    *map = (struct sl_map){0};
}

void sl_map_release(struct sl_map *map)
{
    free(map->slots);
    *map = (struct sl_map){0};
}

/* The slot that holds `key`, or the free one where it belongs. There is always a free one: see sl_map_put().
 */
static struct sl_map_slot *find_slot(struct sl_map_slot *slots, size_t capacity, struct sl_str key,
                                     uint64_t hash)
{
    size_t i = (size_t)hash & (capacity - 1);
    while (slots[i].value && !(slots[i].hash == hash && sl_str_equal(slots[i].key, key)))
        i = (i + 1) & (capacity - 1);
    return &slots[i];
}

void *sl_map_get(const struct sl_map *map, struct sl_str key)
{
    if (map->count == 0)
        return NULL;
    return find_slot(map->slots, map->capacity, key, sl_hash(key))->value;
}

static int grow(struct sl_map *map, struct sl_err *err)
{
    size_t capacity = FIRST_CAPACITY;
    if (map->capacity && sl_mul_overflows(map->capacity, 2, &capacity))
        return sl_fail_memory(err);
    struct sl_map_slot *slots = calloc(capacity, sizeof *slots);
    if (!slots)
        return sl_fail_memory(err);
    for (size_t i = 0; i < map->capacity; i++) {
        const struct sl_map_slot *old = &map->slots[i];
        if (old->value)
            *find_slot(slots, capacity, old->key, old->hash) = *old;
    }
    free(map->slots);
    map->slots = slots;
    map->capacity = capacity;
    return 0;
}

int sl_map_put(struct sl_map *map, struct sl_str key, void *value, struct sl_err *err)
{
    /* At most three quarters full: probes stay short, and a free slot ends every search. */
    if (map->count >= map->capacity / 4 * 3 && grow(map, err) < 0)
        return -1;
    uint64_t hash = sl_hash(key);
    struct sl_map_slot *slot = find_slot(map->slots, map->capacity, key, hash);
    if (slot->value) {
        slot->value = value;
        return 0;
    }
    *slot = (struct sl_map_slot){.key = key, .hash = hash, .value = value};
    map->count++;
    return 1;
}
