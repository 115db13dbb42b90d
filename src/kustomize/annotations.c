#include "annotations.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "origin.h"
#include "scalar.h"

#define INTERNAL        "internal.config.kubernetes.io/"
#define ENABLED         "enabled"
#define PREVIOUS_NAMES  INTERNAL "previousNames"
#define PREVIOUS_SPACES INTERNAL "previousNamespaces"
#define PREVIOUS_KINDS  INTERNAL "previousKinds"
#define PREFIXES        INTERNAL "prefixes"
#define SUFFIXES        INTERNAL "suffixes"
#define NEEDS_HASH      INTERNAL "needsHashSuffix"
#define BEHAVIOR        INTERNAL "generatorBehavior"
#define ALLOW_NAME      INTERNAL "allowNameChange"
#define ALLOW_KIND      INTERNAL "allowKindChange"
#define ORIGIN          "config.kubernetes.io/origin"
#define TRANSFORMATIONS "alpha.config.kubernetes.io/transformations"

bool kz_annotations_meant(struct sl_str text)
{
    struct sl_str domain = SL_STR("config.kubernetes.io/");
    return text.len >= domain.len && memmem(text.ptr, text.len, domain.ptr, domain.len) != NULL;
}

/* -- showing -- */

struct writer {
    struct sl_build *build;
    struct kz_resource *resource;
    struct sl_node *annotations; /* NULL: none yet */
    struct sl_err *err;
};

static int write_text(struct writer *w, const char *key, struct sl_str text)
{
    struct sl_node *metadata;
    if (!text.ptr)
        return kz_no_memory(w->build, w->err);
    if (!w->annotations) {
        if (kz_map_need(w->build, w->resource->node, SL_STR("metadata"), SL_MAP, &metadata, w->err) < 0)
            return -1;
        if (metadata->kind != SL_MAP)
            return kz_fail(w->build, metadata->mark, w->err, "metadata must be a map, this is %s",
                           sl_kind_name(metadata->kind));
        if (kz_map_need(w->build, metadata, SL_STR("annotations"), SL_MAP, &w->annotations, w->err) < 0)
            return -1;
        if (w->annotations->kind != SL_MAP)
            return kz_fail(w->build, w->annotations->mark, w->err,
                           "metadata.annotations must be a map, this is %s",
                           sl_kind_name(w->annotations->kind));
    }
    return kz_map_text(w->build, w->annotations, sl_str_from(key), (struct kz_text){text, {0, 0, 0}}, w->err);
}

static int write_texts(struct writer *w, const char *key, const struct kz_texts *texts)
{
    if (texts->count == 0)
        return 0;
    struct sl_buf *work = &w->build->work;
    sl_buf_reset(work);
    for (size_t i = 0; i < texts->count; i++) {
        sl_buf_text(work, i ? "," : "");
        sl_buf_str(work, texts->items[i].text);
    }
    if (sl_buf_check(work, "an annotation", w->err) < 0)
        return -1;
    return write_text(w, key, kz_str(w->build, sl_buf_view(work)));
}

static int write_previous(struct writer *w)
{
    struct kz_texts names = {0}, spaces = {0}, kinds = {0};
    for (size_t i = 0; i < w->resource->previous_count; i++) {
        const struct kz_previous *p = &w->resource->previous[i];
        if (kz_texts_add(w->build, &names, (struct kz_text){.text = p->name}, w->err) < 0 ||
            kz_texts_add(w->build, &spaces, (struct kz_text){.text = p->space}, w->err) < 0 ||
            kz_texts_add(w->build, &kinds, (struct kz_text){.text = p->kind}, w->err) < 0)
            return -1;
    }
    if (write_texts(w, PREVIOUS_NAMES, &names) < 0 || write_texts(w, PREVIOUS_SPACES, &spaces) < 0 ||
        write_texts(w, PREVIOUS_KINDS, &kinds) < 0)
        return -1;
    return 0;
}

static int write_internal(struct writer *w)
{
    static const char *const behaviors[] = {[KZ_UNSPECIFIED] = "unspecified",
                                            [KZ_CREATE] = "create",
                                            [KZ_REPLACE] = "replace",
                                            [KZ_MERGE] = "merge"};
    const struct kz_resource *r = w->resource;
    if (write_previous(w) < 0 || write_texts(w, PREFIXES, &r->prefixes) < 0 ||
        write_texts(w, SUFFIXES, &r->suffixes) < 0 ||
        (r->needs_hash && write_text(w, NEEDS_HASH, SL_STR(ENABLED)) < 0) ||
        (r->generated && write_text(w, BEHAVIOR, sl_str_from(behaviors[r->behavior])) < 0) ||
        (r->allow_name_change && write_text(w, ALLOW_NAME, SL_STR(ENABLED)) < 0) ||
        (r->allow_kind_change && write_text(w, ALLOW_KIND, SL_STR(ENABLED)) < 0))
        return -1;
    return 0;
}

/* The texts of both annotations on the origin; empty where there is none. */
static int origin_texts(struct sl_build *build, const struct kz_resource *r, struct sl_str *origin,
                        struct sl_str *transformations, struct sl_err *err)
{
    *origin = *transformations = (struct sl_str){"", 0};
    if (!build->track_origin)
        return 0;
    if (r->origin && kz_origin_text(build, r->origin, origin, err) < 0)
        return -1;
    return r->transformations.count
               ? kz_transformations_text(build, &r->transformations, transformations, err)
               : 0;
}

int kz_annotations_show(struct sl_build *build, struct kz_resource *r, struct sl_err *err)
{
    struct writer w = {build, r, NULL, err};
    struct sl_str origin, transformations;
    if (write_internal(&w) < 0 || origin_texts(build, r, &origin, &transformations, err) < 0 ||
        (origin.len && write_text(&w, ORIGIN, origin) < 0) ||
        (transformations.len && write_text(&w, TRANSFORMATIONS, transformations) < 0))
        return -1;
    return 0;
}

/* -- taking back -- */

/* Takes an annotation out; .ptr is NULL where there is none. */
static int take_text(struct sl_build *build, struct sl_node *annotations, const char *key, struct sl_str *out,
                     struct sl_err *err)
{
    const struct sl_node *value = annotations ? sl_node_get(annotations, key) : NULL;
    *out = (struct sl_str){NULL, 0};
    if (!value)
        return 0;
    *out = kz_scalar_keep(build, value);
    if (!out->ptr)
        return kz_no_memory(build, err);
    (void)kz_map_remove(annotations, sl_str_from(key));
    return 0;
}

static int take_texts(struct sl_build *build, struct sl_node *annotations, const char *key,
                      struct kz_texts *out, struct sl_err *err)
{
    struct sl_str text;
    *out = (struct kz_texts){0};
    if (take_text(build, annotations, key, &text, err) < 0)
        return -1;
    while (text.ptr) {
        size_t comma = sl_str_find(text, ',');
        if (kz_texts_add(build, out, (struct kz_text){.text = sl_str_slice(text, 0, comma)}, err) < 0)
            return -1;
        text = comma < text.len ? sl_str_slice(text, comma + 1, text.len) : (struct sl_str){NULL, 0};
    }
    return 0;
}

static int take_previous(struct sl_build *build, struct kz_resource *r, struct sl_node *annotations,
                         struct sl_err *err)
{
    struct kz_texts names, spaces, kinds;
    if (take_texts(build, annotations, PREVIOUS_NAMES, &names, err) < 0 ||
        take_texts(build, annotations, PREVIOUS_SPACES, &spaces, err) < 0 ||
        take_texts(build, annotations, PREVIOUS_KINDS, &kinds, err) < 0)
        return -1;
    if (names.count != spaces.count || names.count != kinds.count)
        return kz_fail(
            build, r->node->mark, err,
            "the annotations previousNames, previousNamespaces and previousKinds must have the same number of "
            "parts");
    r->previous = kz_alloc(build, (names.count + 1) * sizeof *r->previous);
    if (!r->previous)
        return kz_no_memory(build, err);
    r->previous_count = r->previous_capacity = names.count;
    r->indexed = 0;
    for (size_t i = 0; i < names.count; i++)
        r->previous[i] = (struct kz_previous){kinds.items[i].text, names.items[i].text,
                                              kz_effective_space(false, spaces.items[i].text)};
    return 0;
}

static int take_internal(struct sl_build *build, struct kz_resource *r, struct sl_node *annotations,
                         struct sl_err *err)
{
    struct sl_str hash, behavior, name, kind;
    if (take_previous(build, r, annotations, err) < 0 ||
        take_texts(build, annotations, PREFIXES, &r->prefixes, err) < 0 ||
        take_texts(build, annotations, SUFFIXES, &r->suffixes, err) < 0 ||
        take_text(build, annotations, NEEDS_HASH, &hash, err) < 0 ||
        take_text(build, annotations, BEHAVIOR, &behavior, err) < 0 ||
        take_text(build, annotations, ALLOW_NAME, &name, err) < 0 ||
        take_text(build, annotations, ALLOW_KIND, &kind, err) < 0)
        return -1;
    r->needs_hash = sl_str_equal(hash, SL_STR(ENABLED));
    r->generated = behavior.ptr != NULL;
    r->behavior = kz_behavior_of(behavior);
    r->allow_name_change = sl_str_equal(name, SL_STR(ENABLED));
    r->allow_kind_change = sl_str_equal(kind, SL_STR(ENABLED));
    return 0;
}

/* An origin that somebody else has written. */
static int foreign_origin(struct sl_build *build, struct sl_str text, const struct kz_origin **out,
                          struct sl_err *err)
{
    struct kz_origin *origin = kz_alloc(build, sizeof *origin);
    if (!origin)
        return kz_no_memory(build, err);
    origin->written = text;
    *out = origin;
    return 0;
}

static int take_origin(struct sl_build *build, struct kz_resource *r, struct sl_node *annotations,
                       struct sl_err *err)
{
    struct sl_str was_origin, were_transformations, origin, transformations;
    if (!build->track_origin)
        return 0;
    if (origin_texts(build, r, &was_origin, &were_transformations, err) < 0 ||
        take_text(build, annotations, ORIGIN, &origin, err) < 0 ||
        take_text(build, annotations, TRANSFORMATIONS, &transformations, err) < 0)
        return -1;
    if (origin.len == 0)
        r->origin = NULL;
    else if (!sl_str_equal(origin, was_origin) && foreign_origin(build, origin, &r->origin, err) < 0)
        return -1;
    if (sl_str_equal(transformations, were_transformations))
        return 0;
    r->transformations = (struct kz_origins){0};
    if (transformations.len == 0)
        return 0;
    r->transformations.items = kz_alloc(build, sizeof(struct kz_origin *));
    r->transformations.count = r->transformations.capacity = 1;
    return r->transformations.items ? foreign_origin(build, transformations, r->transformations.items, err)
                                    : kz_no_memory(build, err);
}

int kz_annotations_take(struct sl_build *build, struct kz_resource *r, struct sl_err *err)
{
    struct sl_node *annotations = kz_resource_meta(r, "annotations");
    uint32_t count = annotations ? annotations->count : 0;
    if (take_internal(build, r, annotations, err) < 0 || take_origin(build, r, annotations, err) < 0)
        return -1;
    if (annotations && annotations->count == 0 && count)
        (void)kz_map_remove(sl_node_get(r->node, "metadata"), SL_STR("annotations"));
    return 0;
}

int kz_annotations_read(struct sl_build *build, struct kz_resource *r, struct sl_err *err)
{
    const struct sl_node *annotations = kz_resource_meta(r, "annotations");
    for (uint32_t i = 0; annotations && i < annotations->count; i++)
        if (kz_annotations_meant(annotations->as.entries[i].key))
            return kz_annotations_take(build, r, err);
    return 0;
}

int kz_annotations_restore(struct sl_build *build, struct kz_resource *r, const struct kz_resource *before,
                           struct sl_err *err)
{
    struct kz_resource known = *before;
    known.node = r->node;
    struct writer w = {build, &known, NULL, err};
    struct sl_node *metadata = sl_node_get(r->node, "metadata");
    if (metadata && metadata->kind == SL_MAP && !kz_resource_meta(r, "annotations"))
        (void)kz_map_remove(metadata, SL_STR("annotations"));
    return write_internal(&w) < 0 ? -1 : kz_annotations_take(build, r, err);
}
