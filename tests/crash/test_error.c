/*
 * The Nth system call fails, for every N: the process goes on, reports it, and leaves the old or the new
 * site.
 */
#include <criterion/criterion.h>

#include "scenario.h"
#include "sys_fault.h"

#include <dirent.h>
#include <errno.h>

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *own = opendir("/proc/self/fd");
    cr_assert_not_null(own);
    while (readdir(own))
        count++;
    (void)closedir(own);
    return count;
}

/* What was given up on must be put back by the same process, as far as it is not done already. */
static void check_failure(const struct scenario *scenario, const struct sys_fault *fault,
                          const struct sl_err *err)
{
    const char *name = scenario->plan->name;
    cr_assert(strstr(err->message, strerror(fault->number)), "%s, call %zu: \"%s\" does not tell the cause",
              name, fault->nth, err->message);
    cr_assert_eq(err->code, fault->number == ENOSPC ? SL_E_NO_SPACE : SL_E_IO, "%s, call %zu: %s: %s", name,
                 fault->nth, sl_code_name(err->code), err->message);
    if (fault->action == SYS_FAULT_FAIL_ON)
        return;
    cr_assert(!scenario->plan->first || scenario_has(scenario, "current") ||
                  (!scenario_has(scenario, "state/site.json") && !scenario_has(scenario, "generations")),
              "%s, call %zu: it made more than the lock, and left it", name, fault->nth);
    if (scenario_state(scenario) == SCENARIO_OLD || strcmp(scenario->before.ptr, scenario->after.ptr) == 0)
        return;
    cr_assert(strstr(err->message, "the generation is current now"),
              "%s, call %zu: \"%s\" is not the old site", name, fault->nth, err->message);
    cr_assert(err->hint[0]);
}

static void check(struct scenario *scenario, const struct sys_fault *fault, int result,
                  const struct sl_err *err)
{
    if (result < 0) {
        scenario_check(scenario, fault->nth);
        check_failure(scenario, fault, err);
        (void)scenario_check_recovery(scenario, fault->nth);
        return;
    }
    if (scenario->plan->may_copy && scenario_is_copy(scenario))
        return;
    /* An empty staging/ may be left. */
    enum scenario_state state = scenario_check_recovery(scenario, fault->nth);
    cr_assert(state == SCENARIO_NEW, "%s, call %zu: no error, and not the new site", scenario->plan->name,
              fault->nth);
}

static void sweep(const struct scenario_plan *plan, struct sys_fault fault)
{
    struct scenario scenario;
    scenario_make(&scenario, plan);
    size_t descriptors = open_descriptors();
    for (fault.nth = 1;; fault.nth++) {
        scenario_reset(&scenario);
        struct sl_err err = {0};
        sys_fault_arm(fault);
        int result = scenario_run(&scenario, &err);
        if (!sys_fault_disarm()) {
            cr_assert_eq(result, 0, "%s: %s", plan->name, err.message);
            break;
        }
        check(&scenario, &fault, result, &err);
        cr_assert_eq(open_descriptors(), descriptors, "%s, call %zu: a descriptor is left open", plan->name,
                     fault.nth);
    }
    scenario_remove(&scenario);
}

Test(error, a_full_disk_at_any_call_is_reported_and_leaves_the_old_or_the_new_site)
{
    for (size_t i = 0; i < scenario_plan_count; i++)
        sweep(&scenario_plans[i],
              (struct sys_fault){.action = SYS_FAULT_FAIL, .number = ENOSPC, .changes_only = true});
}

Test(error, a_failing_disk_at_any_call_is_reported_and_leaves_the_old_or_the_new_site)
{
    for (size_t i = 0; i < scenario_plan_count; i++)
        sweep(&scenario_plans[i], (struct sys_fault){.action = SYS_FAULT_FAIL, .number = EIO});
}

Test(error, a_disk_that_is_gone_from_any_call_on_is_reported_and_leaves_the_old_or_the_new_site)
{
    for (size_t i = 0; i < scenario_plan_count; i++)
        sweep(&scenario_plans[i],
              (struct sys_fault){.action = SYS_FAULT_FAIL_ON, .number = EIO, .changes_only = true});
}

Test(error, writes_that_take_only_a_part_are_carried_on)
{
    for (size_t i = 0; i < scenario_plan_count; i++) {
        struct scenario scenario;
        scenario_make(&scenario, &scenario_plans[i]);
        scenario_reset(&scenario);
        struct sl_err err = {0};
        sys_fault_arm((struct sys_fault){.action = SYS_FAULT_SHORT_WRITES});
        int result = scenario_run(&scenario, &err);
        cr_expect(sys_fault_disarm() || scenario_plans[i].may_copy, "no write was shortened");
        cr_expect_eq(result, 0, "%s: %s", scenario_plans[i].name, err.message);
        cr_expect(strcmp(scenario.before.ptr, scenario.after.ptr) == 0 ||
                  scenario_state(&scenario) == SCENARIO_NEW);
        scenario_remove(&scenario);
    }
}
