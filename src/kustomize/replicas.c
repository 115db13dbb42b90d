#include "transformers.h"

#include "scalar.h"

static int set_count(struct sl_build *build, const void *context, struct sl_node *node, struct sl_err *err)
{
    const struct kz_replica *replica = context;
    if (!kz_is_scalar(node))
        return kz_fail(build, node->mark, err, "a number of replicas is expected here, this is %s",
                       sl_kind_name(node->kind));
    struct sl_node *number = sl_node_int(&build->doc, replica->count);
    if (!number)
        return kz_no_memory(build, err);
    *node = *number;
    node->mark = replica->mark;
    return 0;
}

/* Whether one of its ids has the name and a kind that the spec selects. */
static bool is_meant(const struct kz_resource *r, struct sl_str name, const struct kz_spec *spec)
{
    if (sl_str_equal(r->name, name) && kz_gvk_selected(&r->gvk, &spec->gvk))
        return true;
    for (size_t i = 0; i < r->previous_count; i++) {
        struct kz_gvk gvk = {r->gvk.group, r->gvk.version, r->previous[i].kind};
        if (sl_str_equal(r->previous[i].name, name) && kz_gvk_selected(&gvk, &spec->gvk))
            return true;
    }
    return false;
}

static int not_found(struct sl_build *build, const struct kz_resmap *map, const struct kz_replica *replica,
                     struct sl_err *err)
{
    struct sl_shown shown;
    (void)kz_fail(build, replica->mark, err, "there is nothing named \"%s\" whose replicas could be set",
                  sl_shown(&shown, replica->name.text));
    struct sl_str names[64];
    size_t count = 0;
    for (size_t i = 0; i < map->list.count && count < 64; i++)
        if (sl_node_get(sl_node_get(map->list.items[i]->node, "spec"), "replicas"))
            names[count++] = map->list.items[i]->name;
    ptrdiff_t nearest = sl_nearest(replica->name.text, names, count);
    return nearest < 0 ? -1 : sl_hint(err, "did you mean %s?", sl_shown(&shown, names[nearest]));
}

int kz_transform_replicas(struct sl_build *build, struct kz_resmap *map, const struct kz_replica *replica,
                          const struct kz_specs *specs, struct sl_err *err)
{
    struct kz_setter setter = {set_count, replica, SL_STRING};
    bool found = false;
    if (kz_resmap_named(build, map, replica->name.text, err) < 0)
        return -1;
    for (size_t i = 0; i < specs->count; i++) {
        for (size_t j = 0; j < map->found.count; j++) {
            struct kz_resource *r = map->found.items[j];
            if (!is_meant(r, replica->name.text, &specs->items[i]))
                continue;
            found = true;
            if (kz_gvk_selected(&r->gvk, &specs->items[i].gvk) &&
                kz_spec_apply(build, &specs->items[i], r->node, &setter, err) < 0)
                return -1;
        }
    }
    return found ? 0 : not_found(build, map, replica, err);
}
