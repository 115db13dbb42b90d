/*
 * Errors that begin with a place: "name:line:column: what".
 */
#ifndef DOC_PLACE_H
#define DOC_PLACE_H

#include "doc/node.h"

struct sl_place {
    struct sl_str name; /* of the file, as it came */
    uint32_t line;
    uint32_t column;
};

/* Like sl_fail() with the place in front, its name escaped. */
int sl_fail_at(struct sl_err *err, enum sl_code code, struct sl_place place, const char *format, ...)
    SL_PRINTF(4, 5);

/* The place as the mark of a node in the document's file `file`. */
struct sl_mark sl_place_mark(struct sl_place place, uint16_t file);

#endif
