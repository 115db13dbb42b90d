#include "selector.h"

#include "annotations.h"
#include "regex.h"
#include "scalar.h"

struct patterns {
    const struct kz_regex *group, *version, *kind, *name, *space; /* NULL: anything */
};

static int pattern_of(struct sl_build *build, const struct kz_regex **out, const struct kz_text *text,
                      struct sl_err *err)
{
    *out = NULL;
    return text->text.len ? kz_regex_get(build, out, text, KZ_WHOLE, err) : 0;
}

static int compile(struct sl_build *build, struct patterns *out, const struct kz_selector *selector,
                   struct sl_err *err)
{
    if (pattern_of(build, &out->group, &selector->group, err) < 0 ||
        pattern_of(build, &out->version, &selector->version, err) < 0 ||
        pattern_of(build, &out->kind, &selector->kind, err) < 0 ||
        pattern_of(build, &out->name, &selector->name, err) < 0 ||
        pattern_of(build, &out->space, &selector->space, err) < 0)
        return -1;
    return 0;
}

static int match(struct sl_build *build, const struct kz_regex *regex, struct sl_str text, struct sl_err *err)
{
    return regex ? kz_regex_match(build, regex, text, err) : 1;
}

static int match_either(struct sl_build *build, const struct kz_regex *regex, struct sl_str a,
                        struct sl_str b, struct sl_err *err)
{
    int result = match(build, regex, a, err);
    return result ? result : match(build, regex, b, err);
}

int kz_annotations_match(struct sl_build *build, struct kz_resource *r, const struct kz_text *selector,
                         struct sl_err *err)
{
    bool seen = kz_annotations_meant(selector->text);
    if (seen && kz_annotations_show(build, r, err) < 0)
        return -1;
    int result = kz_labels_match(build, r, "annotations", selector, err);
    return seen && kz_annotations_take(build, r, err) < 0 ? -1 : result;
}

static int is_selected(struct sl_build *build, struct kz_resource *r, const struct kz_selector *selector,
                       const struct patterns *patterns, struct sl_err *err)
{
    struct kz_id original = kz_original_id(r), current = kz_current_id(r);
    int result = match_either(build, patterns->space, original.space, current.space, err);
    if (result > 0)
        result = match_either(build, patterns->name, original.name, current.name, err);
    if (result > 0)
        result = match(build, patterns->group, r->gvk.group, err);
    if (result > 0)
        result = match(build, patterns->version, r->gvk.version, err);
    if (result > 0)
        result = match(build, patterns->kind, r->gvk.kind, err);
    if (result > 0)
        result = kz_labels_match(build, r, "labels", &selector->labels, err);
    if (result > 0)
        result = kz_annotations_match(build, r, &selector->annotations, err);
    return result;
}

/* The resources to look at: by name or kind where one is given as it is. */
static int candidates(struct sl_build *build, struct kz_resmap *map, const struct kz_selector *selector,
                      struct kz_resources *out, struct sl_err *err)
{
    *out = map->list;
    if (selector->name.text.len && kz_regex_is_literal(selector->name.text)) {
        if (kz_resmap_named(build, map, selector->name.text, err) < 0)
            return -1;
        *out = map->found;
    } else if (selector->kind.text.len && kz_regex_is_literal(selector->kind.text)) {
        if (kz_resmap_of_kind(build, map, selector->kind.text, err) < 0)
            return -1;
        *out = map->found;
    }
    return 0;
}

int kz_select(struct sl_build *build, struct kz_resmap *map, const struct kz_selector *selector,
              struct sl_err *err)
{
    struct patterns patterns;
    struct kz_resources from;
    if (compile(build, &patterns, selector, err) < 0 || candidates(build, map, selector, &from, err) < 0)
        return -1;
    struct kz_resources *found = &map->found;
    size_t count = 0; /* grows slower than `from` is read, which may be the same array */
    for (size_t i = 0; i < from.count; i++) {
        struct kz_resource *r = from.items[i];
        if (kz_is_empty(r->node))
            continue;
        int selected = is_selected(build, r, selector, &patterns, err);
        if (selected < 0)
            return -1;
        if (!selected)
            continue;
        if (!kz_grow(build, &found->items, count, &found->capacity, sizeof(struct kz_resource *)))
            return kz_no_memory(build, err);
        found->items[count++] = r;
    }
    found->count = count;
    return 0;
}
