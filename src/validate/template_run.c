#include "template_run.h"

#include "base/limits.h"

#include <string.h>

/* Pipes, blocks and templates in one another; and how often the body of a range is gone through, as what it changes may be
 * seen by what stands before. */
enum { DEPTH_MAX = 400, PASSES_FEW = 3, PASSES_MAX = 12 };

static struct template_value *run_pipe(struct template_run *run, const struct template_pipe *pipe,
                                       struct template_value *dot);
static void run_nodes(struct template_run *run, const struct template_node *nodes,
                      struct template_value *dot);

/* One level deeper; false: it is too deep. */
static bool enter(struct template_run *run)
{
    run->depth++;
    run->values.spent = run->values.spent || run->depth > DEPTH_MAX;
    return template_values_go_on(&run->values);
}

/* -- variables -- */

static void declare(struct template_run *run, struct sl_str name, struct template_value *value)
{
    if (run->variable_count == TEMPLATE_VARIABLES_MAX)
        run->values.spent = true;
    else
        run->variables[run->variable_count++] = (struct template_variable){name, value};
}

static struct template_variable *find_variable(struct template_run *run, struct sl_str name)
{
    for (size_t i = run->variable_count; i > run->first_variable; i--)
        if (sl_str_equal(run->variables[i - 1].name, name))
            return &run->variables[i - 1];
    return NULL;
}

static bool has_equal(struct template_run *run, struct template_value *value, struct template_value *other)
{
    const uint64_t hash = template_value_hash(&run->values, other);
    struct template_value *option;
    for (size_t i = 0; (option = template_value_option(value, i)); i++)
        if (template_value_hash(&run->values, option) == hash)
            return true;
    return false;
}

/* Whether `other` says nothing new beside it. */
static bool covers(struct template_run *run, struct template_value *value, struct template_value *other)
{
    struct template_value *option;
    if (!value || !other)
        return value == other;
    for (size_t i = 0; (option = template_value_option(other, i)); i++)
        if (!has_equal(run, value, option))
            return false;
    return value->more || !other->more;
}

/* Which of the assignments comes last nobody knows here. */
static void assign(struct template_run *run, struct sl_str name, struct template_value *value)
{
    struct template_variable *variable = find_variable(run, name);
    if (!variable)
        return;
    if (covers(run, variable->value, value) ||
        (run->late && template_value_doubt_deeper(&run->values, value, variable->value)))
        return;
    struct template_value *joined = template_value_join(&run->values, variable->value, value);
    run->values.changes += joined != variable->value;
    size_t index = (size_t)(variable - run->variables);
    if (joined != variable->value && index < run->first_assigned)
        run->first_assigned = index;
    variable->value = joined;
}

/* -- pipes -- */

static struct template_value *run_term(struct template_run *run, const struct template_term *term,
                                       struct template_value *dot)
{
    const struct template_variable *variable;
    struct template_value *value = NULL;
    switch (term->kind) {
    case TEMPLATE_DOT:
        value = dot;
        break;
    case TEMPLATE_VARIABLE:
        variable = find_variable(run, term->text);
        value = variable ? variable->value : NULL;
        break;
    case TEMPLATE_TEXT:
        value = template_value_text(&run->values, TEMPLATE_VALUE_TEXT, term->text);
        break;
    case TEMPLATE_NUMBER:
        value = template_value_text(&run->values, TEMPLATE_VALUE_NUMBER, term->text);
        break;
    case TEMPLATE_LITERAL:
        if (memmem(term->text.ptr, term->text.len, "{{", 2))
            value = template_value_make(&run->values, TEMPLATE_VALUE_RAW);
        break;
    case TEMPLATE_FUNCTION:
        value = template_call(run, term->text, NULL, 0);
        break;
    case TEMPLATE_PIPE:
        value = run_pipe(run, term->pipe, dot);
        break;
    }
    for (const struct template_field *field = term->field; field; field = field->next)
        value = template_value_field(&run->values, value, field->name);
    return value;
}

static size_t count_terms(const struct template_term *term)
{
    size_t count = 0;
    for (; term; term = term->next)
        count++;
    return count;
}

/* `piped`: what comes before the "|", its last argument; `is_piped`: there is such. */
static struct template_value *run_command(struct template_run *run, const struct template_command *command,
                                          struct template_value *dot, struct template_value *piped,
                                          bool is_piped)
{
    const struct template_term *first = command->first;
    size_t count = 0;
    if (!first || !enter(run)) {
        run->depth -= first != NULL;
        return NULL;
    }
    struct template_value **arguments =
        sl_arena_array(&run->values.arena, count_terms(first) + 1, sizeof(struct template_value *));
    run->values.lost = run->values.lost || !arguments;
    for (const struct template_term *term = first->next; term && arguments; term = term->next)
        arguments[count++] = run_term(run, term, dot);
    if (is_piped && arguments)
        arguments[count++] = piped;
    struct template_value *value = NULL;
    if (arguments && first->kind == TEMPLATE_FUNCTION) {
        value = template_call(run, first->text, arguments, count);
    } else if (arguments) {
        value = run_term(run, first, dot);
        /* A method: .Files.Get "a" */
        for (size_t i = 0; i < count; i++)
            template_value_escape(&run->values, arguments[i]);
        if (count > 0)
            value = count == 1 && first->field ? template_value_at(&run->values, value, arguments[0]) : NULL;
    }
    run->depth--;
    return value;
}

static struct template_value *value_of_pipe(struct template_run *run, const struct template_pipe *pipe,
                                            struct template_value *dot)
{
    struct template_value *value = NULL;
    bool piped = false;
    for (const struct template_command *command = pipe ? pipe->first : NULL; command;
         command = command->next) {
        value = run_command(run, command, dot, value, piped);
        piped = true;
    }
    return value;
}

static struct template_value *run_pipe(struct template_run *run, const struct template_pipe *pipe,
                                       struct template_value *dot)
{
    struct template_value *value = value_of_pipe(run, pipe, dot);
    if (pipe && pipe->variable_count == 1) {
        if (pipe->assigns)
            assign(run, pipe->variables[0], value);
        else
            declare(run, pipe->variables[0], value);
    }
    return value;
}

/* -- blocks -- */

static void run_inside(struct template_run *run, const struct template_node *nodes,
                       struct template_value *dot)
{
    size_t variables = run->variable_count;
    run_nodes(run, nodes, dot);
    run->variable_count = variables;
}

/* Once through the body; whether a variable that was there before has another value. */
static bool run_pass(struct template_run *run, const struct template_node *node, struct template_value *whole,
                     struct template_value *item)
{
    const struct template_pipe *pipe = node->pipe;
    const size_t variables = run->variable_count, first_assigned = run->first_assigned;
    run->first_assigned = SIZE_MAX;
    for (unsigned i = 0; pipe && i < pipe->variable_count; i++) {
        bool key = pipe->variable_count == 2 && i == 0;
        struct template_value *value = key ? template_value_keys(&run->values, whole) : item;
        if (pipe->assigns)
            assign(run, pipe->variables[i], value);
        else
            declare(run, pipe->variables[i], value);
    }
    run_inside(run, node->inside, item);
    run->variable_count = variables;
    bool assigned = run->first_assigned < variables;
    if (first_assigned < run->first_assigned)
        run->first_assigned = first_assigned;
    return assigned;
}

static void run_range(struct template_run *run, const struct template_node *node, struct template_value *dot)
{
    struct template_value *whole = value_of_pipe(run, node->pipe, dot);
    struct template_value *item = template_value_items(&run->values, whole, TEMPLATE_RANGED);
    const bool late = run->late;
    for (unsigned pass = 1;; pass++) {
        size_t changes = run->values.changes;
        run->late = late || pass > PASSES_FEW;
        bool assigned = run_pass(run, node, whole, item);
        if (changes == run->values.changes || (!assigned && pass >= PASSES_FEW))
            break;
        /* It may go on: nobody knows what the variables come to. */
        run->values.spent = run->values.spent || pass == PASSES_MAX;
        if (pass == PASSES_MAX)
            break;
    }
    run->late = late;
    run_inside(run, node->otherwise, dot);
}

static void write_value(struct template_run *run, struct template_value *value)
{
    run->raw = run->raw || template_value_is_raw(&run->values, value);
    template_value_escape(&run->values, value);
}

static void run_node(struct template_run *run, const struct template_node *node, struct template_value *dot)
{
    size_t variables = run->variable_count;
    struct template_value *value;
    switch (node->kind) {
    case TEMPLATE_ACTION:
        value = run_pipe(run, node->pipe, dot);
        if (!node->pipe || node->pipe->variable_count == 0)
            write_value(run, value);
        return;
    case TEMPLATE_CALL:
        value = template_value_text(&run->values, TEMPLATE_VALUE_TEXT, node->name);
        write_value(run, template_include(run, value, run_pipe(run, node->pipe, dot)));
        return;
    case TEMPLATE_RANGE:
        run_range(run, node, dot);
        return;
    case TEMPLATE_IF:
    case TEMPLATE_WITH:
        value = run_pipe(run, node->pipe, dot);
        run_inside(run, node->inside, node->kind == TEMPLATE_WITH ? value : dot);
        run_inside(run, node->otherwise, dot);
        run->variable_count = variables;
        return;
    }
}

static void run_nodes(struct template_run *run, const struct template_node *nodes, struct template_value *dot)
{
    if (enter(run))
        for (; nodes; nodes = nodes->next)
            run_node(run, nodes, dot);
    run->depth--;
}

void template_run_apart(struct template_run *run, const struct template_node *nodes,
                        struct template_value *dot)
{
    size_t variables = run->variable_count, first = run->first_variable;
    run->first_variable = variables;
    declare(run, SL_STR("$"), dot);
    run_nodes(run, nodes, dot);
    run->variable_count = variables;
    run->first_variable = first;
}
