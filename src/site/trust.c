/*
 * What a site knows and trusts, for whoever judges a bundle without installing it.
 */
#include <sealift/site.h>

#include "base/cleanup.h"
#include "change.h"
#include "enrolled.h"

#include <stdlib.h>

struct sl_site_trust {
    struct site site;
    struct site_judge judge;
    struct sl_site_view view; /* of a site that is not enrolled */
};

int sl_site_is_enrolled(bool *out, const struct sl_site_options *options, struct sl_err *err)
{
    SL_CLEANUP(site_release) struct site site;
    site_init(&site, options->root);
    if (site_open(&site, err) < 0 || site_load_identity(&site, err) < 0 ||
        site_check_enrolment(&site, err) < 0)
        return -1;
    *out = site.identity.enrolled;
    return 0;
}

static int load_settled(struct site *site, struct sl_err *err)
{
    if (site_open(site, err) < 0 || site_require(site, err) < 0 || site_load(site, err) < 0 ||
        site_check_enrolment(site, err) < 0)
        return -1;
    return site_ledger_settle(site, site_load, err);
}

static int open_plain(struct sl_site_trust *trust, struct sl_policy *policy, struct sl_err *err)
{
    struct site *site = &trust->site;
    if (policy->key_count == 0 && !policy->trust) {
        (void)sl_fail(err, SL_E_USAGE, "%s is not enrolled: give --pubkey FILE or --trust FILE", site->shown);
        return sl_hint(err, "`sealift enrol` makes a site that knows whom it trusts");
    }
    if (site_claim_customer(site, policy, err) < 0 || site_view_fill(&trust->view, site, err) < 0 ||
        (policy->trust && site_trust_check(site, policy->trust, err) < 0))
        return -1;
    policy->site = &trust->view;
    return 0;
}

static int open_trust(struct sl_site_trust *trust, const struct sl_site_options *options,
                      struct sl_policy *policy, struct sl_err *err)
{
    struct site *site = &trust->site;
    if (load_settled(site, err) < 0)
        return -1;
    policy->now = options->clock.now(options->clock.context);
    if (!site->identity.enrolled)
        return open_plain(trust, policy, err);
    return site_judge_begin(&trust->judge, site, false, policy, err);
}

int sl_site_trust_open(struct sl_site_trust **out, const struct sl_site_options *options,
                       struct sl_policy *policy, struct sl_err *err)
{
    SL_CLEANUP(sl_site_trust_freep) struct sl_site_trust *trust = calloc(1, sizeof *trust);
    if (!trust)
        return sl_fail_memory(err);
    site_init(&trust->site, options->root);
    if (open_trust(trust, options, policy, err) < 0)
        return -1;
    *out = sl_steal(&trust);
    return 0;
}

void sl_site_trust_free(struct sl_site_trust *trust)
{
    if (!trust)
        return;
    site_judge_release(&trust->judge);
    site_release(&trust->site);
    free(trust);
}

void sl_site_trust_freep(struct sl_site_trust **trust)
{
    sl_site_trust_free(*trust);
    *trust = NULL;
}

/* Below which sequence nothing of the present epoch may come back. */
static uint64_t floor_of(const struct sl_ledger *ledger, const struct sl_trust *trust)
{
    return ledger->epoch == trust->epoch && ledger->floor > trust->floor ? ledger->floor : trust->floor;
}

/* For whoever looks at the site, a trust that is gone is one that was damaged. */
static int open_chain(struct site_judge *judge, struct sl_err *err)
{
    if (site_judge_open_chain(judge, err) == 0)
        return 0;
    if (err->code == SL_E_NOT_FOUND)
        (void)sl_fail(err, SL_E_REFUSED, "%s/" SITE_STATE "/" SITE_TRUST " is missing", judge->site->shown);
    if (err->code == SL_E_REFUSED && !err->hint[0])
        return sl_hint(err, "put " SITE_STATE "/ back from one backup as a whole");
    return -1;
}

static int fill_ledger(struct sl_site_ledger *out, struct site_judge *judge, struct sl_err *err)
{
    const struct site *site = judge->site;
    if (open_chain(judge, err) < 0)
        return -1;
    out->epoch = site->ledger.epoch;
    out->highest_sequence = site->ledger.highest_sequence;
    out->floor = floor_of(&site->ledger, judge->trust);
    out->trust_version = site->ledger.trust_version;
    out->receipts = site->ledger.receipts;
    out->proved_time = site->ledger.proved_time;
    return site_receipt_last(&out->last, site, err);
}

int sl_site_ledger(struct sl_site_ledger *out, const struct sl_site_options *options, struct sl_err *err)
{
    SL_CLEANUP(site_release) struct site site;
    site_init(&site, options->root);
    *out = (struct sl_site_ledger){0};
    int loaded = load_settled(&site, err);
    out->enrolled = site.identity.enrolled;
    if (loaded < 0 || !out->enrolled)
        return loaded;
    struct site_judge judge = {.site = &site};
    int result = fill_ledger(out, &judge, err);
    site_judge_release(&judge);
    return result;
}
