/*
 * What customers state of themselves in cluster-config.yaml: noted while the index is made, asked afterwards.
 */
#ifndef LEAK_STATED_H
#define LEAK_STATED_H

#include "leak_index.h"

/* Whether a token is all that a text says; a port behind a host changes nothing. */
bool leak_is_all_of(struct sl_str text, struct sl_str token);

/* Notes that the customer states the token; customers come one after the other, each text once. */
int leak_note_statement(struct leak_index *index, struct leak_token *token, size_t customer,
                        const struct leak_text *at, struct sl_err *err) SL_MUST_USE;

/* Notes that the customer states something there. */
int leak_note_place(struct leak_index *index, size_t customer, const struct leak_text *at,
                    struct sl_err *err) SL_MUST_USE;

/* Whether it does. */
bool leak_index_states(const struct leak_index *index, size_t customer, uint64_t place);

/* The domain that the customer states; empty: none. */
struct sl_str leak_domain_of(const struct leak_index *index, size_t customer);

/* Whether a customer is one of those that state the token; of more than LEAK_FAMILY everybody is. */
bool leak_is_stated_by(const struct leak_token *token, size_t customer);

#endif
