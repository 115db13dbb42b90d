#include "values/layers.h"

#include "base/limits.h"
#include "docops/values.h"
#include "helm.h"
#include "model/report.h"
#include "settle.h"

static const char *const kind_names[SL_LAYER_KINDS] = {
    [SL_LAYER_CHART] = "chart",
    [SL_LAYER_BASE] = "base",
    [SL_LAYER_RELEASE] = "release",
    [SL_LAYER_DEFAULT] = "default overlay",
    [SL_LAYER_CUSTOMER] = "customer",
    [SL_LAYER_VALUE_FILE] = "valueFiles",
    [SL_LAYER_VALUES] = "values",
    [SL_LAYER_VALUES_OBJECT] = "valuesObject",
    [SL_LAYER_PARAMETER] = "parameter",
    [SL_LAYER_FILE_PARAMETER] = "fileParameter",
    [SL_LAYER_VALUES_FROM] = "valuesFrom",
    [SL_LAYER_TARGET_PATH] = "valuesFrom with targetPath",
    [SL_LAYER_INLINE] = "spec.values",
};

const char *sl_layer_kind_name(enum sl_layer_kind kind)
{
    return kind < SL_LAYER_KINDS ? kind_names[kind] : "unknown";
}

static int report_not_a_map(const struct sl_values_layer *layer, struct sl_findings *findings,
                            struct sl_err *err)
{
    struct sl_finding finding = sl_finding_at(layer->doc, layer->root->mark, SL_ERROR, "values/not-a-map");
    finding.file = layer->file;
    return sl_finding_report(findings, &finding, err, "values must be a map, this is %s",
                             sl_kind_name(layer->root->kind));
}

/* A layer that is no map counts as empty from here on. */
static int check_layers(struct sl_values *values, struct sl_findings *findings, struct sl_err *err)
{
    for (size_t i = 0; i < values->layer_count; i++) {
        struct sl_values_layer *layer = &values->layers[i];
        if (!layer->root || layer->root->kind == SL_MAP)
            continue;
        if (layer->root->kind != SL_NULL && report_not_a_map(layer, findings, err) < 0)
            return -1;
        layer->root = NULL;
    }
    return 0;
}

/* Helm reads every number as a float64, which has 53 bits for a whole one. */
static bool is_rounded(const struct sl_node *node)
{
    const int64_t exact = SL_INTEGER_MAX + 1;
    if (node->kind == SL_INT)
        return node->as.integer > exact || node->as.integer < -exact;
    struct sl_str source = sl_node_source(node);
    bool whole = source.len > 0;
    for (size_t i = 0; i < source.len; i++)
        whole = whole && ((source.ptr[i] >= '0' && source.ptr[i] <= '9') || source.ptr[i] == '_' ||
                          (i == 0 && source.ptr[i] == '-'));
    /* 08 is whole, and read as a float64 too, but small. */
    bool large =
        node->kind == SL_FLOAT && (node->as.number > (double)exact || node->as.number < -(double)exact);
    return node->kind == SL_UINT || (large && whole);
}

/* NOLINTNEXTLINE(misc-no-recursion): the reader of values limits their depth. */
static int check_numbers(const struct sl_values_layer *layer, const struct sl_node *node,
                         struct sl_findings *findings, struct sl_err *err)
{
    for (uint32_t i = 0; i < node->count; i++) {
        const struct sl_node *child = node->kind == SL_MAP ? node->as.entries[i].value : node->as.items[i];
        if (check_numbers(layer, child, findings, err) < 0)
            return -1;
    }
    if (!is_rounded(node))
        return 0;
    struct sl_finding finding = sl_finding_at(layer->doc, node->mark, SL_WARNING, "values/large-integer");
    finding.hint = SL_STR("put it in quotes: a text stays as it is");
    return sl_finding_report(findings, &finding, err,
                             "the number is beyond 2^53: Helm reads it as a float64 and rounds it");
}

static bool has_section(const struct sl_chart *chart, struct sl_str name)
{
    for (size_t i = 0; i < chart->subchart_count; i++)
        if (sl_str_equal(chart->subcharts[i].name, name))
            return true;
    for (size_t i = 0; i < chart->dependency_count; i++)
        if (sl_str_equal(chart->dependencies[i].alias, name))
            return true;
    return false;
}

/*
 * The chart's own values as they may be given to Helm once more. A null among them must not: it would take the default
 * of a chart inside away, which a null that only the chart itself has may not do in every version of Helm. For the same
 * reason the section of a chart inside that no layer speaks of stays with the chart.
 */
static int own_defaults(struct sl_node **out, const struct sl_values *values, struct sl_doc *doc,
                        const struct sl_node *given, struct sl_err *err)
{
    struct sl_node *all;
    if (tables_copy(&all, doc, values->chart->values, true, err) < 0)
        return -1;
    struct sl_node *map = sl_node_map(doc);
    if (!map)
        return sl_node_fail(doc, err);
    map->mark = all->mark;
    for (uint32_t i = 0; i < all->count; i++) {
        const struct sl_entry *entry = &all->as.entries[i];
        if (has_section(values->chart, entry->key) && !sl_node_entry(given, entry->key))
            continue;
        if (tables_push(doc, map, entry, entry->value, err) < 0)
            return -1;
    }
    *out = map;
    return 0;
}

/* With a chart: what is carried, and what its templates then see. */
static int resolve_chart(struct sl_values *values, struct sl_doc *doc, struct sl_node *merged,
                         struct sl_findings *findings, struct sl_err *err)
{
    struct helm helm = {.doc = doc, .compat = values->compat};
    struct sl_node *effective = NULL, *defaults = NULL, *given = NULL, *own = NULL;
    struct settling settling = {.values = values, .doc = doc, .findings = findings};
    if (settle_has_null(merged) && helm_values(&effective, &defaults, &helm, values->chart, merged, err) < 0)
        return -1;
    if (settle_nulls(&given, &settling, merged, defaults, err) < 0 ||
        own_defaults(&own, values, doc, given, err) < 0 ||
        sl_values_merge(&values->carried, doc, own, given, err) < 0)
        return -1;
    helm.findings = findings;
    int good = helm_values(&values->effective, NULL, &helm, values->chart, values->carried, err);
    if (good == 0) /* reported; the best there is to look at */
        values->effective = values->carried;
    return good < 0 ? -1 : 0;
}

int sl_values_resolve(struct sl_values *values, struct sl_doc *doc, struct sl_findings *findings,
                      struct sl_err *err)
{
    struct sl_node *merged = NULL;
    bool own = false;
    if (check_layers(values, findings, err) < 0 || sl_values_merge(&merged, doc, NULL, NULL, err) < 0)
        return -1;
    for (size_t i = 0; i < values->layer_count; i++) {
        const struct sl_values_layer *layer = &values->layers[i];
        struct sl_shown shown;
        if (!sl_layer_is_own(layer->kind))
            continue;
        own = true;
        if ((layer->root && check_numbers(layer, layer->root, findings, err) < 0) ||
            sl_values_merge(&merged, doc, merged, layer->root, err) < 0)
            return sl_wrap(err, "merge %s", sl_shown(&shown, layer->file));
    }
    int result = 0;
    if (values->chart) {
        result = resolve_chart(values, doc, merged, findings, err);
    } else {
        struct settling settling = {.values = values, .doc = doc, .findings = findings};
        result = settle_nulls(&values->carried, &settling, merged, NULL, err);
        values->effective = values->carried;
    }
    if (!own)
        values->carried = NULL;
    return result;
}
