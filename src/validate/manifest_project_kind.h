/*
 * The kinds that an AppProject permits, against those that a chart makes whatever its values are.
 */
#ifndef MANIFEST_PROJECT_KIND_H
#define MANIFEST_PROJECT_KIND_H

#include "manifest_index.h"

/* `application` is an Application; `at` is where it names its project, `project` the spec of that. */
int manifests_check_project_kinds(struct manifests *manifests, const struct manifest_object *application,
                                  const struct place *at, const struct sl_node *project, struct sl_str name,
                                  struct sl_err *err) SL_MUST_USE;

#endif
