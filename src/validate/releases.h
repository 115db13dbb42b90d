/*
 * What the other releases of a repository say about themselves, for rules that compare: made once for all customers.
 * A release whose release.yaml is not there or cannot be read states nothing.
 */
#ifndef VALIDATE_RELEASES_H
#define VALIDATE_RELEASES_H

#include "validate/validate.h"

struct known_release {
    struct sl_str name;
    uint64_t sequence; /* 0: not stated */
};

struct known_releases {
    struct sl_doc doc;           /* owns the texts */
    struct known_release *items; /* ascending by version: v1.9 before v1.10 */
    struct sl_str *names;        /* the same names */
    size_t count;
};

/* Lives as long as `shared`. */
int known_releases(const struct known_releases **out, struct sl_validation_shared *shared,
                   struct sl_err *err) SL_MUST_USE;

/* The release of this name, with or without a leading v; NULL: there is none. */
const struct known_release *known_release_find(const struct known_releases *releases, struct sl_str name);

/* The one just before `name` by version; NULL: it is the first, or not there. */
const struct known_release *known_release_before(const struct known_releases *releases, struct sl_str name);

/* Whether two names are one release: a leading v before a digit does not count. */
bool is_same_release(struct sl_str a, struct sl_str b);

/* By the numbers and words of a version, left to right: digits by their value, and "1.0-rc1" before "1.0". */
int compare_versions(struct sl_str a, struct sl_str b);

#endif
