#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "model/report.h"
#include <sealift/finding.h>
#include <stdio.h>
#include <stdlib.h>

static struct sl_finding at(const char *file, uint32_t line, uint32_t column, const char *rule)
{
    return (struct sl_finding){.severity = SL_WARNING,
                               .rule = rule,
                               .file = sl_str_from(file),
                               .line = line,
                               .column = column,
                               .message = SL_STR("says so")};
}

Test(finding, texts_are_copied_and_severities_counted)
{
    struct sl_findings *findings = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_findings_new(&findings, &err), 0);
    char message[] = "first";
    struct sl_finding finding = at("a.yaml", 1, 2, "a/b");
    finding.severity = SL_ERROR;
    finding.message = sl_str_from(message);
    finding.hint = SL_STR("try this");
    finding.pointer = SL_STR("/spec");
    cr_assert_eq(sl_finding_add(findings, &finding, &err), 0);
    message[0] = 'X';
    cr_assert_eq(sl_findings_count(findings), 1);
    const struct sl_finding *kept = sl_findings_at(findings, 0);
    cr_expect(sl_str_equal(kept->message, SL_STR("first")));
    cr_expect(sl_str_equal(kept->file, SL_STR("a.yaml")));
    cr_expect(sl_str_equal(kept->pointer, SL_STR("/spec")));
    cr_expect(sl_str_equal(kept->hint, SL_STR("try this")));
    cr_expect_eq(kept->line, 1);
    cr_expect_eq(kept->column, 2);
    cr_expect_eq(sl_findings_of(findings, SL_ERROR), 1);
    cr_expect_eq(sl_findings_of(findings, SL_WARNING), 0);
    cr_expect_str_eq(sl_severity_name(SL_NOTE), "note");
    cr_expect_str_eq(sl_severity_name(SL_WARNING), "warning");
    cr_expect_str_eq(sl_severity_name(SL_ERROR), "error");
    sl_findings_free(findings);
}

Test(finding, order_is_file_line_column_rule_and_then_age)
{
    static const struct {
        const char *file;
        uint32_t line, column;
        const char *rule;
        const char *message;
    } rows[] = {
        {"b", 1, 1, "r", "5"}, {"a", 2, 1, "r", "3"}, {"a", 1, 9, "r", "1"},  {"a", 1, 9, "q", "0"},
        {"a", 1, 9, "r", "2"}, {"", 7, 7, "z", "-"},  {"a", 10, 1, "r", "4"},
    };
    struct sl_findings *findings = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_findings_new(&findings, &err), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_finding finding = at(rows[i].file, rows[i].line, rows[i].column, rows[i].rule);
        finding.message = sl_str_from(rows[i].message);
        cr_assert_eq(sl_finding_add(findings, &finding, &err), 0);
    }
    sl_findings_sort(findings);
    char order[16] = "";
    for (size_t i = 0; i < sl_findings_count(findings); i++)
        strncat(order, sl_findings_at(findings, i)->message.ptr, 1);
    cr_expect_str_eq(order, "-012345");
    sl_findings_free(findings);
}

static bool keep_b(void *context, struct sl_finding *finding)
{
    ++*(size_t *)context;
    finding->severity = SL_ERROR;
    return sl_str_equal(finding->file, SL_STR("b"));
}

Test(finding, revising_changes_severities_and_takes_out)
{
    struct sl_findings *findings = NULL;
    struct sl_err err = {0};
    size_t asked = 0;
    cr_assert_eq(sl_findings_new(&findings, &err), 0);
    const char *files[] = {"a", "b", "a", "b", "c"};
    for (size_t i = 0; i < 5; i++) {
        struct sl_finding finding = at(files[i], (uint32_t)i, 1, "r");
        cr_assert_eq(sl_finding_add(findings, &finding, &err), 0);
    }
    sl_findings_revise(findings, keep_b, &asked);
    cr_expect_eq(asked, 5);
    cr_assert_eq(sl_findings_count(findings), 2);
    cr_expect_eq(sl_findings_at(findings, 0)->line, 1);
    cr_expect_eq(sl_findings_at(findings, 1)->line, 3);
    cr_expect_eq(sl_findings_of(findings, SL_WARNING), 0);
    cr_expect_eq(sl_findings_of(findings, SL_ERROR), 2);
    sl_findings_free(findings);
}

Test(finding, beyond_the_limit_they_are_only_counted)
{
    struct sl_findings *findings = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_findings_new(&findings, &err), 0);
    struct sl_finding finding = at("a", 1, 1, "r");
    for (size_t i = 0; i < SL_FINDINGS_MAX + 5; i++)
        cr_assert_eq(sl_finding_add(findings, &finding, &err), 0);
    cr_expect_eq(sl_findings_count(findings), SL_FINDINGS_MAX);
    cr_expect_eq(sl_findings_of(findings, SL_WARNING), SL_FINDINGS_MAX + 5);
    sl_findings_free(findings);
}

Test(finding, an_endless_text_is_cut_between_characters)
{
    struct sl_findings *findings = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_findings_new(&findings, &err), 0);
    static char text[3 * SL_FINDING_TEXT_MAX];
    static const char euro[] = {'\xe2', '\x82', '\xac'};
    for (size_t i = 0; i + sizeof euro <= sizeof text; i += sizeof euro)
        memcpy(text + i, euro, sizeof euro);
    struct sl_finding finding = at("a", 1, 1, "r");
    finding.message = (struct sl_str){text, sizeof text};
    cr_assert_eq(sl_finding_add(findings, &finding, &err), 0);
    cr_expect_eq(sl_findings_at(findings, 0)->message.len, SL_FINDING_TEXT_MAX / 3 * 3);
    sl_findings_free(findings);
}

static int fill(struct sl_err *err)
{
    struct sl_findings *findings = NULL;
    int result = sl_findings_new(&findings, err);
    struct sl_finding finding = at("a", 1, 1, "r");
    for (int i = 0; i < 40 && result == 0; i++)
        result = sl_finding_add(findings, &finding, err);
    sl_findings_free(findings);
    return result;
}

Test(finding, every_failing_allocation_is_reported)
{
    size_t nth = 1;
    for (;; nth++) {
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = fill(&err);
        if (!alloc_fault_disarm()) {
            cr_expect_eq(result, 0);
            break;
        }
        cr_assert_eq(result, -1, "allocation %zu", nth);
        cr_assert_eq(err.code, SL_E_NO_MEMORY);
    }
    cr_expect_gt(nth, 3);
}
