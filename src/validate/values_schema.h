/*
 * The schemas of values, each read and compiled once for all customers: values.schema.json of charts, and
 * releases/RELEASE/schemas/APP.schema.json.
 */
#ifndef VALUES_SCHEMA_H
#define VALUES_SCHEMA_H

#include "schema/schema.h"
#include "validate/validate.h"

/* A file that the release's schema is, or refers to. */
struct values_schema_file {
    struct values_schema_file *next;
    struct sl_str path; /* in the tree */
    const struct sl_node *root;
};

struct values_schema {
    struct sl_doc doc;
    struct sl_node *root;             /* NULL: it cannot be read */
    struct values_schema_file *files; /* NULL for a chart's: that refers to itself only */
    bool of_chart;
    struct sl_schema *schema; /* NULL: it makes no sense */
    struct sl_str problem;    /* why; empty where nothing is wrong */
};

/* *out is NULL where there is none. It lives as long as subject->shared. */
int values_schema_of_chart(const struct values_schema **out, const struct sl_validation_subject *subject,
                           const struct sl_chart *chart, struct sl_err *err) SL_MUST_USE;
/* What `reference`, a $ref in the file that has `root`, leads to; NULL: nobody knows. *in is the root of the file that
 * it is in. */
const struct sl_node *values_schema_follow(const struct sl_node **in, const struct values_schema *schema,
                                           const struct sl_node *root, struct sl_str reference);

/* Whether a subschema says that a key which is not among its properties may stand there: by additionalProperties that are
 * something other than false, or by a pattern. 1, 0, -1. */
int values_schema_permits(const struct values_schema *schema, const struct sl_node *subschema,
                          struct sl_str key, struct sl_err *err) SL_MUST_USE;

/* *file is its path. */
int values_schema_of_release(const struct values_schema **out, struct sl_str *file,
                             const struct sl_validation_subject *subject, struct sl_str application,
                             struct sl_err *err) SL_MUST_USE;

#endif
