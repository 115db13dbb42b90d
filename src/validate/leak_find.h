/*
 * What is another customer's, and where: found once for all customers, by comparing all overlays with each other and
 * with what all are given.
 */
#ifndef LEAK_FIND_H
#define LEAK_FIND_H

#include "carried_hits.h"
#include "leak_judge.h"
#include "validate/validate.h"

struct leak {
    const struct leak_text *at;
    const struct leak_token *token; /* what is the other one's */
    size_t owner;                   /* that customer */
    enum leak_verdict verdict;
    struct leak *next;
};

struct leak_list {
    struct leak *first, *last;
};

struct leak_customer {
    struct leak_texts texts;
    struct leak_list leaks; /* in the overlay */
};

struct leaks {
    struct sl_arena arena; /* of everything */
    struct sl_str *names;  /* of the customers, ascending */
    struct leak_customer *customers;
    size_t count;
    struct leak_index index;
    struct leak_judge judge;
    struct leak_texts given; /* what all are given of the release, its base and the default overlay */
    struct leak_texts
        lent; /* what overlays or the release take from elsewhere in the repository: components */
    struct carried_hits carried;    /* of the release's deliveries, of files that were read */
    struct leak_list shared, taken; /* in given, and in lent; leaks to everybody but their owner */
};

/* `subject` is one of the release's deliveries: what it carries is the same in all of them. Free with leaks_release(),
 * also after a failure. */
int leaks_find(struct leaks *leaks, struct sl_tree *whole, const struct sl_validation_subject *subject,
               struct sl_err *err) SL_MUST_USE;
void leaks_release(struct leaks *leaks);

/* Those of the subject's release, found at the first call. */
int leaks_of(const struct leaks **out, const struct sl_validation_subject *subject,
             struct sl_err *err) SL_MUST_USE;

/* The clearest of the leaks of one text, and of those the longest. A second one is of another owner. */
enum { LEAKS_OF_TEXT = 2 };
struct leak_best {
    struct leak items[LEAKS_OF_TEXT];
};
void leak_best_take(struct leak_best *best, const struct leak *leak);

#endif
