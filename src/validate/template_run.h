/*
 * Following templates: what is at hand while it goes on.
 */
#ifndef TEMPLATE_RUN_H
#define TEMPLATE_RUN_H

#include "base/map.h"
#include "template_syntax.h"
#include "template_value.h"
#include "templates.h"

/* What can be run: a file, or a define. */
struct template_piece {
    struct sl_str name; /* of a define */
    struct template_node *nodes;
    struct values_reader *reader;
    enum templates_kind kind; /* of a file */
    bool broken;              /* something of the file was not understood */
    bool used;                /* something has run it */
    struct template_piece *next;
};

struct template_variable {
    struct sl_str name;
    struct template_value *value;
};

enum { TEMPLATE_VARIABLES_MAX = 1000 };

struct template_run {
    struct template_values values;
    struct sl_arena *arena; /* of what is parsed */
    struct template_piece *files, *defines;
    struct sl_map done; /* pieces that were run, with what; a struct template_done */
    struct template_variable variables[TEMPLATE_VARIABLES_MAX];
    size_t variable_count;
    size_t first_variable; /* of the piece at hand: its "$" */
    unsigned depth;        /* pipes, blocks and pieces in one another */
};

/* A function with its arguments; NULL: what comes of it comes from nowhere in the values. */
struct template_value *template_call(struct template_run *run, struct sl_str name,
                                     struct template_value **arguments, size_t count);

/* include: all defines of that name, or, where it is not known, whatever it may be. */
void template_include(struct template_run *run, struct template_value *name, struct template_value *dot);

/* Text that is a template. */
void template_run_text(struct template_run *run, struct template_value *text, struct template_value *dot);

#endif
