/*
 * How explanations show a value.
 */
#ifndef VALUES_LINE_H
#define VALUES_LINE_H

#include "doc/node.h"

/* JSON in one line, in the memory of `arena`. */
int sl_values_line(struct sl_str *out, struct sl_arena *arena, const struct sl_node *node,
                   struct sl_err *err) SL_MUST_USE;

#endif
