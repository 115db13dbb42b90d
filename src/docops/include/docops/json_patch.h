/*
 * JSON Patch (RFC 6902) as kustomize v5.5.0 applies it (evanphx/json-patch v4: missing parents are errors,
 * `remove` of what is not there is an error, "-" appends, a test that fails stops the build).
 */
#ifndef DOCOPS_JSON_PATCH_H
#define DOCOPS_JSON_PATCH_H

#include "doc/node.h"

/*
 * Applies the list of operations `patch` to `target`, which is the caller's own tree and changed in place;
 * *out is the new root. All operations or none count: on an error the target is not to be used any more.
 * SL_E_INPUT beginning with the operation's place, naming the operation, the path and what was missing.
 */
int sl_json_patch(struct sl_node **out, struct sl_doc *doc, struct sl_node *target,
                  const struct sl_node *patch, struct sl_err *err) SL_MUST_USE;

#endif
