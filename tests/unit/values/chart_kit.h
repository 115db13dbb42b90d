/*
 * Charts as JSON: {"name": ..., "version": ..., "values": {...}, "dependencies": [...], "charts": [...]}.
 */
#ifndef CHART_KIT_H
#define CHART_KIT_H

#include "values/chart.h"

/* In the document's memory. */
void chart_kit_make(struct sl_chart *out, struct sl_doc *doc, const struct sl_node *json);

#endif
