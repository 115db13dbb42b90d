/*
 * Strategic merge patch as kustomize v5.5.0 does it (kyaml's merge2 with the patch's lists in front), with
 * the directives $patch (merge, replace, delete), $retainKeys, $setElementOrder and $deleteFromPrimitiveList
 * as far as kustomize honours them.
 */
#ifndef DOCOPS_STRATEGIC_H
#define DOCOPS_STRATEGIC_H

#include "docops/kube.h"

/*
 * Merges `patch` into `target`. The target's tree is the caller's own and is changed in place or shared; the
 * patch is untouched, and what comes from it is copied into `doc` with its marks, so that a node always tells
 * which file it is from. *out is NULL when the patch deletes the whole target. Errors are SL_E_INPUT and
 * begin with the patch's place.
 */
int sl_strategic_merge(struct sl_node **out, struct sl_doc *doc, struct sl_node *target,
                       const struct sl_node *patch, struct sl_kube_type type, struct sl_err *err) SL_MUST_USE;

#endif
