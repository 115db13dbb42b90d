/*
 * One change of a site, from an old state to a new one, to be stopped or disturbed somewhere in the middle.
 *
 * Order of calls: scenario_make() runs the change once undisturbed and keeps both states as text; then per
 * fault scenario_reset(), the disturbed scenario_run(), scenario_check(), scenario_check_recovery();
 * scenario_remove().
 *
 * The clock is fixed, so the states are equal to the byte, history included. Left out of them is state/lock,
 * which says who was here, and for a first install what may be there before anything is installed: the
 * directories themselves and site.json.
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "site_kit.h"

struct scenario_plan {
    const char *name;
    void (*prepare)(struct site_kit *kit);                   /* makes the old state */
    int (*change)(struct site_kit *kit, struct sl_err *err); /* makes the new one */
    bool first;                                              /* the old state is no site at all */
    bool altered;   /* in the old state, a file of the current generation is */
    bool may_copy;  /* where a generation cannot be read, a copy of it is as good */
    bool goes_back; /* the change cannot be made twice */
};

extern const struct scenario_plan scenario_plans[];
extern const size_t scenario_plan_count;

struct scenario {
    const struct scenario_plan *plan;
    struct site_kit kit;
    char template_root[PATH_MAX]; /* the old state, which is copied for each run; empty: nothing */
    struct sl_buf before, after;  /* listings */
    struct sl_buf tree;           /* listing of the generation that becomes current */
};

void scenario_make(struct scenario *scenario, const struct scenario_plan *plan);
void scenario_remove(struct scenario *scenario);

/* Puts the old state back, or the one that was kept. */
void scenario_reset(struct scenario *scenario);

/* From here on, scenario_reset() puts back what is there now. */
void scenario_keep(struct scenario *scenario);

int scenario_run(struct scenario *scenario, struct sl_err *err);

/* Recovers and does nothing else: a rollback to what does not exist. */
void scenario_recover(struct scenario *scenario, struct sl_err *err);

enum scenario_state { SCENARIO_OLD, SCENARIO_NEW, SCENARIO_OTHER };
enum scenario_state scenario_state(const struct scenario *scenario);

/* Whether a file or directory is there. */
bool scenario_has(const struct scenario *scenario, const char *path);

/* Whether the generation that is to become current lies complete in staging/. */
bool scenario_is_staged(const struct scenario *scenario);

/*
 * What must hold right after a fault, before any recovery: generations/ is the old or the new one, each
 * complete; `current` and the history likewise, none ahead of the one before; nothing but staging/ has
 * changed while the staged tree is not complete; status works. `nth` is for the message.
 */
void scenario_check(const struct scenario *scenario, size_t nth);

/* Recovers twice: the first leaves the old or the new state, which is returned, the second changes nothing.
 * Then makes the change where that is still to be done. */
enum scenario_state scenario_check_recovery(struct scenario *scenario, size_t nth);

/* The same site, but the current generation is a fresh, complete copy: what `may_copy` allows. */
bool scenario_is_copy(const struct scenario *scenario);

#endif
