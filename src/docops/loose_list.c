#include "merge.h"

#include "base/limits.h"

#include <sealift/text.h>

/*
 * Merging lists by keys that some items lack, or that hold something else than maps.
 *
 * kustomize has no rule for such lists that could be told without telling its steps: a partly given key finds
 * more than one item, an item without any takes the place of all before it, an item can be merged twice. The
 * result is what its steps come to, so these are its steps. They look through the whole list for every item,
 * hence SL_MERGE_LOOSE_MAX.
 *
 *   1. List what the keys' values are: of the patch's items, then of the target's; each combination once.
 *   2. With several keys, complete partial combinations from others that agree with them.
 *   3. For each combination: merge the target's first item that has it with the patch's first. Where nothing
 * is left take the items that match out of the target; else put the result into a new list, in place of items
 * that match or behind them.
 *   4. Put each item that the target still has into the new list in the same way.
 */

struct combination {
    struct sl_str values[SL_MERGE_KEYS_MAX];
};

struct items {
    struct sl_node **nodes;
    size_t count;
};

struct loose {
    struct sl_merge *merge;
    const struct sl_pair *pair;
    struct sl_str keys[SL_MERGE_KEYS_MAX]; /* in use; the first is empty for a list of scalars */
    size_t key_count;
    struct combination **combinations;
    size_t combination_count;
};

/* Which items, and what to put in their place: NULL takes them out. */
struct change {
    const struct sl_str *keys, *values;
    size_t key_count, value_count; /* fewer values than keys: only these are compared */
    struct sl_node *item;
};

static int fail_item(const struct loose *loose, const struct sl_node *item, struct sl_err *err)
{
    if (loose->keys[0].len == 0)
        return sl_merge_fail(loose->merge, item, err,
                             "an item of a list of plain values has to be one too, not %s",
                             sl_kind_name(item->kind));
    char key[64];
    return sl_merge_fail(loose->merge, item, err,
                         "an item of a list that merges by \"%s\" has to be a map, not %s",
                         sl_escape(key, sizeof key, loose->keys[0]), sl_kind_name(item->kind));
}

static bool has_text(const struct sl_node *node, struct sl_str text)
{
    char buffer[32];
    return sl_str_equal(sl_merge_spell(buffer, node), text);
}

/* Whether a key of an item, which is not null, has this value; an empty value is had by every item with the
 * key. 1, 0, or -1 for an item that can have no keys. */
static int has_value(const struct loose *loose, const struct sl_node *item, struct sl_str key,
                     struct sl_str value, struct sl_err *err)
{
    if (key.len == 0) {
        if (item->kind == SL_MAP || item->kind == SL_LIST)
            return fail_item(loose, item, err);
        return has_text(item, value);
    }
    if (item->kind != SL_MAP)
        return fail_item(loose, item, err);
    const struct sl_entry *entry = sl_node_entry(item, key);
    return entry && (value.len == 0 || has_text(entry->value, value));
}

static int is_meant(const struct loose *loose, const struct change *change, const struct sl_node *item,
                    struct sl_err *err)
{
    int same = 0;
    for (size_t k = 0; k < change->key_count && k < change->value_count; k++) {
        same = has_value(loose, item, change->keys[k], change->values[k], err);
        if (same <= 0)
            break;
    }
    return same;
}

/* Changes the items that match; a new item goes to the end where none does. There is room for it. Nulls and
 * empty maps go, and so does everything else when there is no value to compare. */
static int apply(const struct loose *loose, struct items *items, const struct change *change,
                 struct sl_err *err)
{
    bool for_maps = change->keys[0].len > 0 && change->value_count > 0 && change->values[0].len > 0;
    bool found = false;
    size_t kept = 0;
    for (size_t i = 0; i < items->count; i++) {
        struct sl_node *item = items->nodes[i];
        if (sl_merge_is_nothing(item))
            continue;
        if (for_maps && item->kind != SL_MAP) {
            items->nodes[kept++] = item;
            continue;
        }
        int meant = is_meant(loose, change, item, err);
        if (meant < 0)
            return -1;
        found = found || meant;
        if (meant ? change->item != NULL : change->value_count > 0)
            items->nodes[kept++] = meant ? change->item : item;
    }
    items->count = kept;
    if (!found && change->item && change->item->kind != SL_NULL)
        items->nodes[items->count++] = change->item;
    return 0;
}

/* -- the combinations -- */

static bool same_values(const struct loose *loose, const struct combination *a, const struct combination *b)
{
    for (size_t k = 0; k < loose->key_count; k++)
        if (!sl_str_equal(a->values[k], b->values[k]))
            return false;
    return true;
}

static int add_combination(struct loose *loose, const struct combination *combination, struct sl_err *err)
{
    for (size_t i = 0; i < loose->combination_count; i++)
        if (same_values(loose, loose->combinations[i], combination))
            return 0;
    struct combination *copy = sl_arena_alloc(&loose->merge->scratch, sizeof *copy);
    if (!copy)
        return sl_fail_memory(err);
    *copy = *combination;
    loose->combinations[loose->combination_count++] = copy;
    return 0;
}

static int list_combinations(struct loose *loose, const struct sl_node *list, struct sl_err *err)
{
    for (uint32_t i = 0; list && i < list->count; i++) {
        const struct sl_node *item = list->as.items[i];
        struct combination combination = {0};
        for (size_t k = 0; k < loose->key_count; k++) {
            const struct sl_node *value = item;
            if (loose->keys[k].len > 0) {
                const struct sl_entry *entry = sl_node_entry(item, loose->keys[k]);
                value = entry && entry->value->kind != SL_NULL ? entry->value : NULL;
            }
            combination.values[k] = sl_merge_text(loose->merge, value);
            if (!combination.values[k].ptr)
                return sl_fail_memory(err);
        }
        if (add_combination(loose, &combination, err) < 0)
            return -1;
    }
    return 0;
}

/* Two combinations agree when one value is the same in both (missing in both counts) and no other differs. */
static bool agree(const struct loose *loose, struct combination *both, const struct combination *a,
                  const struct combination *b)
{
    bool common = false;
    for (size_t k = 0; k < loose->key_count; k++) {
        if (sl_str_equal(a->values[k], b->values[k]))
            common = true;
        else if (a->values[k].len > 0 && b->values[k].len > 0)
            return false;
        both->values[k] = a->values[k].len > 0 ? a->values[k] : b->values[k];
    }
    return common;
}

static int complete_combinations(struct loose *loose, struct sl_err *err)
{
    for (size_t i = 0; i < loose->combination_count; i++) {
        struct combination *first = loose->combinations[i];
        for (size_t j = 0; j < loose->combination_count; j++) {
            struct combination *second = loose->combinations[j];
            struct combination both = {0};
            if (!agree(loose, &both, first, second))
                continue;
            struct combination *shared = same_values(loose, &both, first)    ? first
                                         : same_values(loose, &both, second) ? second
                                                                             : NULL;
            if (!shared) {
                shared = sl_arena_alloc(&loose->merge->scratch, sizeof *shared);
                if (!shared)
                    return sl_fail_memory(err);
                *shared = both;
            }
            loose->combinations[i] = shared;
            loose->combinations[j] = shared;
        }
    }
    return 0;
}

/* Leaves out the keys for which no item has a value; all stay where none has any. */
static void drop_unused_keys(struct loose *loose)
{
    size_t kept = 0;
    for (size_t k = 0; k < loose->key_count; k++) {
        bool used = false;
        for (size_t i = 0; i < loose->combination_count && !used; i++)
            used = loose->combinations[i]->values[k].len > 0;
        if (!used)
            continue;
        for (size_t i = 0; kept != k && i < loose->combination_count; i++)
            loose->combinations[i]->values[kept] = loose->combinations[i]->values[k];
        loose->keys[kept++] = loose->keys[k];
    }
    if (kept > 0)
        loose->key_count = kept;
}

/* -- the items -- */

static struct sl_node *find_item(const struct loose *loose, const struct combination *combination,
                                 const struct sl_node *list)
{
    bool any = false;
    for (size_t k = 0; k < loose->key_count; k++)
        any = any || combination->values[k].len > 0;
    for (uint32_t i = 0; list && i < list->count; i++) {
        struct sl_node *item = list->as.items[i];
        bool same = loose->keys[0].len == 0 ? has_text(item, combination->values[0]) : item->kind == SL_MAP;
        for (size_t k = 0; same && loose->keys[0].len > 0 && k < loose->key_count; k++) {
            const struct sl_entry *entry = sl_node_entry(item, loose->keys[k]);
            if (combination->values[k].len > 0 || !any)
                same = entry && has_text(entry->value, combination->values[k]);
        }
        if (same)
            return item;
    }
    return NULL;
}

static int merge_combination(struct loose *loose, const struct combination *combination, struct items *result,
                             struct sl_err *err)
{
    struct sl_node *dest = loose->pair->dest;
    struct sl_pair item = {.dest = find_item(loose, combination, dest),
                           .origin = find_item(loose, combination, loose->pair->origin),
                           .type = sl_kube_items(loose->pair->type),
                           .depth = loose->pair->depth + 1};
    struct change change = {loose->keys, combination->values, loose->key_count, loose->key_count, NULL};
    if (sl_merge_nodes(&change.item, loose->merge, &item, err) < 0)
        return -1;
    if (!sl_merge_is_nothing(change.item))
        return apply(loose, result, &change, err);
    change.item = NULL;
    struct items rest = {dest->as.items, dest->count};
    if (apply(loose, &rest, &change, err) < 0)
        return -1;
    dest->count = (uint32_t)rest.count;
    return 0;
}

static int put_item(const struct loose *loose, struct sl_node *item, struct items *result, struct sl_err *err)
{
    struct combination values = {0};
    struct change change = {loose->keys, values.values, loose->key_count, 0, NULL};
    for (size_t k = 0; k < loose->key_count; k++) {
        const struct sl_node *value = item;
        if (loose->keys[k].len > 0) {
            if (item->kind != SL_MAP && item->kind != SL_NULL)
                return fail_item(loose, item, err);
            const struct sl_entry *entry = sl_node_entry(item, loose->keys[k]);
            value = entry ? entry->value : NULL;
            if (!entry) {
                result->nodes[result->count++] = item;
                continue;
            }
        }
        values.values[change.value_count] = sl_merge_text(loose->merge, value);
        if (!values.values[change.value_count++].ptr)
            return sl_fail_memory(err);
    }
    if (loose->key_count > 1 && apply(loose, result, &change, err) < 0)
        return -1;
    change.item = item;
    return apply(loose, result, &change, err);
}

/* A node that got into the list twice is copied: in a tree each has one place. */
static int store(const struct loose *loose, const struct items *result, struct sl_err *err)
{
    struct sl_doc *doc = loose->merge->doc;
    struct sl_node *dest = loose->pair->dest;
    struct sl_node **items = sl_arena_array(&doc->arena, result->count, sizeof(struct sl_node *));
    if (!items)
        return sl_fail_memory(err);
    for (size_t i = 0; i < result->count; i++) {
        items[i] = result->nodes[i];
        for (size_t before = 0; before < i && items[i] == result->nodes[i]; before++)
            if (result->nodes[before] == result->nodes[i])
                items[i] = sl_node_copy(doc, doc, result->nodes[i]);
        if (!items[i])
            return sl_node_fail(doc, err);
    }
    dest->as.items = items;
    dest->as.capacity = (uint32_t)result->count;
    dest->count = (uint32_t)result->count;
    return 0;
}

int sl_merge_loose_lists(struct sl_merge *merge, const struct sl_pair *pair, const struct sl_kube_merge *how,
                         struct sl_err *err)
{
    struct loose loose = {.merge = merge, .pair = pair, .key_count = how->key_count ? how->key_count : 1};
    struct sl_node *dest = pair->dest;
    size_t total = (size_t)dest->count + (pair->origin ? pair->origin->count : 0);
    if (total > SL_MERGE_LOOSE_MAX) {
        (void)sl_merge_fail(merge, dest, err,
                            "a list that merges by keys has items without them and more than %d items",
                            SL_MERGE_LOOSE_MAX);
        err->code = SL_E_LIMIT;
        return -1;
    }
    for (size_t k = 0; k < how->key_count; k++)
        loose.keys[k] = how->keys[k];
    loose.combinations = sl_arena_array(&merge->scratch, total, sizeof(struct combination *));
    struct items result = {
        sl_arena_array(&merge->scratch, total * (loose.key_count + 2), sizeof(struct sl_node *)), 0};
    if (!loose.combinations || !result.nodes)
        return sl_fail_memory(err);
    if (list_combinations(&loose, pair->origin, err) < 0 || list_combinations(&loose, dest, err) < 0)
        return -1;
    if (loose.key_count > 1 && complete_combinations(&loose, err) < 0)
        return -1;
    drop_unused_keys(&loose);
    for (size_t i = 0; i < loose.combination_count; i++)
        if (merge_combination(&loose, loose.combinations[i], &result, err) < 0)
            return -1;
    for (uint32_t i = 0; i < dest->count; i++)
        if (put_item(&loose, dest->as.items[i], &result, err) < 0)
            return -1;
    return store(&loose, &result, err);
}
