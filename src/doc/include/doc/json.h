/*
 * JSON in (RFC 8259), JSON out, canonical JSON in both directions.
 *
 * Canonical here is RFC 8785 (JCS) restricted to what sealift writes: keys ascending by bytes and each only
 * once, no white space, integers within +-(2^53 - 1) and no other numbers, the shortest escapes.
 */
#ifndef DOC_JSON_H
#define DOC_JSON_H

#include "doc/node.h"
#include <sealift/buf.h>

/* The largest integer canonical JSON has: every reader's number type can hold it. */
#define SL_JSON_CANONICAL_MAX INT64_C(9007199254740991)

/* Reads one JSON value and nothing after it. A duplicate key is an error with both places. */
int sl_json_read(struct sl_node **root, struct sl_doc *doc, struct sl_str text, struct sl_str name,
                 struct sl_err *err) SL_MUST_USE;

/* Reads and refuses (SL_E_REFUSED) whatever is not canonical, to the byte. */
int sl_json_read_canonical(struct sl_node **root, struct sl_doc *doc, struct sl_str text, struct sl_str name,
                           struct sl_err *err) SL_MUST_USE;

/* Appends canonical JSON, no newline. A float or an integer out of range is SL_E_INPUT. */
int sl_json_write_canonical(struct sl_buf *out, const struct sl_node *node, struct sl_err *err) SL_MUST_USE;

/* Appends JSON for people and other tools: map order kept, two blanks of indent, floats in shortest form,
 * newline. */
int sl_json_write(struct sl_buf *out, const struct sl_node *node, struct sl_err *err) SL_MUST_USE;

#endif
