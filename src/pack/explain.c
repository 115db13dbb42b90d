#include "explain.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/pointer.h"
#include "values/line.h"

#include <stdlib.h>

void sl_explained_free(struct sl_explained *explained)
{
    if (!explained)
        return;
    sl_explanation_free(explained->made);
    sl_rendering_free(explained->rendering);
    free(explained);
}

void sl_explained_freep(struct sl_explained **explained)
{
    sl_explained_free(*explained);
    *explained = NULL;
}

const struct sl_explained_field *sl_explained_get(const struct sl_explained *explained)
{
    return &explained->field;
}

static struct sl_arena *arena_of(struct sl_explained *explained)
{
    return &explained->rendering->reading.doc.arena;
}

static const struct sl_object *object_of(const struct sl_explained *explained)
{
    return &explained->rendering->layout.objects[explained->object];
}

static struct sl_explained_place place_at(const struct sl_doc *doc, struct sl_mark mark)
{
    if (mark.file == 0 || mark.file > doc->file_count)
        return (struct sl_explained_place){{NULL, 0}, 0, 0};
    return (struct sl_explained_place){doc->files[mark.file - 1], mark.line, mark.line ? mark.column : 0};
}

static bool is_same_place(const struct sl_explained_place *a, const struct sl_explained_place *b)
{
    return sl_str_equal(a->file, b->file) && a->line == b->line && a->column == b->column;
}

/* Room for the steps of the build, and the two that may follow. */
static int make_room(struct sl_explained *explained, size_t count, struct sl_err *err)
{
    explained->steps = sl_arena_array(arena_of(explained), count + 2, sizeof *explained->steps);
    explained->field.steps = explained->steps;
    return explained->steps ? 0 : sl_fail_memory(err);
}

/* Adds a step; `value` NULL: it took the field away. */
static int add(struct sl_explained *explained, struct sl_explained_step step, const struct sl_node *value,
               struct sl_err *err)
{
    if (value && sl_values_line(&step.value, arena_of(explained), value, err) < 0)
        return -1;
    explained->steps[explained->field.step_count++] = step;
    return 0;
}

/* -- what the build did -- */

static int add_built(struct sl_explained *explained, const struct sl_build_step *made, size_t count,
                     struct sl_err *err)
{
    const struct sl_doc *doc = sl_build_doc(explained->rendering->reading.build);
    for (size_t i = 0; i < count; i++) {
        struct sl_explained_step step = {.step = made[i].field,
                                         .place = place_at(doc, made[i].source),
                                         .entry = place_at(doc, made[i].entry)};
        if (step.place.file.len == 0 || is_same_place(&step.place, &step.entry)) {
            step.place = step.entry;
            step.entry = (struct sl_explained_place){{NULL, 0}, 0, 0};
        }
        if (add(explained, step, made[i].value, err) < 0)
            return -1;
    }
    return 0;
}

/* -- ${name} -- */

/* Where the first variable that a text names is stated; the customer's file where that cannot be said. */
static struct sl_explained_place place_of_variable(const struct sl_explained *explained,
                                                   const struct sl_node *before)
{
    const struct sl_layout *layout = &explained->rendering->layout;
    const struct sl_doc *doc = &explained->rendering->reading.doc;
    const struct sl_node *variables = layout->customer_file.variables;
    struct sl_str text = sl_node_text(before);
    for (size_t at = sl_str_find(text, '$'); at + 2 < text.len; at++) {
        if (text.ptr[at] != '$' || text.ptr[at + 1] != '{')
            continue;
        struct sl_str name = sl_str_slice(text, at + 2, text.len);
        size_t end = sl_str_find(name, '}'), colon = sl_str_find(name, ':');
        const struct sl_entry *entry =
            sl_node_entry(variables, sl_str_slice(name, 0, end < colon ? end : colon));
        if (entry)
            return place_at(doc, entry->value->mark);
    }
    return variables ? (struct sl_explained_place){place_at(doc, variables->mark).file, 0, 0}
                     : (struct sl_explained_place){{NULL, 0}, 0, 0};
}

static bool same(const struct sl_node *a, const struct sl_node *b)
{
    return a && b ? sl_node_equal(a, b) : a == b;
}

/* -- values -- */

/* Where the values of an application stand in the object: the length of the pointer to them, when the field is in
 * them or is all of them; SIZE_MAX else. */
static size_t values_prefix(const struct sl_explained *explained, const struct sl_values *values)
{
    const struct sl_node *root = object_of(explained)->built.node;
    struct sl_str pointer = explained->trace.pointer;
    for (size_t i = 1; i <= pointer.len && values->carried; i++)
        if ((i == pointer.len || pointer.ptr[i] == '/') &&
            sl_pointer_get(root, sl_str_slice(pointer, 0, i)) == values->carried)
            return i;
    return SIZE_MAX;
}

/* The chain of layers, where the field is one of an application's values. */
static int explain_values(struct sl_explained *explained, struct sl_err *err)
{
    const struct sl_rendering *rendering = explained->rendering;
    struct sl_str pointer = explained->trace.pointer;
    for (size_t i = 0; i < sl_rendering_values_count(rendering); i++) {
        const struct sl_values *values = sl_rendering_values_at(rendering, i);
        size_t prefix = values_prefix(explained, values);
        if (prefix == SIZE_MAX)
            continue;
        int result =
            sl_values_explain(&explained->made, values, sl_str_slice(pointer, prefix, pointer.len), err);
        if (result < 0 && err->code != SL_E_NOT_FOUND)
            return -1;
        if (result < 0)
            sl_err_clear(err);
        explained->field.values = explained->made;
        return 0;
    }
    return 0;
}

/* -- all of it -- */

static int explain_field(struct sl_explained *explained, struct sl_err *err)
{
    const struct sl_object *object = object_of(explained);
    const struct sl_build *build = explained->rendering->reading.build;
    struct sl_str pointer = explained->trace.pointer;
    const struct sl_build_step *made;
    size_t count = sl_build_steps(build, explained->object, &made);
    if (make_room(explained, count, err) < 0)
        return -1;
    struct sl_built raw = sl_build_at(build, explained->object);
    const struct sl_node *built = sl_pointer_get(raw.node, pointer);
    const struct sl_node *substituted = sl_pointer_get(object->substituted, pointer);
    const struct sl_node *now = sl_pointer_get(object->built.node, pointer);
    struct sl_explained_step substitution = {.step = "substitution",
                                             .place = place_of_variable(explained, built)};
    struct sl_explained_step merge = {.step = "values"};
    if (add_built(explained, made, count, err) < 0 ||
        (!same(built, substituted) && add(explained, substitution, substituted, err) < 0) ||
        (!same(substituted, now) && add(explained, merge, now, err) < 0) ||
        explain_values(explained, err) < 0)
        return -1;
    if (!now && explained->field.step_count == 0 && !explained->field.values)
        return explain_no_field(explained, err);
    struct sl_explained_field *field = &explained->field;
    field->kind = object->built.kind;
    field->name = object->built.name;
    field->space = object->built.space;
    field->first_name = sl_build_first_name(build, explained->object);
    field->pointer = pointer;
    return now ? sl_values_line(&field->value, arena_of(explained), now, err) : 0;
}

/* The pointer that the path stands for, in the memory of the reading. */
static int read_path(struct sl_explained *explained, struct sl_str path, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf pointer;
    sl_buf_init(&pointer, SL_DOC_BYTES_MAX);
    if ((path.len > 0 && sl_pointer_from_path(&pointer, path, err) < 0) ||
        sl_buf_check(&pointer, "a pointer", err) < 0)
        return -1;
    explained->trace.pointer = sl_arena_str(arena_of(explained), sl_buf_view(&pointer));
    return explained->trace.pointer.ptr ? 0 : sl_fail_memory(err);
}

/* Composes the delivery and finds the object in it. */
static int compose(struct sl_explained *explained, const struct sl_explain_query *query,
                   struct sl_findings *findings, struct sl_err *err)
{
    struct sl_rendering *rendering = rendering_new(&query->release, findings);
    sl_rendering_free(explained->rendering);
    explained->rendering = rendering;
    if (!rendering)
        return sl_fail_memory(err);
    if (explain_read_object(explained, query->object, err) < 0 ||
        read_path(explained, query->path, err) < 0 || rendering_open(rendering, &query->release, err) < 0)
        return -1;
    rendering->reading.tree = rendering->tree;
    rendering->reading.trace = &explained->trace;
    return rendering_resolve(rendering, &query->release, err) < 0
               ? -1
               : explain_find_object(explained, query, err);
}

/* Whether the object was followed. */
static bool is_followed(const struct sl_explained *explained)
{
    return sl_build_is_followed(explained->rendering->reading.build, explained->object);
}

static int explain(struct sl_explained *explained, const struct sl_explain_query *query,
                   struct sl_findings *findings, struct sl_err *err)
{
    if (compose(explained, query, findings, err) < 0)
        return -1;
    /* Its name or kind was another one at first, as only a patch can make it. */
    if (!is_followed(explained)) {
        explained->trace.all = true;
        if (compose(explained, query, findings, err) < 0)
            return -1;
    }
    return explain_field(explained, err);
}

int sl_explain(struct sl_explained **out, const struct sl_explain_query *query, struct sl_findings *findings,
               struct sl_err *err)
{
    *out = NULL;
    struct sl_explained *explained = calloc(1, sizeof *explained);
    if (!explained)
        return sl_fail_memory(err);
    if (explain(explained, query, findings, err) < 0) {
        sl_explained_free(explained);
        return -1;
    }
    *out = explained;
    return 0;
}
