#include "values_known.h"

#include "base/limits.h"
#include "doc/pointer.h"

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

static int add_schema(struct known *known, struct knowing *knowing, const struct values_schema *schema,
                      struct sl_err *err)
{
    const struct known_source whole = {.schema_root = schema->root, .schema = schema};
    return known_add_schema(known, knowing, &whole, schema->root, err);
}

/* -- charts -- */

static int add_chart_schema(struct known *known, struct knowing *knowing, const struct sl_chart *chart,
                            struct sl_err *err)
{
    const struct values_schema *schema;
    if (values_schema_of_chart(&schema, knowing->subject, chart, err) < 0)
        return -1;
    return schema ? add_schema(known, knowing, schema, err) : 0;
}

static int add_read(struct known *known, struct knowing *knowing, const struct values_read *read,
                    struct sl_err *err)
{
    const struct known_source source = {.origin = KNOWN_READ, .read = read};
    return read ? known_add(known, knowing, source, err) : 0;
}

/* What the chart reads, and what libraries in it do: they are given its values, not their own. */
static int add_reads(struct known *known, struct knowing *knowing, const struct sl_chart *chart,
                     struct sl_err *err)
{
    const struct values_read *read;
    if (values_reads_of(&read, knowing->subject, chart, err) < 0 || add_read(known, knowing, read, err) < 0)
        return -1;
    for (size_t i = 0; i < chart->subchart_count; i++) {
        const struct sl_chart *inside = &chart->subcharts[i];
        if (!sl_str_equal(sl_node_text(sl_node_get(inside->metadata, "type")), SL_STR("library")))
            continue;
        if (values_reads_of(&read, knowing->subject, inside, err) < 0 ||
            add_read(known, knowing, read, err) < 0)
            return -1;
    }
    return 0;
}

static const struct sl_chart *find_inside(const struct sl_chart *chart, struct sl_str name)
{
    for (size_t i = 0; i < chart->subchart_count; i++)
        if (sl_str_equal(chart->subcharts[i].name, name))
            return &chart->subcharts[i];
    return NULL;
}

static const struct sl_node *node_at(const struct sl_node *node, struct sl_str path)
{
    for (size_t from = 0; node && from < path.len;) {
        struct sl_str rest = sl_str_slice(path, from, path.len);
        struct sl_str key = sl_str_slice(rest, 0, sl_str_find(rest, '.'));
        const struct sl_entry *entry = sl_node_entry(node, key);
        node = entry ? entry->value : NULL;
        from += key.len + 1;
    }
    return node;
}

/* "data", for what is below `exports` of the chart inside, or {child: a.b, parent: c.d}: Helm puts a copy there. */
static int add_import(struct known *known, struct knowing *knowing, const struct sl_node *values,
                      const struct sl_node *import, struct sl_err *err)
{
    struct known_source source = {.origin = KNOWN_DEFAULT};
    struct sl_str parent = sl_node_text(sl_node_get(import, "parent"));
    if (import->kind == SL_STRING)
        source.node = node_at(sl_node_get(values, "exports"), import->as.text);
    else if (sl_str_equal(parent, SL_STR(".")))
        source.node = node_at(values, sl_node_text(sl_node_get(import, "child")));
    if (source.node)
        return known_add(known, knowing, source, err);
    struct values_reader reader = {.arena = &knowing->arena};
    struct values_read *root = sl_arena_alloc(&knowing->arena, sizeof *root);
    struct sl_str keys[VALUES_READ_DEPTH];
    size_t count = 0;
    if (!root)
        return sl_fail_memory(err);
    for (size_t from = 0; from < parent.len && count < VALUES_READ_DEPTH; count++) {
        struct sl_str rest = sl_str_slice(parent, from, parent.len);
        keys[count] = sl_str_slice(rest, 0, sl_str_find(rest, '.'));
        from += keys[count].len + 1;
    }
    if (values_reader_add(&reader, keys, count, true, err) < 0)
        return -1;
    *root = reader.root;
    return add_read(known, knowing, root, err);
}

static int add_imports(struct known *known, struct knowing *knowing, const struct sl_chart *chart,
                       struct sl_err *err)
{
    for (size_t i = 0; i < chart->dependency_count; i++) {
        const struct sl_node *list = chart->dependencies[i].import_values;
        const struct sl_chart *inside = find_inside(chart, chart->dependencies[i].name);
        for (uint32_t item = 0; list && inside && item < list->count; item++)
            if (add_import(known, knowing, inside->values, list->as.items[item], err) < 0)
                return -1;
    }
    return 0;
}

int known_add_release(struct known *known, struct knowing *knowing, const struct sl_values *values,
                      struct sl_err *err)
{
    const struct values_schema *schema;
    const struct sl_chart *chart = values->chart;
    if (chart &&
        (known_add(known, knowing,
                   (struct known_source){.origin = KNOWN_DEFAULT, .node = chart->values, .chart = chart},
                   err) < 0 ||
         add_chart_schema(known, knowing, chart, err) < 0 || add_reads(known, knowing, chart, err) < 0 ||
         add_imports(known, knowing, chart, err) < 0))
        return -1;
    struct sl_str file;
    if (values_schema_of_release(&schema, &file, knowing->subject, values->application, err) < 0)
        return -1;
    return schema ? add_schema(known, knowing, schema, err) : 0;
}

/* Whether a chart inside `chart` goes by this name there. */
static bool goes_by(const struct sl_chart *chart, const struct sl_chart *inside, struct sl_str name)
{
    bool listed = false;
    for (size_t i = 0; i < chart->dependency_count; i++) {
        const struct sl_chart_dependency *dependency = &chart->dependencies[i];
        if (!sl_str_equal(dependency->name, inside->name))
            continue;
        listed = true;
        if (sl_str_equal(dependency->alias.len ? dependency->alias : dependency->name, name))
            return true;
    }
    return !listed && sl_str_equal(inside->name, name);
}

static bool has_dependency(const struct sl_chart *chart, struct sl_str name)
{
    for (size_t i = 0; i < chart->dependency_count; i++) {
        const struct sl_chart_dependency *dependency = &chart->dependencies[i];
        if (sl_str_equal(dependency->alias.len ? dependency->alias : dependency->name, name))
            return true;
    }
    for (size_t i = 0; i < chart->subchart_count; i++)
        if (goes_by(chart, &chart->subcharts[i], name))
            return true;
    return false;
}

/* The `global` of the charts inside, which all read the same one. */
/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static int add_globals(struct known *known, struct knowing *knowing, const struct sl_chart *chart,
                       struct sl_err *err)
{
    for (size_t i = 0; i < chart->subchart_count; i++) {
        const struct sl_chart *inside = &chart->subcharts[i];
        struct known_source source = {.origin = KNOWN_DEFAULT, .node = sl_node_get(inside->values, "global")};
        const struct values_read *read;
        if (values_reads_of(&read, knowing->subject, inside, err) < 0)
            return -1;
        read = read ? values_read_below(read, SL_STR("global")) : NULL;
        if ((source.node && known_add(known, knowing, source, err) < 0) ||
            add_read(known, knowing, read, err) < 0 || add_globals(known, knowing, inside, err) < 0)
            return -1;
    }
    return 0;
}

/* A schema that has the names of a list as its properties. */
static struct sl_node *schema_of_names(struct knowing *knowing, const struct sl_node *names)
{
    struct sl_entry *entries = sl_arena_array(&knowing->arena, names->count + 1, sizeof *entries);
    struct sl_node *nodes = sl_arena_array(&knowing->arena, 3, sizeof *nodes);
    if (!entries || !nodes)
        return NULL;
    struct sl_node *any = &nodes[0], *properties = &nodes[1], *schema = &nodes[2];
    any->kind = properties->kind = schema->kind = SL_MAP;
    entries[0] = (struct sl_entry){.key = SL_STR("properties"), .value = properties};
    for (uint32_t i = 0; i < names->count; i++)
        entries[i + 1] = (struct sl_entry){.key = sl_node_text(names->as.items[i]), .value = any};
    schema->as.entries = entries;
    schema->count = 1;
    properties->as.entries = entries + 1;
    properties->count = names->count;
    return schema;
}

/* The tags of a chart and those inside it are keys of the outermost `tags`. */
/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static int add_tags(struct known *out, struct knowing *knowing, const struct sl_chart *chart,
                    struct sl_err *err)
{
    for (size_t i = 0; i < chart->dependency_count; i++) {
        const struct sl_node *tags = chart->dependencies[i].tags;
        if (!tags || tags->kind != SL_LIST || tags->count == 0)
            continue;
        const struct known_source source = {.origin = KNOWN_SCHEMA, .node = schema_of_names(knowing, tags)};
        if (!source.node)
            return sl_fail_memory(err);
        if (known_add(out, knowing, source, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < chart->subchart_count; i++)
        if (add_tags(out, knowing, &chart->subcharts[i], err) < 0)
            return -1;
    return 0;
}

static int add_inside(struct known *out, struct knowing *knowing, const struct known_source *from,
                      struct sl_str key, struct sl_err *err)
{
    const struct sl_chart *chart = from->chart;
    if (sl_str_equal(key, SL_STR("tags")) && !from->inside && add_tags(out, knowing, chart, err) < 0)
        return -1;
    if (sl_str_equal(key, SL_STR("global")))
        return from->inside ? 0 : add_globals(out, knowing, chart, err);
    for (size_t i = 0; i < chart->subchart_count; i++) {
        const struct sl_chart *inside = &chart->subcharts[i];
        struct known_source source = {
            .origin = KNOWN_DEFAULT, .node = inside->values, .chart = inside, .inside = true};
        if (goes_by(chart, inside, key) &&
            (known_add(out, knowing, source, err) < 0 || add_chart_schema(out, knowing, inside, err) < 0 ||
             add_reads(out, knowing, inside, err) < 0 || add_imports(out, knowing, inside, err) < 0))
            return -1;
    }
    return 0;
}

/* -- places -- */

int known_below(struct known *out, struct knowing *knowing, const struct known *known, struct sl_str key,
                struct sl_err *err)
{
    *out = (struct known){0};
    for (size_t i = 0; i < known->count; i++) {
        const struct known_source *source = &known->items[i];
        if (source->origin == KNOWN_READ) {
            const struct values_read *read = values_read_below(source->read, key);
            if (add_read(out, knowing, !read && source->read->whole ? source->read : read, err) < 0)
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
            (source->chart && add_inside(out, knowing, source, key, err) < 0))
            return -1;
    }
    return 0;
}

int known_items(struct known *out, struct knowing *knowing, const struct known *known, struct sl_err *err)
{
    *out = (struct known){0};
    for (size_t i = 0; i < known->count; i++) {
        const struct known_source *source = &known->items[i];
        const struct sl_node *items = source->node;
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

/* Tags are looked up in the outermost values for all charts, however deep inside. */
/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static bool has_tag(const struct sl_chart *chart)
{
    for (size_t i = 0; i < chart->dependency_count; i++)
        if (chart->dependencies[i].tags)
            return true;
    for (size_t i = 0; i < chart->subchart_count; i++)
        if (has_tag(&chart->subcharts[i]))
            return true;
    return false;
}

bool known_has(struct knowing *knowing, const struct known *known, struct sl_str key)
{
    for (size_t i = 0; i < known->count; i++) {
        const struct known_source *source = &known->items[i];
        const struct sl_node *map =
            source->origin == KNOWN_SCHEMA ? sl_node_get(source->node, "properties") : source->node;
        if (sl_node_index_entry(&knowing->index, map, key))
            return true;
        if (source->origin == KNOWN_READ && values_read_below(source->read, key))
            return true;
        if (source->chart &&
            (has_dependency(source->chart, key) || sl_str_equal(key, SL_STR("global")) ||
             (!source->inside && sl_str_equal(key, SL_STR("tags")) && has_tag(source->chart)) ||
             (source->inside && sl_str_equal(key, SL_STR("enabled")))))
            return true;
    }
    return false;
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
            whole = whole || source->read->whole;
        } else if (!layer) {
            layer = source;
        }
    }
    if (closed || (filled && !whole))
        return false;
    return defaults || whole || !layer || !is_filled(layer->node);
}

void known_keys(const struct known *known, void (*each)(void *context, struct sl_str key), void *context)
{
    for (size_t i = 0; i < known->count; i++) {
        const struct known_source *source = &known->items[i];
        const struct sl_node *map =
            source->origin == KNOWN_SCHEMA ? sl_node_get(source->node, "properties") : source->node;
        for (uint32_t entry = 0; map && map->kind == SL_MAP && entry < map->count; entry++)
            each(context, map->as.entries[entry].key);
        const struct values_read *read = source->origin == KNOWN_READ ? source->read->first : NULL;
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
