/*
 * All keys that are known of an application's values, with the ways to them: for a key that stands in the wrong map.
 */
#ifndef VALUES_KEYS_H
#define VALUES_KEYS_H

#include "values_known.h"

enum { VALUES_WAY_MAX = 32 };

/* A way down from the root. */
struct values_way {
    struct sl_str keys[VALUES_WAY_MAX];
    size_t length;
};

struct values_keys;

/* Of the first SL_VALIDATE_KEYS_MAX keys; borrows everything. To be freed before the trees. */
int values_keys_new(struct values_keys **out, const struct known *everything, struct sl_err *err) SL_MUST_USE;
void values_keys_free(struct values_keys *keys); /* NULL is fine */

/* How many sources it was made of: one more, and it is out of date. */
size_t values_keys_sources(const struct values_keys *keys);

/* The way to that key, or where there is none and `limit` is 1 to one that is one letter away: that which is the fewest
 * steps away from the map at `from`. *distance is how many letters differ. */
bool values_keys_find(struct values_keys *keys, struct sl_str key, unsigned limit,
                      const struct values_way *from, struct values_way *found, unsigned *distance);

#endif
