/* Checks of lists and their items. */
#include "run.h"

#include "value.h"

int check_unique_items(const struct check *check)
{
    if (check->node->kind != SL_LIST)
        return 1;
    uint32_t pair[2] = {0, 0};
    int unique = value_items_unique(check->node, pair, &check->run->budget, check->run->err);
    if (unique != 0)
        return unique;
    return check_fail(check, "items %u and %u are the same, and each may be there only once", pair[0],
                      pair[1]);
}

int check_prefix_items(const struct check *check)
{
    if (check->node->kind != SL_LIST)
        return 1;
    int fits = 1;
    for (uint32_t i = 0; i < check->node->count && i < check->keyword->as.list.count; i++) {
        int result = run_item(check->run, check->keyword->as.list.schemas[i], check->node, i);
        if (result < 0 || (result == 0 && !check->run->collector))
            return result;
        fits &= result;
        marks_set(check->marks, i);
    }
    return fits;
}

static int fail_rest(const struct check *check, uint32_t allowed)
{
    return check_fail(check, "must have at most %u items, not %u", allowed, check->node->count);
}

int check_items(const struct check *check)
{
    const struct schema *schema = check->keyword->as.items.schema;
    uint32_t from = check->keyword->as.items.from;
    if (check->node->kind != SL_LIST || check->node->count <= from)
        return 1;
    if (schema_is_false(schema))
        return fail_rest(check, from);
    int fits = 1;
    for (uint32_t i = from; i < check->node->count; i++) {
        int result = run_item(check->run, schema, check->node, i);
        if (result < 0 || (result == 0 && !check->run->collector))
            return result;
        fits &= result;
        marks_set(check->marks, i);
    }
    return fits;
}

int check_contains(const struct check *check)
{
    if (check->node->kind != SL_LIST)
        return 1;
    uint64_t found = 0;
    for (uint32_t i = 0; i < check->node->count; i++) {
        int result =
            run_quietly(check->run, check->keyword->as.contains.schema, check->node->as.items[i], NULL);
        if (result < 0)
            return -1;
        found += (unsigned)result;
        if (result && check->keyword->as.contains.marks)
            marks_set(check->marks, i);
    }
    uint64_t min = check->keyword->as.contains.min;
    uint64_t max = check->keyword->as.contains.max;
    if (found < min)
        return check_fail(check, "must contain at least %llu item%s that fit%s, and has %llu",
                          (unsigned long long)min, min == 1 ? "" : "s", min == 1 ? "s" : "",
                          (unsigned long long)found);
    if (found > max)
        return check_fail(check, "must contain at most %llu item%s that fit%s, and has %llu",
                          (unsigned long long)max, max == 1 ? "" : "s", max == 1 ? "s" : "",
                          (unsigned long long)found);
    return 1;
}

int check_unevaluated_items(const struct check *check)
{
    const struct schema *schema = check->keyword->as.list.schemas[0];
    if (check->node->kind != SL_LIST || !check->marks)
        return 1;
    int fits = 1;
    for (uint32_t i = 0; i < check->node->count; i++) {
        if (marks_has(check->marks, i))
            continue;
        int result = schema_is_false(schema) ? check_fail(check, "item %u is not known here", i)
                                             : run_item(check->run, schema, check->node, i);
        if (result < 0 || (result == 0 && !check->run->collector))
            return result;
        fits &= result;
        marks_set(check->marks, i);
    }
    return fits;
}
