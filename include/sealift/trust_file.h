/*
 * trust.json: whose signatures count for what, at which version. docs/formats/trust.md is the normative
 * description; sealift/trust.h says who signed one, and how one follows another.
 *
 * A document that was read is only as good as the signatures over the bytes it was read from. It is one
 * piece of memory of fixed size without pointers: it can be copied by assignment, and is too large for the
 * stack of a function that does not know how deep it is (about 30 KB): allocate it.
 */
#ifndef SEALIFT_TRUST_FILE_H
#define SEALIFT_TRUST_FILE_H

#include <sealift/buf.h>
#include <sealift/key.h>
#include <stdbool.h>
#include <stdint.h>

#define SL_TRUST_SCHEMA 1

/* What shapes the struct. A product has a handful of each; with all of them full the text stays below 64 KiB,
 * which is what one file of a site's state may have. */
#define SL_TRUST_KEYS_MAX            32
#define SL_TRUST_REVOKED_KEYS_MAX    64
#define SL_TRUST_REVOKED_BUNDLES_MAX 512

/* In the order of the file. */
enum sl_trust_role {
    SL_ROLE_GRANT,   /* permits one rollback below the floor */
    SL_ROLE_RELEASE, /* signs bundles */
    SL_ROLE_ROOT,    /* signs trust.json */
    SL_ROLE_SITE,    /* signs receipts */
};
#define SL_ROLE_COUNT 4
const char *sl_trust_role_name(enum sl_trust_role role);

struct sl_trust_key {
    unsigned char sha256[32]; /* of the 32 bytes of its point: what a key is called in trust.json */
    struct sl_public_key key;
    unsigned roles; /* bit 1 << role; never 0 */
};

/*
 * Of a revoked key, what its signature still counts for: bundles of this epoch, up to this sequence. A key has an entry for each
 * epoch in which anything counts, one with sequence 0 where nothing does; in an epoch without an entry it counts for nothing,
 * and never for a version, a grant or a receipt. Sequences begin anew with an epoch, so a number without its epoch would let
 * the key sign again in a later one, and a thief date back into an earlier one.
 */
struct sl_trust_revoked_key {
    unsigned char sha256[32];
    uint64_t epoch;
    uint64_t void_after_sequence;
};

struct sl_trust {
    uint64_t version;   /* from 1 */
    char customer[64];  /* a label, or "*": whoever the bundle is for */
    uint64_t epoch;     /* of the bundles that count */
    uint64_t floor;     /* sequence below which nothing may come back; 0: none */
    int64_t issued;     /* seconds since 1970, for what it proves about the time; 0: not said */
    int64_t expires;    /* seconds since 1970; 0: never */
    bool clock_refuses; /* policy.clock: a bundle that has expired by the wall clock alone is refused */
    struct sl_trust_key keys[SL_TRUST_KEYS_MAX]; /* ascending by sha256 */
    size_t key_count;
    unsigned thresholds[SL_ROLE_COUNT]; /* 0 for a role without keys: nobody may */
    struct sl_trust_revoked_key revoked_keys[SL_TRUST_REVOKED_KEYS_MAX]; /* ascending by sha256, epoch */
    size_t revoked_key_count;
    unsigned char revoked_bundles[SL_TRUST_REVOKED_BUNDLES_MAX][32]; /* digests of manifests, ascending */
    size_t revoked_bundle_count;
};

/*
 * Reads canonical JSON. SL_E_REFUSED for anything but: canonical bytes, schema 1, exactly the members of the
 * format, each of its type and range; keys under the SHA-256 of their points, no two with one key id, each
 * in at least one role; in every role distinct keys that are listed, and a threshold from 1 to the number of
 * those that are not revoked (0 in a role without keys); keys in root and release; revoked keys in no role
 * but release, no threshold above the 16 signatures that a thing may have, at most version 4,096, and revocations that name no epoch to come. `name` begins the messages ("trust/2.json"). *out is allocated: sl_trust_free().
 */
int sl_trust_read(struct sl_trust **out, struct sl_str json, const char *name,
                  struct sl_err *err) SL_MUST_USE;

/* Appends canonical JSON. Same document, same bytes. What sl_trust_read() would refuse is not written:
 * SL_E_INPUT with the same reason. */
int sl_trust_write(struct sl_buf *out, const struct sl_trust *trust, struct sl_err *err) SL_MUST_USE;

void sl_trust_free(struct sl_trust *trust);
void sl_trust_freep(struct sl_trust **trust);

/* The key of that name, or NULL. */
const struct sl_trust_key *sl_trust_key_find(const struct sl_trust *trust, const unsigned char sha256[32]);

bool sl_trust_key_revoked(const struct sl_trust *trust, const unsigned char sha256[32]);

/* Up to which sequence of an epoch a revoked key still counts; 0: for nothing of it. */
uint64_t sl_trust_void_after(const struct sl_trust *trust, const unsigned char sha256[32], uint64_t epoch);

bool sl_trust_bundle_revoked(const struct sl_trust *trust, const unsigned char manifest_sha256[32]);

/* Keys in a role; those that are revoked are not counted. */
size_t sl_trust_role_size(const struct sl_trust *trust, enum sl_trust_role role);

/* -- changes, for whoever makes the next version; checked as a whole by sl_trust_write() -- */

/* What a key is called: the SHA-256 of its point. */
void sl_trust_key_name(unsigned char sha256[32], const struct sl_public_key *key);

/* Gives a key one more role, and lists it when it is new. SL_E_USAGE when it has the role already, or is
 * revoked; SL_E_LIMIT. */
int sl_trust_add_key(struct sl_trust *trust, const struct sl_public_key *key, enum sl_trust_role role,
                     struct sl_err *err) SL_MUST_USE;

/* Takes a role from a key; a key without a role is no longer listed. SL_E_USAGE when it has not that role.
 * Thresholds stay. */
int sl_trust_drop_key(struct sl_trust *trust, const unsigned char sha256[32], enum sl_trust_role role,
                      struct sl_err *err) SL_MUST_USE;

/*
 * Takes every role but release from the key, and voids all its signatures but those under bundles up to the given points, one
 * per epoch at most; without any point, all of them. What was said before about the key is replaced: SL_E_USAGE where that
 * would let it count for more, or changes nothing. SL_E_LIMIT.
 */
struct sl_trust_point {
    uint64_t epoch, sequence;
};
int sl_trust_revoke_key(struct sl_trust *trust, const unsigned char sha256[32],
                        const struct sl_trust_point *points, size_t point_count,
                        struct sl_err *err) SL_MUST_USE;

/* SL_E_USAGE when it is revoked already; SL_E_LIMIT. */
int sl_trust_revoke_bundle(struct sl_trust *trust, const unsigned char manifest_sha256[32],
                           struct sl_err *err) SL_MUST_USE;

#endif
