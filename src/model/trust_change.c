/*
 * Changes to a trust.json that somebody is about to sign. Each keeps the order of the lists; whether the
 * result makes sense as a whole is asked when it is written.
 */
#include "crypto/digest.h"
#include "trust_check.h"

#include <stdlib.h>

/* Where a digest belongs in an ascending array whose items begin with theirs. */
static size_t place_of(const void *items, size_t count, size_t item_size, const unsigned char sha256[32])
{
    size_t place = 0;
    while (place < count && memcmp((const char *)items + place * item_size, sha256, SL_SHA256_BYTES) < 0)
        place++;
    return place;
}

_Static_assert(offsetof(struct sl_trust_key, sha256) == 0, "place_of() compares the beginning");
_Static_assert(offsetof(struct sl_trust_revoked_key, sha256) == 0, "place_of() compares the beginning");

static struct sl_trust_key *listed(struct sl_trust *trust, const unsigned char sha256[32])
{
    size_t place = place_of(trust->keys, trust->key_count, sizeof trust->keys[0], sha256);
    bool found = place < trust->key_count && memcmp(trust->keys[place].sha256, sha256, SL_SHA256_BYTES) == 0;
    return found ? &trust->keys[place] : NULL;
}

int sl_trust_add_key(struct sl_trust *trust, const struct sl_public_key *key, enum sl_trust_role role,
                     struct sl_err *err)
{
    struct sl_trust_key fresh = {.key = *key, .roles = 1U << role};
    char shown[SL_TRUST_KEY_SHOWN];
    sl_trust_key_name(fresh.sha256, key);
    (void)sl_trust_key_shown(shown, fresh.sha256);
    if (sl_trust_revoked_find(trust, fresh.sha256))
        return sl_fail(err, SL_E_USAGE, "the key %s is revoked, and a revocation is for good", shown);
    struct sl_trust_key *there = listed(trust, fresh.sha256);
    if (there && there->roles & fresh.roles)
        return sl_fail(err, SL_E_USAGE, "the key %s has the role %s already", shown,
                       sl_trust_role_name(role));
    if (there) {
        there->roles |= fresh.roles;
        return 0;
    }
    if (trust->key_count == SL_TRUST_KEYS_MAX)
        return sl_fail(err, SL_E_LIMIT, "trust.json may list %d keys", SL_TRUST_KEYS_MAX);
    size_t place = place_of(trust->keys, trust->key_count, sizeof fresh, fresh.sha256);
    memmove(&trust->keys[place + 1], &trust->keys[place], (trust->key_count - place) * sizeof fresh);
    trust->keys[place] = fresh;
    trust->key_count++;
    return 0;
}

/* `key` points into trust->keys. */
static void leave_roles(struct sl_trust *trust, struct sl_trust_key *key, unsigned roles)
{
    key->roles &= ~roles;
    if (key->roles)
        return;
    size_t place = (size_t)(key - trust->keys);
    trust->key_count--;
    memmove(key, key + 1, (trust->key_count - place) * sizeof *key);
}

int sl_trust_drop_key(struct sl_trust *trust, const unsigned char sha256[32], enum sl_trust_role role,
                      struct sl_err *err)
{
    char shown[SL_TRUST_KEY_SHOWN];
    struct sl_trust_key *key = listed(trust, sha256);
    if (!key || !(key->roles >> role & 1U))
        return sl_fail(err, SL_E_USAGE, "the key %s has not the role %s", sl_trust_key_shown(shown, sha256),
                       sl_trust_role_name(role));
    leave_roles(trust, key, 1U << role);
    return 0;
}

int sl_trust_revoke_key(struct sl_trust *trust, const unsigned char sha256[32], uint64_t void_after_sequence,
                        struct sl_err *err)
{
    struct sl_trust_revoked_key fresh = {.epoch = trust->epoch, .void_after_sequence = void_after_sequence};
    char shown[SL_TRUST_KEY_SHOWN];
    memcpy(fresh.sha256, sha256, sizeof fresh.sha256);
    size_t place = place_of(trust->revoked_keys, trust->revoked_key_count, sizeof fresh, sha256);
    struct sl_trust_revoked_key *there = &trust->revoked_keys[place];
    if (place < trust->revoked_key_count && memcmp(there->sha256, sha256, SL_SHA256_BYTES) == 0) {
        if (void_after_sequence >= there->void_after_sequence)
            return sl_fail(err, SL_E_USAGE,
                           "the key %s is revoked already, its signatures are void after sequence %llu of "
                           "epoch %llu",
                           sl_trust_key_shown(shown, sha256), (unsigned long long)there->void_after_sequence,
                           (unsigned long long)there->epoch);
        there->void_after_sequence = void_after_sequence;
        return 0;
    }
    if (trust->revoked_key_count == SL_TRUST_REVOKED_KEYS_MAX)
        return sl_fail(err, SL_E_LIMIT, "trust.json may list %d revoked keys", SL_TRUST_REVOKED_KEYS_MAX);
    memmove(there + 1, there, (trust->revoked_key_count - place) * sizeof fresh);
    *there = fresh;
    trust->revoked_key_count++;
    struct sl_trust_key *key = listed(trust, sha256);
    if (key)
        leave_roles(trust, key, ~(1U << SL_ROLE_RELEASE));
    return 0;
}

int sl_trust_revoke_bundle(struct sl_trust *trust, const unsigned char manifest_sha256[32],
                           struct sl_err *err)
{
    char shown[SL_TRUST_KEY_SHOWN];
    if (sl_trust_bundle_revoked(trust, manifest_sha256))
        return sl_fail(err, SL_E_USAGE, "the bundle %s is revoked already",
                       sl_trust_key_shown(shown, manifest_sha256));
    if (trust->revoked_bundle_count == SL_TRUST_REVOKED_BUNDLES_MAX)
        return sl_fail(err, SL_E_LIMIT, "trust.json may list %d revoked bundles",
                       SL_TRUST_REVOKED_BUNDLES_MAX);
    size_t place =
        place_of(trust->revoked_bundles, trust->revoked_bundle_count, SL_SHA256_BYTES, manifest_sha256);
    unsigned char(*there)[SL_SHA256_BYTES] = &trust->revoked_bundles[place];
    memmove(there + 1, there, (trust->revoked_bundle_count - place) * sizeof *there);
    memcpy(there, manifest_sha256, SL_SHA256_BYTES);
    trust->revoked_bundle_count++;
    return 0;
}
