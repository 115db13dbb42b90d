#include <criterion/criterion.h>

#include "delivery.h"
#include "listing.h"
#include "site_kit.h"

#include <stdio.h>
#include <unistd.h>

static struct site_kit kit;
static char first[SL_GENERATION_NAME_MAX]; /* of bundle A, installed first */
static char second[SL_GENERATION_NAME_MAX];

static void setup(void)
{
    site_kit_make(&kit);
    (void)snprintf(first, sizeof first, "%s", site_kit_must_install(&kit, &kit.a));
    (void)snprintf(second, sizeof second, "%s", site_kit_must_install(&kit, &kit.b));
}

static void teardown(void)
{
    site_kit_remove(&kit);
}

TestSuite(rollback, .init = setup, .fini = teardown);

static int roll_back(const char *to, struct sl_rollback_result *result, struct sl_err *err)
{
    *err = (struct sl_err){0};
    int status = sl_site_rollback(result, &kit.options, &(struct sl_rollback_request){.generation = to}, err);
    kit.now++;
    return status;
}

static void expect_current(const char *generation)
{
    struct sl_site_state state;
    struct sl_err err = {0};
    cr_assert_eq(sl_site_status(&state, &kit.options, NULL, &err), 0, "%s", err.message);
    cr_expect_str_eq(state.generation, generation);
    cr_expect_eq(state.drifted, 0);
    cr_expect_not(state.pending);
}

static void damage(const char *generation, const char *file)
{
    char path[PATH_MAX];
    (void)site_kit_path(&kit, path, "generations/%s/%s", generation, file);
    cr_assert_eq(truncate(path, 3), 0, "%s", path);
}

Test(rollback, goes_to_what_was_current_before_and_a_second_one_undoes_it)
{
    struct sl_rollback_result result;
    struct sl_err err;
    cr_assert_eq(roll_back(NULL, &result, &err), 0, "%s", err.message);
    cr_expect_str_eq(result.from, second);
    cr_expect_str_eq(result.to, first);
    expect_current(first);
    cr_assert_eq(roll_back(NULL, &result, &err), 0, "%s", err.message);
    cr_expect_str_eq(result.to, second);
    expect_current(second);
}

Test(rollback, a_repair_is_no_step)
{
    damage(second, "manifests/20-config.yaml");
    cr_assert_str_neq(site_kit_must_install(&kit, &kit.b), second);
    struct sl_rollback_result result;
    struct sl_err err;
    cr_assert_eq(roll_back(NULL, &result, &err), 0, "%s", err.message);
    cr_expect_str_eq(result.to, first);
}

Test(rollback, to_a_name_or_to_what_is_unambiguous_of_it)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){.sequence = 170, .release = "v2.0"});
    char third[SL_GENERATION_NAME_MAX];
    (void)snprintf(third, sizeof third, "%s", site_kit_must_install(&kit, &bundle));
    const struct {
        const char *text, *to; /* NULL: refused */
    } cases[] = {
        {"17", first},                     /* not 170, although that begins so, too */
        {"18-v1.1", second},               /* a beginning up to a dash */
        {first, first},                    /* the whole name */
        {"170-v", third},                  /* a beginning inside a part */
        {"18-v1.1-", second}, {"1", NULL}, /* 17, 18 or 170 */
        {"9", NULL},          {"", NULL},  {"17-v1.0/../..", NULL}, {"\x1b", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sl_rollback_result result;
        struct sl_err err;
        int status = roll_back(cases[i].text, &result, &err);
        cr_expect_eq(status, cases[i].to ? 0 : -1, "%s: %s", cases[i].text, err.message);
        if (status == 0)
            cr_expect_str_eq(result.to, cases[i].to);
        cr_expect(status == 0 || err.hint[0], "%s: no hint", cases[i].text);
        cr_expect_null(strchr(err.message, '\x1b'));
    }
    sl_buf_release(&bundle);
}

Test(rollback, of_several_copies_of_a_bundle_the_newest_is_meant)
{
    damage(second, "SHA256SUMS");
    char copy[SL_GENERATION_NAME_MAX];
    (void)snprintf(copy, sizeof copy, "%s", site_kit_must_install(&kit, &kit.b));
    struct sl_rollback_result result;
    struct sl_err err;
    cr_assert_eq(roll_back(NULL, &result, &err), 0, "%s", err.message);
    cr_assert_eq(roll_back("18", &result, &err), 0, "%s", err.message);
    cr_expect_str_eq(result.to, copy);
}

Test(rollback, to_what_is_current_makes_no_sense)
{
    const char *const names[] = {second, "18"};
    for (size_t i = 0; i < 2; i++) {
        struct sl_rollback_result result;
        struct sl_err err;
        cr_expect_eq(roll_back(names[i], &result, &err), -1);
        cr_expect_eq(err.code, SL_E_USAGE, "%s", err.message);
        cr_expect(err.hint[0]);
    }
}

Test(rollback, an_altered_generation_is_not_gone_back_to)
{
    struct sl_buf before;
    struct sl_buf after;
    damage(first, "docs/tools/check.sh");
    listing_make(&before, kit.root, NULL);
    struct sl_rollback_result result;
    struct sl_err err;
    cr_expect_eq(roll_back(NULL, &result, &err), -1);
    cr_expect_eq(err.code, SL_E_DRIFT, "%s", err.message);
    cr_expect(strstr(err.message, "docs/tools/check.sh (changed)"), "%s", err.message);
    listing_make(&after, kit.root, NULL);
    cr_expect_str_eq(after.ptr, before.ptr);
    sl_buf_release(&before);
    sl_buf_release(&after);
}

Test(rollback, a_manifest_that_is_not_the_one_that_was_installed_is_not_believed)
{
    damage(first, "manifest.json");
    struct sl_rollback_result result;
    struct sl_err err;
    cr_expect_eq(roll_back(NULL, &result, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
    expect_current(second);
}

static void move_away(const char *generation)
{
    char from[PATH_MAX];
    char to[PATH_MAX];
    (void)site_kit_path(&kit, from, "generations/%s", generation);
    cr_assert_eq(rename(from, temp_dir_join(&kit.temp, generation, to)), 0);
}

Test(rollback, a_generation_that_is_gone_is_named_as_gone)
{
    move_away(first);
    const char *const names[] = {NULL, "17"};
    for (size_t i = 0; i < 2; i++) {
        struct sl_rollback_result result;
        struct sl_err err;
        cr_expect_eq(roll_back(names[i], &result, &err), -1);
        cr_expect_eq(err.code, SL_E_NOT_FOUND, "%s", err.message);
        cr_expect(strstr(err.message, first), "%s", err.message);
        cr_expect(strstr(err.hint, "install its bundle again"), "%s", err.hint);
    }
    expect_current(second);

    /* What the hint says helps: a copy under a new name, and then back again. */
    struct sl_rollback_result result;
    struct sl_err err;
    char copy[SL_GENERATION_NAME_MAX];
    (void)snprintf(copy, sizeof copy, "%s", site_kit_must_install(&kit, &kit.a));
    cr_expect_str_neq(copy, first);
    expect_current(copy);
    cr_expect_eq(roll_back(NULL, &result, &err), 0, "%s", err.message);
    cr_expect_str_eq(result.to, second);
    cr_expect_eq(roll_back("17", &result, &err), 0, "%s", err.message);
    cr_expect_str_eq(result.to, copy);
}

Test(rollback, a_generation_that_is_gone_is_passed_over)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){.sequence = 19, .release = "v1.2"});
    (void)site_kit_must_install(&kit, &bundle);
    move_away(second);
    struct sl_rollback_result result;
    struct sl_err err;
    cr_expect_eq(roll_back(NULL, &result, &err), 0, "%s", err.message);
    cr_expect_str_eq(result.to, first);
    expect_current(first);
    sl_buf_release(&bundle);
}

Test(rollback, from_a_generation_that_is_gone_leads_to_the_one_before)
{
    move_away(second);
    struct sl_rollback_result result;
    struct sl_err err;
    cr_expect_eq(roll_back(NULL, &result, &err), 0, "%s", err.message);
    expect_current(first);
}

Test(rollback, needs_something_to_go_back_to)
{
    struct site_kit fresh;
    site_kit_make(&fresh);
    struct sl_rollback_result result;
    struct sl_err err = {0};
    cr_expect_eq(
        sl_site_rollback(&result, &fresh.options, &(struct sl_rollback_request){.generation = NULL}, &err),
        -1);
    cr_expect_eq(err.code, SL_E_NOT_FOUND, "no root: %s", err.message);
    cr_expect_lt(access(fresh.root, F_OK), 0, "rollback makes no root");

    temp_dir_make_dir(&fresh.temp, "site");
    cr_expect_eq(
        sl_site_rollback(&result, &fresh.options, &(struct sl_rollback_request){.generation = NULL}, &err),
        -1);
    cr_expect_eq(err.code, SL_E_NOT_FOUND, "an empty root: %s", err.message);

    (void)site_kit_must_install(&fresh, &fresh.a);
    cr_expect_eq(
        sl_site_rollback(&result, &fresh.options, &(struct sl_rollback_request){.generation = NULL}, &err),
        -1);
    cr_expect_eq(err.code, SL_E_USAGE, "one generation: %s", err.message);
    site_kit_remove(&fresh);
}

/* -- history -- */

Test(rollback, the_history_tells_what_was_when)
{
    struct sl_rollback_result result;
    struct sl_err err;
    cr_assert_eq(roll_back(NULL, &result, &err), 0);
    struct sl_site_log *log = NULL;
    cr_assert_eq(sl_site_history(&log, &kit.options, &err), 0, "%s", err.message);
    cr_assert_eq(sl_site_log_count(log), 3);
    const struct {
        const char *action, *bundle, *from, *to;
        size_t signers;
    } expected[] = {
        {"install", "customer-a-v1.0-17", "", first, 1},
        {"install", "customer-a-v1.1-18", first, second, 1},
        {"rollback", "customer-a-v1.0-17", second, first, 0},
    };
    for (size_t i = 0; i < 3; i++) {
        const struct sl_site_event *event = sl_site_log_at(log, i);
        cr_expect_eq(event->number, i + 1);
        cr_expect_str_eq(event->action, expected[i].action);
        cr_expect(sl_str_equal(event->bundle, sl_str_from(expected[i].bundle)));
        cr_expect(sl_str_equal(event->from, sl_str_from(expected[i].from)));
        cr_expect(sl_str_equal(event->to, sl_str_from(expected[i].to)));
        cr_expect_eq(event->time, SITE_KIT_TIME + (int64_t)i);
        cr_expect(event->present);
        cr_assert_eq(event->signer_count, expected[i].signers);
        if (event->signer_count)
            cr_expect(sl_str_equal(event->signers[0], SL_STR("0101010101010101")));
    }
    cr_expect(sl_str_equal(sl_site_log_current(log), sl_str_from(first)));
    sl_site_log_free(log);
}

Test(rollback, a_root_without_a_site_has_no_history)
{
    struct site_kit fresh;
    site_kit_make(&fresh);
    struct sl_site_log *log = NULL;
    struct sl_err err = {0};
    cr_expect_eq(sl_site_history(&log, &fresh.options, &err), -1);
    cr_expect_eq(err.code, SL_E_NOT_FOUND, "%s", err.message);
    site_kit_remove(&fresh);
}
