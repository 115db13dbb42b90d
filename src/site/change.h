/*
 * Making a generation current, and recovering from a change that was stopped. The invariants are in change.c.
 */
#ifndef SITE_CHANGE_H
#define SITE_CHANGE_H

#include "place.h"

/*
 * Loads, finishes or drops a change that was stopped, empties staging, and checks that `current` and history
 * agree (SL_E_REFUSED). The lock must be held. Any number of times: where there is nothing to recover,
 * nothing is changed.
 */
int site_recover(struct site *site, struct sl_err *err) SL_MUST_USE;

/* Of what was loaded, without a pending change: SL_E_REFUSED where `current` is not what the last line of the
 * history says, or nobody's site is installed. */
int site_check_agreement(const struct site *site, struct sl_err *err) SL_MUST_USE;

/* The one way in which `current` changes. Texts of `change` are borrowed; its time is set from the clock. */

/* To a generation that is staged as staging/NAME (NAME is change->to) and that `verified` answers for. Brings
 * it to disk first, and fixes whose site this is. */
int site_install_staged(struct site *site, const struct sl_verified *verified, struct sl_site_change *change,
                        const struct sl_clock *clock, struct sl_err *err) SL_MUST_USE;

/* To a generation that is there, known to the history, and has just been compared with its manifest. */
int site_switch(struct site *site, struct sl_site_change *change, const struct sl_clock *clock,
                struct sl_err *err) SL_MUST_USE;

/* After a failure, with the lock held: puts back what can be put back, or says that the switch has happened.
 * Keeps the error; returns -1. */
int site_give_up(struct site *site, struct sl_err *err);

#endif
