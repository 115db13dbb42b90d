/*
 * The terms under which a site may take a bundle: what release.yaml asks of it, and the versions of trust.json
 * that travel along.
 */
#ifndef TERMS_H
#define TERMS_H

#include "model/release.h"
#include "plan/plan.h"
#include <sealift/release.h>
#include <sealift/trust.h>

struct terms {
    const struct sl_release_file *file;
    struct sl_str customer;
    const struct sl_pack_options
        *options; /* .trust: where the versions are (sl_trust_steps_load()); NULL: none */
};

/* SL_E_INPUT for versions that do not follow one from the other, are not signed enough, are for somebody else or are
 * dated later than options->now, and for another epoch in release.yaml. */
int terms_check(const struct terms *terms, struct sl_err *err) SL_MUST_USE;

/*
 * Checks the same, and what the newest version says of those who are about to sign; *out is told. SL_E_INPUT where a signature
 * would be by a key that is revoked for `sequence`, or where there are signers and none of them is a release key of it: no enrolled
 * site counts them. Fewer than its threshold are no mistake: others may sign after.
 */
int terms_check_signers(struct sl_pack_signers *out, const struct terms *terms, uint64_t sequence,
                        struct sl_err *err) SL_MUST_USE;

/*
 * Checks the same as terms_check(), fills expires, floor, epoch, upgrade_from and stops of `facts`, and adds all versions, or the newest
 * that fit, to the plan. *stops is what facts->stops points to: free() it after the plan is finished.
 */
int terms_add(struct sl_plan *plan, struct sl_manifest *facts, struct sl_manifest_stop **stops,
              const struct terms *terms, struct sl_err *err) SL_MUST_USE;

#endif
