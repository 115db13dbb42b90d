#include "settle.h"

#include "base/limits.h"
#include "doc/pointer.h"
#include "model/report.h"
#include "tables.h"

/* The same place in everything. */
struct spot {
    const struct sl_node *merged;
    const struct sl_node *defaults; /* NULL: the chart has nothing there, or there is no chart */
    const struct sl_node **layers;  /* NULL: nothing there; the chart's own layer is not among them */
    bool global; /* below "global" of a chart with charts inside: it may be a default of any */
    unsigned depth;
};

/* NOLINTNEXTLINE(misc-no-recursion): the reader of values limits their depth. */
bool settle_has_null(const struct sl_node *node)
{
    if (node->kind != SL_MAP)
        return node->kind == SL_NULL;
    for (uint32_t i = 0; i < node->count; i++)
        if (settle_has_null(node->as.entries[i].value))
            return true;
    return false;
}

static const struct sl_node *below(const struct sl_node *node, struct sl_str key)
{
    const struct sl_entry *entry = node ? sl_node_entry(node, key) : NULL;
    return entry ? entry->value : NULL;
}

/* What stands there is handed to every chart inside. */
static bool is_global(const struct settling *settling, const struct spot *spot, struct sl_str key)
{
    const struct sl_chart *chart = settling->values->chart;
    bool top = spot->depth == 0 && chart && chart->subchart_count > 0;
    return spot->global || (top && sl_str_equal(key, SL_STR("global")));
}

static bool is_set_by_a_layer(const struct settling *settling, const struct spot *spot, struct sl_str key)
{
    for (size_t i = 0; i < settling->values->layer_count; i++) {
        const struct sl_node *value = below(spot->layers[i], key);
        if (value && value->kind != SL_NULL)
            return true;
    }
    return false;
}

static int report(const struct settling *settling, const struct sl_entry *entry, struct sl_err *err)
{
    struct sl_shown key, application;
    struct sl_finding finding =
        sl_finding_at(settling->doc, entry->value->mark, SL_WARNING, "values/null-without-chart");
    finding.hint =
        SL_STR("carry the chart in the release's artifacts/: null then takes its default away too");
    return sl_finding_report(
        settling->findings, &finding, err,
        "null takes %s away, and the release does not carry the chart of %s: a default of "
        "the chart would come back",
        sl_shown(&key, entry->key), sl_shown(&application, settling->values->application));
}

/* 1: the null stays, 0: it has done its work. */
static int stays(const struct settling *settling, const struct spot *spot, const struct sl_entry *entry,
                 struct sl_err *err)
{
    if (!is_set_by_a_layer(settling, spot, entry->key) || is_global(settling, spot, entry->key))
        return 1;
    if (settling->values->chart)
        return below(spot->defaults, entry->key) != NULL;
    return report(settling, entry, err);
}

static int settle(struct sl_node **out, const struct settling *settling, const struct spot *spot,
                  struct sl_err *err);

static int settle_child(struct sl_node **out, const struct settling *settling, const struct spot *spot,
                        const struct sl_entry *entry, struct sl_err *err)
{
    const struct sl_values *values = settling->values;
    struct spot child = {
        .merged = entry->value,
        .defaults = below(spot->defaults, entry->key),
        .layers = sl_arena_array(&settling->doc->arena, values->layer_count, sizeof(struct sl_node *)),
        .global = is_global(settling, spot, entry->key),
        .depth = spot->depth + 1,
    };
    if (!child.layers)
        return sl_fail_memory(err);
    for (size_t i = 0; i < values->layer_count; i++)
        child.layers[i] = below(spot->layers[i], entry->key);
    return settle(out, settling, &child, err);
}

static int settle(struct sl_node **out, const struct settling *settling, const struct spot *spot,
                  struct sl_err *err)
{
    if (spot->depth > SL_DOC_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "values are nested deeper than %d levels", SL_DOC_DEPTH_MAX);
    struct sl_node *map = sl_node_map(settling->doc);
    if (!map)
        return sl_node_fail(settling->doc, err);
    map->mark = spot->merged->mark;
    for (uint32_t i = 0; i < spot->merged->count; i++) {
        const struct sl_entry *entry = &spot->merged->as.entries[i];
        struct sl_node *value = entry->value;
        if (value->kind == SL_NULL) {
            int keep = stays(settling, spot, entry, err);
            if (keep < 0)
                return -1;
            if (!keep)
                continue;
        } else if (settle_has_null(value) && settle_child(&value, settling, spot, entry, err) < 0) {
            return -1;
        }
        if (tables_push(settling->doc, map, entry, value, err) < 0)
            return -1;
    }
    *out = map;
    return 0;
}

int settle_nulls(struct sl_node **out, const struct settling *settling, struct sl_node *merged,
                 const struct sl_node *defaults, struct sl_err *err)
{
    const struct sl_values *values = settling->values;
    *out = merged;
    if (!settle_has_null(merged))
        return 0;
    struct spot top = {
        .merged = merged,
        .defaults = defaults,
        .layers = sl_arena_array(&settling->doc->arena, values->layer_count, sizeof(struct sl_node *)),
    };
    if (!top.layers)
        return sl_fail_memory(err);
    for (size_t i = 0; i < values->layer_count; i++)
        if (sl_layer_is_own(values->layers[i].kind))
            top.layers[i] = values->layers[i].root;
    return settle(out, settling, &top, err);
}
