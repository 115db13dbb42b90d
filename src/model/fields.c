#include "fields.h"

#include "base/limits.h"
#include "doc/pointer.h"
#include "model/name.h"
#include "model/report.h"

#include <sealift/text.h>
#include <stdio.h>

/* The members of a group and its group: more nesting has no table. */
enum { DEPTH_MAX = 4 };

void sl_fields_init(struct sl_fields *fields, struct sl_doc *doc, struct sl_findings *findings)
{
    *fields = (struct sl_fields){.doc = doc, .findings = findings};
    sl_buf_init(&fields->pointer, (size_t)4 * SL_DOC_KEY_MAX);
}

void sl_fields_release(struct sl_fields *fields)
{
    sl_buf_release(&fields->pointer);
}

/* The pointer of `key` in the map that is being read, in memory of the caller's. */
static int point_at(struct sl_buf *pointer, const struct sl_fields *fields, struct sl_str key,
                    struct sl_err *err)
{
    sl_buf_str(pointer, sl_buf_view(&fields->pointer));
    sl_pointer_push(pointer, key);
    return sl_buf_check(pointer, "a JSON pointer", err);
}

int sl_fields_report(struct sl_fields *fields, const char *key, struct sl_mark mark, const char *expected,
                     struct sl_err *err)
{
    struct sl_buf pointer;
    sl_buf_init(&pointer, fields->pointer.max);
    int result = point_at(&pointer, fields, sl_str_from(key), err);
    if (result == 0) {
        struct sl_finding finding = sl_finding_at(fields->doc, mark, SL_ERROR, fields->rule_field);
        finding.pointer = sl_buf_view(&pointer);
        result = sl_finding_report(fields->findings, &finding, err, "%s %s", key, expected);
    }
    sl_buf_release(&pointer);
    return result;
}

static int report_unknown(struct sl_fields *fields, const struct sl_entry *entry,
                          const struct sl_field *table, size_t count, struct sl_err *err)
{
    struct sl_str known[16];
    size_t known_count = 0;
    for (; known_count < count && known_count < sizeof known / sizeof known[0]; known_count++)
        known[known_count] = sl_str_from(table[known_count].key);
    ptrdiff_t nearest = sl_nearest(entry->key, known, known_count);
    char hint[96] = "";
    if (nearest >= 0)
        (void)snprintf(hint, sizeof hint, "did you mean %s?", table[nearest].key);

    struct sl_buf pointer;
    sl_buf_init(&pointer, fields->pointer.max);
    int result = point_at(&pointer, fields, entry->key, err);
    if (result == 0) {
        struct sl_mark mark = entry->key_mark.file ? entry->key_mark : entry->value->mark;
        struct sl_finding finding = sl_finding_at(fields->doc, mark, SL_WARNING, fields->rule_unknown);
        finding.pointer = sl_buf_view(&pointer);
        finding.hint = sl_str_from(hint);
        struct sl_shown shown;
        result = sl_finding_report(fields->findings, &finding, err, "%s is not known here and has no effect",
                                   sl_shown(&shown, entry->key));
    }
    sl_buf_release(&pointer);
    return result;
}

/* 1: the text of a scalar, a number as it stands; 0: not a scalar with text. */
static int scalar_text(struct sl_doc *doc, const struct sl_node *node, struct sl_str *out, struct sl_err *err)
{
    if (node->kind == SL_STRING) {
        *out = node->as.text;
        return out->len > 0;
    }
    *out = sl_node_source(node);
    if (out->len > 0)
        return 1;
    if (node->kind != SL_INT)
        return 0;
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)node->as.integer);
    *out = sl_arena_str(&doc->arena, (struct sl_str){digits, (size_t)length});
    return out->ptr ? 1 : sl_fail_memory(err);
}

static unsigned number_of(struct sl_str digits)
{
    unsigned value = 0;
    for (size_t i = 0; i < digits.len; i++)
        value = value * 10 + (unsigned)(digits.ptr[i] - '0');
    return value;
}

static bool is_date(struct sl_str text)
{
    static const char pattern[] = "dddd-dd-dd";
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (text.len != sizeof pattern - 1)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool digit = text.ptr[i] >= '0' && text.ptr[i] <= '9';
        if (pattern[i] == 'd' ? !digit : text.ptr[i] != '-')
            return false;
    }
    unsigned year = number_of(sl_str_slice(text, 0, 4));
    unsigned month = number_of(sl_str_slice(text, 5, 7));
    unsigned day = number_of(sl_str_slice(text, 8, 10));
    if (month < 1 || month > 12)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    unsigned last = days[month - 1] + (month == 2 && leap ? 1U : 0U);
    return day >= 1 && day <= last;
}

int sl_fields_text(struct sl_fields *fields, const char *key, const struct sl_node *node,
                   enum sl_field_kind kind, struct sl_str *out, struct sl_err *err)
{
    struct sl_str text;
    int is_text = scalar_text(fields->doc, node, &text, err);
    if (is_text < 0)
        return -1;
    char fault[SL_ERR_MESSAGE_MAX] = "must be a text that is not empty";
    bool good = is_text == 1;
    struct sl_err label_err = {0};
    if (good && kind == SL_FIELD_LABEL && sl_label_check("is a name:", text, &label_err) < 0) {
        good = false;
        (void)snprintf(fault, sizeof fault, "%s", label_err.message);
    }
    if (good && kind == SL_FIELD_DATE && !is_date(text)) {
        good = false;
        (void)snprintf(fault, sizeof fault, "must be a day, written as \"2035-12-31\"");
    }
    if (!good)
        return sl_fields_report(fields, key, node->mark, fault, err);
    *out = text;
    return 1;
}

static int read_count(struct sl_fields *fields, const struct sl_field *field, const struct sl_node *node,
                      uint64_t *out, struct sl_err *err)
{
    if (node->kind == SL_INT && node->as.integer >= 1 && (uint64_t)node->as.integer <= SL_INTEGER_MAX) {
        *out = (uint64_t)node->as.integer;
        return 0;
    }
    return sl_fields_report(fields, field->key, node->mark,
                            "must be a whole number from 1 to 9007199254740991", err);
}

static int read_map(struct sl_fields *fields, const struct sl_node *map, const struct sl_field *table,
                    size_t count, void *out, struct sl_err *err);

static int read_group(struct sl_fields *fields, const struct sl_field *field, const struct sl_node *node,
                      void *out, struct sl_err *err)
{
    size_t before = fields->pointer.len;
    sl_pointer_push(&fields->pointer, sl_str_from(field->key));
    if (sl_buf_check(&fields->pointer, "a JSON pointer", err) < 0)
        return -1;
    fields->depth++;
    int result = read_map(fields, node, field->members, field->member_count, out, err);
    fields->depth--;
    fields->pointer.len = before;
    return result;
}

static int read_node(struct sl_fields *fields, const struct sl_field *field, const struct sl_node *node,
                     void *place, struct sl_err *err)
{
    bool want_list = field->kind == SL_FIELD_LIST;
    if (node->kind != (want_list ? SL_LIST : SL_MAP))
        return sl_fields_report(fields, field->key, node->mark,
                                want_list ? "must be a list" : "must be a map", err);
    *(const struct sl_node **)place = node;
    return 0;
}

/* One member that the table knows; null is the same as not being there. */
static int read_member(struct sl_fields *fields, const struct sl_field *field, const struct sl_entry *entry,
                       void *out, struct sl_err *err)
{
    const struct sl_node *node = entry->value;
    char *place = (char *)out + field->offset;
    if (node->kind == SL_NULL)
        return 0;
    if (field->mark_offset)
        *(struct sl_mark *)(void *)((char *)out + field->mark_offset) = node->mark;
    switch (field->kind) {
    case SL_FIELD_TEXT:
    case SL_FIELD_LABEL:
    case SL_FIELD_DATE:
        return sl_fields_text(fields, field->key, node, field->kind, (struct sl_str *)(void *)place, err) < 0
                   ? -1
                   : 0;
    case SL_FIELD_COUNT:
        return read_count(fields, field, node, (uint64_t *)(void *)place, err);
    case SL_FIELD_LIST:
    case SL_FIELD_MAP:
        return read_node(fields, field, node, place, err);
    case SL_FIELD_GROUP:
        if (node->kind != SL_MAP)
            return sl_fields_report(fields, field->key, node->mark, "must be a map", err);
        return read_group(fields, field, node, out, err);
    }
    return 0;
}

static int read_map(struct sl_fields *fields, const struct sl_node *map, const struct sl_field *table,
                    size_t count, void *out, struct sl_err *err)
{
    if (fields->depth > DEPTH_MAX)
        return sl_fail(err, SL_E_INTERNAL, "a table of fields is nested too deep");
    for (uint32_t i = 0; i < map->count; i++) {
        const struct sl_entry *entry = &map->as.entries[i];
        const struct sl_field *field = NULL;
        for (size_t j = 0; j < count && !field; j++)
            if (sl_str_equal(entry->key, sl_str_from(table[j].key)))
                field = &table[j];
        int result = field ? read_member(fields, field, entry, out, err)
                           : report_unknown(fields, entry, table, count, err);
        if (result < 0)
            return -1;
    }
    return 0;
}

int sl_fields_read(struct sl_fields *fields, const struct sl_node *root, const struct sl_field *table,
                   size_t count, void *out, struct sl_err *err)
{
    if (!root || root->kind == SL_NULL)
        return 0;
    if (root->kind == SL_MAP)
        return read_map(fields, root, table, count, out, err);
    struct sl_finding finding = sl_finding_at(fields->doc, root->mark, SL_ERROR, fields->rule_field);
    return sl_finding_report(fields->findings, &finding, err, "the file must be a map of members, this is %s",
                             sl_kind_name(root->kind));
}
