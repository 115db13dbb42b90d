#include "kustomize/build.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/yaml.h"
#include "origin.h"
#include "regex.h"
#include "scalar.h"
#include "target.h"
#include "trace.h"
#include "transformers.h"

#include <stdlib.h>

/* What kubectl calls the kustomize inside it. */
#define MANAGED_BY "kustomize-(devel)"

void kz_set_top(struct sl_build *build, const struct kz_kustomization *k)
{
    build->top = k;
    build->track_origin = k->build_metadata.count > 0;
    build->keep_origin = kz_texts_have(&k->build_metadata, SL_STR("originAnnotations"));
    build->keep_transformations = kz_texts_have(&k->build_metadata, SL_STR("transformerAnnotations"));
    if (kz_texts_have(&k->build_metadata, SL_STR("managedByLabel")))
        build->options.managed_by_label = true;
}

/* Takes out what is only for the build itself, and checks that patches left a resource of everything. */
static int drop_local(struct sl_build *build, struct kz_resmap *map, struct sl_err *err)
{
    for (size_t i = 0; i < map->list.count; i++) {
        struct kz_resource *r = map->list.items[i];
        if (kz_is_empty(r->node))
            continue;
        if (r->gvk.kind.len == 0 || (r->name.len == 0 && !sl_str_ends_with(r->gvk.kind, SL_STR("List"))))
            return kz_fail(build, r->node->mark, err, "after the build this resource has no %s",
                           r->gvk.kind.len ? "metadata.name" : "kind");
        const struct sl_node *annotations = kz_resource_meta(r, "annotations");
        const struct sl_node *local = sl_node_get(annotations, "config.kubernetes.io/local-config");
        struct kz_digits digits;
        if (local && !sl_str_equal(kz_scalar_text(local, &digits), SL_STR("false")))
            r->node = NULL;
    }
    map->has_empty = true;
    kz_resmap_drop_empty(map);
    return 0;
}

static int order(struct sl_build *build, struct kz_resmap *map, struct sl_err *err)
{
    if (build->top && build->top->sort_options)
        return kz_transform_order(build, map, build->top->sort_options, err);
    return build->options.order == SL_BUILD_ORDER_NONE ? 0 : kz_order_legacy(build, map, err);
}

static int label_managed(struct sl_build *build, struct kz_resmap *map, struct sl_err *err)
{
    if (!build->options.managed_by_label)
        return 0;
    struct kz_pair pair = {SL_STR("app.kubernetes.io/managed-by"), {SL_STR(MANAGED_BY), {0, 0, 0}}};
    struct kz_pairs pairs = {&pair, 1, 1, true};
    struct kz_spec spec = {.path = SL_STR("metadata/labels"), .create = true};
    struct kz_specs specs = {&spec, 1, 1};
    return kz_transform_pairs(build, map, &pairs, &specs, err);
}

/* kustomize's own annotations, which a file may have brought. */
static bool is_build_annotation(struct sl_str key)
{
    static const char *const keys[] = {
        "internal.config.kubernetes.io/previousKinds",
        "internal.config.kubernetes.io/previousNames",
        "internal.config.kubernetes.io/prefixes",
        "internal.config.kubernetes.io/suffixes",
        "internal.config.kubernetes.io/previousNamespaces",
        "internal.config.kubernetes.io/allowNameChange",
        "internal.config.kubernetes.io/allowKindChange",
        "internal.config.kubernetes.io/refBy",
        "internal.config.kubernetes.io/generatorBehavior",
        "internal.config.kubernetes.io/needsHashSuffix",
        "internal.config.kubernetes.io/path",
        "internal.config.kubernetes.io/index",
        "internal.config.kubernetes.io/seqindent",
        "internal.config.kubernetes.io/id",
        "internal.config.kubernetes.io/annotations-migration-resource-id",
        "config.kubernetes.io/path",
        "config.kubernetes.io/index",
        "config.k8s.io/id",
        "kustomize.config.k8s.io/helm-generated",
        "config.kubernetes.io/origin",
        "alpha.config.kubernetes.io/transformations",
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (sl_str_equal(key, sl_str_from(keys[i])))
            return true;
    return false;
}

static int finish_annotations(struct sl_build *build, struct kz_resource *r, struct sl_err *err)
{
    struct sl_node *annotations = kz_resource_meta(r, "annotations");
    size_t kept = 0;
    for (uint32_t i = 0; annotations && i < annotations->count; i++) {
        const struct sl_entry *entry = &annotations->as.entries[i];
        if (kz_key_check(build, entry->key, entry->key_mark, err) < 0)
            return -1;
        if (!is_build_annotation(entry->key))
            annotations->as.entries[kept++] = *entry;
    }
    if (annotations)
        annotations->count = (uint32_t)kept;
    if (kz_origin_annotate(build, r, err) < 0)
        return -1;
    return kz_resource_stringify(build, r, "annotations", err);
}

static int finish(struct sl_build *build, struct kz_accumulator *all, struct sl_err *err)
{
    static const struct sl_mark none;
    if (kz_transform_hash(build, &all->map, err) < 0 || kz_trace_done(build, "name hash", none, err) < 0 ||
        kz_fix_references(build, &all->map, all->config, err) < 0 ||
        kz_trace_done(build, "name reference", none, err) < 0 ||
        kz_vars_resolve(build, &all->vars, &all->map, all->config, err) < 0 ||
        kz_trace_done(build, "vars", none, err) < 0 || drop_local(build, &all->map, err) < 0 ||
        order(build, &all->map, err) < 0 || label_managed(build, &all->map, err) < 0)
        return -1;
    for (size_t i = 0; i < all->map.list.count; i++)
        if (finish_annotations(build, all->map.list.items[i], err) < 0)
            return -1;
    build->resources = all->map.list;
    return kz_trace_done(build, "buildMetadata", none, err);
}

static int run(struct sl_build *build, struct sl_str directory, struct sl_err *err)
{
    struct kz_target target = {.place = {kz_str(build, directory), NULL}, .origin_path = SL_STR("")};
    struct kz_accumulator all = {0};
    if (!target.place.directory.ptr)
        return kz_no_memory(build, err);
    if (kz_target_open(build, &target, err) < 0)
        return -1;
    kz_set_top(build, target.kustomization);
    if (kz_accumulate(build, &target, &all, err) < 0)
        return -1;
    return finish(build, &all, err);
}

static int run_stack(struct sl_build *build, const struct sl_build_level *levels, size_t level_count,
                     struct sl_err *err)
{
    struct kz_accumulator all = {0};
    if (level_count == 0)
        return 0;
    build->levels = levels;
    build->level = level_count - 1;
    if (kz_accumulate_stack(build, &all, err) < 0)
        return -1;
    return finish(build, &all, err);
}

static struct sl_build *new_build(struct sl_tree *tree, const struct sl_build_options *options)
{
    struct sl_build *build = calloc(1, sizeof *build);
    if (!build)
        return NULL;
    sl_doc_init(&build->doc);
    sl_map_init(&build->regexes);
    sl_buf_init(&build->work, 2 * SL_DOC_BYTES_MAX);
    build->tree = tree;
    build->kube = sl_kube_builtin();
    if (options)
        build->options = *options;
    return build;
}

int sl_build(struct sl_build **out, struct sl_tree *tree, struct sl_str directory,
             const struct sl_build_options *options, struct sl_err *err)
{
    SL_CLEANUP(sl_build_freep) struct sl_build *build = new_build(tree, options);
    if (!build)
        return sl_fail_memory(err);
    if (run(build, directory, err) < 0)
        return -1;
    *out = sl_steal(&build);
    return 0;
}

int sl_build_stack(struct sl_build **out, struct sl_tree *tree, const struct sl_build_level *levels,
                   size_t level_count, const struct sl_build_options *options, struct sl_err *err)
{
    SL_CLEANUP(sl_build_freep) struct sl_build *build = new_build(tree, options);
    if (!build)
        return sl_fail_memory(err);
    if (run_stack(build, levels, level_count, err) < 0)
        return -1;
    *out = sl_steal(&build);
    return 0;
}

void sl_build_free(struct sl_build *build)
{
    if (!build)
        return;
    kz_regex_release_all(build);
    sl_map_release(&build->regexes);
    sl_buf_release(&build->work);
    sl_kube_free(build->own_kube);
    sl_doc_release(&build->doc);
    free(build);
}

void sl_build_freep(struct sl_build **build)
{
    sl_build_free(*build);
    *build = NULL;
}

size_t sl_build_count(const struct sl_build *build)
{
    return build->resources.count;
}

struct sl_built sl_build_at(const struct sl_build *build, size_t index)
{
    const struct kz_resource *r = build->resources.items[index];
    return (struct sl_built){.node = r->node,
                             .api_version = r->api_version,
                             .kind = r->gvk.kind,
                             .name = r->name,
                             .space = r->space,
                             .effective_space = kz_effective_space(r->cluster, r->space),
                             .cluster = r->cluster,
                             .file = r->file};
}

struct sl_built sl_build_as(const struct sl_build *build, size_t index, const struct sl_node *node)
{
    const struct sl_node *metadata = sl_node_get(node, "metadata");
    struct sl_built built = sl_build_at(build, index);
    built.node = node;
    built.api_version = sl_node_text(sl_node_get(node, "apiVersion"));
    built.kind = sl_node_text(sl_node_get(node, "kind"));
    built.name = sl_node_text(sl_node_get(metadata, "name"));
    built.space = sl_node_text(sl_node_get(metadata, "namespace"));
    built.cluster = sl_kube_scope_of(build->kube, built.api_version, built.kind) == SL_KUBE_CLUSTER;
    built.effective_space = kz_effective_space(built.cluster, built.space);
    return built;
}

const struct sl_doc *sl_build_doc(const struct sl_build *build)
{
    return &build->doc;
}

/* The innermost value that cannot be written: what is wrong with a resource stands there. */
static const struct sl_node *culprit(const struct sl_node *node, unsigned depth)
{
    bool is_map = node->kind == SL_MAP;
    uint32_t count = depth < SL_DOC_DEPTH_MAX && (is_map || node->kind == SL_LIST) ? node->count : 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct sl_node *inner = is_map ? node->as.entries[i].value : node->as.items[i];
        SL_CLEANUP(sl_buf_release) struct sl_buf out;
        sl_buf_init(&out, SL_DOC_BYTES_MAX);
        if (sl_yaml_write(&out, inner, &(struct sl_err){0}) < 0)
            return culprit(inner, depth + 1);
    }
    return node;
}

static int cannot_write(const struct sl_build *build, const struct kz_resource *r, struct sl_err *err)
{
    struct sl_shown shown;
    struct kz_id id = kz_current_id(r);
    const struct sl_node *node = culprit(r->node, 0);
    (void)sl_wrap(err, "%s cannot be written", kz_id_shown(&shown, &id));
    return kz_wrap(build, node->mark.file ? node->mark : r->node->mark, err);
}

int sl_build_write(const struct sl_build *build, struct sl_buf *out, struct sl_err *err)
{
    for (size_t i = 0; i < build->resources.count; i++) {
        const struct kz_resource *r = build->resources.items[i];
        if (i)
            sl_buf_text(out, "---\n");
        if (sl_yaml_write(out, r->node, err) < 0)
            return cannot_write(build, r, err);
    }
    return sl_buf_check(out, "the output", err);
}

size_t sl_build_warning_count(const struct sl_build *build)
{
    return build->warnings.count;
}

struct sl_str sl_build_warning(const struct sl_build *build, size_t index)
{
    return build->warnings.items[index].text;
}

size_t sl_build_idle_patch_count(const struct sl_build *build)
{
    return build->idle_patches.count;
}

struct sl_mark sl_build_idle_patch(const struct sl_build *build, size_t index)
{
    return build->idle_patches.items[index].mark;
}
