/* Checks of one value by itself. */
#include "run.h"

#include "format.h"
#include "value.h"

#include <sealift/text.h>
#include <stdarg.h>
#include <stdio.h>

/* The longest message lists four alternatives of 160 bytes with their names. */
enum { MESSAGE_MAX = 1536, LISTED_MAX = 10 };

int check_fail(const struct check *check, const char *format, ...)
{
    if (!check->run->collector)
        return 0;
    char text[MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct finding_place place = {.schema = check->schema,
                                  .keyword = check->keyword->name,
                                  .op = check->keyword->op,
                                  .at = check->run->at,
                                  .mark = check->node->mark};
    return collector_add(check->run->collector, &place, sl_str_from(text), check->hint, check->run->err);
}

int check_fail_member(const struct check *check, const char *keyword, uint32_t index, const char *message)
{
    const struct sl_entry *entry = &check->node->as.entries[index];
    struct step step = {.outer = check->run->at, .key = entry->key};
    bool marked = entry->key_mark.line != 0;
    struct finding_place place = {.schema = check->schema,
                                  .keyword = keyword,
                                  .op = check->keyword->op,
                                  .at = &step,
                                  .member = true,
                                  .mark = marked ? entry->key_mark : entry->value->mark};
    return collector_add(check->run->collector, &place, sl_str_from(message), check->hint, check->run->err);
}

int check_false(const struct check *check)
{
    return check_fail(check, "nothing is allowed here");
}

/* -- type, enum, const -- */

/* The bits of the types that the value has; *whole is asked for a number that is no machine integer. */
static int types_of(const struct check *check, unsigned *types)
{
    static const unsigned by_kind[] = {
        [SL_NULL] = 1U << TYPE_NULL,
        [SL_BOOL] = 1U << TYPE_BOOLEAN,
        [SL_INT] = 1U << TYPE_NUMBER | 1U << TYPE_INTEGER,
        [SL_UINT] = 1U << TYPE_NUMBER | 1U << TYPE_INTEGER,
        [SL_FLOAT] = 1U << TYPE_NUMBER,
        [SL_STRING] = 1U << TYPE_STRING,
        [SL_LIST] = 1U << TYPE_ARRAY,
        [SL_MAP] = 1U << TYPE_OBJECT,
    };
    *types = by_kind[check->node->kind];
    if (check->node->kind != SL_FLOAT || !(check->keyword->as.types & 1U << TYPE_INTEGER))
        return 0;
    int whole = number_is_integer(check->node, check->run->err);
    if (whole == 1)
        *types |= 1U << TYPE_INTEGER;
    return whole < 0 ? -1 : 0;
}

int check_type(const struct check *check)
{
    static const char *const words[TYPE_COUNT] = {
        [TYPE_NULL] = "null",         [TYPE_BOOLEAN] = "a boolean", [TYPE_OBJECT] = "a map",
        [TYPE_ARRAY] = "a list",      [TYPE_NUMBER] = "a number",   [TYPE_STRING] = "a string",
        [TYPE_INTEGER] = "an integer"};
    unsigned types;
    unsigned wanted = check->keyword->as.types;
    if (types_of(check, &types) < 0)
        return -1;
    if (types & wanted)
        return 1;
    if (!check->run->collector)
        return 0;
    char list[128] = "";
    size_t used = 0;
    for (unsigned i = 0; i < TYPE_COUNT; i++) {
        if (!(wanted & 1U << i))
            continue;
        bool last = wanted >> i == 1;
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                 used == 0 ? ""
                                 : last    ? " or "
                                           : ", ",
                                 words[i]);
    }
    char shown[SHOWN_MAX];
    bool number = node_is_number(check->node);
    return check_fail(check, "must be %s, not %s", list,
                      number ? show_value(shown, check->node) : sl_kind_name(check->node->kind));
}

int check_const(const struct check *check)
{
    int same = value_equal(check->node, check->keyword->as.value, &check->run->budget, check->run->err);
    if (same != 0)
        return same;
    char wanted[SHOWN_MAX];
    char shown[SHOWN_MAX];
    bool container = check->node->count || check->keyword->as.value->count;
    if (container)
        return check_fail(check, "must be exactly what the schema's const is");
    return check_fail(check, "must be %s, not %s", show_value(wanted, check->keyword->as.value),
                      show_value(shown, check->node));
}

static int fail_enum(const struct check *check)
{
    if (check->keyword->node->count == 0)
        return check_fail(check, "nothing is allowed here: the schema's enum is empty");
    char list[MESSAGE_MAX / 2] = "";
    size_t used = 0;
    const struct sl_node *values = check->keyword->node;
    struct nearest nearest = nearest_start(sl_node_text(check->node), &check->run->nearness);
    for (uint32_t i = 0; i < values->count; i++) {
        char shown[SHOWN_MAX];
        const struct sl_node *value = values->as.items[i];
        const char *text = i < LISTED_MAX ? show_value(shown, value) : "...";
        if (i <= LISTED_MAX && used + strlen(text) + 8 < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", text);
        if (value->kind == SL_STRING && check->node->kind == SL_STRING && check->run->collector)
            nearest_try(&nearest, value->as.text);
    }
    char shown[SHOWN_MAX];
    char hint[MEANT_MAX];
    struct check hinted = *check;
    hinted.hint = nearest_hint(hint, &nearest, "did you mean");
    return check_fail(&hinted, "must be one of %s, not %s", list, show_value(shown, check->node));
}

int check_enum(const struct check *check)
{
    const struct sl_node *values = check->keyword->node;
    for (uint32_t i = 0; i < values->count; i++) {
        int same = value_equal(check->node, values->as.items[i], &check->run->budget, check->run->err);
        if (same != 0)
            return same;
    }
    return check->run->collector ? fail_enum(check) : 0;
}

/* -- numbers -- */

int check_limit(const struct check *check)
{
    static const struct {
        const char *words;
        bool low, equal;
    } rules[] = {
        [OP_MAXIMUM] = {"at most", false, true},
        [OP_EXCLUSIVE_MAXIMUM] = {"below", false, false},
        [OP_MINIMUM] = {"at least", true, true},
        [OP_EXCLUSIVE_MINIMUM] = {"above", true, false},
    };
    if (!node_is_number(check->node))
        return 1;
    int order;
    if (number_compare(&order, check->node, check->keyword->as.value, check->run->err) < 0)
        return -1;
    enum op op = check->keyword->op;
    if (rules[op].low ? order > 0 : order < 0)
        return 1;
    if (order == 0 && rules[op].equal)
        return 1;
    char limit[SHOWN_MAX];
    char shown[SHOWN_MAX];
    return check_fail(check, "must be %s %s, not %s", rules[op].words,
                      show_value(limit, check->keyword->as.value), show_value(shown, check->node));
}

int check_multiple_of(const struct check *check)
{
    if (!node_is_number(check->node))
        return 1;
    struct decimal value;
    const struct decimal *divisor = check->keyword->as.divisor;
    if (decimal_read(&value, check->node, check->run->err) < 0)
        return -1;
    int fits = budget_take(&check->run->budget, decimal_multiple_cost(&value, divisor), check->run->err);
    if (fits == 0)
        fits = decimal_is_multiple(&value, divisor, check->run->err);
    decimal_release(&value);
    if (fits != 0)
        return fits;
    char unit[SHOWN_MAX];
    char shown[SHOWN_MAX];
    return check_fail(check, "must be a multiple of %s, not %s", show_value(unit, check->keyword->node),
                      show_value(shown, check->node));
}

/* -- strings -- */

static uint64_t count_characters(struct sl_str text)
{
    uint64_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return count;
}

/* "at least 3 items, not 2" */
static int check_bound(const struct check *check, bool low, uint64_t count, const char *one, const char *many)
{
    uint64_t bound = check->keyword->as.count;
    if (low ? count >= bound : count <= bound)
        return 1;
    return check_fail(check, "must have at %s %llu %s, not %llu", low ? "least" : "most",
                      (unsigned long long)bound, bound == 1 ? one : many, (unsigned long long)count);
}

int check_length(const struct check *check)
{
    if (check->node->kind != SL_STRING)
        return 1;
    return check_bound(check, check->keyword->op == OP_MIN_LENGTH, count_characters(check->node->as.text),
                       "character", "characters");
}

int check_pattern(const struct check *check)
{
    if (check->node->kind != SL_STRING)
        return 1;
    struct sl_str pattern = check->keyword->node->as.text;
    int fits = run_regex(check->run, check->keyword->as.pattern, pattern, check->node->as.text);
    if (fits != 0)
        return fits;
    char shown[SHOWN_MAX];
    char wanted[SHOWN_MAX];
    return check_fail(check, "%s does not match the pattern %s", show_value(shown, check->node),
                      show_name(wanted, pattern));
}

int check_format(const struct check *check)
{
    if (check->node->kind != SL_STRING)
        return 1;
    const struct format_rule *format = check->keyword->as.format;
    int fits = format_holds(format, check->node->as.text, check->run->err);
    char shown[SHOWN_MAX];
    if (fits != 0)
        return fits;
    return check_fail(check, "%s is not %s", show_value(shown, check->node), format_words(format));
}

/* -- counts -- */

int check_count(const struct check *check)
{
    enum op op = check->keyword->op;
    bool items = op == OP_MIN_ITEMS || op == OP_MAX_ITEMS;
    if (check->node->kind != (items ? SL_LIST : SL_MAP))
        return 1;
    bool low = op == OP_MIN_ITEMS || op == OP_MIN_PROPERTIES;
    return check_bound(check, low, check->node->count, items ? "item" : "member",
                       items ? "items" : "members");
}
