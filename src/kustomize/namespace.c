#include "transformers.h"

#include "scalar.h"

static int set_space(struct sl_build *build, const void *context, struct sl_node *node, struct sl_err *err)
{
    const struct kz_namespace *space = context;
    struct kz_digits digits;
    if (!kz_is_scalar(node))
        return kz_fail(build, node->mark, err, "a namespace is expected here, this is %s",
                       sl_kind_name(node->kind));
    if (space->unset_only && kz_scalar_text(node, &digits).len)
        return 0;
    kz_set_string(node, space->name.text);
    node->mark = space->name.mark;
    return 0;
}

static int set_metadata(struct sl_build *build, struct kz_resource *r, const struct kz_setter *setter,
                        struct sl_err *err)
{
    if (r->cluster)
        return 0;
    struct kz_spec spec = {.path = SL_STR("metadata/namespace"), .create = true};
    return kz_spec_apply(build, &spec, r->node, setter, err);
}

static bool is_role_binding(struct sl_str kind)
{
    return sl_str_equal(kind, SL_STR("RoleBinding")) || sl_str_equal(kind, SL_STR("ClusterRoleBinding"));
}

static int set_subject(struct sl_build *build, struct sl_node *subject, const struct kz_namespace *space,
                       struct sl_err *err)
{
    if (subject->kind == SL_NULL)
        return 0;
    if (subject->kind != SL_MAP)
        return kz_fail(build, subject->mark, err, "a subject must be a map, this is %s",
                       sl_kind_name(subject->kind));
    bool all = space->subjects == KZ_SUBJECTS_ALL;
    struct sl_str value = sl_node_text(sl_node_get(subject, all ? "kind" : "name"));
    if (!sl_str_equal(value, all ? SL_STR("ServiceAccount") : SL_STR("default")))
        return 0;
    struct sl_node *field;
    if (kz_map_need(build, subject, SL_STR("namespace"), SL_NULL, &field, err) < 0)
        return -1;
    return set_space(build, space, field, err);
}

static int set_subjects(struct sl_build *build, struct kz_resource *r, const struct kz_namespace *space,
                        struct sl_err *err)
{
    struct sl_node *subjects = sl_node_get(r->node, "subjects");
    if (space->subjects == KZ_SUBJECTS_NONE || kz_is_null(subjects))
        return 0;
    if (subjects->kind != SL_LIST)
        return kz_fail(build, subjects->mark, err, "subjects must be a list, this is %s",
                       sl_kind_name(subjects->kind));
    for (uint32_t i = 0; i < subjects->count; i++)
        if (set_subject(build, subjects->as.items[i], space, err) < 0)
            return -1;
    return 0;
}

int kz_namespace_apply(struct sl_build *build, struct kz_resource *r, const struct kz_namespace *space,
                       struct sl_err *err)
{
    struct kz_setter setter = {set_space, space, SL_STRING};
    bool binding = is_role_binding(r->gvk.kind);
    if (set_metadata(build, r, &setter, err) < 0 || (binding && set_subjects(build, r, space, err) < 0))
        return -1;
    for (size_t i = 0; space->specs && i < space->specs->count; i++) {
        struct kz_spec *spec = &space->specs->items[i];
        /* metadata.namespace is done; a name is a namespace only of the core Namespace */
        bool skip = sl_str_equal(spec->path, SL_STR("metadata/namespace")) ||
                    (sl_str_equal(spec->path, SL_STR("metadata/name")) &&
                     !sl_str_equal(r->api_version, SL_STR("v1"))) ||
                    (binding && is_role_binding(spec->gvk.kind) &&
                     sl_str_equal(spec->path, SL_STR("subjects/namespace")));
        if (!skip && kz_gvk_selected(&r->gvk, &spec->gvk) &&
            kz_spec_apply(build, spec, r->node, &setter, err) < 0)
            return -1;
    }
    return 0;
}

int kz_transform_namespace(struct sl_build *build, struct kz_resmap *map, const struct kz_namespace *space,
                           struct sl_err *err)
{
    if (space->name.text.len == 0)
        return 0;
    for (size_t i = 0; i < map->list.count; i++) {
        struct kz_resource *r = map->list.items[i];
        if (kz_is_empty(r->node))
            continue;
        if (kz_resource_remember(build, r, err) < 0 || kz_namespace_apply(build, r, space, err) < 0 ||
            kz_resmap_changed(build, map, r, err) < 0)
            return -1;
        struct kz_id id = kz_current_id(r);
        if (kz_resmap_current(build, map, &id, err) < 0)
            return -1;
        if (map->found.count > 1) {
            struct sl_shown shown;
            return kz_fail(build, space->name.mark, err, "with this namespace there are %zu resources %s",
                           map->found.count, kz_id_shown(&shown, &id));
        }
    }
    return 0;
}
