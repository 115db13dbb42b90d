/*
 * Helm's `--set` grammar: "a.b[0].c=v,d={x,y}", which Argo CD's parameters and Flux's targetPath use too.
 *
 * Names are parted by dots, "[N]" is an item of a list, a comma begins the next one, {x,y} is a list, a backslash
 * takes the next character as it is. A value is true, false or null in any case, or a whole number that does not begin
 * with 0 (or is 0), or else text. What is there is kept: maps get keys, lists get items, with null before them.
 *
 * Source: Helm 4.2.0, package strvals, with its limits and what it does at the end of a line that breaks off.
 */
#ifndef VALUES_SET_H
#define VALUES_SET_H

#include "doc/node.h"

enum sl_set_mode {
    SL_SET_TYPED,  /* --set */
    SL_SET_STRING, /* --set-string: every value is text */
    SL_SET_FILE,   /* --set-file: every value is `content`, whatever stands there */
};

struct sl_set_line {
    struct sl_str text; /* valid UTF-8 */
    enum sl_set_mode mode;
    struct sl_str content;
    struct sl_mark mark; /* that new nodes get */
};

/* Works `line` into `values`, a map in `doc` that is the caller's own down to its lists: it is changed in place, also
 * where the call fails. SL_E_INPUT with Helm's reasons (a list where a map is needed, a key without value), SL_E_LIMIT. */
int sl_set_apply(struct sl_node *values, struct sl_doc *doc, const struct sl_set_line *line,
                 struct sl_err *err) SL_MUST_USE;

#endif
