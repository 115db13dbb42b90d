#include "templates.h"

#include "base/limits.h"
#include "template_run.h"

#include <stdlib.h>

struct templates {
    struct template_run run;
    struct sl_arena arena;
    struct values_reader **readers;
    size_t reader_count, reader_room;
};

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

int templates_new(struct templates **out, struct sl_err *err)
{
    struct templates *made = calloc(1, sizeof *made);
    if (!made)
        return sl_fail_memory(err);
    sl_arena_init(&made->arena, SL_DOC_MEMORY_MAX);
    sl_arena_init(&made->run.values.arena, SL_DOC_MEMORY_MAX);
    sl_map_init(&made->run.done);
    made->run.arena = &made->arena;
    made->run.first_assigned = SIZE_MAX;
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

/* What a define that nobody is seen to call may be given: the root, or a map or list that carries it under one of the names
 * that are usual. */
static struct template_value *anything(struct template_run *run, struct values_reader *reader)
{
    static const char *const names[] = {"root", "context", "ctx", "top", "0", "1"};
    struct template_values *values = &run->values;
    struct template_value *root = template_value_root(values, reader);
    struct template_value *map = template_value_make(values, TEMPLATE_VALUE_MAP);
    if (map)
        map->under = root;
    for (size_t i = 0; map && i < sizeof names / sizeof names[0]; i++)
        template_value_set(values, map,
                           template_value_text(values, TEMPLATE_VALUE_TEXT, sl_str_from(names[i])), root);
    return map;
}

/* Files with the root of their chart, then the defines that nothing has run: it may be that we did not see who does. */
static void run_own(struct template_run *run)
{
    for (struct template_piece *piece = run->files; piece; piece = piece->next)
        if (piece->kind == TEMPLATES_FILE)
            template_run_piece(run, piece, template_value_root(&run->values, piece->reader));
    for (struct template_piece *piece = run->defines; piece; piece = piece->next)
        if (!piece->used)
            template_run_piece(run, piece, anything(run, piece->reader));
}

static int finish(struct templates *templates, struct sl_err *err)
{
    const struct template_run *run = &templates->run;
    bool lost = run->values.lost;
    for (size_t i = 0; i < templates->reader_count; i++) {
        templates->readers[i]->unsure = templates->readers[i]->unsure || run->values.spent;
        lost = lost || templates->readers[i]->lost;
    }
    return lost ? sl_fail_memory(err) : 0;
}

int templates_run(struct templates *templates, struct sl_err *err)
{
    struct template_run *run = &templates->run;
    run->values.readers = templates->readers;
    run->values.reader_count = templates->reader_count;
    run_own(run);
    return finish(templates, err);
}

int templates_follow(struct templates **out, const struct templates *from, struct sl_err *err)
{
    if (templates_new(out, err) < 0)
        return -1;
    (*out)->run.of_values = true;
    if (!from)
        return 0;
    (*out)->run.files = from->run.files;
    (*out)->run.defines = from->run.defines;
    (*out)->run.values.spent = from->run.values.spent;
    return 0;
}

int templates_run_text(struct templates *templates, struct values_reader *const *readers, size_t count,
                       struct sl_str text, struct sl_err *err)
{
    struct template_run *run = &templates->run;
    struct template_value *dot = NULL;
    for (size_t i = 0; i < count; i++) {
        if (note_reader(templates, readers[i], err) < 0)
            return -1;
        struct template_value *root = template_value_root(&run->values, readers[i]);
        dot = i == 0 ? root : template_value_join(&run->values, dot, root);
    }
    run->values.readers = templates->readers;
    run->values.reader_count = templates->reader_count;
    template_run_text(run, template_value_text(&run->values, TEMPLATE_VALUE_TEXT, text), dot);
    return finish(templates, err);
}
