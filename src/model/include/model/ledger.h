/*
 * state/ledger.1 and state/ledger.2: what an enrolled site must never forget, twice.
 *
 * One file is a line of canonical JSON and a line with the SHA-256 of the first. Every write counts one on; copy 1 is replaced
 * before copy 2, each atomically, so a stop between the two leaves copy 1 newer by one, and any other difference is damage.
 * docs/formats/site-state.md is the normative description.
 */
#ifndef MODEL_LEDGER_H
#define MODEL_LEDGER_H

#include "crypto/digest.h"
#include <sealift/buf.h>

#define SL_LEDGER_SCHEMA 1

/* Grants are for emergencies. A site that has used so many needs a new enrolment. */
#define SL_LEDGER_GRANTS_MAX 64

struct sl_ledger {
    uint64_t counter;                              /* of writes, from 1 */
    uint64_t epoch;                                /* of the bundles that the next three are about */
    uint64_t highest_sequence;                     /* ever accepted; 0: none */
    struct sl_digest highest;                      /* digest of the bundle that had it */
    uint64_t floor;                                /* sequence below which nothing may come back; 0: none */
    int64_t proved_time;                           /* the latest that trust.json of its epoch proved */
    uint64_t trust_epoch;                          /* of that trust.json; may be ahead of `epoch` */
    uint64_t trust_version;                        /* the newest that was accepted */
    struct sl_digest trust;                        /* SHA-256 of its bytes */
    uint64_t history_lines;                        /* that receipts were written for */
    struct sl_digest history;                      /* SHA-256 of the last of them; zeros: none */
    uint64_t receipts;                             /* how many were written */
    struct sl_digest receipt;                      /* SHA-256 of the last */
    struct sl_digest grants[SL_LEDGER_GRANTS_MAX]; /* that were used */
    size_t grant_count;
};

/* SL_E_REFUSED for anything but what sl_ledger_write() makes; `name` begins the message. */
int sl_ledger_read(struct sl_ledger *out, struct sl_str text, const char *name,
                   struct sl_err *err) SL_MUST_USE;
int sl_ledger_write(struct sl_buf *out, const struct sl_ledger *ledger, struct sl_err *err) SL_MUST_USE;

#endif
