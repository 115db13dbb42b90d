/*
 * The steps that come before the manifest is read: the versions of trust.json that a bundle carries, and the
 * signatures over the raw bytes of the manifest.
 */
#ifndef TRUST_GATE_H
#define TRUST_GATE_H

#include "judge.h"

/*
 * Brings the policy's trust.json up to the newest version that the bundle carries, and gives the new ones to
 * the policy's store. *out is a copy that the
 * caller frees, also after a failure; NULL with plain keys. Writes SL_STEP_TRUST into the verdict, but for a
 * failure, which is the caller's to write:
 * where that step is skipped all the same, it is SL_STEP_AUDIENCE that fails, because of another customer's line.
 */
int trust_gate_steps(struct sl_trust **out, struct sl_verdict *verdict, const struct sl_bundle_reader *reader,
                     const struct sl_policy *policy, struct sl_err *err) SL_MUST_USE;

/*
 * Judges every signature over the manifest with the keys of role release, or the policy's plain ones, and asks
 * for the threshold, or for one. judgement->signed_by is about `trust`. Writes SL_STEP_SIGNATURES likewise.
 */
int trust_gate_signatures(struct trust_judgement *judgement, struct sl_verdict *verdict,
                          const struct sl_bundle_reader *reader, const struct sl_policy *policy,
                          const struct sl_trust *trust, struct sl_err *err) SL_MUST_USE;

#endif
