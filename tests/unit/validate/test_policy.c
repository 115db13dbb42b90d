/*
 * Severities and exceptions, put over findings.
 */
#include "temp_dir.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <validate/policy.h>

static struct temp_dir temp;

static void set_up(void)
{
    temp_dir_make(&temp);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(policy, .init = set_up, .fini = tear_down);

#define NOW INT64_C(1795219200) /* 2026-11-21 */

static const struct {
    int64_t now;
    const char *day;
} days[] = {
    {0, "1970-01-01"},
    {86399, "1970-01-01"},
    {86400, "1970-01-02"},
    {951782400, "2000-02-29"},
    {NOW, "2026-11-21"},
    {NOW + 86399, "2026-11-21"},
    {INT64_C(253402300799), "9999-12-31"},
    {INT64_MAX, "9999-12-31"},
    {-1, "1970-01-01"},
};

Test(policy, a_day_is_the_one_in_utc)
{
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        char day[11];
        sl_validation_day(day, days[i].now);
        cr_expect_str_eq(day, days[i].day);
    }
}

/* Two findings are there: release/field (error) at base/x.yaml /a/b and overlay/other-release (error, fixed). `left` is
 * what is left of them and what is said of sealift.yaml: severity and rule. */
static const struct {
    const char *config;
    int64_t now;
    const char *left;
    size_t excepted;
} cases[] = {
    {"", NOW, "error release/field;error overlay/other-release", 0},
    {"rules: {release/field: note}", NOW, "note release/field;error overlay/other-release", 0},
    {"rules: {overlay/*: note, release/*: off}", NOW, "error overlay/other-release", 0},
    {"rules: {overlay/other-release: off}", NOW,
     "warning config/fixed-rule;error release/field;error overlay/other-release", 0},
    {"rules: {config/fixed-rule: off, overlay/other-release: off}", NOW,
     "error release/field;error overlay/other-release", 0},
    {"rules: {nothing/*: off}", NOW,
     "warning config/unknown-rule;error release/field;error overlay/other-release", 0},
    {"exceptions: [{rule: release/field, reason: R, expires: 2026-11-21}]", NOW,
     "error overlay/other-release", 1},
    {"exceptions: [{rule: release/field, reason: R, expires: 2026-11-20}]", NOW,
     "warning config/expired;error release/field;error overlay/other-release", 0},
    {"exceptions: [{rule: release/field, reason: R, expires: 2000-01-01}]", 0, "error overlay/other-release",
     1},
    {"exceptions: [{rule: release/field, reason: R, expires: 2030-01-01, pointer: /a}]", NOW,
     "error overlay/other-release", 1},
    {"exceptions: [{rule: release/field, reason: R, expires: 2030-01-01, pointer: /a/bc}]", NOW,
     "error release/field;error overlay/other-release;warning config/unused", 0},
    {"exceptions: [{rule: release/field, reason: R, expires: 2030-01-01, file: 'base/*'}]", NOW,
     "error overlay/other-release", 1},
    {"exceptions: [{rule: release/field, reason: R, expires: 2030-01-01, customer: b}]", NOW,
     "error release/field;error overlay/other-release", 0},
    {"exceptions: [{rule: release/field, reason: R, expires: 2030-01-01, customer: a, file: x}]", NOW,
     "error release/field;error overlay/other-release;warning config/unused", 0},
    {"exceptions: [{rule: release/field, reason: R, expires: 2030-01-01},"
     " {rule: release/*, reason: R, expires: 2030-01-01}]",
     NOW, "error overlay/other-release", 1},
    {"rules: {config/unused: error}, exceptions: [{rule: release/*, reason: R, expires: 2030-01-01, file: x}]",
     NOW, "error release/field;error overlay/other-release;error config/unused", 0},
    {"rules: {config/*: off}, exceptions: [{rule: release/*, reason: R, expires: 2030-01-01, file: x}]", NOW,
     "error release/field;error overlay/other-release", 0},
};

static void add(struct sl_findings *findings, const char *rule, const char *file, const char *pointer)
{
    struct sl_err err = {0};
    struct sl_finding finding = {.severity = SL_ERROR,
                                 .rule = rule,
                                 .file = sl_str_from(file),
                                 .pointer = sl_str_from(pointer),
                                 .message = SL_STR("m")};
    cr_assert_eq(sl_finding_add(findings, &finding, &err), 0);
}

Test(policy, severities_and_exceptions_are_applied)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[512];
        char all[512] = "";
        struct sl_err err = {0};
        struct sl_findings *findings = NULL;
        struct sl_tree *tree = NULL;
        struct sl_reading reading;
        struct sl_validation_policy policy;
        (void)snprintf(text, sizeof text, "validation: {%s}\n", cases[i].config);
        temp_dir_write_text(&temp, "sealift.yaml", text);
        cr_assert_eq(sl_findings_new(&findings, &err), 0);
        cr_assert_eq(sl_tree_open_directory(&tree, temp.path, &err), 0, "%s", err.message);
        sl_reading_init(&reading, tree, findings);
        cr_assert_eq(sl_validation_policy_read(&policy, &reading, cases[i].now, &err), 0, "%s", err.message);
        add(findings, "release/field", "base/x.yaml", "/a/b");
        add(findings, "overlay/other-release", "overlays/a/x.yaml", "");
        size_t excepted = sl_validation_policy_apply(&policy, findings, SL_STR("v1.0"), SL_STR("a"));
        cr_expect_eq(excepted, cases[i].excepted, "%s", text);
        /* As after all customers, for exceptions that name none. */
        cr_assert_eq(sl_validation_policy_report_unused(&policy, &reading.doc, findings, SL_STR("v1.0"),
                                                        strstr(text, "customer") ? SL_STR("a") : SL_STR(""),
                                                        &err),
                     0);
        for (size_t j = 0; j < sl_findings_count(findings); j++) {
            const struct sl_finding *finding = sl_findings_at(findings, j);
            size_t used = strlen(all);
            (void)snprintf(all + used, sizeof all - used, "%s%s %s", j ? ";" : "",
                           sl_severity_name(finding->severity), finding->rule);
        }
        cr_expect_str_eq(all, cases[i].left, "%s", text);
        sl_reading_release(&reading);
        sl_tree_free(tree);
        sl_findings_free(findings);
    }
}
