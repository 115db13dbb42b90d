#include "helm.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"

static const struct sl_str global = SL_STR_INIT("global");

static bool is_map(const struct sl_node *node)
{
    return node && node->kind == SL_MAP;
}

static bool is_child(const struct helm_chart *chart, struct sl_str name)
{
    for (size_t i = 0; i < chart->child_count; i++)
        if (sl_str_equal(chart->children[i].name, name))
            return true;
    return false;
}

/* One key of the chart's own values that the given ones have too. */
static int lay_key(const struct helm *helm, const struct helm_chart *chart, struct table *given,
                   const struct sl_entry *below, bool keep, struct sl_err *err)
{
    struct sl_entry *above = table_find(given, below->key);
    struct sl_node *low;
    if (above->value->kind == SL_NULL && !keep) {
        table_remove(given, above);
        return 0;
    }
    if (!is_map(above->value))
        return 0;
    if (!is_map(below->value))
        return below->value->kind == SL_NULL ? 0 : tables_warn(helm, below->key, above->value, err);
    bool keeps = keep || (helm->compat != SL_HELM_3_17 && is_child(chart, below->key));
    if (tables_copy(&low, helm->doc, below->value, helm->compat == SL_HELM_4_2 && !keeps, err) < 0)
        return -1;
    return tables_merge(helm, above->value, low, keeps, err);
}

/* Helm's coalesceValues: the chart's own values below `given`. */
static int lay_values(const struct helm *helm, const struct helm_chart *chart, struct sl_node *given,
                      bool keep, struct sl_err *err)
{
    SL_CLEANUP(table_close) struct table table;
    if (table_open(&table, helm->doc, given, err) < 0)
        return -1;
    bool clean = helm->compat == SL_HELM_4_2 && !keep;
    for (uint32_t i = 0; i < chart->values->count; i++) {
        const struct sl_entry *below = &chart->values->as.entries[i];
        struct sl_node *value = below->value;
        if (table_find(&table, below->key)) {
            if (lay_key(helm, chart, &table, below, keep, err) < 0)
                return -1;
            continue;
        }
        if (clean && value->kind == SL_NULL)
            continue;
        if (is_map(value) && tables_copy(&value, helm->doc, value, clean, err) < 0)
            return -1;
        if (table_add(&table, below, value, err) < 0)
            return -1;
    }
    return 0;
}

/* A map with the entries of another, which it shares. */
static int shallow_copy(struct sl_node **out, const struct helm *helm, const struct sl_node *map,
                        struct sl_err *err)
{
    *out = sl_node_map(helm->doc);
    if (!*out)
        return sl_node_fail(helm->doc, err);
    (*out)->mark = map->mark;
    for (uint32_t i = 0; i < map->count; i++)
        if (tables_push(helm->doc, *out, &map->as.entries[i], map->as.entries[i].value, err) < 0)
            return -1;
    return 0;
}

/* One global of the parent over that of the child. */
static int lay_global(const struct helm *helm, struct sl_node *globals, const struct sl_entry *from,
                      struct sl_err *err)
{
    const struct sl_entry *below = sl_node_entry(globals, from->key);
    if (!is_map(from->value))
        return below && is_map(below->value) ? 0
                                             : tables_set(helm->doc, globals, from->key, from->value, err);
    if (below && !is_map(below->value))
        return 0;
    struct sl_node *copy;
    if (shallow_copy(&copy, helm, from->value, err) < 0 ||
        (below && tables_merge(helm, copy, below->value, true, err) < 0))
        return -1;
    return tables_set(helm->doc, globals, from->key, copy, err);
}

/* Helm's coalesceGlobals: those of `parent` over those of `child`; passed over where either is no map. */
static int lay_globals(const struct helm *helm, struct sl_node *child, const struct sl_node *parent,
                       struct sl_err *err)
{
    const struct sl_entry *own = sl_node_entry(child, global);
    const struct sl_entry *from = sl_node_entry(parent, global);
    if ((own && !is_map(own->value)) || (from && !is_map(from->value)))
        return 0;
    struct sl_node *globals = own ? own->value : sl_node_map(helm->doc);
    if (!globals)
        return sl_node_fail(helm->doc, err);
    for (uint32_t i = 0; from && i < from->value->count; i++)
        if (lay_global(helm, globals, &from->value->as.entries[i], err) < 0)
            return -1;
    return tables_set(helm->doc, child, global, globals, err);
}

static int report_subchart(const struct helm *helm, const struct helm_chart *child,
                           const struct sl_node *value, struct sl_err *err)
{
    struct sl_shown shown;
    if (!helm->findings)
        return 0;
    struct sl_finding finding = sl_finding_at(helm->doc, value->mark, SL_ERROR, "values/subchart-not-a-map");
    finding.hint = SL_STR("Helm refuses the chart; to switch a dependency off, set its condition to false");
    return sl_finding_report(helm->findings, &finding, err,
                             "%s is %s, and it must be a map: the values of the chart of that name",
                             sl_shown(&shown, child->name), sl_kind_name(value->kind));
}

static int coalesce(const struct helm *helm, const struct helm_chart *chart, struct sl_node *given, bool keep,
                    struct sl_err *err);

/* Helm's coalesceDeps. */
static int lay_children(const struct helm *helm, const struct helm_chart *chart, struct sl_node *given,
                        bool keep, struct sl_err *err)
{
    for (size_t i = 0; i < chart->child_count; i++) {
        const struct helm_chart *child = &chart->children[i];
        const struct sl_entry *there = sl_node_entry(given, child->name);
        if (there && !is_map(there->value))
            return report_subchart(helm, child, there->value, err);
        struct sl_node *section = there ? there->value : sl_node_map(helm->doc);
        if (!there && tables_set(helm->doc, given, child->name, section, err) < 0)
            return -1;
        if (lay_globals(helm, section, given, err) < 0)
            return -1;
        int good = coalesce(helm, child, section, keep, err);
        if (good <= 0)
            return good;
    }
    return 1;
}

/* Charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static int coalesce(const struct helm *helm, const struct helm_chart *chart, struct sl_node *given, bool keep,
                    struct sl_err *err)
{
    if (lay_values(helm, chart, given, keep, err) < 0)
        return -1;
    return lay_children(helm, chart, given, keep, err);
}

int helm_coalesce(struct sl_node **out, const struct helm *helm, const struct helm_chart *chart,
                  const struct sl_node *given, bool keep, struct sl_err *err)
{
    if (tables_copy(out, helm->doc, given, false, err) < 0)
        return -1;
    return coalesce(helm, chart, *out, keep, err);
}

/* The chart as it came, before dependencies are looked at. */
static int open_chart(struct helm_chart *out, const struct helm *helm, const struct sl_chart *chart,
                      struct sl_err *err)
{
    *out = (struct helm_chart){.name = chart->name, .source = chart};
    out->children = sl_arena_array(&helm->doc->arena, chart->subchart_count + chart->dependency_count,
                                   sizeof *out->children);
    out->dependencies = sl_arena_array(&helm->doc->arena, chart->dependency_count, sizeof *out->dependencies);
    if (!out->children || !out->dependencies)
        return sl_fail_memory(err);
    if (tables_copy(&out->values, helm->doc, chart->values, false, err) < 0)
        return -1;
    for (size_t i = 0; i < chart->subchart_count; i++)
        if (open_chart(&out->children[out->child_count++], helm, &chart->subcharts[i], err) < 0)
            return -1;
    for (size_t i = 0; i < chart->dependency_count; i++)
        out->dependencies[out->dependency_count++] = (struct helm_dependency){
            .name = chart->dependencies[i].name, .enabled = true, .source = &chart->dependencies[i]};
    return 0;
}

int helm_values(struct sl_node **values, struct sl_node **defaults, const struct helm *helm,
                const struct sl_chart *chart, const struct sl_node *given, struct sl_err *err)
{
    struct helm_chart top;
    struct helm quiet = *helm;
    quiet.silent = true;
    if (open_chart(&top, helm, chart, err) < 0)
        return -1;
    int good = helm_dependencies(&top, &quiet, given, err);
    if (good > 0)
        good = helm_coalesce(values, helm, &top, given, false, err);
    /* Without what was given, a null of the chart's own may stand where a map must: what came before it counts. */
    if (good > 0 && defaults) {
        quiet.findings = NULL;
        if (helm_coalesce(defaults, &quiet, &top, NULL, true, err) < 0)
            return -1;
    }
    return good;
}
