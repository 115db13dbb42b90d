/*
 * Strategic merge patch as kustomize v5.5.0 does it.
 *
 * Maps merge key by key, null takes a key away, scalars and most lists are replaced. Lists that Kubernetes
 * says have keys merge item by item, those of the patch first. `$patch: merge`, `replace` and `delete` work
 * in maps, in items and as an item of their own for a whole list; `$retainKeys`, `$setElementOrder` and
 * `$deleteFromPrimitiveList` mean nothing to kustomize and become keys of the result.
 *
 * What may surprise, and is kustomize's way too (tests/unit/docops/strategic.txt has a case for each):
 *   - the whole target is visited: its lists that merge lose doubles (the last stays) also where the patch
 * does not name them, and a null that is written as nothing ("a:") goes, one that is written out stays;
 *   - `$patch: replace` in an item that the target has changes nothing;
 *   - a node that several places of the target share is changed in all of them;
 *   - an item without the list's key takes the place of all items before it;
 *   - a number that takes the place of a text in quotes becomes a text.
 */
#ifndef DOCOPS_STRATEGIC_H
#define DOCOPS_STRATEGIC_H

#include "docops/kube.h"

/*
 * Merges `patch` into `target`. The target's tree is the caller's own; it is changed in place, and on an
 * error not to be used any more. The patch's marks are of `doc`; it is untouched, and what comes from it is
 * copied with its marks, so that a node always tells which file it is from. *out is NULL when the patch
 * deletes the whole target.
 *
 * Where nothing is known of `type` (also deeper inside), a map that says its apiVersion and kind is merged as
 * that: so {.kube = ...} alone will do, and {0} for the built-in facts.
 *
 * Takes time in proportion to both, but for lists of which some items lack a key that others have, see
 * SL_MERGE_LOOSE_MAX. SL_E_INPUT begins with the place that is wrong (mostly in the patch); SL_E_LIMIT,
 * SL_E_NO_MEMORY.
 */
int sl_strategic_merge(struct sl_node **out, struct sl_doc *doc, struct sl_node *target,
                       const struct sl_node *patch, struct sl_kube_type type, struct sl_err *err) SL_MUST_USE;

#endif
