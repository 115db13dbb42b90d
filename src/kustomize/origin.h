/*
 * Where resources come from and what changed them: the annotations that buildMetadata asks for.
 */
#ifndef ORIGIN_H
#define ORIGIN_H

#include "resource.h"

/* `base` joined with `path`, cleaned as Go's filepath.Join does; .ptr is NULL without memory. */
struct sl_str kz_origin_path(struct sl_build *build, struct sl_str base, struct sl_str path);

/* Notes that `origin` made the resources that have no origin, and changed the others. */
int kz_origin_changed(struct sl_build *build, const struct kz_resources *list, const struct kz_origin *origin,
                      struct sl_err *err) SL_MUST_USE;

/* The text of the annotation. */
int kz_origin_text(struct sl_build *build, const struct kz_origin *origin, struct sl_str *out,
                   struct sl_err *err) SL_MUST_USE;
int kz_transformations_text(struct sl_build *build, const struct kz_origins *transformations,
                            struct sl_str *out, struct sl_err *err) SL_MUST_USE;

/* Writes, as far as buildMetadata asks for them, the annotations of one resource. */
int kz_origin_annotate(struct sl_build *build, struct kz_resource *resource, struct sl_err *err) SL_MUST_USE;

#endif
