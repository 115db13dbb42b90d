/*
 * What is said once per kind.
 */
#ifndef TALLY_H
#define TALLY_H

#include "set.h"

enum tally_reason {
    TALLY_CHECKED,
    TALLY_RULES,         /* checked, but for its CEL rules */
    TALLY_BAD,           /* its schema cannot be used */
    TALLY_OTHER_VERSION, /* not known in this version, which has been reported */
    TALLY_UNKNOWN
};

struct tally_place {
    const struct sl_doc *doc;
    struct sl_mark mark;
    struct sl_str key; /* of the kind */
};

/* One more object. `kind` is NULL where none is known; it is not kept. */
int tally_add(struct sl_kubetally *tally, const struct tally_place *place, enum tally_reason reason,
              const struct kind *kind, struct sl_err *err) SL_MUST_USE;

#endif
