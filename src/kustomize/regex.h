/*
 * Regular expressions of selectors, as Go's regexp (RE2) understands them: go_regex.c reads them as Go does, PCRE2 runs
 * what it makes of them, with limits on its work. See docs/adr/0009.
 */
#ifndef REGEX_H
#define REGEX_H

#include "engine.h"

struct kz_regex;

enum kz_anchor {
    KZ_WHOLE, /* the whole text must match */
    KZ_IMAGE, /* the name of an image: behind it may come a tag and a digest, and nothing else */
    KZ_ANYWHERE,
};

/* What kustomize puts behind the name of an image. */
#define KZ_IMAGE_END "(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$"

/* The compiled pattern, which lives as long as the build; the same pattern is compiled once. */
int kz_regex_get(struct sl_build *build, const struct kz_regex **out, const struct kz_text *pattern,
                 enum kz_anchor anchor, struct sl_err *err) SL_MUST_USE;

/* 1, 0, or -1 when the match took too much work. */
int kz_regex_match(struct sl_build *build, const struct kz_regex *regex, struct sl_str text,
                   struct sl_err *err) SL_MUST_USE;

/* Whether the pattern can only match one text, which it then is itself. */
bool kz_regex_is_literal(struct sl_str pattern);

void kz_regex_release_all(struct sl_build *build);

#endif
