/*
 * A chart that lies in the repository as a folder, where an Application's `path` leads.
 */
#ifndef GITOPS_CHART_FOLDER_H
#define GITOPS_CHART_FOLDER_H

#include "tree/tree.h"
#include "values/chart.h"

/* All files below `path`, which stay the tree's; the list is in `arena`. 1; 0: there is no Chart.yaml; -1: error, SL_E_LIMIT
 * beyond the limits on charts. */
int sl_chart_folder_read(struct sl_chart_list *out, struct sl_tree *tree, struct sl_str path,
                         struct sl_arena *arena, struct sl_err *err) SL_MUST_USE;

/* The files of a chart in the tree that templates are made of, and the like: `path` is an archive or a folder. 0; -1:
 * as sl_chart_read_templates(). */
int sl_chart_files_at(struct sl_chart_list *out, struct sl_doc *doc, struct sl_tree *tree, struct sl_str path,
                      enum sl_chart_files which, struct sl_err *err) SL_MUST_USE;

#endif
