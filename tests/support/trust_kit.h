/*
 * Versions of trust.json for tests, made by the product's own writer from the keys of delivery.h.
 *
 *     struct trust_kit_step one;
 *     struct sl_trust *trust = trust_kit_first();
 *     trust_kit_write(&one, trust, (unsigned[]){11, 12, 0});
 *     ...
 *     trust_kit_release(&one);
 *     free(trust);
 *
 * What trust_kit_first() makes: version 1 for customer-a, epoch 1; root keys 11, 12 and 13, of which 2 must
 * sign; release keys 1 and 2, of which 1 must; grant key 21; no site key, nothing revoked, no floor.
 * Whatever goes wrong in here ends the test with a line that says so. Needs the module trust.
 */
#ifndef TRUST_KIT_H
#define TRUST_KIT_H

#include <sealift/trust.h>

enum { TRUST_KIT_SIGNATURES = 17 };

struct trust_kit_step {
    struct sl_buf json;
    struct sl_buf texts[TRUST_KIT_SIGNATURES];
    struct sl_trust_signature signatures[TRUST_KIT_SIGNATURES];
    struct sl_trust_step step; /* borrows from the above */
};

struct sl_trust *trust_kit_first(void);

/* A copy with the next version's number. */
struct sl_trust *trust_kit_next(const struct sl_trust *trust);

/* Puts the key of that number into a role. */
void trust_kit_add(struct sl_trust *trust, unsigned number, enum sl_trust_role role);

/* What the key of that number is called. */
void trust_kit_name(unsigned char sha256[32], unsigned number);

/* Writes it and signs it with these keys, a list that ends with 0. */
void trust_kit_write(struct trust_kit_step *out, const struct sl_trust *trust, const unsigned *signers);

/* The same for any text, whatever it says of its version. */
void trust_kit_sign_text(struct trust_kit_step *out, uint64_t version, struct sl_str json,
                         const unsigned *signers);

/* Adds one signature by a key. */
void trust_kit_sign(struct trust_kit_step *step, unsigned number);

void trust_kit_release(struct trust_kit_step *step);

#endif
