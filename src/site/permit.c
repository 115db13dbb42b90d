#include "permit.h"

#include "base/cleanup.h"
#include "enrolled.h"
#include "signatures.h"
#include "trust/standing.h"

#include <sealift/grant.h>
#include <sealift/text.h>
#include <stdio.h>

enum { WHY_MAX = 160 };

/* -- who signed it -- */

/*
 * Proved anew from what lies in the generation. The history has but the ids of keys, which anybody can choose, and what was
 * installed before the enrolment was judged by whatever keys were given then.
 */
static int look_up_standing(enum sl_standing *out, const struct site_judge *judge,
                            const struct site_generation *generation, struct sl_err *err)
{
    SL_CLEANUP(site_signatures_release) struct site_signatures found;
    if (site_signatures_load(&found, generation->dir, err) < 0)
        return -1;
    const struct sl_signed_bundle bundle = {
        .manifest_json = sl_buf_view(&generation->manifest_json),
        .signatures = found.items,
        .signature_count = found.count,
        .epoch = generation->manifest->epoch,
        .sequence = generation->manifest->sequence,
    };
    return sl_trust_standing(out, judge->trust, judge->steps, &bundle, err);
}

/* -- what must not come back without a grant -- */

/* The floor of the bundle's epoch: that of the site, or of trust.json where it is of the same. */
static uint64_t floor_of(const struct sl_ledger *ledger, const struct sl_trust *trust, uint64_t epoch)
{
    uint64_t floor = epoch == ledger->epoch ? ledger->floor : 0;
    return epoch == trust->epoch && trust->floor > floor ? trust->floor : floor;
}

/* Why it must not, as one line; empty where it may. That trust.json has a new epoch already is no reason, as long as nothing
 * of it was accepted. */
static void forbid(char why[WHY_MAX], const struct site_judge *judge,
                   const struct site_generation *generation, enum sl_standing standing)
{
    const struct sl_trust *trust = judge->trust;
    const struct sl_manifest *manifest = generation->manifest;
    const struct sl_ledger *ledger = &judge->site->ledger;
    uint64_t floor = floor_of(ledger, trust, manifest->epoch);
    why[0] = '\0';
    if (sl_trust_bundle_revoked(trust, generation->change->manifest.bytes))
        (void)snprintf(why, WHY_MAX, "it is revoked");
    else if (standing == SL_STANDING_REVOKED)
        (void)snprintf(why, WHY_MAX, "the keys that signed it are revoked");
    else if (standing == SL_STANDING_NONE)
        (void)snprintf(why, WHY_MAX,
                       "its signatures are not what any version of trust.json at this site asks for");
    else if (manifest->epoch < ledger->epoch)
        (void)snprintf(why, WHY_MAX, "it is of epoch %llu, and a bundle of epoch %llu was accepted since",
                       (unsigned long long)manifest->epoch, (unsigned long long)ledger->epoch);
    else if (manifest->sequence < floor)
        (void)snprintf(why, WHY_MAX, "its sequence %llu is below the floor of %llu",
                       (unsigned long long)manifest->sequence, (unsigned long long)floor);
}

static int is_forbidden(struct sl_str name, const char *why, enum sl_standing standing, struct sl_err *err)
{
    (void)sl_fail(err, SL_E_REFUSED, SL_FMT " must not come back: %s", SL_ARG(name), why);
    if (standing == SL_STANDING_NONE)
        return sl_hint(
            err,
            "it was installed by other keys, before the enrolment mostly; the vendor can permit it once, for "
            "this site: --grant FILE");
    return sl_hint(err, "the vendor can permit it once, for this site: --grant FILE");
}

static int check_used(const struct site *site, const struct sl_digest *digest, struct sl_err *err)
{
    /* The history tells it too, so that a ledger of an earlier day makes no grant good again. */
    if (site_ledger_has_grant(site, digest->bytes) || site_history_has_grant(&site->history, digest))
        return sl_fail(err, SL_E_REFUSED, "the grant was used already, and works once");
    if (site->ledger.grant_count == SL_LEDGER_GRANTS_MAX)
        return sl_fail(err, SL_E_LIMIT, "%s has used %d grants; ask the vendor for a new enrolment",
                       site->shown, SL_LEDGER_GRANTS_MAX);
    return 0;
}

/* The receipt key's name, from site.json. */
static int site_name(unsigned char out[32], const struct site *site, struct sl_err *err)
{
    struct sl_public_key key;
    if (sl_public_key_read(&key, site->identity.receipt_key, SITE_STATE "/" SITE_IDENTITY, err) < 0)
        return -1;
    sl_trust_key_name(out, &key);
    return 0;
}

static int check_grant(const struct sl_grant *grant, const struct site *site,
                       const struct site_generation *generation, int64_t now, struct sl_err *err)
{
    unsigned char own[32];
    if (site_name(own, site, err) < 0)
        return -1;
    const char *fault = NULL;
    if (!sl_str_equal(sl_str_from(grant->customer), site->customer) ||
        memcmp(grant->site, own, sizeof own) != 0)
        fault = "it is for another site";
    else if (memcmp(grant->manifest_sha256, generation->change->manifest.bytes, 32) != 0)
        fault = "it is for another bundle";
    else if (grant->expires > 0 && (site->ledger.proved_time > grant->expires || now > grant->expires))
        fault = "it has expired";
    return fault ? sl_fail(err, SL_E_REFUSED, "the grant does not help here: %s", fault) : 0;
}

/* It counts as used before anything changes: a stop must not make it work twice. */
static int use_grant(struct sl_digest *used, struct site *site, const struct sl_trust *trust,
                     const struct site_generation *generation, const char *path, struct sl_err *err)
{
    SL_CLEANUP(sl_grant_file_freep) struct sl_grant_file *file = NULL;
    const struct sl_clock *clock = &site->options->clock;
    struct sl_grant grant;
    struct sl_digest digest;
    if (sl_grant_load(&file, path, err) < 0)
        return -1;
    struct sl_str json = sl_grant_file_json(file);
    sl_sha256(&digest, json.ptr, json.len);
    if (sl_grant_check(&grant, trust, file, err) < 0 || check_used(site, &digest, err) < 0 ||
        check_grant(&grant, site, generation, clock->now(clock->context), err) < 0)
        return -1;
    struct sl_ledger next = site->ledger;
    next.grants[next.grant_count++] = digest;
    *used = digest;
    return site_ledger_save(site, &next, err);
}

static int note_refusal(struct site *site, const struct sl_site_options *options,
                        const struct site_generation *generation, const struct sl_err *refusal)
{
    struct sl_site_change meant = {
        .bundle = generation->manifest->bundle,
        .from = site->current,
        .to = site->current,
        .manifest = generation->change->manifest,
    };
    const struct site_deed deed = {.change = &meant};
    return site_note_refusal(site, options, &deed, refusal);
}

static int check(struct sl_digest *used, struct site_judge *judge, const struct site_generation *generation,
                 const char *grant, struct sl_err *err)
{
    char why[WHY_MAX];
    enum sl_standing standing;
    if (look_up_standing(&standing, judge, generation, err) < 0)
        return -1;
    forbid(why, judge, generation, standing);
    if (!why[0])
        return 0;
    return grant ? use_grant(used, judge->site, judge->trust, generation, grant, err)
                 : is_forbidden(generation->change->to, why, standing, err);
}

int site_permit(struct sl_digest *used, struct site *site, const struct site_generation *generation,
                const struct sl_site_options *options, const char *grant, struct sl_err *err)
{
    struct sl_policy policy = {.key_count = 0};
    struct site_judge judge;
    int result = site_judge_begin(&judge, site, false, &policy, err);
    if (result == 0)
        result = check(used, &judge, generation, grant, err);
    site_judge_release(&judge);
    return result < 0 ? note_refusal(site, options, generation, err) : 0;
}
