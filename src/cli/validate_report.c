#include "validate_report.h"

#include "release_report.h"

#include <sealift/text.h>
#include <stdio.h>

/* -- text -- */

/* Whether the file's name says already whose it is. */
static bool is_of(struct sl_str file, struct sl_str customer)
{
    struct sl_str folder = SL_STR("overlays/");
    if (!sl_str_starts_with(file, folder))
        return false;
    struct sl_str rest = sl_str_slice(file, folder.len, file.len);
    return sl_str_starts_with(rest, customer) && rest.len > customer.len && rest.ptr[customer.len] == '/';
}

/* For whom it was found, where that is not plain. */
static const char *whom(char out[128], const struct sl_validation *validation,
                        const struct sl_merged_finding *merged)
{
    size_t all = sl_validation_customer_count(validation);
    out[0] = '\0';
    if (all < 2 || merged->customer_count == 0)
        return out;
    struct sl_str name = sl_validation_customer(validation, merged->customers[0]);
    if (merged->customer_count > 1)
        (void)snprintf(out, 128, " (for %zu of %zu customers)", merged->customer_count, all);
    else if (!is_of(merged->finding.file, name))
        (void)snprintf(out, 128, " (for " SL_FMT ")", SL_ARG(name));
    return out;
}

static void count(struct sl_buf *out, size_t number, const char *what)
{
    sl_buf_printf(out, "%zu %s%s", number, what, number == 1 ? "" : "s");
}

int validate_text(struct cli *cli, const struct validate_subject *subject, struct sl_err *err)
{
    const struct sl_validation *validation = subject->validation;
    (void)err;
    for (size_t i = 0; i < sl_validation_count(validation); i++) {
        struct sl_merged_finding merged = sl_validation_at(validation, i);
        char text[128];
        finding_line(&cli->out, &merged.finding, whom(text, validation, &merged));
    }
    sl_buf_text(&cli->out, "validated ");
    cli_escaped(cli, sl_str_from(subject->release));
    sl_buf_text(&cli->out, " for ");
    size_t customers = sl_validation_customer_count(validation);
    if (customers == 1)
        cli_escaped(cli, sl_validation_customer(validation, 0));
    else
        count(&cli->out, customers, "customer");
    sl_buf_text(&cli->out, ": ");
    count(&cli->out, sl_validation_of(validation, SL_ERROR), "error");
    sl_buf_text(&cli->out, ", ");
    count(&cli->out, sl_validation_of(validation, SL_WARNING), "warning");
    sl_buf_text(&cli->out, ", ");
    count(&cli->out, sl_validation_of(validation, SL_NOTE), "note");
    if (sl_validation_excepted(validation) > 0)
        sl_buf_printf(&cli->out, "; %zu excepted", sl_validation_excepted(validation));
    sl_buf_byte(&cli->out, '\n');
    for (size_t i = 0; i < sl_validation_unchecked_count(validation); i++) {
        sl_buf_text(&cli->out, i ? ", " : "without a chart or schema to check them against: the values of ");
        cli_escaped(cli, sl_validation_unchecked(validation, i));
    }
    if (sl_validation_unchecked_count(validation) > 0)
        sl_buf_byte(&cli->out, '\n');
    return 0;
}

/* -- json -- */

static void customer_list(struct sl_json *json, const struct sl_validation *validation,
                          const struct sl_merged_finding *merged)
{
    sl_json_key(json, "customers");
    sl_json_list(json);
    for (size_t i = 0; i < merged->customer_count; i++)
        sl_json_text(json, sl_validation_customer(validation, merged->customers[i]));
    sl_json_end(json);
}

int validate_json(struct cli *cli, const struct validate_subject *subject, struct sl_err *err)
{
    (void)err;
    const struct sl_validation *validation = subject->validation;
    struct sl_json *json = cli_json(cli);
    sl_json_key_text(json, "release", sl_str_from(subject->release));
    sl_json_key(json, "customers");
    sl_json_list(json);
    for (size_t i = 0; i < sl_validation_customer_count(validation); i++)
        sl_json_text(json, sl_validation_customer(validation, i));
    sl_json_end(json);
    sl_json_key_unsigned(json, "errors", sl_validation_of(validation, SL_ERROR));
    sl_json_key_unsigned(json, "warnings", sl_validation_of(validation, SL_WARNING));
    sl_json_key_unsigned(json, "notes", sl_validation_of(validation, SL_NOTE));
    sl_json_key_unsigned(json, "excepted", sl_validation_excepted(validation));
    sl_json_key(json, "unchecked");
    sl_json_list(json);
    for (size_t i = 0; i < sl_validation_unchecked_count(validation); i++)
        sl_json_text(json, sl_validation_unchecked(validation, i));
    sl_json_end(json);
    sl_json_key(json, "findings");
    sl_json_list(json);
    for (size_t i = 0; i < sl_validation_count(validation); i++) {
        struct sl_merged_finding merged = sl_validation_at(validation, i);
        sl_json_map(json);
        finding_members(json, &merged.finding);
        customer_list(json, validation, &merged);
        sl_json_end(json);
    }
    sl_json_end(json);
    return 0;
}
