#include "gate.h"

#include "base/cleanup.h"
#include "chain.h"
#include "crypto/digest.h"
#include "steps.h"
#include "verdict.h"

#include <stdlib.h>

/* -- trust.json -- */

static void say_taken(struct sl_verdict *verdict, uint64_t before, const struct sl_trust *trust)
{
    verdict->trust_version = trust->version;
    verdict->trust_taken = trust->version - before;
    if (trust->version == before)
        verdict_say(verdict, SL_STEP_TRUST, SL_PASSED,
                    "version %llu of trust.json; the bundle brings no newer one", (unsigned long long)before);
    else
        verdict_say(
            verdict, SL_STEP_TRUST, SL_PASSED,
            "version %llu of trust.json, which the bundle brings: every step from version %llu is signed "
            "by the root keys before and after it",
            (unsigned long long)trust->version, (unsigned long long)before);
}

/* `steps` ascend without a gap at the end: the new ones are the last. */
static int store(const struct sl_policy *policy, const struct sl_trust *trust,
                 const struct sl_trust_steps *steps, size_t applied, struct sl_err *err)
{
    if (applied == 0 || !policy->store.store)
        return 0;
    size_t first = sl_trust_steps_count(steps) - applied;
    return policy->store.store(policy->store.context, trust, sl_trust_steps_at(steps, first), applied, err);
}

/*
 * Whether the bundle carries another customer's line of versions. Nobody has proved that, but it can only turn one
 * refusal into another, and that the wrong disk was handed over is what people can do something about.
 */
static bool is_anothers(const struct sl_trust *trust, const struct sl_trust_steps *steps)
{
    bool anothers = false;
    for (size_t i = 0; !anothers && i < sl_trust_steps_count(steps); i++) {
        struct sl_err err = {0};
        struct sl_trust *carried = NULL;
        if (sl_trust_read(&carried, sl_trust_steps_at(steps, i)->json, "trust.json", &err) == 0)
            anothers = strcmp(carried->customer, trust->customer) != 0;
        sl_trust_free(carried);
    }
    return anothers;
}

static int follow(struct sl_trust *trust, size_t *applied, struct sl_verdict *verdict,
                  const struct sl_trust_steps *steps, const struct sl_policy *policy, struct sl_err *err)
{
    if (sl_trust_follow(trust, policy->trust_json, sl_trust_steps_at(steps, 0), sl_trust_steps_count(steps),
                        applied, err) == 0)
        return 0;
    if (err->code != SL_E_REFUSED || !is_anothers(trust, steps))
        return -1;
    verdict_say(verdict, SL_STEP_TRUST, SL_SKIPPED, "the versions that it carries are not this customer's");
    *err = (struct sl_err){.code = SL_OK};
    return verdict_not_for(sl_str_from(trust->customer), err);
}

int trust_gate_steps(struct sl_trust **out, struct sl_verdict *verdict, const struct sl_bundle_reader *reader,
                     const struct sl_policy *policy, struct sl_err *err)
{
    *out = NULL;
    if (!policy->trust) {
        verdict_say(verdict, SL_STEP_TRUST, SL_SKIPPED, "plain keys were given, no trust.json");
        return 0;
    }
    SL_CLEANUP(sl_trust_steps_freep) struct sl_trust_steps *steps = NULL;
    *out = malloc(sizeof **out);
    if (!*out)
        return sl_fail_memory(err);
    struct sl_trust *trust = *out;
    *trust = *policy->trust;
    size_t applied = 0;
    if (trust_steps_of_bundle(&steps, reader, err) < 0 ||
        follow(trust, &applied, verdict, steps, policy, err) < 0 ||
        store(policy, trust, steps, applied, err) < 0)
        return -1;
    say_taken(verdict, policy->trust->version, trust);
    return 0;
}

/* -- signatures -- */

/* The keys of role release, as plain ones. */
struct release_keys {
    struct sl_public_key keys[SL_TRUST_KEYS_MAX];
    size_t count;
};

static void list_release_keys(struct release_keys *out, const struct sl_trust *trust)
{
    out->count = 0;
    for (size_t i = 0; i < trust->key_count; i++)
        if (trust->keys[i].roles >> SL_ROLE_RELEASE & 1U)
            out->keys[out->count++] = trust->keys[i].key;
}

static bool has_signed(const struct trust_judgement *judgement, const struct sl_public_key *key)
{
    for (size_t i = 0; i < judgement->trusted; i++)
        if (sl_public_key_same(&judgement->proved[i], key))
            return true;
    return false;
}

static struct sl_trust_tally tally_of(const struct trust_judgement *judgement, const struct sl_trust *trust)
{
    struct sl_trust_tally tally = {.threshold = trust->thresholds[SL_ROLE_RELEASE]};
    for (size_t i = 0; i < trust->key_count; i++) {
        bool may = trust->keys[i].roles >> SL_ROLE_RELEASE & 1U;
        if (!may || !has_signed(judgement, &trust->keys[i].key))
            continue;
        tally.signed_by |= UINT32_C(1) << i;
        tally.count++;
    }
    return tally;
}

static void say_signed(struct sl_verdict *verdict, const struct sl_bundle_reader *reader,
                       const struct trust_judgement *judgement, unsigned threshold)
{
    struct sl_str json = sl_bundle_reader_manifest(reader);
    struct sl_digest digest;
    sl_sha256(&digest, json.ptr, json.len);
    memcpy(verdict->manifest_sha256, digest.bytes, sizeof digest.bytes);
    for (size_t i = 0; i < judgement->trusted; i++)
        (void)sl_key_id_text(verdict->signers[i], judgement->proved[i].id);
    verdict->signer_count = judgement->trusted;
    verdict_say(verdict, SL_STEP_SIGNATURES, SL_PASSED, "signed by %zu distinct %s, and %u %s needed",
                judgement->trusted, judgement->trusted == 1 ? "key" : "keys", threshold,
                threshold == 1 ? "is" : "are");
}

int trust_gate_signatures(struct trust_judgement *judgement, struct sl_verdict *verdict,
                          const struct sl_bundle_reader *reader, const struct sl_policy *policy,
                          const struct sl_trust *trust, struct sl_err *err)
{
    struct sl_policy effective = *policy;
    struct release_keys release;
    if (trust) {
        list_release_keys(&release, trust);
        effective.keys = release.keys;
        effective.key_count = release.count;
    }
    if (trust_judge(judgement, reader, &effective, err) < 0 ||
        trust_require(judgement, &effective, trust, err) < 0)
        return -1;
    unsigned threshold = 1;
    if (trust) {
        struct sl_trust_tally tally = tally_of(judgement, trust);
        if (trust_require_threshold(trust, SL_ROLE_RELEASE, &tally, "the bundle", err) < 0)
            return -1;
        judgement->signed_by = tally.signed_by;
        threshold = tally.threshold;
    }
    say_signed(verdict, reader, judgement, threshold);
    return 0;
}
