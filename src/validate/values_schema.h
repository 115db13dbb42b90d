/*
 * The schemas of values, each read and compiled once for all customers: values.schema.json of charts, and
 * releases/RELEASE/schemas/APP.schema.json.
 */
#ifndef VALUES_SCHEMA_H
#define VALUES_SCHEMA_H

#include "schema/schema.h"
#include "validate/validate.h"

struct values_schema {
    struct sl_doc doc;
    struct sl_node *root;     /* NULL: it cannot be read */
    struct sl_schema *schema; /* NULL: it makes no sense */
    struct sl_str problem;    /* why; empty where nothing is wrong */
};

/* *out is NULL where there is none. It lives as long as subject->shared. */
int values_schema_of_chart(const struct values_schema **out, const struct sl_validation_subject *subject,
                           const struct sl_chart *chart, struct sl_err *err) SL_MUST_USE;
/* *file is its path. */
int values_schema_of_release(const struct values_schema **out, struct sl_str *file,
                             const struct sl_validation_subject *subject, struct sl_str application,
                             struct sl_err *err) SL_MUST_USE;

#endif
