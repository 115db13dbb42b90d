#include "transformers.h"

#include "annotations.h"
#include "scalar.h"

#include <stdlib.h>

/*
 * kustomize makes one YAML node per label and object, and puts that very node wherever it adds the label: into the labels,
 * the selector, those of the template. What an overlay later writes into one of them is then in all of them. That is seen
 * in what it builds, so nodes are shared here in the same way.
 */
struct change {
    const struct kz_pair *pair;
    enum sl_style style; /* of what it adds: in quotes where YAML would not take it for text */
    enum sl_style
        before; /* of what it has last replaced in this object; unless ANY what it adds then has the same */
    struct sl_node *made; /* for the object at hand; NULL: not yet */
};

static int set_pair(struct sl_build *build, const void *context, struct sl_node *map, struct sl_err *err)
{
    struct change *change = *(struct change *const *)context;
    const struct kz_pair *pair = change->pair;
    if (map->kind == SL_NULL)
        return 0;
    if (map->kind != SL_MAP)
        return kz_fail(build, map->mark, err, "a map of strings is expected here, this is %s",
                       sl_kind_name(map->kind));
    struct sl_entry *entry = sl_node_entry(map, pair->key);
    struct sl_node *value = entry ? entry->value : change->made;
    if (!value) {
        if (kz_key_check(build, pair->key, pair->value.mark, err) < 0)
            return -1;
        change->made = value = sl_node_string(&build->doc, pair->value.text);
        if (!value)
            return kz_no_memory(build, err);
    }
    if (!entry && sl_map_add(&build->doc, map, pair->key, value, err) < 0)
        return -1;
    if (entry)
        change->before = value->kind == SL_STRING ? value->style : SL_STYLE_ANY;
    kz_set_string(value, pair->value.text);
    value->style = entry || change->before != SL_STYLE_ANY ? change->before : change->style;
    if (change->made)
        change->made->style = value->style;
    value->mark = pair->value.mark;
    return 0;
}

/* Whether the annotations are looked for, or kustomize's own are among the pairs. */
static bool sees_annotations(const struct kz_pairs *pairs, const struct kz_specs *specs)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (kz_annotations_meant(pairs->items[i].key))
            return true;
    for (size_t i = 0; i < specs->count; i++)
        if (!specs->items[i].create &&
            sl_str_starts_with(specs->items[i].path, SL_STR("metadata/annotations")))
            return true;
    return false;
}

static int compare_pairs(const void *a, const void *b)
{
    return sl_str_compare(((const struct kz_pair *)a)->key, ((const struct kz_pair *)b)->key);
}

/* One label after the other, in the order of their names, at all of its places: where one makes a map, the next finds it. */
static int set_all(struct sl_build *build, struct kz_resource *r, struct change *changes, size_t count,
                   const struct kz_specs *specs, struct sl_err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct change *context = &changes[i];
        struct kz_setter setter = {set_pair, &context, SL_MAP};
        context->made = NULL;
        context->before = SL_STYLE_ANY;
        if (kz_specs_apply(build, specs, r, &setter, err) < 0)
            return -1;
    }
    return 0;
}

static int changes_of(struct sl_build *build, const struct kz_pairs *pairs, struct change **out,
                      struct sl_err *err)
{
    struct kz_pair *sorted = kz_copy(build, pairs->items, pairs->count, sizeof *sorted);
    *out = kz_alloc(build, pairs->count * sizeof **out);
    if (!sorted || !*out)
        return kz_no_memory(build, err);
    qsort(sorted, pairs->count, sizeof *sorted, compare_pairs);
    for (size_t i = 0; i < pairs->count; i++) {
        int quoted = kz_needs_quotes(build, sorted[i].value.text, err);
        if (quoted < 0)
            return -1;
        (*out)[i] = (struct change){.pair = &sorted[i], .style = quoted ? SL_STYLE_QUOTED : SL_STYLE_ANY};
    }
    return 0;
}

int kz_transform_pairs(struct sl_build *build, struct kz_resmap *map, const struct kz_pairs *pairs,
                       const struct kz_specs *specs, struct sl_err *err)
{
    struct change *changes;
    if (pairs->count == 0)
        return 0;
    if (changes_of(build, pairs, &changes, err) < 0)
        return -1;
    bool seen = sees_annotations(pairs, specs);
    for (size_t i = 0; i < map->list.count; i++) {
        struct kz_resource *r = map->list.items[i];
        if ((seen && kz_annotations_show(build, r, err) < 0) ||
            set_all(build, r, changes, pairs->count, specs, err) < 0 ||
            (seen && kz_annotations_take(build, r, err) < 0))
            return -1;
    }
    return 0;
}
