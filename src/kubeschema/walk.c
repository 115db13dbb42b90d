/* What JSON Schema has no words for: lists without equal items or keys, formats, labels anywhere. */
#include "checking.h"

#include "base/cleanup.h"
#include "kube_format.h"
#include "openapi.h"

#include <sealift/text.h>
#include <stdlib.h>

static int walk(struct checking *checking, const struct shape *shape, const struct sl_node *node,
                const struct step *at);

static int check_format(struct checking *checking, const struct shape *shape, const struct sl_node *node,
                        const struct step *at)
{
    struct sl_shown shown;
    bool is_text = node->kind == SL_STRING;
    if (kube_format_fits(shape->format, node))
        return 0;
    struct found_at found = {.rule = "kube/mismatch", .severity = SL_ERROR, .at = at, .mark = node->mark};
    if (is_text && has_placeholder(node->as.text)) {
        found.rule = "kube/placeholder";
        found.severity = SL_NOTE;
        return checking_report_at(checking, &found, "whether \"%s\" becomes %s is not checked",
                                  sl_shown(&shown, node->as.text), kube_format_words(shape->format));
    }
    if (is_text)
        return checking_report_at(checking, &found, "must be %s, not \"%s\"",
                                  kube_format_words(shape->format), sl_shown(&shown, node->as.text));
    return checking_report_at(checking, &found, "must be %s", kube_format_words(shape->format));
}

/* -- lists -- */

/* An item, or of a map its keys, as text in which equal ones are equal. */
static int identity_of(struct sl_str *out, struct sl_arena *arena, const struct shape *shape,
                       const struct sl_node *item, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_DOC_BYTES_MAX);
    if (shape->is_set && write_compact(&text, item, err) < 0)
        return -1;
    for (unsigned i = 0; !shape->is_set && i < shape->key_count; i++) {
        const struct sl_entry *entry = sl_node_entry(item, shape->keys[i]);
        if (!entry)
            continue;
        sl_buf_printf(&text, "%s" SL_FMT "=", text.len ? ", " : "", SL_ARG(shape->keys[i]));
        if (entry->value->kind == SL_STRING)
            sl_buf_str(&text, entry->value->as.text);
        else if (write_compact(&text, entry->value, err) < 0)
            return -1;
    }
    if (sl_buf_check(&text, "an item of a list", err) < 0)
        return -1;
    *out = sl_arena_str(arena, sl_buf_view(&text));
    return out->ptr ? 0 : sl_fail_memory(err);
}

static int report_equal(struct checking *checking, const struct shape *shape, const struct step *at,
                        const struct sl_node *list, const uint32_t pair[2], struct sl_str identity)
{
    struct sl_shown shown;
    char place[SL_ERR_HINT_MAX];
    bool merges = !shape->is_set && shape->merges_only;
    struct step item = {.outer = at, .index = pair[1]};
    struct found_at found = {.rule = merges ? "kube/duplicate-merge-key" : "kube/duplicate-item",
                             .severity = merges ? SL_WARNING : SL_ERROR,
                             .at = &item,
                             .mark = list->as.items[pair[1]]->mark,
                             .hint = merges ? "where lists are merged, only one of them can stay" : NULL};
    const char *first = sl_mark_text(place, sizeof place, checking->doc, list->as.items[pair[0]]->mark);
    return checking_report_at(checking, &found, "a second item with %s; the first one is at %s",
                              sl_shown(&shown, identity), first);
}

/* Items that lack all keys, and what is no map where one belongs, are left to the schema. */
static bool is_comparable(const struct shape *shape, const struct sl_node *item)
{
    bool has_key = shape->is_set;
    for (unsigned i = 0; !has_key && i < shape->key_count; i++)
        has_key = sl_node_entry(item, shape->keys[i]) != NULL;
    return has_key;
}

static int find_equal(struct checking *checking, const struct shape *shape, const struct sl_node *list,
                      const struct step *at, struct sl_map *seen, struct sl_arena *arena)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct sl_str identity;
        if (!is_comparable(shape, list->as.items[i]))
            continue;
        if (identity_of(&identity, arena, shape, list->as.items[i], checking->err) < 0)
            return -1;
        const uint32_t *first = sl_map_get(seen, identity);
        uint32_t *place = sl_arena_alloc(arena, sizeof *place);
        if (!place)
            return sl_fail_memory(checking->err);
        *place = i;
        if (first && report_equal(checking, shape, at, list, (uint32_t[]){*first, i}, identity) < 0)
            return -1;
        if (!first && sl_map_put(seen, identity, place, checking->err) < 0)
            return -1;
    }
    return 0;
}

static int check_unique(struct checking *checking, const struct shape *shape, const struct sl_node *list,
                        const struct step *at)
{
    struct sl_map seen;
    struct sl_arena arena;
    if (list->count < 2 || (!shape->is_set && shape->key_count == 0))
        return 0;
    sl_map_init(&seen);
    sl_arena_init(&arena, SL_DOC_BYTES_MAX);
    int result = find_equal(checking, shape, list, at, &seen, &arena);
    sl_map_release(&seen);
    sl_arena_release(&arena);
    return result;
}

static int walk_list(struct checking *checking, const struct shape *shape, const struct sl_node *list,
                     const struct step *at)
{
    if (check_unique(checking, shape, list, at) < 0)
        return -1;
    for (uint32_t i = 0; shape->items && i < list->count; i++) {
        struct step item = {.outer = at, .index = i};
        if (walk(checking, shape->items, list->as.items[i], &item) < 0)
            return -1;
    }
    return 0;
}

/* -- maps -- */

static int check_member_labels(struct checking *checking, const struct sl_node *map, const char *name,
                               const struct step *at)
{
    struct step member = {.outer = at, .key = sl_str_from(name)};
    const struct sl_node *labels = sl_node_get(map, name);
    return labels ? kube_check_labels(checking, &member, labels, name[0] == 'a') : 0;
}

/* The object's own metadata is kube_check_names()'s, which sees it without a schema too. */
static bool is_own_metadata(const struct step *at)
{
    return at && !at->outer && sl_str_equal(at->key, SL_STR("metadata"));
}

static int walk_map(struct checking *checking, const struct shape *shape, const struct sl_node *map,
                    const struct step *at)
{
    if (shape->is_object_meta && !is_own_metadata(at) &&
        (check_member_labels(checking, map, "labels", at) < 0 ||
         check_member_labels(checking, map, "annotations", at) < 0))
        return -1;
    if (shape->is_selector && check_member_labels(checking, map, "matchLabels", at) < 0)
        return -1;
    for (uint32_t i = 0; i < map->count; i++) {
        const struct sl_entry *entry = &map->as.entries[i];
        struct step member = {.outer = at, .key = entry->key};
        if (walk(checking, shape_of_field(shape, entry->key), entry->value, &member) < 0)
            return -1;
    }
    return 0;
}

static int walk(struct checking *checking, const struct shape *shape, const struct sl_node *node,
                const struct step *at)
{
    if (!shape)
        return 0;
    if (node->kind == SL_MAP)
        return walk_map(checking, shape, node, at);
    if (node->kind == SL_LIST)
        return walk_list(checking, shape, node, at);
    return shape->format ? check_format(checking, shape, node, at) : 0;
}

int walk_object(struct checking *checking, const struct shape *shape)
{
    return walk(checking, shape, checking->object, NULL);
}
