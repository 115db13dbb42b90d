/*
 * Paths into a document: JSON Pointer (RFC 6901) and the dotted form people type (`a.b[0].c`, `\.` for a dot
 * in a key).
 */
#ifndef DOC_POINTER_H
#define DOC_POINTER_H

#include "doc/node.h"
#include <sealift/buf.h>

/* The node at `pointer` ("" is the root), or NULL. */
struct sl_node *sl_pointer_get(const struct sl_node *root, struct sl_str pointer);

/* Appends "/token", with ~ and / escaped, to a pointer that is being built. */
void sl_pointer_push(struct sl_buf *pointer, struct sl_str token);

/* Appends the pointer that a dotted path stands for; a text that begins with / is a pointer already.
 * SL_E_USAGE. */
int sl_pointer_from_path(struct sl_buf *pointer, struct sl_str path, struct sl_err *err) SL_MUST_USE;

#endif
