/*
 * The name that somebody meant, among all that there are: nearly linear in both, however many are asked about.
 *
 * A name one letter away is always found. For one further away all others have to be looked at, which has a budget that
 * grows with the names and with the questions.
 */
#ifndef NEAR_H
#define NEAR_H

#include <sealift/err.h>
#include <sealift/str.h>
#include <stdbool.h>

struct near_names;

/* Borrows the texts, not the array; *out is to be freed. */
int near_names_new(struct near_names **out, const struct sl_str *names, size_t count,
                   struct sl_err *err) SL_MUST_USE;
void near_names_free(struct near_names *names); /* NULL is fine */
void near_names_freep(struct near_names **names);

/* Is told each name at most `limit` letters away from `wrong`, and not equal to it; `index` is its place in the array, and
 * they come in no order. */
typedef void near_visit(void *context, size_t index, struct sl_str name, unsigned distance);
void near_names_each(struct near_names *names, struct sl_str wrong, unsigned limit, near_visit *visit,
                     void *context);

/* Whether a question was answered with the names one letter away only. */
bool near_names_is_spent(const struct near_names *names);

#endif
