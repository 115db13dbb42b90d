#include "transformers.h"

#include "regex.h"
#include "scalar.h"

#include <sealift/text.h>

struct change {
    const struct kz_image *image;
    bool is_simple; /* the name needs no regular expression */
};

static bool is_tag_char(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           (byte && strchr("_.{}-", byte));
}

/* The same as the pattern, for a name in which only "." is special. */
static bool simple_match(struct sl_str name, struct sl_str value)
{
    size_t at = 0;
    for (size_t i = 0; i < name.len; i++) {
        uint32_t code;
        bool any = name.ptr[i] == '.' && at < value.len && value.ptr[at] != '\n';
        if (!any && (at == value.len || value.ptr[at] != name.ptr[i]))
            return false;
        size_t len = any ? sl_utf8_decode(sl_str_slice(value, at, value.len), &code) : 1;
        at += len ? len : 1;
    }
    struct sl_str rest = sl_str_slice(value, at, value.len);
    at = 0;
    if (at < rest.len && rest.ptr[at] == ':')
        for (at++; at < rest.len && is_tag_char(rest.ptr[at]);)
            at++;
    struct sl_str digest = SL_STR("@sha256:");
    if (at < rest.len && sl_str_starts_with(sl_str_slice(rest, at, rest.len), digest))
        for (at += digest.len; at < rest.len && is_tag_char(rest.ptr[at]);)
            at++;
    return at == rest.len;
}

static bool is_simple(struct sl_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char byte = name.ptr[i];
        if ((unsigned char)byte >= 0x80 || (byte != '.' && (byte == '\0' || strchr("\\+*?()|[]{}^$", byte))))
            return false;
    }
    return true;
}

struct reference {
    struct sl_str name, tag, digest;
};

static struct reference split(struct sl_str value)
{
    size_t slash = sl_str_find(value, '/');
    size_t from = slash < value.len && slash > 0 ? slash : 0;
    struct sl_str tail = sl_str_slice(value, from, value.len);
    size_t at = sl_str_find(tail, '@') + from;
    size_t colon = sl_str_find(tail, ':') + from;
    struct reference result = {value, {NULL, 0}, {NULL, 0}};
    if (at < value.len) {
        result.digest = sl_str_slice(value, at + 1, value.len);
        result.name = sl_str_slice(value, 0, at);
    }
    if (colon < value.len && colon < at) {
        result.tag = sl_str_slice(value, colon + 1, at);
        result.name = sl_str_slice(value, 0, colon);
    }
    return result;
}

static int write_image(struct sl_build *build, const struct kz_image *image, struct sl_str value,
                       struct sl_str *out, struct sl_err *err)
{
    struct reference now = split(value);
    if (image->new_name.text.len)
        now.name = image->new_name.text;
    struct sl_str suffix = {NULL, 0};
    if (image->new_tag.text.len || image->digest.text.len) {
        now.tag = image->new_tag.text;
        now.digest = image->digest.text;
    } else if (image->tag_suffix.text.len) {
        suffix = image->tag_suffix.text;
        now.digest = suffix;
        now.digest.len = 0;
    }
    struct sl_buf *work = &build->work;
    sl_buf_reset(work);
    sl_buf_str(work, now.name);
    if (now.tag.len || suffix.len) {
        sl_buf_byte(work, ':');
        sl_buf_str(work, now.tag);
        sl_buf_str(work, suffix);
    }
    if (now.digest.len) {
        sl_buf_byte(work, '@');
        sl_buf_str(work, now.digest);
    }
    if (sl_buf_check(work, "the name of an image", err) < 0)
        return -1;
    *out = kz_str(build, sl_buf_view(work));
    return out->ptr ? 0 : kz_no_memory(build, err);
}

/* As kustomize does, a pattern is not looked at before there is an image. */
static int image_matches(struct sl_build *build, const struct change *change, struct sl_str value,
                         struct sl_err *err)
{
    if (change->is_simple)
        return simple_match(change->image->name.text, value);
    const struct kz_regex *pattern;
    return kz_regex_get(build, &pattern, &change->image->name, KZ_IMAGE, err) < 0
               ? -1
               : kz_regex_match(build, pattern, value, err);
}

static int set_image(struct sl_build *build, const void *context, struct sl_node *node, struct sl_err *err)
{
    const struct change *change = context;
    if (node->kind == SL_NULL)
        return 0;
    if (!kz_is_scalar(node))
        return kz_fail(build, node->mark, err, "an image is expected here, this is %s",
                       sl_kind_name(node->kind));
    struct kz_digits digits;
    struct sl_str value = kz_scalar_text(node, &digits);
    int matches = image_matches(build, change, value, err);
    if (matches <= 0)
        return matches;
    struct sl_str text;
    if (write_image(build, change->image, value, &text, err) < 0 || kz_set_plain(build, node, text, err) < 0)
        return -1;
    return 0;
}

static int set_containers(struct sl_build *build, struct sl_node *list, const struct change *change,
                          struct sl_err *err)
{
    for (uint32_t i = 0; list->kind == SL_LIST && i < list->count; i++) {
        struct sl_node *container = list->as.items[i];
        if (container->kind == SL_NULL)
            continue;
        if (container->kind != SL_MAP)
            return kz_fail(build, container->mark, err, "a container must be a map, this is %s",
                           sl_kind_name(container->kind));
        struct sl_node *image = sl_node_get(container, "image");
        if (image && set_image(build, change, image, err) < 0)
            return -1;
    }
    return 0;
}

/* Images in any list called containers or initContainers, wherever it is. */
static int walk(struct sl_build *build, struct sl_node *node, const struct change *change, struct sl_err *err)
{
    for (uint32_t i = 0; node->kind == SL_LIST && i < node->count; i++)
        if (walk(build, node->as.items[i], change, err) < 0)
            return -1;
    for (uint32_t i = 0; node->kind == SL_MAP && i < node->count; i++) {
        struct sl_entry *entry = &node->as.entries[i];
        if (!kz_is_scalar(entry->value) && walk(build, entry->value, change, err) < 0)
            return -1;
        bool containers = sl_str_equal(entry->key, SL_STR("containers")) ||
                          sl_str_equal(entry->key, SL_STR("initContainers"));
        if (containers && set_containers(build, entry->value, change, err) < 0)
            return -1;
    }
    return 0;
}

int kz_transform_image(struct sl_build *build, struct kz_resmap *map, const struct kz_image *image,
                       const struct kz_specs *specs, struct sl_err *err)
{
    struct change change = {image, is_simple(image->name.text)};
    struct kz_setter setter = {set_image, &change, SL_LIST};
    for (size_t i = 0; i < map->list.count; i++) {
        struct kz_resource *r = map->list.items[i];
        if (sl_str_equal(r->gvk.kind, SL_STR("CustomResourceDefinition")))
            continue;
        if (walk(build, r->node, &change, err) < 0 || kz_specs_apply(build, specs, r, &setter, err) < 0)
            return -1;
    }
    return 0;
}
