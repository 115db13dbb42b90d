/*
 * What the signatures of a bundle are worth.
 */
#ifndef TRUST_JUDGE_H
#define TRUST_JUDGE_H

#include "base/limits.h"
#include "bundle/reader.h"
#include <sealift/verify.h>

struct trust_judgement {
    struct sl_signer signers[SL_SIGNATURES_MAX + SL_DETACHED_MAX]; /* in the order of the bundle; detached */
    struct sl_str texts[SL_SIGNATURES_MAX + SL_DETACHED_MAX];      /* of their files */
    size_t count;
    struct sl_public_key proved[SL_SIGNATURES_MAX + SL_DETACHED_MAX]; /* distinct given keys that signed */
    size_t trusted;     /* how many those are: what a threshold is compared with */
    uint32_t signed_by; /* the same as a mask of the keys of trust.json, where there is one */
};

/* SL_E_USAGE for a policy without keys or with too many. */
int trust_policy_check(const struct sl_policy *policy, struct sl_err *err) SL_MUST_USE;

/*
 * Reads every signature and, with a policy, also the detached ones, and proves those that name a given key.
 * Refuses what is malformed, what carries another key's id than its name in the bundle says, and what names a
 * given key without being its signature.
 * Without a policy (NULL) nothing is proved and nobody trusted. That there is a trusted signature at all is
 * not asked here: trust_require().
 */
int trust_judge(struct trust_judgement *out, const struct sl_bundle_reader *reader,
                const struct sl_policy *policy, struct sl_err *err) SL_MUST_USE;

/* SL_E_REFUSED, and who did sign, when no given key did; with `trust` the keys of the policy are those that it lists for releases. */
int trust_require(const struct trust_judgement *judgement, const struct sl_policy *policy,
                  const struct sl_trust *trust, struct sl_err *err) SL_MUST_USE;

#endif
