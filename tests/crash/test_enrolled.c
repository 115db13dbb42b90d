/*
 * An enrolled site whose change is stopped, whose disk fails or whose power goes off at the Nth change of the file system:
 * `current` is the old or the new, the ledger knows whatever was accepted, the receipts are an unbroken line. And one whose
 * enrolment is stopped: it is enrolled, or can be.
 */
#include <criterion/criterion.h>

#include "delivery.h"
#include "enrolled_kit.h"
#include "listing.h"
#include "power_disk.h"
#include "sys_fault.h"

#include <errno.h>
#include <sealift/receipt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct world {
    struct site_kit kit;
    char kept[PATH_MAX]; /* a copy of ROOT before the change */
    int (*change)(struct world *world, struct sl_err *err);
    struct sl_public_key site;
};

static struct power_disk disk;

static void remove_disk(void)
{
    power_disk_remove(&disk);
}

TestSuite(enrolled, .fini = remove_disk);

/* -- making it -- */

static void enrol(struct world *world)
{
    struct sl_trust *trust = trust_kit_first();
    trust->epoch = 0; /* that of the bundles in delivery.h */
    enrolled_kit_make(&world->kit, trust, &world->site);
    free(trust);
}

static int install(struct world *world, const struct sl_buf *bundle, struct sl_err *err)
{
    struct sl_install_result result;
    struct sl_policy policy = {.key_count = 0};
    world->kit.now = SITE_KIT_TIME + 100;
    return sl_site_install(&result, &world->kit.options, delivery_open(bundle), "bundle.tar.gz", &policy,
                           err);
}

static int install_b(struct world *world, struct sl_err *err)
{
    return install(world, &world->kit.b, err);
}

static int roll_back(struct world *world, struct sl_err *err)
{
    struct sl_rollback_result result;
    world->kit.now = SITE_KIT_TIME + 100;
    return sl_site_rollback(&result, &world->kit.options, &(struct sl_rollback_request){.generation = "17"},
                            err);
}

static void copy(const char *from, const char *to)
{
    pid_t child = fork();
    if (child == 0) {
        (void)execlp("cp", "cp", "-a", from, to, (char *)NULL);
        _exit(1);
    }
    int status = -1;
    cr_assert(child > 0 && waitpid(child, &status, 0) == child && status == 0, "copy %s", from);
}

static void reset(struct world *world)
{
    struct temp_dir old = {{0}};
    (void)snprintf(old.path, sizeof old.path, "%s", world->kit.root);
    temp_dir_remove(&old);
    copy(world->kept, world->kit.root);
}

/* -- what must hold -- */

static size_t count_receipts(struct world *world, size_t nth)
{
    struct sl_buf text;
    uint64_t count;
    struct sl_receipt_check *check = NULL;
    struct sl_err err = {0};
    sl_buf_init(&text, 1U << 20);
    cr_assert_eq(sl_site_receipts(&text, &count, &world->kit.options, 0, &err), 0, "call %zu: %s", nth,
                 err.message);
    cr_assert_eq(sl_receipt_check_new(&check, &world->site, &err), 0);
    cr_assert_eq(sl_receipt_check_add(check, sl_buf_view(&text), "export", &err), 0);
    cr_assert_eq(sl_receipt_check_finish(check, &err), 0);
    cr_assert_eq(sl_receipt_check_problems(check), 0, "call %zu: %s", nth,
                 sl_receipt_check_problems(check) ? sl_receipt_check_problem(check, 0)->text : "");
    size_t known = sl_receipt_check_count(check);
    sl_receipt_check_free(check);
    sl_buf_release(&text);
    return known;
}

/* Recovers and does nothing else: a rollback to what does not exist. */
static void recover(struct world *world, size_t nth)
{
    struct sl_rollback_result result;
    struct sl_err err = {0};
    world->kit.now = SITE_KIT_TIME + 200;
    cr_assert_eq(sl_site_rollback(&result, &world->kit.options,
                                  &(struct sl_rollback_request){.generation = "nothing"}, &err),
                 -1);
    cr_assert_eq(err.code, SL_E_USAGE, "call %zu: %s", nth, err.message);
}

static bool skip_lock(const char *path)
{
    return strcmp(path, "state/lock") == 0;
}

/* True when the change has happened. */
static bool check(struct world *world, size_t nth)
{
    struct sl_site_log *log = NULL;
    struct sl_site_ledger ledger;
    struct sl_buf once, twice;
    struct sl_err err = {0};
    recover(world, nth);
    listing_make(&once, world->kit.root, skip_lock);
    recover(world, nth);
    listing_make(&twice, world->kit.root, skip_lock);
    cr_assert_str_eq(once.ptr, twice.ptr, "call %zu: a second recovery changed something", nth);
    sl_buf_release(&once);
    sl_buf_release(&twice);

    cr_assert_eq(sl_site_history(&log, &world->kit.options, &err), 0, "call %zu: %s", nth, err.message);
    size_t lines = sl_site_log_count(log);
    uint64_t current = strtoull(sl_site_log_current(log).ptr, NULL, 10);
    sl_site_log_free(log);
    cr_assert_eq(sl_site_ledger(&ledger, &world->kit.options, &err), 0, "call %zu: %s", nth, err.message);
    cr_assert_geq(ledger.highest_sequence, current, "call %zu: what was accepted is forgotten", nth);
    cr_assert_eq(ledger.receipts, count_receipts(world, nth), "call %zu", nth);
    cr_assert_geq(ledger.receipts, lines + 1, "call %zu: a change without a receipt", nth);
    return lines == (world->change == install_b ? 2 : 3);
}

static void run(void *context)
{
    struct world *world = context;
    struct sl_err err = {0};
    int result = world->change(world, &err);
    (void)result;
}

static void make(struct world *world, int (*change)(struct world *, struct sl_err *))
{
    struct sl_err err = {0};
    *world = (struct world){.change = change};
    site_kit_make(&world->kit);
    enrol(world);
    cr_assert_eq(install(world, &world->kit.a, &err), 0, "%s", err.message);
    if (change == roll_back)
        cr_assert_eq(install_b(world, &err), 0, "%s", err.message);
    copy(world->kit.root, temp_dir_join(&world->kit.temp, "before", world->kept));
}

static void finish(struct world *world, bool old, bool new)
{
    cr_expect(old && new, "the sweep did not meet both states");
    site_kit_remove(&world->kit);
}

static void sweep_kills(int (*change)(struct world *, struct sl_err *))
{
    struct world world;
    bool old = false;
    bool new = false;
    make(&world, change);
    struct sys_fault fault = {.action = SYS_FAULT_DIE_WRITING, .changes_only = true};
    for (fault.nth = 1;; fault.nth++) {
        reset(&world);
        sys_fault_arm(fault);
        bool killed = sys_fault_run(run, &world);
        bool happened = check(&world, fault.nth);
        old = old || !happened;
        new = new || happened;
        if (!killed)
            break;
    }
    cr_log_info("%zu kills", fault.nth - 1);
    finish(&world, old, new);
}

Test(enrolled, a_kill_in_an_upgrade_forgets_nothing)
{
    sweep_kills(install_b);
}

Test(enrolled, a_kill_in_a_rollback_forgets_nothing)
{
    sweep_kills(roll_back);
}

Test(enrolled, a_full_disk_in_an_upgrade_forgets_nothing)
{
    struct world world;
    bool old = false;
    bool new = false;
    make(&world, install_b);
    struct sys_fault fault = {.action = SYS_FAULT_FAIL, .number = ENOSPC, .changes_only = true};
    for (fault.nth = 1;; fault.nth++) {
        struct sl_err err = {0};
        reset(&world);
        sys_fault_arm(fault);
        int result = install_b(&world, &err);
        bool failed = sys_fault_disarm();
        bool happened = check(&world, fault.nth);
        cr_assert(result < 0 || happened, "call %zu: it says that it is done, and is not", fault.nth);
        old = old || !happened;
        new = new || happened;
        if (!failed)
            break;
    }
    finish(&world, old, new);
}

/* -- power -- */

/* Moves what is kept to the disk. False where there can be none. */
static bool put_on_disk(struct world *world)
{
    if (!power_disk_make(&disk, &world->kit.temp))
        return false;
    int length = snprintf(world->kit.root, sizeof world->kit.root, "%s/site", disk.mount);
    cr_assert(length > 0 && (size_t)length < sizeof world->kit.root);
    copy(world->kept, world->kit.root);
    power_disk_keep(&disk);
    return true;
}

static void sweep_power_cuts(int (*change)(struct world *, struct sl_err *))
{
    struct world world;
    bool old = false;
    bool new = false;
    make(&world, change);
    if (!put_on_disk(&world)) {
        site_kit_remove(&world.kit);
        return;
    }
    struct sys_fault fault = {.action = SYS_FAULT_DIE_WRITING, .changes_only = true};
    for (fault.nth = 1;; fault.nth++) {
        power_disk_restore(&disk);
        sys_fault_arm(fault);
        bool killed = sys_fault_run(run, &world);
        power_disk_cut(&disk);
        bool happened = check(&world, fault.nth);
        old = old || !happened;
        new = new || happened;
        cr_assert(killed || happened, "done, and lost with the power");
        if (!killed)
            break;
    }
    cr_log_info("%zu cuts", fault.nth - 1);
    power_disk_remove(&disk);
    finish(&world, old, new);
}

Test(enrolled, a_power_cut_in_an_upgrade_forgets_nothing)
{
    sweep_power_cuts(install_b);
}

Test(enrolled, a_power_cut_in_a_rollback_forgets_nothing)
{
    sweep_power_cuts(roll_back);
}

/* -- the enrolment itself -- */

static void run_enrolment(void *context)
{
    enrol(context);
}

/* True when it is done; else it is done again. What was installed before counts in both cases, and the receipts are whole. */
static bool check_enrolment(struct world *world, size_t nth)
{
    bool enrolled = false;
    struct sl_err err = {0};
    struct sl_site_ledger ledger;
    /* Of one that was stopped nobody says that it is a plain site. */
    if (sl_site_is_enrolled(&enrolled, &world->kit.options, &err) < 0) {
        cr_assert_eq(err.code, SL_E_REFUSED, "call %zu: %s", nth, err.message);
        cr_assert(!enrolled && strstr(err.message, "was stopped before it was done"), "call %zu: %s", nth,
                  err.message);
        sl_err_clear(&err);
    }
    if (!enrolled)
        enrol(world);
    cr_assert_eq(sl_site_ledger(&ledger, &world->kit.options, &err), 0, "call %zu: %s", nth, err.message);
    cr_assert_eq(ledger.highest_sequence, 17, "call %zu", nth);
    cr_assert_eq(install_b(world, &err), 0, "call %zu: %s", nth, err.message);
    cr_assert_eq(count_receipts(world, nth), 2, "call %zu", nth);
    return enrolled;
}

/* A site with a plain key, and what its enrolment would make of it in world->site: the randomness of the kit is the same each
 * time. */
static void make_plain(struct world *world)
{
    *world = (struct world){.change = NULL};
    site_kit_make(&world->kit);
    (void)site_kit_must_install(&world->kit, &world->kit.a);
    copy(world->kit.root, temp_dir_join(&world->kit.temp, "before", world->kept));
    enrol(world);
}

static void sweep_enrolment(bool power)
{
    struct world world;
    bool old = false;
    bool new = false;
    make_plain(&world);
    if (power && !put_on_disk(&world)) {
        site_kit_remove(&world.kit);
        return;
    }
    struct sys_fault fault = {.action = SYS_FAULT_DIE_WRITING, .changes_only = true};
    for (fault.nth = 1;; fault.nth++) {
        if (power)
            power_disk_restore(&disk);
        else
            reset(&world);
        sys_fault_arm(fault);
        bool killed = sys_fault_run(run_enrolment, &world);
        if (power)
            power_disk_cut(&disk);
        bool happened = check_enrolment(&world, fault.nth);
        old = old || !happened;
        new = new || happened;
        cr_assert(killed || happened, "done, and lost");
        if (!killed)
            break;
    }
    if (power)
        power_disk_remove(&disk);
    finish(&world, old, new);
}

Test(enrolled, a_kill_in_the_enrolment_leaves_it_done_or_to_be_done_again)
{
    sweep_enrolment(false);
}

Test(enrolled, a_power_cut_in_the_enrolment_leaves_it_done_or_to_be_done_again)
{
    sweep_enrolment(true);
}
