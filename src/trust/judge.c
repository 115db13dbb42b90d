#include "judge.h"

#include "crypto/minisig.h"

#include <sealift/text.h>
#include <stdio.h>

/* Enough for the ids of all signers and keys that a message will name. */
#define LIST_BYTES 300

int trust_policy_check(const struct sl_policy *policy, struct sl_err *err)
{
    if (policy->trust && policy->key_count > 0)
        return sl_fail(err, SL_E_USAGE, "plain keys and a trust.json were given, and only one can decide");
    if (!policy->trust && policy->key_count == 0)
        return sl_fail(err, SL_E_USAGE, "no public key was given, so no signature can be trusted");
    if (policy->key_count > SL_PUBKEYS_MAX)
        return sl_fail(err, SL_E_USAGE, "%zu public keys were given; %d are the most", policy->key_count,
                       SL_PUBKEYS_MAX);
    if (policy->detached_count > SL_DETACHED_MAX)
        return sl_fail(err, SL_E_USAGE, "%zu detached signatures were given; %d are the most",
                       policy->detached_count, SL_DETACHED_MAX);
    return 0;
}

/* A signature file is found by its name, so the name must say whose it is. */
static int check_name(struct sl_str name, const char *shown, const char *key_id, struct sl_err *err)
{
    char expected[sizeof "manifest.json..minisig" + SL_KEY_ID_HEX];
    (void)snprintf(expected, sizeof expected, "manifest.json.%s.minisig", key_id);
    if (sl_str_equal(name, sl_str_from(expected)))
        return 0;
    return sl_fail(err, SL_E_REFUSED, "%s: the signature in it names the key %s, so it must be called %s",
                   shown, key_id, expected);
}

/*
 * Proves the signature with every given key of its id: ids are chosen freely, so two keys may share one. 1
 * and the key when one made it, 0 when no given key has the id; -1 when it names a given key and is not its
 * signature.
 */
static int prove(const struct sl_public_key **out, const struct sl_minisig *signature,
                 const struct sl_signed_message *manifest, const struct sl_policy *policy, const char *shown,
                 struct sl_err *err)
{
    bool named = false;
    for (size_t i = 0; i < policy->key_count; i++) {
        const struct sl_public_key *key = &policy->keys[i];
        if (memcmp(key->id, signature->key_id, sizeof key->id) != 0)
            continue;
        named = true;
        if (sl_minisig_verify(signature, key, manifest, shown, err) == 0) {
            sl_err_clear(err);
            *out = key;
            return 1;
        }
    }
    return named ? -1 : 0;
}

static bool proved_before(const struct trust_judgement *judgement, const struct sl_public_key *key)
{
    for (size_t i = 0; i < judgement->trusted; i++)
        if (sl_public_key_same(&judgement->proved[i], key))
            return true;
    return false;
}

/* One judging: what counts is how many keys signed, and a key is its point: not its id, not its file. */
struct judging {
    struct trust_judgement *judgement;
    const struct sl_policy *policy;    /* NULL: nothing is proved */
    struct sl_signed_message manifest; /* of the policy */
};

/* Reads one signature and proves it where a given key is named; `member` is its name in the bundle, empty for a
 * detached one, whose name says nothing. */
static int judge_one(struct judging *judging, struct sl_str member, struct sl_str text, const char *shown,
                     struct sl_err *err)
{
    struct trust_judgement *judgement = judging->judgement;
    struct sl_signer *signer = &judgement->signers[judgement->count];
    struct sl_minisig signature;
    if (sl_minisig_read(&signature, text, shown, err) < 0)
        return -1;
    (void)sl_key_id_text(signer->key_id, signature.key_id);
    signer->trusted_comment = signature.trusted_comment;
    signer->detached = member.len == 0;
    judgement->texts[judgement->count++] = text;
    if (member.len && check_name(member, shown, signer->key_id, err) < 0)
        return -1;
    if (!judging->policy)
        return 0;
    const struct sl_public_key *key = NULL;
    int made = prove(&key, &signature, &judging->manifest, judging->policy, shown, err);
    if (made < 0)
        return -1;
    signer->trusted = made == 1;
    if (made == 1 && !proved_before(judgement, key))
        judgement->proved[judgement->trusted++] = *key;
    return 0;
}

static int judge_detached(struct judging *judging, struct sl_err *err)
{
    const struct sl_policy *policy = judging->policy;
    for (size_t i = 0; i < policy->detached_count; i++)
        if (judge_one(judging, (struct sl_str){NULL, 0}, policy->detached[i].text, policy->detached[i].name,
                      err) < 0)
            return -1;
    return 0;
}

int trust_judge(struct trust_judgement *out, const struct sl_bundle_reader *reader,
                const struct sl_policy *policy, struct sl_err *err)
{
    size_t count = sl_bundle_reader_signature_count(reader);
    *out = (struct trust_judgement){.count = 0};
    struct judging judging = {.judgement = out, .policy = policy};
    if (policy)
        sl_signed_message_of(&judging.manifest, sl_bundle_reader_manifest(reader));
    for (size_t i = 0; i < count; i++) {
        struct sl_str name;
        struct sl_str text;
        char shown[128];
        sl_bundle_reader_signature(reader, i, &name, &text);
        (void)sl_escape(shown, sizeof shown, name);
        if (judge_one(&judging, name, text, shown, err) < 0)
            return -1;
    }
    return policy ? judge_detached(&judging, err) : 0;
}

/* -- nobody we know -- */

struct id_list {
    char text[LIST_BYTES];
    size_t used;
    size_t left_out;
};

static void list_id(struct id_list *list, const char *key_id)
{
    if (strstr(list->text, key_id))
        return;
    if (list->used + SL_KEY_ID_HEX + sizeof ", " > sizeof list->text) {
        list->left_out++;
        return;
    }
    int len = snprintf(list->text + list->used, sizeof list->text - list->used, "%s%s",
                       list->used ? ", " : "", key_id);
    list->used += (size_t)len;
}

/* Whoever judges by a trust.json has no key to give: a newer version of it is what can help. */
static int nobody_listed(const struct id_list *signers, const struct id_list *listed,
                         const struct sl_trust *trust, struct sl_err *err)
{
    unsigned long long version = trust->version;
    (void)sl_fail(err, SL_E_REFUSED,
                  "the bundle is signed by %s%s, and version %llu of trust.json lists for releases %s%s",
                  signers->text, signers->left_out ? " and more" : "", version,
                  listed->used ? listed->text : "no key", listed->left_out ? " and more" : "");
    return sl_hint(
        err,
        "if the vendor has changed keys, a newer version of trust.json says so, and comes in bundles that "
        "were packed with it: ask the vendor");
}

static int nobody_given(const struct id_list *signers, const struct id_list *given, struct sl_err *err)
{
    (void)sl_fail(
        err, SL_E_REFUSED,
        "the bundle was not signed by any of the given keys: it is signed by %s%s, and given was %s%s",
        signers->text, signers->left_out ? " and more" : "", given->text, given->left_out ? " and more" : "");
    return sl_hint(err, "if the signer is who you expect, get that key's .pub file from them, on another way "
                        "than with the bundle");
}

int trust_require(const struct trust_judgement *judgement, const struct sl_policy *policy,
                  const struct sl_trust *trust, struct sl_err *err)
{
    if (judgement->trusted > 0)
        return 0;
    if (judgement->count == 0) {
        (void)sl_fail(err, SL_E_REFUSED, "the bundle is not signed, so nobody answers for it");
        return sl_hint(err, "ask whoever packed it for a signed one (sealift pack --key)");
    }
    struct id_list signers = {0};
    for (size_t i = 0; i < judgement->count; i++)
        list_id(&signers, judgement->signers[i].key_id);
    struct id_list given = {0};
    for (size_t i = 0; i < policy->key_count; i++) {
        char key_id[SL_KEY_ID_HEX + 1];
        list_id(&given, sl_key_id_text(key_id, policy->keys[i].id));
    }
    return trust ? nobody_listed(&signers, &given, trust, err) : nobody_given(&signers, &given, err);
}
