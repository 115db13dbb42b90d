#include "transformers.h"

#include "annotations.h"
#include "base/cleanup.h"
#include "doc/yaml.h"
#include "field_path.h"
#include "scalar.h"
#include "selector.h"
#include "trace.h"

/* An id as replacements see it: what lives in no namespace counts as "default". */
static bool id_selected(const struct kz_gvk *gvk, struct sl_str name, struct sl_str space,
                        const struct kz_id *selector)
{
    return (selector->name.len == 0 || sl_str_equal(selector->name, name)) &&
           (selector->space.len == 0 || sl_str_equal(kz_effective_space(false, selector->space), space)) &&
           kz_gvk_selected(gvk, &selector->gvk);
}

/* Whether one of the ids that the resource has or had is selected. */
static bool is_selected(const struct kz_resource *r, const struct kz_id *selector)
{
    if (id_selected(&r->gvk, r->name, kz_effective_space(false, r->space), selector))
        return true;
    for (size_t i = 0; i < r->previous_count; i++) {
        struct kz_gvk gvk = {r->gvk.group, r->gvk.version, r->previous[i].kind};
        if (id_selected(&gvk, r->previous[i].name, r->previous[i].space, selector))
            return true;
    }
    return false;
}

static struct kz_id id_of(const struct kz_selector *selector)
{
    return (struct kz_id){{selector->group.text, selector->version.text, selector->kind.text},
                          selector->name.text,
                          selector->space.text};
}

/* Where to look for what an id selects. */
static int candidates(struct sl_build *build, struct kz_resmap *map, const struct kz_id *id,
                      struct kz_resources *out, struct sl_err *err)
{
    *out = map->list;
    if (id->name.len == 0 && id->gvk.kind.len == 0)
        return 0;
    if (id->name.len ? kz_resmap_named(build, map, id->name, err) < 0
                     : kz_resmap_of_kind(build, map, id->gvk.kind, err) < 0)
        return -1;
    *out = map->found;
    return 0;
}

/* What a source selects by: "kind Deployment, name web". */
static const char *source_shown(struct sl_shown *shown, const struct kz_replacement_source *source)
{
    const struct {
        const char *name;
        struct sl_str text;
    } fields[] = {{"group", source->group.text},
                  {"version", source->version.text},
                  {"kind", source->kind.text},
                  {"name", source->name.text},
                  {"namespace", source->space.text}};
    SL_CLEANUP(sl_buf_release) struct sl_buf buf;
    sl_buf_init(&buf, 4096);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].text.len == 0)
            continue;
        sl_buf_text(&buf, buf.len ? ", " : "");
        sl_buf_text(&buf, fields[i].name);
        sl_buf_byte(&buf, ' ');
        sl_buf_str(&buf, fields[i].text);
    }
    if (buf.len == 0)
        sl_buf_text(&buf, "it must say kind, name or namespace");
    return sl_shown(shown, sl_buf_view(&buf));
}

static int select_source(struct sl_build *build, struct kz_resmap *map,
                         const struct kz_replacement_source *source, struct kz_resource **out,
                         struct sl_err *err)
{
    struct kz_id id = {
        {source->group.text, source->version.text, source->kind.text}, source->name.text, source->space.text};
    struct kz_resources from;
    struct sl_shown shown;
    if (candidates(build, map, &id, &from, err) < 0)
        return -1;
    size_t count = 0;
    for (size_t i = 0; i < from.count; i++)
        if (is_selected(from.items[i], &id)) {
            *out = from.items[i];
            count++;
        }
    if (count == 1)
        return 0;
    (void)kz_fail(build, source->mark, err, "%s is the source: %s",
                  count ? "more than one resource" : "no resource", source_shown(&shown, source));
    return -1;
}

/* The texts between delimiters; the arena's. */
static int split(struct sl_build *build, struct sl_str text, struct sl_str delimiter, struct kz_texts *out,
                 struct sl_err *err)
{
    for (;;) {
        const char *at =
            text.len >= delimiter.len ? memmem(text.ptr, text.len, delimiter.ptr, delimiter.len) : NULL;
        size_t end = at ? (size_t)(at - text.ptr) : text.len;
        struct kz_text part = {sl_str_slice(text, 0, end), {0, 0, 0}};
        if (kz_texts_add(build, out, part, err) < 0)
            return -1;
        if (!at)
            return 0;
        text = sl_str_slice(text, end + delimiter.len, text.len);
    }
}

static bool has_delimiter(const struct kz_field_options *options)
{
    return options && options->delimiter.text.len;
}

/* Whether a path leads to all annotations, to what holds them, or to one of kustomize's. */
static bool sees_annotations(const struct sl_str *parts, size_t count)
{
    struct sl_str any = SL_STR("*");
    if (count == 0 || sl_str_equal(parts[0], any))
        return true;
    if (!sl_str_equal(parts[0], SL_STR("metadata")))
        return false;
    if (count == 1 || sl_str_equal(parts[1], any))
        return true;
    return sl_str_equal(parts[1], SL_STR("annotations")) &&
           (count == 2 || sl_str_equal(parts[2], any) || kz_annotations_meant(parts[2]));
}

static int get_field(struct sl_build *build, struct kz_resource *r, const struct sl_str *parts, size_t count,
                     struct sl_node **out, struct sl_err *err)
{
    if (!sees_annotations(parts, count))
        return kz_field_get(build, r->node, parts, count, out, err);
    if (kz_annotations_show(build, r, err) < 0 || kz_field_get(build, r->node, parts, count, out, err) < 0)
        return -1;
    if (*out) {
        *out = sl_node_copy(&build->doc, &build->doc, *out);
        if (!*out)
            return kz_no_memory(build, err);
    }
    return kz_annotations_take(build, r, err);
}

/* The source's value: the field itself, or the part of its text that is asked for, as a new node. */
static int source_value(struct sl_build *build, struct kz_resource *resource,
                        const struct kz_replacement_source *source, struct sl_node **out, struct sl_err *err)
{
    struct sl_str path = source->path.text.len ? source->path.text : SL_STR("metadata.name");
    struct sl_str *parts;
    size_t count;
    struct sl_shown shown;
    if (kz_split_field_path(build, path, &parts, &count, err) < 0 ||
        get_field(build, resource, parts, count, out, err) < 0)
        return -1;
    if (!*out || kz_is_empty(*out))
        return kz_fail(build, source->path.mark.file ? source->path.mark : source->mark, err,
                       "the source has no field %s", sl_shown(&shown, path));
    if (!has_delimiter(source->options))
        return 0;
    if (!kz_is_scalar(*out))
        return kz_fail(build, source->options->mark, err, "a delimiter needs text, the source's field is %s",
                       sl_kind_name((*out)->kind));
    struct kz_texts pieces = {0};
    struct sl_str text = kz_scalar_keep(build, *out);
    if (!text.ptr || split(build, text, source->options->delimiter.text, &pieces, err) < 0)
        return text.ptr ? -1 : kz_no_memory(build, err);
    int64_t index = source->options->index;
    if (index < 0 || (size_t)index >= pieces.count)
        return kz_fail(build, source->options->mark, err, "index %lld is out of bounds: there are %zu parts",
                       (long long)index, pieces.count);
    struct sl_mark mark = (*out)->mark;
    *out = sl_node_string(&build->doc, pieces.items[index].text);
    if (!*out)
        return kz_no_memory(build, err);
    (*out)->mark = mark;
    return 0;
}

/* The target's text with the value at the place that the options say. */
static int place_text(struct sl_build *build, const struct kz_field_options *options,
                      const struct sl_node *target, struct sl_str value, struct sl_str *out,
                      struct sl_err *err)
{
    if (!kz_is_scalar(target))
        return kz_fail(build, target->mark, err, "a delimiter needs text, the target's field is %s",
                       sl_kind_name(target->kind));
    struct kz_texts pieces = {0};
    struct sl_str text = kz_scalar_keep(build, target);
    if (!text.ptr)
        return kz_no_memory(build, err);
    if (split(build, text, options->delimiter.text, &pieces, err) < 0)
        return -1;
    struct sl_buf *work = &build->work;
    sl_buf_reset(work);
    if (options->index < 0) {
        sl_buf_str(work, value);
        sl_buf_str(work, options->delimiter.text);
    }
    for (size_t i = 0; i < pieces.count; i++) {
        if (i)
            sl_buf_str(work, options->delimiter.text);
        sl_buf_str(work, options->index == (int64_t)i ? value : pieces.items[i].text);
    }
    if (options->index >= (int64_t)pieces.count) {
        sl_buf_str(work, options->delimiter.text);
        sl_buf_str(work, value);
    }
    if (sl_buf_check(work, "the text of a replacement", err) < 0)
        return -1;
    *out = kz_str(build, sl_buf_view(work));
    return out->ptr ? 0 : kz_no_memory(build, err);
}

static int set_field(struct sl_build *build, const struct kz_field_options *options, struct sl_node *target,
                     const struct sl_node *value, bool made, struct sl_err *err)
{
    if (!kz_is_scalar(target) && !has_delimiter(options)) {
        struct sl_node *copy = sl_node_copy(&build->doc, &build->doc, value);
        if (!copy)
            return kz_no_memory(build, err);
        *target = *copy;
        return 0;
    }
    struct sl_str text = kz_scalar_keep(build, value);
    if (!text.ptr)
        return kz_no_memory(build, err);
    if (has_delimiter(options) && place_text(build, options, target, text, &text, err) < 0)
        return -1;
    struct sl_mark mark = value->mark;
    int result = made ? kz_set_plain(build, target, text, err) : kz_set_same_kind(build, target, text, err);
    target->mark = mark;
    return result;
}

static int replace_in(struct sl_build *build, struct kz_resource *r,
                      const struct kz_replacement_target *target, const struct kz_text *path,
                      const struct sl_node *value, struct sl_err *err)
{
    struct kz_field_query query = {
        .create = target->options && target->options->create, .kind = value->kind, .mark = path->mark};
    struct sl_str *parts;
    struct kz_nodes fields = {0};
    if (kz_split_field_path(build, path->text, &parts, &query.count, err) < 0)
        return -1;
    query.parts = parts;
    bool seen = sees_annotations(parts, query.count);
    if (seen && kz_annotations_show(build, r, err) < 0)
        return -1;
    if (kz_field_find(build, r->node, &query, &fields, err) < 0)
        return -1;
    if (fields.count == 0) {
        struct sl_shown shown, owner;
        struct kz_id id = kz_current_id(r);
        (void)kz_fail(build, path->mark, err, "%s has no field %s", kz_id_shown(&owner, &id),
                      sl_shown(&shown, path->text));
        return query.create ? -1 : sl_hint(err, "options: {create: true} makes it");
    }
    for (size_t i = 0; i < fields.count; i++) {
        bool made = query.create && fields.items[i]->kind == SL_NULL && fields.items[i]->mark.file == 0;
        if (set_field(build, target->options, fields.items[i], value, made, err) < 0)
            return -1;
    }
    return seen ? kz_annotations_take(build, r, err) : 0;
}

/* 1 when the labels and annotations of a selector fit. */
static int fits(struct sl_build *build, struct kz_resource *r, const struct kz_selector *selector,
                struct sl_err *err)
{
    int result = kz_annotations_match(build, r, &selector->annotations, err);
    return result > 0 ? kz_labels_match(build, r, "labels", &selector->labels, err) : result;
}

static int is_target(struct sl_build *build, struct kz_resource *r,
                     const struct kz_replacement_target *target, struct sl_err *err)
{
    int result = fits(build, r, target->select, err);
    const struct kz_selector *rejects = target->reject.items;
    for (size_t i = 0; i < target->reject.count && result > 0; i++) {
        if (rejects[i].annotations.text.len == 0 && rejects[i].labels.text.len == 0)
            continue;
        int rejected = fits(build, r, &rejects[i], err);
        result = rejected < 0 ? -1 : !rejected;
    }
    struct kz_id id = id_of(target->select);
    if (result <= 0 || !is_selected(r, &id))
        return result < 0 ? -1 : 0;
    for (size_t i = 0; i < target->reject.count; i++) {
        struct kz_id reject = id_of(&rejects[i]);
        bool blank = reject.name.len == 0 && reject.space.len == 0 && reject.gvk.group.len == 0 &&
                     reject.gvk.version.len == 0 && reject.gvk.kind.len == 0;
        if (!blank && is_selected(r, &reject))
            return 0;
    }
    return 1;
}

static int replace_target(struct sl_build *build, struct kz_resmap *map,
                          const struct kz_replacement_target *target, const struct sl_node *value,
                          struct sl_err *err)
{
    if (!target->select)
        return kz_fail(build, target->mark, err, "a target of a replacement needs select");
    struct kz_text name = {SL_STR("metadata.name"), target->mark};
    struct kz_texts paths = target->paths;
    if (paths.count == 0)
        paths = (struct kz_texts){&name, 1, 1};
    struct kz_id id = id_of(target->select);
    struct kz_resources from;
    if (candidates(build, map, &id, &from, err) < 0)
        return -1;
    from.items = kz_copy(build, from.items, from.count, sizeof(struct kz_resource *));
    if (!from.items)
        return kz_no_memory(build, err);
    for (size_t i = 0; i < from.count; i++) {
        int selected = is_target(build, from.items[i], target, err);
        if (selected < 0)
            return -1;
        for (size_t j = 0; selected && j < paths.count; j++)
            if (replace_in(build, from.items[i], target, &paths.items[j], value, err) < 0)
                return -1;
        if (selected && kz_resmap_changed(build, map, from.items[i], err) < 0)
            return -1;
    }
    return 0;
}

static int replace(struct sl_build *build, struct kz_resmap *map, const struct kz_replacement *replacement,
                   struct sl_err *err)
{
    if (!replacement->source || !replacement->targets.items)
        return kz_fail(build, replacement->mark, err, "a replacement needs a source and targets");
    struct kz_resource *source = NULL;
    struct sl_node *value = NULL;
    if (select_source(build, map, replacement->source, &source, err) < 0 ||
        source_value(build, source, replacement->source, &value, err) < 0)
        return -1;
    const struct kz_replacement_target *targets = replacement->targets.items;
    for (size_t i = 0; i < replacement->targets.count; i++)
        if (replace_target(build, map, &targets[i], value, err) < 0)
            return -1;
    return 0;
}

/* The replacements of a file: one, or a list of them. */
static int replace_from_file(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                             const struct kz_replacement *outer, struct sl_err *err)
{
    if (outer->source || outer->targets.count)
        return kz_fail(build, outer->path.mark, err, "a replacement is either inline or a path, not both");
    struct kz_text text;
    struct sl_node *root;
    if (kz_load(build, place, &outer->path, "replacement", &text, err) < 0 ||
        sl_yaml_read_one(&root, &build->doc, text.text, build->doc.files[text.mark.file - 1],
                         SL_YAML_KUSTOMIZATION, err) < 0)
        return -1;
    if (!root || (root->kind != SL_LIST && root->kind != SL_MAP))
        return kz_fail(build, outer->path.mark, err, "the file must hold a replacement or a list of them");
    size_t count = root->kind == SL_LIST ? root->count : 1;
    for (size_t i = 0; i < count; i++) {
        struct kz_replacement replacement = {0};
        const struct sl_node *node = root->kind == SL_LIST ? root->as.items[i] : root;
        if (kz_decode(build, &replacement, &kz_replacement_shape, node, KZ_LENIENT, err) < 0 ||
            replace(build, map, &replacement, err) < 0 ||
            kz_trace_done(build, "replacements", replacement.mark, err) < 0)
            return -1;
    }
    return 0;
}

int kz_transform_replacements(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                              const struct kz_list *replacements, struct sl_err *err)
{
    const struct kz_replacement *items = replacements->items;
    for (size_t i = 0; i < replacements->count; i++) {
        int result = items[i].path.text.len ? replace_from_file(build, map, place, &items[i], err)
                                            : replace(build, map, &items[i], err);
        struct sl_mark mark = items[i].path.text.len ? items[i].path.mark : items[i].mark;
        if (result < 0 || kz_trace_done(build, "replacements", mark, err) < 0)
            return -1;
    }
    return 0;
}
