/*
 * What a chart and those inside it know of the values they are given.
 */
#ifndef VALUES_CHARTS_H
#define VALUES_CHARTS_H

#include "values_known.h"

/* The names by which a chart inside `chart` goes there, one after the other: its own, or those that the dependencies say.
 * *dependency is the one that says it, or NULL. False: there are no more. */
bool values_chart_name(struct sl_str *name, const struct sl_chart_dependency **dependency,
                       const struct sl_chart *chart, const struct sl_chart *inside, size_t index);

/* Whether a chart inside `chart` goes by this name there. */
bool values_chart_goes_by(const struct sl_chart *chart, const struct sl_chart *inside, struct sl_str name);

/* Adds its default, its schema, what it reads and what it imports; `inside`: it lies in another one. */
int known_add_chart(struct known *known, struct knowing *knowing, const struct sl_chart *chart, bool inside,
                    struct sl_err *err) SL_MUST_USE;

/* Adds what charts inside know of a key of `from`, whose chart's values begin at this place. */
int known_add_inside(struct known *out, struct knowing *knowing, const struct known_source *from,
                     struct sl_str key, struct sl_err *err) SL_MUST_USE;

/* Whether Helm itself takes a key of that name there: a chart inside, global, tags, enabled. */
bool known_is_helms(const struct known_source *from, struct sl_str key);

#endif
