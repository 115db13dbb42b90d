/*
 * What becomes of the nulls that layers hold, once they are merged.
 */
#ifndef SETTLE_H
#define SETTLE_H

#include "values/layers.h"

/*
 * *out is `merged`, the merge of all layers but the chart's, without the nulls that have done their work: those that
 * took away what a lower layer set and that no default of the chart is below. `defaults` is what the chart and those
 * inside it set themselves. Without a chart in the release nobody knows about its defaults: such a null goes, and that
 * is the finding values/null-without-chart. A null over nothing stays in every case: it can only mean a default.
 */
struct settling {
    const struct sl_values *values;
    struct sl_doc *doc;
    struct sl_findings *findings;
};
int settle_nulls(struct sl_node **out, const struct settling *settling, struct sl_node *merged,
                 const struct sl_node *defaults, struct sl_err *err) SL_MUST_USE;

/* Whether a map, or one inside it, holds a null. */
bool settle_has_null(const struct sl_node *node);

#endif
