/*
 * The regular expressions of Go's regexp package (RE2's syntax), read as Go reads them and written again for PCRE2.
 *
 * What Go refuses is refused, and what comes out means the same to PCRE2 as the pattern does to Go: whether a text has a
 * match. Nothing of the output is left to options of PCRE2 but PCRE2_UTF. Not the same: how often groups may be nested
 * (SL_REGEX_GROUPS_MAX, Go 1,000 of every kind) and how large counted repetitions may become; `(?i)\p{Lu}` and its like,
 * which also match letters that have no other case; letters that Unicode 15 added are unknown to older PCRE2.
 */
#ifndef GO_REGEX_H
#define GO_REGEX_H

#include <sealift/buf.h>

/* Why Go does not take a pattern, and the byte of the pattern where that shows. */
struct kz_regex_problem {
    const char *why;
    size_t at;
};

/* Appends `pattern` as PCRE2 wants it. False: Go does not take it, *problem says why. Whether all of it is in `out` is for
 * sl_buf_check() to say. */
bool kz_go_regex(struct sl_buf *out, struct sl_str pattern, struct kz_regex_problem *problem);

#endif
