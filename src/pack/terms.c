#include "terms.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"
#include "model/trust_name.h"

#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>

/* -- trust.json: a site refuses a bundle whose versions do not follow one from the other, so what is not complete
 * is found here, before anything is signed or carried anywhere -- */

static int add(struct sl_plan *plan, const struct sl_trust_name *name, struct sl_str text, struct sl_err *err)
{
    char below[SL_TRUST_NAME_MAX];
    char path[SL_TRUST_NAME_MAX + sizeof SL_TRUST_FOLDER];
    (void)snprintf(path, sizeof path, SL_TRUST_FOLDER "%s", sl_trust_name_text(below, name));
    return sl_plan_add_text(plan, sl_str_from(path), text, false, err);
}

static int add_step(struct sl_plan *plan, const struct sl_trust_step *step, struct sl_err *err)
{
    struct sl_trust_name name = {.version = step->version};
    if (add(plan, &name, step->json, err) < 0)
        return -1;
    for (size_t i = 0; i < step->signature_count; i++) {
        memcpy(name.key_id, step->signatures[i].key_id, sizeof name.key_id);
        if (add(plan, &name, step->signatures[i].text, err) < 0)
            return -1;
    }
    return 0;
}

/* From which one on they fit into a bundle: the newest, since sites have the older ones from earlier bundles. */
static size_t first_carried(const struct sl_trust_steps *steps)
{
    size_t first = sl_trust_steps_count(steps);
    size_t members = 0;
    size_t bytes = 0;
    while (first > 0 && sl_trust_steps_count(steps) - first < SL_TRUST_STEPS_MAX) {
        const struct sl_trust_step *step = sl_trust_steps_at(steps, first - 1);
        members += 1 + step->signature_count;
        bytes += step->json.len;
        for (size_t i = 0; i < step->signature_count; i++)
            bytes += step->signatures[i].text.len;
        if (members > SL_TRUST_MEMBERS_MAX || bytes > SL_TRUST_BYTES_MAX)
            break;
        first--;
    }
    return first;
}

static int check_customer(const struct sl_trust *trust, struct sl_str customer, struct sl_err *err)
{
    struct sl_str trusted = sl_str_from(trust->customer);
    if (sl_str_equal(trusted, SL_STR("*")) || sl_str_equal(trusted, customer))
        return 0;
    struct sl_shown shown;
    return sl_fail(err, SL_E_INPUT, "this trust.json is for the customer %s, not for %s", trust->customer,
                   sl_shown(&shown, customer));
}

static int check_epoch(const struct sl_trust *trust, uint64_t epoch, struct sl_err *err)
{
    if (epoch == 0 || epoch == trust->epoch)
        return 0;
    return sl_fail(err, SL_E_INPUT, "release.yaml says epoch %llu, and version %llu of trust.json says %llu",
                   (unsigned long long)epoch, (unsigned long long)trust->version,
                   (unsigned long long)trust->epoch);
}

/* Sites would take it as proved that this time is past, and what expires before it as expired. */
static int check_issued(const struct sl_trust *trust, int64_t now, struct sl_err *err)
{
    char issued[24];
    char clock[24];
    if (now == 0 || trust->issued <= now)
        return 0;
    (void)sl_fail(
        err, SL_E_INPUT, "version %llu of trust.json was issued at %s, and by this machine's clock it is %s",
        (unsigned long long)trust->version, sl_time_text(issued, trust->issued), sl_time_text(clock, now));
    return sl_hint(err, "set the clock; or make a version with --epoch, in which the time is said anew");
}

/* All versions, and what the newest says. */
static int open_trust(struct sl_trust_steps **steps, struct sl_trust **out, const struct terms *terms,
                      struct sl_err *err)
{
    const char *path = terms->options->trust;
    SL_CLEANUP(sl_trust_freep) struct sl_trust *newest = NULL;
    if (sl_trust_steps_load(steps, path, err) < 0)
        return -1;
    struct sl_shown shown;
    if (sl_trust_chain(&newest, *steps, err) < 0) {
        if (err->code != SL_E_REFUSED)
            return -1;
        err->code = SL_E_INPUT; /* here it is what was given to pack, not what somebody handed over */
        (void)sl_wrap(err, "%s", sl_shown(&shown, sl_str_from(path)));
        (void)sl_hint(err, "sealift trust check says what is missing, sealift trust sign adds it");
        return -1;
    }
    if (check_customer(newest, terms->customer, err) < 0 ||
        check_epoch(newest, terms->file->epoch, err) < 0 ||
        check_issued(newest, terms->options->now, err) < 0)
        return -1;
    *out = sl_steal(&newest);
    return 0;
}

int terms_check(const struct terms *terms, struct sl_err *err)
{
    SL_CLEANUP(sl_trust_steps_freep) struct sl_trust_steps *steps = NULL;
    SL_CLEANUP(sl_trust_freep) struct sl_trust *newest = NULL;
    return terms->options->trust ? open_trust(&steps, &newest, terms, err) : 0;
}

/* -- who signs -- */

_Static_assert(SL_PACK_MISSING_MAX == SL_TRUST_KEYS_MAX, "there is room for all of them");
_Static_assert(SL_PACK_OTHERS_MAX == SL_SIGNATURES_MAX, "there is room for all of them");

static int refuse_revoked(const struct sl_trust *trust, const struct sl_public_key *key, uint64_t sequence,
                          struct sl_err *err)
{
    char id[SL_KEY_ID_HEX + 1];
    (void)sl_fail(
        err, SL_E_INPUT,
        "version %llu of trust.json revokes the key %s for sequence %llu of epoch %llu: no enrolled "
        "site counts what it signs",
        (unsigned long long)trust->version, sl_key_id_text(id, key->id), (unsigned long long)sequence,
        (unsigned long long)trust->epoch);
    return sl_hint(err,
                   "sign with a key that is not revoked: sealift trust show lists those of role release");
}

static int refuse_strangers(const struct sl_trust *trust, size_t count, struct sl_err *err)
{
    (void)sl_fail(
        err, SL_E_INPUT,
        "%s a release key of version %llu of trust.json, which the bundle carries: no enrolled site "
        "would take it",
        count == 1 ? "the key that signs is not" : "none of the keys that sign is",
        (unsigned long long)trust->version);
    return sl_hint(err,
                   "sign with one of those that sealift trust show lists, or list it first: sealift trust "
                   "add-key --release-key");
}

/* Sets the bits of those who sign and may; -1 for one that is revoked. */
static int count_signers(struct sl_pack_signers *out, uint32_t *signed_by, const struct sl_trust *trust,
                         const struct terms *terms, uint64_t sequence, struct sl_err *err)
{
    const struct sl_pack_options *options = terms->options;
    for (size_t i = 0; i < options->key_count; i++) {
        unsigned char name[32];
        const struct sl_public_key *key = &options->keys[i].public_key;
        sl_trust_key_name(name, key);
        if (!sl_trust_key_counts(trust, name, trust->epoch, sequence))
            return refuse_revoked(trust, key, sequence, err);
        const struct sl_trust_key *listed = sl_trust_key_find(trust, name);
        if (listed && listed->roles >> SL_ROLE_RELEASE & 1U) {
            *signed_by |= UINT32_C(1) << (listed - trust->keys);
            out->counted++;
        } else {
            out->others[out->other_count++] = i;
        }
    }
    return 0;
}

static void list_missing(struct sl_pack_signers *out, uint32_t signed_by, const struct sl_trust *trust,
                         uint64_t sequence)
{
    for (size_t i = 0; i < trust->key_count && out->counted < out->needed; i++) {
        const struct sl_trust_key *key = &trust->keys[i];
        if (key->roles >> SL_ROLE_RELEASE & 1U && !(signed_by >> i & 1U) &&
            sl_trust_key_counts(trust, key->sha256, trust->epoch, sequence))
            (void)sl_key_id_text(out->missing[out->missing_count++], key->key.id);
    }
}

int terms_check_signers(struct sl_pack_signers *out, const struct terms *terms, uint64_t sequence,
                        struct sl_err *err)
{
    *out = (struct sl_pack_signers){.version = 0};
    if (!terms->options->trust)
        return 0;
    SL_CLEANUP(sl_trust_steps_freep) struct sl_trust_steps *steps = NULL;
    SL_CLEANUP(sl_trust_freep) struct sl_trust *trust = NULL;
    uint32_t signed_by = 0;
    if (open_trust(&steps, &trust, terms, err) < 0)
        return -1;
    out->version = trust->version;
    out->needed = trust->thresholds[SL_ROLE_RELEASE];
    if (count_signers(out, &signed_by, trust, terms, sequence, err) < 0)
        return -1;
    if (out->counted == 0 && out->other_count > 0)
        return refuse_strangers(trust, out->other_count, err);
    list_missing(out, signed_by, trust, sequence);
    return 0;
}

/* -- in the bundle -- */

static int carry_trust(struct sl_plan *plan, struct sl_manifest *facts, const struct terms *terms,
                       struct sl_err *err)
{
    SL_CLEANUP(sl_trust_steps_freep) struct sl_trust_steps *steps = NULL;
    SL_CLEANUP(sl_trust_freep) struct sl_trust *newest = NULL;
    if (open_trust(&steps, &newest, terms, err) < 0)
        return -1;
    facts->epoch = newest->epoch;
    for (size_t i = first_carried(steps); i < sl_trust_steps_count(steps); i++)
        if (add_step(plan, sl_trust_steps_at(steps, i), err) < 0)
            return -1;
    return 0;
}

/* -- release.yaml -- */

static int number_at(struct sl_str text, size_t from, size_t to)
{
    int number = 0;
    for (size_t i = from; i < to && i < text.len; i++)
        number = number * 10 + (text.ptr[i] - '0');
    return number;
}

/* The first second after that day, in UTC; `day` is a date that exists. Days since 1970 by the calendar's own
 * rule: 146,097 in 400 years, counted from the first of March. */
static int64_t end_of_day(struct sl_str day)
{
    int year = number_at(day, 0, 4);
    int month = number_at(day, 5, 7);
    int number = number_at(day, 8, 10);
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t in_era = year - era * 400;
    int64_t in_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + number - 1;
    int64_t days = era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
    return (days + 1) * 86400;
}

static int copy_stops(struct sl_manifest *facts, struct sl_manifest_stop **stops,
                      const struct sl_release_file *file, struct sl_err *err)
{
    if (file->stop_count == 0)
        return 0;
    *stops = calloc(file->stop_count, sizeof **stops);
    if (!*stops)
        return sl_fail_memory(err);
    for (size_t i = 0; i < file->stop_count; i++) {
        (*stops)[i].release = file->stops[i].release;
        (*stops)[i].sequence = file->stops[i].sequence;
    }
    facts->stops = *stops;
    facts->stop_count = file->stop_count;
    return 0;
}

int terms_add(struct sl_plan *plan, struct sl_manifest *facts, struct sl_manifest_stop **stops,
              const struct terms *terms, struct sl_err *err)
{
    const struct sl_release_file *file = terms->file;
    *stops = NULL;
    facts->upgrade_from = file->upgrade_from;
    facts->upgrade_from_count = file->upgrade_from_count;
    facts->floor = file->floor;
    facts->epoch = file->epoch;
    facts->expires = file->expires.len ? end_of_day(file->expires) : 0;
    if (copy_stops(facts, stops, file, err) < 0)
        return -1;
    return terms->options->trust ? carry_trust(plan, facts, terms, err) : 0;
}
