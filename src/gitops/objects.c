#include "layout_parts.h"

#include "model/report.h"

static const char switch_name[] = "kustomize.toolkit.fluxcd.io/substitute";

/* Whether an object says that variables have no business in it. */
static bool is_switched_off(const struct sl_node *root)
{
    static const char *const places[] = {"annotations", "labels"};
    const struct sl_node *metadata = sl_node_get(root, "metadata");
    for (size_t i = 0; i < 2; i++) {
        struct sl_str value = sl_node_text(sl_node_get(sl_node_get(metadata, places[i]), switch_name));
        if (sl_str_equal(value, SL_STR("disabled")))
            return true;
    }
    return false;
}

/* NOLINTNEXTLINE(misc-no-recursion): the reader of documents limits their depth. */
static bool has_dollar(const struct sl_node *node)
{
    if (node->kind == SL_STRING)
        return sl_str_find(node->as.text, '$') < node->as.text.len;
    for (uint32_t i = 0; i < node->count; i++) {
        if (node->kind == SL_LIST ? has_dollar(node->as.items[i]) : has_dollar(node->as.entries[i].value))
            return true;
        if (node->kind == SL_MAP) {
            struct sl_str key = node->as.entries[i].key;
            if (sl_str_find(key, '$') < key.len)
                return true;
        }
    }
    return false;
}

int sl_layout_substitution(struct sl_substitution *out, struct sl_layout *layout, struct sl_reading *reading,
                           struct sl_err *err)
{
    *out = (struct sl_substitution){
        .doc = &reading->doc,
        .variables = layout->customer_file.variables,
        .findings = reading->findings,
        .trail = &layout->trail,
    };
    return sl_reading_path(reading, &out->file, layout->overlay_directory, SL_STR("cluster-config.yaml"),
                           err);
}

static int substitute(struct sl_object *object, const struct sl_build *build, size_t index,
                      const struct sl_substitution *substitution, struct sl_err *err)
{
    const struct sl_node *root = object->built.node;
    if (!has_dollar(root) || is_switched_off(root))
        return 0;
    struct sl_node *node = sl_node_copy(substitution->doc, object->doc, root);
    if (!node)
        return sl_node_fail(substitution->doc, err);
    if (sl_substitute(&node, substitution, node, err) < 0)
        return -1;
    object->built = sl_build_as(build, index, node);
    object->doc = substitution->doc;
    return 0;
}

int sl_layout_objects(struct sl_layout *layout, struct sl_reading *reading, struct sl_err *err)
{
    struct sl_substitution substitution;
    const struct sl_build *build = reading->build;
    size_t count = sl_build_count(build);
    layout->objects = sl_arena_array(&reading->doc.arena, count, sizeof *layout->objects);
    if (!layout->objects)
        return sl_fail_memory(err);
    if (sl_layout_substitution(&substitution, layout, reading, err) < 0)
        return -1;
    bool active = substitution.variables && substitution.variables->count > 0;
    for (; layout->object_count < count; layout->object_count++) {
        struct sl_object *object = &layout->objects[layout->object_count];
        *object =
            (struct sl_object){.built = sl_build_at(build, layout->object_count), .doc = sl_build_doc(build)};
        if (active && substitute(object, build, layout->object_count, &substitution, err) < 0)
            return -1;
        object->substituted = object->built.node;
    }
    return 0;
}
