/*
 * The steps of sl_layout_resolve(), a file each. Every one fills its members of the layout from those filled
 * before, in the order they stand here, and returns -1 only for errors.
 */
#ifndef GITOPS_LAYOUT_PARTS_H
#define GITOPS_LAYOUT_PARTS_H

#include "gitops/layout.h"
#include "values/substitute.h"

/* SL_E_USAGE unless `name` is a directory in `folder`, with the names there are. `what` is "release". */
int sl_layout_require(struct sl_reading *reading, struct sl_str folder, struct sl_str name, const char *what,
                      struct sl_err *err) SL_MUST_USE;

/* VERSION.md, release.yaml and the directory's name. */
int sl_layout_check_version(const struct sl_layout *layout, struct sl_reading *reading,
                            struct sl_err *err) SL_MUST_USE;

/* Whether `text` holds the version as a word of its own, with or without a leading v. */
bool sl_version_is_named(struct sl_str text, struct sl_str version);

/* `version` without a leading v that stands before a digit. */
struct sl_str sl_version_number(struct sl_str version);

/* The files that a release without kustomization.yaml consists of, in order; and the findings about the
 * environment, which `given` says was asked for by name. */
int sl_layout_release_files(const struct sl_layout *layout, struct sl_reading *reading, bool given,
                            struct sl_str **files, size_t *count, struct sl_err *err) SL_MUST_USE;

/* layout->objects from reading->build: with variables. */
int sl_layout_objects(struct sl_layout *layout, struct sl_reading *reading, struct sl_err *err) SL_MUST_USE;

/* The customer's variables for `reading`. */
int sl_layout_substitution(struct sl_substitution *out, struct sl_layout *layout, struct sl_reading *reading,
                           struct sl_err *err) SL_MUST_USE;

/* layout->applications from layout->objects, with the charts they ask for. */
int sl_layout_applications(struct sl_layout *layout, struct sl_reading *reading,
                           struct sl_err *err) SL_MUST_USE;

/* Each application's chart among layout->artifacts. */
int sl_layout_charts(struct sl_layout *layout, struct sl_reading *reading, struct sl_err *err) SL_MUST_USE;

/* The values files of each application. */
int sl_layout_values_files(struct sl_layout *layout, struct sl_reading *reading,
                           struct sl_err *err) SL_MUST_USE;

/* application->values of each: reads the layers, merges them, and puts them into the objects. */
int sl_layout_values(struct sl_layout *layout, struct sl_reading *reading, struct sl_err *err) SL_MUST_USE;

#endif
