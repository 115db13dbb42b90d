/*
 * The power goes off at the Nth change of the file system, for every N: what was not synced is lost, and the site is exactly
 * the old or exactly the new one.
 */
#include <criterion/criterion.h>

#include "power_disk.h"
#include "scenario.h"
#include "sys_fault.h"

#include <stdio.h>

static struct power_disk disk;

static void remove_disk(void)
{
    power_disk_remove(&disk);
}

TestSuite(power, .fini = remove_disk);

static void run(void *context)
{
    struct sl_err err = {0};
    int result = scenario_run(context, &err);
    (void)result;
}

/* Moves the scenario to the disk, in its old state. */
static void put_on_disk(struct scenario *scenario)
{
    int length = snprintf(scenario->kit.root, sizeof scenario->kit.root, "%s/site", disk.mount);
    cr_assert(length > 0 && (size_t)length < sizeof scenario->kit.root);
    scenario_reset(scenario);
    power_disk_keep(&disk);
}

static void sweep(const struct scenario_plan *plan)
{
    struct scenario scenario;
    scenario_make(&scenario, plan);
    if (!power_disk_make(&disk, &scenario.kit.temp)) {
        scenario_remove(&scenario);
        return;
    }
    put_on_disk(&scenario);
    bool old = false;
    bool new = false;
    struct sys_fault fault = {.action = SYS_FAULT_DIE_WRITING, .changes_only = true};
    for (fault.nth = 1;; fault.nth++) {
        power_disk_restore(&disk);
        sys_fault_arm(fault);
        if (!sys_fault_run(run, &scenario))
            break;
        power_disk_cut(&disk);
        enum scenario_state state = scenario_check_recovery(&scenario, fault.nth);
        old = old || state == SCENARIO_OLD;
        new = new || state == SCENARIO_NEW;
    }
    /* What was reported as done stays done, though recovery may have something to tidy up. */
    power_disk_cut(&disk);
    cr_expect_eq(scenario_check_recovery(&scenario, fault.nth), SCENARIO_NEW,
                 "%s: done, and lost with the power", plan->name);
    cr_expect(old && new, "%s: the sweep did not meet both states", plan->name);
    cr_log_info("%s: %zu cuts", plan->name, fault.nth - 1);
    power_disk_remove(&disk);
    scenario_remove(&scenario);
}

Test(power, lost_in_the_first_install_leaves_nothing_or_the_new_site)
{
    sweep(&scenario_plans[0]);
}

Test(power, lost_in_an_upgrade_leaves_the_old_or_the_new_site)
{
    sweep(&scenario_plans[1]);
}

Test(power, lost_in_a_repair_leaves_the_old_or_the_new_site)
{
    sweep(&scenario_plans[2]);
}

Test(power, lost_in_a_rollback_leaves_the_old_or_the_new_site)
{
    sweep(&scenario_plans[3]);
}
