/*
 * Texts that are made anew whenever they are wanted, held after all: for tests that look at them.
 */
#ifndef MADE_TEXT_H
#define MADE_TEXT_H

#include "base/maker.h"
#include <stdlib.h>

static inline int made_text_copy(const void *context, struct sl_buf *out, struct sl_err *err)
{
    (void)err;
    sl_buf_str(out, *(const struct sl_str *)context);
    return 0;
}

/* One that makes this text, which must outlive it. */
static inline struct sl_maker text_maker(const struct sl_str *text)
{
    return (struct sl_maker){made_text_copy, text};
}

/* What is made, all of it; the caller releases it. */
static inline struct sl_buf made_text(const struct sl_maker *maker)
{
    struct sl_buf out;
    struct sl_err err = {0};
    sl_buf_init(&out, SIZE_MAX / 2);
    if (maker->write(maker->context, &out, &err) < 0 || sl_buf_check(&out, "a text", &err) < 0)
        abort();
    return out;
}

#endif
