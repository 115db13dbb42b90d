/*
 * Who signed a trust.json, and how one follows another.
 *
 * A version travels as a step: the exact bytes of the document and the signature files over them, as
 * trust/N.json and trust/N.json.KEYID.minisig in a bundle, in a directory of the ops side, and at a site.
 *
 * Order of calls at a site: once, sl_trust_open() with the version that came on a trusted way, after its
 * fingerprint was compared; for ever after, sl_trust_advance() with each next version. Both check signatures
 * over the raw bytes before these are read. On the ops side: sealift/trust_file.h makes a document,
 * sl_trust_sign() adds one signature, sl_trust_tally_signatures() says what is still missing.
 *
 * What a step must be: version N+1, signed by the root threshold of N and by its own; for the same customer;
 * epoch not lower, nor within an epoch the floor; every revocation still there, and no key's for less.
 */
#ifndef SEALIFT_TRUST_H
#define SEALIFT_TRUST_H

#include <sealift/trust_file.h>

struct sl_trust_signature {
    char key_id[SL_KEY_ID_HEX + 1]; /* in the file's name */
    struct sl_str text;             /* a minisign signature file */
};

struct sl_trust_step {
    uint64_t version; /* as its name says; what the document says must agree */
    struct sl_str json;
    const struct sl_trust_signature *signatures;
    size_t signature_count;
    const char *name; /* what messages call it, escaped; NULL: as in a bundle, trust/N.json */
};

/* Who signed, of the keys in one role: distinct keys by their points, whatever their ids. */
struct sl_trust_tally {
    uint32_t signed_by; /* bit i: trust->keys[i] */
    unsigned count;     /* how many bits are set */
    unsigned threshold; /* 0: the role has no keys, and nothing is enough */
};
bool sl_trust_tally_met(const struct sl_trust_tally *tally);

/*
 * Proves the signatures over the step's bytes with the keys of `trust` that are in the role; those of others count
 * for nothing. SL_E_REFUSED for a signature that is malformed, whose key id is not that of its name, or that
 * names a key of the role and is not its. Revoked keys count here: see sl_trust_count_valid().
 */
int sl_trust_tally_signatures(struct sl_trust_tally *out, const struct sl_trust *trust,
                              enum sl_trust_role role, const struct sl_trust_step *step,
                              struct sl_err *err) SL_MUST_USE;

/* Whether the signature of the step at `index` is one of a root key of `trust`, and proves it. */
bool sl_trust_signature_counts(const struct sl_trust *trust, const struct sl_trust_step *step, size_t index);

/* Whether a signature by the key of that name counts for a bundle: it is not revoked, or only above a sequence of this epoch
 * that is not lower. */
bool sl_trust_key_counts(const struct sl_trust *trust, const unsigned char sha256[32], uint64_t epoch,
                         uint64_t sequence);

/* How many of those who signed count for such a bundle. */
unsigned sl_trust_count_valid(const struct sl_trust *trust, uint32_t signed_by, uint64_t epoch,
                              uint64_t sequence);

/* A document whose origin is known on another way: by its fingerprint, or because it lies where only an
 * administrator writes. SL_E_REFUSED unless its own root threshold signed it. */
int sl_trust_open(struct sl_trust **out, const struct sl_trust_step *step, struct sl_err *err) SL_MUST_USE;

/* What `to` may not say after `from`, whoever signed it: another customer, a lower epoch, a lower floor in the same one, less
 * than all that is revoked. SL_E_REFUSED. For whoever is about to make or sign `to`; the version is not compared. */
int sl_trust_check_follows(const struct sl_trust *from, const struct sl_trust *to,
                           struct sl_err *err) SL_MUST_USE;

/* From version N to N+1: `trust` becomes the next version, or stays as it is with SL_E_REFUSED. */
int sl_trust_advance(struct sl_trust *trust, const struct sl_trust_step *next,
                     struct sl_err *err) SL_MUST_USE;

/*
 * From the version at hand over every newer one of `steps`, which are ascending by version; older ones are
 * passed over, unsigned for all we know. `known` is the text of the version at hand, which a step of the same
 * version must equal (empty: not known): SL_E_REFUSED for another (a fork), for a gap and for whatever sl_trust_advance() refuses.
 * All or nothing; *applied is the number of versions that are new.
 */
int sl_trust_follow(struct sl_trust *trust, struct sl_str known, const struct sl_trust_step *steps,
                    size_t count, size_t *applied, struct sl_err *err) SL_MUST_USE;

/* All of a line: opens the first step and takes every further one. *out is the last. For whoever trusts the first,
 * or only asks whether the line holds together. */
struct sl_trust_steps;
int sl_trust_chain(struct sl_trust **out, const struct sl_trust_steps *steps, struct sl_err *err) SL_MUST_USE;

/* Appends a signature file over the document's bytes, by a key that is here or by an external signer. */
int sl_trust_sign(struct sl_buf *out, const struct sl_trust *trust, struct sl_str json,
                  const struct sl_signing_key *key, struct sl_err *err) SL_MUST_USE;

/* The fingerprint of a line of documents: SHA-256 of the bytes of version 1, which all later ones rest on. */
void sl_trust_fingerprint(unsigned char out[32], struct sl_str json);

/* -- files -- */

/* Steps in memory of their own, ascending by version. */
size_t sl_trust_steps_count(const struct sl_trust_steps *steps);
const struct sl_trust_step *sl_trust_steps_at(const struct sl_trust_steps *steps, size_t index);
void sl_trust_steps_free(struct sl_trust_steps *steps);
void sl_trust_steps_freep(struct sl_trust_steps **steps);

/*
 * `path` is a document NAME, with its signatures beside it as NAME.KEYID.minisig: one step. Or a directory
 * that holds N.json and N.json.KEYID.minisig: all its versions. Other files are passed over, signatures
 * without their document too. Nothing is checked but names, sizes and that each document can be read as one
 * of its version (sl_trust_read()).
 */
int sl_trust_steps_load(struct sl_trust_steps **out, const char *path, struct sl_err *err) SL_MUST_USE;

/* Where the signature of that key over the file at `path` lies: PATH.KEYID.minisig. SL_E_USAGE when it is longer than 4,095
 * bytes, which no system can open. */
#define SL_SIGNATURE_PATH_MAX 4096
int sl_signature_path(char out[SL_SIGNATURE_PATH_MAX], struct sl_str path,
                      const unsigned char key_id[SL_KEY_ID_BYTES], struct sl_err *err) SL_MUST_USE;

#endif
