#include "yaml_reader.h"

#include "base/limits.h"
#include "node_copy.h"

#include <sealift/text.h>

int sl_yaml_anchor_add(struct sl_yaml_reader *reader, const yaml_char_t *name, struct sl_node *node,
                       struct sl_yaml_anchor **out)
{
    *out = NULL;
    if (!name)
        return 0;
    struct sl_arena *arena = &reader->builder.doc->arena;
    struct sl_str key = sl_arena_str(arena, sl_str_from((const char *)name));
    struct sl_yaml_anchor *anchor = sl_arena_alloc(arena, sizeof *anchor);
    if (!key.ptr || !anchor)
        return sl_fail_memory(reader->builder.err);
    *anchor = (struct sl_yaml_anchor){.node = node, .open = node->kind == SL_MAP || node->kind == SL_LIST};
    *out = anchor;
    return sl_map_put(&reader->anchors, key, anchor, reader->builder.err) < 0 ? -1 : 0;
}

struct sl_node *sl_yaml_anchor_find(struct sl_yaml_reader *reader, const yaml_event_t *event)
{
    struct sl_str name = sl_str_from((const char *)event->data.alias.anchor);
    const struct sl_yaml_anchor *anchor = sl_map_get(&reader->anchors, name);
    if (anchor && !anchor->open)
        return anchor->node;
    char shown[80];
    (void)sl_escape(shown, sizeof shown, name);
    if (anchor) {
        (void)sl_fail_at(reader->builder.err, SL_E_INPUT, sl_yaml_event_place(reader, event),
                         "the alias *%s stands inside of what it repeats", shown);
        return NULL;
    }
    (void)sl_fail_at(reader->builder.err, SL_E_INPUT, sl_yaml_event_place(reader, event),
                     "no anchor &%s stands before the alias *%s", shown, shown);
    (void)sl_hint(reader->builder.err, "put a value that begins with * in quotes");
    return NULL;
}

/* Is any node of the tree more than `levels` below its root? */
static bool is_deeper(const struct sl_node *node, unsigned levels)
{
    if (node->kind != SL_LIST && node->kind != SL_MAP)
        return false;
    for (uint32_t i = 0; i < node->count; i++) {
        const struct sl_node *child = node->kind == SL_MAP ? node->as.entries[i].value : node->as.items[i];
        if (levels == 0 || is_deeper(child, levels - 1))
            return true;
    }
    return false;
}

int sl_yaml_fail_depth(struct sl_yaml_reader *reader, const yaml_event_t *event)
{
    return sl_fail_at(reader->builder.err, SL_E_LIMIT, sl_yaml_event_place(reader, event),
                      "nested deeper than %d levels", SL_DOC_DEPTH_MAX);
}

/* What an alias repeats between braces is written between braces, where nothing can be folded. */
static void into_flow(struct sl_node *node)
{
    if (node->style == SL_STYLE_FOLDED)
        node->style = SL_STYLE_ANY;
    if (node->style == SL_STYLE_EMPTY)
        node->style = SL_STYLE_FLOW_EMPTY;
    for (uint32_t i = 0; i < node->count; i++)
        into_flow(node->kind == SL_MAP ? node->as.entries[i].value : node->as.items[i]);
}

void sl_yaml_out_of_flow(struct sl_node *node)
{
    if (node->style == SL_STYLE_FLOW_EMPTY)
        node->style = SL_STYLE_EMPTY;
}

int sl_yaml_anchor_copy(struct sl_yaml_reader *reader, struct sl_node **out, const yaml_event_t *event,
                        unsigned depth)
{
    const struct sl_node *node = sl_yaml_anchor_find(reader, event);
    if (!node)
        return -1;
    unsigned levels = SL_DOC_DEPTH_MAX - depth;
    *out = sl_node_copy_within(reader->builder.doc, node, levels, &reader->alias_budget);
    if (*out) {
        if (reader->flow > 0)
            into_flow(*out);
        else
            sl_yaml_out_of_flow(*out);
        return 0;
    }
    if (is_deeper(node, levels))
        return sl_yaml_fail_depth(reader, event);
    if (reader->alias_budget > 0)
        return sl_builder_fail_node(&reader->builder, sl_yaml_event_place(reader, event));
    return sl_fail_at(reader->builder.err, SL_E_LIMIT, sl_yaml_event_place(reader, event),
                      "aliases repeat more than %llu values", (unsigned long long)SL_DOC_ALIAS_NODES_MAX);
}
