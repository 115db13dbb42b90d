/*
 * Entries of one map that all have the same keys, as workers, listeners and tenants do: what the others have is what a new
 * one was to have.
 */
#ifndef VALUES_SIBLINGS_H
#define VALUES_SIBLINGS_H

#include "manifest_place.h"
#include "values_known.h"

/* Adds the keys that all other entries of `map` have, where those are alike, to what is known of the entry `key`, of which
 * nothing is known by its name. `known` is of the map. 1: added; 0: there is nothing to add; -1. */
int values_siblings(struct known *out, struct knowing *knowing, const struct known *known,
                    const struct place *map, struct sl_str key, struct sl_err *err) SL_MUST_USE;

#endif
