/*
 * What Helm makes of a chart and the values it is given: `.Values` of its templates.
 *
 * The order in which Helm works: it takes out the dependencies that conditions and tags disable and names the others by
 * their aliases, moves `import-values` up, and then lays what it was given over the chart's own values, for the chart
 * and, below its name and with the globals, for every chart inside it. Its versions differ in what becomes of null.
 *
 * Source: Helm 3.17.0, 3.20.0 and 4.2.0 (chartutil.ProcessDependenciesWithMerge, chartutil.CoalesceValues).
 */
#ifndef HELM_H
#define HELM_H

#include "tables.h"
#include "values/chart.h"

/*
 * *values is what templates would see; *defaults (may be NULL) the same for nothing given, where the same
 * dependencies are enabled and nulls stay. `given` may be NULL. 1; 0: Helm would refuse, because the values of a
 * dependency are no map, which is the finding `values/subchart-not-a-map`; -1.
 */
int helm_values(struct sl_node **values, struct sl_node **defaults, const struct helm *helm,
                const struct sl_chart *chart, const struct sl_node *given, struct sl_err *err) SL_MUST_USE;

/* -- the parts -- */

/* A chart as Helm works on it. */
struct helm_chart {
    struct sl_str name;     /* or its alias */
    struct sl_node *values; /* a map */
    const struct sl_chart *source;
    struct helm_dependency *dependencies;
    size_t dependency_count; /* 0: Helm passes over the dependencies of such a chart */
    struct helm_chart *children;
    size_t child_count;
};

struct helm_dependency {
    struct sl_str name; /* or its alias */
    bool enabled;
    const struct sl_chart_dependency *source;
};

/* *out is `given`, which is not changed, over the values of the chart and those inside it. `keep`: nulls stay.
 * 1, 0, -1 as above. */
int helm_coalesce(struct sl_node **out, const struct helm *helm, const struct helm_chart *chart,
                  const struct sl_node *given, bool keep, struct sl_err *err) SL_MUST_USE;

/* Which dependencies are there, and what is imported from them. 1, 0, -1. */
int helm_dependencies(struct helm_chart *chart, const struct helm *helm, const struct sl_node *given,
                      struct sl_err *err) SL_MUST_USE;

#endif
