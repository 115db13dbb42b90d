#include "model/release.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "fields.h"
#include "model/name.h"
#include "model/report.h"

/* What the table fills: the lists and maps are worked on afterwards. */
struct raw {
    struct sl_release_file file;
    const struct sl_node *upgrade_from;
    const struct sl_node *aliases;
    const struct sl_node *stops;
};

static const struct sl_field support_fields[] = {
    {.key = "from", .kind = SL_FIELD_DATE, .offset = offsetof(struct raw, file.support_from)},
    {.key = "until",
     .kind = SL_FIELD_DATE,
     .offset = offsetof(struct raw, file.support_until),
     .mark_offset = offsetof(struct raw, file.support_until_mark)},
};

static const struct sl_field release_fields[] = {
    {.key = "version",
     .kind = SL_FIELD_LABEL,
     .offset = offsetof(struct raw, file.version),
     .mark_offset = offsetof(struct raw, file.version_mark)},
    {.key = "description", .kind = SL_FIELD_TEXT, .offset = offsetof(struct raw, file.description)},
    {.key = "sequence",
     .kind = SL_FIELD_COUNT,
     .offset = offsetof(struct raw, file.sequence),
     .mark_offset = offsetof(struct raw, file.sequence_mark)},
    {.key = "support",
     .kind = SL_FIELD_GROUP,
     .members = support_fields,
     .member_count = sizeof support_fields / sizeof support_fields[0]},
    {.key = "expires", .kind = SL_FIELD_DATE, .offset = offsetof(struct raw, file.expires)},
    {.key = "floor", .kind = SL_FIELD_COUNT, .offset = offsetof(struct raw, file.floor)},
    {.key = "epoch", .kind = SL_FIELD_COUNT, .offset = offsetof(struct raw, file.epoch)},
    {.key = "required-stops", .kind = SL_FIELD_MAP, .offset = offsetof(struct raw, stops)},
    {.key = "upgrade-from", .kind = SL_FIELD_LIST, .offset = offsetof(struct raw, upgrade_from)},
    {.key = "aliases", .kind = SL_FIELD_MAP, .offset = offsetof(struct raw, aliases)},
};

static int read_upgrade_from(struct sl_release_file *out, struct sl_fields *fields,
                             const struct sl_node *list, struct sl_err *err)
{
    out->upgrade_from = sl_arena_array(&fields->doc->arena, list->count, sizeof(struct sl_str));
    out->upgrade_from_marks = sl_arena_array(&fields->doc->arena, list->count, sizeof(struct sl_mark));
    if (!out->upgrade_from || !out->upgrade_from_marks)
        return sl_fail_memory(err);
    out->upgrade_from_mark = list->mark;
    for (uint32_t i = 0; i < list->count; i++) {
        struct sl_str *place = &out->upgrade_from[out->upgrade_from_count];
        int read = sl_fields_text(fields, "upgrade-from", list->as.items[i], SL_FIELD_LABEL, place, err);
        if (read < 0)
            return -1;
        out->upgrade_from_marks[out->upgrade_from_count] = list->as.items[i]->mark;
        out->upgrade_from_count += (size_t)read;
    }
    return 0;
}

static int read_aliases(struct sl_release_file *out, struct sl_fields *fields, const struct sl_node *map,
                        struct sl_err *err)
{
    out->aliases = sl_arena_array(&fields->doc->arena, map->count, sizeof(struct sl_release_alias));
    if (!out->aliases)
        return sl_fail_memory(err);
    for (uint32_t i = 0; i < map->count; i++) {
        const struct sl_entry *entry = &map->as.entries[i];
        struct sl_release_alias *alias = &out->aliases[out->alias_count];
        int read = sl_fields_text(fields, "aliases", entry->value, SL_FIELD_LABEL, &alias->application, err);
        if (read < 0)
            return -1;
        alias->name = entry->key;
        alias->mark = entry->key_mark;
        out->alias_count += (size_t)read;
    }
    return 0;
}

static int read_stops(struct sl_release_file *out, struct sl_fields *fields, const struct sl_node *map,
                      struct sl_err *err)
{
    out->stops = sl_arena_array(&fields->doc->arena, map->count, sizeof(struct sl_release_stop));
    if (!out->stops)
        return sl_fail_memory(err);
    for (uint32_t i = 0; i < map->count; i++) {
        const struct sl_entry *entry = &map->as.entries[i];
        const struct sl_node *value = entry->value;
        struct sl_err fault = {0};
        if (sl_label_check("is a name:", entry->key, &fault) < 0) {
            if (sl_fields_report(fields, "required-stops", entry->key_mark, fault.message, err) < 0)
                return -1;
            continue;
        }
        if (value->kind != SL_INT || value->as.integer < 1 || (uint64_t)value->as.integer > SL_INTEGER_MAX) {
            if (sl_fields_report(fields, "required-stops", value->mark,
                                 "must give the sequence of each release, from 1 to 9007199254740991",
                                 err) < 0)
                return -1;
            continue;
        }
        out->stops[out->stop_count++] =
            (struct sl_release_stop){.release = entry->key, .sequence = (uint64_t)value->as.integer};
    }
    return 0;
}

static int check_support(const struct sl_release_file *file, const struct sl_fields *fields,
                         const struct sl_node *root, struct sl_err *err)
{
    if (file->support_from.len == 0 || file->support_until.len == 0 ||
        sl_str_compare(file->support_from, file->support_until) <= 0)
        return 0;
    struct sl_finding finding =
        sl_finding_at(fields->doc, sl_node_get(root, "support")->mark, SL_ERROR, fields->rule_field);
    finding.pointer = SL_STR("/support");
    return sl_finding_report(fields->findings, &finding, err,
                             "support ends on " SL_FMT ", before it begins on " SL_FMT,
                             SL_ARG(file->support_until), SL_ARG(file->support_from));
}

int sl_release_file_read(struct sl_release_file *out, struct sl_doc *doc, const struct sl_node *root,
                         struct sl_findings *findings, struct sl_err *err)
{
    struct raw raw = {0};
    SL_CLEANUP(sl_fields_release) struct sl_fields fields;
    sl_fields_init(&fields, doc, findings);
    fields.rule_unknown = "release/unknown-key";
    fields.rule_field = "release/field";
    if (sl_fields_read(&fields, root, release_fields, sizeof release_fields / sizeof release_fields[0], &raw,
                       err) < 0)
        return -1;
    if (raw.upgrade_from && read_upgrade_from(&raw.file, &fields, raw.upgrade_from, err) < 0)
        return -1;
    if (raw.aliases && read_aliases(&raw.file, &fields, raw.aliases, err) < 0)
        return -1;
    if (raw.stops && read_stops(&raw.file, &fields, raw.stops, err) < 0)
        return -1;
    if (check_support(&raw.file, &fields, root, err) < 0)
        return -1;
    *out = raw.file;
    return 0;
}
