#include "values/layers.h"

#include "docops/values.h"
#include "model/report.h"

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

int sl_values_resolve(struct sl_values *values, struct sl_doc *doc, struct sl_findings *findings,
                      struct sl_err *err)
{
    if (check_layers(values, findings, err) < 0)
        return -1;
    struct sl_node *merged = NULL;
    bool own = false;
    if (sl_values_merge(&merged, doc, NULL, NULL, err) < 0)
        return -1;
    for (size_t i = 0; i < values->layer_count; i++) {
        struct sl_shown shown;
        own = own || sl_layer_is_own(values->layers[i].kind);
        if (sl_values_merge(&merged, doc, merged, values->layers[i].root, err) < 0)
            return sl_wrap(err, "merge %s", sl_shown(&shown, values->layers[i].file));
    }
    values->effective = merged;
    values->carried = own ? merged : NULL;
    return 0;
}
