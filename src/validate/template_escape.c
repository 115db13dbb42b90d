/*
 * Values that go where nobody follows them, and texts that nobody knows.
 */
#include "template_value.h"

#include <string.h>

/* Maps in one another. */
enum { DEPTH_MAX = 24, DEEPER_MAX = 6 };

static void escape_option(struct template_value *option)
{
    bool path = option->kind == TEMPLATE_VALUE_PATH;
    if (option->kind == TEMPLATE_VALUE_ROOT || (path && option->read == &option->reader->root))
        option->reader->unsure = true;
    else if (path)
        option->read->whole = true;
}

/* NOLINTNEXTLINE(misc-no-recursion): maps in one another, no deeper than DEPTH_MAX. */
static void escape_at(struct template_values *values, struct template_value *value, unsigned depth)
{
    struct template_value *option;
    values->spent = values->spent || depth > DEPTH_MAX;
    for (size_t i = 0; template_values_go_on(values) && (option = template_value_option(value, i)); i++) {
        escape_option(option);
        if (option->kind != TEMPLATE_VALUE_MAP)
            continue;
        for (const struct template_member *member = option->first; member; member = member->next)
            escape_at(values, member->value, depth + 1);
        escape_at(values, option->rest, depth + 1);
        escape_at(values, option->under, depth + 1);
    }
}

void template_value_escape(struct template_values *values, struct template_value *value)
{
    escape_at(values, value, 0);
}

/* dict "Values" .Values */
static bool is_values(const struct template_member *member)
{
    struct template_value *value = member->value;
    return sl_str_equal(member->key, SL_STR("Values")) && value && value->kind == TEMPLATE_VALUE_PATH &&
           value->read == &value->reader->root;
}

/* NOLINTNEXTLINE(misc-no-recursion): maps in one another, no deeper than DEPTH_MAX. */
static void lend_at(struct template_values *values, struct template_value *value, unsigned depth)
{
    struct template_value *option;
    values->spent = values->spent || depth > DEPTH_MAX;
    for (size_t i = 0; template_values_go_on(values) && (option = template_value_option(value, i)); i++) {
        if (option->kind == TEMPLATE_VALUE_PATH)
            escape_option(option);
        if (option->kind != TEMPLATE_VALUE_MAP)
            continue;
        for (const struct template_member *member = option->first; member; member = member->next)
            if (!is_values(member))
                escape_at(values, member->value, depth + 1);
        escape_at(values, option->rest, depth + 1);
        lend_at(values, option->under, depth + 1);
    }
}

void template_value_lend(struct template_values *values, struct template_value *value)
{
    lend_at(values, value, 0);
}

/* -- texts -- */

/* NOLINTNEXTLINE(misc-no-recursion): maps in one another, no deeper than DEEPER_MAX. */
static bool is_raw_at(struct template_values *values, struct template_value *value, unsigned depth)
{
    struct template_value *option;
    for (size_t i = 0;
         depth < DEEPER_MAX && template_values_go_on(values) && (option = template_value_option(value, i));
         i++) {
        if (option->kind == TEMPLATE_VALUE_RAW ||
            (option->kind == TEMPLATE_VALUE_TEXT && memmem(option->text.ptr, option->text.len, "{{", 2)))
            return true;
        if (option->kind != TEMPLATE_VALUE_MAP)
            continue;
        for (const struct template_member *member = option->first; member; member = member->next)
            if (is_raw_at(values, member->value, depth + 1))
                return true;
        if (is_raw_at(values, option->rest, depth + 1) || is_raw_at(values, option->under, depth + 1))
            return true;
    }
    return false;
}

bool template_value_is_raw(struct template_values *values, struct template_value *value)
{
    return is_raw_at(values, value, 0);
}

/* -- what comes back to where it was, deeper each time -- */

static bool is_below(const struct values_read *read, const struct values_read *other)
{
    while (read && read->depth > other->depth)
        read = read->above;
    return read == other;
}

/* Whether `read` lies below a place that is in `outer`. */
/* NOLINTNEXTLINE(misc-no-recursion): maps in one another, no deeper than DEEPER_MAX. */
static bool is_deeper(struct template_values *values, const struct values_read *read,
                      struct template_value *outer, unsigned depth)
{
    struct template_value *option;
    for (size_t i = 0;
         depth < DEEPER_MAX && template_values_go_on(values) && (option = template_value_option(outer, i));
         i++) {
        if (option->kind == TEMPLATE_VALUE_PATH && option->read->depth > 0 && option->read != read &&
            is_below(read, option->read))
            return true;
        if (option->kind != TEMPLATE_VALUE_MAP)
            continue;
        for (const struct template_member *member = option->first; member; member = member->next)
            if (is_deeper(values, read, member->value, depth + 1))
                return true;
        if (is_deeper(values, read, option->rest, depth + 1) ||
            is_deeper(values, read, option->under, depth + 1))
            return true;
    }
    return false;
}

/* NOLINTNEXTLINE(misc-no-recursion): maps in one another, no deeper than DEEPER_MAX. */
static bool escape_deeper_at(struct template_values *values, struct template_value *value,
                             struct template_value *outer, unsigned depth)
{
    bool any = false;
    struct template_value *option;
    for (size_t i = 0;
         depth < DEEPER_MAX && template_values_go_on(values) && (option = template_value_option(value, i));
         i++) {
        if (option->kind == TEMPLATE_VALUE_PATH && is_deeper(values, option->read, outer, 0)) {
            option->read->whole = true;
            any = true;
        }
        if (option->kind != TEMPLATE_VALUE_MAP)
            continue;
        for (const struct template_member *member = option->first; member; member = member->next)
            any = escape_deeper_at(values, member->value, outer, depth + 1) || any;
        any = escape_deeper_at(values, option->rest, outer, depth + 1) || any;
        any = escape_deeper_at(values, option->under, outer, depth + 1) || any;
    }
    return any;
}

bool template_value_escape_deeper(struct template_values *values, struct template_value *value,
                                  struct template_value *outer)
{
    return escape_deeper_at(values, value, outer, 0);
}

static bool has_same(struct template_value *value, const struct template_value *other)
{
    struct template_value *option;
    for (size_t i = 0; (option = template_value_option(value, i)); i++)
        if (option == other || (option->kind == TEMPLATE_VALUE_PATH && other->kind == TEMPLATE_VALUE_PATH &&
                                option->read == other->read))
            return true;
    return false;
}

bool template_value_doubt_deeper(struct template_values *values, struct template_value *value,
                                 struct template_value *outer)
{
    struct template_value *option;
    bool all = value != NULL;
    for (size_t i = 0; template_values_go_on(values) && (option = template_value_option(value, i)); i++) {
        bool deeper = option->kind == TEMPLATE_VALUE_PATH && is_deeper(values, option->read, outer, 0);
        if (deeper)
            option->read->unsure = true;
        all = all && (deeper || has_same(outer, option));
    }
    return all;
}
