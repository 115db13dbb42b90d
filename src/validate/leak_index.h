/*
 * The strings of all customers, and where each is: found again in any text in one pass over it, however many customers
 * there are.
 *
 * Texts are compared without their capitals, and "_" and a space count as "-": HARBOUR_NORD is harbour-nord. A string is found
 * between characters that are neither letter nor digit.
 *
 * Order of calls: leak_index_init(); leak_index_collect() for every text of every overlay and leak_index_name() for every
 * customer: then files can be held against `sieve` and texts read that have tokens in them. leak_index_share() for every text
 * that all are given or may take; from then on it is only read, by any
 * number of threads: leak_index_search(), and what leak_judge.h says. leak_index_release().
 */
#ifndef LEAK_INDEX_H
#define LEAK_INDEX_H

#include "leak_sieve.h"
#include "leak_text.h"
#include "leak_token.h"

#include <sealift/buf.h>

enum {
    LEAK_OWNERS = 2,         /* customers whose use of a token is known in full */
    LEAK_OWNERS_COUNTED = 6, /* others are counted, up to so many */
    LEAK_PLACES = 4,         /* of one use */
    LEAK_SHARED = 3,         /* so many places in what all are given, and more, are one */
    LEAK_FAMILY = 8,         /* customers that may have one domain between them */
    LEAK_PARTS_MAX = 16,     /* of a token: letters and digits with others between them */
};

/* What one customer does with a token. */
struct leak_use {
    size_t customer;
    enum leak_known known; /* the most that it says about them */
    uint64_t known_place;  /* where that is, if so */
    bool whole;            /* somewhere nothing else stands there */
    const struct leak_text *first;
    size_t times;
    uint64_t places[LEAK_PLACES];
    struct sl_str ways[LEAK_PLACES]; /* the pointers there */
};

/* The customers that state something in cluster-config.yaml. */
struct leak_family {
    size_t count; /* also of those that `customers` has no room for */
    size_t customers[LEAK_FAMILY];
    size_t last;
};

struct leak_token {
    struct sl_str text; /* as it stands first */
    struct sl_str key;  /* as it is compared */
    enum leak_weight weight;
    bool name; /* of the customer uses[0] */
    struct leak_use uses[LEAK_OWNERS];
    size_t owners;                /* how many customers have it */
    size_t last;                  /* the customer that was counted last, plus one */
    const struct leak_text *seen; /* the text it was last noted in: once is enough */
    struct leak_family *family;   /* NULL: nobody states it */
    size_t domains;               /* those whose domain it is */
    size_t domain;                /* the first of them */
    size_t realms;                /* those whose domain it is, or is below it */
    size_t shared;                /* places where all are given it, up to LEAK_SHARED */
    uint64_t shared_places[LEAK_SHARED];
    bool lent;     /* it stands in what overlays may take from elsewhere in the repository: a component */
    bool restated; /* its customer has it where others are given it: they say again what is so anyway */
};

/* Where overlays have something. */
struct leak_spot {
    uint64_t place;
    size_t last;
    size_t customers; /* how many of them do */
    size_t distinct;  /* texts that they have there */
};

struct leak_index {
    struct sl_arena *arena;
    struct sl_map tokens;    /* by their keys */
    struct sl_map starts;    /* the first part of tokens, to how many parts the longest of them has */
    struct leak_sieve sieve; /* of all tokens */
    struct sl_map places, texts;
    struct sl_map stated; /* places of cluster-config.yaml where a customer has something of its own */
    uint64_t domain_place;
    struct sl_buf folded;
};

void leak_index_init(struct leak_index *index, struct sl_arena *arena);
void leak_index_release(struct leak_index *index);

/* Takes the strings of a text that a customer's overlay has. */
int leak_index_collect(struct leak_index *index, size_t customer, const struct leak_text *text,
                       struct sl_err *err) SL_MUST_USE;

/* Takes the name of a customer. Whatever others do with it, it is theirs. */
int leak_index_name(struct leak_index *index, size_t customer, struct sl_str name,
                    struct sl_err *err) SL_MUST_USE;

/* Notes which strings are in a text that all are given; `lent`: that any overlay may take, and not all do. */
int leak_index_share(struct leak_index *index, const struct leak_text *text, bool lent,
                     struct sl_err *err) SL_MUST_USE;

/* NULL where no overlay has anything there. */
const struct leak_spot *leak_index_spot(const struct leak_index *index, uint64_t place);

/* The token that is a string of just that key; NULL: there is none. */
struct leak_token *leak_index_token(const struct leak_index *index, struct sl_str key);

/* A token in a text. */
struct leak_match {
    struct leak_token *token;
    bool alone;  /* it is a word of its own, no part of one with dashes */
    bool spaced; /* words stand there where the token has dashes */
    enum leak_known
        known; /* what the text, which is nothing else, says; set by those who look into an overlay */
};

typedef int leak_take(void *context, const struct leak_match *match, struct sl_err *err);

/* Calls `take` for every token in the text, until it returns -1. `folded` is the caller's, and each thread has its own. */
int leak_index_search(const struct leak_index *index, struct sl_buf *folded, struct sl_str text,
                      leak_take *take, void *context, struct sl_err *err) SL_MUST_USE;

/* The same in a token, which is found itself as well. */
int leak_index_search_inside(const struct leak_index *index, const struct leak_token *token, leak_take *take,
                             void *context, struct sl_err *err) SL_MUST_USE;

#endif
