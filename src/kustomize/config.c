#include "config.h"
#include "kind_order.h"

static struct kz_gvk gvk_from(const char *group, const char *version, const char *kind)
{
    return (struct kz_gvk){sl_str_from(group), sl_str_from(version), sl_str_from(kind)};
}

static int append(struct sl_build *build, struct kz_specs *specs, const struct kz_spec *spec,
                  struct sl_err *err)
{
    if (!kz_grow(build, &specs->items, specs->count, &specs->capacity, sizeof *specs->items))
        return kz_no_memory(build, err);
    specs->items[specs->count++] = *spec;
    return 0;
}

static struct kz_reference *append_reference(struct sl_build *build, struct kz_config *config,
                                             const struct kz_gvk *referent)
{
    if (!kz_grow(build, &config->references, config->reference_count, &config->reference_capacity,
                 sizeof *config->references))
        return NULL;
    struct kz_reference *reference = &config->references[config->reference_count++];
    *reference = (struct kz_reference){*referent, {NULL, 0, 0}};
    return reference;
}

static int add_builtin_references(struct sl_build *build, struct kz_config *config, struct sl_err *err)
{
    struct kz_reference *last = NULL;
    for (size_t i = 0; i < kz_builtin_reference_count; i++) {
        const struct kz_builtin_reference *row = &kz_builtin_references[i];
        struct kz_gvk referent = gvk_from(row->referent_group, row->referent_version, row->referent_kind);
        if (!last || !kz_gvk_equal(&last->referent, &referent))
            last = append_reference(build, config, &referent);
        struct kz_spec spec = {.gvk = gvk_from(row->group, row->version, row->kind),
                               .path = sl_str_from(row->path)};
        if (!last)
            return kz_no_memory(build, err);
        if (append(build, &last->referrers, &spec, err) < 0)
            return -1;
    }
    return 0;
}

int kz_config_default(struct sl_build *build, const struct kz_config **out, struct sl_err *err)
{
    if (build->defaults) {
        *out = build->defaults;
        return 0;
    }
    struct kz_config *config = kz_alloc(build, sizeof *config);
    if (!config)
        return kz_no_memory(build, err);
    config->is_default = true;
    for (size_t i = 0; i < kz_builtin_spec_count; i++) {
        const struct kz_builtin_spec *row = &kz_builtin_specs[i];
        struct kz_spec spec = {.gvk = gvk_from(row->group, row->version, row->kind),
                               .path = sl_str_from(row->path),
                               .create = row->create};
        if (append(build, &config->sections[row->section], &spec, err) < 0)
            return -1;
    }
    if (add_builtin_references(build, config, err) < 0)
        return -1;
    build->defaults = config;
    *out = config;
    return 0;
}

struct kz_spec kz_spec_of(const struct kz_field_spec *field)
{
    return (struct kz_spec){.gvk = {field->group.text, field->version.text, field->kind.text},
                            .path = field->path.text,
                            .create = field->create};
}

int kz_specs_of(struct sl_build *build, struct kz_specs *out, const struct kz_list *fields,
                struct sl_err *err)
{
    const struct kz_field_spec *items = fields->items;
    for (size_t i = 0; i < fields->count; i++) {
        struct kz_spec spec = kz_spec_of(&items[i]);
        if (append(build, out, &spec, err) < 0)
            return -1;
    }
    return 0;
}

int kz_specs_add(struct sl_build *build, struct kz_specs *specs, const struct kz_spec *spec,
                 struct sl_mark mark, struct sl_err *err)
{
    for (size_t i = 0; i < specs->count; i++) {
        const struct kz_spec *there = &specs->items[i];
        if (!sl_str_equal(there->path, spec->path) || !kz_gvk_selected(&there->gvk, &spec->gvk))
            continue;
        if (there->create == spec->create)
            return 0;
        struct sl_shown shown;
        return kz_fail(build, mark, err, "two field specs for %s differ in `create`",
                       sl_shown(&shown, spec->path));
    }
    return append(build, specs, spec, err);
}

int kz_specs_add_all(struct sl_build *build, struct kz_specs *specs, const struct kz_specs *more,
                     struct sl_err *err)
{
    for (size_t i = 0; i < more->count; i++)
        if (kz_specs_add(build, specs, &more->items[i], (struct sl_mark){0, 0, 0}, err) < 0)
            return -1;
    return 0;
}

int kz_references_add(struct sl_build *build, struct kz_config *config, const struct kz_reference *reference,
                      struct sl_err *err)
{
    for (size_t i = 0; i < config->reference_count; i++)
        if (kz_gvk_equal(&config->references[i].referent, &reference->referent))
            return kz_specs_add_all(build, &config->references[i].referrers, &reference->referrers, err);
    struct kz_reference *added = append_reference(build, config, &reference->referent);
    if (!added)
        return kz_no_memory(build, err);
    return kz_specs_add_all(build, &added->referrers, &reference->referrers, err);
}

static int compare_part(struct sl_str a, struct sl_str b, const char *none)
{
    return sl_str_compare(a.len ? a : sl_str_from(none), b.len ? b : sl_str_from(none));
}

static int compare_gvk(const struct kz_gvk *a, const struct kz_gvk *b)
{
    int order = kz_kind_rank(a->kind) - kz_kind_rank(b->kind);
    if (order == 0)
        order = compare_part(a->group, b->group, "~G");
    if (order == 0)
        order = compare_part(a->version, b->version, "~V");
    return order ? order : compare_part(a->kind, b->kind, "~K");
}

/* Insertion keeps equals in their order, and the lists are nearly sorted. */
static void sort_specs(struct kz_specs *specs)
{
    for (size_t i = 1; i < specs->count; i++) {
        struct kz_spec spec = specs->items[i];
        size_t at = i;
        for (; at > 0 && compare_gvk(&spec.gvk, &specs->items[at - 1].gvk) < 0; at--)
            specs->items[at] = specs->items[at - 1];
        specs->items[at] = spec;
    }
}

static void sort_references(struct kz_config *config)
{
    for (size_t i = 1; i < config->reference_count; i++) {
        struct kz_reference reference = config->references[i];
        size_t at = i;
        for (; at > 0 && compare_gvk(&reference.referent, &config->references[at - 1].referent) < 0; at--)
            config->references[at] = config->references[at - 1];
        config->references[at] = reference;
    }
}

static int merge_into(struct sl_build *build, struct kz_config *config, const struct kz_config *more,
                      struct sl_err *err)
{
    for (int i = 0; i < KZ_SECTIONS; i++)
        if (kz_specs_add_all(build, &config->sections[i], &more->sections[i], err) < 0)
            return -1;
    for (size_t i = 0; i < more->reference_count; i++)
        if (kz_references_add(build, config, &more->references[i], err) < 0)
            return -1;
    return 0;
}

int kz_config_merge(struct sl_build *build, const struct kz_config **out, const struct kz_config *a,
                    const struct kz_config *b, struct sl_err *err)
{
    /* Merging is not without effect even where one side is empty: of two specs for the same field the second
     * is dropped where it covers the first. What is built in has no such pairs. */
    if ((!a || a->is_default) && (!b || b->is_default)) {
        *out = a ? a : b;
        return 0;
    }
    struct kz_config *config = kz_alloc(build, sizeof *config);
    if (!config)
        return kz_no_memory(build, err);
    if ((a && merge_into(build, config, a, err) < 0) || (b && merge_into(build, config, b, err) < 0))
        return -1;
    for (int i = 0; i < KZ_SECTIONS; i++)
        sort_specs(&config->sections[i]);
    sort_references(config);
    *out = config;
    return 0;
}
