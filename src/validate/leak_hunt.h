/*
 * Looking for what is another customer's, in texts that were read.
 */
#ifndef LEAK_HUNT_H
#define LEAK_HUNT_H

#include "leak_find.h"

/* Appends what is found in one text, or in several, to `list`, whose leaks borrow the texts. `customer`: whose overlay it
 * is; NULL: others are given it. */
int leak_hunt_text(struct leaks *leaks, struct leak_list *list, const struct leak_text *at,
                   const size_t *customer, struct sl_err *err) SL_MUST_USE;
int leak_hunt_texts(struct leaks *leaks, struct leak_list *list, const struct leak_texts *texts,
                    const size_t *customer, struct sl_err *err) SL_MUST_USE;

#endif
