#include "explain.h"

#include "base/limits.h"
#include "doc/pointer.h"
#include "model/report.h"

/* Names that are compared with a wrong one. */
enum { NAMES_MAX = 1024 };

int explain_read_object(struct sl_explained *explained, struct sl_str object, struct sl_err *err)
{
    size_t slash = sl_str_find(object, '/');
    explained->trace.kind = sl_str_slice(object, 0, slash);
    explained->trace.name = sl_str_slice(object, slash + 1, object.len);
    if (explained->trace.kind.len > 0 && explained->trace.name.len > 0)
        return 0;
    struct sl_shown shown;
    (void)sl_fail(err, SL_E_USAGE, "an object is named KIND/NAME, not %s", sl_shown(&shown, object));
    return sl_hint(err, "for example Deployment/web");
}

/* Whether the object at `index` is of the kind and namespace, and has the name, or had it at first. */
static bool is_meant(const struct sl_explained *explained, size_t index, struct sl_str space, bool first_name)
{
    const struct sl_layout *layout = &explained->rendering->layout;
    const struct sl_built *built = &layout->objects[index].built;
    struct sl_str name =
        first_name ? sl_build_first_name(explained->rendering->reading.build, index) : built->name;
    bool in_space =
        space.len == 0 || sl_str_equal(built->space, space) || sl_str_equal(built->effective_space, space);
    return in_space && sl_str_equal(built->kind, explained->trace.kind) &&
           sl_str_equal(name, explained->trace.name);
}

static int fail_unknown(const struct sl_explained *explained, const struct sl_explain_query *query,
                        struct sl_err *err)
{
    struct sl_reading *reading = &explained->rendering->reading;
    const struct sl_layout *layout = &explained->rendering->layout;
    size_t count = layout->object_count < NAMES_MAX ? layout->object_count : NAMES_MAX;
    struct sl_str *names = sl_arena_array(&reading->doc.arena, count, sizeof *names);
    if (!names)
        return sl_fail_memory(err);
    for (size_t i = 0; i < count; i++) {
        const struct sl_built *built = &layout->objects[i].built;
        if (sl_reading_format(reading, &names[i], err, SL_FMT "/" SL_FMT, SL_ARG(built->kind),
                              SL_ARG(built->name)) < 0)
            return -1;
    }
    struct sl_shown shown, near, space;
    (void)sl_fail(err, SL_E_USAGE, "the delivery has no %s%s%s", sl_shown(&shown, query->object),
                  query->space.len ? " in " : "", sl_shown(&space, query->space));
    ptrdiff_t nearest = sl_nearest(query->object, names, count);
    if (nearest >= 0)
        return sl_hint(err, "did you mean %s?", sl_shown(&near, names[nearest]));
    return sl_hint(err, "`sealift render` lists the objects there are");
}

int explain_find_object(struct sl_explained *explained, const struct sl_explain_query *query,
                        struct sl_err *err)
{
    const struct sl_layout *layout = &explained->rendering->layout;
    size_t count = 0, first = 0, second = 0;
    for (int by_first_name = 0; by_first_name < 2 && count == 0; by_first_name++)
        for (size_t i = 0; i < layout->object_count; i++) {
            if (!is_meant(explained, i, query->space, by_first_name > 0))
                continue;
            count++;
            second = i;
            if (count == 1)
                first = i;
        }
    if (count == 0)
        return fail_unknown(explained, query, err);
    explained->object = first;
    if (count == 1)
        return 0;
    const struct sl_built *a = &layout->objects[first].built, *b = &layout->objects[second].built;
    struct sl_shown shown, spaces[2], names[2];
    (void)sl_fail(err, SL_E_USAGE, "%zu objects are %s, %s in %s and %s in %s among them", count,
                  sl_shown(&shown, query->object), sl_shown(&names[0], a->name),
                  sl_shown(&spaces[0], a->effective_space), sl_shown(&names[1], b->name),
                  sl_shown(&spaces[1], b->effective_space));
    return sl_hint(err, "say which by the name that is delivered, and --namespace");
}

/* The deepest place on the way that is there; *left is the step that leads nowhere, without its slash. */
static const struct sl_node *deepest(const struct sl_node *root, struct sl_str pointer, struct sl_str *there,
                                     struct sl_str *left)
{
    for (;;) {
        size_t cut = pointer.len;
        while (cut > 0 && pointer.ptr[cut - 1] != '/')
            cut--;
        *left = sl_str_slice(pointer, cut, pointer.len);
        pointer = sl_str_slice(pointer, 0, cut > 0 ? cut - 1 : 0);
        const struct sl_node *node = sl_pointer_get(root, pointer);
        if (node || pointer.len == 0) {
            *there = pointer;
            return node ? node : root;
        }
    }
}

int explain_no_field(const struct sl_explained *explained, struct sl_err *err)
{
    const struct sl_object *object = &explained->rendering->layout.objects[explained->object];
    struct sl_str there, left, names[NAMES_MAX];
    const struct sl_node *node = deepest(object->built.node, explained->trace.pointer, &there, &left);
    struct sl_shown kind, name, wanted, deep, near;
    (void)sl_fail(err, SL_E_USAGE, "%s/%s never had %s; %s is there: %s", sl_shown(&kind, object->built.kind),
                  sl_shown(&name, object->built.name), sl_shown(&wanted, explained->trace.pointer),
                  there.len ? sl_shown(&deep, there) : "the object", sl_kind_name(node->kind));
    size_t count = 0;
    for (uint32_t i = 0; node->kind == SL_MAP && i < node->count && count < NAMES_MAX; i++)
        names[count++] = node->as.entries[i].key;
    ptrdiff_t nearest = sl_nearest(left, names, count);
    return nearest < 0 ? -1 : sl_hint(err, "did you mean %s?", sl_shown(&near, names[nearest]));
}
