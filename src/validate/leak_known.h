/*
 * What says of a string who it is about: a customer's name, its domain, what its cluster-config.yaml states.
 */
#ifndef LEAK_KNOWN_H
#define LEAK_KNOWN_H

#include "leak_judge.h"

/* Instead of a customer: nobody in particular. */
#define LEAK_NOBODY SIZE_MAX

enum leak_own {
    LEAK_OWN_NOT,
    LEAK_OWN_WEAK, /* it is in a domain that only this customer states something of */
    LEAK_OWN_SURE, /* their name is in it, or their domain, or one that they share with others */
};

/* Whether a string is the customer's own, whoever else has it. `known`: it is all of what the customer states there, which
 * is no evidence for itself: that may have been copied. */
enum leak_own leak_is_own(const struct leak_judge *judge, const struct leak_token *token, size_t customer,
                          enum leak_known known);

/* Whether it is what `owner` is known by, and `reader`, who may be LEAK_NOBODY, is not. */
enum leak_verdict leak_judge_known(const struct leak_judge *judge, const struct leak_token *token,
                                   size_t owner, size_t reader);

/* The same of a domain that several customers share, as the sites of one company do. `users`: how many overlays of others
 * have it when it is none of the reader's business: it may be what everybody uses. */
enum leak_verdict leak_judge_family(size_t *owner, const struct leak_token *token, size_t reader,
                                    size_t users);

/* Whether the token is the name of that customer, and no common word. */
bool leak_is_name_of(const struct leak_token *token, size_t customer);

/* Whether the name of `customer` has the token in it: acme is in acme-north. */
bool leak_has_name(const struct leak_judge *judge, const struct leak_token *token, size_t customer);

/* A host in a domain that the release names elsewhere too: the vendor's. */
bool leak_is_in_shared_domain(const struct leak_judge *judge, const struct leak_token *token);

/* Sites of one company, as far as can be seen: their names begin alike, and their domains have one in common. */
bool leak_are_sites_of_one(const struct leak_judge *judge, size_t a, size_t b);

/* A host, and the customer's domain is another one: it may be anybody's. */
bool leak_is_outside(const struct leak_judge *judge, const struct leak_token *token, size_t customer);

/* What the customer does with a token; NULL: nothing, or too many do. */
const struct leak_use *leak_use_of(const struct leak_token *token, size_t customer);

#endif
