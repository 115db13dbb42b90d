#include "model/config.h"

#include "base/cleanup.h"
#include "doc/pointer.h"
#include "fields.h"
#include "model/report.h"

#include <stdio.h>

/* What the table fills: the lists and maps are worked on afterwards. */
struct raw {
    const struct sl_node *rules;
    const struct sl_node *exceptions;
};

static const struct sl_field validation_fields[] = {
    {.key = "rules", .kind = SL_FIELD_MAP, .offset = offsetof(struct raw, rules)},
    {.key = "exceptions", .kind = SL_FIELD_LIST, .offset = offsetof(struct raw, exceptions)},
};

static const struct sl_field config_fields[] = {
    {.key = "validation",
     .kind = SL_FIELD_GROUP,
     .members = validation_fields,
     .member_count = sizeof validation_fields / sizeof validation_fields[0]},
};

#define TEXT(name)                                                                                           \
    {                                                                                                        \
        .key = #name, .kind = SL_FIELD_TEXT, .offset = offsetof(struct sl_config_exception, name)            \
    }
static const struct sl_field exception_fields[] = {
    TEXT(rule),
    TEXT(file),
    TEXT(pointer),
    {.key = "release", .kind = SL_FIELD_LABEL, .offset = offsetof(struct sl_config_exception, release)},
    {.key = "customer", .kind = SL_FIELD_LABEL, .offset = offsetof(struct sl_config_exception, customer)},
    TEXT(reason),
    {.key = "expires", .kind = SL_FIELD_DATE, .offset = offsetof(struct sl_config_exception, expires)},
};
#undef TEXT

/* Moves the reader's pointer into a member; to be undone with leave(). */
static int enter(struct sl_fields *fields, size_t *before, struct sl_str token, struct sl_err *err)
{
    *before = fields->pointer.len;
    sl_pointer_push(&fields->pointer, token);
    return sl_buf_check(&fields->pointer, "a JSON pointer", err);
}

static void leave(struct sl_fields *fields, size_t before)
{
    fields->pointer.len = before;
}

static bool read_severity(struct sl_config_rule *out, const struct sl_node *node)
{
    struct sl_str text = sl_node_text(node);
    out->off = sl_str_equal(text, SL_STR("off")) || (node->kind == SL_BOOL && !node->as.boolean);
    if (out->off)
        return true;
    for (int severity = SL_NOTE; severity <= SL_ERROR; severity++) {
        out->severity = (enum sl_severity)severity;
        if (sl_str_equal(text, sl_str_from(sl_severity_name(out->severity))))
            return true;
    }
    return false;
}

static int read_rules(struct sl_config_file *out, struct sl_fields *fields, const struct sl_node *map,
                      struct sl_err *err)
{
    out->rules = sl_arena_array(&fields->doc->arena, map->count, sizeof *out->rules);
    if (!out->rules)
        return sl_fail_memory(err);
    for (uint32_t i = 0; i < map->count; i++) {
        const struct sl_entry *entry = &map->as.entries[i];
        struct sl_config_rule *rule = &out->rules[out->rule_count];
        rule->rule = entry->key;
        rule->mark = entry->key_mark.file ? entry->key_mark : entry->value->mark;
        struct sl_shown shown;
        if (read_severity(rule, entry->value))
            out->rule_count++;
        else if (sl_fields_report(fields, sl_shown(&shown, entry->key), entry->value->mark,
                                  "must be off, note, warning or error", err) < 0)
            return -1;
    }
    return 0;
}

static const char *missing_member(const struct sl_config_exception *exception)
{
    if (exception->rule.len == 0)
        return "rule";
    if (exception->reason.len == 0)
        return "reason";
    return exception->expires.len == 0 ? "expires" : NULL;
}

/* 1: it counts; 0: it does not, and a finding says so; -1. */
static int read_exception(struct sl_config_exception *out, struct sl_fields *fields,
                          const struct sl_node *item, struct sl_err *err)
{
    if (item->kind != SL_MAP)
        return sl_fields_report(fields, "exceptions", item->mark,
                                "must be maps, each with rule, reason and expires", err);
    size_t before = sl_findings_of(fields->findings, SL_ERROR);
    if (sl_fields_read(fields, item, exception_fields, sizeof exception_fields / sizeof exception_fields[0],
                       out, err) < 0)
        return -1;
    if (sl_findings_of(fields->findings, SL_ERROR) > before)
        return 0;
    const char *missing = missing_member(out);
    if (missing)
        return sl_fields_report(fields, missing, item->mark,
                                "is missing: an exception needs rule, reason and expires", err);
    return 1;
}

static int read_exceptions(struct sl_config_file *out, struct sl_fields *fields, const struct sl_node *list,
                           struct sl_err *err)
{
    out->exceptions = sl_arena_array(&fields->doc->arena, list->count, sizeof *out->exceptions);
    if (!out->exceptions)
        return sl_fail_memory(err);
    for (uint32_t i = 0; i < list->count; i++) {
        char number[16];
        int length = snprintf(number, sizeof number, "%u", i);
        struct sl_config_exception exception = {.mark = list->as.items[i]->mark, .number = i};
        size_t before;
        if (enter(fields, &before, (struct sl_str){number, (size_t)length}, err) < 0)
            return -1;
        int counts = read_exception(&exception, fields, list->as.items[i], err);
        leave(fields, before);
        if (counts < 0)
            return -1;
        if (counts > 0)
            out->exceptions[out->exception_count++] = exception;
    }
    return 0;
}

int sl_config_file_read(struct sl_config_file *out, struct sl_doc *doc, const struct sl_node *root,
                        struct sl_findings *findings, struct sl_err *err)
{
    struct sl_config_file file = {0};
    struct raw raw = {0};
    size_t outside;
    size_t inside;
    SL_CLEANUP(sl_fields_release) struct sl_fields fields;
    sl_fields_init(&fields, doc, findings);
    fields.rule_unknown = "config/unknown-key";
    fields.rule_field = "config/field";
    if (sl_fields_read(&fields, root, config_fields, sizeof config_fields / sizeof config_fields[0], &raw,
                       err) < 0 ||
        enter(&fields, &outside, SL_STR("validation"), err) < 0 ||
        enter(&fields, &inside, SL_STR("rules"), err) < 0)
        return -1;
    if (raw.rules && read_rules(&file, &fields, raw.rules, err) < 0)
        return -1;
    leave(&fields, inside);
    if (enter(&fields, &inside, SL_STR("exceptions"), err) < 0)
        return -1;
    if (raw.exceptions && read_exceptions(&file, &fields, raw.exceptions, err) < 0)
        return -1;
    leave(&fields, outside);
    *out = file;
    return 0;
}
