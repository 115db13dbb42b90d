/*
 * From a descriptor to a verdict. A bundle is in one of two types, and which one says what is known of it: sl_claim (signed by a
 * trusted key and for the right customer, payload not seen), sl_verified (every byte seen and right). Only sl_claim_prove() makes
 * the last. inspect.c is for one of which nothing is known.
 */
#include <sealift/verify.h>

#include "base/cleanup.h"
#include "bundle/opening.h"
#include "crypto/digest.h"
#include "gate.h"
#include "head.h"
#include "io/isolated.h"
#include "trust/meter.h"
#include "verdict.h"

#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>

/* What the two have in common. The texts of the head are the reader's, which therefore lives as long. */
struct trust_bundle {
    struct sl_bundle_reader *reader;
    struct sl_manifest *manifest;
    struct sl_trust *trust; /* that it is judged by, with what the bundle brought; NULL: plain keys */
    int64_t now;            /* the policy's */
    char customer[128];     /* the policy's */
    struct trust_judgement judgement;
    struct sl_bundle_head head;
    struct sl_verdict *verdict; /* the policy's, or the next */
    struct sl_verdict own_verdict;
    struct sl_isolation isolation;
    char name[256];             /* for messages, escaped */
    char path[SL_ERR_FILE_MAX]; /* as it is; empty where it is too long for a report */
};

struct sl_claim {
    struct trust_bundle *bundle; /* NULL when used up */
};

struct sl_verified {
    struct trust_bundle *bundle;
};

static void bundle_free(struct trust_bundle *bundle)
{
    if (!bundle)
        return;
    sl_bundle_reader_free(bundle->reader);
    sl_manifest_free(bundle->manifest);
    sl_trust_free(bundle->trust);
    free(bundle);
}

SL_DEFINE_FREEP(struct trust_bundle, bundle_free)

static int open_reader(struct trust_bundle *bundle, int *fd, const struct sl_age_keys *keys,
                       struct sl_err *err)
{
    struct sl_source *container = NULL;
    if (sl_source_bundle_apart(&container, *fd, keys, err) < 0)
        return -1;
    *fd = -1;
    bundle->isolation = sl_source_isolation(container);
    return sl_bundle_reader_open_container(&bundle->reader, container, err);
}

/* "no_new_privs, seccomp, Landlock (version 7) and limits" */
static void say_isolation(struct trust_bundle *bundle)
{
    const struct sl_isolation *isolation = &bundle->isolation;
    char landlock[48] = "no Landlock, which this kernel lacks";
    if (isolation->landlock)
        (void)snprintf(landlock, sizeof landlock, "Landlock (version %d)", isolation->landlock);
    verdict_say(
        bundle->verdict, SL_STEP_LIMITS, SL_PASSED,
        "the head of the bundle has the form and the sizes it must have; it is unpacked in a process of its own "
        "with %s, %s, %s and %s",
        isolation->no_new_privs ? "no_new_privs" : "no no_new_privs",
        isolation->seccomp ? "seccomp" : "no seccomp, which this kernel lacks", landlock,
        isolation->limits ? "limits" : "no limits");
}

/* Only after the signatures have been judged: it interprets the manifest. */
static int read_manifest(struct trust_bundle *bundle, struct sl_err *err)
{
    if (trust_head_read(&bundle->head, &bundle->manifest, bundle->reader, &bundle->judgement, err) < 0)
        return -1;
    bundle->head.isolation = bundle->isolation;
    return 0;
}

static int judge_manifest(struct trust_bundle *bundle, const struct sl_site_view *site, struct sl_err *err)
{
    struct sl_judged judged = {
        .manifest = bundle->manifest,
        .manifest_sha256 = bundle->head.manifest_sha256,
        .trust = bundle->trust,
        .signed_by = bundle->judgement.signed_by,
        .customer = sl_str_from(bundle->customer),
        .site = site,
        .now = bundle->now,
    };
    return sl_judge(bundle->verdict, &judged, err);
}

/* The file's name mostly says whose it is: it stays out of a refusal because of that. */
static int wrap_name(const struct trust_bundle *bundle, struct sl_err *err)
{
    if (bundle->verdict->steps[SL_STEP_AUDIENCE].outcome == SL_REFUSED)
        return -1;
    if (err->code == SL_E_REFUSED && bundle->path[0])
        (void)sl_err_about(err, bundle->path);
    return sl_wrap(err, "%s", bundle->name);
}

/* What a stick does, too, and not only people: a manifest or signature that is not what was written, or another container. */
static void explain_refusal(const struct trust_bundle *bundle, struct sl_err *err)
{
    const struct sl_verdict_line *steps = bundle->verdict->steps;
    bool judged = steps[SL_STEP_AUDIENCE].outcome != SL_NOT_REACHED;
    if (bundle->reader && (!judged || steps[SL_STEP_PAYLOAD].outcome == SL_REFUSED))
        sl_bundle_reader_explain(bundle->reader, err);
}

/* Every step but the payload, in their order. */
static int judge(struct trust_bundle *bundle, int *fd, const struct sl_policy *policy, struct sl_err *err)
{
    struct sl_verdict *verdict = bundle->verdict;
    verdict->now = bundle->now = policy->now;
    if (policy->customer.len >= sizeof bundle->customer)
        return sl_fail(err, SL_E_USAGE, "the name of the customer is longer than any may be");
    if (policy->customer.len > 0)
        memcpy(bundle->customer, policy->customer.ptr, policy->customer.len);
    if (open_reader(bundle, fd, &policy->age_keys, err) < 0)
        return verdict_refuse(verdict, SL_STEP_LIMITS, err);
    say_isolation(bundle);
    if (trust_gate_steps(&bundle->trust, verdict, bundle->reader, policy, err) < 0) {
        bool anothers = verdict->steps[SL_STEP_TRUST].outcome == SL_SKIPPED;
        return verdict_refuse(verdict, anothers ? SL_STEP_AUDIENCE : SL_STEP_TRUST, err);
    }
    if (trust_gate_signatures(&bundle->judgement, verdict, bundle->reader, policy, bundle->trust, err) < 0)
        return verdict_refuse(verdict, SL_STEP_SIGNATURES, err);
    if (read_manifest(bundle, err) < 0)
        return verdict_refuse(verdict, SL_STEP_MANIFEST, err);
    verdict_say(verdict, SL_STEP_MANIFEST, SL_PASSED, "it keeps every rule of its format");
    if (judge_manifest(bundle, policy->site, err) < 0)
        return -1;
    /* Only now: where the container is not the manifest's, both are named, and a renamed folder, which nobody signs, must not
     * make a site say whose bundle it was given. */
    if (sl_bundle_reader_bind(bundle->reader, bundle->manifest, err) < 0)
        return verdict_refuse(verdict, SL_STEP_PAYLOAD, err);
    return 0;
}

/* Closes the descriptor in every case. */
static int bundle_open(struct trust_bundle **out, int fd, const char *name, const struct sl_policy *policy,
                       struct sl_err *err)
{
    SL_CLEANUP(sl_closep) int owned = fd;
    if (trust_policy_check(policy, err) < 0)
        return -1;
    SL_CLEANUP(bundle_freep) struct trust_bundle *bundle = calloc(1, sizeof *bundle);
    if (!bundle)
        return sl_fail_memory(err);
    (void)sl_escape(bundle->name, sizeof bundle->name, sl_str_from(name));
    if (strlen(name) < sizeof bundle->path)
        memcpy(bundle->path, name, strlen(name) + 1);
    bundle->verdict = policy->verdict ? policy->verdict : &bundle->own_verdict;
    *bundle->verdict = (struct sl_verdict){.accepted = false};
    if (judge(bundle, &owned, policy, err) < 0) {
        explain_refusal(bundle, err);
        return wrap_name(bundle, err);
    }
    *out = sl_steal(&bundle);
    return 0;
}

/* -- claiming -- */

int sl_claim_open(struct sl_claim **out, int fd, const char *name, const struct sl_policy *policy,
                  struct sl_err *err)
{
    SL_CLEANUP(bundle_freep) struct trust_bundle *bundle = NULL;
    if (bundle_open(&bundle, fd, name, policy, err) < 0)
        return -1;
    struct sl_claim *claim = calloc(1, sizeof *claim);
    if (!claim)
        return sl_fail_memory(err);
    claim->bundle = sl_steal(&bundle);
    *out = claim;
    return 0;
}

const struct sl_bundle_head *sl_claim_head(const struct sl_claim *claim)
{
    return &claim->bundle->head;
}

int sl_claim_judge(struct sl_claim *claim, const struct sl_site_view *site, struct sl_err *err)
{
    return judge_manifest(claim->bundle, site, err) < 0 ? wrap_name(claim->bundle, err) : 0;
}

const struct sl_trust *sl_claim_trust(const struct sl_claim *claim)
{
    return claim->bundle->trust;
}

void sl_claim_free(struct sl_claim *claim)
{
    if (!claim)
        return;
    bundle_free(claim->bundle);
    free(claim);
}

void sl_claim_freep(struct sl_claim **claim)
{
    sl_claim_free(*claim);
    *claim = NULL;
}

/* -- proving -- */

static int give_whole(const struct sl_receiver *receiver, struct sl_str path, struct sl_str bytes,
                      struct sl_err *err)
{
    struct sl_manifest_file file = {.path = path, .size = bytes.len};
    struct sl_digest digest;
    sl_sha256(&digest, bytes.ptr, bytes.len);
    memcpy(file.sha256, digest.bytes, sizeof digest.bytes);
    if (receiver->begin(receiver->context, &file, err) < 0 ||
        receiver->data(receiver->context, bytes.ptr, bytes.len, err) < 0)
        return -1;
    return receiver->end(receiver->context, &file, err);
}

/* Whether a signature is kept: all that came in the bundle, and of the others those that count, one per name. */
static bool is_kept(const struct trust_judgement *judgement, size_t index)
{
    const struct sl_signer *signer = &judgement->signers[index];
    for (size_t i = 0; i < index && signer->detached; i++)
        if (strcmp(judgement->signers[i].key_id, signer->key_id) == 0)
            return false;
    return !signer->detached || signer->trusted;
}

/* The members that the manifest does not list: itself and the signatures over it. */
static int give_head(const struct trust_bundle *bundle, const struct sl_receiver *receiver,
                     struct sl_err *err)
{
    const struct trust_judgement *judgement = &bundle->judgement;
    if (give_whole(receiver, SL_STR("manifest.json"), bundle->head.manifest_json, err) < 0)
        return -1;
    for (size_t i = 0; i < judgement->count; i++) {
        char name[sizeof "manifest.json..minisig" + SL_KEY_ID_HEX];
        if (!is_kept(judgement, i))
            continue;
        (void)snprintf(name, sizeof name, "manifest.json.%s.minisig", judgement->signers[i].key_id);
        if (give_whole(receiver, sl_str_from(name), judgement->texts[i], err) < 0)
            return -1;
    }
    return 0;
}

static int read_file(struct trust_bundle *bundle, const struct sl_manifest_file *file,
                     const struct sl_receiver *receiver, struct sl_meter *meter, struct sl_err *err)
{
    if (receiver && receiver->begin(receiver->context, file, err) < 0)
        return -1;
    for (;;) {
        const void *bytes = NULL;
        ssize_t got = sl_bundle_reader_read(bundle->reader, receiver ? &bytes : NULL, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        if (receiver && receiver->data(receiver->context, bytes, (size_t)got, err) < 0)
            return -1;
        sl_meter_add(meter, (uint64_t)got);
    }
    /* The reader reports the end of a file only when its size and digest were right. */
    return receiver ? receiver->end(receiver->context, file, err) : 0;
}

static int read_payload(struct trust_bundle *bundle, const struct sl_receiver *receiver,
                        const struct sl_progress *progress, struct sl_err *err)
{
    struct sl_meter meter;
    sl_meter_start(&meter, progress, "verifying", bundle->manifest->total_bytes);
    for (;;) {
        const struct sl_manifest_file *file = NULL;
        int more = sl_bundle_reader_next(bundle->reader, &file, err);
        if (more <= 0)
            return more;
        if (read_file(bundle, file, receiver, &meter, err) < 0)
            return -1;
    }
}

int sl_claim_prove(struct sl_verified **out, struct sl_claim *claim, const struct sl_receiver *receiver,
                   const struct sl_progress *progress, struct sl_err *err)
{
    if (!claim->bundle)
        return sl_fail(err, SL_E_INTERNAL, "a claim was to be proved twice");
    SL_CLEANUP(bundle_freep) struct trust_bundle *bundle = sl_steal(&claim->bundle);
    if ((receiver && give_head(bundle, receiver, err) < 0) ||
        read_payload(bundle, receiver, progress, err) < 0) {
        (void)verdict_refuse(bundle->verdict, SL_STEP_PAYLOAD, err);
        explain_refusal(bundle, err);
        return wrap_name(bundle, err);
    }
    struct sl_verified *verified = calloc(1, sizeof *verified);
    if (!verified)
        return sl_fail_memory(err);
    verdict_say(bundle->verdict, SL_STEP_PAYLOAD, SL_PASSED, "%zu files, every byte as the manifest says",
                bundle->manifest->file_count);
    bundle->verdict->accepted = true;
    bundle->verdict = &bundle->own_verdict; /* the caller's may be gone from here on */
    verified->bundle = sl_steal(&bundle);
    *out = verified;
    return 0;
}

const struct sl_bundle_head *sl_verified_head(const struct sl_verified *verified)
{
    return &verified->bundle->head;
}

void sl_verified_free(struct sl_verified *verified)
{
    if (!verified)
        return;
    bundle_free(verified->bundle);
    free(verified);
}

void sl_verified_freep(struct sl_verified **verified)
{
    sl_verified_free(*verified);
    *verified = NULL;
}
