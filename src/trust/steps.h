/*
 * Collecting steps from named texts.
 *
 * Order of calls: trust_steps_new(); trust_steps_add() in byte order of the names, so that each document comes
 * right before its signatures; trust_steps_sort(); sl_trust_steps_free().
 */
#ifndef TRUST_STEPS_H
#define TRUST_STEPS_H

#include "bundle/reader.h"
#include "model/trust_name.h"
#include <sealift/trust.h>

/* For at most `max`. */
int trust_steps_new(struct sl_trust_steps **out, size_t max, struct sl_err *err) SL_MUST_USE;

/* Copies. 1 when it was added, 0 for a signature without its document; SL_E_REFUSED beyond a limit. */
int trust_steps_add(struct sl_trust_steps *steps, const struct sl_trust_name *name, struct sl_str text,
                    struct sl_err *err) SL_MUST_USE;

/* Ascending by version. */
void trust_steps_sort(struct sl_trust_steps *steps);

/* Those that a bundle carries. SL_E_REFUSED for a signature without its document. */
int trust_steps_of_bundle(struct sl_trust_steps **out, const struct sl_bundle_reader *reader,
                          struct sl_err *err) SL_MUST_USE;

#endif
