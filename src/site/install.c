#include <sealift/site.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "change.h"
#include "compare.h"
#include "enrolled.h"
#include "generation.h"
#include "signatures.h"
#include "stage.h"

#include <sealift/text.h>

struct install {
    struct site *site;
    const struct sl_site_options *options;
    struct sl_claim *claim;
    const struct sl_bundle_head *head; /* the claim's; after it was proved, the verified bundle's */
    struct sl_digest digest;           /* of its manifest */
    const struct sl_trust *trust;      /* that it was judged by; lives like `head` */
    struct site_provers provers;       /* of signature files that are there; lives like the policy */
    uint64_t trust_version;
    struct sl_install_result *result;
    struct sl_verdict *verdict; /* of an enrolled site: the caller's, or the next */
    struct sl_verdict own_verdict;
};

/* -- whose site -- */

/* They would be used and forgotten, and the next bundle judged by what is older: only an enrolled site keeps them. */
static int keep_nothing(void *context, const struct sl_trust *trust, const struct sl_trust_step *steps,
                        size_t count, struct sl_err *err)
{
    const struct site *site = context;
    (void)steps;
    (void)count;
    (void)sl_fail(
        err, SL_E_REFUSED,
        "the bundle brings version %llu of trust.json, and %s is not enrolled, so it cannot keep it",
        (unsigned long long)trust->version, site->shown);
    return sl_hint(
        err,
        "sealift enrol --root %.100s --trust FILE --fingerprint HEX makes it a site that does; or give that "
        "version with --trust",
        site->shown);
}

/* Before the bundle is read, and without the lock: once it is there, the identity does not change. */
static int open_claim(struct sl_claim **out, struct site *site, int *fd, const char *name,
                      const struct sl_policy *policy, struct sl_err *err)
{
    struct sl_policy effective = *policy;
    if (site_claim_customer(site, &effective, err) < 0)
        return -1;
    effective.store = (struct sl_trust_store){keep_nothing, site};
    int bundle = *fd;
    *fd = -1;
    return sl_claim_open(out, bundle, name, &effective, err);
}

/* Again, under the lock: somebody else may have made the first install meanwhile. */
static int check_owner(const struct install *in, struct sl_err *err)
{
    const struct site *site = in->site;
    if (site->customer.len == 0 || sl_str_equal(site->customer, in->head->manifest->customer))
        return 0;
    char owner[128];
    return sl_fail(err, SL_E_REFUSED, "this bundle is not for %s, whose site %s is",
                   sl_escape(owner, sizeof owner, site->customer), site->shown);
}

/* Under the lock: may this bundle follow what is current. */
static int check_succession(struct install *in, struct sl_err *err)
{
    struct sl_site_view view;
    const struct sl_trust *trust = sl_claim_trust(in->claim);
    if (site_view_fill(&view, in->site, err) < 0 || (trust && site_trust_check(in->site, trust, err) < 0))
        return -1;
    return sl_claim_judge(in->claim, &view, err);
}

/* -- what is there already -- */

#define SIGNERS_MAX (SL_SIGNATURES_MAX + SITE_SIGNATURES_MAX)

/* Whose signature files a generation of this bundle has to have: of those who were noted when it was made, and of all whose
 * signatures count now. */
static size_t list_expected(struct sl_str out[SIGNERS_MAX], const struct install *in,
                            struct sl_str generation)
{
    const struct sl_site_change *made = site_change_making(in->site, generation);
    const struct sl_bundle_head *head = in->head;
    size_t count = 0;
    for (size_t i = 0; made && i < made->signer_count && count < SIGNERS_MAX; i++)
        out[count++] = made->signers[i];
    for (size_t i = 0; i < head->signer_count && count < SIGNERS_MAX; i++)
        if (head->signers[i].trusted)
            out[count++] = sl_str_from(head->signers[i].key_id);
    return count;
}

static int compare(struct site_drifts *out, const struct install *in, struct sl_str generation,
                   struct sl_err *err)
{
    SL_CLEANUP(sl_closep) int dir = site_generation_dir(in->site, generation, err);
    if (dir < 0)
        return -1;
    SL_CLEANUP(site_signatures_release) struct site_signatures proved;
    struct sl_str signers[SIGNERS_MAX];
    struct site_expected expected = {
        .manifest = in->head->manifest,
        .manifest_json = in->head->manifest_json,
        .signers = signers,
        .signer_count = list_expected(signers, in, generation),
        .proved = &proved,
    };
    if (site_signatures_load(&proved, dir, err) < 0 ||
        site_signatures_prove(&proved, expected.manifest_json, &in->provers, err) < 0)
        return -1;
    return site_compare(out, dir, &expected, &in->options->progress, err);
}

/* 1 when the generation is on disk, every file is as this bundle's manifest says, and the signatures are good; else 0. What cannot
 * be read is not known to be intact, and a fresh copy is the remedy: only a lack of memory is an error. */
static int is_intact(const struct install *in, struct sl_str generation, struct sl_err *err)
{
    SL_CLEANUP(site_drifts_release) struct site_drifts drifts;
    site_drifts_init(&drifts);
    if (compare(&drifts, in, generation, err) == 0)
        return drifts.total == 0;
    if (err->code == SL_E_NO_MEMORY)
        return -1;
    sl_err_clear(err);
    return 0;
}

/*
 * Looks for a generation of this very bundle that can be used as it is: the one that was current last, which
 * is the current one where that is of this bundle. 1 and its name, or 0.
 */
static int find_intact(const struct install *in, char out[SL_GENERATION_NAME_MAX], struct sl_err *err)
{
    const struct sl_site_history *history = &in->site->history;
    SL_CLEANUP(sl_map_release) struct sl_map looked_at;
    sl_map_init(&looked_at);
    for (size_t i = history->count; i > 0; i--) {
        struct sl_site_change *change = &history->changes[i - 1];
        if (!sl_digest_equal(&change->manifest, &in->digest))
            continue;
        int fresh = sl_map_put(&looked_at, change->to, change, err);
        if (fresh < 0)
            return -1;
        int intact = fresh ? is_intact(in, change->to, err) : 0;
        if (intact < 0)
            return -1;
        if (intact) {
            site_generation_copy(out, change->to);
            return 1;
        }
    }
    return 0;
}

/* A name that was never used, so that a line of the history means one directory for good. */
static int choose_name(const struct install *in, char out[SL_GENERATION_NAME_MAX], struct sl_err *err)
{
    for (unsigned copy = 1; copy <= SL_GENERATIONS_MAX; copy++) {
        if (site_generation_name(out, in->head, copy, err) < 0)
            return -1;
        struct sl_str name = sl_str_from(out);
        if (site_history_knows(in->site, name))
            continue;
        int present = site_generation_present(in->site, name, err);
        if (present <= 0)
            return present;
    }
    return sl_fail(err, SL_E_LIMIT, "%s has %d copies of this bundle already", in->site->shown,
                   SL_GENERATIONS_MAX);
}

/* -- doing it -- */

static int prove(struct sl_verified **out, struct install *in, const struct sl_receiver *receiver,
                 struct sl_err *err)
{
    if (sl_claim_prove(out, in->claim, receiver, &in->options->progress, err) < 0)
        return -1;
    in->head = sl_verified_head(*out);
    return 0;
}

/* The key ids of those whose signatures were proved. */
static size_t list_signers(struct sl_str out[SL_SIGNATURES_MAX], const struct sl_bundle_head *head)
{
    size_t count = 0;
    for (size_t i = 0; i < head->signer_count && count < SL_SIGNATURES_MAX; i++)
        if (head->signers[i].trusted)
            out[count++] = sl_str_from(head->signers[i].key_id);
    return count;
}

static void fill_change(struct sl_site_change *out, const struct install *in, const char *name,
                        struct sl_str signers[SL_SIGNATURES_MAX])
{
    *out = (struct sl_site_change){
        .action = SL_SITE_INSTALL,
        .bundle = in->head->manifest->bundle,
        .from = in->site->current,
        .to = sl_str_from(name),
        .manifest = in->digest,
        .epoch = in->head->manifest->epoch,
        .floor = in->head->manifest->floor,
        .trust_version = in->trust_version,
        .signers = signers,
        .signer_count = list_signers(signers, in->head),
    };
}

static void set_result(const struct install *in, enum sl_install_outcome outcome, const char *generation)
{
    struct sl_install_result *result = in->result;
    const struct sl_site_change *before = site_change_to(in->site, in->site->current);
    bool comparable = before && before->epoch == in->head->manifest->epoch;
    *result = (struct sl_install_result){
        .outcome = outcome,
        .sequence = in->head->manifest->sequence,
        .previous_sequence = comparable ? site_generation_sequence(in->site->current) : 0,
        .files = in->head->manifest->file_count,
        .bytes = in->head->manifest->total_bytes,
    };
    site_generation_copy(result->generation, sl_str_from(generation));
    site_generation_copy(result->previous, in->site->current);
}

/* What an enrolled site notes before the bundle becomes current, and after. */

static int note_before(const struct install *in, struct sl_err *err)
{
    if (!in->site->identity.enrolled)
        return 0;
    return site_ledger_accept(in->site, in->head->manifest, &in->digest, in->trust, err);
}

static int note_after(const struct install *in, struct sl_err *err)
{
    struct site *site = in->site;
    if (!site->identity.enrolled)
        return 0;
    if (site_load(site, err) < 0)
        return -1;
    struct site_deed deed = {
        .action = SL_RECEIPT_INSTALL,
        .change = &site->history.changes[site->history.count - 1],
        .verdict = in->verdict,
        .files = in->result->files,
        .bytes = in->result->bytes,
        .detail = in->result->outcome == SL_REPAIRED ? "altered files were replaced" : "",
    };
    return site_receipt_add(site, in->options, &deed, err);
}

/* The same bundle is current, but altered. */
static bool repairs(const struct install *in)
{
    const struct sl_site_change *change = site_change_to(in->site, in->site->current);
    return change && sl_digest_equal(&change->manifest, &in->digest);
}

/* The bundle is proved to its end in any case: that it is on disk already makes a bad copy of it no better.
 */
static int use_what_is_there(struct install *in, const char *name, struct sl_err *err)
{
    SL_CLEANUP(sl_verified_freep) struct sl_verified *verified = NULL;
    if (prove(&verified, in, NULL, err) < 0)
        return -1;
    if (sl_str_equal(in->site->current, sl_str_from(name))) {
        set_result(in, SL_ALREADY_CURRENT, name);
        return 0;
    }
    struct sl_str signers[SL_SIGNATURES_MAX];
    struct sl_site_change change;
    fill_change(&change, in, name, signers);
    set_result(in, repairs(in) ? SL_REPAIRED : SL_INSTALLED, name);
    if (note_before(in, err) < 0 || site_switch(in->site, &change, &in->options->clock, err) < 0)
        return -1;
    return note_after(in, err);
}

static int stage_and_switch(struct install *in, struct sl_err *err)
{
    char name[SL_GENERATION_NAME_MAX];
    if (choose_name(in, name, err) < 0 || site_space_check(in->site, in->head, err) < 0)
        return -1;
    SL_CLEANUP(sl_verified_freep) struct sl_verified *verified = NULL;
    SL_CLEANUP(site_stage_release) struct site_stage stage;
    int begun = site_stage_begin(&stage, in->site, name, err);
    if (begun < 0)
        return -1;
    struct sl_receiver receiver = site_stage_receiver(&stage);
    if (prove(&verified, in, &receiver, err) < 0 || site_stage_finish(&stage, err) < 0)
        return -1;
    struct sl_str signers[SL_SIGNATURES_MAX];
    struct sl_site_change change;
    fill_change(&change, in, name, signers);
    set_result(in, repairs(in) ? SL_REPAIRED : SL_INSTALLED, name);
    if (note_before(in, err) < 0 ||
        site_install_staged(in->site, verified, &change, &in->options->clock, err) < 0)
        return -1;
    return note_after(in, err);
}

static int put_in_place(struct install *in, struct sl_err *err)
{
    char name[SL_GENERATION_NAME_MAX];
    int intact = find_intact(in, name, err);
    if (intact < 0)
        return -1;
    return intact ? use_what_is_there(in, name, err) : stage_and_switch(in, err);
}

/* The bundle was judged by the caller's keys, which count for nothing at a site that was enrolled before the lock was had. */
static int check_still_plain(const struct site *site, struct sl_err *err)
{
    if (!site->identity.enrolled)
        return 0;
    (void)sl_fail(err, SL_E_BUSY, "%s was enrolled meanwhile", site->shown);
    return sl_hint(
        err, "nothing was changed; run it again without --pubkey and --trust: its own trust decides now");
}

static int work(struct install *in, struct sl_err *err)
{
    if (site_recover(in->site, err) < 0 || check_still_plain(in->site, err) < 0 ||
        site_check_enrolment(in->site, err) < 0 || check_owner(in, err) < 0 || check_succession(in, err) < 0)
        return -1;
    return put_in_place(in, err);
}

/* Where nothing may be written and this bundle is what is current, whole, there is nothing to write: without the lock, for
 * which a file has to be written. Otherwise `err` stays what it is. */
static int finish_unwritten(struct install *in, struct sl_err *err)
{
    struct site *site = in->site;
    struct sl_err ignored = {0};
    if (!site_cannot_write(err) || site->state < 0 || site_load(site, &ignored) < 0 || site->has_pending)
        return -1;
    const struct sl_site_change *change = site_change_to(site, site->current);
    if (!change || !sl_digest_equal(&change->manifest, &in->digest) || check_owner(in, &ignored) < 0 ||
        check_succession(in, &ignored) < 0 || is_intact(in, site->current, &ignored) != 1)
        return -1;
    char name[SL_GENERATION_NAME_MAX];
    site_generation_copy(name, site->current);
    return use_what_is_there(in, name, err);
}

static int install(struct install *in, struct sl_err *err)
{
    if (site_make(in->site, err) < 0 || site_lock(in->site, in->options, err) < 0)
        return finish_unwritten(in, err);
    return work(in, err) < 0 ? site_give_up(in->site, err) : 0;
}

static void set_claim(struct install *in, struct sl_claim *claim, const struct sl_policy *policy,
                      const struct sl_trust_steps *steps)
{
    in->claim = claim;
    in->head = sl_claim_head(claim);
    in->trust = sl_claim_trust(claim);
    in->trust_version = in->trust ? in->trust->version : 0;
    memcpy(in->digest.bytes, in->head->manifest_sha256, sizeof in->digest.bytes);
    in->provers = (struct site_provers){
        .steps = steps, .trust = in->trust, .keys = policy->keys, .key_count = policy->key_count};
}

static int install_plain(struct install *in, int *bundle, const char *name, const struct sl_policy *policy,
                         struct sl_err *err)
{
    SL_CLEANUP(sl_claim_freep) struct sl_claim *claim = NULL;
    if (open_claim(&claim, in->site, bundle, name, policy, err) < 0) {
        /* Another key would not help here. What is not refused waits for an enrolment that is at work. */
        if (!in->site->enrolment_stopped || err->code != SL_E_REFUSED)
            return -1;
        sl_err_clear(err);
        return site_check_enrolment(in->site, err);
    }
    set_claim(in, claim, policy, NULL);
    return install(in, err);
}

/* -- an enrolled site -- */

/* After what was staged is gone: the receipt says what is so. */
static int note_refusal(const struct install *in, const struct sl_err *refusal)
{
    struct sl_err second = {0};
    const struct site_deed deed = {.verdict = in->verdict};
    if (refusal->code != SL_E_REFUSED || in->site->switched || site_recover(in->site, &second) < 0)
        return -1;
    return site_note_refusal(in->site, in->options, &deed, refusal);
}

static int judge_and_install(struct install *in, struct site_judge *judge, int *bundle, const char *name,
                             const struct sl_policy *policy, struct sl_err *err)
{
    struct sl_policy effective = *policy;
    if (site_judge_begin(judge, in->site, true, &effective, err) < 0)
        return -1;
    effective.verdict = in->verdict;
    effective.now = in->options->clock.now(in->options->clock.context);
    int fd = *bundle;
    *bundle = -1;
    SL_CLEANUP(sl_claim_freep) struct sl_claim *claim = NULL;
    if (sl_claim_open(&claim, fd, name, &effective, err) < 0)
        return note_refusal(in, err);
    set_claim(in, claim, policy, judge->steps);
    return put_in_place(in, err) < 0 ? note_refusal(in, err) : 0;
}

/* Its own trust decides, and may have to be written down before the bundle is judged: so the lock comes first. */
static int install_enrolled(struct install *in, int *bundle, const char *name, const struct sl_policy *policy,
                            struct sl_err *err)
{
    in->verdict = policy->verdict ? policy->verdict : &in->own_verdict;
    if (site_lock(in->site, in->options, err) < 0)
        return -1;
    if (site_recover(in->site, err) < 0)
        return site_give_up(in->site, err);
    struct site_judge judge;
    int result = judge_and_install(in, &judge, bundle, name, policy, err);
    site_judge_release(&judge);
    return result < 0 ? site_give_up(in->site, err) : 0;
}

int sl_site_install(struct sl_install_result *out, const struct sl_site_options *options, int fd,
                    const char *name, const struct sl_policy *policy, struct sl_err *err)
{
    SL_CLEANUP(sl_closep) int bundle = fd;
    SL_CLEANUP(site_release) struct site site;
    site_init(&site, options->root);
    struct install in = {.site = &site, .options = options, .result = out};
    if (site_open(&site, err) < 0 || site_load_identity(&site, err) < 0)
        return -1;
    int result = site.identity.enrolled ? install_enrolled(&in, &bundle, name, policy, err)
                                        : install_plain(&in, &bundle, name, policy, err);
    return result < 0 ? site_hint_writing(&site, err) : 0;
}
