#include "doc/node_index.h"

#include "base/cleanup.h"

#include <stdlib.h>

/* From this many keys on an index pays for itself. */
enum { INDEX_FROM = 32 };

struct sl_indexed_map {
    const struct sl_node *map; /* where it is: its name in the index of maps */
    struct sl_map by_key;
    struct sl_indexed_map *next;
};

void sl_node_index_init(struct sl_node_index *index)
{
    *index = (struct sl_node_index){0};
    sl_map_init(&index->by_map);
}

void sl_node_index_release(struct sl_node_index *index)
{
    while (index->newest) {
        struct sl_indexed_map *indexed = index->newest;
        index->newest = indexed->next;
        sl_map_release(&indexed->by_key);
        free(indexed);
    }
    sl_map_release(&index->by_map);
}

static struct sl_str name_of(const struct sl_node *const *map)
{
    return (struct sl_str){(const char *)map, sizeof(void *)};
}

static int fill(struct sl_indexed_map *indexed, struct sl_err *err)
{
    for (uint32_t i = 0; i < indexed->map->count; i++) {
        struct sl_entry *entry = &indexed->map->as.entries[i];
        /* Of equal keys the first, as sl_node_entry() has it. */
        if (!sl_map_get(&indexed->by_key, entry->key) &&
            sl_map_put(&indexed->by_key, entry->key, entry, err) < 0)
            return -1;
    }
    return 0;
}

static const struct sl_indexed_map *add_map(struct sl_node_index *index, const struct sl_node *map)
{
    struct sl_err ignored = {0};
    struct sl_indexed_map *indexed = calloc(1, sizeof *indexed);
    if (!indexed)
        return NULL;
    indexed->map = map;
    sl_map_init(&indexed->by_key);
    if (fill(indexed, &ignored) < 0 ||
        sl_map_put(&index->by_map, name_of(&indexed->map), indexed, &ignored) < 0) {
        sl_map_release(&indexed->by_key);
        free(indexed);
        return NULL;
    }
    indexed->next = index->newest;
    index->newest = indexed;
    return indexed;
}

const struct sl_entry *sl_node_index_entry(struct sl_node_index *index, const struct sl_node *map,
                                           struct sl_str key)
{
    if (!map || map->kind != SL_MAP || map->count < INDEX_FROM)
        return map ? sl_node_entry(map, key) : NULL;
    const struct sl_indexed_map *indexed = sl_map_get(&index->by_map, name_of(&map));
    if (!indexed)
        indexed = add_map(index, map);
    return indexed ? sl_map_get(&indexed->by_key, key) : sl_node_entry(map, key);
}
