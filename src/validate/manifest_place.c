#include "manifest_place.h"

#include "doc/pointer.h"

#include <stdio.h>

struct place place_root(const struct sl_node *node)
{
    return (struct place){.node = node};
}

struct place place_get(const struct place *above, const char *key)
{
    return (struct place){
        .above = above, .key = sl_str_from(key), .node = above->node ? sl_node_get(above->node, key) : NULL};
}

struct place place_item(const struct place *above, size_t index)
{
    return (struct place){.above = above, .index = index, .item = true, .node = above->node->as.items[index]};
}

struct place place_entry(const struct place *above, size_t index)
{
    const struct sl_entry *entry = &above->node->as.entries[index];
    return (struct place){.above = above, .key = entry->key, .node = entry->value};
}

size_t place_items(const struct place *place)
{
    return place->node && place->node->kind == SL_LIST ? place->node->count : 0;
}

struct sl_str place_text(const struct place *place)
{
    return sl_node_text(place->node);
}

/* Objects are no deeper than SL_DOC_DEPTH_MAX. */
void place_pointer(struct sl_buf *out, const struct place *place)
{
    if (!place->above)
        return;
    place_pointer(out, place->above);
    char number[24];
    if (place->item)
        (void)snprintf(number, sizeof number, "%zu", place->index);
    sl_pointer_push(out, place->item ? sl_str_from(number) : place->key);
}

int place_each(const struct place *from, const char *path, place_visit *visit, void *context,
               struct sl_err *err)
{
    if (!from->node)
        return 0;
    if (path[0] == '\0')
        return visit(from, context, err);
    size_t length = strcspn(path, "/");
    const char *rest = path[length] ? path + length + 1 : path + length;
    if (length == 1 && path[0] == '*') {
        for (size_t i = 0; i < place_items(from); i++) {
            struct place item = place_item(from, i);
            if (place_each(&item, rest, visit, context, err) < 0)
                return -1;
        }
        return 0;
    }
    struct place next = {.above = from, .key = {path, length}};
    const struct sl_entry *entry = sl_node_entry(from->node, next.key);
    next.node = entry ? entry->value : NULL;
    return place_each(&next, rest, visit, context, err);
}
