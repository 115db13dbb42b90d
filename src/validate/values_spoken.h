/*
 * Templates that stand in the values themselves, for charts that run them with tpl: what they read is read. They are followed
 * as those of the charts are, with the root of the chart whose values they stand in, and of those that it lies in.
 */
#ifndef VALUES_SPOKEN_H
#define VALUES_SPOKEN_H

#include "validate/validate.h"
#include "values_read.h"

struct values_spoken;

/* NULL: there are none. Borrows everything. */
int values_spoken_new(struct values_spoken **out, const struct sl_validation_subject *subject,
                      const struct sl_values *values, struct sl_err *err) SL_MUST_USE;
void values_spoken_free(struct values_spoken *spoken); /* NULL is fine */

/* What they read of the values of a chart, or where the release does not carry it (NULL) of all; NULL: nothing. */
const struct values_read *values_spoken_of(const struct values_spoken *spoken, const struct sl_chart *chart);

#endif
