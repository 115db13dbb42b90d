/*
 * Whether a bundle is to be trusted.
 *
 * Order of calls:
 *   sl_claim_open()   reads the head of the bundle; checks the signatures over the manifest's raw bytes, and
 * only then reads the manifest; checks the audience. What comes back is a claim: signed, payload not yet
 * seen. sl_claim_prove()  reads the rest of the same descriptor to its last byte, handing each member to
 * `receiver`; only when everything was right there is a struct sl_verified, and nothing else makes one.
 * sl_inspect() shows the head, read in a process of its own, and proves nothing.
 *
 * A signature counts when a given public key made it. Two files with the same key are one key. A signature
 * that names a given key and does not verify, a malformed or legacy one, refuses the bundle even where
 * another is good; a well-formed one by a key that was not given is reported and counts for nothing.
 * Signatures that came beside the bundle are judged like those in it.
 *
 * A claim that is opened forks a child, without exec, which unpacks the bundle and ends when the claim is proved or freed. The
 * kernel ends it with the thread that opened the claim, too, and not only with the process (PR_SET_PDEATHSIG, prctl(2)): open, prove
 * and free a claim while that thread lives, best all in it. Otherwise it fails with SL_E_IO, "was ended from outside". A program that waits for children that
 * are not its own (waitpid(-1)), or ignores SIGCHLD, takes away how it ended: then a crash, which refuses a bundle otherwise, is
 * SL_E_IO, and no verdict.
 *
 * A bundle may be encrypted with age; its first bytes say so. It is decrypted as it is read, in the same single
 * pass. That it opens proves nothing of who made it: everybody who has the recipient can encrypt. SL_E_USAGE: it
 * is encrypted, and no key was given; SL_E_REFUSED: none opens it.
 */
#ifndef SEALIFT_VERIFY_H
#define SEALIFT_VERIFY_H

#include <sealift/age.h>
#include <sealift/isolation.h>
#include <sealift/json.h>
#include <sealift/key.h>
#include <sealift/manifest.h>
#include <sealift/progress.h>
#include <sealift/trust.h>

/* -- what a site knows -- */

/*
 * What the bundles that a site accepted before have to do with this one. Sequence and floor count within an
 * epoch, the required stops too: a bundle of a later epoch starts anew, and only the floor of trust.json binds it.
 * That is how a line of bundles goes on after a thief has signed one with the highest of all sequences. The bundle
 * that is installed may be installed again, to repair it, whatever its epoch, sequence and floor; not when it is revoked.
 */
struct sl_site_view {
    struct sl_str installed_release; /* empty: nothing is installed, a fresh site */
    uint64_t installed_epoch, installed_sequence;
    unsigned char installed_sha256[32]; /* the digest of that bundle: it may always be installed again */
    uint64_t epoch;                     /* of the bundles that the next three are about */
    uint64_t highest_sequence;          /* ever accepted; 0: none yet */
    unsigned char highest_sha256[32];   /* digest of the bundle that had it; zeros: not known */
    uint64_t floor;                     /* sequence below which nothing may come back; 0: none */
    const unsigned char (
        *accepted)[32]; /* digests of the bundles that were installed here, each with its receipt */
    size_t accepted_count;
    int64_t proved_time; /* the latest time that trust.json has proved; 0: none */
};

/* -- the verdict -- */

/* In the order in which they are taken. */
enum sl_verdict_step {
    SL_STEP_LIMITS,      /* the head can be read: form, sizes, counts */
    SL_STEP_TRUST,       /* the new versions of trust.json that the bundle carries */
    SL_STEP_SIGNATURES,  /* over the raw bytes of the manifest, distinct keys up to the threshold */
    SL_STEP_MANIFEST,    /* only now it is read */
    SL_STEP_AUDIENCE,    /* for whom */
    SL_STEP_REVOCATIONS, /* the bundle is not revoked; enough keys are not void for its sequence */
    SL_STEP_EPOCH,       /* that of trust.json */
    SL_STEP_SEQUENCE,    /* not older than what was accepted before */
    SL_STEP_REQUIRES,    /* may follow the installed release, no required stop is passed over */
    SL_STEP_FLOOR,       /* not below it */
    SL_STEP_EXPIRY,      /* not expired */
    SL_STEP_PAYLOAD,     /* every byte to the end */
};
#define SL_STEP_COUNT 12
const char *sl_verdict_step_name(enum sl_verdict_step step); /* "limits" */

enum sl_step_outcome {
    SL_NOT_REACHED, /* an earlier one said no, or the work stopped */
    SL_PASSED,
    SL_WARNED,  /* passed, but somebody should look */
    SL_SKIPPED, /* nothing to compare with */
    SL_REFUSED,
};
const char *sl_step_outcome_name(enum sl_step_outcome outcome); /* "passed" */

#define SL_VERDICT_TEXT_MAX 400

struct sl_verdict_line {
    enum sl_step_outcome outcome;
    char text[SL_VERDICT_TEXT_MAX]; /* one line, escaped */
};

/*
 * What was found, step by step; kept also when the answer is no. Never names another customer than the one
 * that the bundle was held against: what the manifest says of its audience is here only when it passed.
 */
struct sl_verdict {
    struct sl_verdict_line steps[SL_STEP_COUNT];
    bool accepted;                       /* every step, with the payload */
    char bundle[160];                    /* CUSTOMER-RELEASE-SEQUENCE; empty until the audience has passed */
    unsigned char manifest_sha256[32];   /* zeros until the signatures have passed */
    char signers[32][SL_KEY_ID_HEX + 1]; /* ids of the distinct keys that were proved */
    size_t signer_count;
    uint64_t trust_version; /* that it was judged by; 0: by plain keys */
    uint64_t trust_taken;   /* how many newer versions the bundle brought */
    int64_t now;            /* the wall clock; 0: not asked */
    int64_t proved_time;    /* what the site may take as proved to be past: the later of what it knew and of
                               trust.json's `issued`; 0: nothing. Not the manifest's time, which is that of a commit:
                               whoever can sign one bundle could put it a century ahead */
};

/* Everything that the steps from audience to expiry look at, and nothing else is looked at. */
struct sl_judged {
    const struct sl_manifest *manifest;
    const unsigned char *manifest_sha256; /* 32 bytes */
    const struct sl_trust *trust;         /* NULL: plain keys */
    uint32_t signed_by;                   /* with `trust`: bit i, trust->keys[i] of role release signed */
    struct sl_str customer;          /* who must be the audience, beside what trust.json says; may be empty */
    const struct sl_site_view *site; /* NULL: nothing is known of it */
    int64_t now;                     /* wall clock, seconds since 1970; 0: not asked */
};

/*
 * Pure: takes the steps from audience to expiry in order, writes each into `verdict` and stops at the first
 * no, with SL_E_REFUSED. Without `trust` there is no epoch, a bundle older than another is a warning and not
 * a refusal; what the site knows of releases, floor and time holds all the same.
 */
int sl_judge(struct sl_verdict *verdict, const struct sl_judged *judged, struct sl_err *err) SL_MUST_USE;

/* One map with everything in it, and nothing for what is not known: releases-schema/verdict.schema.json. */
void sl_verdict_json(struct sl_json *json, const struct sl_verdict *verdict);

/* -- policy -- */

/* Takes the new versions of trust.json that a bundle carries, proved, before the bundle is judged: what a
 * thief's bundle brings along may be what unmasks the thief. `steps` are exactly the new ones, `trust` is the
 * last of them. A failure stops the claim. */
struct sl_trust_store {
    int (*store)(void *context, const struct sl_trust *trust, const struct sl_trust_step *steps, size_t count,
                 struct sl_err *err);
    void *context;
};

/* Detached signatures that one bundle may have, beside those in it. */
#define SL_DETACHED_MAX 16

/* A signature over manifest.json that did not come in the bundle (sealift/sign.h makes and finds them). */
struct sl_detached {
    const char *name; /* for messages: the path of its file */
    struct sl_str text;
};

struct sl_policy {
    const struct sl_public_key *keys;   /* plain keys, one of which must have signed; none with `trust` */
    size_t key_count;                   /* at least 1 without `trust` */
    struct sl_str customer;             /* who must be the audience; empty: anybody */
    const struct sl_detached *detached; /* texts must outlive all that is made with this policy */
    size_t detached_count;              /* at most SL_DETACHED_MAX */
    const struct sl_trust *trust;       /* NULL: plain keys */
    struct sl_str trust_json;           /* the bytes it was read from */
    struct sl_trust_store store;        /* .store NULL: new versions are used and forgotten */
    const struct sl_site_view *site;    /* NULL: nothing is known of the site */
    int64_t now;                        /* wall clock, seconds since 1970; 0: not asked */
    struct sl_age_keys age_keys;        /* what may open an encrypted bundle; none: only plain ones */
    struct sl_verdict *verdict;         /* NULL, or where each step is written down; outlives the claim */
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
    struct sl_isolation isolation; /* of the process that unpacks it */
};

/*
 * Looks only. The descriptor is taken over. `keys` (NULL: none) may open an encrypted bundle.
 *
 * Nobody has signed for anything in it, so it is interpreted in a process of its own that can do nothing else
 * (sealift/isolation.h). There show() appends to `out` what is to be seen; whatever else it changes is lost with that process.
 * What comes over is appended to the caller's `out`, and SL_E_REFUSED where it is not UTF-8 text without control characters but
 * the ends of lines and colours ("ESC [ 1 ; 31 m"). The head lives as long as the call of show().
 *
 * A bundle that takes that process over says there what it likes: that nothing was verified belongs beside what comes, by the
 * caller, and what it may not say, in front of whoever reads it, the caller has to look for.
 */
struct sl_inspector {
    int (*show)(void *context, struct sl_buf *out, const struct sl_bundle_head *head, struct sl_err *err);
    void *context;
};
int sl_inspect(struct sl_buf *out, int fd, const char *name, const struct sl_age_keys *keys,
               const struct sl_inspector *inspector, struct sl_err *err) SL_MUST_USE;

struct sl_claim;
/* The descriptor is taken over, also on failure. `name` is how messages call the bundle. */
int sl_claim_open(struct sl_claim **out, int fd, const char *name, const struct sl_policy *policy,
                  struct sl_err *err) SL_MUST_USE;
const struct sl_bundle_head *sl_claim_head(const struct sl_claim *claim);

/*
 * Judges the steps from audience to expiry once more, with what the site knows now: for whoever had to wait for a
 * lock before that could be known. A refusal here is as good as one of sl_claim_open(): the payload was not read,
 * and the claim is only to be freed.
 */
int sl_claim_judge(struct sl_claim *claim, const struct sl_site_view *site, struct sl_err *err) SL_MUST_USE;

/* What the claim was judged by, with the versions that the bundle brought; NULL: plain keys. Lives as long as the
 * claim. */
const struct sl_trust *sl_claim_trust(const struct sl_claim *claim);
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
