/*
 * Copying inside one document, for aliases.
 */
#ifndef DOC_NODE_COPY_H
#define DOC_NODE_COPY_H

#include "doc/node.h"

/* Like sl_node_copy() within `doc`, but NULL already where `node` is nested deeper than `levels`, or has more
 * nodes than *budget, from which it takes what it makes. */
struct sl_node *sl_node_copy_within(struct sl_doc *doc, const struct sl_node *node, unsigned levels,
                                    uint64_t *budget);

#endif
