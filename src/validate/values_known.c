#include "values_known.h"

#include "base/limits.h"
#include "values_charts.h"

enum { CAPACITY_FIRST = 8, SOURCES_MAX = 4096, COMPOSED_MAX = 16 };

int known_add(struct known *known, struct knowing *knowing, struct known_source source, struct sl_err *err)
{
    if (known->count == SOURCES_MAX)
        return 0;
    if (known->count == known->capacity) {
        size_t capacity = known->capacity ? 2 * known->capacity : CAPACITY_FIRST;
        struct known_source *items = sl_arena_array(&knowing->arena, capacity, sizeof *items);
        if (!items)
            return sl_fail_memory(err);
        if (known->count)
            memcpy(items, known->items, known->count * sizeof *items);
        known->items = items;
        known->capacity = capacity;
    }
    known->items[known->count++] = source;
    return 0;
}

void knowing_init(struct knowing *knowing, const struct sl_validation_subject *subject)
{
    *knowing = (struct knowing){.subject = subject};
    sl_arena_init(&knowing->arena, SL_VALIDATE_VALUES_MAX);
    sl_node_index_init(&knowing->index);
}

void knowing_release(struct knowing *knowing)
{
    sl_node_index_release(&knowing->index);
    sl_arena_release(&knowing->arena);
}

/* -- schemas -- */

/* References may lead to one subschema by many ways. */
static bool has_node(const struct known *known, const struct sl_node *node)
{
    for (size_t i = 0; i < known->count; i++)
        if (known->items[i].origin == KNOWN_SCHEMA && known->items[i].node == node)
            return true;
    return false;
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than COMPOSED_MAX. */
static int add_composed(struct known *known, struct knowing *knowing, const struct known_source *source,
                        unsigned depth, struct sl_err *err)
{
    static const char *const lists[] = {"allOf", "anyOf", "oneOf"};
    static const char *const single[] = {"then", "else"};
    if (!source->node || source->node->kind != SL_MAP || depth > COMPOSED_MAX ||
        has_node(known, source->node))
        return 0;
    if (known_add(known, knowing, *source, err) < 0)
        return -1;
    struct known_source part = *source;
    struct sl_str reference = sl_node_text(sl_node_get(source->node, "$ref"));
    part.node = reference.len && source->schema
                    ? values_schema_follow(&part.schema_root, source->schema, source->schema_root, reference)
                    : NULL;
    if (add_composed(known, knowing, &part, depth + 1, err) < 0)
        return -1;
    part.schema_root = source->schema_root;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const struct sl_node *list = sl_node_get(source->node, lists[i]);
        for (uint32_t item = 0; list && list->kind == SL_LIST && item < list->count; item++) {
            part.node = list->as.items[item];
            if (add_composed(known, knowing, &part, depth + 1, err) < 0)
                return -1;
        }
    }
    for (size_t i = 0; i < sizeof single / sizeof single[0]; i++) {
        part.node = sl_node_get(source->node, single[i]);
        if (add_composed(known, knowing, &part, depth + 1, err) < 0)
            return -1;
    }
    return 0;
}

int known_add_schema(struct known *known, struct knowing *knowing, const struct known_source *at,
                     const struct sl_node *node, struct sl_err *err)
{
    const struct known_source source = {
        .origin = KNOWN_SCHEMA, .node = node, .schema_root = at->schema_root, .schema = at->schema};
    return add_composed(known, knowing, &source, 0, err);
}

int known_add_whole_schema(struct known *known, struct knowing *knowing, const struct values_schema *schema,
                           struct sl_err *err)
{
    const struct known_source whole = {.schema_root = schema->root, .schema = schema};
    return known_add_schema(known, knowing, &whole, schema->root, err);
}

int known_add_spoken(struct known *known, struct knowing *knowing, const struct sl_chart *chart,
                     struct sl_err *err)
{
    struct known_source source = {.origin = KNOWN_READ, .read = values_spoken_of(knowing->spoken, chart)};
    source.unsure = source.read && source.read->unsure;
    return source.read ? known_add(known, knowing, source, err) : 0;
}

int known_add_release(struct known *known, struct knowing *knowing, const struct sl_values *values,
                      struct sl_err *err)
{
    const struct values_schema *schema;
    struct sl_str file;
    if ((values->chart && known_add_chart(known, knowing, values->chart, false, err) < 0) ||
        (!values->chart && known_add_spoken(known, knowing, NULL, err) < 0) ||
        values_schema_of_release(&schema, &file, knowing->subject, values->application, err) < 0)
        return -1;
    return schema ? known_add_whole_schema(known, knowing, schema, err) : 0;
}

/* -- places -- */

/* What templates read of an entry that has a name, or of any. */
static int add_read(struct known *out, struct knowing *knowing, const struct known_source *from,
                    const struct values_read *named, struct sl_err *err)
{
    struct known_source below = *from;
    const struct values_read *any = from->read ? from->read->any : NULL;
    below.whole = from->whole || (from->read && (from->read->whole || from->read->mixed));
    below.unsure = from->unsure || (from->read && from->read->unsure);
    below.read = named;
    if ((named || ((below.whole || below.unsure) && !any)) && known_add(out, knowing, below, err) < 0)
        return -1;
    below.read = any;
    return any ? known_add(out, knowing, below, err) : 0;
}

int known_add_below(struct known *out, struct knowing *knowing, const struct known *known, struct sl_str key,
                    struct sl_err *err)
{
    for (size_t i = 0; i < known->count; i++) {
        const struct known_source *source = &known->items[i];
        if (source->origin == KNOWN_READ) {
            const struct values_read *named = source->read ? values_read_below(source->read, key) : NULL;
            if (add_read(out, knowing, source, named, err) < 0)
                return -1;
            continue;
        }
        const struct sl_node *map =
            source->origin == KNOWN_SCHEMA ? sl_node_get(source->node, "properties") : source->node;
        const struct sl_entry *entry = sl_node_index_entry(&knowing->index, map, key);
        if (source->origin == KNOWN_SCHEMA) {
            if (entry && known_add_schema(out, knowing, source, entry->value, err) < 0)
                return -1;
            continue;
        }
        struct known_source below = {.origin = source->origin, .node = entry ? entry->value : NULL};
        if ((entry && known_add(out, knowing, below, err) < 0) ||
            (source->chart && known_add_inside(out, knowing, source, key, err) < 0))
            return -1;
    }
    return 0;
}

int known_below(struct known *out, struct knowing *knowing, const struct known *known, struct sl_str key,
                struct sl_err *err)
{
    *out = (struct known){0};
    return known_add_below(out, knowing, known, key, err);
}

int known_items(struct known *out, struct knowing *knowing, const struct known *known, struct sl_err *err)
{
    *out = (struct known){0};
    for (size_t i = 0; i < known->count; i++) {
        const struct known_source *source = &known->items[i];
        const struct sl_node *items = source->node;
        if (source->origin == KNOWN_READ && add_read(out, knowing, source, NULL, err) < 0)
            return -1;
        if (source->origin == KNOWN_SCHEMA)
            items = sl_node_get(source->node, "items");
        if (source->origin == KNOWN_SCHEMA && items && items->kind == SL_MAP) {
            if (known_add_schema(out, knowing, source, items, err) < 0)
                return -1;
            continue;
        }
        for (uint32_t item = 0; items && items->kind == SL_LIST && item < items->count; item++) {
            struct known_source below = {.origin = source->origin, .node = items->as.items[item]};
            int added = source->origin == KNOWN_SCHEMA
                            ? known_add_schema(out, knowing, source, below.node, err)
                            : known_add(out, knowing, below, err);
            if (added < 0)
                return -1;
        }
    }
    return 0;
}

bool known_has(struct knowing *knowing, const struct known *known, struct sl_str key)
{
    for (size_t i = 0; i < known->count; i++) {
        const struct known_source *source = &known->items[i];
        const struct sl_node *map =
            source->origin == KNOWN_SCHEMA ? sl_node_get(source->node, "properties") : source->node;
        if (sl_node_index_entry(&knowing->index, map, key))
            return true;
        if (source->read && values_read_below(source->read, key))
            return true;
        if (source->chart && known_is_helms(source, key))
            return true;
    }
    return false;
}

int known_permits(const struct known *known, struct sl_str key, struct sl_err *err)
{
    for (size_t i = 0; i < known->count; i++) {
        const struct known_source *source = &known->items[i];
        int permits = source->origin == KNOWN_SCHEMA && source->node
                          ? values_schema_permits(source->schema, source->node, key, err)
                          : 0;
        if (permits != 0)
            return permits;
    }
    return 0;
}

static bool is_filled(const struct sl_node *node)
{
    return node && node->kind == SL_MAP && node->count > 0;
}

/* Says that there may be more than what is listed. */
static bool schema_is_open(const struct sl_node *schema)
{
    const struct sl_node *more = sl_node_get(schema, "additionalProperties");
    const struct sl_node *patterns = sl_node_get(schema, "patternProperties");
    return is_filled(patterns) ||
           (more && (more->kind == SL_MAP || (more->kind == SL_BOOL && more->as.boolean)));
}

static bool schema_is_closed(const struct sl_node *schema)
{
    const struct sl_node *more = sl_node_get(schema, "additionalProperties");
    return sl_node_get(schema, "properties") || (more && more->kind == SL_BOOL && !more->as.boolean);
}

bool known_is_open(const struct known *known)
{
    bool defaults = false, filled = false, closed = false, whole = false;
    const struct known_source *layer = NULL;
    for (size_t i = 0; i < known->count; i++) {
        const struct known_source *source = &known->items[i];
        if (source->origin == KNOWN_SCHEMA) {
            if (schema_is_open(source->node))
                return true;
            closed = closed || schema_is_closed(source->node);
        } else if (source->origin == KNOWN_DEFAULT) {
            defaults = true;
            filled = filled || is_filled(source->node);
        } else if (source->origin == KNOWN_READ) {
            whole = whole || source->whole || (source->read && (source->read->whole || source->read->ranged));
        } else if (!layer) {
            layer = source;
        }
    }
    if (closed || (filled && !whole))
        return false;
    return defaults || whole || !layer || !is_filled(layer->node);
}

bool known_is_ranged(const struct known *known)
{
    for (size_t i = 0; i < known->count; i++)
        if (known->items[i].read && known->items[i].read->ranged)
            return true;
    return false;
}

static bool is_followed(const struct known_source *source)
{
    const struct values_read *read = source->read;
    return !source->whole && !source->unsure && !(read && (read->whole || read->ranged || read->indexed));
}

bool known_is_sure(const struct known *known)
{
    bool listed = false;
    for (size_t i = 0; i < known->count; i++) {
        const struct known_source *source = &known->items[i];
        if (source->origin == KNOWN_READ && !is_followed(source))
            return false;
        const struct sl_node *more =
            source->origin == KNOWN_SCHEMA ? sl_node_get(source->node, "additionalProperties") : NULL;
        listed = listed || (source->origin == KNOWN_DEFAULT && is_filled(source->node)) ||
                 (more && more->kind == SL_BOOL && !more->as.boolean);
    }
    return listed;
}

void known_keys(const struct known *known, void (*each)(void *context, struct sl_str key), void *context)
{
    for (size_t i = 0; i < known->count; i++) {
        const struct known_source *source = &known->items[i];
        const struct sl_node *map =
            source->origin == KNOWN_SCHEMA ? sl_node_get(source->node, "properties") : source->node;
        for (uint32_t entry = 0; map && map->kind == SL_MAP && entry < map->count; entry++)
            each(context, map->as.entries[entry].key);
        const struct values_read *read = source->read ? source->read->first : NULL;
        for (; read; read = read->next)
            each(context, read->key);
        for (size_t inside = 0; source->chart && inside < source->chart->dependency_count; inside++) {
            const struct sl_chart_dependency *dependency = &source->chart->dependencies[inside];
            each(context, dependency->alias.len ? dependency->alias : dependency->name);
        }
        if (source->chart && source->chart->subchart_count)
            each(context, SL_STR("global"));
    }
}
