/*
 * Enrols the site of a site_kit with a trust.json of a trust_kit. Whatever goes wrong in here ends the test with a line
 * that says so. Needs the module site.
 */
#ifndef ENROLLED_KIT_H
#define ENROLLED_KIT_H

#include "site_kit.h"
#include "trust_kit.h"

/* `trust` is version 1, which root keys 11 and 12 sign. `site` gets the site's public key; may be NULL. */
void enrolled_kit_make(struct site_kit *kit, const struct sl_trust *trust, struct sl_public_key *site);

#endif
