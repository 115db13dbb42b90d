#include "config.h"

#include "scalar.h"

static int add_part(struct sl_build *build, struct kz_texts *parts, struct sl_str part, struct sl_err *err)
{
    return kz_texts_add(build, parts, (struct kz_text){part, {0, 0, 0}}, err);
}

static int parts_of(struct sl_build *build, const struct kz_texts *texts, struct sl_str **parts,
                    size_t *count, struct sl_err *err)
{
    *parts = sl_arena_array(&build->doc.arena, texts->count ? texts->count : 1, sizeof **parts);
    if (!*parts)
        return kz_no_memory(build, err);
    for (size_t i = 0; i < texts->count; i++)
        (*parts)[i] = texts->items[i].text;
    *count = texts->count;
    return 0;
}

static int split(struct sl_build *build, struct sl_str path, char delimiter, struct kz_texts *out,
                 struct sl_err *err)
{
    if (path.len && path.ptr[0] == delimiter)
        path = sl_str_slice(path, 1, path.len);
    for (bool more = true; more;) {
        size_t end = sl_str_find(path, delimiter);
        struct sl_str part = sl_str_slice(path, 0, end);
        more = end < path.len;
        path = sl_str_slice(path, end + 1, path.len);
        struct sl_str *last = out->count ? &out->items[out->count - 1].text : NULL;
        if (last && last->len && last->ptr[last->len - 1] == '\\') {
            struct sl_str joint = {&delimiter, 1};
            *last = kz_join(build, sl_str_slice(*last, 0, last->len - 1), joint, part);
            if (!last->ptr)
                return kz_no_memory(build, err);
        } else if (add_part(build, out, part, err) < 0)
            return -1;
    }
    return 0;
}

int kz_split_path(struct sl_build *build, struct sl_str path, char delimiter, struct sl_str **parts,
                  size_t *count, struct sl_err *err)
{
    struct kz_texts texts = {0};
    if (split(build, path, delimiter, &texts, err) < 0)
        return -1;
    return parts_of(build, &texts, parts, count, err);
}

static struct sl_str trim_brackets(struct sl_str text)
{
    while (text.len && (text.ptr[0] == '[' || text.ptr[0] == ']'))
        text = sl_str_slice(text, 1, text.len);
    while (text.len && (text.ptr[text.len - 1] == '[' || text.ptr[text.len - 1] == ']'))
        text.len--;
    return text;
}

/* The parts from *at on that one pair of brackets holds, joined again. */
static int join_bracket(struct sl_build *build, const struct kz_texts *parts, size_t *at, struct sl_str *out,
                        struct sl_err *err)
{
    struct sl_str joined = parts->items[*at].text;
    while (*at + 1 < parts->count) {
        ++*at;
        struct sl_str next = parts->items[*at].text;
        joined = kz_join(build, joined, SL_STR("."), next);
        if (!joined.ptr)
            return kz_no_memory(build, err);
        if (sl_str_ends_with(next, SL_STR("]")))
            break;
    }
    *out = sl_str_find(joined, '=') < joined.len ? joined : trim_brackets(joined);
    return 0;
}

int kz_split_field_path(struct sl_build *build, struct sl_str path, struct sl_str **parts, size_t *count,
                        struct sl_err *err)
{
    struct kz_texts pieces = {0}, texts = {0};
    if (split(build, path, '.', &pieces, err) < 0)
        return -1;
    for (size_t i = 0; i < pieces.count; i++) {
        struct sl_str part = pieces.items[i].text;
        bool opens = sl_str_starts_with(part, SL_STR("[")) && !sl_str_ends_with(part, SL_STR("]"));
        if (opens && join_bracket(build, &pieces, &i, &part, err) < 0)
            return -1;
        if (add_part(build, &texts, part, err) < 0)
            return -1;
    }
    return parts_of(build, &texts, parts, count, err);
}

struct walk {
    struct sl_build *build;
    const struct kz_spec *spec;
    const struct kz_setter *setter;
    struct sl_err *err;
};

static int walk(const struct walk *w, struct sl_node *node, size_t at);

static int walk_map(const struct walk *w, struct sl_node *map, size_t at)
{
    struct sl_str name = w->spec->parts[at];
    bool is_list = sl_str_ends_with(name, SL_STR("[]"));
    if (is_list)
        name.len -= 2;
    if (name.len == 0)
        return kz_fail(w->build, map->mark, w->err, "a field path has an empty part: " SL_FMT,
                       SL_ARG(w->spec->path));
    bool may_make = w->spec->create && w->setter->make != SL_LIST && !is_list;
    bool last = at + 1 == w->spec->part_count;
    enum sl_kind make = last ? w->setter->make : SL_MAP;
    struct sl_entry *entry = sl_node_entry(map, name);
    if (!entry && !may_make)
        return 0;
    if (!entry) {
        struct sl_node *made = make == SL_MAP ? sl_node_map(&w->build->doc) : kz_node_nothing(w->build);
        if (sl_map_add(&w->build->doc, map, name, made, w->err) < 0)
            return -1;
        return last ? w->setter->set(w->build, w->setter->context, made, w->err) : walk(w, made, at + 1);
    }
    if (entry->value->kind == SL_NULL && is_list)
        kz_set_list(entry->value);
    else if (entry->value->kind == SL_NULL && may_make && make == SL_MAP)
        kz_set_map(entry->value);
    return walk(w, entry->value, at + 1);
}

static int walk(const struct walk *w, struct sl_node *node, size_t at)
{
    if (at == w->spec->part_count)
        return w->setter->set(w->build, w->setter->context, node, w->err);
    switch (node->kind) {
    case SL_NULL:
        return 0;
    case SL_MAP:
        return walk_map(w, node, at);
    case SL_LIST:
        for (uint32_t i = 0; i < node->count; i++)
            if (walk(w, node->as.items[i], at) < 0)
                return -1;
        return 0;
    default:
        return kz_fail(w->build, node->mark, w->err,
                       "a map or list is expected here, on the way to " SL_FMT "; this is %s",
                       SL_ARG(w->spec->path), sl_kind_name(node->kind));
    }
}

int kz_spec_apply(struct sl_build *build, struct kz_spec *spec, struct sl_node *root,
                  const struct kz_setter *setter, struct sl_err *err)
{
    if (!spec->parts && kz_split_path(build, spec->path, '/', &spec->parts, &spec->part_count, err) < 0)
        return -1;
    struct walk w = {build, spec, setter, err};
    return walk(&w, root, 0);
}

int kz_specs_apply(struct sl_build *build, const struct kz_specs *specs, struct kz_resource *resource,
                   const struct kz_setter *setter, struct sl_err *err)
{
    for (size_t i = 0; i < specs->count; i++)
        if (kz_gvk_selected(&resource->gvk, &specs->items[i].gvk) &&
            kz_spec_apply(build, &specs->items[i], resource->node, setter, err) < 0)
            return -1;
    return 0;
}
