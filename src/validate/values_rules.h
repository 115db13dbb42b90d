/*
 * The rules on values, one application at a time.
 */
#ifndef VALUES_RULES_H
#define VALUES_RULES_H

#include "values_known.h"
#include "values_spoken.h"

/* One application's values for one customer. */
struct values_run {
    struct knowing knowing;
    const struct sl_values *values;
    bool files_done;      /* another object of the application has the same files: they have been looked at */
    struct known release; /* what charts and schemas know of the root */
    struct values_keys *keys;     /* for hints, once one is needed; values_hint.h */
    struct values_spoken *spoken; /* templates among the values, once a key is unknown */
    struct sl_buf pointer, name;  /* of the finding that is made */
    bool lost;                    /* there was no memory for one of these */
};

/* Whether the layer is to be looked at here: it is somebody's own, and not done already. */
bool values_is_checked(const struct values_run *run, const struct sl_values_layer *layer);

/* values_unknown.c: values/unknown-key */
int values_check_keys(struct values_run *run, struct sl_err *err) SL_MUST_USE;

/* values_conform.c: values/schema, values/bad-schema */
int values_check_schemas(struct values_run *run, struct sl_err *err) SL_MUST_USE;

/* values_change.c: values/type-change, values/list-replaced, values/no-effect */
int values_check_changes(struct values_run *run, struct sl_err *err) SL_MUST_USE;

#endif
