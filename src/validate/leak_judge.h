/*
 * Whose a string is that was found in something.
 */
#ifndef LEAK_JUDGE_H
#define LEAK_JUDGE_H

#include "leak_index.h"

enum leak_verdict {
    LEAK_NONE,    /* it may stand there */
    LEAK_PERHAPS, /* another customer has it too, and which of the two it belongs to is not to be seen */
    LEAK_CLEAR,   /* it is the other customer's */
};

struct leak_judge {
    const struct leak_index *index;
    const struct sl_str *names; /* of the customers */
    size_t count;
};

/* Of a string in the overlay of a customer. *owner is the other one. */
enum leak_verdict leak_judge_own(size_t *owner, const struct leak_judge *judge,
                                 const struct leak_match *match, size_t customer);

/* Of a string in what all are given: release, base, default overlay. It is a leak to everybody but *owner. */
enum leak_verdict leak_judge_shared(size_t *owner, const struct leak_judge *judge,
                                    const struct leak_match *match);

/* Of a string in what was made for a customer of all that: put together of pieces, since it stands in no file as it is.
 * `own`: the place it was made of is in the customer's overlay. */
enum leak_verdict leak_judge_made(size_t *owner, const struct leak_judge *judge,
                                  const struct leak_match *match, size_t customer, bool own);

#endif
