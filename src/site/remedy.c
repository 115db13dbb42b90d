/*
 * What to do where a generation is not what was installed.
 */
#include "generation.h"

#include "enrolled.h"

/* By the key ids of the history: good enough for advice. */
static bool signers_count(const struct sl_site_change *made, const struct sl_trust *trust, uint64_t sequence)
{
    uint32_t signed_by = 0;
    for (size_t i = 0; i < trust->key_count; i++) {
        char id[SL_KEY_ID_HEX + 1];
        (void)sl_key_id_text(id, trust->keys[i].key.id);
        for (size_t s = 0; s < made->signer_count; s++)
            if (trust->keys[i].roles >> SL_ROLE_RELEASE & 1U &&
                sl_str_equal(made->signers[s], sl_str_from(id)))
                signed_by |= UINT32_C(1) << i;
    }
    return sl_trust_count_valid(trust, signed_by, made->epoch, sequence) >=
           trust->thresholds[SL_ROLE_RELEASE];
}

/* As the steps of a verdict would see it that need no bundle. */
static bool trust_takes(const struct site *site, struct sl_str name, const struct sl_trust *trust)
{
    const struct sl_ledger *ledger = &site->ledger;
    const struct sl_site_change *made = site_change_making(site, name);
    const struct sl_site_change *current = site_change_to(site, site->current);
    uint64_t sequence = site_generation_sequence(name);
    if (!made || sl_trust_bundle_revoked(trust, made->manifest.bytes) ||
        !signers_count(made, trust, sequence))
        return false;
    if (current && sl_digest_equal(&current->manifest, &made->manifest))
        return true;
    if (made->epoch != trust->epoch || sequence < trust->floor)
        return false;
    return ledger->epoch < made->epoch || sequence > ledger->highest_sequence ||
           sl_digest_equal(&made->manifest, &ledger->highest);
}

/* Where trust.json cannot be read it is the site that has to be mended first, which other messages say. */
static bool installs_again(const struct site *site, struct sl_str name)
{
    if (!site->identity.enrolled)
        return true;
    struct sl_err ignored = {0};
    struct sl_trust_steps *steps = NULL;
    struct sl_trust *trust = NULL;
    bool takes = true;
    if (site_trust_versions(&steps, site, &ignored) == 0) {
        const struct sl_trust_step *newest = sl_trust_steps_at(steps, sl_trust_steps_count(steps) - 1);
        if (sl_trust_read(&trust, newest->json, "trust.json", &ignored) == 0)
            takes = trust_takes(site, name, trust);
    }
    sl_trust_free(trust);
    sl_trust_steps_free(steps);
    return takes;
}

int site_hint_altered(const struct site *site, struct sl_str name, bool gone, struct sl_err *err)
{
    if (installs_again(site, name))
        return sl_hint(err,
                       "install its bundle again for a fresh copy, or go back to another generation with "
                       "rollback");
    return sl_hint(err,
                   "this site does not install its bundle again; unpack it, in ROOT/" SITE_GENERATIONS
                   ": umask 022; %smkdir N; tar -xpzf BUNDLE --strip-components=1 -C N; N is " SL_FMT,
                   gone ? "" : "mv N N.old; ", SL_ARG(name));
}
