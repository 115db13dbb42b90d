/*
 * sealift.yaml, read; and the patterns that its exceptions name files by.
 */
#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "doc/yaml.h"
#include "model/config.h"
#include <sealift/finding.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *pattern, *path;
    bool fits;
} globs[] = {
    {"", "", true},
    {"", "a", false},
    {"a", "a", true},
    {"a", "ab", false},
    {"ab", "a", false},
    {"*", "", true},
    {"*", "abc", true},
    {"*", "a/b", false},
    {"a*c", "ac", true},
    {"a*c", "abbbc", true},
    {"a*c", "abbb", false},
    {"*.yaml", "x.yaml", true},
    {"*.yaml", "x/y.yaml", false},
    {"*/*", "a/b", true},
    {"*/*", "a/b/c", false},
    {"?", "a", true},
    {"?", "/", false},
    {"?", "", false},
    {"a?c", "abc", true},
    {"**", "", true},
    {"**", "a/b/c", true},
    {"**/x", "x", true},
    {"**/x", "a/x", true},
    {"**/x", "a/b/x", true},
    {"**/x", "ax", false},
    {"a/**/b", "a/b", true},
    {"a/**/b", "a/x/y/b", true},
    {"a/**/b", "a/xb", false},
    {"a/**", "a/b/c", true},
    {"a/**", "a", false},
    {"a**b", "a/x/b", true},
    {"a**b", "ab", true},
    {"***", "a/b", true},
    {"overlays/*/custom-values/*", "overlays/a/custom-values/web.yaml", true},
    {"overlays/*/custom-values/*", "overlays/a/b/custom-values/web.yaml", false},
    {"[a]", "[a]", true},
    {"[a]", "a", false},
    {"\\*", "*", false},
    {"*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
};

Test(config, a_pattern_fits_what_it_says)
{
    for (size_t i = 0; i < sizeof globs / sizeof globs[0]; i++)
        cr_expect_eq(sl_glob_match(sl_str_from(globs[i].pattern), sl_str_from(globs[i].path)), globs[i].fits,
                     "%s against %s", globs[i].pattern, globs[i].path);
}

Test(config, a_pattern_that_is_longer_than_any_path_fits_nothing)
{
    static char pattern[SL_PATH_MAX + 1];
    memset(pattern, '*', sizeof pattern);
    cr_expect(sl_glob_match((struct sl_str){pattern, SL_PATH_MAX}, SL_STR("a")));
    cr_expect_not(sl_glob_match((struct sl_str){pattern, SL_PATH_MAX + 1}, SL_STR("a")));
}

struct kit {
    struct sl_doc doc;
    struct sl_findings *findings;
    struct sl_config_file file;
    struct sl_err err;
};

static int read_config(struct kit *kit, const char *text)
{
    struct sl_node *root = NULL;
    if (sl_yaml_read_one(&root, &kit->doc, sl_str_from(text), SL_STR("s"), SL_YAML_VALUES, &kit->err) < 0)
        return -1;
    return sl_config_file_read(&kit->file, &kit->doc, root, kit->findings, &kit->err);
}

static void kit_init(struct kit *kit)
{
    *kit = (struct kit){0};
    sl_doc_init(&kit->doc);
    cr_assert_eq(sl_findings_new(&kit->findings, &kit->err), 0);
}

static void kit_release(struct kit *kit)
{
    sl_findings_free(kit->findings);
    sl_doc_release(&kit->doc);
}

static const char whole[] =
    "validation:\n"
    "  rules:\n"
    "    a/b: off\n"
    "    a/*: \"off\"\n"
    "    c/d: note\n"
    "    c/e: warning\n"
    "    c/f: error\n"
    "  exceptions:\n"
    "  - {rule: a/b, reason: R, expires: 2030-01-31, file: 'x/*', pointer: /p, release: v1.0,\n"
    "     customer: customer-a}\n"
    "  - {rule: a/c, reason: S, expires: \"2031-12-31\"}\n";

Test(config, every_member_is_read)
{
    struct kit kit;
    kit_init(&kit);
    cr_assert_eq(read_config(&kit, whole), 0, "%s", kit.err.message);
    cr_expect_eq(sl_findings_count(kit.findings), 0);
    cr_assert_eq(kit.file.rule_count, 5);
    static const struct {
        const char *rule;
        bool off;
        enum sl_severity severity;
        unsigned line;
    } rules[] = {{"a/b", true, SL_NOTE, 3},
                 {"a/*", true, SL_NOTE, 4},
                 {"c/d", false, SL_NOTE, 5},
                 {"c/e", false, SL_WARNING, 6},
                 {"c/f", false, SL_ERROR, 7}};
    for (size_t i = 0; i < 5; i++) {
        const struct sl_config_rule *rule = &kit.file.rules[i];
        cr_expect_str_eq(rule->rule.ptr, rules[i].rule);
        cr_expect_eq(rule->off, rules[i].off, "%s", rules[i].rule);
        cr_expect(rule->off || rule->severity == rules[i].severity, "%s", rules[i].rule);
        cr_expect_eq(rule->mark.line, rules[i].line, "%s", rules[i].rule);
    }
    cr_assert_eq(kit.file.exception_count, 2);
    const struct sl_config_exception *first = &kit.file.exceptions[0];
    cr_expect_str_eq(first->file.ptr, "x/*");
    cr_expect_str_eq(first->pointer.ptr, "/p");
    cr_expect_str_eq(first->release.ptr, "v1.0");
    cr_expect_str_eq(first->customer.ptr, "customer-a");
    cr_expect_str_eq(first->reason.ptr, "R");
    cr_expect_str_eq(first->expires.ptr, "2030-01-31");
    cr_expect_eq(first->mark.line, 9);
    cr_expect_eq(kit.file.exceptions[1].file.len, 0);
    cr_expect_eq(kit.file.exceptions[1].number, 1);
    kit_release(&kit);
}

/* What is wrong, and how many exceptions are left. */
static const struct {
    const char *text, *findings;
    size_t exceptions;
} cases[] = {
    {"", "", 0},
    {"validation:\n", "", 0},
    {"validation: {rules: , exceptions: }\n", "", 0},
    {"- 1\n", "config/field ", 0},
    {"validation: 7\n", "config/field /validation", 0},
    {"rules: {}\n", "config/unknown-key /rules", 0},
    {"validation: {rules: []}\n", "config/field /validation/rules", 0},
    {"validation: {rules: {a/b: loud}}\n", "config/field /validation/rules/a~1b", 0},
    {"validation: {rules: {a/b: true}}\n", "config/field /validation/rules/a~1b", 0},
    {"validation: {rules: {a/b: [off]}}\n", "config/field /validation/rules/a~1b", 0},
    {"validation: {exceptions: {}}\n", "config/field /validation/exceptions", 0},
    {"validation: {exceptions: [7]}\n", "config/field /validation/exceptions/0/exceptions", 0},
    {"validation: {exceptions: [{rule: a/b, reason: R}]}\n", "config/field /validation/exceptions/0/expires",
     0},
    {"validation: {exceptions: [{rule: a/b, expires: 2030-01-01}]}\n",
     "config/field /validation/exceptions/0/reason", 0},
    {"validation: {exceptions: [{reason: R, expires: 2030-01-01}]}\n",
     "config/field /validation/exceptions/0/rule", 0},
    {"validation: {exceptions: [{rule: a/b, reason: '', expires: 2030-01-01}]}\n",
     "config/field /validation/exceptions/0/reason", 0},
    {"validation: {exceptions: [{rule: a/b, reason: R, expires: 2030-02-30}]}\n",
     "config/field /validation/exceptions/0/expires", 0},
    {"validation: {exceptions: [{rule: a/b, reason: R, expires: 2030-01-01, fiel: x}]}\n",
     "config/unknown-key /validation/exceptions/0/fiel", 1},
    {"validation: {exceptions: [{rule: a/b}, {rule: a/b, reason: R, expires: 2030-01-01}]}\n",
     "config/field /validation/exceptions/0/reason", 1},
    {"validation: {exceptions: [{rule: a/b, reason: R, expires: 2030-01-01, customer: ../x}]}\n",
     "config/field /validation/exceptions/0/customer", 0},
};

Test(config, what_is_wrong_is_a_finding_and_has_no_effect)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kit kit;
        char all[512] = "";
        kit_init(&kit);
        cr_assert_eq(read_config(&kit, cases[i].text), 0, "%s: %s", cases[i].text, kit.err.message);
        for (size_t j = 0; j < sl_findings_count(kit.findings); j++) {
            const struct sl_finding *finding = sl_findings_at(kit.findings, j);
            size_t used = strlen(all);
            (void)snprintf(all + used, sizeof all - used, "%s%s " SL_FMT, j ? ";" : "", finding->rule,
                           SL_ARG(finding->pointer));
        }
        cr_expect_str_eq(all, cases[i].findings, "%s", cases[i].text);
        cr_expect_eq(kit.file.exception_count, cases[i].exceptions, "%s", cases[i].text);
        kit_release(&kit);
    }
}

Test(config, a_failing_allocation_is_reported)
{
    for (size_t nth = 1;; nth++) {
        struct kit kit;
        kit_init(&kit);
        alloc_fault_arm(nth);
        int result = read_config(&kit, whole);
        bool failed = alloc_fault_disarm();
        /* A name that marks would have led to may be lost without a word: doc/node.h. */
        cr_assert(failed || result == 0, "allocation %zu", nth);
        kit_release(&kit);
        if (!failed)
            break;
        cr_expect(result == 0 || kit.err.code == SL_E_NO_MEMORY, "allocation %zu: %s", nth, kit.err.message);
    }
}
