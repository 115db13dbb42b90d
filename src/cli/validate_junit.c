/*
 * JUnit XML, as CI servers read it: a test suite per customer and one for the repository as a whole, in each a test
 * case per rule. A test case fails where its rule found an error; what is no error stands in its output.
 */
#include "validate_report.h"

#include "release_report.h"

#include <sealift/rules.h>
#include <sealift/text.h>

/* Text or attribute: markup and what XML 1.0 does not have as references or "?". Controls are escaped before. */
static void write_escaped(struct sl_buf *out, struct sl_str text)
{
    for (size_t i = 0; i < text.len;) {
        uint32_t c = 0;
        size_t len = sl_utf8_decode(sl_str_slice(text, i, text.len), &c);
        if (c == '&')
            sl_buf_text(out, "&amp;");
        else if (c == '<')
            sl_buf_text(out, "&lt;");
        else if (c == '>')
            sl_buf_text(out, "&gt;");
        else if (c == '"')
            sl_buf_text(out, "&quot;");
        else if (len == 0 || (c < 0x20 && c != '\n') || c == 0xfffe || c == 0xffff)
            sl_buf_byte(out, '?');
        else
            sl_buf_append(out, text.ptr + i, len);
        i += len ? len : 1;
    }
}

/* Which findings a suite is about. */
struct suite {
    const struct sl_validation *validation;
    struct sl_str name;
    const size_t *customer; /* NULL: the repository as a whole */
};

static bool belongs(const struct suite *suite, const struct sl_merged_finding *merged)
{
    if (!suite->customer)
        return merged->customer_count == 0;
    for (size_t i = 0; i < merged->customer_count; i++)
        if (merged->customers[i] == *suite->customer)
            return true;
    return false;
}

/* The findings of one rule, as the lines of the text report; those that are errors, or the others. */
static size_t write_lines(struct sl_buf *out, const struct suite *suite, const struct sl_rule *rule,
                          bool errors)
{
    size_t count = 0;
    for (size_t i = 0; i < sl_validation_count(suite->validation); i++) {
        struct sl_merged_finding merged = sl_validation_at(suite->validation, i);
        bool is_error = merged.finding.severity == SL_ERROR;
        if (is_error != errors || !sl_str_equal(sl_str_from(merged.finding.rule), sl_str_from(rule->id)) ||
            !belongs(suite, &merged))
            continue;
        finding_line(out, &merged.finding, "");
        count++;
    }
    return count;
}

static size_t count_failures(const struct suite *suite)
{
    struct sl_buf unread;
    sl_buf_init(&unread, 64U << 20);
    size_t failures = 0;
    for (size_t i = 0; i < sl_rule_count(); i++) {
        sl_buf_reset(&unread);
        failures += write_lines(&unread, suite, sl_rule_at(i), true) > 0;
    }
    sl_buf_release(&unread);
    return failures;
}

static void write_case(struct sl_buf *out, const struct suite *suite, const struct sl_rule *rule)
{
    struct sl_buf errors;
    struct sl_buf others;
    sl_buf_init(&errors, 64U << 20);
    sl_buf_init(&others, 64U << 20);
    size_t error_count = write_lines(&errors, suite, rule, true);
    size_t other_count = write_lines(&others, suite, rule, false);
    sl_buf_text(out, "    <testcase classname=\"");
    write_escaped(out, suite->name);
    sl_buf_text(out, "\" name=\"");
    write_escaped(out, sl_str_from(rule->id));
    sl_buf_text(out, error_count + other_count > 0 ? "\">\n" : "\"/>\n");
    if (error_count > 0) {
        sl_buf_text(out, "      <failure type=\"error\" message=\"");
        write_escaped(out, sl_str_from(rule->summary));
        sl_buf_text(out, "\">");
        write_escaped(out, sl_buf_view(&errors));
        sl_buf_text(out, "</failure>\n");
    }
    if (other_count > 0) {
        sl_buf_text(out, "      <system-out>");
        write_escaped(out, sl_buf_view(&others));
        sl_buf_text(out, "</system-out>\n");
    }
    if (error_count + other_count > 0)
        sl_buf_text(out, "    </testcase>\n");
    if (errors.fail || others.fail)
        out->fail = errors.fail ? errors.fail : others.fail;
    sl_buf_release(&errors);
    sl_buf_release(&others);
}

static void write_suite(struct sl_buf *out, const struct suite *suite)
{
    sl_buf_text(out, "  <testsuite name=\"");
    write_escaped(out, suite->name);
    sl_buf_printf(out, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\">\n", sl_rule_count(),
                  count_failures(suite));
    for (size_t i = 0; i < sl_rule_count(); i++)
        write_case(out, suite, sl_rule_at(i));
    sl_buf_text(out, "  </testsuite>\n");
}

int validate_junit(struct cli *cli, const struct validate_subject *subject, struct sl_err *err)
{
    struct suite suite = {.validation = subject->validation, .name = SL_STR("repository")};
    sl_buf_text(&cli->out,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sealift validate ");
    write_escaped(&cli->out, sl_str_from(subject->release));
    sl_buf_text(&cli->out, "\">\n");
    write_suite(&cli->out, &suite);
    for (size_t i = 0; i < sl_validation_customer_count(subject->validation); i++) {
        suite.customer = &i;
        suite.name = sl_validation_customer(subject->validation, i);
        write_suite(&cli->out, &suite);
    }
    sl_buf_text(&cli->out, "</testsuites>\n");
    return sl_buf_check(&cli->out, "the report", err);
}
