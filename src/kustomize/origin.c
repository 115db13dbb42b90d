#include "origin.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/yaml.h"
#include "scalar.h"

#define ORIGIN_KEY          "config.kubernetes.io/origin"
#define TRANSFORMATIONS_KEY "alpha.config.kubernetes.io/transformations"

/* Adds the parts of `path` to those in `out`. */
static void join(struct sl_buf *out, struct sl_str path)
{
    while (path.len) {
        size_t end = sl_str_find(path, '/');
        struct sl_str part = sl_str_slice(path, 0, end);
        path = sl_str_slice(path, end + 1, path.len);
        if (part.len == 0 || sl_str_equal(part, SL_STR(".")))
            continue;
        struct sl_str now = sl_buf_view(out);
        bool climbs = now.len == 0 || sl_str_equal(now, SL_STR("..")) || sl_str_ends_with(now, SL_STR("/.."));
        if (sl_str_equal(part, SL_STR("..")) && !climbs) {
            while (out->len && out->ptr[out->len - 1] != '/')
                out->len--;
            out->len -= out->len ? 1 : 0;
            continue;
        }
        if (out->len)
            sl_buf_byte(out, '/');
        sl_buf_str(out, part);
    }
}

struct sl_str kz_origin_path(struct sl_build *build, struct sl_str base, struct sl_str path)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf out;
    sl_buf_init(&out, SL_PATH_MAX + (size_t)SL_PATH_MAX);
    join(&out, base);
    join(&out, path);
    if (out.len == 0 && (base.len || path.len))
        sl_buf_byte(&out, '.');
    return out.fail == SL_OK ? kz_str(build, sl_buf_view(&out)) : (struct sl_str){NULL, 0};
}

int kz_origin_changed(struct sl_build *build, const struct kz_resources *list, const struct kz_origin *origin,
                      struct sl_err *err)
{
    for (size_t i = 0; i < list->count; i++) {
        struct kz_resource *r = list->items[i];
        /* It is noted in an annotation, and with that all of them are made anew. */
        if (r->node && kz_resource_stringify(build, r, "annotations", err) < 0)
            return -1;
        if (!r->origin) {
            r->origin = origin;
            continue;
        }
        struct kz_origins *all = &r->transformations;
        if (!kz_grow(build, &all->items, all->count, &all->capacity, sizeof(struct kz_origin *)))
            return kz_no_memory(build, err);
        all->items[all->count++] = origin;
    }
    return 0;
}

/* One line "key: value", after `indent`. */
static int write_line(struct sl_build *build, struct sl_buf *out, const char *indent, const char *key,
                      struct sl_str value, struct sl_err *err)
{
    if (value.len == 0)
        return 0;
    struct sl_node *map = sl_node_map(&build->doc);
    if (!map)
        return kz_no_memory(build, err);
    if (sl_map_set(&build->doc, map, sl_str_from(key), sl_node_string(&build->doc, value), err) < 0)
        return -1;
    sl_buf_text(out, indent);
    return sl_yaml_write(out, map, err);
}

/* An origin in YAML; `item` when it is one of a list. */
static int write_origin(struct sl_build *build, struct sl_buf *out, const struct kz_origin *origin, bool item,
                        struct sl_err *err)
{
    size_t start = out->len;
    const char *indent = item ? "  " : "", *inner = item ? "    " : "  ";
    bool by = origin->api_version.len || origin->kind.len || origin->name.len || origin->space.len;
    if (write_line(build, out, indent, "path", origin->path, err) < 0 ||
        write_line(build, out, indent, "configuredIn", origin->configured_in, err) < 0)
        return -1;
    if (by)
        sl_buf_printf(out, "%sconfiguredBy:\n", indent);
    if (write_line(build, out, inner, "apiVersion", origin->api_version, err) < 0 ||
        write_line(build, out, inner, "kind", origin->kind, err) < 0 ||
        write_line(build, out, inner, "name", origin->name, err) < 0 ||
        write_line(build, out, inner, "namespace", origin->space, err) < 0)
        return -1;
    if (out->len == start)
        sl_buf_text(out, item ? "- {}\n" : "{}\n");
    else if (item)
        out->ptr[start] = '-';
    return 0;
}

static int text_of(struct sl_build *build, const struct sl_buf *text, struct sl_str *out, struct sl_err *err)
{
    if (sl_buf_check(text, "an annotation", err) < 0)
        return -1;
    *out = kz_str(build, sl_buf_view(text));
    return out->ptr ? 0 : kz_no_memory(build, err);
}

int kz_origin_text(struct sl_build *build, const struct kz_origin *origin, struct sl_str *out,
                   struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_DOC_BYTES_MAX);
    *out = origin->written;
    if (origin->written.ptr)
        return 0;
    return write_origin(build, &text, origin, false, err) < 0 ? -1 : text_of(build, &text, out, err);
}

int kz_transformations_text(struct sl_build *build, const struct kz_origins *transformations,
                            struct sl_str *out, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_DOC_BYTES_MAX);
    for (size_t i = 0; i < transformations->count; i++) {
        const struct kz_origin *origin = transformations->items[i];
        if (origin->written.ptr)
            sl_buf_str(&text, origin->written);
        else if (write_origin(build, &text, origin, true, err) < 0)
            return -1;
    }
    return text_of(build, &text, out, err);
}

static int annotate(struct sl_build *build, struct kz_resource *r, const char *key, struct sl_str text,
                    struct sl_err *err)
{
    struct sl_node *metadata, *annotations;
    if (kz_map_need(build, r->node, SL_STR("metadata"), SL_MAP, &metadata, err) < 0 ||
        kz_map_need(build, metadata, SL_STR("annotations"), SL_MAP, &annotations, err) < 0)
        return -1;
    return kz_map_text(build, annotations, sl_str_from(key), (struct kz_text){text, {0, 0, 0}}, err);
}

int kz_origin_annotate(struct sl_build *build, struct kz_resource *r, struct sl_err *err)
{
    struct sl_str text;
    if (build->keep_origin && r->origin &&
        (kz_origin_text(build, r->origin, &text, err) < 0 || annotate(build, r, ORIGIN_KEY, text, err) < 0))
        return -1;
    if (!build->keep_transformations || r->transformations.count == 0)
        return 0;
    return kz_transformations_text(build, &r->transformations, &text, err) < 0
               ? -1
               : annotate(build, r, TRANSFORMATIONS_KEY, text, err);
}
