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

/* A piece that is being run, and what it was given. */
struct template_frame {
    const struct template_piece *piece;
    struct template_value *dot;
    const struct template_frame *above;
};

struct template_run {
    struct template_values values;
    struct sl_arena *arena; /* of what is parsed */
    struct template_piece *files, *defines;
    struct sl_map done; /* pieces that were run, with what; a struct template_done */
    struct template_variable variables[TEMPLATE_VARIABLES_MAX];
    size_t variable_count;
    size_t first_variable; /* of the piece at hand: its "$" */
    size_t first_assigned; /* the lowest variable that has been given another value */
    unsigned depth;        /* pipes, blocks and pieces in one another */
    const struct template_frame *frame;
    bool late;      /* the range at hand goes on: what a variable is given now may go deeper for ever */
    bool raw;       /* the piece at hand has written what may be a template */
    bool of_values; /* what is run stands in values: what Helm would refuse there is not meant for it */
};

/* A function with its arguments; NULL: what comes of it comes from nowhere in the values. */
struct template_value *template_call(struct template_run *run, struct sl_str name,
                                     struct template_value **arguments, size_t count);

/* Nodes with a "$" of their own. */
void template_run_apart(struct template_run *run, const struct template_node *nodes,
                        struct template_value *dot);

/* A piece with what it is given; whether it writes what may be a template. */
bool template_run_piece(struct template_run *run, struct template_piece *piece, struct template_value *dot);

/* include: all defines of that name, or, where it is not known, whatever it may be. What it writes. */
struct template_value *template_include(struct template_run *run, struct template_value *name,
                                        struct template_value *dot);

/* print, cat and printf of texts: the text, in which "{{tpl nil .}}" stands for what is not known. NULL: it cannot be said. */
struct template_value *template_compose(struct template_run *run, struct sl_str function,
                                        struct template_value **arguments, size_t count);

/* Text that is a template. */
void template_run_text(struct template_run *run, struct template_value *text, struct template_value *dot);

#endif
