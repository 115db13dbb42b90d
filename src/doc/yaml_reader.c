#include "yaml_reader.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "entries.h"
#include "yaml_merge.h"
#include "yaml_value.h"

/* A map while it is read. */
struct map_state {
    size_t base; /* of its entries in the builder */
    struct sl_merge *merges;
    struct sl_merge **next_merge;
    bool seen_merge_name; /* a "<<", in quotes or not */
};

enum key_role { KEY, MERGE_KEY, DROPPED_KEY };

struct sl_place sl_yaml_event_place(const struct sl_yaml_reader *reader, const yaml_event_t *event)
{
    return sl_yaml_place(&reader->builder, event->start_mark, reader->source.line);
}

int sl_yaml_next(struct sl_yaml_reader *reader, yaml_event_t *event)
{
    if (yaml_parser_parse(&reader->parser, event))
        return 0;
    return sl_yaml_problem(&reader->builder, &reader->source, &reader->parser);
}

/* -- scalars -- */

static int read_scalar(struct sl_yaml_reader *reader, struct sl_node **out, const yaml_event_t *event)
{
    struct sl_value value;
    struct sl_yaml_anchor *ignored;
    struct sl_place place = sl_yaml_event_place(reader, event);
    if (sl_value_read(&value, &reader->builder, event, reader->rules, place) < 0 ||
        sl_value_node(out, &reader->builder, &value, reader->rules, place) < 0)
        return -1;
    struct sl_node *node = *out;
    bool resource = reader->rules == SL_YAML_RESOURCE;
    if (resource && node->kind == SL_STRING && event->data.scalar.style == YAML_FOLDED_SCALAR_STYLE)
        node->style = SL_STYLE_FOLDED;
    else if ((resource || reader->rules == SL_YAML_VALUES) && node->kind == SL_STRING &&
             event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        node->style = SL_STYLE_QUOTED;
    bool nothing = !event->data.scalar.tag && event->data.scalar.length == 0;
    if (resource && node->kind == SL_NULL && nothing)
        node->style = reader->flow > 0 ? SL_STYLE_FLOW_EMPTY : SL_STYLE_EMPTY;
    else if (reader->rules == SL_YAML_VALUES && node->kind == SL_NULL && nothing)
        node->style = SL_STYLE_OMITTED;
    return sl_yaml_anchor_add(reader, event->data.scalar.anchor, node, &ignored);
}

/* -- lists -- */

/* Counts the bracket or brace that has opened; `flow` says whether there is one. */
static int enter_flow(struct sl_yaml_reader *reader, const yaml_event_t *event, bool flow)
{
    reader->flow += flow;
    if (reader->flow <= SL_DOC_FLOW_DEPTH_MAX)
        return 0;
    return sl_fail_at(reader->builder.err, SL_E_LIMIT, sl_yaml_event_place(reader, event),
                      "more than %d brackets and braces in one another", SL_DOC_FLOW_DEPTH_MAX);
}

static int read_items(struct sl_yaml_reader *reader, unsigned depth)
{
    for (;;) {
        SL_CLEANUP(yaml_event_delete) yaml_event_t event = {0};
        struct sl_entry item = {0};
        if (sl_yaml_next(reader, &event) < 0)
            return -1;
        if (event.type == YAML_SEQUENCE_END_EVENT)
            return 0;
        if (sl_yaml_node(reader, &item.value, &event, depth) < 0 ||
            sl_builder_push(&reader->builder, item) < 0)
            return -1;
    }
}

static int read_list(struct sl_yaml_reader *reader, struct sl_node **out, const yaml_event_t *event,
                     unsigned depth)
{
    struct sl_yaml_anchor *anchor;
    struct sl_node *list = sl_node_list(reader->builder.doc);
    *out = sl_builder_mark(&reader->builder, list, sl_yaml_event_place(reader, event));
    if (!list || sl_yaml_anchor_add(reader, event->data.sequence_start.anchor, list, &anchor) < 0)
        return -1;
    bool flow = event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    size_t base = reader->builder.count;
    if (enter_flow(reader, event, flow) < 0 || read_items(reader, depth + 1) < 0)
        return -1;
    reader->flow -= flow;
    if (anchor)
        anchor->open = false;
    return sl_builder_close(&reader->builder, list, base);
}

/* -- maps -- */

/* Is the scalar a "<<" that merges? In quotes, it is a key like any other. */
static bool is_merge(const yaml_event_t *event)
{
    const char *tag = (const char *)event->data.scalar.tag;
    if (tag)
        return strcmp(tag, "tag:yaml.org,2002:merge") == 0;
    return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/*
 * kyaml takes the first key named "<<" out of every map, whether it merges or is a string in quotes; so a
 * string is lost there. Values are not read by kyaml.
 */
static enum key_role role_of_merge_name(const struct sl_yaml_reader *reader, struct map_state *map,
                                        const yaml_event_t *event)
{
    bool first = !map->seen_merge_name;
    map->seen_merge_name = true;
    if (is_merge(event))
        return MERGE_KEY;
    return first && reader->rules == SL_YAML_RESOURCE ? DROPPED_KEY : KEY;
}

static int fail_collection_key(struct sl_yaml_reader *reader, const yaml_event_t *event)
{
    (void)sl_fail_at(reader->builder.err, SL_E_INPUT, sl_yaml_event_place(reader, event),
                     "a key that is a list or a map");
    return sl_yaml_template_hint(reader->builder.err, &reader->source, event->start_mark.line);
}

/* A key that is an alias: of a string, since what else there is has no use as a key. */
static int read_alias_key(struct sl_yaml_reader *reader, struct sl_str *key, const yaml_event_t *event)
{
    const struct sl_node *node = sl_yaml_anchor_find(reader, event);
    if (!node)
        return -1;
    if (node->kind != SL_STRING)
        return sl_fail_at(reader->builder.err, SL_E_INPUT, sl_yaml_event_place(reader, event),
                          "an alias of %s cannot be a key", sl_kind_name(node->kind));
    *key = node->as.text;
    return 0;
}

static int read_scalar_key(struct sl_yaml_reader *reader, struct sl_str *key, const yaml_event_t *event,
                           unsigned depth)
{
    struct sl_value value;
    struct sl_place place = sl_yaml_event_place(reader, event);
    if (sl_value_read(&value, &reader->builder, event, reader->rules, place) < 0 ||
        sl_value_key(key, &reader->builder, &value, reader->rules, depth == 1 || reader->any_key, place) < 0)
        return -1;
    if (!event->data.scalar.anchor)
        return 0;
    struct sl_yaml_anchor *ignored;
    struct sl_node *node;
    if (sl_value_node(&node, &reader->builder, &value, reader->rules, place) < 0)
        return -1;
    return sl_yaml_anchor_add(reader, event->data.scalar.anchor, node, &ignored);
}

static int read_key(struct sl_yaml_reader *reader, struct sl_entry *entry, enum key_role *role,
                    struct map_state *map, const yaml_event_t *event, unsigned depth)
{
    *role = KEY;
    entry->key_mark = sl_place_mark(sl_yaml_event_place(reader, event), reader->builder.file);
    if (event->type == YAML_ALIAS_EVENT)
        return read_alias_key(reader, &entry->key, event);
    if (event->type != YAML_SCALAR_EVENT)
        return fail_collection_key(reader, event);
    struct sl_str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    if (sl_str_equal(text, SL_STR("<<")))
        *role = role_of_merge_name(reader, map, event);
    return *role == KEY ? read_scalar_key(reader, &entry->key, event, depth) : 0;
}

static bool all_maps(const struct sl_node *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->as.items[i]->kind != SL_MAP)
            return false;
    return true;
}

/* What a block map takes over from maps in braces stands in them no longer. */
static void take_out_of_flow(const struct sl_node *source)
{
    for (uint32_t i = 0; i < source->count; i++) {
        if (source->kind == SL_MAP)
            sl_yaml_out_of_flow(source->as.entries[i].value);
        else
            take_out_of_flow(source->as.items[i]);
    }
}

/* The value of a "<<": a map, an alias of one, or a list of these. */
static int add_merge(struct sl_yaml_reader *reader, struct map_state *map, struct sl_node *value,
                     const yaml_event_t *event)
{
    bool list = value->kind == SL_LIST && event->type != YAML_ALIAS_EVENT && all_maps(value);
    if (value->kind != SL_MAP && !list)
        return sl_fail_at(reader->builder.err, SL_E_INPUT, sl_yaml_event_place(reader, event),
                          "<< takes a map or a list of maps");
    if (map->merges && reader->rules == SL_YAML_RESOURCE)
        return sl_fail_at(reader->builder.err, SL_E_INPUT, sl_yaml_event_place(reader, event),
                          "<< stands twice in one map; give it a list");
    struct sl_merge *merge = sl_arena_alloc(&reader->builder.doc->arena, sizeof *merge);
    if (!merge)
        return sl_fail_memory(reader->builder.err);
    *merge = (struct sl_merge){.value = value, .before = reader->builder.count - map->base};
    if (reader->flow == 0)
        take_out_of_flow(value);
    *map->next_merge = merge;
    map->next_merge = &merge->next;
    return 0;
}

/* One key and its value. 1 read, 0 the end of the map. */
static int read_member(struct sl_yaml_reader *reader, struct map_state *map, unsigned depth)
{
    SL_CLEANUP(yaml_event_delete) yaml_event_t key_event = {0};
    SL_CLEANUP(yaml_event_delete) yaml_event_t event = {0};
    struct sl_entry entry = {0};
    enum key_role role;
    if (sl_yaml_next(reader, &key_event) < 0)
        return -1;
    if (key_event.type == YAML_MAPPING_END_EVENT)
        return 0;
    if (read_key(reader, &entry, &role, map, &key_event, depth) < 0 || sl_yaml_next(reader, &event) < 0 ||
        sl_yaml_node(reader, &entry.value, &event, depth) < 0)
        return -1;
    if (role == DROPPED_KEY)
        return 1;
    int added = role == MERGE_KEY ? add_merge(reader, map, entry.value, &event)
                                  : sl_builder_push(&reader->builder, entry);
    return added < 0 ? -1 : 1;
}

static int read_members(struct sl_yaml_reader *reader, struct map_state *map, unsigned depth)
{
    struct sl_builder *builder = &reader->builder;
    uint32_t ignored;
    int more = 1;
    while (more > 0)
        more = read_member(reader, map, depth);
    if (more < 0)
        return -1;
    int merges = map->merges != NULL;
    if (reader->rules != SL_YAML_KUSTOMIZATION) {
        if (sl_builder_check_unique(builder, map->base) < 0)
            return -1;
    } else if (!merges) {
        merges =
            sl_entries_duplicate(sl_builder_from(builder, map->base), (uint32_t)(builder->count - map->base),
                                 &ignored, &ignored, builder->err);
    }
    return merges > 0 ? sl_yaml_merge(builder, map->base, map->merges, reader->rules) : merges;
}

static int read_map(struct sl_yaml_reader *reader, struct sl_node **out, const yaml_event_t *event,
                    unsigned depth)
{
    struct sl_yaml_anchor *anchor;
    struct sl_node *node = sl_node_map(reader->builder.doc);
    *out = sl_builder_mark(&reader->builder, node, sl_yaml_event_place(reader, event));
    if (!node || sl_yaml_anchor_add(reader, event->data.mapping_start.anchor, node, &anchor) < 0)
        return -1;
    bool flow = event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    struct map_state map = {.base = reader->builder.count};
    map.next_merge = &map.merges;
    if (enter_flow(reader, event, flow) < 0 || read_members(reader, &map, depth + 1) < 0)
        return -1;
    reader->flow -= flow;
    if (anchor)
        anchor->open = false;
    return sl_builder_close(&reader->builder, node, map.base);
}

int sl_yaml_node(struct sl_yaml_reader *reader, struct sl_node **out, const yaml_event_t *event,
                 unsigned depth)
{
    if (event->type == YAML_SCALAR_EVENT)
        return read_scalar(reader, out, event);
    if (event->type == YAML_ALIAS_EVENT)
        return sl_yaml_anchor_copy(reader, out, event, depth);
    if (depth >= SL_DOC_DEPTH_MAX)
        return sl_yaml_fail_depth(reader, event);
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return read_list(reader, out, event, depth);
    return read_map(reader, out, event, depth);
}
