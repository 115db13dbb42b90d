#include "helm.h"

#include "base/cleanup.h"
#include "base/limits.h"

/* Helm's Values.Table(): the map at a dotted path, or NULL. Dots cannot be escaped there. */
static struct sl_node *map_at(struct sl_node *values, struct sl_str path)
{
    while (values && values->kind == SL_MAP) {
        size_t dot = sl_str_find(path, '.');
        const struct sl_entry *entry = sl_node_entry(values, sl_str_slice(path, 0, dot));
        values = entry ? entry->value : NULL;
        if (dot == path.len)
            return values && values->kind == SL_MAP ? values : NULL;
        path = sl_str_slice(path, dot + 1, path.len);
    }
    return NULL;
}

/* Helm's Values.PathValue(): what is not a map at a dotted path, or NULL. */
static const struct sl_node *value_at(struct sl_node *values, struct sl_str path)
{
    size_t dot = path.len;
    while (dot > 0 && path.ptr[dot - 1] != '.')
        dot--;
    struct sl_node *map = dot > 0 ? map_at(values, sl_str_slice(path, 0, dot - 1)) : values;
    const struct sl_entry *entry = sl_node_entry(map, sl_str_slice(path, dot, path.len));
    return entry && entry->value->kind != SL_MAP ? entry->value : NULL;
}

static struct sl_str trim(struct sl_str text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t' || text.ptr[0] == '\n'))
        text = sl_str_slice(text, 1, text.len);
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t' ||
                            text.ptr[text.len - 1] == '\n'))
        text = sl_str_slice(text, 0, text.len - 1);
    return text;
}

static void apply_tags(struct helm_dependency *dependency, struct sl_node *values)
{
    const struct sl_node *tags = map_at(values, SL_STR("tags"));
    const struct sl_node *list = dependency->source->tags;
    bool some_true = false, some_false = false;
    for (uint32_t i = 0; tags && list && i < list->count; i++) {
        const struct sl_entry *entry = sl_node_entry(tags, sl_node_text(list->as.items[i]));
        if (!entry || entry->value->kind != SL_BOOL)
            continue;
        some_true = some_true || entry->value->as.boolean;
        some_false = some_false || !entry->value->as.boolean;
    }
    if (tags)
        dependency->enabled = some_true || !some_false;
}

/* The first path of the condition that leads to a boolean decides. `above` is put in front of each: "parent.". */
static int apply_condition(struct helm_dependency *dependency, const struct helm *helm,
                           struct sl_node *values, struct sl_str above, struct sl_err *err)
{
    struct sl_str rest = trim(dependency->source->condition);
    while (rest.len > 0) {
        size_t comma = sl_str_find(rest, ',');
        struct sl_str path = sl_arena_join(&helm->doc->arena, above, sl_str_slice(rest, 0, comma));
        if (!path.ptr)
            return sl_fail_memory(err);
        const struct sl_node *value = comma > 0 ? value_at(values, path) : NULL;
        if (value && value->kind == SL_BOOL) {
            dependency->enabled = value->as.boolean;
            return 0;
        }
        rest = sl_str_slice(rest, comma + 1, rest.len);
    }
    return 0;
}

/* The chart that a dependency means: of several of its name the one of its very version, else the first. */
static const struct helm_chart *chosen(const struct helm_chart *chart,
                                       const struct sl_chart_dependency *wanted)
{
    const struct helm_chart *found = NULL;
    for (size_t i = 0; i < chart->child_count; i++) {
        const struct helm_chart *child = &chart->children[i];
        if (!sl_str_equal(child->source->name, wanted->name))
            continue;
        if (!found || sl_str_equal(child->source->version, wanted->version))
            found = child;
    }
    return found;
}

static bool is_listed(const struct helm_chart *chart, const struct helm_chart *child)
{
    for (size_t i = 0; i < chart->dependency_count; i++)
        if (sl_str_equal(chart->dependencies[i].source->name, child->source->name))
            return true;
    return false;
}

/* Its own arrays, so that two names of one chart do not share them. */
static int copy_children(struct helm_chart *chart, const struct helm *helm, struct sl_err *err)
{
    const struct helm_chart *children = chart->children;
    const struct helm_dependency *dependencies = chart->dependencies;
    size_t room = chart->child_count + chart->dependency_count;
    chart->children = sl_arena_array(&helm->doc->arena, room, sizeof *chart->children);
    chart->dependencies =
        sl_arena_array(&helm->doc->arena, chart->dependency_count, sizeof *chart->dependencies);
    if (!chart->children || !chart->dependencies)
        return sl_fail_memory(err);
    if (chart->child_count)
        memcpy(chart->children, children, chart->child_count * sizeof *children);
    if (chart->dependency_count)
        memcpy(chart->dependencies, dependencies, chart->dependency_count * sizeof *dependencies);
    return 0;
}

/* The children by the names they have here: those that nobody lists, then those that are listed, in that order. */
static int name_children(struct helm_chart *chart, const struct helm *helm, struct sl_err *err)
{
    struct helm_chart *named =
        sl_arena_array(&helm->doc->arena, chart->child_count + chart->dependency_count, sizeof *named);
    if (!named)
        return sl_fail_memory(err);
    size_t count = 0;
    for (size_t i = 0; i < chart->child_count; i++)
        if (!is_listed(chart, &chart->children[i]))
            named[count++] = chart->children[i];
    for (size_t i = 0; i < chart->dependency_count; i++) {
        struct helm_dependency *dependency = &chart->dependencies[i];
        const struct helm_chart *found = chosen(chart, dependency->source);
        if (dependency->source->alias.len > 0)
            dependency->name = dependency->source->alias;
        if (!found)
            continue;
        struct helm_chart *child = &named[count++];
        *child = *found;
        child->name = dependency->name;
        if (copy_children(child, helm, err) < 0)
            return -1;
    }
    chart->children = named;
    chart->child_count = count;
    return 0;
}

static bool is_disabled(const struct helm_chart *chart, struct sl_str name)
{
    for (size_t i = 0; i < chart->dependency_count; i++)
        if (!chart->dependencies[i].enabled && sl_str_equal(chart->dependencies[i].name, name))
            return true;
    return false;
}

static void drop_disabled(struct helm_chart *chart)
{
    size_t kept = 0;
    for (size_t i = 0; i < chart->child_count; i++)
        if (!is_disabled(chart, chart->children[i].name))
            chart->children[kept++] = chart->children[i];
    chart->child_count = kept;
    kept = 0;
    for (size_t i = 0; i < chart->dependency_count; i++)
        if (!is_disabled(chart, chart->dependencies[i].name))
            chart->dependencies[kept++] = chart->dependencies[i];
    chart->dependency_count = kept;
}

/* Helm's processDependencyEnabled. `above` is the path to the chart with a dot behind, "" for the top one. */
/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static int enable(struct helm_chart *chart, const struct helm *helm, const struct sl_node *given,
                  struct sl_str above, struct sl_err *err)
{
    if (chart->dependency_count == 0)
        return 1;
    struct sl_node *values;
    if (name_children(chart, helm, err) < 0)
        return -1;
    int good = helm_coalesce(&values, helm, chart, given, false, err);
    if (good <= 0)
        return good;
    for (size_t i = 0; i < chart->dependency_count; i++) {
        apply_tags(&chart->dependencies[i], values);
        if (apply_condition(&chart->dependencies[i], helm, values, above, err) < 0)
            return -1;
    }
    drop_disabled(chart);
    for (size_t i = 0; i < chart->child_count; i++) {
        struct sl_arena *arena = &helm->doc->arena;
        struct sl_str path = sl_arena_join(arena, above, chart->children[i].name);
        if (path.ptr)
            path = sl_arena_join(arena, path, SL_STR("."));
        if (!path.ptr)
            return sl_fail_memory(err);
        good = enable(&chart->children[i], helm, values, path, err);
        if (good <= 0)
            return good;
    }
    return 1;
}

/* `map` at a dotted path of nothing but new maps; "." is `map` itself. */
static int wrap_in_path(struct sl_node **out, const struct helm *helm, struct sl_str path,
                        struct sl_node *map, struct sl_err *err)
{
    *out = map;
    if (sl_str_equal(path, SL_STR(".")))
        return 0;
    for (size_t levels = 0;; levels++) {
        size_t dot = path.len;
        while (dot > 0 && path.ptr[dot - 1] != '.')
            dot--;
        struct sl_node *outer = sl_node_map(helm->doc);
        if (!outer || levels > SL_DOC_DEPTH_MAX)
            return outer ? sl_fail(err, SL_E_LIMIT, "a path of import-values is deeper than %d levels",
                                   SL_DOC_DEPTH_MAX)
                         : sl_node_fail(helm->doc, err);
        if (tables_set(helm->doc, outer, sl_str_slice(path, dot, path.len), *out, err) < 0)
            return -1;
        *out = outer;
        if (dot == 0)
            return 0;
        path = sl_str_slice(path, 0, dot - 1);
    }
}

/* One entry of import-values, into `imported`. */
static int import_one(struct sl_node *imported, const struct helm *helm, struct sl_node *values,
                      struct sl_str dependency, const struct sl_node *entry, struct sl_err *err)
{
    bool is_pair = entry->kind == SL_MAP;
    struct sl_str child = is_pair ? sl_node_text(sl_node_get(entry, "child")) : sl_node_text(entry);
    struct sl_str parent = is_pair ? sl_node_text(sl_node_get(entry, "parent")) : SL_STR(".");
    struct sl_arena *arena = &helm->doc->arena;
    if (!is_pair && entry->kind != SL_STRING)
        return 0;
    struct sl_str path = sl_arena_join(arena, dependency, is_pair ? SL_STR(".") : SL_STR(".exports."));
    if (path.ptr)
        path = sl_arena_join(arena, path, child);
    if (!path.ptr)
        return sl_fail_memory(err);
    struct sl_node *found = map_at(values, path);
    struct sl_node *wrapped;
    if (!found)
        return 0;
    if (wrap_in_path(&wrapped, helm, parent, found, err) < 0)
        return -1;
    return tables_merge(helm, imported, wrapped, true, err);
}

/* Helm's processImportValues, for what is deepest first. */
/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static int import_values(struct helm_chart *chart, const struct helm *helm, struct sl_err *err)
{
    for (size_t i = 0; i < chart->child_count; i++) {
        int good = import_values(&chart->children[i], helm, err);
        if (good <= 0)
            return good;
    }
    if (chart->dependency_count == 0)
        return 1;
    struct sl_node *values;
    struct sl_node *imported = sl_node_map(helm->doc);
    if (!imported)
        return sl_node_fail(helm->doc, err);
    int good = helm_coalesce(&values, helm, chart, NULL, true, err);
    if (good <= 0)
        return good;
    for (size_t i = 0; i < chart->dependency_count; i++) {
        const struct helm_dependency *dependency = &chart->dependencies[i];
        const struct sl_node *list = dependency->source->import_values;
        for (uint32_t entry = 0; list && entry < list->count; entry++)
            if (import_one(imported, helm, values, dependency->name, list->as.items[entry], err) < 0)
                return -1;
    }
    if (tables_copy(&chart->values, helm->doc, values, false, err) < 0)
        return -1;
    return tables_merge(helm, chart->values, imported, true, err) < 0 ? -1 : 1;
}

int helm_dependencies(struct helm_chart *chart, const struct helm *helm, const struct sl_node *given,
                      struct sl_err *err)
{
    int good = enable(chart, helm, given, SL_STR(""), err);
    return good > 0 ? import_values(chart, helm, err) : good;
}
