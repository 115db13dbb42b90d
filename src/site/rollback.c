#include <sealift/site.h>

#include "base/cleanup.h"
#include "change.h"
#include "compare.h"
#include "enrolled.h"
#include "generation.h"

#include <sealift/grant.h>
#include <sealift/text.h>
#include <stdio.h>

/* What was asked for. */
struct rollback {
    const struct sl_site_options *options;
    const char *grant; /* NULL: none */
};

static const struct sl_digest *digest_of(const struct site *site, struct sl_str generation)
{
    const struct sl_site_change *change = site_change_to(site, generation);
    return change ? &change->manifest : NULL;
}

static int is_gone(struct sl_str name, struct sl_err *err)
{
    (void)sl_fail(err, SL_E_NOT_FOUND, SL_FMT " is in the history, but no longer on disk", SL_ARG(name));
    return sl_hint(err, "install its bundle again");
}

/*
 * The generation that was current before the current one: going back through the history, the first `from`
 * that is of another bundle than what is current, and still on disk. A repair, which leads from a bundle to a
 * fresh copy of it, is no step; a rollback is one, so that a second rollback undoes the first.
 */
static int find_previous(struct sl_str *out, const struct site *site, struct sl_err *err)
{
    const struct sl_site_history *history = &site->history;
    const struct sl_digest *current = digest_of(site, site->current);
    struct sl_str gone = {NULL, 0};
    for (size_t i = history->count; i > 0; i--) {
        struct sl_str from = history->changes[i - 1].from;
        const struct sl_digest *digest = from.len ? digest_of(site, from) : NULL;
        if (!digest || !current || sl_digest_equal(digest, current))
            continue;
        int present = site_generation_present(site, from, err);
        if (present < 0)
            return -1;
        if (present) {
            *out = from;
            return 0;
        }
        if (gone.len == 0)
            gone = from;
    }
    if (gone.len > 0)
        return is_gone(gone, err);
    (void)sl_fail(err, SL_E_USAGE,
                  "there is nothing to go back to: no other bundle was current before " SL_FMT,
                  SL_ARG(site->current));
    return sl_hint(err, "`sealift history` shows what was when");
}

/* -- by name -- */

enum fit {
    FIT_WHOLE,    /* the name itself */
    FIT_PART,     /* up to the border of a part, so that "17" does not mean 170 */
    FIT_BEGINNING /* any beginning */
};

static bool fits(struct sl_str generation, struct sl_str text, enum fit fit)
{
    if (text.len == 0 || !sl_str_starts_with(generation, text))
        return false;
    if (generation.len == text.len || fit == FIT_BEGINNING)
        return true;
    return fit == FIT_PART && strchr("-.", generation.ptr[text.len]);
}

static int ambiguous(struct sl_str text, struct sl_str a, struct sl_str b, struct sl_err *err)
{
    char shown[64];
    (void)sl_fail(err, SL_E_USAGE, "\"%s\" can mean " SL_FMT " or " SL_FMT,
                  sl_escape(shown, sizeof shown, text), SL_ARG(a), SL_ARG(b));
    return sl_hint(err, "give more of the name");
}

/* The one bundle on disk whose generation fits; of several copies, the one that was made current last. 1 and
 * *out, or 0. */
static int find_on_disk(struct sl_str *out, const struct site *site, struct sl_str text, enum fit fit,
                        struct sl_err *err)
{
    const struct sl_site_change *found = NULL;
    for (size_t i = site->history.count; i > 0; i--) {
        const struct sl_site_change *change = &site->history.changes[i - 1];
        if (!fits(change->to, text, fit) || (found && sl_digest_equal(&found->manifest, &change->manifest)))
            continue;
        int present = site_generation_present(site, change->to, err);
        if (present < 0)
            return -1;
        if (present && found)
            return ambiguous(text, found->to, change->to, err);
        if (present)
            found = change;
    }
    if (found)
        *out = found->to;
    return found ? 1 : 0;
}

static int not_there(const struct site *site, struct sl_str text, struct sl_err *err)
{
    char shown[64];
    (void)sl_escape(shown, sizeof shown, text);
    for (size_t i = site->history.count; i > 0; i--) {
        struct sl_str name = site->history.changes[i - 1].to;
        if (fits(name, text, FIT_BEGINNING))
            return is_gone(name, err);
    }
    (void)sl_fail(err, SL_E_USAGE, "no generation of %s begins with \"%s\"", site->shown, shown);
    return sl_hint(err, "`sealift history` shows their names");
}

static int find_named(struct sl_str *out, const struct site *site, struct sl_str text, struct sl_err *err)
{
    for (enum fit fit = FIT_WHOLE; fit <= FIT_BEGINNING; fit++) {
        int found = find_on_disk(out, site, text, fit, err);
        if (found)
            return found < 0 ? -1 : 0;
    }
    return not_there(site, text, err);
}

/* -- going back -- */

static int is_current(struct sl_str name, struct sl_err *err)
{
    (void)sl_fail(err, SL_E_USAGE, SL_FMT " is what is current already", SL_ARG(name));
    return sl_hint(err, "`sealift status` says whether its files are as they should be");
}

static int is_altered(struct sl_str name, const struct site_drifts *drifts, struct sl_err *err)
{
    const struct site_drift *first = &drifts->items[0];
    char shown[200];
    (void)sl_fail(err, SL_E_DRIFT, SL_FMT " is not what was installed: %llu %s, the first %s (%s)",
                  SL_ARG(name), (unsigned long long)drifts->total,
                  drifts->total == 1 ? "difference" : "differences",
                  sl_escape(shown, sizeof shown, first->path), sl_drift_name(first->kind));
    return sl_hint(err,
                   "nothing was changed; install its bundle again for a fresh copy, or go back to another");
}

static int check_intact(const struct site_generation *generation, struct sl_str name,
                        const struct sl_progress *progress, struct sl_err *err)
{
    SL_CLEANUP(site_drifts_release) struct site_drifts drifts;
    site_drifts_init(&drifts);
    struct site_expected expected = {
        .manifest = generation->manifest,
        .manifest_json = sl_buf_view(&generation->manifest_json),
    };
    if (site_compare(&drifts, generation->dir, &expected, progress, err) < 0)
        return sl_wrap(err, SL_FMT, SL_ARG(name));
    return drifts.total > 0 ? is_altered(name, &drifts, err) : 0;
}

/* -- an enrolled site: what must not come back without a grant -- */

/* The key that has this id, or NULL. */
static const struct sl_trust_key *find_signer(const struct sl_trust *trust, struct sl_str id)
{
    for (size_t i = 0; i < trust->key_count; i++) {
        char text[SL_KEY_ID_HEX + 1];
        if (sl_str_equal(id, sl_str_from(sl_key_id_text(text, trust->keys[i].key.id))))
            return &trust->keys[i];
    }
    return NULL;
}

/* Whether it would be refused today because of who signed it: a thief's bundle that came before the news. A key that left
 * its role without being revoked was good when it signed. */
static bool is_by_revoked_keys(const struct site *site, const struct sl_trust *trust,
                               const struct site_generation *generation)
{
    const struct sl_manifest *manifest = generation->manifest;
    const struct sl_site_change *made = site_change_making(site, generation->change->to);
    size_t revoked = 0;
    for (size_t i = 0; made && i < made->signer_count; i++) {
        const struct sl_trust_key *key = find_signer(trust, made->signers[i]);
        revoked += key && !sl_trust_key_counts(trust, key->sha256, manifest->epoch, manifest->sequence);
    }
    return revoked > 0 && made->signer_count - revoked < trust->thresholds[SL_ROLE_RELEASE];
}

/* The floor of the bundle's epoch: that of the site, or of trust.json where it is of the same. */
static uint64_t floor_of(const struct sl_ledger *ledger, const struct sl_trust *trust, uint64_t epoch)
{
    uint64_t floor = epoch == ledger->epoch ? ledger->floor : 0;
    return epoch == trust->epoch && trust->floor > floor ? trust->floor : floor;
}

/* Why it must not, as one line; empty where it may. That trust.json has a new epoch already is no reason, as long as nothing
 * of it was accepted. */
static void forbid(char why[160], const struct site *site, const struct sl_trust *trust,
                   const struct site_generation *generation)
{
    const struct sl_manifest *manifest = generation->manifest;
    const struct sl_ledger *ledger = &site->ledger;
    uint64_t floor = floor_of(ledger, trust, manifest->epoch);
    why[0] = '\0';
    if (sl_trust_bundle_revoked(trust, generation->change->manifest.bytes))
        (void)snprintf(why, 160, "it is revoked");
    else if (is_by_revoked_keys(site, trust, generation))
        (void)snprintf(why, 160, "the keys that signed it are revoked");
    else if (manifest->epoch < ledger->epoch)
        (void)snprintf(why, 160, "it is of epoch %llu, and a bundle of epoch %llu was accepted since",
                       (unsigned long long)manifest->epoch, (unsigned long long)ledger->epoch);
    else if (manifest->sequence < floor)
        (void)snprintf(why, 160, "its sequence %llu is below the floor of %llu",
                       (unsigned long long)manifest->sequence, (unsigned long long)floor);
}

static int is_forbidden(struct sl_str name, const char *why, struct sl_err *err)
{
    (void)sl_fail(err, SL_E_REFUSED, SL_FMT " must not come back: %s", SL_ARG(name), why);
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
                     const struct site_generation *generation, const struct rollback *rollback,
                     struct sl_err *err)
{
    SL_CLEANUP(sl_grant_file_freep) struct sl_grant_file *file = NULL;
    const struct sl_clock *clock = &rollback->options->clock;
    struct sl_grant grant;
    struct sl_digest digest;
    if (sl_grant_load(&file, rollback->grant, err) < 0)
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

static int check_permitted(struct sl_digest *used, struct site *site,
                           const struct site_generation *generation, const struct rollback *rollback,
                           struct sl_err *err)
{
    struct sl_policy policy = {.key_count = 0};
    struct site_judge judge;
    char why[160] = "";
    int result = site_judge_begin(&judge, site, false, &policy, err);
    if (result == 0)
        forbid(why, site, judge.trust, generation);
    if (result == 0 && why[0])
        result = rollback->grant ? use_grant(used, site, judge.trust, generation, rollback, err)
                                 : is_forbidden(generation->change->to, why, err);
    site_judge_release(&judge);
    return result;
}

static int note(struct site *site, const struct sl_site_options *options,
                const struct site_generation *generation, struct sl_err *err)
{
    if (site_load(site, err) < 0)
        return -1;
    static const struct sl_digest none;
    const struct sl_site_change *change = &site->history.changes[site->history.count - 1];
    struct site_deed deed = {
        .action = SL_RECEIPT_ROLLBACK,
        .change = change,
        .files = generation->manifest->file_count,
        .bytes = generation->manifest->total_bytes,
        .detail = sl_digest_equal(&change->grant, &none) ? "" : "with a grant",
    };
    return site_receipt_add(site, options, &deed, err);
}

static int switch_to(struct site *site, struct sl_str name, const struct rollback *rollback,
                     struct sl_err *err)
{
    const struct sl_site_options *options = rollback->options;
    SL_CLEANUP(site_generation_release) struct site_generation generation;
    if (site_generation_open(&generation, site, name, err) < 0)
        return -1;
    if (check_intact(&generation, name, &options->progress, err) < 0)
        return -1;
    bool enrolled = site->identity.enrolled;
    struct sl_digest grant = {0};
    if (enrolled && check_permitted(&grant, site, &generation, rollback, err) < 0)
        return note_refusal(site, options, &generation, err);
    struct sl_site_change change = {
        .action = SL_SITE_ROLLBACK,
        .bundle = generation.manifest->bundle,
        .from = site->current,
        .to = name,
        .manifest = generation.change->manifest,
        .epoch = generation.manifest->epoch,
        .floor = generation.manifest->floor,
        .trust_version = enrolled ? site->ledger.trust_version : 0,
        .grant = grant,
    };
    if (site_switch(site, &change, &options->clock, err) < 0)
        return -1;
    return enrolled ? note(site, options, &generation, err) : 0;
}

static int work(struct sl_rollback_result *out, struct site *site, const struct sl_site_options *options,
                const struct sl_rollback_request *request, struct sl_err *err)
{
    const char *generation = request->generation;
    if (site_recover(site, err) < 0)
        return -1;
    if (site->current.len == 0)
        return sl_fail(err, SL_E_NOT_FOUND, "nothing is installed in %s", site->shown);
    struct sl_str target = {NULL, 0};
    int found = generation ? find_named(&target, site, sl_str_from(generation), err)
                           : find_previous(&target, site, err);
    if (found < 0)
        return -1;
    if (sl_str_equal(target, site->current))
        return is_current(target, err);
    site_generation_copy(out->from, site->current);
    site_generation_copy(out->to, target);
    if (request->grant && !site->identity.enrolled)
        return sl_fail(err, SL_E_USAGE, "%s is not enrolled, so no floor binds it and no grant is needed",
                       site->shown);
    return switch_to(site, target, &(struct rollback){options, request->grant}, err);
}

static int rollback(struct sl_rollback_result *out, struct site *site, const struct sl_site_options *options,
                    const struct sl_rollback_request *request, struct sl_err *err)
{
    if (site_open(site, err) < 0 || site_require(site, err) < 0 || site_lock(site, options, err) < 0)
        return -1;
    return work(out, site, options, request, err) < 0 ? site_give_up(site, err) : 0;
}

int sl_site_rollback(struct sl_rollback_result *out, const struct sl_site_options *options,
                     const struct sl_rollback_request *request, struct sl_err *err)
{
    SL_CLEANUP(site_release) struct site site;
    site_init(&site, options->root);
    *out = (struct sl_rollback_result){0};
    return rollback(out, &site, options, request, err) < 0 ? site_hint_writing(&site, err) : 0;
}
