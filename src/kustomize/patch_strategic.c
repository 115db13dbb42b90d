#include "patch_apply.h"

#include "annotations.h"
#include "docops/strategic.h"
#include "scalar.h"
#include "selector.h"
#include "trace.h"

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
    if (kz_patch_remember(build, r->node, &before, err) < 0 ||
        (seen && kz_annotations_show(build, r, err) < 0))
        return -1;
    merged = r->node;
    if (!replaces_all(patch->node) &&
        sl_strategic_merge(&merged, &build->doc, r->node, patch->node, type_of(build, r, patch), err) < 0)
        return -1;
    r->node = kz_is_empty(merged) ? NULL : merged;
    if (!r->node) {
        kz_patch_note(build, before, NULL);
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
    kz_patch_note(build, before, r->node);
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

int kz_patch_each(struct sl_build *build, struct kz_resmap *map, const struct kz_patch *patch,
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

int kz_patch_as_copies(struct sl_build *build, struct kz_resmap *map, const struct kz_resources *patches,
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
