/*
 * Templates that stand in the values themselves, for charts that run them with tpl: what they name is read.
 */
#ifndef VALUES_SPOKEN_H
#define VALUES_SPOKEN_H

#include "base/map.h"
#include <sealift/err.h>

struct sl_values;

/* Words between the braces of all values; zeroed before the first question. */
struct values_spoken {
    struct sl_map words;
    bool gathered;
};

void values_spoken_release(struct values_spoken *spoken);

/* Whether a value of the application, the chart's or a layer's, names the key in a template. 1, 0, -1. */
int values_spoken_has(struct values_spoken *spoken, const struct sl_values *values, struct sl_str key,
                      struct sl_err *err) SL_MUST_USE;

#endif
