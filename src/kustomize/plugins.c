#include "target.h"

#include "doc/yaml.h"
#include "generators.h"
#include "origin.h"
#include "scalar.h"
#include "transformers.h"
#include "value_add.h"

/* What the configurations of all transformers together may say. */
struct plugin {
    struct sl_mark mark;
    struct kz_pairs annotations, labels, options;
    struct kz_list fields, replacements;
    struct kz_image *image;
    struct kz_replica *replica;
    struct kz_selector *target;
    struct kz_text path, patch, operations, patches, prefix, suffix, subjects;
    struct kz_texts paths;
    bool unset_only;
    struct kz_value_add value_add;
};

#define PLUGIN(name, type, member)                                                                           \
    {                                                                                                        \
        name, type, offsetof(struct plugin, member), NULL                                                    \
    }
#define PLUGIN_OF(name, type, member, shape)                                                                 \
    {                                                                                                        \
        name, type, offsetof(struct plugin, member), &(shape)                                                \
    }
static const struct kz_field plugin_fields[] = {
    PLUGIN("annotations", KZ_PAIRS, annotations),
    PLUGIN("labels", KZ_PAIRS, labels),
    PLUGIN("options", KZ_FLAGS, options),
    PLUGIN_OF("fieldSpecs", KZ_STRUCTS, fields, kz_field_spec_shape),
    PLUGIN_OF("replacements", KZ_STRUCTS, replacements, kz_replacement_shape),
    PLUGIN_OF("imageTag", KZ_STRUCT, image, kz_image_shape),
    PLUGIN_OF("replica", KZ_STRUCT, replica, kz_replica_shape),
    PLUGIN_OF("target", KZ_STRUCT, target, kz_selector_shape),
    PLUGIN("path", KZ_TEXT, path),
    PLUGIN("patch", KZ_TEXT, patch),
    PLUGIN("jsonOp", KZ_TEXT, operations),
    PLUGIN("patches", KZ_TEXT, patches),
    PLUGIN("paths", KZ_TEXTS, paths),
    PLUGIN("prefix", KZ_TEXT, prefix),
    PLUGIN("suffix", KZ_TEXT, suffix),
    PLUGIN("unsetOnly", KZ_BOOL, unset_only),
    PLUGIN("setRoleBindingSubjects", KZ_TEXT, subjects),
    PLUGIN("value", KZ_TEXT, value_add.value),
    PLUGIN_OF("targets", KZ_STRUCTS, value_add.targets, kz_value_target_shape),
    PLUGIN("targetFilePath", KZ_TEXT, value_add.file),
    KZ_FIELDS_END,
};
static const struct kz_shape plugin_shape = {"the configuration of a transformer", sizeof(struct plugin),
                                             plugin_fields};

struct call {
    struct sl_build *build;
    const struct kz_place *place;
    const struct kz_resource *config;
    struct plugin *plugin;
    struct kz_specs specs;
    struct kz_resmap *map;
    struct sl_err *err;
};

static int call_annotations(const struct call *c)
{
    return kz_transform_pairs(c->build, c->map, &c->plugin->annotations, &c->specs, c->err);
}

static int call_labels(const struct call *c)
{
    return kz_transform_pairs(c->build, c->map, &c->plugin->labels, &c->specs, c->err);
}

static int call_hash(const struct call *c)
{
    return kz_transform_hash(c->build, c->map, c->err);
}

static int call_image(const struct call *c)
{
    static const struct kz_image none;
    return kz_transform_image(c->build, c->map, c->plugin->image ? c->plugin->image : &none, &c->specs,
                              c->err);
}

static int call_namespace(const struct call *c)
{
    static const struct {
        struct sl_str name;
        enum kz_subjects subjects;
    } modes[] = {
        {SL_STR_INIT(""), KZ_SUBJECTS_DEFAULT},
        {SL_STR_INIT("defaultOnly"), KZ_SUBJECTS_DEFAULT},
        {SL_STR_INIT("allServiceAccounts"), KZ_SUBJECTS_ALL},
        {SL_STR_INIT("none"), KZ_SUBJECTS_NONE},
    };
    const struct sl_node *name = sl_node_get(sl_node_get(c->config->node, "metadata"), "namespace");
    struct kz_namespace space = {.name = {sl_node_text(name), name ? name->mark : c->plugin->mark},
                                 .unset_only = c->plugin->unset_only,
                                 .specs = &c->specs};
    size_t i = 0;
    while (i < 4 && !sl_str_equal(modes[i].name, c->plugin->subjects.text))
        i++;
    if (i == 4)
        return kz_fail(c->build, c->plugin->subjects.mark, c->err,
                       "setRoleBindingSubjects must be defaultOnly, allServiceAccounts or none");
    space.subjects = modes[i].subjects;
    return kz_transform_namespace(c->build, c->map, &space, c->err);
}

static int call_json6902(const struct call *c)
{
    struct kz_patch patch = {c->plugin->mark, c->plugin->path, c->plugin->operations, c->plugin->target, {0}};
    return kz_transform_json6902(c->build, c->map, c->place, &patch, c->err);
}

static int call_strategic(const struct call *c)
{
    struct kz_text patches = c->plugin->patches;
    if (!patches.mark.file)
        patches.mark = c->plugin->mark;
    return kz_transform_strategic(c->build, c->map, c->place, &c->plugin->paths, &patches, c->err);
}

static int call_patch(const struct call *c)
{
    struct kz_patch patch = {c->plugin->mark, c->plugin->path, c->plugin->patch, c->plugin->target,
                             c->plugin->options};
    return kz_transform_patch(c->build, c->map, c->place, &patch, c->err);
}

static int call_affix(const struct call *c, bool is_suffix)
{
    struct kz_affix affix = {is_suffix ? c->plugin->suffix : c->plugin->prefix, is_suffix, &c->specs};
    if (!c->plugin->fields.items)
        return kz_fail(c->build, c->plugin->mark, c->err, "a %s transformer needs fieldSpecs",
                       is_suffix ? "suffix" : "prefix");
    return kz_transform_affix(c->build, c->map, &affix, c->err);
}

static int call_prefix(const struct call *c)
{
    return call_affix(c, false);
}

static int call_suffix(const struct call *c)
{
    return call_affix(c, true);
}

static int call_prefix_suffix(const struct call *c)
{
    return call_affix(c, false) < 0 ? -1 : call_affix(c, true);
}

static int call_replacements(const struct call *c)
{
    return kz_transform_replacements(c->build, c->map, c->place, &c->plugin->replacements, c->err);
}

static int call_replicas(const struct call *c)
{
    static const struct kz_replica none;
    return kz_transform_replicas(c->build, c->map, c->plugin->replica ? c->plugin->replica : &none, &c->specs,
                                 c->err);
}

static int call_value_add(const struct call *c)
{
    return kz_transform_value_add(c->build, c->map, c->place, &c->plugin->value_add, c->plugin->mark, c->err);
}

static const struct {
    struct sl_str kind;
    int (*call)(const struct call *c);
} transformers[] = {
    {SL_STR_INIT("AnnotationsTransformer"), call_annotations},
    {SL_STR_INIT("HashTransformer"), call_hash},
    {SL_STR_INIT("ImageTagTransformer"), call_image},
    {SL_STR_INIT("LabelTransformer"), call_labels},
    {SL_STR_INIT("NamespaceTransformer"), call_namespace},
    {SL_STR_INIT("PatchJson6902Transformer"), call_json6902},
    {SL_STR_INIT("PatchStrategicMergeTransformer"), call_strategic},
    {SL_STR_INIT("PatchTransformer"), call_patch},
    {SL_STR_INIT("PrefixSuffixTransformer"), call_prefix_suffix},
    {SL_STR_INIT("PrefixTransformer"), call_prefix},
    {SL_STR_INIT("SuffixTransformer"), call_suffix},
    {SL_STR_INIT("ReplacementTransformer"), call_replacements},
    {SL_STR_INIT("ReplicaCountTransformer"), call_replicas},
    {SL_STR_INIT("ValueAddTransformer"), call_value_add},
};
enum { TRANSFORMER_COUNT = sizeof transformers / sizeof transformers[0] };

static int check_builtin(struct sl_build *build, const struct kz_resource *config, struct sl_err *err)
{
    struct sl_shown kind;
    if (sl_str_equal(config->api_version, SL_STR("builtin")))
        return 0;
    (void)kz_refuse(build, config->node->mark, err, "the plugin %s is a program of its own",
                    sl_shown(&kind, config->gvk.kind));
    return sl_hint(err, "a build starts no programs; what it makes must be in the repository");
}

int kz_plugin_transform(struct sl_build *build, const struct kz_place *place,
                        const struct kz_resource *config, struct kz_resmap *map, struct sl_err *err)
{
    struct plugin plugin = {0};
    struct call call = {build, place, config, &plugin, {0}, map, err};
    struct sl_shown kind;
    if (check_builtin(build, config, err) < 0)
        return -1;
    size_t i = 0;
    while (i < TRANSFORMER_COUNT && !sl_str_equal(transformers[i].kind, config->gvk.kind))
        i++;
    if (i == TRANSFORMER_COUNT)
        return kz_fail(build, config->node->mark, err, "there is no built-in transformer %s",
                       sl_shown(&kind, config->gvk.kind));
    if (kz_decode(build, &plugin, &plugin_shape, config->node, KZ_LENIENT, err) < 0 ||
        kz_specs_of(build, &call.specs, &plugin.fields, err) < 0)
        return -1;
    return transformers[i].call(&call);
}

int kz_plugin_generate(struct sl_build *build, const struct kz_place *place, const struct kz_resource *config,
                       struct kz_resource **out, struct sl_err *err)
{
    struct kz_generator generator = {0};
    struct sl_shown kind;
    bool secret = sl_str_equal(config->gvk.kind, SL_STR("SecretGenerator"));
    if (check_builtin(build, config, err) < 0)
        return -1;
    if (sl_str_equal(config->gvk.kind, SL_STR("IAMPolicyGenerator")))
        return kz_generate_account(build, config->node, out, err);
    if (sl_str_equal(config->gvk.kind, SL_STR("HelmChartInflationGenerator")))
        return kz_refuse(build, config->node->mark, err, "Helm charts cannot be rendered inside a build");
    if (!secret && !sl_str_equal(config->gvk.kind, SL_STR("ConfigMapGenerator")))
        return kz_fail(build, config->node->mark, err, "there is no built-in generator %s",
                       sl_shown(&kind, config->gvk.kind));
    if (kz_decode(build, &generator, &kz_generator_shape, config->node, KZ_LENIENT, err) < 0)
        return -1;
    generator.is_secret = secret;
    return kz_generate(build, place, &generator, NULL, out, err);
}

int kz_plugin_origin(struct sl_build *build, const struct kz_resource *config, const struct kz_origin **out,
                     struct sl_err *err)
{
    *out = NULL;
    if (!config->origin)
        return 0;
    struct kz_origin *origin = kz_alloc(build, sizeof *origin);
    if (!origin)
        return kz_no_memory(build, err);
    *origin = (struct kz_origin){.configured_in = config->origin->path,
                                 .api_version = config->api_version,
                                 .kind = config->gvk.kind,
                                 .name = config->name,
                                 .space = config->space};
    *out = origin;
    return 0;
}

static int add_inline(struct sl_build *build, const struct kz_target *target, const struct kz_text *entry,
                      struct kz_accumulator *out, struct sl_err *err)
{
    struct kz_resources resources = {0};
    struct kz_origin *origin = NULL;
    if (kz_read_inline(build, entry, &resources, err) < 0)
        return -1;
    if (build->track_origin) {
        origin = kz_alloc(build, sizeof *origin);
        if (!origin)
            return kz_no_memory(build, err);
        origin->path = kz_origin_path(build, target->origin_path, target->file);
        if (!origin->path.ptr)
            return kz_no_memory(build, err);
    }
    for (size_t i = 0; i < resources.count; i++) {
        resources.items[i]->origin = origin;
        if (kz_resmap_append(build, &out->map, resources.items[i], err) < 0)
            return -1;
    }
    return 0;
}

static bool is_inline(struct sl_str entry)
{
    return sl_str_find(entry, '\n') < entry.len || sl_str_find(entry, '{') < entry.len;
}

int kz_plugin_configs(struct sl_build *build, const struct kz_target *target, const struct kz_texts *entries,
                      struct kz_resources *out, struct sl_err *err)
{
    struct kz_accumulator all = {0};
    struct kz_texts paths = {0};
    for (size_t i = 0; i < entries->count; i++) {
        const struct kz_text *entry = &entries->items[i];
        if (is_inline(entry->text) ? add_inline(build, target, entry, &all, err) < 0
                                   : kz_texts_add(build, &paths, *entry, err) < 0)
            return -1;
    }
    if (kz_accumulate_paths(build, target, &paths, &all, err) < 0)
        return -1;
    *out = all.map.list;
    return 0;
}
