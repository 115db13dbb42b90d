/*
 * A text that is made anew whenever it is wanted, and never held as a whole: once to be measured and hashed, and once more
 * to be written.
 */
#ifndef BASE_MAKER_H
#define BASE_MAKER_H

#include <sealift/buf.h>

struct sl_maker {
    /* Appends the text, which is the same each time. What it is called in messages is its own business. */
    int (*write)(const void *context, struct sl_buf *out, struct sl_err *err);
    const void *context; /* must outlive who has the maker */
};

/* Has the text made and handed on to the drain, at most `max` bytes; `what` is for the message where it is more. */
int sl_maker_run(const struct sl_maker *maker, size_t max, struct sl_drain *drain, const char *what,
                 struct sl_err *err) SL_MUST_USE;

#endif
