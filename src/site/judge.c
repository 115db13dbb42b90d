/*
 * The trust of an enrolled site, as a policy.
 */
#include "enrolled.h"

#include "base/cleanup.h"
#include "generation.h"
#include "io/file.h"
#include "io/sys.h"
#include "model/trust_name.h"
#include "trust/steps_dir.h"

#include <errno.h>
#include <stdio.h>

/* The release in CUSTOMER-RELEASE-SEQUENCE of this site's customer; empty where it cannot be told. */
static struct sl_str release_of(const struct site *site, struct sl_str bundle)
{
    size_t end = bundle.len;
    while (end > 0 && bundle.ptr[end - 1] != '-')
        end--;
    if (!sl_str_starts_with(bundle, site->customer) || end < site->customer.len + 3)
        return (struct sl_str){NULL, 0};
    return sl_str_slice(bundle, site->customer.len + 1, end - 1);
}

void site_history_sum(struct sl_ledger *out, const struct sl_site_history *history, uint64_t least)
{
    *out = (struct sl_ledger){.epoch = least};
    for (size_t i = 0; i < history->count; i++)
        if (history->changes[i].epoch > out->epoch)
            out->epoch = history->changes[i].epoch;
    for (size_t i = 0; i < history->count; i++) {
        const struct sl_site_change *change = &history->changes[i];
        uint64_t sequence = site_generation_sequence(change->to);
        if ((change->epoch > 0 && change->epoch < out->epoch) || sequence == UINT64_MAX)
            continue;
        if (sequence >= out->highest_sequence) {
            out->highest_sequence = sequence;
            out->highest = change->manifest;
        }
        if (change->floor > out->floor)
            out->floor = change->floor;
    }
}

int site_trust_check(const struct site *site, const struct sl_trust *trust, struct sl_err *err)
{
    uint64_t newest = 0;
    uint64_t epoch = 0;
    for (size_t i = 0; i < site->history.count; i++) {
        const struct sl_site_change *change = &site->history.changes[i];
        newest = change->trust_version > newest ? change->trust_version : newest;
        epoch = change->epoch > epoch ? change->epoch : epoch;
    }
    if (trust->version < newest) {
        (void)sl_fail(err, SL_E_REFUSED,
                      "version %llu of trust.json was given, and %s was judged by version %llu before",
                      (unsigned long long)trust->version, site->shown, (unsigned long long)newest);
        return sl_hint(
            err, "give that version or a later one: an older one may trust keys that are revoked since");
    }
    if (trust->epoch >= epoch)
        return 0;
    /* Sequence and floor are remembered for one epoch: those of an earlier one would not be. */
    (void)sl_fail(err, SL_E_REFUSED,
                  "trust.json has epoch %llu, and a bundle of epoch %llu was installed in %s",
                  (unsigned long long)trust->epoch, (unsigned long long)epoch, site->shown);
    return sl_hint(
        err, "ask the vendor whether that bundle was theirs, and for a trust.json of that epoch or a later "
             "one; or begin in another directory");
}

bool site_history_has_grant(const struct sl_site_history *history, const struct sl_digest *grant)
{
    for (size_t i = 0; i < history->count; i++)
        if (sl_digest_equal(&history->changes[i].grant, grant))
            return true;
    return false;
}

static void fill_known(struct sl_site_view *view, const struct sl_ledger *ledger)
{
    view->epoch = ledger->epoch;
    view->highest_sequence = ledger->highest_sequence;
    memcpy(view->highest_sha256, ledger->highest.bytes, sizeof view->highest_sha256);
    view->floor = ledger->floor;
    view->proved_time = ledger->proved_time;
}

int site_view_fill(struct sl_site_view *view, struct site *site, struct sl_err *err)
{
    const struct sl_site_history *history = &site->history;
    unsigned char(*accepted)[32] = sl_arena_array(&site->arena, history->count, sizeof *accepted);
    if (!accepted)
        return sl_fail_memory(err);
    for (size_t i = 0; i < history->count; i++)
        memcpy(accepted[i], history->changes[i].manifest.bytes, sizeof accepted[i]);
    *view = (struct sl_site_view){.installed_sequence = site_generation_sequence(site->current)};
    const struct sl_site_change *change = site_change_to(site, site->current);
    if (change) {
        view->installed_release = release_of(site, change->bundle);
        view->installed_epoch = change->epoch;
        memcpy(view->installed_sha256, change->manifest.bytes, sizeof view->installed_sha256);
    }
    view->accepted = (const unsigned char(*)[32])accepted;
    view->accepted_count = history->count;
    struct sl_ledger by_history;
    if (!site->identity.enrolled)
        site_history_sum(&by_history, history, 0);
    fill_known(view, site->identity.enrolled ? &site->ledger : &by_history);
    return 0;
}

/* -- new versions -- */

static int write_file(int dir, const char *name, struct sl_str text, struct sl_err *err)
{
    return sl_file_replace(dir, name, text, 0644, err);
}

struct leftovers {
    int dir;
    uint64_t version; /* the first that is not there yet */
};

static int remove_leftover(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    const struct leftovers *leftovers = context;
    struct sl_trust_name name;
    if (S_ISDIR(entry->info.st_mode))
        return 1;
    if (!sl_trust_name_parse(&name, sl_str_from(entry->path)) || !name.key_id[0] ||
        name.version < leftovers->version)
        return 0;
    return sl_sys_unlinkat(leftovers->dir, entry->path, 0) < 0
               ? sl_fail_errno(err, SL_E_IO, "remove %s", entry->path)
               : 0;
}

/* Signatures first: a document without them would be no version. Those of strangers, which anybody can add to a good version,
 * are not kept: nothing of a bundle that is refused stays but what was proved. */
static int store_step(int dir, const struct sl_trust *before, const struct sl_trust *trust,
                      const struct sl_trust_step *step, struct sl_err *err)
{
    char name[64];
    for (size_t i = 0; i < step->signature_count; i++) {
        if (!sl_trust_signature_counts(trust, step, i) &&
            !(before && sl_trust_signature_counts(before, step, i)))
            continue;
        (void)snprintf(name, sizeof name, "%llu.json.%s.minisig", (unsigned long long)step->version,
                       step->signatures[i].key_id);
        if (write_file(dir, name, step->signatures[i].text, err) < 0)
            return -1;
    }
    (void)snprintf(name, sizeof name, "%llu.json", (unsigned long long)step->version);
    return write_file(dir, name, step->json, err);
}

static int ledger_with_one(struct sl_ledger *ledger, const struct sl_trust_step *step, struct sl_err *err)
{
    SL_CLEANUP(sl_trust_freep) struct sl_trust *trust = NULL;
    if (sl_trust_read(&trust, step->json, "trust.json", err) < 0)
        return -1;
    if (trust->epoch > ledger->trust_epoch || trust->issued > ledger->proved_time)
        ledger->proved_time = trust->issued;
    if (trust->epoch == ledger->epoch && trust->floor > ledger->floor)
        ledger->floor = trust->floor;
    ledger->trust_epoch = trust->epoch;
    ledger->trust_version = trust->version;
    sl_sha256(&ledger->trust, step->json.ptr, step->json.len);
    return 0;
}

/* `before` is the version that the first step follows; NULL: it follows none. */
static int store_steps(int dir, const struct sl_trust *before, const struct sl_trust_step *steps,
                       size_t count, struct sl_err *err)
{
    SL_CLEANUP(sl_trust_freep) struct sl_trust *last = NULL;
    for (size_t i = 0; i < count; i++) {
        SL_CLEANUP(sl_trust_freep) struct sl_trust *trust = NULL;
        if (sl_trust_read(&trust, steps[i].json, "trust.json", err) < 0 ||
            store_step(dir, last ? last : before, trust, &steps[i], err) < 0)
            return -1;
        sl_trust_free(last);
        last = sl_steal(&trust);
    }
    return 0;
}

int site_ledger_with(struct sl_ledger *ledger, const struct sl_trust_step *steps, size_t count,
                     struct sl_err *err)
{
    for (size_t i = 0; i < count; i++)
        if (ledger_with_one(ledger, &steps[i], err) < 0)
            return -1;
    return 0;
}

int site_trust_store(struct site *site, const struct sl_trust *before, const struct sl_trust_step *steps,
                     size_t count, struct sl_err *err)
{
    struct sl_ledger next = site->ledger;
    bool missing;
    if (sl_dir_make(site->state, SITE_TRUST, err) < 0 || sl_dir_sync(site->state, ".", err) < 0)
        return sl_wrap(err, "make %s/" SITE_STATE "/" SITE_TRUST, site->shown);
    SL_CLEANUP(sl_closep) int dir = site_open_dir(site, SITE_STATE "/" SITE_TRUST, &missing, err);
    if (dir < 0)
        return -1;
    /* Signatures that a stop has left without their document may be others, and together more than a version may have. */
    struct leftovers leftovers = {dir, steps[0].version};
    if (sl_dir_walk(dir, remove_leftover, &leftovers, err) < 0)
        return sl_wrap(err, "%s/" SITE_STATE "/" SITE_TRUST, site->shown);
    if (store_steps(dir, before, steps, count, err) < 0)
        return sl_wrap(err, "%s/" SITE_STATE "/" SITE_TRUST, site->shown);
    if (site_ledger_with(&next, steps, count, err) < 0)
        return -1;
    return site_ledger_save(site, &next, err);
}

static int store(void *context, const struct sl_trust *trust, const struct sl_trust_step *steps, size_t count,
                 struct sl_err *err)
{
    struct site_judge *judge = context;
    struct sl_ledger next = judge->site->ledger;
    (void)trust;
    if (judge->may_store && site_trust_store(judge->site, judge->trust, steps, count, err) < 0)
        return -1;
    if (site_ledger_with(&next, steps, count, err) < 0)
        return -1;
    /* The bundle that brought them is judged by what they say. */
    fill_known(&judge->view, &next);
    return 0;
}

/* -- what is there -- */

static const struct sl_trust_step *newest(const struct sl_trust_steps *steps)
{
    return sl_trust_steps_at(steps, sl_trust_steps_count(steps) - 1);
}

int site_trust_versions(struct sl_trust_steps **out, const struct site *site, struct sl_err *err)
{
    bool missing;
    char name[320];
    (void)snprintf(name, sizeof name, "%s/" SITE_STATE "/" SITE_TRUST, site->shown);
    SL_CLEANUP(sl_closep) int dir = site_open_dir(site, SITE_STATE "/" SITE_TRUST, &missing, err);
    return dir < 0 ? -1 : sl_trust_steps_load_dir(out, dir, name, err);
}

/* Everything is proved again from the fingerprint on: what lies on the disk is only as good as that. */
int site_judge_open_chain(struct site_judge *judge, struct sl_err *err)
{
    char name[320];
    struct site *site = judge->site;
    (void)snprintf(name, sizeof name, "%s/" SITE_STATE "/" SITE_TRUST, site->shown);
    if (site_trust_versions(&judge->steps, site, err) < 0 ||
        sl_trust_chain(&judge->trust, judge->steps, err) < 0)
        return -1;
    unsigned char fingerprint[32];
    sl_trust_fingerprint(fingerprint, sl_trust_steps_at(judge->steps, 0)->json);
    if (memcmp(fingerprint, site->identity.fingerprint.bytes, sizeof fingerprint) != 0)
        return sl_fail(err, SL_E_REFUSED,
                       "%s: the first version is not the one that the site was enrolled with", name);
    const struct sl_trust_step *last = newest(judge->steps);
    struct sl_digest digest;
    sl_sha256(&digest, last->json.ptr, last->json.len);
    uint64_t known = site->ledger.trust_version;
    if (last->version < known || (last->version == known && !sl_digest_equal(&digest, &site->ledger.trust)))
        return sl_fail(err, SL_E_REFUSED, "%s: the newest version is %llu, and by the ledger %llu%s", name,
                       (unsigned long long)last->version, (unsigned long long)known,
                       last->version == known ? " with other bytes" : "");
    return 0;
}

/* A stop may have come between the versions and the ledger: it takes up what is there. */
static int catch_up(struct site_judge *judge, struct sl_err *err)
{
    struct site *site = judge->site;
    struct sl_ledger next = site->ledger;
    size_t first = 0;
    size_t count = sl_trust_steps_count(judge->steps);
    while (first < count && sl_trust_steps_at(judge->steps, first)->version <= next.trust_version)
        first++;
    if (first == count)
        return 0;
    if (site_ledger_with(&next, sl_trust_steps_at(judge->steps, first), count - first, err) < 0)
        return -1;
    if (judge->may_store)
        return site_ledger_save(site, &next, err);
    site->ledger = next; /* in memory only */
    return 0;
}

/* site.json is where people look when somebody asks whom to encrypt for. */
static int check_recipient(const struct site_judge *judge, struct sl_err *err)
{
    char text[SL_AGE_RECIPIENT_TEXT];
    for (size_t i = 0; i < judge->identities.count; i++)
        if (sl_str_equal(sl_str_from(sl_age_recipient_text(text, &judge->identities.items[i].recipient)),
                         judge->site->identity.age_recipient))
            return 0;
    return sl_fail(err, SL_E_REFUSED,
                   SITE_AGE_KEY " is not the key that age_recipient of " SITE_IDENTITY " names");
}

static int read_identity(struct site_judge *judge, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_KIB);
    int result = sl_file_read_beneath(&text, judge->site->state, SITE_AGE_KEY, SL_KIB, err);
    if (result == 0)
        result = sl_age_identities_read(&judge->identities, sl_buf_view(&text), SITE_AGE_KEY, err);
    if (result == 0)
        result = check_recipient(judge, err);
    if (text.ptr)
        explicit_bzero(text.ptr, text.capacity);
    if (result == 0)
        return 0;
    /* Whoever may not read it can still verify what is not encrypted. */
    if (!judge->may_store && err->sys_errno == EACCES) {
        sl_err_clear(err);
        return 0;
    }
    return sl_wrap(err, "%s/" SITE_STATE, judge->site->shown);
}

/* The identities of the caller, and the site's own. */
static int join_identities(struct site_judge *judge, struct sl_policy *policy, struct sl_err *err)
{
    for (size_t i = 0; i < policy->age_keys.identity_count; i++) {
        if (judge->identities.count == SL_AGE_IDENTITIES_MAX)
            return sl_fail(err, SL_E_LIMIT, "there are more than %d age identities", SL_AGE_IDENTITIES_MAX);
        judge->identities.items[judge->identities.count++] = policy->age_keys.identities[i];
    }
    policy->age_keys.identities = judge->identities.items;
    policy->age_keys.identity_count = judge->identities.count;
    return 0;
}

int site_judge_begin(struct site_judge *judge, struct site *site, bool may_store, struct sl_policy *policy,
                     struct sl_err *err)
{
    *judge = (struct site_judge){.site = site, .may_store = may_store};
    if (policy->key_count > 0 || policy->trust) {
        (void)sl_fail(err, SL_E_USAGE, "%s is enrolled, and judges by its own trust.json", site->shown);
        return sl_hint(err, "leave --pubkey and --trust out; new versions of trust.json come with bundles");
    }
    if (site_claim_customer(site, policy, err) < 0)
        return -1;
    if (site_judge_open_chain(judge, err) < 0 || read_identity(judge, err) < 0) {
        if (!err->hint[0] && err->code != SL_E_NO_MEMORY)
            (void)sl_hint(err, "put " SITE_STATE "/ back from one backup as a whole");
        return -1;
    }
    if (catch_up(judge, err) < 0 || join_identities(judge, policy, err) < 0 ||
        site_view_fill(&judge->view, site, err) < 0)
        return -1;
    policy->trust = judge->trust;
    policy->trust_json = newest(judge->steps)->json;
    policy->store = (struct sl_trust_store){store, judge};
    policy->site = &judge->view;
    return 0;
}

void site_judge_release(struct site_judge *judge)
{
    sl_age_identities_wipe(&judge->identities);
    sl_trust_free(judge->trust);
    sl_trust_steps_free(judge->steps);
}
