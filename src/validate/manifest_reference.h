/*
 * References from one object to another: manifests/missing-reference, manifests/missing-secret,
 * manifests/missing-key, manifests/doubtful-reference.
 */
#ifndef MANIFEST_REFERENCE_H
#define MANIFEST_REFERENCE_H

#include "manifest_index.h"

struct manifest_reference {
    const struct manifest_object *from;
    const struct place *at; /* where the name stands */
    struct sl_str group, kind;
    struct sl_str space; /* empty: of no namespace */
    struct sl_str name;
};

/* Looks for what is referred to and reports it where it will not be there. *found is NULL where it is not
 * among the objects, whether that was reported or not; may be NULL itself. */
int manifests_check_reference(struct manifests *manifests, const struct manifest_reference *reference,
                              const struct manifest_object **found, struct sl_err *err) SL_MUST_USE;

/* manifest_reference_pod.c: all of a pod's. */
int manifests_check_pod_references(struct manifests *manifests, const struct manifest_pod *pod,
                                   struct sl_err *err) SL_MUST_USE;

/* manifest_reference_table.c: all others of an object. */
int manifests_check_object_references(struct manifests *manifests, const struct manifest_object *object,
                                      struct sl_err *err) SL_MUST_USE;

#endif
