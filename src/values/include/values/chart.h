/*
 * The chart inside a .tgz, as far as values need it: its name, its version and its own values.yaml.
 *
 * A chart archive is somebody else's: it is read with libarchive, in one pass, with Helm's own limits on
 * sizes (SL_CHART_*), and nothing of it is ever written to disk. Member names are only compared, and only
 * ASCII ones count, because libarchive translates the others by the locale.
 */
#ifndef VALUES_CHART_H
#define VALUES_CHART_H

#include "doc/node.h"
#include "io/stream.h"

struct sl_chart {
    struct sl_str name, version; /* of Chart.yaml */
    struct sl_node *values;      /* the root of values.yaml; NULL when there is none or it is empty */
};

/*
 * Reads `source` as far as it must. `name` is the archive's path, for messages and marks: values have marks
 * in the file "NAME!TOP/values.yaml". What `out` gets lives as long as `doc`. 1: a chart. 0: a readable
 * archive that is none (no TOP/Chart.yaml within the limits). -1: SL_E_INPUT for what cannot be read as a
 * gzip'd tar, or a chart that is broken; SL_E_LIMIT for a chart beyond the limits; and what the source fails
 * with.
 */
int sl_chart_read(struct sl_chart *out, struct sl_doc *doc, struct sl_source *source, struct sl_str name,
                  struct sl_err *err) SL_MUST_USE;

#endif
