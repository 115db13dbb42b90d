#include "transformers.h"

#include "scalar.h"

static int set_pairs(struct sl_build *build, const void *context, struct sl_node *node, struct sl_err *err)
{
    const struct kz_pairs *pairs = context;
    if (node->kind == SL_NULL)
        return 0;
    if (node->kind != SL_MAP)
        return kz_fail(build, node->mark, err, "a map of strings is expected here, this is %s",
                       sl_kind_name(node->kind));
    for (size_t i = 0; i < pairs->count; i++)
        if (kz_map_text(build, node, pairs->items[i].key, pairs->items[i].value, err) < 0)
            return -1;
    return 0;
}

int kz_transform_pairs(struct sl_build *build, struct kz_resmap *map, const struct kz_pairs *pairs,
                       const struct kz_specs *specs, struct sl_err *err)
{
    struct kz_setter setter = {set_pairs, pairs, SL_MAP};
    if (pairs->count == 0)
        return 0;
    for (size_t i = 0; i < map->list.count; i++)
        if (kz_specs_apply(build, specs, map->list.items[i], &setter, err) < 0)
            return -1;
    return 0;
}
