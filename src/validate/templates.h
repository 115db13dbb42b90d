/*
 * Which values the templates of a chart read: they are followed as Helm would run them, with what comes from the values
 * instead of the values themselves. Both branches of every "if" are taken, and every define is looked at for each kind of
 * thing that it is given.
 *
 * What cannot be followed never makes a key unread: the map that goes there counts as handed on (values_read.whole), and
 * where that is everything, the reader is unsure.
 *
 * Order of calls: templates_new(), templates_add() for each file of each chart of an archive, which share their defines as
 * they do in Helm, templates_run() once, templates_free().
 */
#ifndef TEMPLATES_H
#define TEMPLATES_H

#include "values_read.h"

struct templates;

enum templates_kind {
    TEMPLATES_FILE,    /* of templates/ */
    TEMPLATES_CARRIED, /* any other file of the chart, which "tpl (.Files.Get ...)" may run */
};

int templates_new(struct templates **out, struct sl_err *err) SL_MUST_USE;
void templates_free(struct templates *templates); /* NULL is fine */
void templates_freep(struct templates **templates);

/* Borrows the text. What the chart of the file reads goes to `reader`, which is the same for all its files. */
int templates_add(struct templates *templates, struct values_reader *reader, enum templates_kind kind,
                  struct sl_str text, struct sl_err *err) SL_MUST_USE;

/* Never refuses anything; -1: there is no memory. */
int templates_run(struct templates *templates, struct sl_err *err) SL_MUST_USE;

/* For templates that stand in values, which tpl runs with what the charts define: borrows all that `from`, which has been run,
 * was given; NULL: there are no charts. Several may do so at the same time. */
int templates_follow(struct templates **out, const struct templates *from, struct sl_err *err) SL_MUST_USE;

/* Runs a text with the root of a chart, or of one of several. Only after templates_follow(); the text is borrowed. */
int templates_run_text(struct templates *templates, struct values_reader *const *readers, size_t count,
                       struct sl_str text, struct sl_err *err) SL_MUST_USE;

#endif
