#include "transformers.h"

#include "annotations.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "docops/json_patch.h"
#include "docops/strategic.h"
#include "scalar.h"
#include "selector.h"
#include "trace.h"

/* A patch text and what it turned out to be: strategic merge patches, or the operations of a JSON patch. */
struct loaded {
    struct kz_resources patches;
    struct sl_node *operations; /* NULL: not a JSON patch */
};

static struct sl_str trim(struct sl_str text)
{
    while (text.len && strchr(" \t\r\n\v\f", text.ptr[0]) && text.ptr[0])
        text = sl_str_slice(text, 1, text.len);
    while (text.len && strchr(" \t\r\n\v\f", text.ptr[text.len - 1]) && text.ptr[text.len - 1])
        text.len--;
    return text;
}

/* Whether a YAML text begins with a list: then it can only be a JSON patch. */
static bool begins_with_list(struct sl_str text)
{
    while (text.len) {
        size_t end = sl_str_find(text, '\n');
        struct sl_str line = trim(sl_str_slice(text, 0, end));
        text = sl_str_slice(text, end + 1, text.len);
        bool skip = line.len == 0 || line.ptr[0] == '#' || sl_str_starts_with(line, SL_STR("---")) ||
                    line.ptr[0] == '%';
        if (!skip)
            return line.ptr[0] == '[' || (line.ptr[0] == '-' && (line.len == 1 || line.ptr[1] == ' '));
    }
    return false;
}

static int read_operations(struct sl_build *build, struct sl_str text, struct sl_str name,
                           struct sl_node **out, struct sl_err *err)
{
    *out = NULL;
    if (text.len && text.ptr[0] == '[')
        return sl_json_read(out, &build->doc, text, name, err);
    struct sl_node *documents = NULL;
    if (sl_yaml_read(&documents, &build->doc, text, name, SL_YAML_KUSTOMIZATION, err) < 0)
        return -1;
    if (documents->count)
        *out = documents->as.items[0];
    return 0;
}

/* Where the patch is from: a name for marks. */
static int name_of(struct sl_build *build, const struct kz_text *text, bool is_inline, struct sl_str *out,
                   struct sl_err *err)
{
    *out = text->mark.file ? build->doc.files[text->mark.file - 1] : SL_STR("patch");
    if (!is_inline)
        return 0;
    char place[512];
    *out = kz_join(build, sl_str_from(sl_mark_text(place, sizeof place, &build->doc, text->mark)),
                   SL_STR(" (inline)"), SL_STR(""));
    return out->ptr ? 0 : kz_no_memory(build, err);
}

static int load(struct sl_build *build, const struct kz_text *text, bool is_inline, struct loaded *out,
                struct sl_err *err)
{
    struct sl_str name;
    *out = (struct loaded){0};
    if (name_of(build, text, is_inline, &name, err) < 0)
        return -1;
    if (!begins_with_list(text->text))
        return kz_read_patches(build, text->text, name, &out->patches, err);
    if (read_operations(build, text->text, name, &out->operations, err) < 0)
        return -1;
    if (!out->operations || out->operations->kind != SL_LIST)
        return kz_fail(build, text->mark, err, "a JSON patch must be a list of operations");
    if (out->operations->count == 0)
        return kz_fail(build, text->mark, err, "a JSON patch without an operation");
    for (uint32_t i = 0; i < out->operations->count; i++) {
        const struct sl_node *operation = out->operations->as.items[i];
        if (operation->kind != SL_MAP && operation->kind != SL_NULL)
            return kz_fail(build, operation->mark, err,
                           "an operation of a JSON patch must be a map, this is %s",
                           sl_kind_name(operation->kind));
    }
    return 0;
}

/* -- JSON patches -- */

/* What is left of numbers when a resource goes through JSON in Go: doubles, and not the way they were
 * written. */
static void pass_through_json(struct sl_node *node)
{
    if (node->kind == SL_INT || node->kind == SL_UINT || node->kind == SL_FLOAT)
        node->as.source = NULL;
    for (uint32_t i = 0; node->kind == SL_LIST && i < node->count; i++)
        pass_through_json(node->as.items[i]);
    for (uint32_t i = 0; node->kind == SL_MAP && i < node->count; i++)
        pass_through_json(node->as.entries[i].value);
}

/* Whether a pointer leads to the annotations, to one of them, or to what holds them. */
static bool leads_to_annotations(struct sl_str pointer)
{
    struct sl_str path = SL_STR("/metadata/annotations");
    return pointer.len == 0 || sl_str_equal(pointer, SL_STR("/metadata")) ||
           (sl_str_starts_with(pointer, path) && (pointer.len == path.len || pointer.ptr[path.len] == '/'));
}

static bool sees_annotations(const struct sl_node *operations)
{
    for (uint32_t i = 0; i < operations->count; i++) {
        const struct sl_node *operation = operations->as.items[i];
        const struct sl_node *from = sl_node_get(operation, "from");
        if (leads_to_annotations(sl_node_text(sl_node_get(operation, "path"))) ||
            (from && leads_to_annotations(sl_node_text(from))))
            return true;
    }
    return false;
}

/* For whoever looks for patches in vain: what a resource was, since a patch may work on the very nodes. NULL where nobody asks
 * or something has changed already. */
static int remember_node(struct sl_build *build, const struct sl_node *node, struct sl_node **out,
                         struct sl_err *err)
{
    *out = NULL;
    if (!build->options.note_idle_patches || build->patch_told)
        return 0;
    *out = sl_node_copy(&build->doc, &build->doc, node);
    return *out ? 0 : kz_no_memory(build, err);
}

static void note_change(struct sl_build *build, const struct sl_node *before, const struct sl_node *after)
{
    if (before)
        build->patch_told = !after || !sl_node_equal(before, after);
}

static int apply_operations(struct sl_build *build, struct kz_resmap *map, struct kz_resource *r,
                            const struct sl_node *operations, struct sl_err *err)
{
    struct kz_id id = kz_current_id(r);
    struct sl_node *before;
    if (remember_node(build, r->node, &before, err) < 0)
        return -1;
    bool seen = sees_annotations(operations);
    struct kz_resource known = *r;
    if (seen && kz_annotations_show(build, r, err) < 0)
        return -1;
    /* What comes back from JSON shares nothing any more. */
    r->node = sl_node_copy(&build->doc, &build->doc, r->node);
    if (!r->node)
        return kz_no_memory(build, err);
    pass_through_json(r->node);
    if (sl_json_patch(&r->node, &build->doc, r->node, operations, err) < 0) {
        struct sl_shown shown;
        return sl_hint(err, "the patch is applied to %s", kz_id_shown(&shown, &id));
    }
    if (r->node->kind != SL_MAP)
        return kz_fail(build, operations->mark, err, "the patch leaves %s instead of a resource",
                       sl_kind_name(r->node->kind));
    if (seen && kz_annotations_restore(build, r, &known, err) < 0)
        return -1;
    if (kz_resource_stringify(build, r, "annotations", err) < 0)
        return -1;
    note_change(build, before, r->node);
    if (kz_resmap_changed(build, map, r, err) < 0)
        return -1;
    return kz_trace_patched(build, r, operations, err);
}

static int apply_json(struct sl_build *build, struct kz_resmap *map, const struct kz_selector *target,
                      const struct sl_node *operations, bool remember, struct sl_err *err)
{
    if (kz_select(build, map, target, err) < 0)
        return -1;
    struct kz_resources found = {
        kz_copy(build, map->found.items, map->found.count, sizeof(struct kz_resource *)), map->found.count,
        0};
    if (!found.items)
        return kz_no_memory(build, err);
    for (size_t i = 0; i < found.count; i++) {
        if (remember && kz_resource_remember(build, found.items[i], err) < 0)
            return -1;
        if (apply_operations(build, map, found.items[i], operations, err) < 0)
            return -1;
    }
    return 0;
}

/* -- strategic merge patches -- */

static struct sl_kube_type type_of(struct sl_build *build, const struct kz_resource *r,
                                   const struct kz_resource *patch)
{
    struct sl_kube_type type = sl_kube_resource(build->kube, r->api_version, r->gvk.kind);
    return type.id || type.schema ? type : sl_kube_resource(build->kube, patch->api_version, patch->gvk.kind);
}

/* Whether a patch can change, take away or be laid upon all annotations. */
static bool patch_sees_annotations(const struct sl_node *patch)
{
    const struct sl_node *metadata = sl_node_get(patch, "metadata");
    return sl_node_get(patch, "$patch") || (metadata && metadata->kind != SL_MAP) ||
           sl_node_get(metadata, "$patch") || sl_node_get(metadata, "annotations");
}

/* kustomize builds the replaced object, and then goes on with the one it has. */
static bool replaces_all(const struct sl_node *patch)
{
    return sl_str_equal(sl_node_text(sl_node_get(patch, "$patch")), SL_STR("replace"));
}

static int apply_strategic(struct sl_build *build, struct kz_resmap *map, struct kz_resource *r,
                           const struct kz_resource *patch, struct sl_err *err)
{
    struct sl_str name = r->name, space = r->space, kind = r->gvk.kind;
    if ((patch->allow_name_change || patch->allow_kind_change) && kz_resource_remember(build, r, err) < 0)
        return -1;
    bool seen = patch_sees_annotations(patch->node);
    struct sl_node *before;
    struct sl_node *merged;
    if (remember_node(build, r->node, &before, err) < 0 || (seen && kz_annotations_show(build, r, err) < 0))
        return -1;
    merged = r->node;
    if (!replaces_all(patch->node) &&
        sl_strategic_merge(&merged, &build->doc, r->node, patch->node, type_of(build, r, patch), err) < 0)
        return -1;
    r->node = kz_is_empty(merged) ? NULL : merged;
    if (!r->node) {
        note_change(build, before, NULL);
        map->has_empty = true;
        return kz_trace_patched(build, r, patch->node, err);
    }
    if (r->node->kind != SL_MAP)
        return kz_fail(build, patch->node->mark, err, "the patch leaves no resource");
    if (!patch->allow_kind_change) {
        struct sl_node *node;
        if (kz_map_need(build, r->node, SL_STR("kind"), SL_NULL, &node, err) < 0)
            return -1;
        if (!sl_str_equal(sl_node_text(node), kind))
            kz_set_string(node, kind);
    }
    struct kz_digits digits;
    struct sl_node *now = sl_node_get(sl_node_get(r->node, "metadata"), "name");
    bool renamed = !now || !sl_str_equal(kz_scalar_text(now, &digits), name);
    if (!patch->allow_name_change && renamed && kz_resource_set_name(build, r, name, err) < 0)
        return -1;
    if (kz_resource_set_space(build, r, space, err) < 0 || (seen && kz_annotations_take(build, r, err) < 0) ||
        kz_resmap_changed(build, map, r, err) < 0)
        return -1;
    note_change(build, before, r->node);
    return kz_trace_patched(build, r, patch->node, err);
}

/* The way kustomize hands a patch to what a target selects: labels and annotations become strings, so that a
 * null there deletes nothing. */
static int prepare_copy(struct sl_build *build, const struct kz_resource *patch, struct kz_resource **out,
                        struct sl_err *err)
{
    if (kz_resource_copy(build, out, patch, err) < 0 || kz_annotations_show(build, *out, err) < 0 ||
        kz_resource_stringify(build, *out, "labels", err) < 0 ||
        kz_resource_stringify(build, *out, "annotations", err) < 0)
        return -1;
    return 0;
}

static int apply_copy(struct sl_build *build, struct kz_resmap *map, struct kz_resource *r,
                      struct kz_resource *copy, struct sl_err *err)
{
    struct kz_text version = {r->api_version, copy->node->mark};
    if (r->api_version.len && kz_map_text(build, copy->node, SL_STR("apiVersion"), version, err) < 0)
        return -1;
    struct kz_id before = kz_current_id(r);
    if (apply_strategic(build, map, r, copy, err) < 0)
        return -1;
    struct kz_id after = kz_current_id(r);
    if (!r->node || kz_id_equal(&before, &after))
        return 0;
    if (kz_resmap_current(build, map, &after, err) < 0)
        return -1;
    struct sl_shown shown;
    return map->found.count < 2 ? 0
                                : kz_fail(build, copy->node->mark, err, "after the patch there are %zu %s",
                                          map->found.count, kz_id_shown(&shown, &after));
}

static int apply_to_selected(struct sl_build *build, struct kz_resmap *map, const struct kz_selector *target,
                             const struct kz_resource *patch, struct sl_err *err)
{
    if (kz_select(build, map, target, err) < 0)
        return -1;
    struct kz_resources found = {
        kz_copy(build, map->found.items, map->found.count, sizeof(struct kz_resource *)), map->found.count,
        0};
    struct kz_resource *copy = NULL;
    if (!found.items)
        return kz_no_memory(build, err);
    for (size_t i = 0; i < found.count; i++) {
        if (!copy && prepare_copy(build, patch, &copy, err) < 0)
            return -1;
        if (apply_copy(build, map, found.items[i], copy, err) < 0)
            return -1;
    }
    return 0;
}

/* "did you mean": the nearest name among the resources of the patch's kind, else among all. */
static int no_target(struct sl_build *build, struct kz_resmap *map, const struct kz_resource *patch,
                     struct sl_err *err)
{
    struct sl_shown shown;
    struct kz_id id = kz_current_id(patch);
    (void)kz_fail(build, patch->node->mark, err, "no resource matches patch target %s",
                  kz_id_shown(&shown, &id));
    if (kz_resmap_of_kind(build, map, id.gvk.kind, &(struct sl_err){0}) < 0)
        return -1;
    const struct kz_resources *from = map->found.count ? &map->found : &map->list;
    struct sl_str names[256];
    struct kz_resource *owners[256];
    size_t count = 0;
    for (size_t i = 0; i < from->count && count < 256; i++)
        if (!kz_is_empty(from->items[i]->node)) {
            owners[count] = from->items[i];
            names[count++] = from->items[i]->name;
        }
    ptrdiff_t nearest = sl_nearest(id.name, names, count);
    if (nearest < 0)
        for (size_t i = 0; i < count && nearest < 0; i++)
            if (sl_str_equal(names[i], id.name) || (id.name.len > 1 && sl_str_starts_with(names[i], id.name)))
                nearest = (ptrdiff_t)i;
    if (nearest < 0)
        return -1;
    struct kz_id near = kz_current_id(owners[nearest]);
    bool same = sl_str_equal(near.name, id.name) && sl_str_equal(near.gvk.kind, id.gvk.kind) &&
                sl_str_equal(near.space, id.space);
    if (same)
        return sl_hint(err, "%s is there with another apiVersion, " SL_FMT, kz_id_shown(&shown, &near),
                       SL_ARG(owners[nearest]->api_version));
    return sl_hint(err, "did you mean %s?", kz_id_shown(&shown, &near));
}

static int find_target(struct sl_build *build, struct kz_resmap *map, const struct kz_resource *patch,
                       struct kz_resource **out, struct sl_err *err)
{
    struct kz_id id = kz_original_id(patch);
    if (kz_resmap_any(build, map, &id, err) < 0)
        return -1;
    struct sl_shown shown;
    if (map->found.count == 1) {
        *out = map->found.items[0];
        return 0;
    }
    if (map->found.count == 0)
        (void)no_target(build, map, patch, err);
    else
        (void)kz_fail(build, patch->node->mark, err, "%zu resources match patch target %s", map->found.count,
                      kz_id_shown(&shown, &id));
    return -1;
}

/* -- the three fields -- */

static bool option(const struct kz_patch *patch, struct sl_str name)
{
    for (size_t i = 0; i < patch->options.count; i++)
        if (sl_str_equal(patch->options.items[i].key, name))
            return sl_str_equal(patch->options.items[i].value.text, SL_STR("true"));
    return false;
}

/* The patch's text, from its field or its file. */
static int text_of(struct sl_build *build, const struct kz_place *place, const struct kz_patch *patch,
                   const char *field, struct kz_text *out, struct sl_err *err)
{
    if (patch->text.text.len && patch->path.text.len)
        return kz_fail(build, patch->path.mark, err, "a patch has either %s or path, not both", field);
    *out = patch->text;
    if (patch->path.text.len)
        return kz_load(build, place, &patch->path, "patch", out, err);
    if (patch->text.text.len == 0)
        return kz_fail(build, patch->mark, err, "a patch needs %s or path", field);
    return 0;
}

static int apply_patches(struct sl_build *build, struct kz_resmap *map, const struct kz_patch *patch,
                         const struct kz_resources *patches, struct sl_err *err)
{
    if (patch->target && patches->count > 1)
        return kz_fail(build, patch->mark, err, "a patch with a target must be one, this is %zu",
                       patches->count);
    if (patch->target)
        return apply_to_selected(build, map, patch->target, patches->items[0], err);
    for (size_t i = 0; i < patches->count; i++) {
        struct kz_resource *target = NULL;
        if (find_target(build, map, patches->items[i], &target, err) < 0 ||
            kz_annotations_show(build, patches->items[i], err) < 0 ||
            apply_strategic(build, map, target, patches->items[i], err) < 0)
            return -1;
    }
    return 0;
}

/* A file of no bytes is to kustomize a JSON patch that does nothing, where it has a target. */
static int apply_nothing(struct sl_build *build, struct kz_resmap *map, const struct kz_selector *target,
                         struct sl_err *err)
{
    const struct sl_node *operations = sl_node_list(&build->doc);
    return operations ? apply_json(build, map, target, operations, true, err) : kz_no_memory(build, err);
}

static int transform_patch(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                           const struct kz_patch *patch, struct sl_err *err)
{
    struct kz_patch trimmed = *patch;
    trimmed.text.text = trim(patch->text.text);
    struct kz_text text = {{NULL, 0}, {0, 0, 0}};
    struct loaded loaded;
    if (text_of(build, place, &trimmed, "patch", &text, err) < 0)
        return -1;
    if (patch->path.text.len && text.text.len == 0 && patch->target)
        return apply_nothing(build, map, patch->target, err);
    if (load(build, &text, patch->path.text.len == 0, &loaded, err) < 0)
        return -1;
    struct sl_mark mark = patch->path.text.len ? patch->path.mark : patch->text.mark;
    if (loaded.operations && !patch->target)
        return kz_fail(build, patch->mark, err, "a JSON patch needs a target");
    if (loaded.operations)
        return apply_json(build, map, patch->target, loaded.operations, true, err);
    if (loaded.patches.count == 0)
        return kz_fail(build, mark, err, "this patch is empty");
    for (size_t i = 0; i < loaded.patches.count; i++) {
        struct kz_resource *one = loaded.patches.items[i];
        one->allow_name_change = option(patch, SL_STR("allowNameChange"));
        one->allow_kind_change = option(patch, SL_STR("allowKindChange"));
        /* Noting that in an annotation makes strings of the patch's others, and a null there deletes nothing. */
        bool noted = one->allow_name_change || one->allow_kind_change;
        if (noted && kz_resource_stringify(build, one, "annotations", err) < 0)
            return -1;
    }
    return apply_patches(build, map, patch, &loaded.patches, err);
}

int kz_transform_patch(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                       const struct kz_patch *patch, struct sl_err *err)
{
    build->patch_told = false;
    if (transform_patch(build, map, place, patch, err) < 0)
        return -1;
    if (!build->options.note_idle_patches || build->patch_told)
        return 0;
    struct kz_text entry = patch->path.text.len ? patch->path : patch->text;
    return kz_texts_add(build, &build->idle_patches, entry, err);
}

int kz_transform_json6902(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                          const struct kz_patch *patch, struct sl_err *err)
{
    if (!patch->target || patch->target->name.text.len == 0)
        return kz_fail(build, patch->mark, err, "an entry of patchesJson6902 needs a target with a name");
    struct kz_text text = {{NULL, 0}, {0, 0, 0}};
    struct sl_str name;
    struct sl_node *operations;
    bool is_inline = patch->path.text.len == 0;
    if (text_of(build, place, patch, "patch", &text, err) < 0 ||
        name_of(build, &text, is_inline, &name, err) < 0 ||
        read_operations(build, text.text, name, &operations, err) < 0)
        return -1;
    if (!operations || operations->kind != SL_LIST || operations->count == 0)
        return kz_fail(build, is_inline ? patch->text.mark : patch->path.mark, err,
                       "a JSON patch must be a list of operations");
    return apply_json(build, map, patch->target, operations, false, err);
}

static int apply_all(struct sl_build *build, struct kz_resmap *map, const struct kz_resources *patches,
                     struct sl_err *err)
{
    /* What the patch says has a place of its own, and for one inside a kustomization that place names the entry. */
    static const struct sl_mark nowhere;
    for (size_t i = 0; i < patches->count; i++) {
        struct kz_resource *target = NULL;
        struct kz_resource *copy = NULL;
        if (find_target(build, map, patches->items[i], &target, err) < 0 ||
            prepare_copy(build, patches->items[i], &copy, err) < 0 ||
            apply_copy(build, map, target, copy, err) < 0 ||
            kz_trace_patches_done(build, "patchesStrategicMerge", nowhere, err) < 0)
            return -1;
    }
    return 0;
}

int kz_transform_strategic(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                           const struct kz_texts *paths, const struct kz_text *text, struct sl_err *err)
{
    struct kz_resources patches = {0};
    for (size_t i = 0; i < paths->count; i++) {
        const struct kz_text *path = &paths->items[i];
        bool is_inline = sl_str_find(path->text, '\n') < path->text.len ||
                         sl_str_find(path->text, '{') < path->text.len || path->text.len == 0;
        struct kz_text loaded;
        if (is_inline ? kz_read_inline(build, path, &patches, err) < 0
                      : kz_load(build, place, path, "patch", &loaded, err) < 0 ||
                            kz_read_patches(build, loaded.text, build->doc.files[loaded.mark.file - 1],
                                            &patches, err) < 0)
            return -1;
    }
    if (text->text.len && kz_read_inline(build, text, &patches, err) < 0)
        return -1;
    if (patches.count == 0)
        return paths->count || text->text.len
                   ? kz_fail(build, paths->count ? paths->items[0].mark : text->mark, err,
                             "no patch is in here")
                   : kz_fail(build, text->mark, err, "a strategic merge patch needs paths or patches");
    return apply_all(build, map, &patches, err);
}
