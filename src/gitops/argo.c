#include "helm_work.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"

static const struct sl_node *list_at(const struct sl_node *map, const char *key)
{
    const struct sl_node *list = sl_node_get(map, key);
    return list && list->kind == SL_LIST ? list : NULL;
}

/* -- layers -- */

static int add_values(struct helm_work *work, const struct sl_node *helm, struct sl_err *err)
{
    const struct sl_node *text = sl_node_get(helm, "values");
    const struct sl_node *object = sl_node_get(helm, "valuesObject");
    bool has_text = text && text->kind == SL_STRING && text->as.text.len > 0;
    bool has_object = object && object->kind != SL_NULL;
    if (has_text && has_object) {
        struct sl_finding finding = helm_work_finding(work, text, SL_WARNING, "values/ignored");
        finding.hint = SL_STR("move what is meant into valuesObject");
        return sl_finding_report(work->reading->findings, &finding, err,
                                 "helm.values is not looked at: beside valuesObject Argo CD ignores it");
    }
    return has_text ? helm_work_add_text(work, SL_LAYER_VALUES, text, text->as.text, err) : 0;
}

static int add_object(struct helm_work *work, const struct sl_node *helm, struct sl_err *err)
{
    struct sl_node *object = sl_node_get(helm, "valuesObject");
    if (!object || object->kind == SL_NULL)
        return 0;
    struct sl_values_layer layer = {
        .kind = SL_LAYER_VALUES_OBJECT,
        .file = work->object->built.file,
        .doc = &work->reading->doc,
        .root = object,
        .mark = object->mark,
    };
    return helm_work_add(work, &layer, err);
}

/* The value as Argo CD gives it to --set: with commas escaped, unless it is a list in braces. */
static void append_value(struct sl_buf *line, struct sl_str value)
{
    bool braces = value.len >= 2 && value.ptr[0] == '{' && value.ptr[value.len - 1] == '}';
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == ',' && !braces && (i == 0 || value.ptr[i - 1] != '\\'))
            sl_buf_byte(line, '\\');
        sl_buf_byte(line, value.ptr[i]);
    }
}

static bool is_true(const struct sl_node *node)
{
    return node && node->kind == SL_BOOL && node->as.boolean;
}

static int keep_parameter(struct helm_work *work, struct sl_node *parameter, struct sl_str variable,
                          struct sl_err *err)
{
    struct sl_shown shown;
    struct sl_finding finding = helm_work_finding(work, parameter, SL_NOTE, "values/argo-variable");
    finding.hint = SL_STR("what it sets is not known here, and checked against nothing");
    if (variable.len > 0 &&
        sl_finding_report(
            work->reading->findings, &finding, err,
            "$%s is for Argo CD to fill in: the parameter stays in the Application, above the values "
            "that are carried",
            sl_shown(&shown, variable)) < 0)
        return -1;
    return helm_work_keep(work, &work->kept_parameters, parameter, err);
}

static int report_lost(struct helm_work *work, const struct sl_node *parameter, struct sl_str variable,
                       struct sl_err *err)
{
    struct sl_shown shown;
    struct sl_finding finding = helm_work_finding(work, parameter, SL_WARNING, "values/lost-variable");
    finding.hint = SL_STR("write $$ for a dollar sign");
    return sl_finding_report(work->reading->findings, &finding, err,
                             "Argo CD knows no variable %s and makes it empty, and so it is here",
                             sl_shown(&shown, variable));
}

/* One parameter, if it is one of those that are applied now. */
static int add_parameter(struct helm_work *work, struct sl_node *parameter, bool as_text, struct sl_err *err)
{
    const struct sl_node *name = sl_node_get(parameter, "name");
    struct argo_text expanded = {0};
    if (is_true(sl_node_get(parameter, "forceString")) != as_text)
        return 0;
    SL_CLEANUP(sl_buf_release) struct sl_buf value;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&value, SL_DOC_BYTES_MAX);
    sl_buf_init(&text, SL_DOC_BYTES_MAX);
    argo_expand(&value, &expanded, sl_node_text(sl_node_get(parameter, "value")));
    if (!name || name->kind != SL_STRING || expanded.known.len > 0)
        return keep_parameter(work, parameter, expanded.known, err);
    if (expanded.unknown.len > 0 && report_lost(work, parameter, expanded.unknown, err) < 0)
        return -1;
    sl_buf_str(&text, name->as.text);
    sl_buf_byte(&text, '=');
    append_value(&text, sl_buf_view(&value));
    if (sl_buf_check(&value, "a parameter", err) < 0)
        return -1;
    struct sl_set_line line = {.mode = as_text ? SL_SET_STRING : SL_SET_TYPED, .mark = parameter->mark};
    if (sl_buf_check(&text, "a parameter", err) < 0)
        return -1;
    line.text = sl_arena_str(&work->reading->doc.arena, sl_buf_view(&text));
    if (!line.text.ptr)
        return sl_fail_memory(err);
    return helm_work_add_line(work, SL_LAYER_PARAMETER, name->as.text, &line, err);
}

static int add_file_parameter(struct helm_work *work, struct sl_node *parameter, struct sl_err *err)
{
    struct sl_arena *arena = &work->reading->doc.arena;
    struct sl_str name = sl_node_text(sl_node_get(parameter, "name"));
    const struct sl_node *file = sl_node_get(parameter, "path");
    struct sl_str path;
    int found = helm_work_find_file(work, sl_node_text(file), &path, err);
    if (found < 0)
        return -1;
    if (!found || !file) {
        struct sl_finding finding = helm_work_finding(work, parameter, SL_WARNING, "values/file-elsewhere");
        struct sl_shown shown;
        finding.hint = SL_STR("the parameter stays in the Application");
        if (sl_finding_report(work->reading->findings, &finding, err,
                              "names %s, which is no file of the repository",
                              sl_shown(&shown, sl_node_text(file))) < 0)
            return -1;
        return helm_work_keep(work, &work->kept_file_parameters, parameter, err);
    }
    struct sl_set_line line = {.mode = SL_SET_FILE, .mark = parameter->mark};
    line.text = sl_arena_join(arena, name, SL_STR("=file"));
    if (!line.text.ptr)
        return sl_fail_memory(err);
    if (sl_reading_use(work->reading, path, err) < 0 ||
        sl_tree_read(work->reading->tree, path, &line.content, err) < 0)
        return -1;
    return helm_work_add_line(work, SL_LAYER_FILE_PARAMETER, name, &line, err);
}

int argo_layers(struct helm_work *work, struct sl_err *err)
{
    const struct sl_node *helm = sl_node_get(work->source, "helm");
    const struct sl_node *parameters = list_at(helm, "parameters");
    const struct sl_node *file_parameters = list_at(helm, "fileParameters");
    if (helm_work_value_files(work, helm, err) < 0 || add_values(work, helm, err) < 0 ||
        add_object(work, helm, err) < 0)
        return -1;
    for (int as_text = 0; as_text < 2; as_text++)
        for (uint32_t i = 0; parameters && i < parameters->count; i++)
            if (add_parameter(work, parameters->as.items[i], as_text, err) < 0)
                return -1;
    for (uint32_t i = 0; file_parameters && i < file_parameters->count; i++)
        if (add_file_parameter(work, file_parameters->as.items[i], err) < 0)
            return -1;
    return 0;
}

/* -- back into the object -- */

static bool is_folded(struct sl_str key)
{
    static const struct sl_str keys[] = {
        SL_STR_INIT("values"),     SL_STR_INIT("valuesObject"),   SL_STR_INIT("valueFiles"),
        SL_STR_INIT("parameters"), SL_STR_INIT("fileParameters"), SL_STR_INIT("ignoreMissingValueFiles"),
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (sl_str_equal(key, keys[i]))
            return true;
    return false;
}

/* Adds what stays, where something does. */
static int add_kept(struct helm_work *work, struct sl_node *helm, const char *key, struct sl_node *kept,
                    struct sl_err *err)
{
    return kept ? sl_map_add(&work->reading->doc, helm, sl_str_from(key), kept, err) : 0;
}

static int make_helm(struct sl_node **out, struct helm_work *work, const struct sl_node *helm,
                     struct sl_err *err)
{
    struct sl_doc *doc = &work->reading->doc;
    struct sl_node *ignore = sl_node_get(helm, "ignoreMissingValueFiles");
    *out = sl_node_map(doc);
    if (!*out)
        return sl_node_fail(doc, err);
    (*out)->mark = helm ? helm->mark : work->source->mark;
    for (uint32_t i = 0; helm && helm->kind == SL_MAP && i < helm->count; i++)
        if (!is_folded(helm->as.entries[i].key) &&
            helm_work_copy_entry(work, *out, &helm->as.entries[i], err) < 0)
            return -1;
    if (work->kept && ignore && sl_map_add(doc, *out, SL_STR("ignoreMissingValueFiles"), ignore, err) < 0)
        return -1;
    if (add_kept(work, *out, "valueFiles", work->kept, err) < 0 ||
        add_kept(work, *out, "parameters", work->kept_parameters, err) < 0 ||
        add_kept(work, *out, "fileParameters", work->kept_file_parameters, err) < 0)
        return -1;
    return sl_map_add(doc, *out, SL_STR("valuesObject"), work->values->carried, err);
}

/* A copy of a map with one key's value another. */
static int with_key(struct sl_node **out, struct helm_work *work, const struct sl_node *map, const char *key,
                    struct sl_node *value, struct sl_err *err)
{
    struct sl_doc *doc = &work->reading->doc;
    *out = sl_node_map(doc);
    if (!*out)
        return sl_node_fail(doc, err);
    (*out)->mark = map->mark;
    for (uint32_t i = 0; i < map->count; i++)
        if (helm_work_copy_entry(work, *out, &map->as.entries[i], err) < 0)
            return -1;
    return sl_map_set(doc, *out, sl_str_from(key), value, err);
}

/* Whether a source brings nothing but files for others, and none of `sources` speaks of them any more. */
static bool is_spent(const struct sl_node *source, const struct sl_node *sources)
{
    static const char *const lists[] = {"valueFiles", "fileParameters"};
    struct sl_str ref = sl_node_text(sl_node_get(source, "ref"));
    if (ref.len == 0 || sl_node_get(source, "chart") || sl_node_get(source, "path"))
        return false;
    for (uint32_t i = 0; i < sources->count; i++) {
        const struct sl_node *helm = sl_node_get(sources->as.items[i], "helm");
        for (size_t which = 0; which < 2; which++) {
            const struct sl_node *list = list_at(helm, lists[which]);
            for (uint32_t item = 0; list && item < list->count; item++) {
                const struct sl_node *entry = list->as.items[item];
                struct sl_str text = sl_node_text(which == 0 ? entry : sl_node_get(entry, "path"));
                struct sl_str rest = sl_str_slice(text, 1, text.len);
                if (sl_str_starts_with(text, SL_STR("$")) && sl_str_starts_with(rest, ref))
                    return false;
            }
        }
    }
    return true;
}

/* spec.sources with `source` in the place of the one that was worked on, and without those that are spent. */
static int make_sources(struct sl_node **out, struct helm_work *work, const struct sl_node *sources,
                        struct sl_node *source, struct sl_err *err)
{
    struct sl_doc *doc = &work->reading->doc;
    struct sl_node *all = sl_node_list(doc);
    *out = sl_node_list(doc);
    if (!all || !*out)
        return sl_node_fail(doc, err);
    (*out)->mark = sources->mark;
    for (uint32_t i = 0; i < sources->count; i++) {
        struct sl_node *item = sources->as.items[i];
        if (sl_list_add(doc, all, item == work->source ? source : item, err) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < all->count; i++)
        if (!is_spent(all->as.items[i], all) && sl_list_add(doc, *out, all->as.items[i], err) < 0)
            return -1;
    return 0;
}

int argo_fold(struct helm_work *work, struct sl_err *err)
{
    const struct sl_node *root = work->object->built.node;
    const struct sl_node *spec = sl_node_get(root, "spec");
    /* As it is now: another source of the same object may have been worked on. */
    const struct sl_node *sources = list_at(spec, "sources");
    bool several = sources && work->source != sl_node_get(spec, "source");
    struct sl_node *helm, *source, *changed, *made_spec, *made;
    if (make_helm(&helm, work, sl_node_get(work->source, "helm"), err) < 0 ||
        with_key(&source, work, work->source, "helm", helm, err) < 0)
        return -1;
    changed = source;
    if (several && make_sources(&changed, work, sources, source, err) < 0)
        return -1;
    if (with_key(&made_spec, work, spec, several ? "sources" : "source", changed, err) < 0 ||
        with_key(&made, work, root, "spec", made_spec, err) < 0)
        return -1;
    work->object->built.node = made;
    return 0;
}
