/* Checks that hold other schemas against the same value. */
#include "run.h"

#include "base/limits.h"
#include "value.h"

#include <sealift/text.h>
#include <stdio.h>

enum { ALTERNATIVES_SHOWN = 4, ALTERNATIVE_TEXT = 160 };

/* -- references -- */

int check_reference(const struct check *check)
{
    return run_schema(check->run, check->keyword->as.reference.target, check->node, check->marks);
}

static const struct schema *dynamic_target(const struct check *check)
{
    const struct schema *target = check->keyword->as.reference.target;
    for (const struct scope *scope = check->run->scope; scope; scope = scope->outer) {
        if (budget_take(&check->run->budget, 1, check->run->err) < 0)
            return NULL;
        for (const struct anchor *anchor = scope->resource->dynamic; anchor; anchor = anchor->next) {
            if (budget_take(&check->run->budget, 1, check->run->err) < 0)
                return NULL;
            if (sl_str_equal(anchor->name, check->keyword->as.reference.anchor))
                target = anchor->schema;
        }
    }
    return target;
}

int check_dynamic_reference(const struct check *check)
{
    const struct schema *target = dynamic_target(check);
    return target ? run_schema(check->run, target, check->node, check->marks) : -1;
}

int check_recursive_reference(const struct check *check)
{
    const struct schema *target = check->keyword->as.reference.target;
    for (const struct scope *scope = check->run->scope; scope; scope = scope->outer) {
        if (budget_take(&check->run->budget, 1, check->run->err) < 0)
            return -1;
        if (scope->resource->recursive)
            target = scope->resource->schema;
    }
    return run_schema(check->run, target, check->node, check->marks);
}

/* -- alternatives -- */

/* How far off an alternative is. Errors at the value itself that say it is something else altogether make it
 * one that nobody meant; so does a member that names the kind (const, enum) and names another. */
struct distance {
    unsigned kind; /* 0: near, 1: another kind, 2: another type */
    size_t errors;
};

static struct distance distance_of(const struct run *run, size_t from, size_t to)
{
    struct distance distance = {.errors = to - from};
    unsigned depth = 0;
    for (const struct step *step = run->at; step; step = step->outer)
        depth++;
    for (size_t i = from; i < to; i++) {
        const struct collected *error = &run->collector->report->errors[i];
        bool names_kind = error->op == OP_CONST || error->op == OP_ENUM;
        if (error->depth == depth && (error->op == OP_TYPE || error->op == OP_FALSE || names_kind))
            distance.kind = 2;
        else if (error->depth == depth + 1 && names_kind && distance.kind == 0)
            distance.kind = 1;
    }
    return distance;
}

static int compare_distances(struct distance a, struct distance b)
{
    if (a.kind != b.kind)
        return a.kind < b.kind ? -1 : 1;
    return (a.errors > b.errors) - (a.errors < b.errors);
}

static void append_alternative(struct sl_buf *text, const struct run *run, size_t from, size_t to)
{
    unsigned depth = 0;
    for (const struct step *step = run->at; step; step = step->outer)
        depth++;
    if (from == to)
        return;
    const struct collected *best = &run->collector->report->errors[from];
    for (size_t i = from; i < to; i++)
        if (run->collector->report->errors[i].depth < best->depth)
            best = &run->collector->report->errors[i];
    sl_buf_text(text, text->len ? "; or " : "");
    if (best->depth > depth) {
        struct sl_str name = best->error.instance;
        size_t at = name.len;
        while (at > 0 && name.ptr[at - 1] != '/')
            at--;
        char shown[SHOWN_MAX];
        sl_buf_text(text, sl_escape(shown, sizeof shown, sl_str_slice(name, at, name.len)));
        sl_buf_byte(text, ' ');
    }
    sl_buf_str(text, cut_text(best->error.message, ALTERNATIVE_TEXT));
}

/* Leaves the errors of the nearest alternative; `all` gets one error of each. */
static int collect_alternatives(const struct check *check, struct sl_buf *all, struct distance *best,
                                bool *tied)
{
    struct run *run = check->run;
    size_t start = collector_mark(run->collector);
    size_t end = start;
    for (size_t i = 0; i < check->keyword->as.list.count; i++) {
        if (run_schema(run, check->keyword->as.list.schemas[i], check->node, NULL) < 0)
            return -1;
        size_t now = collector_mark(run->collector);
        if (i < ALTERNATIVES_SHOWN)
            append_alternative(all, run, end, now);
        struct distance distance = distance_of(run, end, now);
        int order = i == 0 ? -1 : compare_distances(distance, *best);
        if (order < 0)
            *best = distance;
        *tied = order == 0 ? true : order < 0 ? false : *tied;
        if (order < 0)
            collector_drop(run->collector, start, end);
        else
            collector_drop(run->collector, end, now);
        end = collector_mark(run->collector);
    }
    return 0;
}

/* None fits: where one is clearly what was meant, its errors say it best; else all of them in one. */
static int fail_alternatives(const struct check *check)
{
    struct run *run = check->run;
    size_t count = check->keyword->as.list.count;
    if (!run->collector)
        return 0;
    struct sl_buf all;
    sl_buf_init(&all, 64 * SL_KIB);
    struct distance best = {0};
    bool tied = false;
    size_t start = collector_mark(run->collector);
    int result = collect_alternatives(check, &all, &best, &tied);
    if (result == 0 && all.fail == SL_E_NO_MEMORY)
        result = sl_fail_memory(run->err);
    if (result == 0 && (tied || best.kind == 2 || collector_mark(run->collector) == start)) {
        collector_drop(run->collector, start, collector_mark(run->collector));
        result = check_fail(check, "fits none of %zu alternatives: %s%s", count, all.ptr ? all.ptr : "",
                            count > ALTERNATIVES_SHOWN ? "; ..." : "");
    }
    sl_buf_release(&all);
    return result;
}

int check_all_of(const struct check *check)
{
    int fits = 1;
    for (size_t i = 0; i < check->keyword->as.list.count; i++) {
        int result = run_schema(check->run, check->keyword->as.list.schemas[i], check->node, check->marks);
        if (result < 0 || (result == 0 && !check->run->collector))
            return result;
        fits &= result;
    }
    return fits;
}

int check_any_of(const struct check *check)
{
    int fits = 0;
    for (size_t i = 0; i < check->keyword->as.list.count; i++) {
        int result = run_quietly(check->run, check->keyword->as.list.schemas[i], check->node, check->marks);
        if (result < 0)
            return -1;
        fits |= result;
        if (fits && !check->marks)
            return 1;
    }
    return fits ? 1 : fail_alternatives(check);
}

int check_one_of(const struct check *check)
{
    size_t fitting = 0;
    size_t first = 0;
    for (size_t i = 0; i < check->keyword->as.list.count; i++) {
        int result = run_quietly(check->run, check->keyword->as.list.schemas[i], check->node, check->marks);
        if (result < 0)
            return -1;
        if (result && fitting++)
            return check_fail(check, "fits alternatives %zu and %zu, and must fit exactly one", first + 1,
                              i + 1);
        if (result)
            first = i;
    }
    return fitting ? 1 : fail_alternatives(check);
}

int check_not(const struct check *check)
{
    int fits = run_quietly(check->run, check->keyword->as.list.schemas[0], check->node, NULL);
    if (fits <= 0)
        return fits < 0 ? -1 : 1;
    return check_fail(check, "is what the schema says it must not be");
}

int check_if(const struct check *check)
{
    int holds = run_quietly(check->run, check->keyword->as.branch.condition, check->node, check->marks);
    if (holds < 0)
        return -1;
    const struct schema *next = holds ? check->keyword->as.branch.then : check->keyword->as.branch.otherwise;
    return next ? run_schema(check->run, next, check->node, check->marks) : 1;
}
