/*
 * The plain layered merge of Helm values.
 *
 * Maps merge key by key; lists, scalars and a change of kind are replaced by the upper layer; an explicit
 * null deletes the key, as in JSON Merge Patch (RFC 7396), so that no map of the result holds a null. Lists
 * are taken whole: what is inside one, nulls too, stays as it is.
 */
#ifndef DOCOPS_VALUES_H
#define DOCOPS_VALUES_H

#include "doc/node.h"

/*
 * *out is `lower` with `upper` on top. Either may be NULL, which is an empty layer; *out is never NULL. The
 * inputs are not changed; the result shares every subtree that it can, so `doc`, in which new nodes are made,
 * must not outlive the documents of either. Keys keep their marks, a merged map has the mark of the upper
 * one.
 *
 * Merge the lowest layer onto NULL, so that its nulls go too. Costs one visit of each node of `upper` and of
 * the maps of `lower` that it touches. SL_E_LIMIT (depth, nodes) or SL_E_NO_MEMORY.
 */
int sl_values_merge(struct sl_node **out, struct sl_doc *doc, struct sl_node *lower, struct sl_node *upper,
                    struct sl_err *err) SL_MUST_USE;

#endif
