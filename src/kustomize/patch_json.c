#include "patch_apply.h"

#include "annotations.h"
#include "docops/json_patch.h"
#include "selector.h"
#include "trace.h"

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

static int apply_operations(struct sl_build *build, struct kz_resmap *map, struct kz_resource *r,
                            const struct sl_node *operations, struct sl_err *err)
{
    struct kz_id id = kz_current_id(r);
    struct sl_node *before;
    if (kz_patch_remember(build, r->node, &before, err) < 0)
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
    kz_patch_note(build, before, r->node);
    if (kz_resmap_changed(build, map, r, err) < 0)
        return -1;
    return kz_trace_patched(build, r, operations, err);
}

int kz_patch_json(struct sl_build *build, struct kz_resmap *map, const struct kz_selector *target,
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
