#include "template_run.h"

#include "base/limits.h"

#include <stdlib.h>

/* Pipes, blocks and templates in one another; and how often the body of a range is gone through, as what it changes may be
 * seen by what stands before. */
enum { DEPTH_MAX = 400, PASSES_MAX = 3 };

struct template_done {
    bool running, stale;
};

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

/* Which of the assignments comes last nobody knows here. */
static void assign(struct template_run *run, struct sl_str name, struct template_value *value)
{
    struct template_variable *variable = find_variable(run, name);
    if (!variable)
        return;
    struct template_value *joined = template_value_join(&run->values, variable->value, value);
    run->values.changes += joined != variable->value;
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
        value = count > 0 ? NULL : value;
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

static void run_range(struct template_run *run, const struct template_node *node, struct template_value *dot)
{
    const struct template_pipe *pipe = node->pipe;
    struct template_value *whole = value_of_pipe(run, pipe, dot);
    struct template_value *item = template_value_items(&run->values, whole, TEMPLATE_RANGED);
    for (int pass = 0; pass < PASSES_MAX; pass++) {
        size_t variables = run->variable_count, changes = run->values.changes;
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
        if (changes == run->values.changes)
            break;
    }
    run_inside(run, node->otherwise, dot);
}

static void run_node(struct template_run *run, const struct template_node *node, struct template_value *dot)
{
    size_t variables = run->variable_count;
    struct template_value *value;
    switch (node->kind) {
    case TEMPLATE_ACTION:
        value = run_pipe(run, node->pipe, dot);
        if (!node->pipe || node->pipe->variable_count == 0)
            template_value_escape(&run->values, value);
        return;
    case TEMPLATE_CALL:
        template_include(run, template_value_text(&run->values, TEMPLATE_VALUE_TEXT, node->name),
                         run_pipe(run, node->pipe, dot));
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

/* -- files and defines -- */

/* What is noted of a piece that was run with that before; made if need be. */
static struct template_done *find_done(struct template_run *run, const struct template_piece *piece,
                                       const struct template_value *dot)
{
    struct sl_err ignored = {0};
    const uint64_t parts[2] = {(uint64_t)(uintptr_t)piece, template_value_hash(&run->values, dot)};
    struct template_done *done = sl_map_get(&run->done, (struct sl_str){(const char *)parts, sizeof parts});
    if (done)
        return done;
    done = sl_arena_alloc(&run->values.arena, sizeof *done);
    char *key = sl_arena_alloc(&run->values.arena, sizeof parts);
    if (done && key) {
        memcpy(key, parts, sizeof parts);
        done->stale = true;
        if (sl_map_put(&run->done, (struct sl_str){key, sizeof parts}, done, &ignored) >= 0)
            return done;
    }
    run->values.lost = true;
    return NULL;
}

static void run_piece(struct template_run *run, struct template_piece *piece, struct template_value *dot)
{
    struct template_done *done = template_values_go_on(&run->values) ? find_done(run, piece, dot) : NULL;
    if (!done || done->running || !done->stale)
        return;
    size_t variables = run->variable_count, first = run->first_variable, changes = run->values.changes;
    piece->used = true;
    if (piece->broken)
        template_value_escape(&run->values, dot);
    done->running = true;
    run->first_variable = variables;
    declare(run, SL_STR("$"), dot);
    run_nodes(run, piece->nodes, dot);
    run->variable_count = variables;
    run->first_variable = first;
    done->running = false;
    /* Where it changes what it is given, it does so again with what looks the same. */
    done->stale = changes != run->values.changes;
}

static bool is_root(const struct template_value *value)
{
    return value && value->kind == TEMPLATE_VALUE_ROOT;
}

static void run_all(struct template_run *run, struct template_piece *pieces, const enum templates_kind *kind,
                    struct template_value *dot)
{
    for (struct template_piece *piece = pieces; piece; piece = piece->next)
        if (!kind || piece->kind == *kind)
            run_piece(run, piece, dot);
}

void template_include(struct template_run *run, struct template_value *name, struct template_value *dot)
{
    static const enum templates_kind file = TEMPLATES_FILE;
    struct template_value *option;
    bool any = !name || name->more;
    for (size_t i = 0; (option = template_value_option(name, i)); i++) {
        bool found = false;
        for (struct template_piece *piece = run->defines; piece && option->kind == TEMPLATE_VALUE_TEXT;
             piece = piece->next) {
            if (!sl_str_equal(piece->name, option->text))
                continue;
            found = true;
            run_piece(run, piece, dot);
        }
        /* Files of templates/ are run with the root in any case. */
        if (option->kind == TEMPLATE_VALUE_BASE && !is_root(dot))
            run_all(run, run->files, &file, dot);
        else if (option->kind == TEMPLATE_VALUE_TEXT && !found)
            template_value_escape(&run->values, dot);
        any = any || (option->kind != TEMPLATE_VALUE_TEXT && option->kind != TEMPLATE_VALUE_BASE);
    }
    if (any)
        run_all(run, run->defines, NULL, dot);
}

static int add_pieces(struct template_run *run, struct values_reader *reader, enum templates_kind kind,
                      const struct template_file *file)
{
    struct template_piece *piece = sl_arena_alloc(run->arena, sizeof *piece);
    if (!piece)
        return -1;
    *piece = (struct template_piece){
        .nodes = file->nodes, .reader = reader, .kind = kind, .broken = file->broken, .next = run->files};
    run->files = piece;
    for (struct template_define *define = file->defines; define; define = define->next) {
        piece = sl_arena_alloc(run->arena, sizeof *piece);
        if (!piece)
            return -1;
        *piece = (struct template_piece){.name = define->name,
                                         .nodes = define->inside,
                                         .reader = reader,
                                         .broken = file->broken,
                                         .next = run->defines};
        run->defines = piece;
    }
    return 0;
}

void template_run_text(struct template_run *run, struct template_value *text, struct template_value *dot)
{
    static const enum templates_kind carried = TEMPLATES_CARRIED;
    struct template_value *option;
    struct sl_err ignored = {0};
    /* What the values themselves read is looked for where a key is unknown. */
    for (size_t i = 0; (option = template_value_option(text, i)); i++) {
        struct template_file file;
        if (option->kind != TEMPLATE_VALUE_TEXT || !template_values_go_on(&run->values))
            continue;
        if (template_parse(&file, &run->values.arena, option->text, &ignored) < 0)
            run->values.lost = true;
        if (file.broken)
            template_value_escape(&run->values, dot);
        size_t variables = run->variable_count, first = run->first_variable;
        run->first_variable = variables;
        declare(run, SL_STR("$"), dot);
        run_nodes(run, file.nodes, dot);
        run->variable_count = variables;
        run->first_variable = first;
    }
    if (!text || text->more)
        run_all(run, run->files, &carried, dot);
}

/* -- all of it -- */

struct templates {
    struct template_run run;
    struct sl_arena arena;
    struct values_reader **readers;
    size_t reader_count, reader_room;
};

int templates_new(struct templates **out, struct sl_err *err)
{
    struct templates *made = calloc(1, sizeof *made);
    if (!made)
        return sl_fail_memory(err);
    sl_arena_init(&made->arena, SL_DOC_MEMORY_MAX);
    sl_arena_init(&made->run.values.arena, SL_DOC_MEMORY_MAX);
    sl_map_init(&made->run.done);
    made->run.arena = &made->arena;
    *out = made;
    return 0;
}

void templates_free(struct templates *templates)
{
    if (!templates)
        return;
    sl_map_release(&templates->run.done);
    sl_arena_release(&templates->run.values.arena);
    sl_arena_release(&templates->arena);
    free(templates->readers);
    free(templates);
}

void templates_freep(struct templates **templates)
{
    templates_free(*templates);
    *templates = NULL;
}

static int note_reader(struct templates *templates, struct values_reader *reader, struct sl_err *err)
{
    for (size_t i = 0; i < templates->reader_count; i++)
        if (templates->readers[i] == reader)
            return 0;
    if (templates->reader_count == templates->reader_room) {
        size_t room = templates->reader_room ? 2 * templates->reader_room : 8;
        struct values_reader **readers = realloc(templates->readers, room * sizeof(struct values_reader *));
        if (!readers)
            return sl_fail_memory(err);
        templates->readers = readers;
        templates->reader_room = room;
    }
    templates->readers[templates->reader_count++] = reader;
    return 0;
}

int templates_add(struct templates *templates, struct values_reader *reader, enum templates_kind kind,
                  struct sl_str text, struct sl_err *err)
{
    struct template_file file;
    if (note_reader(templates, reader, err) < 0)
        return -1;
    if (templates->arena.used > SL_VALIDATE_TEMPLATES_MEMORY) {
        reader->unsure = true;
        return 0;
    }
    if (template_parse(&file, &templates->arena, text, err) < 0)
        return -1;
    return add_pieces(&templates->run, reader, kind, &file) < 0 ? sl_fail_memory(err) : 0;
}

/* Files with the root of their chart, then the defines that nothing has run: it may be that we did not see who does. */
static void run_own(struct template_run *run)
{
    for (struct template_piece *piece = run->files; piece; piece = piece->next)
        if (piece->kind == TEMPLATES_FILE)
            run_piece(run, piece, template_value_root(&run->values, piece->reader));
    for (struct template_piece *piece = run->defines; piece; piece = piece->next)
        if (!piece->used)
            run_piece(run, piece, template_value_root(&run->values, piece->reader));
}

int templates_run(struct templates *templates, struct sl_err *err)
{
    struct template_run *run = &templates->run;
    run->values.readers = templates->readers;
    run->values.reader_count = templates->reader_count;
    run_own(run);
    bool lost = run->values.lost;
    for (size_t i = 0; i < templates->reader_count; i++) {
        templates->readers[i]->unsure = templates->readers[i]->unsure || run->values.spent;
        lost = lost || templates->readers[i]->lost;
    }
    return lost ? sl_fail_memory(err) : 0;
}
