/*
 * What the signatures of a bundle that was taken once are worth today.
 */
#ifndef TRUST_STANDING_H
#define TRUST_STANDING_H

#include <sealift/trust.h>

/* What was signed, with what is claimed to be signatures over it: those that are malformed, or not what they say, count for
 * nothing. */
struct sl_signed_bundle {
    struct sl_str manifest_json;
    const struct sl_trust_signature *signatures;
    size_t signature_count;
    uint64_t epoch, sequence; /* that the manifest says */
};

enum sl_standing {
    SL_STANDING_NONE,    /* never was it signed as a version asked for */
    SL_STANDING_REVOKED, /* it was, and not enough of the keys count for it any more */
    SL_STANDING_GOOD,
};

/*
 * By the line of versions that `steps` is, ascending and proved, of which `now` is the newest. A key that left its role without
 * being revoked was good when it signed, so every version is asked, the newest first; what is revoked is what `now` says.
 * SL_E_NO_MEMORY, or SL_E_REFUSED for a step that is no document.
 */
int sl_trust_standing(enum sl_standing *out, const struct sl_trust *now, const struct sl_trust_steps *steps,
                      const struct sl_signed_bundle *bundle, struct sl_err *err) SL_MUST_USE;

#endif
