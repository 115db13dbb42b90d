/*
 * Recovery itself is stopped or disturbed at every call, from each of the states in which a kill can leave a
 * site: the next recovery comes to the same end as one that was never disturbed.
 */
#include <criterion/criterion.h>

#include "listing.h"
#include "scenario.h"
#include "sys_fault.h"

#include <errno.h>

static void run(void *context)
{
    struct sl_err err = {0};
    int result = scenario_run(context, &err);
    (void)result;
}

/* The kept state is recovered with a fault at every call, for one call or for all from there on. */
static void disturb(struct scenario *scenario, size_t stopped_at, enum sys_fault_action action)
{
    const char *name = scenario->plan->name;
    struct sl_err err;
    scenario_reset(scenario);
    scenario_recover(scenario, &err);
    enum scenario_state expected = scenario_state(scenario);
    cr_assert_neq(expected, SCENARIO_OTHER, "%s, call %zu", name, stopped_at);
    for (struct sys_fault fault = {action, .nth = 1, .number = EIO, .changes_only = true};; fault.nth++) {
        scenario_reset(scenario);
        sys_fault_arm(fault);
        scenario_recover(scenario, &err);
        if (!sys_fault_disarm())
            break;
        scenario_check(scenario, stopped_at);
        cr_assert_eq(scenario_check_recovery(scenario, stopped_at), expected,
                     "%s, stopped at call %zu and in recovery at %zu", name, stopped_at, fault.nth);
    }
}

/* The same kill in a site of its own, which is then recovered. */
static void stop_and_disturb(const struct scenario_plan *plan, size_t nth)
{
    static const enum sys_fault_action actions[] = {SYS_FAULT_FAIL, SYS_FAULT_FAIL_ON};
    struct scenario scenario;
    scenario_make(&scenario, plan);
    scenario_reset(&scenario);
    sys_fault_arm((struct sys_fault){.action = SYS_FAULT_DIE, .nth = nth, .changes_only = true});
    cr_assert(sys_fault_run(run, &scenario));
    scenario_keep(&scenario);
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        disturb(&scenario, nth, actions[i]);
    scenario_remove(&scenario);
}

/* Where there is something to recover: a change under way, or a tree in staging/. Of kills that leave the
 * same site, and of those while the tree grows, one is enough. */
static bool is_worth_it(const struct scenario *scenario, struct sl_buf *last, bool *staged)
{
    struct sl_buf now;
    listing_make(&now, scenario->kit.root, NULL);
    bool same = strcmp(now.ptr, last->ptr) == 0;
    sl_buf_release(last);
    *last = now;
    if (same)
        return false;
    if (scenario_has(scenario, "state/pending.json"))
        return true;
    bool first_staged = !*staged && scenario_is_staged(scenario);
    *staged = *staged || first_staged;
    return first_staged;
}

/* Returns from how many states it was recovered. */
static size_t sweep(const struct scenario_plan *plan)
{
    struct scenario scenario;
    scenario_make(&scenario, plan);
    struct sl_buf last;
    listing_make(&last, "/nowhere", NULL);
    size_t states = 0;
    bool staged = false;
    for (size_t nth = 1;; nth++) {
        scenario_reset(&scenario);
        sys_fault_arm((struct sys_fault){.action = SYS_FAULT_DIE, .nth = nth, .changes_only = true});
        if (!sys_fault_run(run, &scenario))
            break;
        if (!is_worth_it(&scenario, &last, &staged))
            continue;
        stop_and_disturb(plan, nth);
        states++;
    }
    sl_buf_release(&last);
    scenario_remove(&scenario);
    return states;
}

/* The other changes leave nothing else to recover than these do. */
Test(recovery, stopped_or_disturbed_it_comes_to_the_same_end_the_next_time)
{
    static const char *const names[] = {"the first install", "an upgrade", "a rollback"};
    for (size_t i = 0; i < scenario_plan_count; i++)
        for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
            if (strcmp(scenario_plans[i].name, names[n]) == 0) {
                size_t states = sweep(&scenario_plans[i]);
                cr_expect_geq(states, 6, "%s: only %zu states", names[n], states);
            }
}
