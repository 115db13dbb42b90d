/*
 * What a customer's site has installed, and how it changes.
 *
 *   ROOT/generations/SEQUENCE-RELEASE-DIGEST/   one verified bundle each, complete, never changed
 *   ROOT/current -> generations/...             the only commit point
 *   ROOT/staging/                               may be lost at any time
 *   ROOT/state/                                 lock, site.json, pending.json, history.jsonl; of an enrolled
 *                                               site also its keys, trust/, receipts/ and the ledger twice
 *
 * Every function opens ROOT, takes the lock where it changes something, recovers from whatever an earlier
 * process left when it was stopped, does its work, and lets go. The clock is the caller's. No root rights
 * are needed.
 */
#ifndef SEALIFT_SITE_H
#define SEALIFT_SITE_H

#include <sealift/verify.h>

/* Seconds since 1970. Asked once per change, right before it is written down: an install may have waited for
 * the lock and read a slow disk for long by then. */
struct sl_clock {
    int64_t (*now)(void *context);
    void *context;
};

/* Told once when the lock is held by another process and the call begins to wait; `why` is one line that says by whom. */
struct sl_waiting {
    void (*told)(void *context, const char *why);
    void *context;
};

struct sl_site_options {
    const char *root;      /* made by the first install */
    struct sl_clock clock; /* for the history; those who only look need none */
    const char *holder;    /* one line about this process, for whoever waits for the lock */
    bool wait;             /* wait for the lock instead of SL_E_BUSY */
    struct sl_waiting waiting;
    struct sl_progress progress;
};

#define SL_GENERATION_NAME_MAX 128

/* -- enrolment -- */

/*
 * Makes a site that judges by its own trust.json instead of keys that are given with each bundle: it gets a key of its own for
 * receipts, an age identity, and a ledger of what must never be forgotten. `steps` are versions of trust.json, the first of
 * which has the fingerprint that came on another way. A site that installed with plain keys before may be enrolled; what it has
 * accepted counts.
 *
 * SL_E_REFUSED: another fingerprint, a chain that does not hold, another customer. SL_E_EXISTS: it is enrolled already.
 * SL_E_USAGE: the trust.json is for any customer, and none is given.
 */
struct sl_enrolment {
    const struct sl_trust_steps *steps;
    unsigned char fingerprint[32];
    struct sl_str customer; /* may be empty where trust.json names one */
    struct sl_random random;
};
/* What goes back to the vendor. */
struct sl_enrolled {
    char customer[64];
    char receipt_key[64];   /* one line of base64, as minisign's -P takes it */
    char age_recipient[64]; /* "age1..." */
    uint64_t trust_version;
};
int sl_site_enrol(struct sl_enrolled *out, const struct sl_site_options *options,
                  const struct sl_enrolment *request, struct sl_err *err) SL_MUST_USE;

/* Changes nothing; false also where there is no site. SL_E_REFUSED where an enrolment was stopped, or is at work: until the next
 * one is done the site is neither, and nothing but sl_site_enrol() goes on. */
int sl_site_is_enrolled(bool *out, const struct sl_site_options *options, struct sl_err *err) SL_MUST_USE;

/*
 * Completes a policy with what the site knows and, where it is enrolled, whom it trusts, for judging a bundle without installing
 * it: nothing is changed, new versions of trust.json are used and forgotten. The policy borrows from *out. SL_E_USAGE: keys were
 * given and the site is enrolled, or none and it is not.
 */
struct sl_site_trust;
int sl_site_trust_open(struct sl_site_trust **out, const struct sl_site_options *options,
                       struct sl_policy *policy, struct sl_err *err) SL_MUST_USE;
void sl_site_trust_free(struct sl_site_trust *trust);
void sl_site_trust_freep(struct sl_site_trust **trust);

/* The last of a site's receipts, as far as it is for people (sealift/receipt.h). */
struct sl_site_receipt {
    const char *action; /* "install"; NULL: there is none */
    char bundle[256];   /* CUSTOMER-RELEASE-SEQUENCE; empty: it could not be trusted so far */
    char verdict[512];  /* "limits=passed trust=passed ..."; empty: nothing was judged */
    char detail[512];   /* why it was refused; mostly empty */
    int64_t time;       /* by the site's clock, seconds since 1970 */
};

/* What an enrolled site never forgets; all 0 for one that is not. Changes nothing. SL_E_REFUSED, with `enrolled` set, where the
 * ledger is damaged, or the receipt is not the one that it counted last, or the versions of trust.json are not those that it
 * knows. */
struct sl_site_ledger {
    bool enrolled;
    uint64_t epoch, highest_sequence, trust_version, receipts;
    uint64_t floor; /* the higher of the site's own and that of its trust.json; 0: none */
    int64_t proved_time;
    struct sl_site_receipt last;
};
int sl_site_ledger(struct sl_site_ledger *out, const struct sl_site_options *options,
                   struct sl_err *err) SL_MUST_USE;

/* Appends the site's receipts from number `from` on as lines of an export (sealift/receipt.h). Changes nothing. */
int sl_site_receipts(struct sl_buf *out, uint64_t *count, const struct sl_site_options *options,
                     uint64_t from, struct sl_err *err) SL_MUST_USE;

/* -- installing -- */

enum sl_install_outcome { SL_INSTALLED, SL_ALREADY_CURRENT, SL_REPAIRED };

struct sl_install_result {
    enum sl_install_outcome outcome;
    char generation[SL_GENERATION_NAME_MAX]; /* what is current now */
    char previous[SL_GENERATION_NAME_MAX];   /* what was current before; empty for the first install */
    uint64_t sequence;                       /* of the bundle */
    uint64_t previous_sequence; /* of what was current before; 0: none, or of another epoch. A larger one than
                                                `sequence` is not refused, but worth telling */
    uint64_t files, bytes;      /* of the payload */
};

/*
 * Verifies, stages and switches in one pass over the descriptor (taken over). The first install fixes whose
 * site this is; a bundle for another customer is refused before its payload is read, without naming that
 * customer. The bundle that is current and intact: nothing is changed. The bundle that is current but whose
 * files were altered, signature files too, or which has got another signature that counts: a fresh copy of the generation becomes
 * current. A bundle that was current before and is
 * still on disk and intact: it becomes current without another copy. The bundle is verified to its end in
 * each case.
 *
 * An enrolled site takes no keys in `policy` (SL_E_USAGE): its own trust.json decides, new versions that the bundle brings are
 * stored before it is judged, and each install and each refusal leaves a receipt.
 *
 * Errors: those of sl_claim_open() and sl_claim_prove(), before anything has changed; SL_E_REFUSED where ROOT
 * is not as sealift left it; SL_E_EXISTS where ROOT holds something else; SL_E_BUSY; SL_E_NO_SPACE, asked
 * before the payload is read. After any of them the old generation is current, unless the message says that
 * the new one is.
 *
 * A first install that fails removes what it made, but for ROOT, ROOT/state and the empty file lock in it:
 * whoever waits for the lock has that file open. Without it the next one to come would make and lock another,
 * and two would be at work.
 */
int sl_site_install(struct sl_install_result *out, const struct sl_site_options *options, int fd,
                    const char *name, const struct sl_policy *policy, struct sl_err *err) SL_MUST_USE;

/* How a file on disk differs from its manifest. */
enum sl_drift { SL_DRIFT_MISSING, SL_DRIFT_CHANGED, SL_DRIFT_MODE, SL_DRIFT_KIND, SL_DRIFT_EXTRA };
const char *sl_drift_name(enum sl_drift drift);
struct sl_drift_report {
    void (*found)(void *context, enum sl_drift drift, struct sl_str path);
    void *context;
};

struct sl_rollback_result {
    char from[SL_GENERATION_NAME_MAX];
    char to[SL_GENERATION_NAME_MAX];
};

/*
 * To `generation` (a name, or what is unambiguous of its beginning: "17"), or when NULL to the newest that was
 * current before, is of another bundle and is still on disk. A repair is no step on that way, a rollback is
 * one: a second rollback undoes the first. Of several copies of one bundle the newest that is on disk is
 * meant.
 *
 * The target's files are compared with its manifest first, and that with the history: SL_E_DRIFT or
 * SL_E_REFUSED when they differ. SL_E_USAGE when the target is current already, or `generation` is ambiguous,
 * or nothing was current before; SL_E_NOT_FOUND when it is not on disk.
 *
 * An enrolled site goes back to what is at or above its floor, of this epoch, not revoked, and has the signatures that a version
 * of its trust.json asks for, by keys that still count, which is proved anew; anything else is SL_E_REFUSED
 * without a grant for this site and this bundle (sealift/grant.h), which works once and leaves the floor where it is.
 */
struct sl_rollback_request {
    const char *generation;        /* NULL: the one before */
    const char *grant;             /* path of a grant with its signatures beside it; NULL: none */
    struct sl_drift_report report; /* of each difference, before SL_E_DRIFT; .found NULL: none */
};
int sl_site_rollback(struct sl_rollback_result *out, const struct sl_site_options *options,
                     const struct sl_rollback_request *request, struct sl_err *err) SL_MUST_USE;

/* What was when, oldest first; and which generations are there. */
struct sl_site_event {
    uint64_t number;
    const char *action; /* "install", "rollback", "recover" */
    struct sl_str bundle, from, to;
    const struct sl_str *signers;
    size_t signer_count;
    unsigned char manifest_sha256[32];
    int64_t time;
    bool present; /* the generation it led to is still on disk */
};
struct sl_site_log;
/*
 * Changes nothing. SL_E_NOT_FOUND without a site in ROOT; SL_E_REFUSED where the chain is broken, or the last
 * line is not about what is current, as when lines are missing at the end; of an enrolled site also where it is not the history
 * that the ledger knows, or the ledger is damaged. Elsewhere lines that are missing so that the last one left leads to what is
 * current by chance do not show. The texts live as long as the log.
 */
int sl_site_history(struct sl_site_log **out, const struct sl_site_options *options,
                    struct sl_err *err) SL_MUST_USE;
size_t sl_site_log_count(const struct sl_site_log *log);
const struct sl_site_event *sl_site_log_at(const struct sl_site_log *log, size_t index);
struct sl_str
sl_site_log_current(const struct sl_site_log *log); /* generation name; empty: nothing installed */
void sl_site_log_free(struct sl_site_log *log);
void sl_site_log_freep(struct sl_site_log **log);

/* Does the installed tree still match its manifest, file by file, and are its signatures good. */
struct sl_site_state {
    char generation[SL_GENERATION_NAME_MAX];
    char customer[64], release[64];
    uint64_t sequence;
    unsigned char manifest_sha256[32];
    uint64_t files, bytes, drifted;
    char remedy[SL_ERR_HINT_MAX]; /* what to do where something drifted */
    bool pending; /* a change was stopped in the middle, and the next install or rollback finishes or drops
                     it; or one is going on */
};
/* Changes nothing. Of an enrolled site it proves the signature files anew, by the versions of its trust.json; where these cannot be
 * read, which sl_site_ledger() tells, and at other sites, it looks at their form. 0 with drifted == 0 or > 0; SL_E_DRIFT when the whole generation is no longer there;
 * SL_E_NOT_FOUND when nothing is installed, with only `pending` set then. SL_E_REFUSED when
 * `current` is not what the history says, or the manifest has not the digest that the history recorded. */
int sl_site_status(struct sl_site_state *out, const struct sl_site_options *options,
                   const struct sl_drift_report *report, struct sl_err *err) SL_MUST_USE;

#endif
