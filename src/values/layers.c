#include "values/layers.h"

#include "docops/values.h"
#include "model/report.h"

int sl_values_layers_merge(struct sl_node **out, struct sl_doc *doc, const struct sl_values_layer *layers,
                           size_t count, struct sl_findings *findings, struct sl_err *err)
{
    struct sl_node *merged = NULL;
    if (sl_values_merge(&merged, doc, NULL, NULL, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        struct sl_node *root = layers[i].root;
        if (root && root->kind != SL_MAP && root->kind != SL_NULL) {
            struct sl_finding finding = sl_finding_at(doc, root->mark, SL_ERROR, "values/not-a-map");
            finding.file = layers[i].file;
            if (sl_finding_report(findings, &finding, err, "values must be a map, this is %s",
                                  sl_kind_name(root->kind)) < 0)
                return -1;
            continue;
        }
        struct sl_shown shown;
        if (sl_values_merge(&merged, doc, merged, root, err) < 0)
            return sl_wrap(err, "merge %s", sl_shown(&shown, layers[i].file));
    }
    *out = merged;
    return 0;
}
