/*
 * Folding of names without an allocation, for comparing many of them.
 */
#ifndef FOLD_H
#define FOLD_H

#include "base/limits.h"
#include <sealift/str.h>
#include <stdint.h>

/* A name of SL_PATH_MAX bytes becomes at most this many characters when it is case folded and decomposed: of
 * one byte comes one character, and of two or more come four at the most (U+1F82, three bytes, becomes four;
 * U+0390, two bytes, three). */
#define SL_FOLD_CHARACTERS ((ptrdiff_t)2 * SL_PATH_MAX)

struct sl_fold {
    int32_t characters[SL_FOLD_CHARACTERS + 1]; /* UTF-32 while folding, UTF-8 at the end */
};

/* What sl_member_name_fold() gives, in `room`; .ptr NULL for what sl_member_name_check() refuses. */
struct sl_str sl_fold_into(struct sl_fold *room, struct sl_str name);

#endif
