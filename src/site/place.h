/*
 * ROOT as this module holds it: descriptors, the lock, and what the files in ROOT/state say.
 *
 * Order of calls for whoever changes something: site_init(); site_open() or site_make(); site_lock();
 * site_recover() (change.h), which loads; work; site_release(). For whoever only looks: site_init();
 * site_open(); site_load(); site_release().
 *
 * Everything below ROOT is reached through descriptors, and no link in it is followed.
 */
#ifndef SITE_PLACE_H
#define SITE_PLACE_H

#include "base/arena.h"
#include "base/limits.h"
#include "io/lock.h"
#include "model/ledger.h"
#include "model/site_state.h"
#include <sealift/site.h>

#define SITE_GENERATIONS "generations"
#define SITE_CURRENT     "current"
#define SITE_STAGING     "staging"
#define SITE_STATE       "state"

#define SITE_LOCK     "lock"
#define SITE_IDENTITY "site.json"
#define SITE_PENDING  "pending.json"
#define SITE_HISTORY  "history.jsonl"

/* Of an enrolled site (enrolled.h). */
#define SITE_KEY      "site.key"
#define SITE_PUB      "site.pub"
#define SITE_AGE_KEY  "age.key"
#define SITE_TRUST    "trust"
#define SITE_RECEIPTS "receipts"
#define SITE_LEDGER_1 "ledger.1"
#define SITE_LEDGER_2 "ledger.2"
/* There while an enrolment is at work, or was stopped: what lies in ROOT/state without a site.json is its. */
#define SITE_ENROLLING "enrolling"

/* The history as structs: a line of it takes about as much memory as it has bytes. */
#define SITE_ARENA_MAX (4 * SL_HISTORY_BYTES_MAX)

struct site {
    const char *path; /* ROOT as the caller named it */
    char shown[256];  /* the same for messages */
    int root;         /* -1: not there */
    int state;        /* -1: not there */
    struct sl_lock lock;
    const struct sl_site_options *options; /* of whoever holds the lock */
    /* by this process: */
    bool switched;                         /* `current` may have changed although the work failed later */
    bool made_generations, wrote_identity; /* or tried to */

    /* what was loaded; texts live until the next load */
    struct sl_arena arena;
    struct sl_str current;            /* generation; empty: none */
    struct sl_str customer;           /* empty: nobody's yet */
    struct sl_site_identity identity; /* `enrolled` and what belongs to it */
    struct sl_ledger ledger;          /* of an enrolled site */
    bool enrolment_stopped;           /* what is there of an enrolment is not whole */
    bool ledger_behind;               /* the second copy is one write behind the first */
    bool has_pending;
    struct sl_site_change pending;
    struct sl_buf history_text;
    struct sl_site_history history;
};

void site_init(struct site *site, const char *path);
void site_release(struct site *site);

/* Opens what is there of ROOT and ROOT/state; 0 also when neither is. */
int site_open(struct site *site, struct sl_err *err) SL_MUST_USE;

/* SL_E_NOT_FOUND "nothing is installed" unless ROOT/state is open; SL_E_REFUSED where only that is missing. */
int site_require(const struct site *site, struct sl_err *err) SL_MUST_USE;

/* Opens ROOT and ROOT/state after making, durably, what is missing of them. A ROOT/state with other people's
 * files in it is SL_E_EXISTS. */
int site_make(struct site *site, struct sl_err *err) SL_MUST_USE;

int site_lock(struct site *site, const struct sl_site_options *options, struct sl_err *err) SL_MUST_USE;

/* Files of ROOT/state that are replaced as a whole, which may leave NAME.tmp behind. Ends with NULL; those behind the first
 * SITE_PLAIN_FILES only enrolled sites have. */
#define SITE_PLAIN_FILES 3
extern const char *const site_state_files[];

/* The refusal of what is for `customer` at the site of another. Returns -1. */
int site_wrong_owner(const struct site *site, struct sl_str customer, struct sl_err *err);

/* A bundle has to be for the customer whose site this is, and SL_E_REFUSED where `policy` asks for another. */
int site_claim_customer(const struct site *site, struct sl_policy *policy, struct sl_err *err) SL_MUST_USE;

/* Reads site.json alone, into `customer`. SL_E_REFUSED where it says less than what an enrolment left beside it. */
int site_load_identity(struct site *site, struct sl_err *err) SL_MUST_USE;

/* Of what was loaded: SL_E_REFUSED where an enrolment was stopped, which all but the next enrolment have to ask: whoever began
 * one wants no other key to count, and the mark of it is nobody's word. */
int site_check_enrolment(const struct site *site, struct sl_err *err) SL_MUST_USE;

/*
 * Reads everything. Where a change is under way in another process (no lock is needed), the order, current
 * before pending before history, makes sure that what `current` says is explained by one of the others.
 */
int site_load(struct site *site, struct sl_err *err) SL_MUST_USE;

/* A directory right below ROOT: its descriptor, or -1; `*missing` tells that it is only not there. */
int site_open_dir(const struct site *site, const char *name, bool *missing, struct sl_err *err) SL_MUST_USE;

/* The newest change that led to this generation, also a pending one; NULL when there was none. */
const struct sl_site_change *site_change_to(const struct site *site, struct sl_str generation);

/* The oldest change that led to this generation: the install that made it, with its signers; or NULL. */
const struct sl_site_change *site_change_making(const struct site *site, struct sl_str generation);

/* Whether any line of the history names the generation. */
bool site_history_knows(const struct site *site, struct sl_str generation);

/* What to do where `current` is there, and what the site knew of it is lost. Returns -1. */
int site_hint_lost(const struct site *site, struct sl_err *err);

/* Whether the system said that writing is not allowed. */
bool site_cannot_write(const struct sl_err *err);

/* Where it did: who may. Returns -1. */
int site_hint_writing(const struct site *site, struct sl_err *err);

#endif
