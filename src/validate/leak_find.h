/*
 * Which texts of a customer's overlay are another customer's: found once for all customers, by comparing all overlays.
 */
#ifndef LEAK_FIND_H
#define LEAK_FIND_H

#include "leak_text.h"

struct leak {
    const struct leak_text *at;
    struct sl_str token; /* what is the other one's */
    struct sl_str owner; /* that customer */
    bool clear;          /* it is the other one's; else it may be the other way round */
    struct leak *next;
};

struct leak_customer {
    struct sl_str name;
    struct leak_texts texts;
    struct leak *first, *last;
};

struct leaks {
    struct sl_arena arena; /* of everything */
    struct leak_customer *customers;
    size_t count;
};

/* Reads every overlay of the tree, and everything else that is in the releases and their base. */
int leaks_find(struct leaks *leaks, struct sl_tree *whole, struct sl_err *err) SL_MUST_USE;

#endif
