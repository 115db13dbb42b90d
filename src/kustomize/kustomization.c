#include "kustomization.h"

#include "doc/yaml.h"
#include "scalar.h"

#include <sealift/text.h>

#define FIELD(type, name, kind, member)                                                                      \
    {                                                                                                        \
        name, kind, offsetof(struct type, member), NULL                                                      \
    }
#define FIELD_OF(type, name, kind, member, of)                                                               \
    {                                                                                                        \
        name, kind, offsetof(struct type, member), &(of)                                                     \
    }
#define SHAPE(type, what, fields)                                                                            \
    {                                                                                                        \
        what, sizeof(struct type), fields                                                                    \
    }

#define GVK_FIELDS(type)                                                                                     \
    FIELD(type, "group", KZ_TEXT, group), FIELD(type, "version", KZ_TEXT, version),                          \
        FIELD(type, "kind", KZ_TEXT, kind)
#define ID_FIELDS(type)                                                                                      \
    GVK_FIELDS(type), FIELD(type, "name", KZ_TEXT, name), FIELD(type, "namespace", KZ_TEXT, space)

static const struct kz_field field_spec_fields[] = {
    GVK_FIELDS(kz_field_spec),
    FIELD(kz_field_spec, "path", KZ_TEXT, path),
    FIELD(kz_field_spec, "create", KZ_BOOL, create),
    KZ_FIELDS_END,
};
const struct kz_shape kz_field_spec_shape = SHAPE(kz_field_spec, "a field spec", field_spec_fields);

static const struct kz_field selector_fields[] = {
    ID_FIELDS(kz_selector),
    FIELD(kz_selector, "annotationSelector", KZ_TEXT, annotations),
    FIELD(kz_selector, "labelSelector", KZ_TEXT, labels),
    KZ_FIELDS_END,
};
const struct kz_shape kz_selector_shape = SHAPE(kz_selector, "a selector", selector_fields);

static const struct kz_field patch_fields[] = {
    FIELD(kz_patch, "path", KZ_TEXT, path),
    FIELD(kz_patch, "patch", KZ_TEXT, text),
    FIELD_OF(kz_patch, "target", KZ_STRUCT, target, kz_selector_shape),
    FIELD(kz_patch, "options", KZ_FLAGS, options),
    KZ_FIELDS_END,
};
const struct kz_shape kz_patch_shape = SHAPE(kz_patch, "a patch", patch_fields);

static const struct kz_field image_fields[] = {
    FIELD(kz_image, "name", KZ_TEXT, name),
    FIELD(kz_image, "newName", KZ_TEXT, new_name),
    FIELD(kz_image, "tagSuffix", KZ_TEXT, tag_suffix),
    FIELD(kz_image, "newTag", KZ_TEXT, new_tag),
    FIELD(kz_image, "digest", KZ_TEXT, digest),
    KZ_FIELDS_END,
};
const struct kz_shape kz_image_shape = SHAPE(kz_image, "an image", image_fields);

static const struct kz_field replica_fields[] = {
    FIELD(kz_replica, "name", KZ_TEXT, name),
    FIELD(kz_replica, "count", KZ_INTEGER, count),
    KZ_FIELDS_END,
};
const struct kz_shape kz_replica_shape = SHAPE(kz_replica, "a replica count", replica_fields);

static const struct kz_field label_fields[] = {
    FIELD(kz_label, "pairs", KZ_PAIRS, pairs),
    FIELD(kz_label, "includeSelectors", KZ_BOOL, include_selectors),
    FIELD(kz_label, "includeTemplates", KZ_BOOL, include_templates),
    FIELD_OF(kz_label, "fields", KZ_STRUCTS, fields, kz_field_spec_shape),
    KZ_FIELDS_END,
};
static const struct kz_shape label_shape = SHAPE(kz_label, "an entry of labels", label_fields);

static const struct kz_field generator_options_fields[] = {
    FIELD(kz_generator_options, "labels", KZ_PAIRS, labels),
    FIELD(kz_generator_options, "annotations", KZ_PAIRS, annotations),
    FIELD(kz_generator_options, "disableNameSuffixHash", KZ_BOOL, disable_hash),
    FIELD(kz_generator_options, "immutable", KZ_BOOL, immutable),
    KZ_FIELDS_END,
};
static const struct kz_shape generator_options_shape =
    SHAPE(kz_generator_options, "options of a generator", generator_options_fields);

static const struct kz_field object_meta_fields[] = {
    FIELD(kz_object_meta, "name", KZ_TEXT, name),
    FIELD(kz_object_meta, "namespace", KZ_TEXT, space),
    FIELD(kz_object_meta, "labels", KZ_PAIRS, labels),
    FIELD(kz_object_meta, "annotations", KZ_PAIRS, annotations),
    KZ_FIELDS_END,
};
const struct kz_shape kz_object_meta_shape = SHAPE(kz_object_meta, "metadata", object_meta_fields);

#define GENERATOR_FIELDS                                                                                     \
    FIELD(kz_generator, "namespace", KZ_TEXT, space), FIELD(kz_generator, "name", KZ_TEXT, name),            \
        FIELD(kz_generator, "behavior", KZ_TEXT, behavior),                                                  \
        FIELD(kz_generator, "literals", KZ_TEXTS, literals), FIELD(kz_generator, "files", KZ_TEXTS, files),  \
        FIELD(kz_generator, "envs", KZ_TEXTS, envs), FIELD(kz_generator, "env", KZ_TEXT, env),               \
        FIELD_OF(kz_generator, "options", KZ_STRUCT, options, generator_options_shape)

static const struct kz_field config_map_fields[] = {GENERATOR_FIELDS, KZ_FIELDS_END};
static const struct kz_shape config_map_shape =
    SHAPE(kz_generator, "an entry of configMapGenerator", config_map_fields);
static const struct kz_field secret_fields[] = {
    GENERATOR_FIELDS,
    FIELD(kz_generator, "type", KZ_TEXT, type),
    KZ_FIELDS_END,
};
static const struct kz_shape secret_shape = SHAPE(kz_generator, "an entry of secretGenerator", secret_fields);
static const struct kz_field generator_fields[] = {
    GENERATOR_FIELDS,
    FIELD(kz_generator, "type", KZ_TEXT, type),
    FIELD_OF(kz_generator, "metadata", KZ_STRUCT, metadata, kz_object_meta_shape),
    KZ_FIELDS_END,
};
const struct kz_shape kz_generator_shape = SHAPE(kz_generator, "a generator", generator_fields);

static const struct kz_field field_options_fields[] = {
    FIELD(kz_field_options, "delimiter", KZ_TEXT, delimiter),
    FIELD(kz_field_options, "index", KZ_INTEGER, index),
    FIELD(kz_field_options, "encoding", KZ_TEXT, encoding),
    FIELD(kz_field_options, "create", KZ_BOOL, create),
    KZ_FIELDS_END,
};
static const struct kz_shape field_options_shape =
    SHAPE(kz_field_options, "options of a replacement", field_options_fields);

static const struct kz_field source_fields[] = {
    ID_FIELDS(kz_replacement_source),
    FIELD(kz_replacement_source, "fieldPath", KZ_TEXT, path),
    FIELD_OF(kz_replacement_source, "options", KZ_STRUCT, options, field_options_shape),
    KZ_FIELDS_END,
};
static const struct kz_shape source_shape =
    SHAPE(kz_replacement_source, "the source of a replacement", source_fields);

static const struct kz_field target_fields[] = {
    FIELD_OF(kz_replacement_target, "select", KZ_STRUCT, select, kz_selector_shape),
    FIELD_OF(kz_replacement_target, "reject", KZ_STRUCTS, reject, kz_selector_shape),
    FIELD(kz_replacement_target, "fieldPaths", KZ_TEXTS, paths),
    FIELD_OF(kz_replacement_target, "options", KZ_STRUCT, options, field_options_shape),
    KZ_FIELDS_END,
};
static const struct kz_shape target_shape =
    SHAPE(kz_replacement_target, "a target of a replacement", target_fields);

static const struct kz_field replacement_fields[] = {
    FIELD(kz_replacement, "path", KZ_TEXT, path),
    FIELD_OF(kz_replacement, "source", KZ_STRUCT, source, source_shape),
    FIELD_OF(kz_replacement, "targets", KZ_STRUCTS, targets, target_shape),
    KZ_FIELDS_END,
};
const struct kz_shape kz_replacement_shape = SHAPE(kz_replacement, "a replacement", replacement_fields);

static const struct kz_field var_object_fields[] = {
    FIELD(kz_var_object, "apiVersion", KZ_TEXT, api_version),
    ID_FIELDS(kz_var_object),
    KZ_FIELDS_END,
};
static const struct kz_shape var_object_shape = SHAPE(kz_var_object, "objref of a var", var_object_fields);
static const struct kz_field var_field_fields[] = {
    FIELD(kz_var_field, "fieldPath", KZ_TEXT, path),
    KZ_FIELDS_END,
};
static const struct kz_shape var_field_shape = SHAPE(kz_var_field, "fieldref of a var", var_field_fields);
static const struct kz_field var_fields[] = {
    FIELD(kz_var, "name", KZ_TEXT, name),
    FIELD_OF(kz_var, "objref", KZ_STRUCT, object, var_object_shape),
    FIELD_OF(kz_var, "fieldref", KZ_STRUCT, field, var_field_shape),
    KZ_FIELDS_END,
};
static const struct kz_shape var_shape = SHAPE(kz_var, "a var", var_fields);

static const struct kz_field legacy_order_fields[] = {
    FIELD(kz_legacy_order, "orderFirst", KZ_TEXTS, first),
    FIELD(kz_legacy_order, "orderLast", KZ_TEXTS, last),
    KZ_FIELDS_END,
};
static const struct kz_shape legacy_order_shape =
    SHAPE(kz_legacy_order, "legacySortOptions", legacy_order_fields);
static const struct kz_field sort_options_fields[] = {
    FIELD(kz_sort_options, "order", KZ_TEXT, order),
    FIELD_OF(kz_sort_options, "legacySortOptions", KZ_STRUCT, legacy, legacy_order_shape),
    KZ_FIELDS_END,
};
const struct kz_shape kz_sort_options_shape = SHAPE(kz_sort_options, "sortOptions", sort_options_fields);

static const struct kz_field kustomization_fields[] = {
    FIELD(kz_kustomization, "kind", KZ_TEXT, kind),
    FIELD(kz_kustomization, "apiVersion", KZ_TEXT, api_version),
    FIELD_OF(kz_kustomization, "metadata", KZ_STRUCT, metadata, kz_object_meta_shape),
    FIELD(kz_kustomization, "openapi", KZ_PAIRS, openapi),
    FIELD(kz_kustomization, "namePrefix", KZ_TEXT, name_prefix),
    FIELD(kz_kustomization, "nameSuffix", KZ_TEXT, name_suffix),
    FIELD(kz_kustomization, "namespace", KZ_TEXT, space),
    FIELD(kz_kustomization, "commonLabels", KZ_PAIRS, common_labels),
    FIELD_OF(kz_kustomization, "labels", KZ_STRUCTS, labels, label_shape),
    FIELD(kz_kustomization, "commonAnnotations", KZ_PAIRS, common_annotations),
    FIELD(kz_kustomization, "patchesStrategicMerge", KZ_TEXTS, patches_strategic_merge),
    FIELD_OF(kz_kustomization, "patchesJson6902", KZ_STRUCTS, patches_json6902, kz_patch_shape),
    FIELD_OF(kz_kustomization, "patches", KZ_STRUCTS, patches, kz_patch_shape),
    FIELD_OF(kz_kustomization, "images", KZ_STRUCTS, images, kz_image_shape),
    FIELD_OF(kz_kustomization, "imageTags", KZ_STRUCTS, image_tags, kz_image_shape),
    FIELD_OF(kz_kustomization, "replacements", KZ_STRUCTS, replacements, kz_replacement_shape),
    FIELD_OF(kz_kustomization, "replicas", KZ_STRUCTS, replicas, kz_replica_shape),
    FIELD_OF(kz_kustomization, "vars", KZ_STRUCTS, vars, var_shape),
    FIELD_OF(kz_kustomization, "sortOptions", KZ_STRUCT, sort_options, kz_sort_options_shape),
    FIELD(kz_kustomization, "resources", KZ_TEXTS, resources),
    FIELD(kz_kustomization, "components", KZ_TEXTS, components),
    FIELD(kz_kustomization, "crds", KZ_TEXTS, crds),
    FIELD(kz_kustomization, "bases", KZ_TEXTS, bases),
    FIELD_OF(kz_kustomization, "configMapGenerator", KZ_STRUCTS, config_maps, config_map_shape),
    FIELD_OF(kz_kustomization, "secretGenerator", KZ_STRUCTS, secrets, secret_shape),
    FIELD(kz_kustomization, "helmGlobals", KZ_NODE, helm_globals),
    FIELD(kz_kustomization, "helmCharts", KZ_NODE, helm_charts),
    FIELD(kz_kustomization, "helmChartInflationGenerator", KZ_NODE, helm_inflation),
    FIELD_OF(kz_kustomization, "generatorOptions", KZ_STRUCT, generator_options, generator_options_shape),
    FIELD(kz_kustomization, "configurations", KZ_TEXTS, configurations),
    FIELD(kz_kustomization, "generators", KZ_TEXTS, generators),
    FIELD(kz_kustomization, "transformers", KZ_TEXTS, transformers),
    FIELD(kz_kustomization, "validators", KZ_TEXTS, validators),
    FIELD(kz_kustomization, "buildMetadata", KZ_TEXTS, build_metadata),
    KZ_FIELDS_END,
};
static const struct kz_shape kustomization_shape =
    SHAPE(kz_kustomization, "a kustomization", kustomization_fields);

static int warn(struct sl_build *build, const struct sl_node *root, const char *old, const char *now,
                struct sl_err *err)
{
    const struct sl_node *node = sl_node_get(root, old);
    if (kz_is_null(node))
        return 0;
    char place[512];
    sl_buf_reset(&build->work);
    sl_buf_printf(&build->work, "%s: '%s' is deprecated; use '%s' instead",
                  sl_mark_text(place, sizeof place, &build->doc, node->mark), old, now);
    struct kz_text text = {kz_str(build, sl_buf_view(&build->work)), node->mark};
    if (!text.text.ptr)
        return kz_no_memory(build, err);
    return kz_texts_add(build, &build->warnings, text, err);
}

static int warn_of_deprecated(struct sl_build *build, const struct sl_node *root, struct sl_err *err)
{
    static const struct {
        const char *old, *now;
    } fields[] = {
        {"bases", "resources"},         {"commonLabels", "labels"}, {"imageTags", "images"},
        {"patchesJson6902", "patches"}, {"vars", "replacements"},   {"patchesStrategicMerge", "patches"},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (warn(build, root, fields[i].old, fields[i].now, err) < 0)
            return -1;
    return 0;
}

/* Whether the file says anything at all, as kustomize sees it: an empty list is something, "" is nothing. */
static bool says_something(const struct sl_node *root)
{
    static const char *const moved[] = {"bases", "imageTags", "helmChartInflationGenerator"};
    for (uint32_t i = 0; i < root->count; i++) {
        const struct sl_entry *entry = &root->as.entries[i];
        const struct sl_node *value = entry->value;
        if (sl_str_equal(entry->key, SL_STR("kind")) || sl_str_equal(entry->key, SL_STR("apiVersion")))
            continue;
        bool nothing = value->kind == SL_NULL || (value->kind == SL_STRING && value->as.text.len == 0);
        for (size_t j = 0; j < sizeof moved / sizeof moved[0]; j++)
            if (sl_str_equal(entry->key, sl_str_from(moved[j])) && value->count == 0)
                nothing = true;
        if (!nothing)
            return true;
    }
    return false;
}

static int append_list(struct sl_build *build, struct kz_list *list, const struct kz_list *more, size_t size,
                       struct sl_err *err)
{
    if (more->count == 0)
        return 0;
    char *items = sl_arena_array(&build->doc.arena, list->count + more->count, size);
    if (!items)
        return kz_no_memory(build, err);
    if (list->count)
        memcpy(items, list->items, list->count * size);
    memcpy(items + list->count * size, more->items, more->count * size);
    *list = (struct kz_list){items, list->count + more->count};
    return 0;
}

static int move_env(struct sl_build *build, const struct kz_list *generators, struct sl_err *err)
{
    struct kz_generator *items = generators->items;
    for (size_t i = 0; i < generators->count; i++)
        if (items[i].env.text.len && kz_texts_add(build, &items[i].envs, items[i].env, err) < 0)
            return -1;
    return 0;
}

static int apply_deprecated(struct sl_build *build, struct kz_kustomization *k, struct sl_err *err)
{
    for (size_t i = 0; i < k->bases.count; i++)
        if (kz_texts_add(build, &k->resources, k->bases.items[i], err) < 0)
            return -1;
    if (append_list(build, &k->images, &k->image_tags, sizeof(struct kz_image), err) < 0 ||
        move_env(build, &k->config_maps, err) < 0 || move_env(build, &k->secrets, err) < 0)
        return -1;
    return 0;
}

static int check(struct sl_build *build, struct kz_kustomization *k, struct sl_err *err)
{
    struct sl_shown shown;
    if (k->kind.text.len == 0)
        k->kind.text = SL_STR("Kustomization");
    k->is_component = sl_str_equal(k->kind.text, SL_STR("Component"));
    if (!k->is_component && !sl_str_equal(k->kind.text, SL_STR("Kustomization")))
        return kz_fail(build, k->kind.mark, err, "kind must be Kustomization or Component, this is \"%s\"",
                       sl_shown(&shown, k->kind.text));
    struct sl_str version = k->is_component ? SL_STR("kustomize.config.k8s.io/v1alpha1")
                                            : SL_STR("kustomize.config.k8s.io/v1beta1");
    if (k->api_version.text.len && !sl_str_equal(k->api_version.text, version))
        return kz_fail(build, k->api_version.mark, err,
                       "apiVersion of a " SL_FMT " must be " SL_FMT ", this is \"%s\"", SL_ARG(k->kind.text),
                       SL_ARG(version), sl_shown(&shown, k->api_version.text));
    const struct sl_node *helm[] = {k->helm_charts, k->helm_inflation};
    for (size_t i = 0; i < 2; i++)
        if (helm[i] && helm[i]->count) {
            (void)kz_refuse(build, helm[i]->mark, err, "Helm charts cannot be rendered inside a build");
            return sl_hint(err, "render the chart with `helm template` and list the result under resources");
        }
    return 0;
}

int kz_kustomization_read(struct sl_build *build, struct kz_kustomization **out, struct sl_str text,
                          struct sl_str name, struct sl_err *err)
{
    struct sl_node *root;
    const struct sl_doc_text file = {text, name, SL_YAML_KUSTOMIZATION};
    if (sl_doc_cache_read_one(build->options.cache, &root, &build->doc, &file, err) < 0)
        return -1;
    struct kz_kustomization *k = kz_alloc(build, sizeof *k);
    if (!k)
        return kz_no_memory(build, err);
    if (!kz_is_null(root) && kz_decode(build, k, &kustomization_shape, root, KZ_STRICT, err) < 0)
        return -1;
    k->is_blank = kz_is_empty(root);
    k->is_empty = kz_is_null(root) || !says_something(root);
    if (warn_of_deprecated(build, root, err) < 0 || apply_deprecated(build, k, err) < 0 ||
        check(build, k, err) < 0)
        return -1;
    *out = k;
    return 0;
}
