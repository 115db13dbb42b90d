/*
 * Writes YAML tokens and scalars into a buffer, with the columns, line breaks and folds of go-yaml v2.
 *
 * The state is go-yaml's (and libyaml's) own, under the same names, since each rule is told in its terms: a
 * line break is written only where something stands on the line already.
 */
#ifndef DOC_YAML_EMITTER_H
#define DOC_YAML_EMITTER_H

#include "yaml_text.h"

struct sl_emitter {
    struct sl_buf *out;
    size_t column; /* in characters; not kept up inside literal blocks */
    int indent;    /* -1: before the root */
    bool whitespace;
    bool ascii;     /* the text at hand is: its bytes are its characters */
    bool indention; /* only indentation and indicators such as "- " on this line so far */
};

#define SL_EMITTER_STEP 2

void sl_emitter_init(struct sl_emitter *emitter, struct sl_buf *out);

/* Begins a line at the indentation, unless that is where it is. */
void sl_emit_indent(struct sl_emitter *emitter);

/* "-", "?", ":", "[]", "{}": `spaced` with a blank in front where there is none; `opens` for those that
 * another indentation may follow on the same line. */
void sl_emit_indicator(struct sl_emitter *emitter, const char *indicator, bool spaced, bool opens);

/* The four styles. The text has been found fit for its style; `folds` says that it may go over several lines.
 */
void sl_emit_plain(struct sl_emitter *emitter, struct sl_str text, bool folds);
void sl_emit_single_quoted(struct sl_emitter *emitter, struct sl_str text, bool folds);
void sl_emit_double_quoted(struct sl_emitter *emitter, struct sl_str text, bool folds);
void sl_emit_literal(struct sl_emitter *emitter, struct sl_str text);

#endif
