#include "data_map.h"

#include "scalar.h"

#include <sealift/text.h>

enum { BASE64_LINE = 70 };

static int put(struct sl_build *build, struct sl_node *root, const char *field, struct sl_str key,
               struct kz_text value, struct sl_err *err)
{
    struct sl_node *map;
    if (kz_map_need(build, root, sl_str_from(field), SL_MAP, &map, err) < 0)
        return -1;
    if (map->kind != SL_MAP)
        return kz_fail(build, map->mark, err, "%s must be a map, this is %s", field, sl_kind_name(map->kind));
    if (kz_map_text(build, map, key, value, err) < 0)
        return -1;
    /* What has lines is written as a block: a patch that lays a number upon it makes a text of it. */
    if (sl_str_find(value.text, '\n') < value.text.len)
        sl_node_entry(map, key)->value->style = SL_STYLE_QUOTED;
    return 0;
}

static size_t encode(char *out, struct sl_str bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = 0;
    for (size_t i = 0; i < bytes.len; i += 3) {
        uint32_t bits = 0;
        size_t have = bytes.len - i < 3 ? bytes.len - i : 3;
        for (size_t j = 0; j < 3; j++)
            bits = bits << 8 | (j < have ? (unsigned char)bytes.ptr[i + j] : 0U);
        for (size_t j = 0; j < 4; j++)
            out[len++] = j <= have ? digits[bits >> (18 - 6 * j) & 63] : '=';
    }
    return len;
}

static int base64(struct sl_build *build, struct sl_str bytes, struct sl_str *out, struct sl_err *err)
{
    size_t plain = (bytes.len + 2) / 3 * 4;
    char *text = kz_alloc(build, 2 * plain + plain / BASE64_LINE + 2);
    if (!text)
        return kz_no_memory(build, err);
    (void)encode(text, bytes);
    *out = (struct sl_str){text, plain};
    if (plain < BASE64_LINE)
        return 0;
    char *lines = text + plain;
    size_t len = 0;
    for (size_t i = 0; i < plain; i += BASE64_LINE) {
        size_t part = plain - i < BASE64_LINE ? plain - i : (size_t)BASE64_LINE;
        memcpy(lines + len, text + i, part);
        len += part;
        lines[len++] = '\n';
    }
    *out = (struct sl_str){lines, len};
    return 0;
}

int kz_data_add(struct sl_build *build, struct sl_node *root, struct sl_str key, struct kz_text value,
                struct sl_err *err)
{
    if (sl_utf8_valid(value.text))
        return put(build, root, "data", key, value, err);
    if (base64(build, value.text, &value.text, err) < 0)
        return -1;
    return put(build, root, "binaryData", key, value, err);
}

int kz_data_add_encoded(struct sl_build *build, struct sl_node *root, struct sl_str key, struct kz_text value,
                        struct sl_err *err)
{
    if (base64(build, value.text, &value.text, err) < 0)
        return -1;
    return put(build, root, "data", key, value, err);
}

/* Adds the entries of `from` that `map` of the resource has not, and makes all of them strings. */
static int merge_map(struct sl_build *build, struct sl_node *root, const char *field,
                     const struct sl_node *from, struct sl_err *err)
{
    struct sl_node *own = sl_node_get(root, field);
    size_t count = (from ? from->count : 0) + (own ? own->count : 0);
    if (count == 0) {
        (void)kz_map_remove(root, sl_str_from(field));
        return 0;
    }
    if (kz_map_need(build, root, sl_str_from(field), SL_MAP, &own, err) < 0)
        return -1;
    for (uint32_t i = 0; from && from->kind == SL_MAP && i < from->count; i++) {
        const struct sl_entry *entry = &from->as.entries[i];
        if (sl_node_entry(own, entry->key))
            continue;
        struct sl_str text = kz_is_null(entry->value) ? SL_STR("") : kz_scalar_keep(build, entry->value);
        if (!text.ptr)
            return kz_no_memory(build, err);
        if (put(build, root, field, entry->key, (struct kz_text){text, entry->value->mark}, err) < 0)
            return -1;
    }
    for (uint32_t i = 0; i < own->count; i++) {
        struct sl_str text = kz_scalar_keep(build, own->as.entries[i].value);
        if (!text.ptr)
            return kz_no_memory(build, err);
        kz_set_string(own->as.entries[i].value, text);
    }
    return 0;
}

static int merge_meta(struct sl_build *build, struct kz_resource *r, const struct kz_resource *old,
                      const char *field, struct sl_err *err)
{
    struct sl_node *metadata;
    if (kz_map_need(build, r->node, SL_STR("metadata"), SL_MAP, &metadata, err) < 0)
        return -1;
    return merge_map(build, metadata, field, kz_resource_meta(old, field), err);
}

int kz_take_over(struct sl_build *build, struct kz_resource *r, const struct kz_resource *old, bool merge,
                 struct sl_err *err)
{
    if (merge_meta(build, r, old, "labels", err) < 0 || merge_meta(build, r, old, "annotations", err) < 0 ||
        kz_resource_set_name(build, r, old->name, err) < 0 ||
        kz_resource_set_space(build, r, old->space, err) < 0)
        return -1;
    struct sl_node *data = sl_node_get(old->node, "data"), *binary = sl_node_get(old->node, "binaryData");
    if (merge && (merge_map(build, r->node, "data", data, err) < 0 ||
                  merge_map(build, r->node, "binaryData", binary, err) < 0))
        return -1;
    /* what kustomize remembers of a resource stays that of the old one */
    r->previous = old->previous;
    r->previous_count = old->previous_count;
    r->previous_capacity = 0;
    r->prefixes = old->prefixes;
    r->suffixes = old->suffixes;
    r->vars = old->vars;
    r->needs_hash = r->needs_hash && old->needs_hash;
    r->behavior = old->behavior;
    r->generated = old->generated;
    if (old->origin && (merge || !r->origin))
        r->origin = old->origin;
    if (r->transformations.count == 0)
        r->transformations = old->transformations;
    return 0;
}
