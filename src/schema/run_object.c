/* Checks of maps and their members. */
#include "run.h"

#include "value.h"

#include <sealift/text.h>
#include <stdio.h>

enum { MESSAGE_MAX = SHOWN_MAX + 64 };

static bool has_member(const struct sl_node *map, struct sl_str name)
{
    return sl_node_entry(map, name) != NULL;
}

/* -- names that must be there -- */

/* A member that no `required` name has and that is near to the one that is missing. */
static struct sl_str find_misspelt(char hint[MEANT_MAX], const struct check *check, struct sl_str name)
{
    char shown[SHOWN_MAX];
    struct nearest nearest = nearest_start(name, &check->run->nearness);
    for (uint32_t i = 0; i < check->node->count; i++)
        nearest_try(&nearest, check->node->as.entries[i].key);
    if (!nearest.best.ptr)
        return nearest_hint(hint, &nearest, "");
    (void)snprintf(hint, MEANT_MAX, "is %s meant?", show_name(shown, nearest.best));
    return sl_str_from(hint);
}

static int fail_missing(const struct check *check, struct sl_str name, struct sl_str trigger)
{
    char shown[SHOWN_MAX];
    char other[SHOWN_MAX];
    char hint[MEANT_MAX];
    struct check hinted = *check;
    if (!collector_is_full(check->run->collector))
        hinted.hint = find_misspelt(hint, check, name);
    if (trigger.ptr)
        return check_fail(&hinted, "lacks %s, which is required where there is %s", show_name(shown, name),
                          show_name(other, trigger));
    return check_fail(&hinted, "lacks the required member %s", show_name(shown, name));
}

static int check_names(const struct check *check, const struct names *names, struct sl_str trigger)
{
    int fits = 1;
    for (size_t i = 0; i < names->count; i++) {
        if (budget_take(&check->run->budget, 1 + check->node->count / 16, check->run->err) < 0)
            return -1;
        if (has_member(check->node, names->names[i]))
            continue;
        fits = 0;
        if (!check->run->collector)
            return 0;
        if (fail_missing(check, names->names[i], trigger) < 0)
            return -1;
    }
    return fits;
}

int check_required(const struct check *check)
{
    if (check->node->kind != SL_MAP)
        return 1;
    return check_names(check, &check->keyword->as.required, (struct sl_str){0});
}

int check_dependencies(const struct check *check)
{
    if (check->node->kind != SL_MAP)
        return 1;
    int fits = 1;
    for (size_t i = 0; i < check->keyword->as.dependencies.count && (fits || check->run->collector); i++) {
        const struct dependency *row = &check->keyword->as.dependencies.rows[i];
        if (budget_take(&check->run->budget, 1 + check->node->count / 16, check->run->err) < 0)
            return -1;
        if (!has_member(check->node, row->trigger))
            continue;
        int result = row->schema ? run_schema(check->run, row->schema, check->node, check->marks)
                                 : check_names(check, &row->required, row->trigger);
        if (result < 0)
            return -1;
        fits &= result;
    }
    return fits;
}

/* -- members -- */

static const struct property *find_property(const struct object_rules *rules, struct sl_str name)
{
    size_t low = 0;
    size_t high = rules->property_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = sl_str_compare(rules->properties[middle].name, name);
        if (order == 0)
            return &rules->properties[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* A known name that is not there and that this one is near to. */
static struct sl_str find_meant(char hint[MEANT_MAX], const struct check *check,
                                const struct object_rules *rules, struct sl_str name)
{
    struct nearest nearest = nearest_start(name, &check->run->nearness);
    for (size_t i = 0; rules && i < rules->property_count; i++) {
        struct sl_str candidate = rules->properties[i].name;
        unsigned distance;
        if (!nearest_is_nearer(&nearest, candidate, &distance))
            continue;
        uint64_t cost = check->node->count / 16;
        check->run->nearness -= cost < check->run->nearness ? cost : check->run->nearness;
        if (has_member(check->node, candidate))
            continue;
        nearest.distance = distance;
        nearest.best = candidate;
    }
    return nearest_hint(hint, &nearest, "did you mean");
}

static int fail_unknown(const struct check *check, const char *keyword, const struct object_rules *rules,
                        uint32_t index)
{
    if (!check->run->collector)
        return 0;
    char hint[MEANT_MAX];
    char shown[SHOWN_MAX];
    char message[MESSAGE_MAX];
    struct check hinted = *check;
    struct sl_str name = check->node->as.entries[index].key;
    if (!collector_is_full(check->run->collector))
        hinted.hint = find_meant(hint, check, rules, name);
    (void)snprintf(message, sizeof message, "the member %s is not known here", show_name(shown, name));
    return check_fail_member(&hinted, keyword, index, message);
}

static int check_member(const struct check *check, const struct object_rules *rules, uint32_t index)
{
    struct sl_str name = check->node->as.entries[index].key;
    const struct property *property = find_property(rules, name);
    bool known = property != NULL;
    int fits = 1;
    if (property)
        fits = run_member(check->run, property->schema, check->node, index);
    for (size_t i = 0; i < rules->pattern_count && fits >= 0 && (fits || check->run->collector); i++) {
        const struct pattern_property *pattern = &rules->patterns[i];
        int matches = run_regex(check->run, pattern->regex, pattern->pattern, name);
        if (matches < 0)
            return -1;
        if (matches == 0)
            continue;
        known = true;
        int result = run_member(check->run, pattern->schema, check->node, index);
        fits = result < 0 ? -1 : fits & result;
    }
    if (known || rules->marks_additional)
        marks_set(check->marks, index);
    if (known || !rules->additional)
        return fits;
    if (schema_is_false(rules->additional))
        return fail_unknown(check, "additionalProperties", rules, index);
    return run_member(check->run, rules->additional, check->node, index);
}

int check_properties(const struct check *check)
{
    if (check->node->kind != SL_MAP)
        return 1;
    int fits = 1;
    for (uint32_t i = 0; i < check->node->count; i++) {
        int result = check_member(check, check->keyword->as.object, i);
        if (result < 0 || (result == 0 && !check->run->collector))
            return result;
        fits &= result;
    }
    return fits;
}

int check_unevaluated_properties(const struct check *check)
{
    const struct schema *schema = check->keyword->as.list.schemas[0];
    if (check->node->kind != SL_MAP || !check->marks)
        return 1;
    int fits = 1;
    for (uint32_t i = 0; i < check->node->count; i++) {
        if (marks_has(check->marks, i))
            continue;
        int result = schema_is_false(schema) ? fail_unknown(check, check->keyword->name, NULL, i)
                                             : run_member(check->run, schema, check->node, i);
        if (result < 0 || (result == 0 && !check->run->collector))
            return result;
        fits &= result;
        marks_set(check->marks, i);
    }
    return fits;
}

static int fail_name(const struct check *check, uint32_t index)
{
    char shown[SHOWN_MAX];
    char message[MESSAGE_MAX];
    (void)snprintf(message, sizeof message, "the name %s is not one that is allowed",
                   show_name(shown, check->node->as.entries[index].key));
    return check_fail_member(check, check->keyword->name, index, message);
}

int check_property_names(const struct check *check)
{
    if (check->node->kind != SL_MAP)
        return 1;
    const struct schema *schema = check->keyword->as.list.schemas[0];
    int fits = 1;
    for (uint32_t i = 0; i < check->node->count; i++) {
        const struct sl_entry *entry = &check->node->as.entries[i];
        struct sl_node name = {.kind = SL_STRING, .mark = entry->key_mark};
        name.as.text = entry->key;
        int result = run_quietly(check->run, schema, &name, NULL);
        if (result == 0 && check->run->collector)
            result = fail_name(check, i);
        if (result < 0 || (result == 0 && !check->run->collector))
            return result;
        fits &= result;
    }
    return fits;
}
