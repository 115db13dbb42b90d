#include "docops/values.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"

/* From this many keys on an index pays for itself. */
enum { INDEX_FROM = 16 };

/* Finds keys of one map, and remembers which were found. */
struct lookup {
    const struct sl_node *map;
    struct sl_map index; /* empty for a small map */
    bool *found;         /* one per entry; in the document's memory */
};

static void lookup_release(struct lookup *lookup)
{
    sl_map_release(&lookup->index);
}

static int lookup_init(struct lookup *lookup, struct sl_doc *doc, const struct sl_node *map,
                       struct sl_err *err)
{
    *lookup = (struct lookup){.map = map};
    sl_map_init(&lookup->index);
    lookup->found = sl_arena_array(&doc->arena, map->count, sizeof *lookup->found);
    if (!lookup->found)
        return sl_fail_memory(err);
    if (map->count < INDEX_FROM)
        return 0;
    for (uint32_t i = 0; i < map->count; i++)
        if (sl_map_put(&lookup->index, map->as.entries[i].key, &map->as.entries[i], err) < 0)
            return -1;
    return 0;
}

static struct sl_entry *lookup_take(struct lookup *lookup, struct sl_str key)
{
    struct sl_entry *entry =
        lookup->map->count < INDEX_FROM ? sl_node_entry(lookup->map, key) : sl_map_get(&lookup->index, key);
    if (entry)
        lookup->found[entry - lookup->map->as.entries] = true;
    return entry;
}

/* An empty map with room for `capacity` entries. */
static struct sl_node *new_map(struct sl_doc *doc, struct sl_mark mark, size_t capacity, struct sl_err *err)
{
    struct sl_node *map = capacity <= UINT32_MAX ? sl_node_map(doc) : NULL;
    if (!map) {
        (void)sl_node_fail(doc, err);
        return NULL;
    }
    map->mark = mark;
    map->as.entries = sl_arena_array(&doc->arena, capacity, sizeof(struct sl_entry));
    if (!map->as.entries) {
        (void)sl_fail_memory(err);
        return NULL;
    }
    map->as.capacity = (uint32_t)capacity;
    return map;
}

/* Keys are shared with the layer they come from. */
static void append(struct sl_node *map, const struct sl_entry *from, struct sl_node *value)
{
    map->as.entries[map->count++] =
        (struct sl_entry){.key = from->key, .value = value, .key_mark = from->key_mark};
}

static int merge_at(struct sl_node **out, struct sl_doc *doc, struct sl_node *lower, struct sl_node *upper,
                    unsigned depth, struct sl_err *err);

static int merge_maps(struct sl_node **out, struct sl_doc *doc, const struct sl_node *lower,
                      const struct sl_node *upper, unsigned depth, struct sl_err *err)
{
    SL_CLEANUP(lookup_release) struct lookup lookup;
    if (lookup_init(&lookup, doc, upper, err) < 0)
        return -1;
    struct sl_node *map = new_map(doc, upper->mark, (size_t)lower->count + upper->count, err);
    if (!map)
        return -1;
    for (uint32_t i = 0; i < lower->count; i++) {
        const struct sl_entry *below = &lower->as.entries[i];
        const struct sl_entry *above = lookup_take(&lookup, below->key);
        if (!above) {
            append(map, below, below->value);
            continue;
        }
        struct sl_node *value;
        if (merge_at(&value, doc, below->value, above->value, depth, err) < 0)
            return -1;
        append(map, above, value);
    }
    for (uint32_t i = 0; i < upper->count; i++)
        if (!lookup.found[i])
            append(map, &upper->as.entries[i], upper->as.entries[i].value);
    *out = map;
    return 0;
}

static int merge_at(struct sl_node **out, struct sl_doc *doc, struct sl_node *lower, struct sl_node *upper,
                    unsigned depth, struct sl_err *err)
{
    if (depth > SL_DOC_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "values are nested deeper than %d levels", SL_DOC_DEPTH_MAX);
    *out = upper;
    if (upper->kind != SL_MAP || lower->kind != SL_MAP)
        return 0;
    return merge_maps(out, doc, lower, upper, depth + 1, err);
}

int sl_values_merge(struct sl_node **out, struct sl_doc *doc, struct sl_node *lower, struct sl_node *upper,
                    struct sl_err *err)
{
    if (lower && upper)
        return merge_at(out, doc, lower, upper, 0, err);
    *out = lower ? lower : upper;
    if (!*out)
        *out = sl_node_map(doc);
    return *out ? 0 : sl_node_fail(doc, err);
}
