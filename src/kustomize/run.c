#include "target.h"

#include "generators.h"
#include "origin.h"
#include "scalar.h"
#include "trace.h"
#include "transformers.h"

/* What a field of this kustomization did, as an origin; NULL when nobody asks. */
static int origin_of(struct sl_build *build, const struct kz_target *target, const char *kind,
                     const struct kz_origin **out, struct sl_err *err)
{
    *out = NULL;
    if (!build->track_origin)
        return 0;
    struct kz_origin *origin = kz_alloc(build, sizeof *origin);
    if (!origin)
        return kz_no_memory(build, err);
    origin->configured_in = kz_origin_path(build, target->origin_path, target->file);
    origin->api_version = SL_STR("builtin");
    origin->kind = sl_str_from(kind);
    if (!origin->configured_in.ptr)
        return kz_no_memory(build, err);
    *out = origin;
    return 0;
}

static int absorb(struct sl_build *build, struct kz_resmap *map, struct kz_resource *made, const char *field,
                  struct sl_mark mark, struct sl_err *err)
{
    size_t before = map->list.count;
    if (kz_resmap_absorb(build, map, made, err) < 0)
        return -1;
    return map->list.count > before ? kz_trace_come(build, made, field, mark, err)
                                    : kz_trace_done(build, field, mark, err);
}

static int generate_all(struct sl_build *build, const struct kz_target *target,
                        const struct kz_list *generators, bool is_secret, struct kz_accumulator *out,
                        struct sl_err *err)
{
    const struct kz_generator *items = generators->items;
    const struct kz_origin *origin;
    if (generators->count == 0)
        return 0;
    if (origin_of(build, target, is_secret ? "SecretGenerator" : "ConfigMapGenerator", &origin, err) < 0)
        return -1;
    for (size_t i = 0; i < generators->count; i++) {
        struct kz_resource *made;
        struct kz_generator generator = items[i];
        generator.is_secret = is_secret;
        if (kz_generate(build, &target->place, &generator, target->kustomization->generator_options, &made,
                        err) < 0)
            return -1;
        if (!made->origin)
            made->origin = origin;
        if (absorb(build, &out->map, made, is_secret ? "secretGenerator" : "configMapGenerator",
                   items[i].mark, err) < 0)
            return -1;
    }
    return 0;
}

int kz_run_generators(struct sl_build *build, const struct kz_target *target, struct kz_accumulator *out,
                      struct sl_err *err)
{
    const struct kz_kustomization *k = target->kustomization;
    if (generate_all(build, target, &k->config_maps, false, out, err) < 0 ||
        generate_all(build, target, &k->secrets, true, out, err) < 0)
        return -1;
    struct kz_resources configs = {0};
    if (kz_plugin_configs(build, target, &k->generators, &configs, err) < 0)
        return -1;
    for (size_t i = 0; i < configs.count; i++) {
        struct kz_resource *made;
        if (kz_plugin_generate(build, &target->place, configs.items[i], &made, err) < 0 ||
            kz_plugin_origin(build, configs.items[i], &made->origin, err) < 0 ||
            absorb(build, &out->map, made, "generators", configs.items[i]->node->mark, err) < 0)
            return -1;
    }
    return 0;
}

/* -- transformers -- */

struct run {
    struct sl_build *build;
    const struct kz_target *target;
    const struct kz_kustomization *k;
    const struct kz_config *config;
    struct kz_resmap *map;
    struct sl_err *err;
};

/* After each transformer: notes it where that is asked for, and drops what it deleted. */
static int note(const struct run *run, const char *kind)
{
    const struct kz_origin *origin;
    if (origin_of(run->build, run->target, kind, &origin, run->err) < 0)
        return -1;
    if (origin && kz_origin_changed(run->build, &run->map->list, origin, run->err) < 0)
        return -1;
    kz_resmap_drop_empty(run->map);
    return 0;
}

/* The same for whoever follows a field: the entry at `mark` of the kustomization's field has been done. */
static int done(const struct run *run, const char *kind, const char *field, struct sl_mark mark)
{
    return kz_trace_done(run->build, field, mark, run->err) < 0 ? -1 : note(run, kind);
}

static int patched(const struct run *run, const char *kind, const char *field, struct sl_mark mark)
{
    return kz_trace_patches_done(run->build, field, mark, run->err) < 0 ? -1 : note(run, kind);
}

/* Where the first of some pairs stands. */
static struct sl_mark mark_of(const struct kz_pairs *pairs)
{
    return pairs->count ? pairs->items[0].value.mark : (struct sl_mark){0, 0, 0};
}

static int run_patches(const struct run *run)
{
    static const struct kz_text none;
    const struct kz_place *place = &run->target->place;
    if (run->k->patches_strategic_merge.count &&
        (kz_transform_strategic(run->build, run->map, place, &run->k->patches_strategic_merge, &none,
                                run->err) < 0 ||
         note(run, "PatchStrategicMergeTransformer") < 0))
        return -1;
    const struct kz_patch *patches = run->k->patches.items;
    for (size_t i = 0; i < run->k->patches.count; i++)
        if (kz_transform_patch(run->build, run->map, place, &patches[i], run->err) < 0 ||
            patched(run, "PatchTransformer", "patches", patches[i].mark) < 0)
            return -1;
    return 0;
}

static int run_names(const struct run *run)
{
    if (run->k->space.text.len) {
        struct kz_namespace space = {.name = run->k->space, .specs = &run->config->sections[KZ_NAMESPACE]};
        if (kz_transform_namespace(run->build, run->map, &space, run->err) < 0 ||
            done(run, "NamespaceTransformer", "namespace", run->k->space.mark) < 0)
            return -1;
    }
    struct kz_affix prefix = {run->k->name_prefix, false, &run->config->sections[KZ_NAME_PREFIX]};
    struct kz_affix suffix = {run->k->name_suffix, true, &run->config->sections[KZ_NAME_SUFFIX]};
    if (prefix.text.text.len && (kz_transform_affix(run->build, run->map, &prefix, run->err) < 0 ||
                                 done(run, "PrefixTransformer", "namePrefix", run->k->name_prefix.mark) < 0))
        return -1;
    if (suffix.text.text.len && (kz_transform_affix(run->build, run->map, &suffix, run->err) < 0 ||
                                 done(run, "SuffixTransformer", "nameSuffix", run->k->name_suffix.mark) < 0))
        return -1;
    return 0;
}

/* The specs of an entry of `labels`: its own, those configured, and by its options those of selectors, of
 * templates, or metadata alone. */
static int label_specs(const struct run *run, const struct kz_label *label, struct kz_specs *out)
{
    struct kz_spec metadata = {.path = SL_STR("metadata/labels"), .create = true};
    const struct kz_specs *sections = run->config->sections;
    if (kz_specs_of(run->build, out, &label->fields, run->err) < 0 ||
        kz_specs_add_all(run->build, out, &sections[KZ_LABELS], run->err) < 0)
        return -1;
    if (label->include_selectors)
        return kz_specs_add_all(run->build, out, &sections[KZ_COMMON_LABELS], run->err);
    if (label->include_templates &&
        kz_specs_add_all(run->build, out, &sections[KZ_TEMPLATE_LABELS], run->err) < 0)
        return -1;
    return kz_specs_add(run->build, out, &metadata, label->mark, run->err);
}

static int run_labels(const struct run *run)
{
    const struct kz_label *labels = run->k->labels.items;
    for (size_t i = 0; i < run->k->labels.count; i++) {
        struct kz_specs specs = {0};
        if (label_specs(run, &labels[i], &specs) < 0 ||
            kz_transform_pairs(run->build, run->map, &labels[i].pairs, &specs, run->err) < 0 ||
            done(run, "LabelTransformer", "labels", labels[i].mark) < 0)
            return -1;
    }
    if ((run->k->labels.count || run->k->common_labels.count) &&
        (kz_transform_pairs(run->build, run->map, &run->k->common_labels,
                            &run->config->sections[KZ_COMMON_LABELS], run->err) < 0 ||
         done(run, "LabelTransformer", "commonLabels", mark_of(&run->k->common_labels)) < 0))
        return -1;
    if (run->k->common_annotations.count &&
        (kz_transform_pairs(run->build, run->map, &run->k->common_annotations,
                            &run->config->sections[KZ_COMMON_ANNOTATIONS], run->err) < 0 ||
         done(run, "AnnotationsTransformer", "commonAnnotations", mark_of(&run->k->common_annotations)) < 0))
        return -1;
    return 0;
}

static int run_values(const struct run *run)
{
    const struct kz_patch *patches = run->k->patches_json6902.items;
    for (size_t i = 0; i < run->k->patches_json6902.count; i++)
        if (kz_transform_json6902(run->build, run->map, &run->target->place, &patches[i], run->err) < 0 ||
            patched(run, "PatchJson6902Transformer", "patchesJson6902", patches[i].mark) < 0)
            return -1;
    const struct kz_replica *replicas = run->k->replicas.items;
    for (size_t i = 0; i < run->k->replicas.count; i++)
        if (kz_transform_replicas(run->build, run->map, &replicas[i], &run->config->sections[KZ_REPLICAS],
                                  run->err) < 0 ||
            done(run, "ReplicaCountTransformer", "replicas", replicas[i].mark) < 0)
            return -1;
    const struct kz_image *images = run->k->images.items;
    for (size_t i = 0; i < run->k->images.count; i++)
        if (kz_transform_image(run->build, run->map, &images[i], &run->config->sections[KZ_IMAGES],
                               run->err) < 0 ||
            done(run, "ImageTagTransformer", "images", images[i].mark) < 0)
            return -1;
    if (run->k->replacements.count &&
        (kz_transform_replacements(run->build, run->map, &run->target->place, &run->k->replacements,
                                   run->err) < 0 ||
         done(run, "ReplacementTransformer", "replacements", (struct sl_mark){0, 0, 0}) < 0))
        return -1;
    return 0;
}

static int run_plugin(const struct run *run, const struct kz_resource *config)
{
    const struct kz_origin *origin;
    if (kz_plugin_transform(run->build, &run->target->place, config, run->map, run->err) < 0 ||
        kz_plugin_origin(run->build, config, &origin, run->err) < 0)
        return -1;
    if (origin && kz_origin_changed(run->build, &run->map->list, origin, run->err) < 0)
        return -1;
    if (kz_trace_done(run->build, "transformers", config->node->mark, run->err) < 0)
        return -1;
    kz_resmap_drop_empty(run->map);
    return 0;
}

int kz_run_transformers(struct sl_build *build, const struct kz_target *target, struct kz_accumulator *out,
                        struct sl_err *err)
{
    struct run run = {build, target, target->kustomization, out->config, &out->map, err};
    struct kz_resources configs = {0};
    if (kz_plugin_configs(build, target, &target->kustomization->transformers, &configs, err) < 0 ||
        run_patches(&run) < 0 || run_names(&run) < 0 || run_labels(&run) < 0 || run_values(&run) < 0)
        return -1;
    for (size_t i = 0; i < configs.count; i++)
        if (run_plugin(&run, configs.items[i]) < 0)
            return -1;
    return 0;
}

/* -- validators -- */

static int copy_nodes(struct sl_build *build, const struct kz_resmap *map, struct sl_node ***out,
                      struct sl_err *err)
{
    *out = sl_arena_array(&build->doc.arena, map->list.count + 1, sizeof(struct sl_node *));
    if (!*out)
        return kz_no_memory(build, err);
    for (size_t i = 0; i < map->list.count; i++) {
        (*out)[i] = sl_node_copy(&build->doc, &build->doc, map->list.items[i]->node);
        if (!(*out)[i])
            return kz_no_memory(build, err);
    }
    return 0;
}

/* Whether nothing but the label was added; the label itself stays. */
static int check_unchanged(struct sl_build *build, const struct kz_resource *r, const struct sl_node *before,
                           bool *unchanged, struct sl_err *err)
{
    *unchanged = false;
    if (!r->node)
        return 0;
    struct sl_node *after = sl_node_copy(&build->doc, &build->doc, r->node);
    if (!after)
        return kz_no_memory(build, err);
    struct sl_node *metadata = sl_node_get(after, "metadata"), *labels = sl_node_get(metadata, "labels");
    if (labels && labels->kind == SL_MAP && kz_map_remove(labels, SL_STR("validated-by")) &&
        labels->count == 0)
        (void)kz_map_remove(metadata, SL_STR("labels"));
    *unchanged = sl_node_equal(after, before);
    return 0;
}

/* A validator is a transformer that may add the label "validated-by" and nothing else. */
int kz_run_validators(struct sl_build *build, const struct kz_target *target, struct kz_accumulator *out,
                      struct sl_err *err)
{
    struct kz_resources configs = {0};
    if (kz_plugin_configs(build, target, &target->kustomization->validators, &configs, err) < 0)
        return -1;
    for (size_t i = 0; i < configs.count; i++) {
        struct sl_node **before;
        size_t count = out->map.list.count;
        if (copy_nodes(build, &out->map, &before, err) < 0 ||
            kz_plugin_transform(build, &target->place, configs.items[i], &out->map, err) < 0)
            return -1;
        bool unchanged = out->map.list.count == count;
        for (size_t j = 0; j < count && unchanged; j++)
            if (check_unchanged(build, out->map.list.items[j], before[j], &unchanged, err) < 0)
                return -1;
        if (!unchanged)
            return kz_fail(build, configs.items[i]->node->mark, err, "this validator changes resources");
    }
    return 0;
}
