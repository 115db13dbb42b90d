#include "template_syntax.h"

struct parser {
    struct sl_arena *arena;
    struct template_words words;
    struct template_word word; /* that comes next */
    struct template_file *out;
    unsigned depth;
    bool lost; /* there is no memory: everything ends */
};

/* What ends a list of nodes. */
enum ending { ENDING_TEXT, ENDING_END, ENDING_ELSE };

static void *make(struct parser *parser, size_t size)
{
    void *made = parser->lost ? NULL : sl_arena_alloc(parser->arena, size);
    parser->lost = parser->lost || !made;
    return made;
}

static void next(struct parser *parser)
{
    parser->word = template_words_next(&parser->words);
}

static bool is_sign(const struct parser *parser, char sign)
{
    return parser->word.kind == TEMPLATE_WORD_SIGN && parser->word.sign == sign;
}

static bool is_keyword(const struct parser *parser, const char *name)
{
    return parser->word.kind == TEMPLATE_WORD_NAME && sl_str_equal(parser->word.text, sl_str_from(name));
}

static bool is_end(const struct parser *parser)
{
    return parser->word.kind == TEMPLATE_WORD_END;
}

/* What cannot be understood goes to the end of the action. */
static void give_up(struct parser *parser)
{
    parser->out->broken = true;
    if (!is_end(parser))
        template_words_skip(&parser->words);
    parser->word = (struct template_word){.kind = TEMPLATE_WORD_END};
}

/* -- pipes -- */

static struct template_pipe *parse_pipe(struct parser *parser);

static bool term_kind(enum template_term_kind *out, const struct parser *parser)
{
    switch (parser->word.kind) {
    case TEMPLATE_WORD_DOT:
    case TEMPLATE_WORD_FIELD:
        *out = TEMPLATE_DOT;
        return true;
    case TEMPLATE_WORD_VARIABLE:
        *out = TEMPLATE_VARIABLE;
        return true;
    case TEMPLATE_WORD_TEXT:
        *out = TEMPLATE_TEXT;
        return true;
    case TEMPLATE_WORD_NUMBER:
        *out = TEMPLATE_NUMBER;
        return true;
    case TEMPLATE_WORD_LITERAL:
        *out = TEMPLATE_LITERAL;
        return true;
    case TEMPLATE_WORD_NAME:
        *out = is_keyword(parser, "true") || is_keyword(parser, "false") || is_keyword(parser, "nil")
                   ? TEMPLATE_LITERAL
                   : TEMPLATE_FUNCTION;
        return true;
    case TEMPLATE_WORD_SIGN:
        *out = TEMPLATE_PIPE;
        return parser->word.sign == '(';
    default:
        return false;
    }
}

static void parse_fields(struct parser *parser, struct template_term *term, bool first)
{
    struct template_field **end = &term->field;
    while (parser->word.kind == TEMPLATE_WORD_FIELD && (first || !parser->word.apart) && !parser->lost) {
        struct template_field *field = make(parser, sizeof *field);
        if (!field)
            return;
        field->name = parser->word.text;
        *end = field;
        end = &field->next;
        first = false;
        next(parser);
    }
}

/* A string with escapes is a text like any other. */
static void unescape(struct parser *parser, struct template_term *term)
{
    struct sl_str plain;
    bool text = parser->word.kind == TEMPLATE_WORD_LITERAL && parser->word.sign == '"';
    if (!text || !template_words_unescape(&plain, parser->arena, term->text))
        return;
    parser->lost = parser->lost || !plain.ptr;
    term->kind = TEMPLATE_TEXT;
    term->text = plain;
}

/* NULL where none stands here. */
/* NOLINTNEXTLINE(misc-no-recursion): no deeper than TEMPLATE_DEPTH_MAX. */
static struct template_term *parse_term(struct parser *parser)
{
    enum template_term_kind kind;
    struct template_term *term = term_kind(&kind, parser) ? make(parser, sizeof *term) : NULL;
    if (!term)
        return NULL;
    term->kind = kind;
    term->text = parser->word.text;
    unescape(parser, term);
    bool field = parser->word.kind == TEMPLATE_WORD_FIELD;
    if (!field)
        next(parser);
    if (kind == TEMPLATE_PIPE) {
        term->pipe = parse_pipe(parser);
        if (!is_sign(parser, ')')) {
            give_up(parser);
            return term;
        }
        next(parser);
    }
    parse_fields(parser, term, field);
    return term;
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than TEMPLATE_DEPTH_MAX. */
static struct template_command *parse_command(struct parser *parser)
{
    struct template_command *command = make(parser, sizeof *command);
    if (!command)
        return NULL;
    struct template_term **end = &command->first;
    while ((*end = parse_term(parser)) != NULL)
        end = &(*end)->next;
    if (!command->first)
        give_up(parser);
    return command;
}

/* "$a :=", "$k, $v :=" and "$a =", after which the words go on; otherwise they stay where they were. */
static void parse_variables(struct parser *parser, struct template_pipe *pipe)
{
    const struct template_words words = parser->words;
    const struct template_word word = parser->word;
    while (parser->word.kind == TEMPLATE_WORD_VARIABLE && pipe->variable_count < 2) {
        pipe->variables[pipe->variable_count++] = parser->word.text;
        next(parser);
        if (!is_sign(parser, ','))
            break;
        next(parser);
    }
    pipe->assigns = is_sign(parser, '=');
    if (pipe->variable_count > 0 && (pipe->assigns || is_sign(parser, ':'))) {
        next(parser);
        return;
    }
    pipe->variable_count = 0;
    parser->words = words;
    parser->word = word;
}

/* Ends before what is no part of it: the end of the action, or a bracket that closes. */
/* NOLINTNEXTLINE(misc-no-recursion): no deeper than TEMPLATE_DEPTH_MAX. */
static struct template_pipe *parse_pipe(struct parser *parser)
{
    struct template_pipe *pipe = make(parser, sizeof *pipe);
    if (!pipe)
        return NULL;
    if (parser->depth == TEMPLATE_DEPTH_MAX) {
        give_up(parser);
        return pipe;
    }
    parser->depth++;
    parse_variables(parser, pipe);
    struct template_command **end = &pipe->first;
    for (bool more = true; more && !parser->lost;) {
        *end = parse_command(parser);
        if (!*end)
            break;
        end = &(*end)->next;
        more = is_sign(parser, '|');
        if (more)
            next(parser);
    }
    parser->depth--;
    return pipe;
}

/* -- blocks -- */

static enum ending parse_list(struct parser *parser, struct template_node **out, bool inside);

static void finish(struct parser *parser)
{
    if (!is_end(parser))
        give_up(parser);
}

/* "else", "else if ..." and "end" behind the first list of a block. */
/* NOLINTNEXTLINE(misc-no-recursion): no deeper than TEMPLATE_DEPTH_MAX. */
static void parse_rest(struct parser *parser, struct template_node *node, enum ending ending)
{
    while (ending == ENDING_ELSE && !parser->lost) {
        bool with = is_keyword(parser, "with");
        if (!with && !is_keyword(parser, "if")) {
            finish(parser);
            /* A second "else" is no template. */
            ending = parse_list(parser, &node->otherwise, true);
            parser->out->broken = parser->out->broken || ending == ENDING_ELSE;
            return;
        }
        struct template_node *other = make(parser, sizeof *other);
        if (!other)
            return;
        next(parser);
        other->kind = with ? TEMPLATE_WITH : TEMPLATE_IF;
        other->pipe = parse_pipe(parser);
        finish(parser);
        node->otherwise = other;
        node = other;
        ending = parse_list(parser, &node->inside, true);
    }
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than TEMPLATE_DEPTH_MAX. */
static void parse_block(struct parser *parser, struct template_node *node, enum template_node_kind kind)
{
    node->kind = kind;
    next(parser);
    node->pipe = parse_pipe(parser);
    finish(parser);
    parse_rest(parser, node, parse_list(parser, &node->inside, true));
}

/* {{ define "name" }}, {{ template "name" . }} and {{ block "name" . }}, which is both. */
/* NOLINTNEXTLINE(misc-no-recursion): no deeper than TEMPLATE_DEPTH_MAX. */
static void parse_named(struct parser *parser, struct template_node *node, bool defines, bool calls)
{
    next(parser);
    node->kind = TEMPLATE_CALL;
    node->name = parser->word.text;
    if (parser->word.kind != TEMPLATE_WORD_TEXT) {
        give_up(parser);
        node->kind = TEMPLATE_ACTION;
    } else {
        next(parser);
    }
    if (calls && !is_end(parser))
        node->pipe = parse_pipe(parser);
    finish(parser);
    if (!defines)
        return;
    struct template_define *define = make(parser, sizeof *define);
    if (!define)
        return;
    define->name = node->name;
    if (parse_list(parser, &define->inside, true) != ENDING_END)
        parser->out->broken = true;
    define->next = parser->out->defines;
    parser->out->defines = define;
    if (!calls)
        node->kind = TEMPLATE_ACTION;
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than TEMPLATE_DEPTH_MAX. */
static void parse_action(struct parser *parser, struct template_node *node)
{
    if (is_keyword(parser, "if")) {
        parse_block(parser, node, TEMPLATE_IF);
    } else if (is_keyword(parser, "with")) {
        parse_block(parser, node, TEMPLATE_WITH);
    } else if (is_keyword(parser, "range")) {
        parse_block(parser, node, TEMPLATE_RANGE);
    } else if (is_keyword(parser, "define")) {
        parse_named(parser, node, true, false);
    } else if (is_keyword(parser, "block")) {
        parse_named(parser, node, true, true);
    } else if (is_keyword(parser, "template")) {
        parse_named(parser, node, false, true);
    } else if (is_keyword(parser, "break") || is_keyword(parser, "continue")) {
        next(parser);
        finish(parser);
    } else {
        node->pipe = parse_pipe(parser);
        finish(parser);
    }
}

/* Actions up to the "end" or "else" that is theirs; behind an "else", the words of it come next. */
/* NOLINTNEXTLINE(misc-no-recursion): no deeper than TEMPLATE_DEPTH_MAX. */
static enum ending parse_list(struct parser *parser, struct template_node **out, bool inside)
{
    enum ending ending = ENDING_TEXT;
    parser->depth++;
    while (!parser->lost && template_words_open(&parser->words)) {
        next(parser);
        bool end = is_keyword(parser, "end"), other = is_keyword(parser, "else");
        if (end || other) {
            next(parser);
            if (end)
                finish(parser);
            ending = end ? ENDING_END : ENDING_ELSE;
            if (inside)
                break;
            give_up(parser);
            continue;
        }
        struct template_node *node = make(parser, sizeof *node);
        if (!node)
            break;
        if (parser->depth >= TEMPLATE_DEPTH_MAX) {
            give_up(parser);
            continue;
        }
        parse_action(parser, node);
        *out = node;
        out = &node->next;
    }
    parser->out->broken = parser->out->broken || (inside && ending == ENDING_TEXT);
    parser->depth--;
    return ending;
}

int template_parse(struct template_file *out, struct sl_arena *arena, struct sl_str text, struct sl_err *err)
{
    *out = (struct template_file){.nodes = NULL};
    struct parser parser = {.arena = arena, .words = {.text = text}, .out = out};
    (void)parse_list(&parser, &out->nodes, false);
    out->broken = out->broken || parser.words.broken;
    return parser.lost ? sl_fail_memory(err) : 0;
}
