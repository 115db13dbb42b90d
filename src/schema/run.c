#include "run.h"

#include "base/limits.h"
#include "value.h"

#include <sealift/text.h>
#include <stdlib.h>

enum { FEW = 64 };

int marks_init(struct marks *marks, uint32_t count, struct sl_err *err)
{
    *marks = (struct marks){.count = count};
    if (count <= FEW)
        return 0;
    marks->many = calloc((size_t)count / FEW + 1, sizeof *marks->many);
    return marks->many ? 0 : sl_fail_memory(err);
}

void marks_release(struct marks *marks)
{
    free(marks->many);
    marks->many = NULL;
}

void marks_set(struct marks *marks, uint32_t index)
{
    if (!marks)
        return;
    uint64_t *word = marks->many ? &marks->many[index / FEW] : &marks->few;
    *word |= UINT64_C(1) << index % FEW;
}

bool marks_has(const struct marks *marks, uint32_t index)
{
    uint64_t word = marks->many ? marks->many[index / FEW] : marks->few;
    return word >> index % FEW & 1;
}

void marks_add(struct marks *marks, const struct marks *others)
{
    marks->few |= others->few;
    for (size_t i = 0; marks->many && i <= marks->count / FEW; i++)
        marks->many[i] |= others->many[i];
}

static check_function *const checks[] = {
    [OP_FALSE] = check_false,
    [OP_TYPE] = check_type,
    [OP_ENUM] = check_enum,
    [OP_CONST] = check_const,
    [OP_MULTIPLE_OF] = check_multiple_of,
    [OP_MAXIMUM] = check_limit,
    [OP_EXCLUSIVE_MAXIMUM] = check_limit,
    [OP_MINIMUM] = check_limit,
    [OP_EXCLUSIVE_MINIMUM] = check_limit,
    [OP_MAX_LENGTH] = check_length,
    [OP_MIN_LENGTH] = check_length,
    [OP_PATTERN] = check_pattern,
    [OP_FORMAT] = check_format,
    [OP_MAX_ITEMS] = check_count,
    [OP_MIN_ITEMS] = check_count,
    [OP_UNIQUE_ITEMS] = check_unique_items,
    [OP_PREFIX_ITEMS] = check_prefix_items,
    [OP_ITEMS] = check_items,
    [OP_CONTAINS] = check_contains,
    [OP_MAX_PROPERTIES] = check_count,
    [OP_MIN_PROPERTIES] = check_count,
    [OP_REQUIRED] = check_required,
    [OP_PROPERTIES] = check_properties,
    [OP_PROPERTY_NAMES] = check_property_names,
    [OP_DEPENDENCIES] = check_dependencies,
    [OP_REF] = check_reference,
    [OP_DYNAMIC_REF] = check_dynamic_reference,
    [OP_RECURSIVE_REF] = check_recursive_reference,
    [OP_ALL_OF] = check_all_of,
    [OP_ANY_OF] = check_any_of,
    [OP_ONE_OF] = check_one_of,
    [OP_NOT] = check_not,
    [OP_IF] = check_if,
    [OP_UNEVALUATED_ITEMS] = check_unevaluated_items,
    [OP_UNEVALUATED_PROPERTIES] = check_unevaluated_properties,
};

static int run_keywords(struct run *run, const struct schema *schema, const struct sl_node *node,
                        struct marks *marks)
{
    int fits = 1;
    for (uint32_t i = 0; i < schema->count; i++) {
        const struct keyword *keyword = &schema->keywords[i];
        struct check check = {run, schema, keyword, node, marks, {0}};
        int result = checks[keyword->op](&check);
        if (result < 0)
            return -1;
        if (result == 0 && !run->collector)
            return 0;
        fits &= result;
    }
    return fits;
}

static int run_marked(struct run *run, const struct schema *schema, const struct sl_node *node,
                      struct marks *around)
{
    struct marks own;
    if (marks_init(&own, node->count, run->err) < 0)
        return -1;
    int fits = run_keywords(run, schema, node, &own);
    if (fits == 1 && around)
        marks_add(around, &own);
    marks_release(&own);
    return fits;
}

static int too_deep(struct run *run)
{
    (void)sl_fail(run->err, SL_E_LIMIT, "checking goes through more than %d schemas inside one another",
                  SL_SCHEMA_DEPTH_MAX);
    return sl_hint(run->err, "a schema that refers to itself for the same value has no end");
}

int run_schema(struct run *run, const struct schema *schema, const struct sl_node *node, struct marks *marks)
{
    if (schema->count == 0)
        return 1;
    if (budget_take(&run->budget, 1, run->err) < 0)
        return -1;
    if (run->depth == SL_SCHEMA_DEPTH_MAX)
        return too_deep(run);
    const struct scope *outer = run->scope;
    struct scope scope = {outer, schema->resource};
    if (!outer || outer->resource != schema->resource)
        run->scope = &scope;
    run->depth++;
    bool marked = (marks || schema->unevaluated) && node->count;
    int fits = marked ? run_marked(run, schema, node, marks) : run_keywords(run, schema, node, NULL);
    run->depth--;
    run->scope = outer;
    return fits;
}

int run_quietly(struct run *run, const struct schema *schema, const struct sl_node *node, struct marks *marks)
{
    struct collector *collector = run->collector;
    run->collector = NULL;
    int fits = run_schema(run, schema, node, marks);
    run->collector = collector;
    return fits;
}

int run_member(struct run *run, const struct schema *schema, const struct sl_node *map, uint32_t index)
{
    struct step step = {.outer = run->at, .key = map->as.entries[index].key};
    run->at = &step;
    int fits = run_schema(run, schema, map->as.entries[index].value, NULL);
    run->at = step.outer;
    return fits;
}

int run_item(struct run *run, const struct schema *schema, const struct sl_node *list, uint32_t index)
{
    struct step step = {.outer = run->at, .index = index};
    run->at = &step;
    int fits = run_schema(run, schema, list->as.items[index], NULL);
    run->at = step.outer;
    return fits;
}

int run_regex(struct run *run, const struct regex *regex, struct sl_str pattern, struct sl_str text)
{
    int result = regex_match(regex, &run->matcher, text, &run->budget, run->err);
    char shown[128];
    if (result < 0)
        return sl_wrap(run->err, "the pattern \"%s\"", sl_escape(shown, sizeof shown, pattern));
    return result;
}

static struct run start(const struct sl_schema *schema, struct collector *collector, struct sl_err *err)
{
    return (struct run){.program = schema,
                        .err = err,
                        .budget = SL_SCHEMA_STEPS_MAX,
                        .nearness = SL_SCHEMA_NEARNESS_MAX,
                        .collector = collector};
}

int sl_schema_validate(struct sl_schema_report **report, const struct sl_schema *schema,
                       const struct sl_node *instance, struct sl_err *err)
{
    struct run run = start(schema, NULL, err);
    int fits = run_schema(&run, schema->root, instance, NULL);
    if (fits == 0 && report) {
        struct collector collector;
        struct regex_matcher matcher = run.matcher;
        run = start(schema, &collector, err);
        run.matcher = matcher;
        if (collector_init(&collector, err) < 0 || run_schema(&run, schema->root, instance, NULL) < 0 ||
            collector_finish(&collector, report, err) < 0)
            fits = -1;
        collector_release(&collector);
    }
    regex_matcher_release(&run.matcher);
    return fits;
}
