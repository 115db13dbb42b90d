/*
 * Files and defines: which of them are run with what, and that none is run twice with the same, or for ever. What stands in them
 * is followed in template_run.c.
 */
#include "template_run.h"

#include <string.h>

/* How often a piece comes to itself before it is looked at whether that goes on for ever, and how often at most. */
enum { AGAIN_FEW = 2, AGAIN_MAX = 8 };

struct template_done {
    bool running, stale, raw;
};

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

/* A define that goes down a tree: what lies deeper than it has been counts as read, whatever it is. */
static bool goes_on_for_ever(struct template_run *run, const struct template_piece *piece,
                             struct template_value *dot)
{
    unsigned again = 0;
    struct template_value *outer = NULL;
    for (const struct template_frame *frame = run->frame; frame; frame = frame->above) {
        if (frame->piece != piece)
            continue;
        outer = again == 0 ? frame->dot : outer;
        again++;
    }
    if (again < AGAIN_FEW)
        return false;
    if (template_value_escape_deeper(&run->values, dot, outer))
        return true;
    if (again >= AGAIN_MAX)
        template_value_escape(&run->values, dot);
    return again >= AGAIN_MAX;
}

bool template_run_piece(struct template_run *run, struct template_piece *piece, struct template_value *dot)
{
    struct template_done *done = template_values_go_on(&run->values) ? find_done(run, piece, dot) : NULL;
    if (!done || done->running || !done->stale || goes_on_for_ever(run, piece, dot))
        return done && done->raw;
    const struct template_frame frame = {piece, dot, run->frame};
    size_t changes = run->values.changes;
    bool raw = run->raw;
    /* All are used once the chart's own templates have been run: nothing is written to them after that. */
    if (!piece->used)
        piece->used = true;
    if (piece->broken)
        template_value_escape(&run->values, dot);
    done->running = true;
    run->frame = &frame;
    run->raw = false;
    template_run_apart(run, piece->nodes, dot);
    done->raw = run->raw;
    run->raw = raw;
    run->frame = frame.above;
    done->running = false;
    /* Where it changes what it is given, it does so again with what looks the same. */
    done->stale = changes != run->values.changes;
    return done->raw;
}

static bool is_root(const struct template_value *value)
{
    return value && value->kind == TEMPLATE_VALUE_ROOT;
}

static bool run_all(struct template_run *run, struct template_piece *pieces, const enum templates_kind *kind,
                    struct template_value *dot)
{
    bool raw = false;
    for (struct template_piece *piece = pieces; piece; piece = piece->next)
        if (!kind || piece->kind == *kind)
            raw = template_run_piece(run, piece, dot) || raw;
    return raw;
}

/* False: there is none of that name. */
static bool include_named(struct template_run *run, struct sl_str name, struct template_value *dot, bool *raw)
{
    bool found = false;
    for (struct template_piece *piece = run->defines; piece; piece = piece->next) {
        if (!sl_str_equal(piece->name, name))
            continue;
        found = true;
        *raw = template_run_piece(run, piece, dot) || *raw;
    }
    return found;
}

struct template_value *template_include(struct template_run *run, struct template_value *name,
                                        struct template_value *dot)
{
    static const enum templates_kind file = TEMPLATES_FILE;
    struct template_value *option;
    bool any = !name || name->more, raw = false;
    for (size_t i = 0; (option = template_value_option(name, i)); i++) {
        bool text = option->kind == TEMPLATE_VALUE_TEXT;
        /* Files of templates/ are run with the root in any case. */
        if (option->kind == TEMPLATE_VALUE_BASE && !is_root(dot))
            raw = run_all(run, run->files, &file, dot) || raw;
        /* One that is not there stops Helm, and where values name it they are for somebody else. */
        else if (text && !include_named(run, option->text, dot, &raw) && !run->of_values)
            template_value_escape(&run->values, dot);
        any = any || (!text && option->kind != TEMPLATE_VALUE_BASE);
    }
    if (any)
        raw = run_all(run, run->defines, NULL, dot) || raw;
    return raw ? template_value_make(&run->values, TEMPLATE_VALUE_RAW) : NULL;
}

static void run_known_text(struct template_run *run, struct sl_str text, struct template_value *dot)
{
    struct template_file file;
    struct sl_err ignored = {0};
    if (template_parse(&file, &run->values.arena, text, &ignored) < 0) {
        run->values.lost = true;
        return;
    }
    /* Braces are another program's as well. */
    bool meant = !run->of_values || memmem(text.ptr, text.len, ".Values", strlen(".Values"));
    if (file.broken && meant)
        template_value_escape(&run->values, dot);
    template_run_apart(run, file.nodes, dot);
}

void template_run_text(struct template_run *run, struct template_value *text, struct template_value *dot)
{
    static const enum templates_kind carried = TEMPLATES_CARRIED;
    struct template_value *option;
    bool unknown = !text || text->more;
    for (size_t i = 0; template_values_go_on(&run->values) && (option = template_value_option(text, i));
         i++) {
        if (option->kind == TEMPLATE_VALUE_TEXT)
            run_known_text(run, option->text, dot);
        else if (option->kind == TEMPLATE_VALUE_RAW || template_value_is_raw(&run->values, option))
            template_value_escape(&run->values, dot);
        else
            unknown = true;
    }
    if (unknown) {
        template_value_lend(&run->values, dot);
        (void)run_all(run, run->files, &carried, dot);
    }
}
