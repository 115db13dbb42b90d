/*
 * Following one field of some resources through a build (struct sl_build_trace). Steps report here; in a build that
 * nobody follows each of them costs the look at one pointer.
 */
#ifndef TRACE_H
#define TRACE_H

#include "resource.h"

/* One resource that is followed. */
struct kz_followed {
    const struct kz_resource *resource;
    const struct sl_node *patch; /* of the step at hand; NULL: none was applied to it */
    struct sl_build_step *steps; /* in which the field was set or changed */
    size_t count, capacity;
};

/* A resource has come: read by the entry at `mark` of the kustomization's field, or generated there. */
int kz_trace_come(struct sl_build *build, struct kz_resource *resource, const char *field,
                  struct sl_mark mark, struct sl_err *err) SL_MUST_USE;

/* Something that `field` asked for is done: notes what it changed. `mark` is blank where no line asked for it. */
int kz_trace_done(struct sl_build *build, const char *field, struct sl_mark mark,
                  struct sl_err *err) SL_MUST_USE;

/* The same for a patch: only what it was applied to is looked at. */
int kz_trace_patches_done(struct sl_build *build, const char *field, struct sl_mark mark,
                          struct sl_err *err) SL_MUST_USE;

/* A patch, or the operations of one, has been applied to a resource; kz_trace_patches_done() follows. */
int kz_trace_patched(struct sl_build *build, const struct kz_resource *resource, const struct sl_node *patch,
                     struct sl_err *err) SL_MUST_USE;

/* What a generator made stands for `old` from now on. */
void kz_trace_replaced(struct sl_build *build, const struct kz_resource *old, struct kz_resource *resource);

#endif
