#include "chain.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "model/trust_name.h"

#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHOWN_MAX = 96, MISSING_MAX = 400 };

_Static_assert(SL_TRUST_KEYS_MAX <= 32, "a tally is a mask of 32 bits");

bool sl_trust_tally_met(const struct sl_trust_tally *tally)
{
    return tally->threshold > 0 && tally->count >= tally->threshold;
}

static const char *version_name(char out[SHOWN_MAX], uint64_t version)
{
    char name[SL_TRUST_NAME_MAX];
    (void)snprintf(out, SHOWN_MAX, SL_TRUST_FOLDER "%s",
                   sl_trust_name_text(name, &(struct sl_trust_name){.version = version}));
    return out;
}

static const char *document_name(char room[SHOWN_MAX], const struct sl_trust_step *step)
{
    return step->name ? step->name : version_name(room, step->version);
}

int trust_tally_one(struct sl_trust_tally *tally, const struct sl_trust *trust, enum sl_trust_role role,
                    const struct sl_signed_message *message, const struct sl_trust_signature *given,
                    struct sl_err *err)
{
    char name[SHOWN_MAX];
    char id[SL_KEY_ID_HEX + 1];
    struct sl_minisig signature;
    (void)snprintf(name, sizeof name, "the signature named for key %s", given->key_id);
    if (sl_minisig_read(&signature, given->text, name, err) < 0)
        return -1;
    if (strcmp(sl_key_id_text(id, signature.key_id), given->key_id) != 0)
        return sl_fail(err, SL_E_REFUSED, "%s has the key id %s in it", name, id);
    for (size_t i = 0; i < trust->key_count; i++) {
        const struct sl_trust_key *key = &trust->keys[i];
        if (!(key->roles >> role & 1U) || memcmp(key->key.id, signature.key_id, sizeof key->key.id) != 0)
            continue;
        if (sl_minisig_verify(&signature, &key->key, message, name, err) < 0)
            return -1;
        tally->signed_by |= UINT32_C(1) << i;
    }
    return 0;
}

int sl_trust_tally_signatures(struct sl_trust_tally *out, const struct sl_trust *trust,
                              enum sl_trust_role role, const struct sl_trust_step *step, struct sl_err *err)
{
    *out = (struct sl_trust_tally){.threshold = trust->thresholds[role]};
    if (step->signature_count > SL_SIGNATURES_MAX)
        return sl_fail(err, SL_E_REFUSED, "there are %zu signatures; %d are the most", step->signature_count,
                       SL_SIGNATURES_MAX);
    struct sl_signed_message message;
    sl_signed_message_of(&message, step->json);
    for (size_t i = 0; i < step->signature_count; i++)
        if (trust_tally_one(out, trust, role, &message, &step->signatures[i], err) < 0)
            return -1;
    for (size_t i = 0; i < trust->key_count; i++)
        out->count += out->signed_by >> i & 1U;
    return 0;
}

bool sl_trust_signature_counts(const struct sl_trust *trust, const struct sl_trust_step *step, size_t index)
{
    struct sl_err err = {0};
    struct sl_trust_tally tally = {.threshold = 1};
    struct sl_signed_message message;
    sl_signed_message_of(&message, step->json);
    return trust_tally_one(&tally, trust, SL_ROLE_ROOT, &message, &step->signatures[index], &err) == 0 &&
           tally.signed_by != 0;
}

bool sl_trust_key_counts(const struct sl_trust *trust, const unsigned char sha256[32], uint64_t epoch,
                         uint64_t sequence)
{
    return !sl_trust_key_revoked(trust, sha256) ||
           (sequence > 0 && sequence <= sl_trust_void_after(trust, sha256, epoch));
}

unsigned sl_trust_count_valid(const struct sl_trust *trust, uint32_t signed_by, uint64_t epoch,
                              uint64_t sequence)
{
    unsigned valid = 0;
    for (size_t i = 0; i < trust->key_count; i++)
        if (signed_by >> i & 1U && sl_trust_key_counts(trust, trust->keys[i].sha256, epoch, sequence))
            valid++;
    return valid;
}

/* The ids of those who could still sign; cut where there are many. */
static void list_missing(char out[MISSING_MAX], const struct sl_trust *trust, enum sl_trust_role role,
                         uint32_t signed_by)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < trust->key_count; i++) {
        const struct sl_trust_key *key = &trust->keys[i];
        bool may = key->roles >> role & 1U && !sl_trust_key_revoked(trust, key->sha256);
        if (!may || signed_by >> i & 1U || used + SL_KEY_ID_HEX + sizeof ", " > MISSING_MAX)
            continue;
        char id[SL_KEY_ID_HEX + 1];
        used += (size_t)snprintf(out + used, MISSING_MAX - used, "%s%s", used ? ", " : "",
                                 sl_key_id_text(id, key->key.id));
    }
}

int trust_require_threshold(const struct sl_trust *trust, enum sl_trust_role role,
                            const struct sl_trust_tally *tally, const char *what, struct sl_err *err)
{
    if (sl_trust_tally_met(tally))
        return 0;
    char missing[MISSING_MAX];
    list_missing(missing, trust, role, tally->signed_by);
    return sl_fail(err, SL_E_REFUSED, "%s has %u of %u %s signatures of version %llu; missing %u of %s", what,
                   tally->count, tally->threshold, sl_trust_role_name(role),
                   (unsigned long long)trust->version, tally->threshold - tally->count, missing);
}

/* That the root of `trust` signed the bytes of the step. */
static int require_root(const struct sl_trust *trust, const struct sl_trust_step *step, struct sl_err *err)
{
    char room[SHOWN_MAX];
    struct sl_trust_tally tally;
    const char *what = document_name(room, step);
    if (sl_trust_tally_signatures(&tally, trust, SL_ROLE_ROOT, step, err) < 0)
        return sl_wrap(err, "%s", what);
    return trust_require_threshold(trust, SL_ROLE_ROOT, &tally, what, err);
}

static bool is_root_of(const struct sl_trust_key *key, const struct sl_trust *trust)
{
    const struct sl_trust_key *other = sl_trust_key_find(trust, key->sha256);
    return other && other->roles >> SL_ROLE_ROOT & 1U && memcmp(&other->key, &key->key, sizeof key->key) == 0;
}

/* Whether both ask for the same signatures: then those that one has counted are enough for the other. */
static bool same_root(const struct sl_trust *a, const struct sl_trust *b)
{
    if (a->thresholds[SL_ROLE_ROOT] != b->thresholds[SL_ROLE_ROOT])
        return false;
    for (size_t i = 0; i < a->key_count; i++)
        if (a->keys[i].roles >> SL_ROLE_ROOT & 1U && !is_root_of(&a->keys[i], b))
            return false;
    for (size_t i = 0; i < b->key_count; i++)
        if (b->keys[i].roles >> SL_ROLE_ROOT & 1U && !is_root_of(&b->keys[i], a))
            return false;
    return true;
}

/* Reads a step and checks it against its own root. `from` has checked it already; NULL: nobody has. */
static int read_signed(struct sl_trust **out, const struct sl_trust_step *step, const struct sl_trust *from,
                       struct sl_err *err)
{
    char room[SHOWN_MAX];
    const char *what = document_name(room, step);
    SL_CLEANUP(sl_trust_freep) struct sl_trust *trust = NULL;
    if (sl_trust_read(&trust, step->json, what, err) < 0)
        return -1;
    if (trust->version != step->version) {
        (void)sl_fail(err, SL_E_REFUSED, "%s says that it is version %llu", what,
                      (unsigned long long)trust->version);
        return -1;
    }
    if (!(from && same_root(from, trust)) && require_root(trust, step, err) < 0)
        return -1;
    *out = sl_steal(&trust);
    return 0;
}

int sl_trust_open(struct sl_trust **out, const struct sl_trust_step *step, struct sl_err *err)
{
    return read_signed(out, step, NULL, err);
}

/* -- one after another -- */

static int check_kept(const struct sl_trust *from, const struct sl_trust *to, const char *what,
                      struct sl_err *err)
{
    for (size_t i = 0; i < from->revoked_key_count; i++)
        if (!sl_trust_key_revoked(to, from->revoked_keys[i].sha256))
            return sl_fail(err, SL_E_REFUSED, "%s takes the revocation of a key back", what);
    for (size_t i = 0; i < to->revoked_key_count; i++) {
        const struct sl_trust_revoked_key *after = &to->revoked_keys[i];
        uint64_t most = sl_trust_void_after(from, after->sha256, after->epoch);
        if (sl_trust_key_revoked(from, after->sha256) && after->void_after_sequence > most)
            return sl_fail(err, SL_E_REFUSED,
                           "%s lets a revoked key count up to sequence %llu of epoch %llu, not %llu", what,
                           (unsigned long long)after->void_after_sequence, (unsigned long long)after->epoch,
                           (unsigned long long)most);
    }
    for (size_t i = 0; i < from->revoked_bundle_count; i++)
        if (!sl_trust_bundle_revoked(to, from->revoked_bundles[i]))
            return sl_fail(err, SL_E_REFUSED, "%s takes the revocation of a bundle back", what);
    return 0;
}

int sl_trust_check_follows(const struct sl_trust *from, const struct sl_trust *to, struct sl_err *err)
{
    char what[SHOWN_MAX];
    (void)version_name(what, to->version);
    if (strcmp(from->customer, to->customer) != 0)
        return sl_fail(err, SL_E_REFUSED, "%s is for another customer than version %llu", what,
                       (unsigned long long)from->version);
    if (to->epoch < from->epoch)
        return sl_fail(err, SL_E_REFUSED, "%s has epoch %llu, after epoch %llu", what,
                       (unsigned long long)to->epoch, (unsigned long long)from->epoch);
    /* A floor is a sequence, and those of another epoch are other numbers. */
    if (to->epoch == from->epoch && to->floor < from->floor)
        return sl_fail(err, SL_E_REFUSED, "%s has floor %llu, after floor %llu in the same epoch", what,
                       (unsigned long long)to->floor, (unsigned long long)from->floor);
    return check_kept(from, to, what, err);
}

int sl_trust_advance(struct sl_trust *trust, const struct sl_trust_step *next, struct sl_err *err)
{
    char room[SHOWN_MAX];
    SL_CLEANUP(sl_trust_freep) struct sl_trust *to = NULL;
    if (next->version != trust->version + 1) {
        (void)sl_fail(err, SL_E_REFUSED, "%s does not follow version %llu: version %llu is missing",
                      document_name(room, next), (unsigned long long)trust->version,
                      (unsigned long long)trust->version + 1);
        return sl_hint(
            err,
            "a bundle carries at most %d versions: ask for one that was packed with --trust DIR where "
            "DIR holds the versions from %llu on and no later ones than fit",
            SL_TRUST_STEPS_MAX, (unsigned long long)trust->version + 1);
    }
    /* Who may say what comes next is asked before anything of it is read. */
    if (require_root(trust, next, err) < 0 || read_signed(&to, next, trust, err) < 0 ||
        sl_trust_check_follows(trust, to, err) < 0)
        return -1;
    *trust = *to;
    return 0;
}

/* A line of documents does not fork: a second one of a version that is known is refused. */
static int check_known(const struct sl_trust *trust, struct sl_str known, const struct sl_trust_step *step,
                       struct sl_err *err)
{
    char room[SHOWN_MAX];
    if (step->version != trust->version || known.len == 0 || sl_str_equal(step->json, known))
        return 0;
    (void)sl_fail(err, SL_E_REFUSED, "%s is not the version %llu that is known here",
                  document_name(room, step), (unsigned long long)trust->version);
    return sl_hint(err,
                   "two documents have one version: ask those who keep the root keys which one is meant");
}

int sl_trust_follow(struct sl_trust *trust, struct sl_str known, const struct sl_trust_step *steps,
                    size_t count, size_t *applied, struct sl_err *err)
{
    *applied = 0;
    struct sl_trust *end = malloc(sizeof *end);
    if (!end)
        return sl_fail_memory(err);
    *end = *trust;
    int result = 0;
    for (size_t i = 0; result == 0 && i < count; i++)
        result = steps[i].version <= trust->version ? check_known(trust, known, &steps[i], err)
                                                    : sl_trust_advance(end, &steps[i], err);
    if (result == 0) {
        *applied = (size_t)(end->version - trust->version);
        *trust = *end;
    }
    free(end);
    return result;
}

int sl_trust_chain(struct sl_trust **out, const struct sl_trust_steps *steps, struct sl_err *err)
{
    SL_CLEANUP(sl_trust_freep) struct sl_trust *trust = NULL;
    if (sl_trust_open(&trust, sl_trust_steps_at(steps, 0), err) < 0)
        return -1;
    for (size_t i = 1; i < sl_trust_steps_count(steps); i++)
        if (sl_trust_advance(trust, sl_trust_steps_at(steps, i), err) < 0)
            return -1;
    *out = sl_steal(&trust);
    return 0;
}

/* -- making -- */

int sl_trust_sign(struct sl_buf *out, const struct sl_trust *trust, struct sl_str json,
                  const struct sl_signing_key *key, struct sl_err *err)
{
    char facts[128];
    (void)snprintf(facts, sizeof facts, "customer=%s version=%llu ", trust->customer,
                   (unsigned long long)trust->version);
    return sl_minisig_sign_document(out, key, json, "trust", facts, err);
}

void sl_trust_fingerprint(unsigned char out[32], struct sl_str json)
{
    struct sl_digest digest;
    sl_sha256(&digest, json.ptr, json.len);
    memcpy(out, digest.bytes, sizeof digest.bytes);
}
