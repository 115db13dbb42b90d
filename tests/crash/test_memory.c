/*
 * The Nth allocation fails, for every N.
 */
#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "scenario.h"

static void sweep(const struct scenario_plan *plan)
{
    struct scenario scenario;
    scenario_make(&scenario, plan);
    for (size_t nth = 1;; nth++) {
        scenario_reset(&scenario);
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = scenario_run(&scenario, &err);
        if (!alloc_fault_disarm()) {
            cr_assert_eq(result, 0, "%s: %s", plan->name, err.message);
            break;
        }
        cr_assert_eq(result, -1, "%s, allocation %zu: no error", plan->name, nth);
        cr_assert_eq(err.code, SL_E_NO_MEMORY, "%s, allocation %zu: %s", plan->name, nth, err.message);
        scenario_check(&scenario, nth);
        enum scenario_state state = scenario_state(&scenario);
        cr_assert(state == SCENARIO_OLD || state == SCENARIO_NEW, "%s, allocation %zu", plan->name, nth);
    }
    scenario_remove(&scenario);
}

Test(memory, running_out_at_any_allocation_is_reported_and_leaves_the_old_site)
{
    for (size_t i = 0; i < scenario_plan_count; i++)
        sweep(&scenario_plans[i]);
}
