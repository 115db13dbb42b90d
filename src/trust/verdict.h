/*
 * Writing a verdict down.
 */
#ifndef TRUST_VERDICT_H
#define TRUST_VERDICT_H

#include <sealift/verify.h>

/* Texts from outside must be escaped. */
void verdict_say(struct sl_verdict *verdict, enum sl_verdict_step step, enum sl_step_outcome outcome,
                 const char *format, ...) SL_PRINTF(4, 5);

/* That a bundle is not for this customer, and not for whom it is. Returns -1, with SL_E_REFUSED. */
int verdict_not_for(struct sl_str customer, struct sl_err *err);

/* The bundle that is installed, once more. */
bool verdict_is_installed(const struct sl_judged *in);

/* The step SL_STEP_REQUIRES. */
int verdict_requires(struct sl_verdict *verdict, const struct sl_judged *in, struct sl_err *err);

/* The step at which it ended, with the error's message: refused, or not reached where the work stopped for
 * another reason. Returns -1. */
int verdict_refuse(struct sl_verdict *verdict, enum sl_verdict_step step, const struct sl_err *err);

#endif
