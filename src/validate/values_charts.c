#include "values_charts.h"

#include "base/limits.h"

bool values_chart_name(struct sl_str *name, const struct sl_chart_dependency **dependency,
                       const struct sl_chart *chart, const struct sl_chart *inside, size_t index)
{
    size_t found = 0;
    for (size_t i = 0; i < chart->dependency_count; i++) {
        *dependency = &chart->dependencies[i];
        if (!sl_str_equal((*dependency)->name, inside->name) || found++ < index)
            continue;
        *name = (*dependency)->alias.len ? (*dependency)->alias : (*dependency)->name;
        return true;
    }
    *dependency = NULL;
    *name = inside->name;
    return found == 0 && index == 0;
}

bool values_chart_goes_by(const struct sl_chart *chart, const struct sl_chart *inside, struct sl_str name)
{
    const struct sl_chart_dependency *dependency;
    struct sl_str other;
    for (size_t i = 0; values_chart_name(&other, &dependency, chart, inside, i); i++)
        if (sl_str_equal(other, name))
            return true;
    return false;
}

static int add_chart_schema(struct known *known, struct knowing *knowing, const struct sl_chart *chart,
                            struct sl_err *err)
{
    const struct values_schema *schema;
    if (values_schema_of_chart(&schema, knowing->subject, chart, err) < 0)
        return -1;
    return schema ? known_add_whole_schema(known, knowing, schema, err) : 0;
}

/* What libraries in it read they read of its values, and that is among it. */
static int add_reads(struct known *known, struct knowing *knowing, const struct sl_chart *chart,
                     struct sl_err *err)
{
    struct known_source source = {.origin = KNOWN_READ};
    if (values_reads_of(&source.read, knowing->subject, chart, err) < 0)
        return -1;
    source.unsure = !source.read || source.read->unsure;
    if (known_add(known, knowing, source, err) < 0)
        return -1;
    return known_add_spoken(known, knowing, chart, err);
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

/* A key that is read at "a.b"; `whole`: with all that is below. */
static int add_way(struct known *known, struct knowing *knowing, struct sl_str way, bool whole,
                   struct sl_err *err)
{
    struct values_reader reader = {.arena = &knowing->arena};
    struct values_read *root = sl_arena_alloc(&knowing->arena, sizeof *root);
    struct sl_str keys[VALUES_READ_DEPTH];
    size_t count = 0;
    if (!root)
        return sl_fail_memory(err);
    for (size_t from = 0; from < way.len && count < VALUES_READ_DEPTH; count++) {
        struct sl_str rest = sl_str_slice(way, from, way.len);
        keys[count] = sl_str_slice(rest, 0, sl_str_find(rest, '.'));
        from += keys[count].len + 1;
    }
    if (values_reader_add(&reader, keys, count, whole, err) < 0)
        return -1;
    *root = reader.root;
    const struct known_source source = {.origin = KNOWN_READ, .read = root};
    return known_add(known, knowing, source, err);
}

/* "a.enabled,b.enabled": Helm looks which charts inside are wanted. */
static int add_conditions(struct known *known, struct knowing *knowing, const struct sl_chart *chart,
                          struct sl_err *err)
{
    for (size_t i = 0; i < chart->dependency_count; i++) {
        struct sl_str condition = chart->dependencies[i].condition;
        for (size_t from = 0; from < condition.len;) {
            struct sl_str rest = sl_str_slice(condition, from, condition.len);
            struct sl_str way = sl_str_slice(rest, 0, sl_str_find(rest, ','));
            from += way.len + 1;
            if (add_way(known, knowing, way, false, err) < 0)
                return -1;
        }
    }
    return 0;
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
    return add_way(known, knowing, parent, true, err);
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

int known_add_chart(struct known *known, struct knowing *knowing, const struct sl_chart *chart, bool inside,
                    struct sl_err *err)
{
    const struct known_source source = {
        .origin = KNOWN_DEFAULT, .node = chart->values, .chart = chart, .inside = inside};
    if (known_add(known, knowing, source, err) < 0 || add_chart_schema(known, knowing, chart, err) < 0 ||
        add_reads(known, knowing, chart, err) < 0)
        return -1;
    return add_conditions(known, knowing, chart, err) < 0 ? -1 : add_imports(known, knowing, chart, err);
}

/* The `global` of the charts inside, which all read the same one. */
/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static int add_globals(struct known *known, struct knowing *knowing, const struct sl_chart *chart,
                       struct sl_err *err)
{
    for (size_t i = 0; i < chart->subchart_count; i++) {
        const struct sl_chart *inside = &chart->subcharts[i];
        struct known_source source = {.origin = KNOWN_DEFAULT, .node = sl_node_get(inside->values, "global")};
        struct known reads = {0};
        if ((source.node && known_add(known, knowing, source, err) < 0) ||
            add_reads(&reads, knowing, inside, err) < 0 ||
            known_add_below(known, knowing, &reads, SL_STR("global"), err) < 0 ||
            add_globals(known, knowing, inside, err) < 0)
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

/* The way down to what is read, for which another chart reads `read`; NULL: there is no memory. */
static struct values_read *graft(struct knowing *knowing, const char *first, struct sl_str way,
                                 const struct values_read *read)
{
    struct values_read *root = sl_arena_alloc(&knowing->arena, sizeof *root);
    struct values_read *at = root;
    struct sl_str key = sl_str_from(first);
    size_t from = 0;
    while (at && (key.len || from < way.len)) {
        if (key.len == 0) {
            struct sl_str rest = sl_str_slice(way, from, way.len);
            key = sl_str_slice(rest, 0, sl_str_find(rest, '.'));
            from += key.len + 1;
        }
        struct values_read *below = sl_arena_alloc(&knowing->arena, sizeof *below);
        if (!below)
            return NULL;
        below->key = key;
        at->first = at->last = below;
        at->count = 1;
        at = below;
        key = (struct sl_str){0};
    }
    if (!at)
        return NULL;
    if (read && at != root) {
        key = at->key;
        *at = *read;
        at->key = key;
        at->next = NULL;
    }
    at->whole = at->whole || !read;
    return root;
}

static const struct values_read *read_at(const struct values_read *read, struct sl_str way)
{
    for (size_t from = 0; read && from < way.len;) {
        struct sl_str rest = sl_str_slice(way, from, way.len);
        struct sl_str key = sl_str_slice(rest, 0, sl_str_find(rest, '.'));
        read = values_read_below(read, key);
        from += key.len + 1;
    }
    return read;
}

/* What `chart` reads of what it takes over from the values of a chart inside: import-values. */
static int add_taken(struct known *out, struct knowing *knowing, const struct sl_chart *chart,
                     const struct sl_chart *inside, struct sl_err *err)
{
    const struct values_read *reads;
    if (values_reads_of(&reads, knowing->subject, chart, err) < 0)
        return -1;
    for (size_t i = 0; i < chart->dependency_count; i++) {
        const struct sl_node *list = chart->dependencies[i].import_values;
        bool of_it = sl_str_equal(chart->dependencies[i].name, inside->name);
        for (uint32_t item = 0; list && of_it && item < list->count; item++) {
            const struct sl_node *import = list->as.items[item];
            bool named = import->kind == SL_STRING;
            struct sl_str child = named ? import->as.text : sl_node_text(sl_node_get(import, "child"));
            struct sl_str parent = named ? (struct sl_str){0} : sl_node_text(sl_node_get(import, "parent"));
            if (sl_str_equal(parent, SL_STR(".")))
                parent.len = 0;
            const struct known_source source = {
                .origin = KNOWN_READ,
                .read = graft(knowing, named ? "exports" : "", child, read_at(reads, parent)),
                .unsure = !reads || reads->unsure};
            if (!source.read)
                return sl_fail_memory(err);
            if (known_add(out, knowing, source, err) < 0)
                return -1;
        }
    }
    return 0;
}

int known_add_inside(struct known *out, struct knowing *knowing, const struct known_source *from,
                     struct sl_str key, struct sl_err *err)
{
    const struct sl_chart *chart = from->chart;
    if (sl_str_equal(key, SL_STR("tags")) && !from->inside && add_tags(out, knowing, chart, err) < 0)
        return -1;
    if (sl_str_equal(key, SL_STR("global")))
        return from->inside ? 0 : add_globals(out, knowing, chart, err);
    for (size_t i = 0; i < chart->subchart_count; i++)
        if (values_chart_goes_by(chart, &chart->subcharts[i], key) &&
            (known_add_chart(out, knowing, &chart->subcharts[i], true, err) < 0 ||
             add_taken(out, knowing, chart, &chart->subcharts[i], err) < 0))
            return -1;
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

/* A dependency counts even where its chart is not there. */
static bool has_dependency(const struct sl_chart *chart, struct sl_str name)
{
    for (size_t i = 0; i < chart->dependency_count; i++) {
        const struct sl_chart_dependency *dependency = &chart->dependencies[i];
        if (sl_str_equal(dependency->alias.len ? dependency->alias : dependency->name, name))
            return true;
    }
    for (size_t i = 0; i < chart->subchart_count; i++)
        if (values_chart_goes_by(chart, &chart->subcharts[i], name))
            return true;
    return false;
}

bool known_is_helms(const struct known_source *from, struct sl_str key)
{
    const struct sl_chart *chart = from->chart;
    return has_dependency(chart, key) || sl_str_equal(key, SL_STR("global")) ||
           (!from->inside && sl_str_equal(key, SL_STR("tags")) && has_tag(chart)) ||
           (from->inside && sl_str_equal(key, SL_STR("enabled")));
}
