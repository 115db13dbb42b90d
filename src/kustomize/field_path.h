/*
 * Fields of a resource by a dotted path, as replacements and vars write them: names, indexes, [key=value].
 */
#ifndef FIELD_PATH_H
#define FIELD_PATH_H

#include "config.h"

/* The one field that the parts lead to, or NULL. "-" is the last item of a list; in [key=value] the value is
 * the whole text. */
int kz_field_get(struct sl_build *build, struct sl_node *root, const struct sl_str *parts, size_t count,
                 struct sl_node **out, struct sl_err *err) SL_MUST_USE;

struct kz_nodes {
    struct sl_node **items;
    size_t count, capacity;
};

/* All fields that the parts lead to: "*" is every item, and in [key=value] the value is a regular expression
 * that may match anywhere. `create`: what is missing is made, the last field as `kind`. */
struct kz_field_query {
    const struct sl_str *parts;
    size_t count;
    bool create;
    enum sl_kind kind;
    struct sl_mark mark; /* of the path, for messages */
};
int kz_field_find(struct sl_build *build, struct sl_node *root, const struct kz_field_query *query,
                  struct kz_nodes *out, struct sl_err *err) SL_MUST_USE;

#endif
