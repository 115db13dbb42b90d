/*
 * What the checking of one trust.json shares with the checking of a bundle.
 */
#ifndef TRUST_CHAIN_H
#define TRUST_CHAIN_H

#include "crypto/minisig.h"
#include <sealift/trust.h>

/* One signature: sets the bit of the key of the role that made it, and leaves count as it is. SL_E_REFUSED as of
 * sl_trust_tally_signatures(). */
int trust_tally_one(struct sl_trust_tally *tally, const struct sl_trust *trust, enum sl_trust_role role,
                    const struct sl_signed_message *message, const struct sl_trust_signature *given,
                    struct sl_err *err) SL_MUST_USE;

/*
 * SL_E_REFUSED when fewer than the threshold of a role have signed: how many did, and which keys have not.
 * `what` is the object ("trust/3.json"), `version` of which trust.json the role is.
 */
int trust_require_threshold(const struct sl_trust *trust, enum sl_trust_role role,
                            const struct sl_trust_tally *tally, const char *what,
                            struct sl_err *err) SL_MUST_USE;

#endif
