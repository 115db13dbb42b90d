#include "resource.h"

#include "base/cleanup.h"
#include "scalar.h"

#include <sealift/text.h>

#define INTERNAL "internal.config.kubernetes.io/"

/* The text of a field of metadata; empty where there is none. */
static struct sl_str meta_text(struct sl_build *build, const struct sl_node *metadata, const char *field)
{
    const struct sl_node *value = kz_is_empty(metadata) ? NULL : sl_node_get(metadata, field);
    if (kz_is_empty(value) || !kz_is_scalar(value))
        return SL_STR("");
    struct sl_str text = kz_scalar_keep(build, value);
    return text.ptr ? text : SL_STR("");
}

void kz_resource_refresh(struct sl_build *build, struct kz_resource *r)
{
    if (!r->node)
        return;
    const struct sl_node *metadata = sl_node_get(r->node, "metadata");
    r->api_version = meta_text(build, r->node, "apiVersion");
    r->gvk = kz_gvk_of(r->api_version, meta_text(build, r->node, "kind"));
    r->name = meta_text(build, metadata, "name");
    r->space = meta_text(build, metadata, "namespace");
    r->cluster = sl_kube_scope_of(build->kube, r->api_version, r->gvk.kind) == SL_KUBE_CLUSTER;
}

/* Splits a text at commas into `texts`. */
static int split(struct sl_build *build, struct kz_texts *texts, struct sl_str text, struct sl_err *err)
{
    for (;;) {
        size_t comma = sl_str_find(text, ',');
        struct kz_text part = {sl_str_slice(text, 0, comma), {0, 0, 0}};
        if (kz_texts_add(build, texts, part, err) < 0)
            return -1;
        if (comma == text.len)
            return 0;
        text = sl_str_slice(text, comma + 1, text.len);
    }
}

static int read_list(struct sl_build *build, const struct sl_node *annotations, const char *key,
                     struct kz_texts *out, struct sl_err *err)
{
    const struct sl_node *value = sl_node_get(annotations, key);
    return value ? split(build, out, sl_node_text(value), err) : 0;
}

/* kustomize reads its own annotations also where a file brings them. */
static int read_build_annotations(struct sl_build *build, struct kz_resource *r, struct sl_err *err)
{
    const struct sl_node *annotations = kz_resource_meta(r, "annotations");
    if (!annotations)
        return 0;
    r->needs_hash =
        sl_str_equal(sl_node_text(sl_node_get(annotations, INTERNAL "needsHashSuffix")), SL_STR("enabled"));
    struct kz_texts names = {0}, spaces = {0}, kinds = {0};
    if (read_list(build, annotations, INTERNAL "previousNames", &names, err) < 0 ||
        read_list(build, annotations, INTERNAL "previousNamespaces", &spaces, err) < 0 ||
        read_list(build, annotations, INTERNAL "previousKinds", &kinds, err) < 0 ||
        read_list(build, annotations, INTERNAL "prefixes", &r->prefixes, err) < 0 ||
        read_list(build, annotations, INTERNAL "suffixes", &r->suffixes, err) < 0)
        return -1;
    if (names.count != spaces.count || names.count != kinds.count)
        return kz_fail(
            build, r->node->mark, err,
            "the annotations previousNames, previousNamespaces and previousKinds must have the same "
            "number of parts");
    for (size_t i = 0; i < names.count; i++) {
        if (!kz_grow(build, &r->previous, r->previous_count, &r->previous_capacity, sizeof *r->previous))
            return kz_no_memory(build, err);
        r->previous[r->previous_count++] = (struct kz_previous){
            kinds.items[i].text, names.items[i].text, kz_effective_space(false, spaces.items[i].text)};
    }
    return 0;
}

int kz_resource_new(struct sl_build *build, struct kz_resource **out, struct sl_node *node,
                    struct sl_err *err)
{
    struct kz_resource *r = kz_alloc(build, sizeof *r);
    if (!r)
        return kz_no_memory(build, err);
    r->node = node;
    if (node->mark.file)
        r->file = build->doc.files[node->mark.file - 1];
    kz_resource_refresh(build, r);
    *out = r;
    return read_build_annotations(build, r, err);
}

int kz_resource_copy(struct sl_build *build, struct kz_resource **out, const struct kz_resource *resource,
                     struct sl_err *err)
{
    struct kz_resource *r = kz_copy(build, resource, 1, sizeof *r);
    if (!r)
        return kz_no_memory(build, err);
    r->node = sl_node_copy(&build->doc, &build->doc, resource->node);
    if (!r->node)
        return kz_no_memory(build, err);
    r->previous_capacity = 0; /* whoever grows a list first makes its own */
    r->prefixes.capacity = 0;
    r->suffixes.capacity = 0;
    r->vars.capacity = 0;
    r->transformations.capacity = 0;
    *out = r;
    return 0;
}

struct sl_str kz_effective_space(bool cluster, struct sl_str space)
{
    if (cluster)
        return KZ_CLUSTER_SPACE;
    return space.len ? space : SL_STR("default");
}

struct kz_id kz_current_id(const struct kz_resource *r)
{
    return (struct kz_id){r->gvk, r->name, kz_effective_space(r->cluster, r->space)};
}

struct kz_id kz_original_id(const struct kz_resource *r)
{
    if (r->previous_count == 0)
        return kz_current_id(r);
    const struct kz_previous *first = &r->previous[0];
    return (struct kz_id){{r->gvk.group, r->gvk.version, first->kind}, first->name, first->space};
}

bool kz_id_equal(const struct kz_id *a, const struct kz_id *b)
{
    return sl_str_equal(a->name, b->name) && kz_gvk_equal(&a->gvk, &b->gvk) &&
           sl_str_equal(a->space, b->space);
}

const char *kz_id_shown(struct sl_shown *shown, const struct kz_id *id)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf buf;
    sl_buf_init(&buf, 4096);
    sl_buf_str(&buf, id->gvk.kind.len ? id->gvk.kind : SL_STR("(no kind)"));
    sl_buf_byte(&buf, '/');
    sl_buf_str(&buf, id->name);
    bool placed = id->space.len && !sl_str_equal(id->space, SL_STR("default")) &&
                  !sl_str_equal(id->space, KZ_CLUSTER_SPACE);
    if (placed) {
        sl_buf_text(&buf, " in namespace ");
        sl_buf_str(&buf, id->space);
    }
    return sl_shown(shown, sl_buf_view(&buf));
}

int kz_resource_remember(struct sl_build *build, struct kz_resource *r, struct sl_err *err)
{
    if (!kz_grow(build, &r->previous, r->previous_count, &r->previous_capacity, sizeof *r->previous))
        return kz_no_memory(build, err);
    struct kz_id id = kz_current_id(r);
    r->previous[r->previous_count++] = (struct kz_previous){id.gvk.kind, id.name, id.space};
    return 0;
}

static int metadata_of(struct sl_build *build, struct kz_resource *r, struct sl_node **out,
                       struct sl_err *err)
{
    if (kz_map_need(build, r->node, SL_STR("metadata"), SL_MAP, out, err) < 0)
        return -1;
    if ((*out)->kind != SL_MAP)
        return kz_fail(build, (*out)->mark, err, "metadata must be a map, this is %s",
                       sl_kind_name((*out)->kind));
    return 0;
}

int kz_resource_set_name(struct sl_build *build, struct kz_resource *r, struct sl_str name,
                         struct sl_err *err)
{
    struct sl_node *metadata;
    struct sl_node *value;
    if (metadata_of(build, r, &metadata, err) < 0 ||
        kz_map_need(build, metadata, SL_STR("name"), SL_NULL, &value, err) < 0)
        return -1;
    if (value->kind == SL_NULL)
        kz_set_new(value, name);
    else if (kz_set_plain(build, value, name, err) < 0)
        return -1;
    r->name = name;
    return 0;
}

int kz_resource_set_space(struct sl_build *build, struct kz_resource *r, struct sl_str space,
                          struct sl_err *err)
{
    struct sl_node *metadata;
    if (metadata_of(build, r, &metadata, err) < 0)
        return -1;
    r->space = space;
    if (space.len == 0) {
        (void)kz_map_remove(metadata, SL_STR("namespace"));
        return 0;
    }
    struct sl_node *value;
    if (kz_map_need(build, metadata, SL_STR("namespace"), SL_NULL, &value, err) < 0)
        return -1;
    struct kz_digits digits;
    if (!sl_str_equal(kz_scalar_text(value, &digits), space))
        kz_set_string(value, space);
    return 0;
}

struct sl_node *kz_resource_meta(const struct kz_resource *r, const char *field)
{
    struct sl_node *node = r->node ? sl_node_get(sl_node_get(r->node, "metadata"), field) : NULL;
    return node && node->kind == SL_MAP ? node : NULL;
}

int kz_resource_stringify(struct sl_build *build, struct kz_resource *r, const char *field,
                          struct sl_err *err)
{
    struct sl_node *metadata = r->node ? sl_node_get(r->node, "metadata") : NULL;
    struct sl_node *map = sl_node_get(metadata, field);
    if (!map)
        return 0;
    if (map->kind != SL_MAP || map->count == 0) {
        (void)kz_map_remove(metadata, sl_str_from(field));
        return 0;
    }
    for (uint32_t i = 0; i < map->count; i++) {
        struct sl_node *value = map->as.entries[i].value;
        if (value->kind == SL_STRING) {
            value->style = SL_STYLE_ANY;
            continue;
        }
        struct sl_str text = kz_scalar_keep(build, value);
        if (!text.ptr)
            return kz_no_memory(build, err);
        kz_set_string(value, text);
    }
    return 0;
}
