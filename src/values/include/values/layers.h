/*
 * The layers of one application's values, and what they come to.
 *
 * Order of calls: whoever knows the repository (gitops) fills chart, compat and layers of a struct sl_values,
 * the lowest layer first; sl_values_resolve() merges. After that everything is read only: rules walk layers and
 * chart, the bundle takes `carried`, people look at `effective`.
 *
 * Two trees, because Helm merges a chart's own defaults below what it is given, at the site too:
 *   effective  what templates see as .Values under the chosen Helm
 *   carried    what the site's Helm is given, so that it arrives at `effective`: the merge of the layers, the
 *              chart's own values.yaml among them, with a null wherever a default of the chart, or of a chart
 *              inside it, has to go
 */
#ifndef VALUES_LAYERS_H
#define VALUES_LAYERS_H

#include "values/chart.h"
#include <sealift/finding.h>
#include <sealift/values.h>

/* Where a layer comes from, in the order in which they are merged (a valuesFrom with targetPath may come before or
 * after the inline values: layers are merged in the order of the array). */
enum sl_layer_kind {
    SL_LAYER_CHART,          /* values.yaml of the chart */
    SL_LAYER_BASE,           /* base/values */
    SL_LAYER_RELEASE,        /* releases/RELEASE/values/ENV */
    SL_LAYER_DEFAULT,        /* overlays/default/custom-values */
    SL_LAYER_CUSTOMER,       /* overlays/CUSTOMER/custom-values */
    SL_LAYER_VALUE_FILE,     /* Argo CD: a file that spec.source.helm.valueFiles names */
    SL_LAYER_VALUES,         /* Argo CD: spec.source.helm.values, a text */
    SL_LAYER_VALUES_OBJECT,  /* Argo CD: spec.source.helm.valuesObject */
    SL_LAYER_PARAMETER,      /* Argo CD: one of spec.source.helm.parameters */
    SL_LAYER_FILE_PARAMETER, /* Argo CD: one of spec.source.helm.fileParameters */
    SL_LAYER_VALUES_FROM,    /* Flux: a ConfigMap or Secret of spec.valuesFrom */
    SL_LAYER_TARGET_PATH,    /* Flux: the same with a targetPath */
    SL_LAYER_INLINE,         /* Flux: spec.values */
    SL_LAYER_KINDS,
};

/* "chart", "base", "release", "overlay default", "customer", "valueFiles", ... */
const char *sl_layer_kind_name(enum sl_layer_kind kind);

/* Somebody wrote it for this one customer or release: everything but the chart's own. */
static inline bool sl_layer_is_own(enum sl_layer_kind kind)
{
    return kind != SL_LAYER_CHART;
}

struct sl_values_layer {
    enum sl_layer_kind kind;
    struct sl_str file;       /* where it comes from, for messages */
    struct sl_node *root;     /* a map, or NULL: an empty layer; with ${name} already substituted */
    const struct sl_doc *doc; /* that the marks of `root` belong to */
    struct sl_str path;  /* of a parameter or targetPath, as it is written there ("image.tag"); else empty */
    struct sl_mark mark; /* where the layer is written, in `doc`; blank for a file that is the layer */
};

struct sl_values {
    /* Filled by the caller. */
    struct sl_str application;    /* APP */
    struct sl_str release_name;   /* of the object that asks for it; empty where nothing does */
    const struct sl_chart *chart; /* NULL: not in the release */
    enum sl_helm_compat compat;
    struct sl_values_layer *layers; /* the lowest first; the chart's own first of all, where there is one */
    size_t layer_count;

    /* By sl_values_resolve(). */
    struct sl_node *effective; /* a map */
    struct sl_node *carried;   /* a map; NULL where no layer but the chart's own is there */
};

/*
 * Merges. Nodes of the layers are shared, not changed, so they must live as long as `doc`. Findings:
 *   values/not-a-map (error)         a layer that is no map; it counts as empty
 *   values/null-without-chart (warning)  a null that deletes what a lower layer set, where the release does not
 *                                    carry the chart: a default of the chart would come back
 *   values/large-integer (warning)   a whole number beyond 2^53, which Helm rounds
 *   values/map-over-scalar, values/scalar-over-map (warning)  where Helm warns that a map and something else meet
 *   values/subchart-not-a-map (error)  a value stands where the values of a chart's dependency belong
 */
int sl_values_resolve(struct sl_values *values, struct sl_doc *doc, struct sl_findings *findings,
                      struct sl_err *err) SL_MUST_USE;

#endif
