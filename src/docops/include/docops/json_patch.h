/*
 * JSON Patch (RFC 6902) as kustomize v5.5.0 applies it, which is the way of evanphx/json-patch v4.
 *
 * Where that is not the RFC: `replace` of a key that is not there adds it; `copy` of one adds null; `add` and
 * `test` without a value take null; negative indices count from the end (-1 is the last item, and for `add`
 * the place behind it); what stands before the first "/" of a path is ignored, and so is a `replace` of the
 * whole document by a scalar; null cannot be walked through. `remove` of what is not there, a parent that is
 * missing, an index out of range and a `test` that fails stop the build.
 *
 * One difference: kustomize's `test` compares JSON as it is spelled (in a patch that begins with "[", 1.0 is
 * not 1 there, nor "<" what it reads); here values are compared.
 */
#ifndef DOCOPS_JSON_PATCH_H
#define DOCOPS_JSON_PATCH_H

#include "doc/node.h"

/*
 * Applies the list of operations `patch`, whose marks are of `doc`, to `target`, which is the caller's own
 * tree and changed in place; *out is the new root, a map. The patch is untouched. All operations or none
 * count: on an error the target is not to be used any more. SL_E_INPUT beginning with the operation's place,
 * naming the operation, the path and what was missing.
 *
 * kustomize writes the resource as JSON and reads it again: integers beyond 2^53 lose digits, and nulls count
 * as written out from then on. So they do here.
 */
int sl_json_patch(struct sl_node **out, struct sl_doc *doc, struct sl_node *target,
                  const struct sl_node *patch, struct sl_err *err) SL_MUST_USE;

#endif
