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
    if (sl_trust_key_revoked(trust, fresh.sha256))
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

/* How many entries at `place` are of this key. */
static size_t entries_of(const struct sl_trust *trust, size_t place, const unsigned char sha256[32])
{
    size_t count = 0;
    while (place + count < trust->revoked_key_count &&
           memcmp(trust->revoked_keys[place + count].sha256, sha256, SL_SHA256_BYTES) == 0)
        count++;
    return count;
}

static int by_epoch(const void *a, const void *b)
{
    const struct sl_trust_revoked_key *first = a;
    const struct sl_trust_revoked_key *second = b;
    return (first->epoch > second->epoch) - (first->epoch < second->epoch);
}

/* The points as entries. A key of which nothing counts has one as well. */
static size_t make_entries(struct sl_trust_revoked_key out[SL_TRUST_REVOKED_KEYS_MAX], uint64_t epoch,
                           const unsigned char sha256[32], const struct sl_trust_point *points, size_t count)
{
    size_t made = 0;
    for (size_t i = 0; i < count; i++)
        if (points[i].sequence > 0)
            out[made++] = (struct sl_trust_revoked_key){.epoch = points[i].epoch,
                                                        .void_after_sequence = points[i].sequence};
    if (made == 0)
        out[made++] = (struct sl_trust_revoked_key){.epoch = epoch};
    for (size_t i = 0; i < made; i++)
        memcpy(out[i].sha256, sha256, SL_SHA256_BYTES);
    qsort(out, made, sizeof *out, by_epoch);
    return made;
}

/* Of a key that is revoked already: the entries must say less. */
static int check_less(const struct sl_trust *trust, const struct sl_trust_revoked_key *entries, size_t count,
                      struct sl_err *err)
{
    char shown[SL_TRUST_KEY_SHOWN];
    const unsigned char *sha256 = entries[0].sha256;
    uint64_t before = 0;
    uint64_t after = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t most = sl_trust_void_after(trust, sha256, entries[i].epoch);
        if (entries[i].void_after_sequence > most)
            return sl_fail(err, SL_E_USAGE,
                           "the key %s is revoked already, its signatures are void after sequence %llu of "
                           "epoch %llu",
                           sl_trust_key_shown(shown, sha256), (unsigned long long)most,
                           (unsigned long long)entries[i].epoch);
        after += entries[i].void_after_sequence;
    }
    for (size_t i = 0; i < trust->revoked_key_count; i++)
        if (memcmp(trust->revoked_keys[i].sha256, sha256, SL_SHA256_BYTES) == 0)
            before += trust->revoked_keys[i].void_after_sequence;
    if (after < before)
        return 0;
    return sl_fail(err, SL_E_USAGE, "the key %s is revoked already, and just so",
                   sl_trust_key_shown(shown, sha256));
}

/* Puts entries in the place of `old` others. */
static int put_entries(struct sl_trust *trust, size_t place, size_t old,
                       const struct sl_trust_revoked_key *entries, size_t count, struct sl_err *err)
{
    struct sl_trust_revoked_key *there = &trust->revoked_keys[place];
    size_t left = trust->revoked_key_count - old;
    if (left + count > SL_TRUST_REVOKED_KEYS_MAX)
        return sl_fail(err, SL_E_LIMIT, "trust.json may list %d revoked keys", SL_TRUST_REVOKED_KEYS_MAX);
    memmove(there + count, there + old, (left - place) * sizeof *there);
    memcpy(there, entries, count * sizeof *there);
    trust->revoked_key_count = left + count;
    return 0;
}

int sl_trust_revoke_key(struct sl_trust *trust, const unsigned char sha256[32],
                        const struct sl_trust_point *points, size_t point_count, struct sl_err *err)
{
    struct sl_trust_revoked_key entries[SL_TRUST_REVOKED_KEYS_MAX];
    if (point_count > SL_TRUST_REVOKED_KEYS_MAX)
        return sl_fail(err, SL_E_LIMIT, "trust.json may list %d revoked keys", SL_TRUST_REVOKED_KEYS_MAX);
    size_t count = make_entries(entries, trust->epoch, sha256, points, point_count);
    size_t place = place_of(trust->revoked_keys, trust->revoked_key_count, sizeof entries[0], sha256);
    size_t old = entries_of(trust, place, sha256);
    if ((old > 0 && check_less(trust, entries, count, err) < 0) ||
        put_entries(trust, place, old, entries, count, err) < 0)
        return -1;
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
