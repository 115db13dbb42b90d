/*
 * One layer of Helm values over another, as Helm merges the files of `--values`.
 *
 * Maps merge key by key; lists, scalars and a change of kind are replaced by the upper layer. A null replaces too, and
 * stays: what it comes to is decided once all layers are merged (values/layers.h).
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
 * Costs one visit of each map of `upper` that `lower` has too, and of that. SL_E_LIMIT (depth, nodes) or SL_E_NO_MEMORY.
 */
int sl_values_merge(struct sl_node **out, struct sl_doc *doc, struct sl_node *lower, struct sl_node *upper,
                    struct sl_err *err) SL_MUST_USE;

#endif
