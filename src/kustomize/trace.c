#include "trace.h"

#include "base/limits.h"
#include "doc/pointer.h"
#include "scalar.h"

static const struct sl_node *value_of(const struct sl_build *build, const struct kz_resource *resource)
{
    return resource->node ? sl_pointer_get(resource->node, build->options.trace->pointer) : NULL;
}

static bool same_mark(struct sl_mark a, struct sl_mark b)
{
    return a.file == b.file && a.line == b.line && a.column == b.column;
}

/* The first step of a pointer with its slash; empty at the end. */
static struct sl_str first_step(struct sl_str pointer)
{
    if (pointer.len == 0)
        return pointer;
    size_t length = 1 + sl_str_find(sl_str_slice(pointer, 1, pointer.len), '/');
    return sl_str_slice(pointer, 0, length);
}

/* Where a strategic merge patch speaks of a place, or of what is around it. */
static struct sl_mark place_in_patch(const struct sl_node *patch, struct sl_str pointer)
{
    while (patch->kind == SL_MAP && pointer.len > 0) {
        struct sl_str step = first_step(pointer);
        const struct sl_node *below = sl_pointer_get(patch, step);
        if (!below)
            break;
        patch = below;
        pointer = sl_str_slice(pointer, step.len, pointer.len);
    }
    return patch->mark;
}

/* Whether one of two pointers leads to or through the place of the other. */
static bool overlap(struct sl_str a, struct sl_str b)
{
    struct sl_str outer = a.len < b.len ? a : b, inner = a.len < b.len ? b : a;
    return sl_str_starts_with(inner, outer) && (inner.len == outer.len || inner.ptr[outer.len] == '/');
}

/* The last operation of a JSON patch that speaks of a place. */
static struct sl_mark operation_at(const struct sl_node *operations, struct sl_str pointer)
{
    for (uint32_t i = operations->count; i > 0; i--) {
        const struct sl_node *operation = operations->as.items[i - 1];
        if (overlap(sl_node_text(sl_node_get(operation, "path")), pointer) ||
            overlap(sl_node_text(sl_node_get(operation, "from")), pointer))
            return operation->mark;
    }
    return operations->mark;
}

/* Where the value of a step, or what made it, is written besides the kustomization; blank: nowhere. */
static struct sl_mark source_of(const struct sl_build *build, const struct kz_followed *followed,
                                const struct sl_node *now)
{
    const struct sl_node *before = followed->count ? followed->steps[followed->count - 1].value : NULL;
    struct sl_mark none = {0, 0, 0};
    if (now && now->mark.file && !(before && same_mark(before->mark, now->mark)))
        return now->mark;
    if (!followed->patch)
        return none;
    return followed->patch->kind == SL_LIST ? operation_at(followed->patch, build->options.trace->pointer)
                                            : place_in_patch(followed->patch, build->options.trace->pointer);
}

/* Adds a step where the value is not what it was. */
static int look(struct sl_build *build, struct kz_followed *followed, const char *field, struct sl_mark mark,
                struct sl_err *err)
{
    const struct sl_node *now = value_of(build, followed->resource);
    const struct sl_node *before = followed->count ? followed->steps[followed->count - 1].value : NULL;
    if (now ? before && sl_node_equal(now, before) : !before)
        return 0;
    struct sl_build_step step = {.field = field, .entry = mark, .source = source_of(build, followed, now)};
    if (now) {
        step.value = sl_node_copy(&build->doc, &build->doc, now);
        if (!step.value)
            return kz_no_memory(build, err);
    }
    if (!kz_grow(build, &followed->steps, followed->count, &followed->capacity, sizeof *followed->steps))
        return kz_no_memory(build, err);
    followed->steps[followed->count++] = step;
    return 0;
}

static bool contains(struct sl_str text, struct sl_str part)
{
    for (size_t i = 0; i + part.len <= text.len; i++)
        if (sl_str_starts_with(sl_str_slice(text, i, text.len), part))
            return true;
    return false;
}

static bool is_wanted(const struct sl_build *build, const struct kz_resource *resource)
{
    const struct sl_build_trace *trace = build->options.trace;
    return trace->all ||
           (sl_str_equal(resource->gvk.kind, trace->kind) && contains(trace->name, resource->name));
}

static int follow(struct sl_build *build, struct kz_resource *resource, struct sl_err *err)
{
    if (!kz_grow(build, &build->followed, build->followed_count, &build->followed_capacity,
                 sizeof *build->followed))
        return kz_no_memory(build, err);
    build->followed[build->followed_count++] = (struct kz_followed){.resource = resource};
    resource->followed = build->followed_count;
    return 0;
}

int kz_trace_come(struct sl_build *build, struct kz_resource *resource, const char *field,
                  struct sl_mark mark, struct sl_err *err)
{
    if (!build->options.trace || !is_wanted(build, resource))
        return 0;
    if (follow(build, resource, err) < 0)
        return -1;
    return look(build, &build->followed[resource->followed - 1], field, mark, err);
}

int kz_trace_done(struct sl_build *build, const char *field, struct sl_mark mark, struct sl_err *err)
{
    if (!build->options.trace)
        return 0;
    build->patched_count = 0;
    for (size_t i = 0; i < build->followed_count; i++) {
        if (look(build, &build->followed[i], field, mark, err) < 0)
            return -1;
        build->followed[i].patch = NULL;
    }
    return 0;
}

int kz_trace_patches_done(struct sl_build *build, const char *field, struct sl_mark mark, struct sl_err *err)
{
    if (!build->options.trace)
        return 0;
    for (size_t i = 0; i < build->patched_count; i++) {
        struct kz_followed *followed = &build->followed[build->patched[i]];
        if (look(build, followed, field, mark, err) < 0)
            return -1;
        followed->patch = NULL;
    }
    build->patched_count = 0;
    return 0;
}

int kz_trace_patched(struct sl_build *build, const struct kz_resource *resource, const struct sl_node *patch,
                     struct sl_err *err)
{
    if (!build->options.trace || resource->followed == 0)
        return 0;
    if (!kz_grow(build, &build->patched, build->patched_count, &build->patched_capacity,
                 sizeof *build->patched))
        return kz_no_memory(build, err);
    build->patched[build->patched_count++] = resource->followed - 1;
    build->followed[resource->followed - 1].patch = patch;
    return 0;
}

void kz_trace_replaced(struct sl_build *build, const struct kz_resource *old, struct kz_resource *resource)
{
    resource->followed = old->followed;
    if (old->followed)
        build->followed[old->followed - 1].resource = resource;
}

size_t sl_build_steps(const struct sl_build *build, size_t index, const struct sl_build_step **steps)
{
    size_t followed = build->resources.items[index]->followed;
    *steps = followed ? build->followed[followed - 1].steps : NULL;
    return followed ? build->followed[followed - 1].count : 0;
}

bool sl_build_is_followed(const struct sl_build *build, size_t index)
{
    return build->resources.items[index]->followed > 0;
}

struct sl_str sl_build_first_name(const struct sl_build *build, size_t index)
{
    return kz_original_id(build->resources.items[index]).name;
}
