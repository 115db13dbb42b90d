#include "model/customer.h"

#include "base/cleanup.h"
#include "fields.h"
#include "model/report.h"

#include <stdio.h>

/* NOLINTBEGIN(bugprone-macro-parentheses): members and designators cannot stand in parentheses */
#define TEXT(name, member)                                                                                   \
    {                                                                                                        \
        .key = (name), .kind = SL_FIELD_TEXT, .offset = offsetof(struct sl_customer_file, member)            \
    }
#define GROUP(name, table)                                                                                   \
    {                                                                                                        \
        .key = (name), .kind = SL_FIELD_GROUP, .members = (table),                                           \
        .member_count = sizeof(table) / sizeof(table)[0]                                                     \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

static const struct sl_field cluster_fields[] = {
    TEXT("name", cluster_name),
    TEXT("version", cluster_version),
    TEXT("distribution", cluster_distribution),
};

static const struct sl_field registry_fields[] = {
    TEXT("host", registry_host),
    TEXT("project", registry_project),
};

static const struct sl_field storage_fields[] = {
    TEXT("class", storage_class),
};

static const struct sl_field delivery_fields[] = {
    TEXT("method", delivery_method),
    TEXT("notes", delivery_notes),
};

static const struct sl_field customer_fields[] = {
    {.key = "customer",
     .kind = SL_FIELD_LABEL,
     .offset = offsetof(struct sl_customer_file, customer),
     .mark_offset = offsetof(struct sl_customer_file, customer_mark)},
    {.key = "environment",
     .kind = SL_FIELD_LABEL,
     .offset = offsetof(struct sl_customer_file, environment),
     .mark_offset = offsetof(struct sl_customer_file, environment_mark)},
    GROUP("cluster", cluster_fields),
    TEXT("domain", domain),
    GROUP("registry", registry_fields),
    GROUP("storage", storage_fields),
    GROUP("delivery", delivery_fields),
    {.key = "age-recipients",
     .kind = SL_FIELD_LIST,
     .offset = offsetof(struct sl_customer_file, recipient_list)},
    {.key = "contacts", .kind = SL_FIELD_LIST, .offset = offsetof(struct sl_customer_file, contacts)},
    {.key = "variables", .kind = SL_FIELD_MAP, .offset = offsetof(struct sl_customer_file, variables)},
};

static int report_recipient(const struct sl_fields *fields, const struct sl_node *list, uint32_t index,
                            const struct sl_err *reason, struct sl_err *err)
{
    char pointer[40];
    (void)snprintf(pointer, sizeof pointer, "/age-recipients/%u", (unsigned)index);
    struct sl_finding finding =
        sl_finding_at(fields->doc, list->as.items[index]->mark, SL_ERROR, fields->rule_field);
    finding.pointer = sl_str_from(pointer);
    finding.hint = sl_str_from(reason->hint);
    return sl_finding_report(fields->findings, &finding, err, "age-recipients: %s", reason->message);
}

static int read_recipients(struct sl_age_recipients *out, struct sl_fields *fields,
                           const struct sl_node *list, struct sl_err *err)
{
    for (uint32_t i = 0; i < list->count; i++) {
        struct sl_str text;
        struct sl_age_recipient recipient;
        struct sl_err reason = {0};
        int read = sl_fields_text(fields, "age-recipients", list->as.items[i], SL_FIELD_TEXT, &text, err);
        if (read < 0)
            return -1;
        if (read == 0)
            continue;
        if ((sl_age_recipient_parse(&recipient, text, &reason) < 0 ||
             sl_age_recipients_add(out, &recipient, &reason) < 0) &&
            report_recipient(fields, list, i, &reason, err) < 0)
            return -1;
    }
    return 0;
}

/* What a name like y or off has become by the time anybody sees it. */
static int check_variables(const struct sl_fields *fields, const struct sl_node *variables,
                           struct sl_err *err)
{
    for (uint32_t i = 0; i < variables->count; i++) {
        const struct sl_entry *entry = &variables->as.entries[i];
        bool is_true = sl_str_equal(entry->key, SL_STR("true"));
        if (!is_true && !sl_str_equal(entry->key, SL_STR("false")))
            continue;
        struct sl_finding finding =
            sl_finding_at(fields->doc, entry->key_mark, SL_WARNING, fields->rule_field);
        finding.pointer = SL_STR("/variables");
        finding.hint = SL_STR("put the name in quotes, or give the variable another one");
        if (sl_finding_report(fields->findings, &finding, err,
                              "the variable is called %s: without quotes, YAML reads %s so",
                              is_true ? "true" : "false", is_true ? "y, yes and on" : "n, no and off") < 0)
            return -1;
    }
    return 0;
}

int sl_customer_file_read(struct sl_customer_file *out, struct sl_doc *doc, const struct sl_node *root,
                          struct sl_findings *findings, struct sl_err *err)
{
    struct sl_customer_file file = {0};
    SL_CLEANUP(sl_fields_release) struct sl_fields fields;
    sl_fields_init(&fields, doc, findings);
    fields.rule_unknown = "customer/unknown-key";
    fields.rule_field = "customer/field";
    if (sl_fields_read(&fields, root, customer_fields, sizeof customer_fields / sizeof customer_fields[0],
                       &file, err) < 0)
        return -1;
    if (file.recipient_list && read_recipients(&file.recipients, &fields, file.recipient_list, err) < 0)
        return -1;
    if (file.variables && check_variables(&fields, file.variables, err) < 0)
        return -1;
    *out = file;
    return 0;
}
