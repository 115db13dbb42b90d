#include "resource.h"

#include "annotations.h"
#include "base/cleanup.h"
#include "scalar.h"

#include <sealift/text.h>

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
    return kz_annotations_read(build, r, err);
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
        struct sl_node **value = &map->as.entries[i].value;
        struct sl_mark mark = (*value)->mark;
        if (kz_key_check(build, map->as.entries[i].key, map->as.entries[i].key_mark, err) < 0)
            return -1;
        struct sl_str text = kz_scalar_keep(build, *value);
        /* A node of its own, whatever else the old one is shared with. */
        *value = text.ptr ? sl_node_string(&build->doc, text) : NULL;
        if (!*value)
            return kz_no_memory(build, err);
        (*value)->mark = mark;
    }
    return 0;
}

enum kz_behavior kz_behavior_of(struct sl_str text)
{
    if (sl_str_equal(text, SL_STR("create")))
        return KZ_CREATE;
    if (sl_str_equal(text, SL_STR("replace")))
        return KZ_REPLACE;
    return sl_str_equal(text, SL_STR("merge")) ? KZ_MERGE : KZ_UNSPECIFIED;
}
