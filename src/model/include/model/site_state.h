/*
 * The small files in ROOT/state: what they say, as structs, read and written as canonical JSON.
 * releases-schema/{site,pending,history-entry}.schema.json describe them; src/site decides when they change.
 */
#ifndef MODEL_SITE_STATE_H
#define MODEL_SITE_STATE_H

#include "base/arena.h"
#include "crypto/digest.h"
#include <sealift/buf.h>

enum sl_site_action { SL_SITE_INSTALL, SL_SITE_ROLLBACK, SL_SITE_RECOVER };
const char *sl_site_action_name(enum sl_site_action action);

/* state/site.json: whose site this is, fixed by the first install or by the enrolment. */
struct sl_site_identity {
    struct sl_str customer;
    bool enrolled;                /* the rest is there; schema 2 instead of 1 */
    struct sl_digest fingerprint; /* of the line of trust.json documents that it trusts */
    struct sl_str receipt_key;    /* one line of base64, as minisign's -P takes it */
    struct sl_str age_recipient;  /* "age1..." */
};
int sl_site_identity_read(struct sl_site_identity *out, struct sl_arena *arena, struct sl_str json,
                          struct sl_err *err) SL_MUST_USE;
int sl_site_identity_write(struct sl_buf *out, const struct sl_site_identity *identity,
                           struct sl_err *err) SL_MUST_USE;

/* One change of `current`: written to state/pending.json before it, and as one line of state/history.jsonl
 * after. */
struct sl_site_change {
    enum sl_site_action action;
    struct sl_str bundle;   /* CUSTOMER-RELEASE-SEQUENCE */
    struct sl_str from, to; /* generation names; from is empty for the first */
    struct sl_digest manifest;
    uint64_t epoch, floor;  /* of the bundle */
    uint64_t trust_version; /* of trust.json that it was judged by; 0: plain keys */
    struct sl_digest grant; /* SHA-256 of the grant that a rollback needed; zeros: none */
    struct sl_str *signers; /* key ids whose signatures were proved; none for a rollback */
    size_t signer_count;
    int64_t time;
    struct sl_digest line; /* of a line of the history: the SHA-256 of its bytes; set by reading only */
};
int sl_site_pending_read(struct sl_site_change *out, struct sl_arena *arena, struct sl_str json,
                         struct sl_err *err) SL_MUST_USE;
int sl_site_pending_write(struct sl_buf *out, const struct sl_site_change *change,
                          struct sl_err *err) SL_MUST_USE;

/* The history: every line holds the SHA-256 of the line before (64 zeros in the first) and a number from 1.
 */
struct sl_site_history {
    struct sl_site_change *changes; /* oldest first */
    size_t count;
    struct sl_digest last; /* of the last line's bytes without its newline; zeros when there is none */
};
/* SL_E_REFUSED where a line is malformed, the chain is broken or the last line is not ended: it names the
 * line. */
int sl_site_history_read(struct sl_site_history *out, struct sl_arena *arena, struct sl_str text,
                         struct sl_err *err) SL_MUST_USE;
/* Appends the next line, with its newline. */
int sl_site_history_append(struct sl_buf *out, const struct sl_site_history *so_far,
                           const struct sl_site_change *change, struct sl_err *err) SL_MUST_USE;

#endif
