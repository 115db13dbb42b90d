/*
 * Null as the API server takes it: a member that is null is as good as absent, unless its schema is `nullable`.
 * Source: Kubernetes, "Extend the Kubernetes API with CustomResourceDefinitions", Defaulting and Nullable.
 */
#include "checking.h"

bool has_null(const struct sl_node *node)
{
    bool has = node->kind == SL_NULL;
    for (uint32_t i = 0; node->kind == SL_MAP && !has && i < node->count; i++)
        has = has_null(node->as.entries[i].value);
    for (uint32_t i = 0; node->kind == SL_LIST && !has && i < node->count; i++)
        has = has_null(node->as.items[i]);
    return has;
}

static bool copy_list(struct sl_arena *arena, const struct shape *shape, struct sl_node *out,
                      const struct sl_node *list)
{
    out->as.items = sl_arena_array(arena, list->count, sizeof(struct sl_node *));
    for (uint32_t i = 0; out->as.items && i < list->count; i++) {
        out->as.items[i] = without_nulls(arena, shape ? shape->items : NULL, list->as.items[i]);
        if (!out->as.items[i])
            return false;
    }
    return out->as.items != NULL;
}

static bool copy_map(struct sl_arena *arena, const struct shape *shape, struct sl_node *out,
                     const struct sl_node *map)
{
    out->as.entries = sl_arena_array(arena, map->count, sizeof(struct sl_entry));
    out->count = 0;
    for (uint32_t i = 0; out->as.entries && i < map->count; i++) {
        struct sl_entry entry = map->as.entries[i];
        const struct shape *inner = shape ? shape_of_field(shape, entry.key) : NULL;
        if (entry.value->kind == SL_NULL && !(inner && inner->nullable))
            continue;
        entry.value = without_nulls(arena, inner, entry.value);
        if (!entry.value)
            return false;
        out->as.entries[out->count++] = entry;
    }
    return out->as.entries != NULL;
}

struct sl_node *without_nulls(struct sl_arena *arena, const struct shape *shape, struct sl_node *node)
{
    if (!has_null(node) || node->kind == SL_NULL)
        return node;
    struct sl_node *out = sl_arena_alloc(arena, sizeof *out);
    if (!out)
        return NULL;
    *out = *node;
    bool copied =
        node->kind == SL_LIST ? copy_list(arena, shape, out, node) : copy_map(arena, shape, out, node);
    return copied ? out : NULL;
}
