#include "yaml_merge.h"

#include "base/map.h"

#include <stdlib.h>

/* The merged map: its entries in order, and where each key is. */
struct result {
    struct sl_entry *entries;
    size_t count;
    struct sl_map index;
    struct sl_err *err;
};

static int set(struct result *result, const struct sl_entry *entry, bool overrides)
{
    struct sl_entry *there = sl_map_get(&result->index, entry->key);
    if (there) {
        if (overrides)
            *there = *entry;
        return 0;
    }
    struct sl_entry *made = &result->entries[result->count++];
    *made = *entry;
    return sl_map_put(&result->index, made->key, made, result->err);
}

static int set_all(struct result *result, const struct sl_entry *entries, size_t count, bool overrides)
{
    for (size_t i = 0; i < count; i++)
        if (set(result, &entries[i], overrides) < 0)
            return -1;
    return 0;
}

/* The maps of one merge key, where the first wins: with `overrides` that is the last one set. */
static int set_sources(struct result *result, const struct sl_node *value, bool overrides)
{
    if (value->kind == SL_MAP)
        return set_all(result, value->as.entries, value->count, overrides);
    for (uint32_t i = 0; i < value->count; i++) {
        const struct sl_node *map = value->as.items[overrides ? value->count - 1 - i : i];
        if (set_all(result, map->as.entries, map->count, overrides) < 0)
            return -1;
    }
    return 0;
}

static size_t count_sources(const struct sl_merge *merges)
{
    size_t count = 0;
    for (const struct sl_merge *merge = merges; merge; merge = merge->next) {
        if (merge->value->kind == SL_MAP)
            count += merge->value->count;
        for (uint32_t i = 0; merge->value->kind == SL_LIST && i < merge->value->count; i++)
            count += merge->value->as.items[i]->count;
    }
    return count;
}

/* The map's own keys first, then what is missing. */
static int fill_up(struct result *result, const struct sl_entry *own, size_t own_count,
                   const struct sl_merge *merges)
{
    if (set_all(result, own, own_count, true) < 0)
        return -1;
    for (const struct sl_merge *merge = merges; merge; merge = merge->next)
        if (set_sources(result, merge->value, false) < 0)
            return -1;
    return 0;
}

/* Everything in the order of the file, the later one wins. */
static int override_in_order(struct result *result, const struct sl_entry *own, size_t own_count,
                             const struct sl_merge *merges)
{
    size_t done = 0;
    for (const struct sl_merge *merge = merges; merge; merge = merge->next) {
        if (set_all(result, own + done, merge->before - done, true) < 0 ||
            set_sources(result, merge->value, true) < 0)
            return -1;
        done = merge->before;
    }
    return set_all(result, own + done, own_count - done, true);
}

static int replace_entries(struct sl_builder *builder, size_t base, const struct result *result)
{
    builder->count = base;
    for (size_t i = 0; i < result->count; i++)
        if (sl_builder_push(builder, result->entries[i]) < 0)
            return -1;
    return 0;
}

int sl_yaml_merge(struct sl_builder *builder, size_t base, const struct sl_merge *merges,
                  enum sl_yaml_rules rules)
{
    const struct sl_entry *own = sl_builder_from(builder, base);
    size_t own_count = builder->count - base;
    struct result result = {.err = builder->err};
    result.entries = calloc(own_count + count_sources(merges) + 1, sizeof *result.entries);
    if (!result.entries)
        return sl_fail_memory(builder->err);
    sl_map_init(&result.index);
    int merged = rules == SL_YAML_RESOURCE ? fill_up(&result, own, own_count, merges)
                                           : override_in_order(&result, own, own_count, merges);
    if (merged == 0)
        merged = replace_entries(builder, base, &result);
    sl_map_release(&result.index);
    free(result.entries);
    return merged;
}
