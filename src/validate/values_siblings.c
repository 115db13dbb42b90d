#include "values_siblings.h"

/* So many others there have to be; one is enough where a template goes through them all. */
enum { ENOUGH = 2, COMPARED_MAX = 64 };

struct siblings {
    const struct sl_node *items[COMPARED_MAX];
    size_t count;
    bool mixed; /* one of them is no map: these are not entries of a kind */
};

static void add(struct siblings *siblings, const struct sl_node *map, struct sl_str but)
{
    for (uint32_t i = 0; map && map->kind == SL_MAP && i < map->count; i++) {
        const struct sl_node *item = map->as.entries[i].value;
        if (sl_str_equal(map->as.entries[i].key, but) || item->kind == SL_NULL)
            continue;
        siblings->mixed = siblings->mixed || item->kind != SL_MAP;
        if (siblings->count == COMPARED_MAX || siblings->mixed)
            return;
        siblings->items[siblings->count++] = item;
    }
}

static bool all_have(const struct siblings *siblings, struct sl_str key)
{
    for (size_t i = 0; i < siblings->count; i++)
        if (!sl_node_entry(siblings->items[i], key))
            return false;
    return true;
}

/* Of one layer only: a later one may set a part of an entry. */
static void find(struct siblings *siblings, const struct known *known, const struct place *map,
                 struct sl_str key)
{
    for (size_t i = 0; i < known->count && siblings->count == 0; i++)
        if (known->items[i].origin == KNOWN_DEFAULT || known->items[i].origin == KNOWN_LAYER)
            add(siblings, known->items[i].node, key);
    if (siblings->count == 0)
        add(siblings, map->node, key);
}

int values_siblings(struct known *out, struct knowing *knowing, const struct known *known,
                    const struct place *map, struct sl_str key, struct sl_err *err)
{
    struct siblings siblings = {.count = 0};
    for (size_t i = 0; i < out->count; i++)
        if (out->items[i].origin != KNOWN_READ)
            return 0;
    find(&siblings, known, map, key);
    size_t enough = known_is_ranged(known) ? 1 : ENOUGH;
    if (siblings.mixed || siblings.count < enough)
        return 0;
    const struct sl_node *first = siblings.items[0];
    struct sl_node *nodes = sl_arena_array(&knowing->arena, 2, sizeof *nodes);
    struct sl_entry *entries = sl_arena_array(&knowing->arena, first->count + 1, sizeof *entries);
    if (!nodes || !entries)
        return sl_fail_memory(err);
    struct sl_node *keys = &nodes[0], *nothing = &nodes[1];
    nothing->kind = SL_NULL;
    keys->kind = SL_MAP;
    keys->as.entries = entries;
    for (uint32_t i = 0; i < first->count; i++)
        if (all_have(&siblings, first->as.entries[i].key))
            entries[keys->count++] = (struct sl_entry){.key = first->as.entries[i].key, .value = nothing};
    if (keys->count < enough)
        return 0;
    const struct known_source source = {.origin = KNOWN_LAYER, .node = keys};
    return known_add(out, knowing, source, err) < 0 ? -1 : 1;
}
