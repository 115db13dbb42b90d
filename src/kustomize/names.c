#include "transformers.h"

#include "hash.h"
#include "scalar.h"

static int set_affix(struct sl_build *build, const void *context, struct sl_node *node, struct sl_err *err)
{
    const struct kz_affix *affix = context;
    if (!kz_is_scalar(node))
        return kz_fail(build, node->mark, err, "a name is expected here, this is %s",
                       sl_kind_name(node->kind));
    struct kz_digits digits;
    struct sl_str old = kz_scalar_text(node, &digits);
    struct sl_str none = {"", 0};
    struct sl_str text = affix->is_suffix ? kz_join(build, old, affix->text.text, none)
                                          : kz_join(build, affix->text.text, old, none);
    if (!text.ptr)
        return kz_no_memory(build, err);
    return kz_set_plain(build, node, text, err);
}

/* Kinds whose names are never changed: a CRD's is made of its other fields, others give their name to the
 * whole cluster. */
static bool keeps_its_name(const struct kz_gvk *gvk)
{
    return sl_str_equal(gvk->kind, SL_STR("CustomResourceDefinition")) ||
           sl_str_equal(gvk->kind, SL_STR("Namespace")) ||
           (sl_str_equal(gvk->kind, SL_STR("APIService")) &&
            sl_str_equal(gvk->group, SL_STR("apiregistration.k8s.io")));
}

static int remember_affix(struct sl_build *build, struct kz_resource *r, const struct kz_affix *affix,
                          struct sl_err *err)
{
    if (affix->text.text.len == 0)
        return 0;
    struct kz_texts *affixes = affix->is_suffix ? &r->suffixes : &r->prefixes;
    if (kz_texts_add(build, affixes, affix->text, err) < 0)
        return -1;
    return kz_resource_remember(build, r, err);
}

int kz_transform_affix(struct sl_build *build, struct kz_resmap *map, const struct kz_affix *affix,
                       struct sl_err *err)
{
    struct kz_setter setter = {set_affix, affix, SL_STRING};
    for (size_t i = 0; i < map->list.count; i++) {
        struct kz_resource *r = map->list.items[i];
        struct kz_gvk original = kz_original_id(r).gvk;
        if (keeps_its_name(&original))
            continue;
        for (size_t j = 0; j < affix->specs->count; j++) {
            struct kz_spec *spec = &affix->specs->items[j];
            if (!kz_gvk_selected(&original, &spec->gvk))
                continue;
            if (sl_str_equal(spec->path, SL_STR("metadata/name")) && remember_affix(build, r, affix, err) < 0)
                return -1;
            if (kz_gvk_selected(&r->gvk, &spec->gvk) && kz_spec_apply(build, spec, r->node, &setter, err) < 0)
                return -1;
        }
        if (kz_resmap_changed(build, map, r, err) < 0)
            return -1;
    }
    return 0;
}

int kz_transform_hash(struct sl_build *build, struct kz_resmap *map, struct sl_err *err)
{
    for (size_t i = 0; i < map->list.count; i++) {
        struct kz_resource *r = map->list.items[i];
        if (!r->needs_hash)
            continue;
        char hash[KZ_HASH_LENGTH + 1];
        if (kz_content_hash(build, r, hash, err) < 0 || kz_resource_remember(build, r, err) < 0)
            return -1;
        struct sl_str name = kz_join(build, r->name, SL_STR("-"), sl_str_from(hash));
        if (!name.ptr)
            return kz_no_memory(build, err);
        if (kz_resource_set_name(build, r, name, err) < 0 || kz_resmap_changed(build, map, r, err) < 0)
            return -1;
    }
    return 0;
}
