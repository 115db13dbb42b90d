#include "trust/standing.h"

#include "base/cleanup.h"
#include "chain.h"

/* The keys of role release that signed, as far as they did. */
static uint32_t signers_of(const struct sl_trust *trust, const struct sl_signed_message *manifest,
                           const struct sl_signed_bundle *bundle)
{
    struct sl_trust_tally all = {.signed_by = 0};
    for (size_t i = 0; i < bundle->signature_count; i++) {
        /* One by one: what is wrong with one of them is no reason against the others. */
        struct sl_trust_tally one = all;
        struct sl_err ignored = {0};
        if (trust_tally_one(&one, trust, SL_ROLE_RELEASE, manifest, &bundle->signatures[i], &ignored) == 0)
            all = one;
    }
    return all.signed_by;
}

static enum sl_standing standing_by(const struct sl_trust *trust, const struct sl_trust *now,
                                    const struct sl_signed_message *manifest,
                                    const struct sl_signed_bundle *bundle)
{
    uint32_t signed_by = signers_of(trust, manifest, bundle);
    unsigned threshold = trust->thresholds[SL_ROLE_RELEASE];
    unsigned signers = 0;
    unsigned valid = 0;
    for (size_t i = 0; i < trust->key_count; i++) {
        unsigned signer = signed_by >> i & 1U;
        signers += signer;
        valid += signer && sl_trust_key_counts(now, trust->keys[i].sha256, bundle->epoch, bundle->sequence);
    }
    if (threshold == 0 || signers < threshold)
        return SL_STANDING_NONE;
    return valid < threshold ? SL_STANDING_REVOKED : SL_STANDING_GOOD;
}

int sl_trust_standing(enum sl_standing *out, const struct sl_trust *now, const struct sl_trust_steps *steps,
                      const struct sl_signed_bundle *bundle, struct sl_err *err)
{
    /* There may be thousands of versions, and the manifest may have 11 MiB. */
    struct sl_signed_message manifest;
    sl_signed_message_of(&manifest, bundle->manifest_json);
    *out = SL_STANDING_NONE;
    for (size_t i = sl_trust_steps_count(steps); i > 0 && *out != SL_STANDING_GOOD; i--) {
        SL_CLEANUP(sl_trust_freep) struct sl_trust *trust = NULL;
        if (sl_trust_read(&trust, sl_trust_steps_at(steps, i - 1)->json, "trust.json", err) < 0)
            return -1;
        enum sl_standing standing = standing_by(trust, now, &manifest, bundle);
        if (standing > *out)
            *out = standing;
    }
    return 0;
}
