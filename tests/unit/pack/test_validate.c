/*
 * A validation of all customers through its public face.
 */
#include "alloc_fault.h"
#include "release_repo.h"

#include <criterion/criterion.h>
#include <sealift/validate.h>
#include <stdio.h>
#include <stdlib.h>

static struct temp_dir temp;

static void set_up(void)
{
    temp_dir_make(&temp);
    release_repo_write(&temp);
    static const struct repo_file more[] = {
        {"overlays/customer-b/cluster-config.yaml", "customer: customer-b\ncolour: red\n"},
        {"overlays/customer-c/cluster-config.yaml", "customer: customer-x\n"},
        {"base/values/web-values.yaml", "replicas: 1\nimage:\n  tag: one\n"},
        {"base/values/old-values.yaml", "a: 1\n"},
        {"sealift.yaml",
         "validation:\n"
         "  rules: {customer/unknown-key: note}\n"
         "  exceptions:\n"
         "  - {rule: customer/name-disagrees, customer: customer-c, reason: R, expires: 9999-01-01}\n"
         "  - {rule: release/field, reason: R, expires: 9999-01-01}\n"},
    };
    release_repo_change(&temp, more, sizeof more / sizeof more[0]);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(validate, .init = set_up, .fini = tear_down);

static struct sl_validation_request request(unsigned threads)
{
    return (struct sl_validation_request){
        .query = {.repository = temp.path,
                  .release = SL_STR("v1.0"),
                  .now = INT64_C(1795219200),
                  .allow_dirty = true,
                  .default_mtime = 315532800},
        .threads = threads,
    };
}

/* "severity rule file:line for 0,2;..." */
static const char *all_of(const struct sl_validation *validation)
{
    static char all[4096];
    all[0] = '\0';
    for (size_t i = 0; i < sl_validation_count(validation); i++) {
        struct sl_merged_finding merged = sl_validation_at(validation, i);
        size_t used = strlen(all);
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s %s " SL_FMT ":%u for ", i ? ";" : "",
                                 sl_severity_name(merged.finding.severity), merged.finding.rule,
                                 SL_ARG(merged.finding.file), merged.finding.line);
        for (size_t j = 0; j < merged.customer_count; j++)
            used +=
                (size_t)snprintf(all + used, sizeof all - used, "%s%zu", j ? "," : "", merged.customers[j]);
    }
    return all;
}

static const char expected[] = "note kube/no-schema :0 for 0;note kube/no-schema :0 for 1,2;"
                               "warning values/no-application base/values/old-values.yaml:0 for 0,1,2;"
                               "note customer/unknown-key overlays/customer-b/cluster-config.yaml:2 for 1;"
                               "warning config/unused sealift.yaml:5 for ";

Test(validate, what_is_equal_for_several_customers_is_there_once)
{
    for (unsigned threads = 0; threads < 5; threads++) {
        struct sl_validation_request asked = request(threads);
        struct sl_validation *validation = NULL;
        struct sl_err err = {0};
        cr_assert_eq(sl_validation_run(&validation, &asked, &err), 0, "%s", err.message);
        cr_expect_str_eq(all_of(validation), expected, "%u threads: %s", threads, all_of(validation));
        cr_expect_eq(sl_validation_customer_count(validation), 3);
        cr_expect(sl_str_equal(sl_validation_customer(validation, 2), SL_STR("customer-c")));
        cr_expect_eq(sl_findings_count(sl_validation_findings_of(validation, 1)), 3);
        cr_expect_eq(sl_validation_of(validation, SL_ERROR), 0);
        cr_expect_eq(sl_validation_of(validation, SL_WARNING), 2);
        cr_expect_eq(sl_validation_of(validation, SL_NOTE), 3);
        cr_expect_eq(sl_validation_excepted(validation), 1);
        sl_validation_free(validation);
    }
}

Test(validate, a_failing_allocation_is_reported_and_nothing_leaks)
{
    struct sl_validation_request asked = request(1);
    /* There are tens of thousands, most of them made by lower floors, which are swept one by one in their own tests. */
    for (size_t nth = 1;; nth += 23) {
        struct sl_validation *validation = NULL;
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = sl_validation_run(&validation, &asked, &err);
        bool failed = alloc_fault_disarm();
        /* A name that marks would have led to may be lost without a word: doc/node.h. */
        cr_assert(failed || result == 0, "allocation %zu: %s", nth, err.message);
        if (result < 0)
            cr_expect_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
        if (!failed)
            cr_expect_str_eq(all_of(validation), expected);
        sl_validation_free(validation);
        if (!failed)
            break;
    }
}
