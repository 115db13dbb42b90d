/*
 * The process ends at the Nth system call, for every N: the site is exactly the old or exactly the new one.
 */
#include <criterion/criterion.h>

#include "scenario.h"
#include "sys_fault.h"

static void run(void *context)
{
    struct sl_err err = {0};
    int result = scenario_run(context, &err);
    (void)result;
}

/* Returns the number of calls that the change needs. */
static size_t sweep(const struct scenario_plan *plan, struct sys_fault fault)
{
    struct scenario scenario;
    scenario_make(&scenario, plan);
    bool old = false;
    bool new = false;
    for (fault.nth = 1;; fault.nth++) {
        scenario_reset(&scenario);
        sys_fault_arm(fault);
        if (!sys_fault_run(run, &scenario))
            break;
        scenario_check(&scenario, fault.nth);
        cr_assert(!plan->first || !scenario_has(&scenario, "state/site.json") ||
                      scenario_has(&scenario, "state/pending.json") ||
                      scenario_has(&scenario, "state/history.jsonl") || scenario_is_staged(&scenario),
                  "call %zu: it was decided whose site it is before the bundle was complete", fault.nth);
        enum scenario_state state = scenario_check_recovery(&scenario, fault.nth);
        old = old || state == SCENARIO_OLD;
        new = new || state == SCENARIO_NEW;
    }
    cr_expect_neq(scenario_state(&scenario), SCENARIO_OTHER);
    bool changes = strcmp(scenario.before.ptr, scenario.after.ptr) != 0;
    cr_expect(!changes || (old && new), "%s: the sweep did not meet both states", plan->name);
    scenario_remove(&scenario);
    return fault.nth - 1;
}

/* Where the call is a write, half of it is done. */
Test(kill, at_any_call_leaves_the_old_or_the_new_site)
{
    for (size_t i = 0; i < scenario_plan_count; i++) {
        size_t calls = sweep(&scenario_plans[i], (struct sys_fault){.action = SYS_FAULT_DIE_WRITING});
        cr_log_info("%s: %zu calls", scenario_plans[i].name, calls);
    }
}

Test(kill, before_any_change_leaves_the_old_or_the_new_site)
{
    (void)sweep(&scenario_plans[1], (struct sys_fault){.action = SYS_FAULT_DIE, .changes_only = true});
}
