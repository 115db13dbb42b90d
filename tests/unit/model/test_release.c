/* release.yaml and cluster-config.yaml; written as JSON here, which gives the same nodes and marks. */
#include "alloc_fault.h"
#include "doc/json.h"
#include "model/customer.h"
#include "model/release.h"
#include "model/report.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct given {
    struct sl_doc doc;
    struct sl_findings *findings;
    struct sl_node *root;
};

static void give(struct given *given, const char *json)
{
    struct sl_err err = {0};
    sl_doc_init(&given->doc);
    cr_assert_eq(sl_findings_new(&given->findings, &err), 0);
    cr_assert_eq(sl_json_read(&given->root, &given->doc, sl_str_from(json), SL_STR("file.yaml"), &err), 0,
                 "%s: %s", json, err.message);
}

static void take(struct given *given)
{
    sl_findings_free(given->findings);
    sl_doc_release(&given->doc);
}

static bool is(struct sl_str text, const char *expected)
{
    return sl_str_equal(text, sl_str_from(expected));
}

Test(release_file, every_member_is_read)
{
    struct given given;
    struct sl_err err = {0};
    struct sl_release_file file;
    give(&given, "{\"version\":\"v1.0\",\"description\":\"First.\",\"sequence\":17,"
                 "\"support\":{\"from\":\"2024-02-29\",\"until\":\"2035-12-31\"},"
                 "\"upgrade-from\":[\"v0.8\",\"v0.9\"],\n\"aliases\":{\"monitoring\":\"prometheus\"}}");
    cr_assert_eq(sl_release_file_read(&file, &given.doc, given.root, given.findings, &err), 0);
    cr_expect_eq(sl_findings_count(given.findings), 0);
    cr_expect(is(file.version, "v1.0"));
    cr_expect(is(file.description, "First."));
    cr_expect_eq(file.sequence, 17);
    cr_expect(is(file.support_from, "2024-02-29"));
    cr_expect(is(file.support_until, "2035-12-31"));
    cr_assert_eq(file.upgrade_from_count, 2);
    cr_expect(is(file.upgrade_from[1], "v0.9"));
    cr_assert_eq(file.alias_count, 1);
    cr_expect(is(file.aliases[0].name, "monitoring"));
    cr_expect(is(file.aliases[0].application, "prometheus"));
    cr_expect_eq(file.aliases[0].mark.line, 2);
    take(&given);
}

Test(release_file, an_empty_file_states_nothing)
{
    struct given given;
    struct sl_err err = {0};
    struct sl_release_file file;
    give(&given, "null");
    cr_assert_eq(sl_release_file_read(&file, &given.doc, NULL, given.findings, &err), 0);
    cr_assert_eq(sl_release_file_read(&file, &given.doc, given.root, given.findings, &err), 0);
    cr_expect_eq(file.version.len, 0);
    cr_expect_eq(file.sequence, 0);
    cr_expect_eq(file.upgrade_from_count + file.alias_count, 0);
    cr_expect_eq(sl_findings_count(given.findings), 0);
    take(&given);
}

/* A name that YAML takes for a number is still the name that stands there. */
Test(release_file, a_version_written_as_a_number_is_taken_as_it_stands)
{
    static const struct {
        const char *json, *version;
    } rows[] = {{"{\"version\":1.10}", "1.10"}, {"{\"version\":1.0}", "1.0"}, {"{\"version\":2}", "2"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct given given;
        struct sl_err err = {0};
        struct sl_release_file file;
        give(&given, rows[i].json);
        cr_assert_eq(sl_release_file_read(&file, &given.doc, given.root, given.findings, &err), 0);
        cr_expect(is(file.version, rows[i].version), "%s", rows[i].json);
        cr_expect_eq(sl_findings_count(given.findings), 0);
        take(&given);
    }
}

/* One finding each: its rule, place and what the message must hold. */
static const struct finding_case {
    const char *json, *rule, *pointer, *message, *hint;
    unsigned line, column;
    enum sl_severity severity;
} release_cases[] = {
    {"[]", "release/field", "", "must be a map of members, this is a list", "", 1, 1, SL_ERROR},
    {"{\n \"verison\":\"v1\"}", "release/unknown-key", "/verison", "verison is not known here",
     "did you mean version?", 2, 2, SL_WARNING},
    {"{\"zebra\":1}", "release/unknown-key", "/zebra", "zebra", "", 1, 2, SL_WARNING},
    {"{\"a~b/c\\u001b[31m\":1}", "release/unknown-key", "/a~0b~1c\x1b[31m", "a~b/c\\x1b[31m is not known", "",
     1, 2, SL_WARNING},
    {"{\"version\":true}", "release/field", "/version", "version must be a text", "", 1, 12, SL_ERROR},
    {"{\"version\":\"\"}", "release/field", "/version", "version must be a text", "", 1, 12, SL_ERROR},
    {"{\"version\":\"a/b\"}", "release/field", "/version", "a/b", "", 1, 12, SL_ERROR},
    {"{\"version\":\"..\"}", "release/field", "/version", "version", "", 1, 12, SL_ERROR},
    {"{\"description\":[]}", "release/field", "/description", "must be a text", "", 1, 16, SL_ERROR},
    {"{\"sequence\":0}", "release/field", "/sequence", "whole number", "", 1, 13, SL_ERROR},
    {"{\"sequence\":-1}", "release/field", "/sequence", "whole number", "", 1, 13, SL_ERROR},
    {"{\"sequence\":1.5}", "release/field", "/sequence", "whole number", "", 1, 13, SL_ERROR},
    {"{\"sequence\":9007199254740992}", "release/field", "/sequence", "9007199254740991", "", 1, 13,
     SL_ERROR},
    {"{\"sequence\":\"17\"}", "release/field", "/sequence", "whole number", "", 1, 13, SL_ERROR},
    {"{\"support\":\"long\"}", "release/field", "/support", "must be a map", "", 1, 12, SL_ERROR},
    {"{\"support\":{\"form\":\"2025-01-01\"}}", "release/unknown-key", "/support/form", "form",
     "did you mean from?", 1, 13, SL_WARNING},
    {"{\"support\":{\"from\":\"2025-1-1\"}}", "release/field", "/support/from", "must be a day", "", 1, 20,
     SL_ERROR},
    {"{\"support\":{\"until\":\"2025-02-29\"}}", "release/field", "/support/until", "must be a day", "", 1,
     21, SL_ERROR},
    {"{\"support\":{\"until\":\"2100-02-29\"}}", "release/field", "/support/until", "must be a day", "", 1,
     21, SL_ERROR},
    {"{\"support\":{\"until\":\"2025-13-01\"}}", "release/field", "/support/until", "must be a day", "", 1,
     21, SL_ERROR},
    {"{\"support\":{\"from\":\"2035-01-02\",\"until\":\"2035-01-01\"}}", "release/field", "/support",
     "ends on 2035-01-01, before it begins on 2035-01-02", "", 1, 12, SL_ERROR},
    {"{\"upgrade-from\":\"v0.9\"}", "release/field", "/upgrade-from", "must be a list", "", 1, 17, SL_ERROR},
    {"{\"upgrade-from\":[{}]}", "release/field", "/upgrade-from", "must be a text", "", 1, 18, SL_ERROR},
    {"{\"aliases\":[]}", "release/field", "/aliases", "must be a map", "", 1, 12, SL_ERROR},
    {"{\"aliases\":{\"a\":null}}", "release/field", "/aliases", "must be a text", "", 1, 17, SL_ERROR},
};

#define RECIPIENT "age1qzrm43ay0gjn4t0d7h6ndzdtkns0mn2lpmh8yc23fr5wh5c6vgsq27qmyu"

static const struct finding_case customer_cases[] = {
    {"{\"customer\":\"-a\"}", "customer/field", "/customer", "customer", "", 1, 13, SL_ERROR},
    {"{\"environment\":\"pro duction\"}", "customer/field", "/environment", "environment", "", 1, 16,
     SL_ERROR},
    {"{\"enviroment\":\"production\"}", "customer/unknown-key", "/enviroment", "enviroment",
     "did you mean environment?", 1, 2, SL_WARNING},
    {"{\"cluster\":{\"verison\":\"1.31\"}}", "customer/unknown-key", "/cluster/verison", "verison",
     "did you mean version?", 1, 13, SL_WARNING},
    {"{\"cluster\":[]}", "customer/field", "/cluster", "must be a map", "", 1, 12, SL_ERROR},
    {"{\"contacts\":{}}", "customer/field", "/contacts", "must be a list", "", 1, 13, SL_ERROR},
    {"{\"age-recipients\":\"age1\"}", "customer/field", "/age-recipients", "must be a list", "", 1, 19,
     SL_ERROR},
    {"{\"age-recipients\":[{}]}", "customer/field", "/age-recipients", "age-recipients", "", 1, 20, SL_ERROR},
    {"{\"age-recipients\":[\"age1x\"]}", "customer/field", "/age-recipients/0",
     "\"age1x\" is no recipient here", "", 1, 20, SL_ERROR},
    {"{\"age-recipients\":[\"" RECIPIENT "\",\"AGE-SECRET-KEY-1\"]}", "customer/field", "/age-recipients/1",
     "this is an identity", "the recipient stands in the identity file behind \"# public key: \"", 1, 85,
     SL_ERROR},
    {"{\"age-recipients\":[\" age-secret-key-1qqqqqq\"]}", "customer/field", "/age-recipients/0",
     "age-recipients: this is an identity, the secret half of the pair, not a recipient",
     "the recipient stands in the identity file behind \"# public key: \"", 1, 20, SL_ERROR},
    {"{\"age-recipients\":[\"RWQAAEIyAAAA\"]}", "customer/field", "/age-recipients/0",
     "age-recipients: this is not a recipient of age, which begins with \"age1\"", "", 1, 20, SL_ERROR},
    {"{\"variables\":[]}", "customer/field", "/variables", "must be a map", "", 1, 14, SL_ERROR},
};

static int read_release(struct given *given, struct sl_err *err)
{
    struct sl_release_file file;
    return sl_release_file_read(&file, &given->doc, given->root, given->findings, err);
}

static int read_customer(struct given *given, struct sl_err *err)
{
    struct sl_customer_file file;
    return sl_customer_file_read(&file, &given->doc, given->root, given->findings, err);
}

static void expect_finding(const struct finding_case *row, int (*read)(struct given *, struct sl_err *))
{
    struct given given;
    struct sl_err err = {0};
    give(&given, row->json);
    cr_assert_eq(read(&given, &err), 0, "%s: %s", row->json, err.message);
    cr_assert_eq(sl_findings_count(given.findings), 1, "%s: %zu findings", row->json,
                 sl_findings_count(given.findings));
    const struct sl_finding *finding = sl_findings_at(given.findings, 0);
    cr_expect_str_eq(finding->rule, row->rule, "%s", row->json);
    cr_expect_eq(finding->severity, row->severity, "%s", row->json);
    cr_expect(is(finding->file, "file.yaml"));
    cr_expect(finding->line == row->line && finding->column == row->column, "%s: %u:%u", row->json,
              finding->line, finding->column);
    cr_expect(is(finding->pointer, row->pointer), "%s: " SL_FMT, row->json, SL_ARG(finding->pointer));
    cr_expect(strstr(finding->message.ptr, row->message), "%s: %s", row->json, finding->message.ptr);
    cr_expect(is(finding->hint, row->hint), "%s: " SL_FMT, row->json, SL_ARG(finding->hint));
    take(&given);
}

Test(release_file, what_is_wrong_is_a_finding_at_its_place)
{
    for (size_t i = 0; i < sizeof release_cases / sizeof release_cases[0]; i++)
        expect_finding(&release_cases[i], read_release);
}

Test(customer_file, what_is_wrong_is_a_finding_at_its_place)
{
    for (size_t i = 0; i < sizeof customer_cases / sizeof customer_cases[0]; i++)
        expect_finding(&customer_cases[i], read_customer);
}

Test(customer_file, every_member_is_read)
{
    struct given given;
    struct sl_err err = {0};
    struct sl_customer_file file;
    give(
        &given,
        "{\"customer\":\"a\",\"environment\":\"staging\",\"cluster\":{\"name\":\"n\",\"version\":\"1.31\","
        "\"distribution\":\"rke2\"},\"domain\":\"d.example\",\"registry\":{\"host\":\"h\",\"project\":\"p\"},"
        "\"storage\":{\"class\":\"s\"},\"delivery\":{\"method\":\"usb\",\"notes\":\"two\"},"
        "\"age-recipients\":[\"" RECIPIENT "\",\"" RECIPIENT "\"],"
        "\"contacts\":[{\"role\":\"ops\"}],\"variables\":{\"site\":\"north\"}}");
    cr_assert_eq(sl_customer_file_read(&file, &given.doc, given.root, given.findings, &err), 0);
    cr_expect_eq(sl_findings_count(given.findings), 0);
    cr_expect(is(file.customer, "a") && is(file.environment, "staging"));
    cr_expect(is(file.cluster_name, "n") && is(file.cluster_version, "1.31"));
    cr_expect(is(file.cluster_distribution, "rke2") && is(file.domain, "d.example"));
    cr_expect(is(file.registry_host, "h") && is(file.registry_project, "p"));
    cr_expect(is(file.storage_class, "s"));
    cr_expect(is(file.delivery_method, "usb") && is(file.delivery_notes, "two"));
    char recipient[SL_AGE_RECIPIENT_TEXT];
    cr_expect_eq(file.recipients.count, 1, "the same one twice is one");
    cr_expect_str_eq(sl_age_recipient_text(recipient, &file.recipients.items[0]), RECIPIENT);
    cr_expect_eq(file.contacts->count, 1);
    cr_expect(is(sl_node_text(sl_node_get(file.variables, "site")), "north"));
    take(&given);
}

Test(release_file, every_failing_allocation_is_reported)
{
    for (size_t nth = 1;; nth++) {
        struct given given;
        struct sl_err err = {0};
        struct sl_release_file file;
        give(&given, "{\"sequence\":0,\"x\":1,\"version\":2,\"support\":{\"y\":1},\"upgrade-from\":[1,true],"
                     "\"aliases\":{\"a\":\"b\"}}");
        alloc_fault_arm(nth);
        int result = sl_release_file_read(&file, &given.doc, given.root, given.findings, &err);
        bool failed = alloc_fault_disarm();
        take(&given);
        cr_assert_eq(result, failed ? -1 : 0, "allocation %zu: %s", nth, err.message);
        if (!failed)
            break;
    }
}

Test(nearest, the_one_that_was_probably_meant)
{
    static const struct sl_str names[] = {SL_STR_INIT("harbor"), SL_STR_INIT("portal"),
                                          SL_STR_INIT("prometheus"), SL_STR_INIT("flux")};
    static const struct {
        const char *wrong;
        ptrdiff_t nearest;
    } rows[] = {{"habor", 0}, {"prtal", 1}, {"promethues", 2}, {"fulx", 3},   {"flux", 3},
                {"", -1},     {"x", -1},    {"zebra", -1},     {"prometh", 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(sl_nearest(sl_str_from(rows[i].wrong), names, 4), rows[i].nearest, "%s", rows[i].wrong);
    cr_expect_eq(sl_nearest(SL_STR("x"), NULL, 0), -1);
}
