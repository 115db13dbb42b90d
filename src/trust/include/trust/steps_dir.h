/*
 * The versions of trust.json in a directory that is open already.
 */
#ifndef TRUST_STEPS_DIR_H
#define TRUST_STEPS_DIR_H

#include <sealift/trust.h>

/* As sl_trust_steps_load() of a directory; `dir` stays the caller's, `name` is for messages. */
int sl_trust_steps_load_dir(struct sl_trust_steps **out, int dir, const char *name,
                            struct sl_err *err) SL_MUST_USE;

#endif
