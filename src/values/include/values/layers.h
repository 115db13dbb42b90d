/*
 * The layers of one application's values, and their merge.
 *
 * This is where the full values engine goes in: it takes the same layers, and says beside the merged tree
 * which of them set what (every layer keeps its marks, so file, line and column are there).
 */
#ifndef VALUES_LAYERS_H
#define VALUES_LAYERS_H

#include "doc/node.h"
#include <sealift/finding.h>

struct sl_values_layer {
    struct sl_str file;   /* where it comes from, for messages */
    struct sl_node *root; /* NULL: an empty file */
};

/*
 * *out is the merge of the layers, the lowest first, by the rules of docops/values.h; an empty map when there
 * is nothing in them. A layer that is not a map is the finding `values/not-a-map` (error) and counts as
 * empty. The layers' nodes are shared, so they must live as long as `doc`.
 */
int sl_values_layers_merge(struct sl_node **out, struct sl_doc *doc, const struct sl_values_layer *layers,
                           size_t count, struct sl_findings *findings, struct sl_err *err) SL_MUST_USE;

#endif
