#include "helm_work.h"

#include "base/cleanup.h"
#include "docops/values.h"
#include "model/report.h"

int helm_work_own(struct sl_object *object, struct sl_reading *reading, struct sl_err *err)
{
    if (object->doc == &reading->doc)
        return 0;
    const struct sl_node *copy = sl_node_copy(&reading->doc, object->doc, object->built.node);
    if (!copy)
        return sl_node_fail(&reading->doc, err);
    object->built.node = copy;
    object->doc = &reading->doc;
    return 0;
}

int helm_work_add(struct helm_work *work, const struct sl_values_layer *layer, struct sl_err *err)
{
    struct sl_values *values = work->values;
    struct sl_doc *doc = &work->reading->doc;
    if (values->layer_count == work->capacity) {
        size_t capacity = work->capacity ? 2 * work->capacity : 8;
        struct sl_values_layer *layers = sl_arena_array(&doc->arena, capacity, sizeof *layers);
        if (!layers)
            return sl_fail_memory(err);
        if (values->layer_count)
            memcpy(layers, values->layers, values->layer_count * sizeof *layers);
        values->layers = layers;
        work->capacity = capacity;
    }
    values->layers[values->layer_count++] = *layer;
    /* Lines of the --set grammar that have been worked in are in `own` already. */
    bool is_line = layer->kind == SL_LAYER_PARAMETER || layer->kind == SL_LAYER_FILE_PARAMETER ||
                   layer->kind == SL_LAYER_TARGET_PATH;
    if (!is_line)
        work->own = NULL;
    return 0;
}

struct sl_finding helm_work_finding(const struct helm_work *work, const struct sl_node *node,
                                    enum sl_severity severity, const char *rule)
{
    struct sl_finding finding = sl_finding_at(&work->reading->doc, node->mark, severity, rule);
    if (finding.file.len == 0)
        finding.file = work->object->built.file;
    return finding;
}

/* -- texts -- */

/* How far a block of text is indented in the file that it stands in; -1 where that file does not hold it as it is. */
static int find_indent(struct helm_work *work, struct sl_mark mark, struct sl_str text)
{
    struct sl_str bytes;
    struct sl_err ignored = {0};
    const struct sl_doc *doc = &work->reading->doc;
    if (mark.file == 0 || mark.file > doc->file_count ||
        sl_tree_read(work->reading->tree, doc->files[mark.file - 1], &bytes, &ignored) < 0)
        return -1;
    for (uint32_t line = 1; line <= mark.line; line++) {
        size_t end = sl_str_find(bytes, '\n');
        bytes = sl_str_slice(bytes, end + 1, bytes.len);
    }
    size_t indent = 0;
    while (indent < bytes.len && bytes.ptr[indent] == ' ')
        indent++;
    struct sl_str first = sl_str_slice(text, 0, sl_str_find(text, '\n'));
    bool same = sl_str_starts_with(sl_str_slice(bytes, indent, bytes.len), first) && first.len > 0;
    return same && indent < UINT16_MAX ? (int)indent : -1;
}

/* Places within a text become places in the file around it. */
/* NOLINTNEXTLINE(misc-no-recursion): the reader of values limits their depth. */
static void relocate(struct sl_node *node, struct sl_mark at, int indent)
{
    struct sl_mark *mark = &node->mark;
    bool fits = indent >= 0 && mark->column < UINT16_MAX - indent;
    *mark = fits ? (struct sl_mark){at.line + mark->line, (uint16_t)(mark->column + indent), at.file} : at;
    for (uint32_t i = 0; i < node->count; i++) {
        if (node->kind == SL_LIST) {
            relocate(node->as.items[i], at, indent);
            continue;
        }
        struct sl_mark *key = &node->as.entries[i].key_mark;
        *key = fits ? (struct sl_mark){at.line + key->line, (uint16_t)(key->column + indent), at.file} : at;
        relocate(node->as.entries[i].value, at, indent);
    }
}

/* At the line where the text goes wrong, in the file around it, where that can be told. */
static int report_unreadable(struct helm_work *work, const struct sl_node *node, struct sl_str text,
                             const struct sl_err *why, struct sl_err *err)
{
    struct sl_finding finding = helm_work_finding(work, node, SL_ERROR, "values/unreadable");
    struct sl_finding inside = {0};
    struct sl_str message = sl_finding_split_place(&inside, sl_str_from(why->message));
    int indent = find_indent(work, node->mark, text);
    if (inside.line > 0 && indent >= 0) {
        finding.line = node->mark.line + inside.line;
        finding.column = (uint32_t)indent + inside.column;
    } else {
        message = sl_str_from(why->message);
    }
    finding.hint = sl_str_from(why->hint);
    return sl_finding_report(work->reading->findings, &finding, err, "values that cannot be parsed: " SL_FMT,
                             SL_ARG(message));
}

int helm_work_add_text(struct helm_work *work, enum sl_layer_kind kind, const struct sl_node *node,
                       struct sl_str text, struct sl_err *err)
{
    struct sl_doc *doc = &work->reading->doc;
    struct sl_values_layer layer = {
        .kind = kind, .file = work->object->built.file, .doc = doc, .mark = node->mark};
    struct sl_err read_err = {0};
    if (node->mark.file > 0 && node->mark.file <= doc->file_count)
        layer.file = doc->files[node->mark.file - 1];
    if (sl_yaml_read_one(&layer.root, doc, text, SL_STR("the text"), SL_YAML_VALUES, &read_err) < 0) {
        if (read_err.code != SL_E_INPUT && read_err.code != SL_E_LIMIT) {
            *err = read_err;
            return -1;
        }
        return report_unreadable(work, node, text, &read_err, err);
    }
    if (layer.root)
        relocate(layer.root, layer.mark, find_indent(work, node->mark, text));
    return helm_work_add(work, &layer, err);
}

/* -- lines of the --set grammar -- */

/* The merge of all layers so far, to be changed in place. */
static int make_own(struct helm_work *work, struct sl_err *err)
{
    struct sl_doc *doc = &work->reading->doc;
    struct sl_node *merged = NULL;
    if (work->own)
        return 0;
    if (sl_values_merge(&merged, doc, NULL, NULL, err) < 0)
        return -1;
    for (size_t i = 0; i < work->values->layer_count; i++) {
        const struct sl_values_layer *layer = &work->values->layers[i];
        bool counts = sl_layer_is_own(layer->kind) && layer->root && layer->root->kind == SL_MAP;
        if (counts && sl_values_merge(&merged, doc, merged, layer->root, err) < 0)
            return -1;
    }
    work->own = sl_node_copy(doc, doc, merged);
    return work->own ? 0 : sl_node_fail(doc, err);
}

/* What `whole` has where `shape` has something: a list as a whole, because lists are replaced. */
/* NOLINTNEXTLINE(misc-no-recursion): the --set grammar limits the depth of a shape. */
static int restrict_to(struct sl_node **out, struct sl_doc *doc, const struct sl_node *whole,
                       const struct sl_node *shape, struct sl_err *err)
{
    if (shape->kind != SL_MAP || whole->kind != SL_MAP) {
        *out = sl_node_copy(doc, doc, whole);
        return *out ? 0 : sl_node_fail(doc, err);
    }
    *out = sl_node_map(doc);
    if (!*out)
        return sl_node_fail(doc, err);
    (*out)->mark = shape->mark;
    for (uint32_t i = 0; i < shape->count; i++) {
        const struct sl_entry *entry = &shape->as.entries[i];
        const struct sl_entry *there = sl_node_entry(whole, entry->key);
        struct sl_node *value;
        if (!there)
            continue;
        if (restrict_to(&value, doc, there->value, entry->value, err) < 0 ||
            sl_map_add(doc, *out, entry->key, value, err) < 0)
            return -1;
    }
    return 0;
}

/* 1: worked in; 0: Helm would refuse it, which is reported. */
static int apply_line(struct helm_work *work, struct sl_node *to, const struct sl_set_line *line, bool report,
                      struct sl_err *err)
{
    struct sl_err line_err = {0};
    if (sl_set_apply(to, &work->reading->doc, line, &line_err) == 0)
        return 1;
    if (line_err.code != SL_E_INPUT && line_err.code != SL_E_LIMIT) {
        *err = line_err;
        return -1;
    }
    struct sl_finding finding = sl_finding_at(&work->reading->doc, line->mark, SL_ERROR, "values/parameter");
    if (!report)
        return 0;
    return sl_finding_report(work->reading->findings, &finding, err, "%s", line_err.message);
}

int helm_work_add_line(struct helm_work *work, enum sl_layer_kind kind, struct sl_str path,
                       const struct sl_set_line *line, struct sl_err *err)
{
    struct sl_doc *doc = &work->reading->doc;
    struct sl_values_layer layer = {
        .kind = kind, .file = work->object->built.file, .doc = doc, .path = path, .mark = line->mark};
    struct sl_node *shape = sl_node_map(doc);
    if (!shape)
        return sl_node_fail(doc, err);
    if (make_own(work, err) < 0)
        return -1;
    int good = apply_line(work, work->own, line, true, err);
    /* Into nothing it says what it names; what is refused there was refused before. */
    if (good > 0)
        good = apply_line(work, shape, line, false, err);
    if (good <= 0)
        return good;
    if (restrict_to(&layer.root, doc, work->own, shape, err) < 0)
        return -1;
    return helm_work_add(work, &layer, err);
}

int helm_work_keep(struct helm_work *work, struct sl_node **list, struct sl_node *node, struct sl_err *err)
{
    struct sl_doc *doc = &work->reading->doc;
    if (!*list)
        *list = sl_node_list(doc);
    if (!*list)
        return sl_node_fail(doc, err);
    return sl_list_add(doc, *list, node, err);
}

int helm_work_copy_entry(struct helm_work *work, struct sl_node *map, const struct sl_entry *entry,
                         struct sl_err *err)
{
    if (sl_map_add(&work->reading->doc, map, entry->key, entry->value, err) < 0)
        return -1;
    map->as.entries[map->count - 1].key_mark = entry->key_mark;
    return 0;
}
