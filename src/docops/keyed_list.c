#include "merge.h"

#include "base/cleanup.h"
#include "base/limits.h"

/*
 * Items with the same keys are one group. kustomize's order: the patch's items first, as they stand there,
 * then those that only the target has. What it makes of items that the target has twice: the first is merged,
 * and then the last takes its place.
 */
struct group {
    struct sl_node *dest;   /* the target's first item, NULL where it has none */
    struct sl_node *origin; /* the patch's first item */
    struct sl_node *result; /* NULL: nothing is left */
    uint32_t last;          /* the target's last item: its place in the list */
};

struct keyed {
    struct sl_merge *merge;
    const struct sl_pair *pair;
    const struct sl_kube_merge *how;
    bool used[SL_MERGE_KEYS_MAX]; /* keys that any item has: kustomize forgets about the others */
    size_t used_count;
    struct sl_map index; /* the items' keys to their group */
    struct group *groups;
    uint32_t group_count;
    struct group **dest_groups; /* one for each item of the target */
};

static void release_keyed(struct keyed *keyed)
{
    sl_map_release(&keyed->index);
}

static bool is_scalar(const struct sl_node *node)
{
    return node->kind != SL_NULL && node->kind != SL_LIST && node->kind != SL_MAP;
}

/* The value of a key that tells an item from others; NULL where there is none. */
static const struct sl_node *key_value(const struct sl_node *item, struct sl_str key)
{
    const struct sl_entry *entry = sl_node_entry(item, key);
    if (!entry || !is_scalar(entry->value))
        return NULL;
    return entry->value->kind == SL_STRING && entry->value->as.text.len == 0 ? NULL : entry->value;
}

static void note_used_keys(struct keyed *keyed, const struct sl_node *list)
{
    for (uint32_t i = 0; list && i < list->count; i++)
        for (size_t k = 0; k < keyed->how->key_count; k++)
            if (!keyed->used[k] && key_value(list->as.items[i], keyed->how->keys[k])) {
                keyed->used[k] = true;
                keyed->used_count++;
            }
}

/* Has every item every key that is in use? A list of scalars: is every item one? */
static bool is_complete(const struct keyed *keyed, const struct sl_node *list)
{
    for (uint32_t i = 0; list && i < list->count; i++) {
        const struct sl_node *item = list->as.items[i];
        if (keyed->how->key_count == 0 && !is_scalar(item))
            return false;
        for (size_t k = 0; k < keyed->how->key_count; k++)
            if (keyed->used[k] && !key_value(item, keyed->how->keys[k]))
                return false;
    }
    return keyed->how->key_count == 0 || keyed->used_count > 0 || !list || list->count == 0;
}

/* One text for all keys of an item; where there are several, their lengths keep them apart. .ptr is NULL
 * without memory. */
static struct sl_str identity(const struct keyed *keyed, const struct sl_node *item)
{
    struct sl_str parts[SL_MERGE_KEYS_MAX];
    size_t count = 0;
    size_t size = 0;
    if (keyed->how->key_count == 0)
        return sl_merge_text(keyed->merge, item);
    for (size_t k = 0; k < keyed->how->key_count; k++) {
        if (!keyed->used[k])
            continue;
        parts[count] = sl_merge_text(keyed->merge, key_value(item, keyed->how->keys[k]));
        if (!parts[count].ptr)
            return parts[count];
        size += sizeof parts[count].len + parts[count].len;
        count++;
    }
    if (count == 1)
        return parts[0];
    char *text = sl_arena_alloc(&keyed->merge->scratch, size);
    char *at = text;
    for (size_t i = 0; text && i < count; i++) {
        memcpy(at, &parts[i].len, sizeof parts[i].len);
        memcpy(at + sizeof parts[i].len, parts[i].ptr, parts[i].len);
        at += sizeof parts[i].len + parts[i].len;
    }
    return (struct sl_str){text, text ? size : 0};
}

/* The group of an item, made when it is new; NULL without memory. */
static struct group *group_of(struct keyed *keyed, const struct sl_node *item, struct sl_err *err)
{
    struct sl_str text = identity(keyed, item);
    if (!text.ptr) {
        (void)sl_fail_memory(err);
        return NULL;
    }
    struct group *group = sl_map_get(&keyed->index, text);
    if (group)
        return group;
    group = &keyed->groups[keyed->group_count++];
    return sl_map_put(&keyed->index, text, group, err) < 0 ? NULL : group;
}

static int find_groups(struct keyed *keyed, struct sl_err *err)
{
    const struct sl_node *dest = keyed->pair->dest;
    const struct sl_node *origin = keyed->pair->origin;
    size_t total = (size_t)dest->count + (origin ? origin->count : 0);
    keyed->groups = sl_arena_array(&keyed->merge->scratch, total, sizeof *keyed->groups);
    keyed->dest_groups = sl_arena_array(&keyed->merge->scratch, dest->count, sizeof(struct group *));
    if (!keyed->groups || !keyed->dest_groups)
        return sl_fail_memory(err);
    for (uint32_t i = 0; origin && i < origin->count; i++) {
        struct group *group = group_of(keyed, origin->as.items[i], err);
        if (!group)
            return -1;
        if (!group->origin)
            group->origin = origin->as.items[i];
    }
    for (uint32_t i = 0; i < dest->count; i++) {
        struct group *group = group_of(keyed, dest->as.items[i], err);
        if (!group)
            return -1;
        if (!group->dest)
            group->dest = dest->as.items[i];
        group->last = i;
        keyed->dest_groups[i] = group;
    }
    return 0;
}

static int merge_groups(struct keyed *keyed, struct sl_err *err)
{
    struct sl_pair item = {.type = sl_kube_items(keyed->pair->type), .depth = keyed->pair->depth + 1};
    for (uint32_t i = 0; i < keyed->group_count; i++) {
        struct group *group = &keyed->groups[i];
        item.dest = group->dest;
        item.origin = group->origin;
        if (sl_merge_nodes(&group->result, keyed->merge, &item, err) < 0)
            return -1;
        if (sl_merge_is_nothing(group->result))
            group->result = NULL;
    }
    return 0;
}

/* With one key an item stays at its group's place; with several it goes behind those that only the patch has.
 */
static int collect_items(const struct keyed *keyed, struct sl_err *err)
{
    struct sl_node *dest = keyed->pair->dest;
    struct sl_node **items =
        sl_arena_array(&keyed->merge->doc->arena, keyed->group_count, sizeof(struct sl_node *));
    uint32_t count = 0;
    if (!items)
        return sl_fail_memory(err);
    for (uint32_t i = 0; i < keyed->group_count; i++) {
        const struct group *group = &keyed->groups[i];
        if (group->result && !group->dest)
            items[count++] = group->result;
        else if (group->result && keyed->used_count <= 1)
            items[count++] = dest->as.items[group->last];
    }
    for (uint32_t i = 0; keyed->used_count > 1 && i < dest->count; i++)
        if (keyed->dest_groups[i]->result && keyed->dest_groups[i]->last == i)
            items[count++] = dest->as.items[i];
    dest->as.items = items;
    dest->as.capacity = keyed->group_count;
    dest->count = count;
    return 0;
}

int sl_merge_keyed_lists(struct sl_merge *merge, const struct sl_pair *pair, const struct sl_kube_merge *how,
                         struct sl_err *err)
{
    SL_CLEANUP(release_keyed) struct keyed keyed = {.merge = merge, .pair = pair, .how = how};
    sl_map_init(&keyed.index);
    if (pair->dest->count == 0 && (!pair->origin || pair->origin->count == 0))
        return 0;
    note_used_keys(&keyed, pair->dest);
    note_used_keys(&keyed, pair->origin);
    if (!is_complete(&keyed, pair->dest) || !is_complete(&keyed, pair->origin))
        return sl_merge_loose_lists(merge, pair, how, err);
    if (find_groups(&keyed, err) < 0 || merge_groups(&keyed, err) < 0)
        return -1;
    return collect_items(&keyed, err);
}
