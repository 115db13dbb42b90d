/*
 * Strings of another customer in what is made for this one: objects and values as they are packed, put together of a
 * prefix and a name, of variables, of texts in base64.
 */
#ifndef LEAK_MADE_H
#define LEAK_MADE_H

#include "leak_find.h"

/* Takes a leak that is in no file as it is. `doc` has the marks; `node` is where it is, `pointer` leads there. */
struct leak_made {
    const struct sl_doc *doc;
    struct sl_mark mark;
    struct sl_str kind, name; /* of the object; empty in values */
    struct sl_str pointer;
    struct leak leak;
};
typedef int leak_take_made(void *context, const struct leak_made *made, struct sl_err *err);

int leaks_in_made(const struct leaks *leaks, const struct sl_validation_subject *subject, size_t customer,
                  leak_take_made *take, void *context, struct sl_err *err) SL_MUST_USE;

#endif
