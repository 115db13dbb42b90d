/*
 * When two JSON values are the same: 1 and 1.0 are, maps whatever the order of their members.
 *
 * Every function takes the steps of work it does from `budget` and fails with SL_E_LIMIT when that is used
 * up; what is nested deeper than SL_DOC_DEPTH_MAX is never the same.
 */
#ifndef VALUE_H
#define VALUE_H

#include "doc/node.h"

/* Takes `steps`; -1 with SL_E_LIMIT when there are not as many left. */
int budget_take(uint64_t *budget, uint64_t steps, struct sl_err *err) SL_MUST_USE;

/* 1, 0, or -1. */
int value_equal(const struct sl_node *a, const struct sl_node *b, uint64_t *budget,
                struct sl_err *err) SL_MUST_USE;

/* 1: no two items of the list are the same; 0: those with the indexes in `pair` are; -1. */
int value_items_unique(const struct sl_node *list, uint32_t pair[2], uint64_t *budget,
                       struct sl_err *err) SL_MUST_USE;

#endif
