/*
 * Patterns as ECMA-262 writes them, run by PCRE2.
 *
 * The dialects differ in few places, which regex_rewrite.c closes: \s and \S, long names of Unicode
 * properties, a hyphen behind a class within brackets. PCRE2's options do the rest: "$" only at the very end,
 * \uXXXX and \cX, [] and [^], references to groups that did not match; \d and \w are ASCII.
 *
 * A compiled pattern is never changed. What changes while matching is in a matcher, one for each run.
 */
#ifndef REGEX_H
#define REGEX_H

#include "base/arena.h"
#include <sealift/buf.h>
#include <stdint.h>

struct regex;

struct regex_matcher {
    void *match;   /* pcre2_match_data */
    void *context; /* pcre2_match_context */
};

/* Appends the pattern in PCRE2's words. */
void regex_rewrite(struct sl_buf *out, struct sl_str pattern);

/* 1: *out is the pattern, to be freed; 0: it is none, and `why` says why; -1: no memory. */
int regex_compile(struct regex **out, struct sl_str pattern, char why[128], struct sl_err *err) SL_MUST_USE;
void regex_free(struct regex *regex);

/* Does it match anywhere in `text`? 1, 0, or -1: SL_E_LIMIT, where one match or all of them took too much
 * work, which is taken from `budget`. */
int regex_match(const struct regex *regex, struct regex_matcher *matcher, struct sl_str text,
                uint64_t *budget, struct sl_err *err) SL_MUST_USE;
void regex_matcher_release(struct regex_matcher *matcher);

#endif
