/*
 * Receipts: what a site did, in its own hand, to be carried back to the ops side.
 *
 * Every install, refusal, rollback and recovery of an enrolled site makes one: canonical JSON of at most SL_RECEIPT_BYTES_MAX
 * bytes, signed with the site's own key, holding the SHA-256 of the one before. docs/formats/receipt.md is the normative
 * description.
 *
 * Order of calls at a site: sl_receipt_write(), which numbers and chains it; sl_receipt_sign(). On the ops side:
 * sl_receipts_check() over everything that came from one site, in any order and as often as it came; it finds gaps, forks, and
 * receipts that the site's key did not sign.
 *
 * An exported file has one line for each receipt, a JSON map of two texts: the receipt's bytes and its signature file.
 */
#ifndef SEALIFT_RECEIPT_H
#define SEALIFT_RECEIPT_H

#include <sealift/buf.h>
#include <sealift/key.h>
#include <stdint.h>

#define SL_RECEIPT_SCHEMA    1
#define SL_RECEIPT_BYTES_MAX 2048

/* What fits with everything else at its longest. */
#define SL_RECEIPT_DETAIL_MAX  260
#define SL_RECEIPT_SIGNERS_MAX 16

enum sl_receipt_action {
    SL_RECEIPT_ENROL,
    SL_RECEIPT_INSTALL,
    SL_RECEIPT_REFUSE,
    SL_RECEIPT_ROLLBACK,
    SL_RECEIPT_RECOVER
};
const char *sl_receipt_action_name(enum sl_receipt_action action);

/* One receipt. Texts are borrowed; what does not apply is empty or 0. */
struct sl_receipt {
    uint64_t number;            /* counts from 1 */
    unsigned char previous[32]; /* SHA-256 of the bytes of the one before; zeros in the first */
    unsigned char site[32];     /* SHA-256 of the 32 bytes of the site's public key */
    struct sl_str customer;     /* whose site it is */
    enum sl_receipt_action action;
    struct sl_str bundle; /* CUSTOMER-RELEASE-SEQUENCE; empty for a refusal before that could be trusted */
    unsigned char manifest_sha256[32]; /* the bundle's digest; zeros likewise */
    struct sl_str from, to;       /* generations: what was current, what is; equal where nothing changed */
    uint64_t files, bytes;        /* what was written below `to` */
    struct sl_str verdict;        /* "limits=passed signatures=passed ..." */
    struct sl_str detail;         /* why it was refused; what was found */
    const struct sl_str *signers; /* key ids that were proved */
    size_t signer_count;
    int64_t time;            /* the site's clock, seconds since 1970 */
    unsigned char grant[32]; /* SHA-256 of the grant that was used; zeros: none */
    int64_t proved_time;     /* what the site holds afterwards: the latest time that trust.json has proved */
    uint64_t epoch;          /* of the bundles that the next three are about */
    uint64_t highest_sequence; /* ever accepted */
    uint64_t floor;
    uint64_t trust_epoch,
        trust_version;  /* of its trust.json; the epoch may be ahead of that of the bundles */
    struct sl_str tool; /* version of the sealift that did it */
};

/*
 * Appends canonical JSON. `detail` is cut to SL_RECEIPT_DETAIL_MAX bytes and characters that JSON would escape are replaced, so
 * that any message may be given. SL_E_INTERNAL for names that no bundle, generation or key id can have.
 */
int sl_receipt_write(struct sl_buf *out, const struct sl_receipt *receipt, struct sl_err *err) SL_MUST_USE;

/* SL_E_REFUSED for anything but what sl_receipt_write() makes. Texts point into `json`; `signers` (room for
 * SL_RECEIPT_SIGNERS_MAX) too. `name` begins the messages. */
int sl_receipt_read(struct sl_receipt *out, struct sl_str signers[SL_RECEIPT_SIGNERS_MAX], struct sl_str json,
                    const char *name, struct sl_err *err) SL_MUST_USE;

/* Appends a minisign signature file over the receipt's bytes; stock minisign verifies it. */
int sl_receipt_sign(struct sl_buf *out, struct sl_str json, const struct sl_secret_key *key,
                    struct sl_err *err) SL_MUST_USE;

/* Appends one line of an export. */
int sl_receipt_export(struct sl_buf *out, struct sl_str json, struct sl_str signature,
                      struct sl_err *err) SL_MUST_USE;

/* -- checking -- */

/* A receipt that was proved; texts belong to the check. */
struct sl_receipt_entry {
    struct sl_receipt receipt;
    unsigned char sha256[32];
    struct sl_str signers[SL_RECEIPT_SIGNERS_MAX];
};

enum sl_receipt_fault {
    SL_RECEIPT_UNSIGNED, /* malformed, or not signed by this key */
    SL_RECEIPT_GAP,      /* receipts are missing before it */
    SL_RECEIPT_FORK, /* two of one number, or one that does not follow the one before: the site's state was put back, or copied */
    SL_RECEIPT_OTHER, /* of another site or customer than the others */
    SL_RECEIPT_CLOCK, /* its time is before that of the one before; a warning */
    SL_RECEIPT_FLOOR, /* floor, epoch, highest sequence, proved time or trust version fell */
    SL_RECEIPT_GRANT, /* one grant was used twice: the site's state was put back */
};
const char *sl_receipt_fault_name(enum sl_receipt_fault fault);

struct sl_receipt_problem {
    enum sl_receipt_fault fault;
    uint64_t number; /* of the receipt; 0: not known */
    char text[300];  /* one line, escaped */
};

/* Which site the first receipt of an export says that it is of, to look its key up by. Nothing is proved. SL_E_REFUSED where
 * no line is a receipt. */
int sl_receipt_export_site(unsigned char out[32], struct sl_str text, struct sl_err *err) SL_MUST_USE;

struct sl_receipt_check;
/* `text` of an export, any number of times. `key` is the site's; its role is for the caller to know. */
int sl_receipt_check_new(struct sl_receipt_check **out, const struct sl_public_key *key,
                         struct sl_err *err) SL_MUST_USE;
int sl_receipt_check_add(struct sl_receipt_check *check, struct sl_str text, const char *name,
                         struct sl_err *err) SL_MUST_USE;
/* Once, after all was added. 0 also with problems; then what follows may be asked. */
int sl_receipt_check_finish(struct sl_receipt_check *check, struct sl_err *err) SL_MUST_USE;
size_t
sl_receipt_check_count(const struct sl_receipt_check *check); /* distinct receipts, ascending by number */
const struct sl_receipt_entry *sl_receipt_check_at(const struct sl_receipt_check *check, size_t index);
size_t sl_receipt_check_problems(const struct sl_receipt_check *check);
const struct sl_receipt_problem *sl_receipt_check_problem(const struct sl_receipt_check *check, size_t index);
void sl_receipt_check_free(struct sl_receipt_check *check);
void sl_receipt_check_freep(struct sl_receipt_check **check);

#endif
