/*
 * Between the two files of sl_explain(): which object is meant, and what became of its field.
 */
#ifndef PACK_EXPLAIN_H
#define PACK_EXPLAIN_H

#include "rendering.h"
#include <sealift/explain.h>

struct sl_explained {
    struct sl_rendering *rendering;
    struct sl_build_trace trace;
    size_t object;               /* its index in the layout */
    struct sl_explanation *made; /* the chain of values */
    struct sl_explained_field field;
    struct sl_explained_step *steps; /* field.steps */
};

/* Takes KIND/NAME apart: trace.kind and trace.name, in the memory of the query. */
int explain_read_object(struct sl_explained *explained, struct sl_str object, struct sl_err *err) SL_MUST_USE;

/* Finds the object in what has been composed. */
int explain_find_object(struct sl_explained *explained, const struct sl_explain_query *query,
                        struct sl_err *err) SL_MUST_USE;

/* "Deployment/web has no /spec/x: ..." with a hint. Returns -1. */
int explain_no_field(const struct sl_explained *explained, struct sl_err *err);

#endif
