/*
 * The signature files of a generation, proved anew. The history notes whose they were, not their bytes.
 */
#ifndef SITE_SIGNATURES_H
#define SITE_SIGNATURES_H

#include "place.h"

/* What a generation has: those of the bundle, and those that were given beside it. */
#define SITE_SIGNATURES_MAX (SL_SIGNATURES_MAX + SL_DETACHED_MAX)

struct site_signatures {
    struct sl_buf texts[SITE_SIGNATURES_MAX];
    struct sl_trust_signature items[SITE_SIGNATURES_MAX];
    bool known[SITE_SIGNATURES_MAX]; /* somebody has a key of that id */
    bool good[SITE_SIGNATURES_MAX];  /* and made it */
    size_t count;
};

/* Those in `generation` that can be read and have the form of a signature by the key in their names; others are passed over. */
int site_signatures_load(struct site_signatures *out, int generation, struct sl_err *err) SL_MUST_USE;
void site_signatures_release(struct site_signatures *signatures);

/* Whose keys prove: each of these may be missing. Of trust.json those of role release, in any version of `steps`, since a key that
 * left its role later was good when it signed. */
struct site_provers {
    const struct sl_trust_steps *steps; /* ascending */
    const struct sl_trust *trust;
    const struct sl_public_key *keys;
    size_t key_count;
};

/* Sets `known` and `good`. SL_E_NO_MEMORY, or SL_E_REFUSED for a step that is no document. */
int site_signatures_prove(struct site_signatures *signatures, struct sl_str manifest_json,
                          const struct site_provers *by, struct sl_err *err) SL_MUST_USE;

/* Whether there is one of that name, and it is not its key's. */
bool site_signatures_false(const struct site_signatures *signatures, struct sl_str key_id);

/*
 * For whoever compares the generation `name` and has no bundle of it: proves with the versions of trust.json that the site has.
 * Nothing is known of what was installed by plain keys: another key may have had that id then. Where the versions cannot be read,
 * nothing is known either; sl_site_ledger() says so.
 */
int site_signatures_check(struct site_signatures *out, const struct site *site, struct sl_str name,
                          int generation, struct sl_str manifest_json, struct sl_err *err) SL_MUST_USE;

#endif
