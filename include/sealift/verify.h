/*
 * Whether a bundle is to be trusted.
 *
 * Order of calls:
 *   sl_claim_open()   reads the head of the bundle; checks the signatures over the manifest's raw bytes, and
 * only then reads the manifest; checks the audience. What comes back is a claim: signed, payload not yet
 * seen. sl_claim_prove()  reads the rest of the same descriptor to its last byte, handing each member to
 * `receiver`; only when everything was right there is a struct sl_verified, and nothing else makes one.
 * sl_inspect() looks at the head and proves nothing.
 *
 * A signature counts when a given public key made it. Two files with the same key are one key. A signature
 * that names a given key and does not verify, a malformed or legacy one, refuses the bundle even where
 * another is good; a well-formed one by a key that was not given is reported and counts for nothing.
 * Signatures that came beside the bundle are judged like those in it.
 */
#ifndef SEALIFT_VERIFY_H
#define SEALIFT_VERIFY_H

#include <sealift/key.h>
#include <sealift/manifest.h>
#include <sealift/progress.h>

/* Detached signatures that one bundle may have, beside those in it. */
#define SL_DETACHED_MAX 16

/* A signature over manifest.json that did not come in the bundle (sealift/sign.h makes and finds them). */
struct sl_detached {
    const char *name; /* for messages: the path of its file */
    struct sl_str text;
};

struct sl_policy {
    const struct sl_public_key *keys;
    size_t key_count;                   /* at least 1 */
    struct sl_str customer;             /* who must be the audience; empty: anybody */
    const struct sl_detached *detached; /* texts must outlive all that is made with this policy */
    size_t detached_count;              /* at most SL_DETACHED_MAX */
};

struct sl_signer {
    char key_id[SL_KEY_ID_HEX + 1];
    bool trusted;                  /* a given key made it; for sl_inspect() always false */
    bool detached;                 /* it came beside the bundle */
    struct sl_str trusted_comment; /* show only escaped; without meaning unless `trusted` */
};

/* The head of a bundle. Texts live as long as what it was asked of. */
struct sl_bundle_head {
    const struct sl_manifest *manifest;
    struct sl_str manifest_json;
    unsigned char manifest_sha256[32]; /* the bundle's digest: of the exact bytes of manifest.json */
    const struct sl_signer *signers;   /* those in the bundle, in its order, then the detached ones */
    size_t signer_count;
};

/* Looks only. The descriptor is taken over. */
struct sl_inspection;
int sl_inspect(struct sl_inspection **out, int fd, const char *name, struct sl_err *err) SL_MUST_USE;
const struct sl_bundle_head *sl_inspection_head(const struct sl_inspection *inspection);
void sl_inspection_free(struct sl_inspection *inspection);
void sl_inspection_freep(struct sl_inspection **inspection);

struct sl_claim;
/* The descriptor is taken over, also on failure. `name` is how messages call the bundle. */
int sl_claim_open(struct sl_claim **out, int fd, const char *name, const struct sl_policy *policy,
                  struct sl_err *err) SL_MUST_USE;
const struct sl_bundle_head *sl_claim_head(const struct sl_claim *claim);
void sl_claim_free(struct sl_claim *claim);
void sl_claim_freep(struct sl_claim **claim);

/*
 * Takes the members as they are proved. begin() and end() frame each file; end() is called only when the
 * file's size and digest were right. `head` members come first: manifest.json and the signatures, exactly as
 * in the bundle; then each detached signature that a given key made, under the name it would have in there,
 * where none has that name.
 */
struct sl_receiver {
    int (*begin)(void *context, const struct sl_manifest_file *file, struct sl_err *err);
    int (*data)(void *context, const void *bytes, size_t len, struct sl_err *err);
    int (*end)(void *context, const struct sl_manifest_file *file, struct sl_err *err);
    void *context;
};

struct sl_verified;
/* `receiver` may be NULL: then the payload is only checked. Uses the claim up (free it all the same). */
int sl_claim_prove(struct sl_verified **out, struct sl_claim *claim, const struct sl_receiver *receiver,
                   const struct sl_progress *progress, struct sl_err *err) SL_MUST_USE;

/* Lives on its own: everything it needs was taken from the claim. */
const struct sl_bundle_head *sl_verified_head(const struct sl_verified *verified);
void sl_verified_free(struct sl_verified *verified);
void sl_verified_freep(struct sl_verified **verified);

#endif
