/*
 * What an enrolled site has besides: its own trust, keys, ledger and receipts, all in ROOT/state.
 *
 *     state/site.json              schema 2: customer, fingerprint, receipt key, age recipient
 *     state/site.key, site.pub     minisign, signs receipts
 *     state/age.key                opens bundles that are encrypted for this site
 *     state/trust/N.json[...]      every version of trust.json since the enrolment, with signatures
 *     state/ledger.1, ledger.2     model/ledger.h
 *     state/receipts/N.json[...]   sealift/receipt.h, N in nine digits
 *
 * Invariants, with those of change.c:
 *
 *  8. What the ledger says has been so: epoch and trust version only rise, within an epoch floor and highest sequence, within
 *     one of trust.json the proved time; and they are on disk, twice, before `current` changes. So is a grant that is used.
 *  9. The ledger knows every line of the history but at most the last, for which a receipt is due then, and every receipt
 *     but at most the last. Recovery makes up both.
 * 10. The newest version in state/trust is the ledger's, or newer and proved again before it counts; the ledger then takes
 *     it when the site is changed the next time.
 */
#ifndef SITE_ENROLLED_H
#define SITE_ENROLLED_H

#include "model/ledger.h"
#include "place.h"
#include <sealift/age.h>
#include <sealift/receipt.h>

/* Reads both copies into site->ledger. SL_E_REFUSED for damage, with the way out. Changes nothing. */
int site_ledger_load(struct site *site, struct sl_err *err) SL_MUST_USE;

/* Of what was loaded: SL_E_REFUSED where the history is not what the ledger knows. */
int site_ledger_check(const struct site *site, struct sl_err *err) SL_MUST_USE;

/* For whoever reads without the lock: loads the ledger of an enrolled site, and the history with `load` again, until both are of one
 * moment, and checks them. The site is loaded; of one that is not enrolled this is nothing. */
int site_ledger_settle(struct site *site, int (*load)(struct site *, struct sl_err *),
                       struct sl_err *err) SL_MUST_USE;

/* Whether the ledger has noted the grant; zeros are none, and noted. */
bool site_ledger_has_grant(const struct site *site, const unsigned char grant[32]);

/* The refusal of a ledger that says less than what is known to have been so. Returns -1. */
int site_ledger_was_put_back(const struct site *site, struct sl_err *err);

/* Makes `next` the ledger, on disk twice. Its counter is set. */
int site_ledger_save(struct site *site, const struct sl_ledger *next, struct sl_err *err) SL_MUST_USE;

/* Where a stop came between the two copies: writes the second. */
int site_ledger_repair(struct site *site, struct sl_err *err) SL_MUST_USE;

/* After a stop: the second copy, a receipt that the ledger does not know yet, one that is due. The lock is held. */
int site_enrolled_recover(struct site *site, const struct sl_site_options *options,
                          struct sl_err *err) SL_MUST_USE;

/* What the ledger says when it takes these versions of trust.json, proved, the next ones of the line: the floor of its epoch,
 * the proved time. A version of a new epoch says the time anew, so that one put far ahead can be undone. */
int site_ledger_with(struct sl_ledger *ledger, const struct sl_trust_step *steps, size_t count,
                     struct sl_err *err) SL_MUST_USE;

/* Such versions into state/trust, with the signatures that count, and the ledger. `before` is the one that the first follows;
 * NULL: it follows none. */
int site_trust_store(struct site *site, const struct sl_trust *before, const struct sl_trust_step *steps,
                     size_t count, struct sl_err *err) SL_MUST_USE;

/* Everything an enrolled site brings to a policy; lives as long as the install or verification. */
struct site_judge {
    struct site *site;
    struct sl_trust_steps *steps;
    struct sl_trust *trust;
    struct sl_site_view view;
    struct sl_age_identities identities;
    bool may_store; /* else new versions of trust.json are used and forgotten */
};

/* The site must be loaded. `policy` is completed with trust, view, identity and, with `may_store`, the store. SL_E_USAGE where the
 * caller brought keys of its own. */
int site_judge_begin(struct site_judge *judge, struct site *site, bool may_store, struct sl_policy *policy,
                     struct sl_err *err) SL_MUST_USE;
void site_judge_release(struct site_judge *judge);

/* The versions of trust.json in state/trust, as they lie there. */
int site_trust_versions(struct sl_trust_steps **out, const struct site *site, struct sl_err *err) SL_MUST_USE;

/* The part of that which only looks at state/trust: fills steps and trust of a judge whose site is set. */
int site_judge_open_chain(struct site_judge *judge, struct sl_err *err) SL_MUST_USE;

/* What the site knows, as the steps of a verdict look at it; lives until the next load. Of one that is not enrolled it is
 * what its history says. */
int site_view_fill(struct sl_site_view *view, struct site *site, struct sl_err *err) SL_MUST_USE;

/* Of what was accepted, by the history: the latest epoch, its highest sequence and floor. Bundles without an epoch count in
 * `least` and every later one; those of an earlier epoch than `least` not at all. */
void site_history_sum(struct sl_ledger *out, const struct sl_site_history *history, uint64_t least);

/* SL_E_REFUSED where the site, by its history, was judged by a later version of trust.json before, or installed a bundle of a
 * later epoch than this one's. */
int site_trust_check(const struct site *site, const struct sl_trust *trust, struct sl_err *err) SL_MUST_USE;

/* Whether the history tells of this grant. */
bool site_history_has_grant(const struct sl_site_history *history, const struct sl_digest *grant);

/* Of a bundle that was proved: raises what has to be raised, before it becomes current. */
int site_ledger_accept(struct site *site, const struct sl_manifest *manifest, const struct sl_digest *digest,
                       const struct sl_trust *trust, struct sl_err *err) SL_MUST_USE;

/* A receipt of what was done; the rest comes from site and ledger. A change must be in the history already. */
struct site_deed {
    enum sl_receipt_action action;
    const struct sl_site_change *change; /* NULL for a refusal */
    const struct sl_verdict *verdict;    /* NULL: none was made */
    uint64_t files, bytes;
    const char *detail;
};
int site_receipt_add(struct site *site, const struct sl_site_options *options, const struct site_deed *deed,
                     struct sl_err *err) SL_MUST_USE;

/* The last that the ledger counts; there is one since the enrolment. SL_E_REFUSED where it is gone or another. */
int site_receipt_last(struct sl_site_receipt *out, const struct site *site, struct sl_err *err) SL_MUST_USE;

/* A receipt of a refusal, whose message becomes the detail, where `refusal` is one (SL_E_REFUSED). Where it cannot be
 * written, the refusal is still the news. Returns -1. */
int site_note_refusal(struct site *site, const struct sl_site_options *options, const struct site_deed *what,
                      const struct sl_err *refusal);

#endif
