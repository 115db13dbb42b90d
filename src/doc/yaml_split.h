/*
 * A file of resources cut into documents the way kustomize does it, before any YAML is parsed.
 */
#ifndef DOC_YAML_SPLIT_H
#define DOC_YAML_SPLIT_H

#include "place.h"

struct sl_splitter {
    struct sl_str text;
    size_t at;
    uint32_t line;         /* of text.ptr[at] */
    struct sl_place place; /* of what next() returned */
};

/* `text` has LF for line ends. */
void sl_splitter_init(struct sl_splitter *splitter, struct sl_str text, struct sl_str name);

/*
 * The next piece between lines that begin with "---"; such a line may go on with blanks and a comment, and
 * with nothing else (SL_E_INPUT). 1 a piece, 0 the end, -1 an error. A separator right behind a separator,
 * and one that ends the text without a line end, belongs to a piece.
 */
int sl_splitter_next(struct sl_splitter *splitter, struct sl_str *piece, struct sl_err *err) SL_MUST_USE;

#endif
