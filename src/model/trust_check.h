/*
 * What must hold in a trust.json beyond the types of its fields; the same for one that was read and for one
 * that is about to be written.
 */
#ifndef TRUST_CHECK_H
#define TRUST_CHECK_H

#include <sealift/trust_file.h>

/* SL_E_INPUT with the first rule of docs/formats/trust.md that is broken. */
int sl_trust_check(const struct sl_trust *trust, struct sl_err *err) SL_MUST_USE;

/* What a message calls a key: the first 16 digits of its name. Returns `out`. */
#define SL_TRUST_KEY_SHOWN 17
const char *sl_trust_key_shown(char out[SL_TRUST_KEY_SHOWN], const unsigned char sha256[32]);

#endif
