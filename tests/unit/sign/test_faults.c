/*
 * Signing while something fails: memory, the disk. What was there stays, and nothing else does.
 */
#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "sign_kit.h"
#include "sys_fault.h"

#include <errno.h>

static struct sign_kit kit;

static void make(void)
{
    sign_kit_make(&kit);
}

static void remove_it(void)
{
    sign_kit_remove(&kit);
}

TestSuite(sign_faults, .init = make, .fini = remove_it, .timeout = 200);

static int sign(bool detached, struct sl_err *err)
{
    struct sl_sign_options options = {
        .keys = kit.keys, .key_count = 1, .detached = detached, .replace = !detached};
    struct sl_sign_result result;
    return sl_bundle_sign(&result, kit.bundle, &options, err);
}

static int find(struct sl_err *err)
{
    struct sl_detached_files *files = NULL;
    int result = sl_detached_find(&files, kit.bundle, err);
    sl_detached_free(files);
    return result;
}

/* Either nothing happened, or all of it. */
static void expect_nothing_done(size_t nth)
{
    cr_expect_eq(sign_kit_entries(&kit), 1, "fault %zu left something", nth);
    cr_expect(sign_kit_unchanged(&kit), "fault %zu changed the bundle", nth);
}

Test(sign_faults, a_failing_allocation_leaves_the_bundle_as_it_was)
{
    for (int detached = 0; detached < 2; detached++) {
        for (size_t nth = 1;; nth++) {
            struct sl_err err = {0};
            sign_kit_reset(&kit);
            alloc_fault_arm(nth);
            int result = sign(detached, &err);
            bool happened = alloc_fault_disarm();
            cr_assert_eq(result, happened ? -1 : 0, "allocation %zu: %s", nth, err.message);
            if (!happened)
                break;
            cr_expect_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
            expect_nothing_done(nth);
        }
    }
}

Test(sign_faults, finding_signatures_fails_cleanly_without_memory)
{
    struct sl_err first = {0};
    cr_assert_eq(sign(true, &first), 0, "%s", first.message);
    for (size_t nth = 1;; nth++) {
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = find(&err);
        bool happened = alloc_fault_disarm();
        cr_assert_eq(result, happened ? -1 : 0, "allocation %zu: %s", nth, err.message);
        if (!happened)
            break;
        cr_expect_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
}

/* A full disk at every change; from the rename on the new file may be there, whole. */
Test(sign_faults, a_full_disk_leaves_the_bundle_as_it_was)
{
    for (int detached = 0; detached < 2; detached++) {
        for (size_t nth = 1;; nth++) {
            struct sl_err err = {0};
            sign_kit_reset(&kit);
            sys_fault_arm((struct sys_fault){
                .action = SYS_FAULT_FAIL, .nth = nth, .number = ENOSPC, .changes_only = true});
            int result = sign(detached, &err);
            bool happened = sys_fault_disarm();
            if (!happened) {
                cr_assert_eq(result, 0, "%s", err.message);
                break;
            }
            if (result == 0)
                continue;
            cr_expect(err.code == SL_E_NO_SPACE || err.code == SL_E_IO, "call %zu: %s", nth, err.message);
            struct sl_err again = {0};
            struct sl_err found = {0};
            cr_expect_leq(sign_kit_entries(&kit), detached ? 2 : 1, "call %zu: %s", nth, err.message);
            cr_expect_eq(find(&found), 0, "%s", found.message);
            cr_expect_eq(sign(detached, &again), 0, "call %zu: %s", nth, again.message);
        }
    }
}

/* What is there is a whole bundle. */
static bool sign_again(bool detached)
{
    struct sl_err err = {0};
    return sign(detached, &err) == 0;
}

Test(sign_faults, a_call_that_fails_is_reported_and_leaves_a_whole_bundle)
{
    for (int detached = 0; detached < 2; detached++) {
        for (size_t nth = 1;; nth++) {
            struct sl_err err = {0};
            sign_kit_reset(&kit);
            sys_fault_arm((struct sys_fault){.action = SYS_FAULT_FAIL, .nth = nth, .number = EIO});
            int result = sign(detached, &err);
            bool happened = sys_fault_disarm();
            if (!happened)
                break;
            /* Busy: what failed was the lock on the new file. */
            cr_expect(result == 0 || err.code == SL_E_IO || err.code == SL_E_BUSY, "call %zu: %s", nth,
                      err.message);
            cr_expect(result == 0 || sign_kit_unchanged(&kit) || sign_again(detached), "call %zu", nth);
        }
    }
}

Test(sign_faults, a_directory_that_cannot_be_read_is_reported)
{
    struct sl_err first = {0};
    cr_assert_eq(sign(true, &first), 0, "%s", first.message);
    for (size_t nth = 1;; nth++) {
        struct sl_err err = {0};
        sys_fault_arm((struct sys_fault){.action = SYS_FAULT_FAIL, .nth = nth, .number = EIO});
        int result = find(&err);
        if (!sys_fault_disarm())
            break;
        cr_expect(result == 0 || err.code == SL_E_IO, "call %zu: %s", nth, err.message);
    }
}
