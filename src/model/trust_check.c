#include "trust_check.h"

#include "base/limits.h"
#include "crypto/digest.h"
#include "model/name.h"

#include <sealift/text.h>
#include <stdio.h>

_Static_assert(sizeof(((struct sl_trust *)0)->customer) == SL_LABEL_MAX + 1, "room for every label");

static const char *const role_names[SL_ROLE_COUNT] = {[SL_ROLE_GRANT] = "grant",
                                                      [SL_ROLE_RELEASE] = "release",
                                                      [SL_ROLE_ROOT] = "root",
                                                      [SL_ROLE_SITE] = "site"};

const char *sl_trust_role_name(enum sl_trust_role role)
{
    return role_names[role];
}

const char *sl_trust_key_shown(char out[SL_TRUST_KEY_SHOWN], const unsigned char sha256[32])
{
    for (size_t i = 0; i < (SL_TRUST_KEY_SHOWN - 1) / 2; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", (unsigned)sha256[i]);
    return out;
}

static int check_range(const char *what, uint64_t value, uint64_t min, uint64_t max, struct sl_err *err)
{
    if (value >= min && value <= max)
        return 0;
    return sl_fail(err, SL_E_INPUT, "%s is %llu, and must be from %llu to %llu", what,
                   (unsigned long long)value, (unsigned long long)min, (unsigned long long)max);
}

static int check_count(const char *what, uint64_t value, uint64_t min, struct sl_err *err)
{
    return check_range(what, value, min, SL_INTEGER_MAX, err);
}

static int check_facts(const struct sl_trust *trust, struct sl_err *err)
{
    struct sl_str customer = sl_str_from(trust->customer);
    if (!sl_str_equal(customer, SL_STR("*")) && sl_label_check("customer", customer, err) < 0) {
        err->code = SL_E_INPUT;
        return -1;
    }
    if (check_range("version", trust->version, 1, SL_TRUST_VERSIONS_MAX, err) < 0 ||
        check_count("epoch", trust->epoch, 0, err) < 0 || check_count("floor", trust->floor, 0, err) < 0 ||
        check_count("issued", (uint64_t)trust->issued, 0, err) < 0 ||
        check_count("expires", (uint64_t)trust->expires, 0, err) < 0)
        return -1;
    if (trust->expires == 0 || trust->expires > trust->issued)
        return 0;
    return sl_fail(err, SL_E_INPUT, "expires is not later than issued");
}

static int check_key(const struct sl_trust *trust, size_t index, struct sl_err *err)
{
    const struct sl_trust_key *key = &trust->keys[index];
    char shown[SL_TRUST_KEY_SHOWN];
    char id[SL_KEY_ID_HEX + 1];
    unsigned char name[SL_SHA256_BYTES];
    (void)sl_trust_key_shown(shown, key->sha256);
    sl_trust_key_name(name, &key->key);
    if (memcmp(name, key->sha256, sizeof name) != 0)
        return sl_fail(err, SL_E_INPUT, "the key %s is listed under a name that is not its SHA-256", shown);
    if (index > 0 && memcmp(trust->keys[index - 1].sha256, key->sha256, sizeof key->sha256) >= 0)
        return sl_fail(err, SL_E_INPUT, "the key %s comes twice or out of order", shown);
    if (key->roles == 0 || key->roles >> SL_ROLE_COUNT)
        return sl_fail(err, SL_E_INPUT, "the key %s has no role", shown);
    for (size_t i = 0; i < index; i++)
        if (memcmp(trust->keys[i].key.id, key->key.id, sizeof key->key.id) == 0)
            return sl_fail(err, SL_E_INPUT,
                           "two keys have the key id %s, so that their signatures could not lie side by side",
                           sl_key_id_text(id, key->key.id));
    if (sl_trust_key_revoked(trust, key->sha256) && key->roles != 1U << SL_ROLE_RELEASE)
        return sl_fail(err, SL_E_INPUT, "the key %s is revoked, and has a role beside release", shown);
    return 0;
}

static int check_role(const struct sl_trust *trust, enum sl_trust_role role, struct sl_err *err)
{
    size_t size = sl_trust_role_size(trust, role);
    unsigned threshold = trust->thresholds[role];
    bool needed = role == SL_ROLE_ROOT || role == SL_ROLE_RELEASE;
    if (needed && size == 0)
        return sl_fail(err, SL_E_INPUT, "there is no key in the role %s that is not revoked",
                       role_names[role]);
    if (size == 0 && threshold == 0)
        return 0;
    if (threshold > SL_SIGNATURES_MAX && threshold <= size)
        return sl_fail(
            err, SL_E_INPUT,
            "the threshold of the role %s is %u, and nothing may have more than %d signatures, so it could "
            "never be met",
            role_names[role], threshold, SL_SIGNATURES_MAX);
    if (threshold >= 1 && threshold <= size)
        return 0;
    return sl_fail(err, SL_E_INPUT,
                   "the threshold of the role %s is %u, and with %zu keys must be from %d to %zu",
                   role_names[role], threshold, size, size > 0, size);
}

/* By key, then by epoch. */
static bool comes_before(const struct sl_trust_revoked_key *a, const struct sl_trust_revoked_key *b)
{
    int order = memcmp(a->sha256, b->sha256, sizeof a->sha256);
    return order < 0 || (order == 0 && a->epoch < b->epoch);
}

static int check_revocations(const struct sl_trust *trust, struct sl_err *err)
{
    char shown[SL_TRUST_KEY_SHOWN];
    for (size_t i = 0; i < trust->revoked_key_count; i++) {
        const struct sl_trust_revoked_key *key = &trust->revoked_keys[i];
        if (i > 0 && !comes_before(&trust->revoked_keys[i - 1], key))
            return sl_fail(err, SL_E_INPUT, "the revoked key %s comes twice with one epoch, or out of order",
                           sl_trust_key_shown(shown, key->sha256));
        if (check_count("void_after_sequence", key->void_after_sequence, 0, err) < 0)
            return -1;
        if (key->epoch > trust->epoch)
            return sl_fail(err, SL_E_INPUT,
                           "the revoked key %s counts in epoch %llu, and this is only epoch %llu",
                           sl_trust_key_shown(shown, key->sha256), (unsigned long long)key->epoch,
                           (unsigned long long)trust->epoch);
    }
    for (size_t i = 1; i < trust->revoked_bundle_count; i++) {
        const unsigned char *bundle = trust->revoked_bundles[i];
        if (memcmp(trust->revoked_bundles[i - 1], bundle, SL_SHA256_BYTES) >= 0)
            return sl_fail(err, SL_E_INPUT, "the revoked bundle %s comes twice or out of order",
                           sl_trust_key_shown(shown, bundle));
    }
    return 0;
}

int sl_trust_check(const struct sl_trust *trust, struct sl_err *err)
{
    if (check_facts(trust, err) < 0 || check_revocations(trust, err) < 0)
        return -1;
    for (size_t i = 0; i < trust->key_count; i++)
        if (check_key(trust, i, err) < 0)
            return -1;
    for (int role = 0; role < SL_ROLE_COUNT; role++)
        if (check_role(trust, (enum sl_trust_role)role, err) < 0)
            return -1;
    return 0;
}

/* -- looking -- */

void sl_trust_key_name(unsigned char sha256[32], const struct sl_public_key *key)
{
    struct sl_digest digest;
    sl_sha256(&digest, key->point, sizeof key->point);
    memcpy(sha256, digest.bytes, sizeof digest.bytes);
}

const struct sl_trust_key *sl_trust_key_find(const struct sl_trust *trust, const unsigned char sha256[32])
{
    for (size_t i = 0; i < trust->key_count; i++)
        if (memcmp(trust->keys[i].sha256, sha256, SL_SHA256_BYTES) == 0)
            return &trust->keys[i];
    return NULL;
}

bool sl_trust_key_revoked(const struct sl_trust *trust, const unsigned char sha256[32])
{
    for (size_t i = 0; i < trust->revoked_key_count; i++)
        if (memcmp(trust->revoked_keys[i].sha256, sha256, SL_SHA256_BYTES) == 0)
            return true;
    return false;
}

uint64_t sl_trust_void_after(const struct sl_trust *trust, const unsigned char sha256[32], uint64_t epoch)
{
    for (size_t i = 0; i < trust->revoked_key_count; i++) {
        const struct sl_trust_revoked_key *key = &trust->revoked_keys[i];
        if (key->epoch == epoch && memcmp(key->sha256, sha256, SL_SHA256_BYTES) == 0)
            return key->void_after_sequence;
    }
    return 0;
}

bool sl_trust_bundle_revoked(const struct sl_trust *trust, const unsigned char manifest_sha256[32])
{
    for (size_t i = 0; i < trust->revoked_bundle_count; i++)
        if (memcmp(trust->revoked_bundles[i], manifest_sha256, SL_SHA256_BYTES) == 0)
            return true;
    return false;
}

size_t sl_trust_role_size(const struct sl_trust *trust, enum sl_trust_role role)
{
    size_t size = 0;
    for (size_t i = 0; i < trust->key_count; i++)
        if (trust->keys[i].roles >> role & 1U && !sl_trust_key_revoked(trust, trust->keys[i].sha256))
            size++;
    return size;
}
