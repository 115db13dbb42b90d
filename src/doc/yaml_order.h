/*
 * The order of keys in kubectl's output (go-yaml v2): "natural", so that a2 comes before a10.
 */
#ifndef DOC_YAML_ORDER_H
#define DOC_YAML_ORDER_H

#include "doc/node.h"

/*
 * Does key `a` come before key `b`? Decided at the first character that differs: letters by code point; what
 * is no letter before what is; runs of digits by their value; then by code point. This is not transitive for
 * every three keys, so an order made with it depends on where one began.
 */
bool sl_yaml_key_less(struct sl_str a, struct sl_str b);

/* Sorts `count` entries; equal input gives equal output, also where the order is not transitive. `spare` has
 * room for `count` more. */
void sl_yaml_sort(const struct sl_entry **entries, const struct sl_entry **spare, size_t count);

#endif
