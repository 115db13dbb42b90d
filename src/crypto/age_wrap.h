/*
 * The stanzas that sealift knows: how a file key is wrapped for a recipient or by a passphrase.
 */
#ifndef AGE_WRAP_H
#define AGE_WRAP_H

#include "age_stanza.h"
#include "crypto/age.h"

/* The body of both: a file key and its tag. */
#define SL_AGE_WRAPPED_BYTES (SL_AGE_FILE_KEY_BYTES + SL_AGE_TAG_BYTES)

struct sl_age_x25519 {
    unsigned char share[32];
    unsigned char body[SL_AGE_WRAPPED_BYTES];
};

struct sl_age_scrypt {
    unsigned char salt[16];
    unsigned work_factor; /* 1 to SL_AGE_WORK_FACTOR_MAX */
    unsigned char body[SL_AGE_WRAPPED_BYTES];
};

bool sl_age_is_x25519(const struct sl_age_stanza *stanza);
bool sl_age_is_scrypt(const struct sl_age_stanza *stanza);

/* Count and form of the arguments, and the body's length. SL_E_REFUSED: NULL, or the reason. */
const char *sl_age_x25519_read(struct sl_age_x25519 *out, const struct sl_age_stanza *stanza);
const char *sl_age_scrypt_read(struct sl_age_scrypt *out, const struct sl_age_stanza *stanza);

/* 1 and the key; 0 when this is not for that identity or passphrase; -1. */
int sl_age_x25519_unwrap(struct sl_age_file_key *out, const struct sl_age_x25519 *wrapped,
                         const struct sl_age_identity *identity, struct sl_err *err) SL_MUST_USE;
int sl_age_scrypt_unwrap(struct sl_age_file_key *out, const struct sl_age_scrypt *wrapped,
                         struct sl_str passphrase, struct sl_err *err) SL_MUST_USE;

/* Draws an ephemeral secret. */
int sl_age_x25519_wrap(struct sl_age_x25519 *out, const struct sl_age_file_key *key,
                       const struct sl_age_recipient *recipient, const struct sl_random *random,
                       struct sl_err *err) SL_MUST_USE;

#endif
