/*
 * How a patch that has been read changes resources. patches.c reads patches from the fields of a kustomization and
 * calls these; each leaves the list's index right, and tells the trace who changed what.
 */
#ifndef PATCH_APPLY_H
#define PATCH_APPLY_H

#include "transformers.h"

/* -- patch_json.c -- */

/* Applies the list `operations` to all that `target` selects. `remember`: keeps the names they had for references, as
 * the field `patches` does and `patchesJson6902` does not. */
int kz_patch_json(struct sl_build *build, struct kz_resmap *map, const struct kz_selector *target,
                  const struct sl_node *operations, bool remember, struct sl_err *err) SL_MUST_USE;

/* -- patch_strategic.c -- */

/* An entry of `patches` with strategic merge patches: to what its target selects (then it may be only one), else each
 * to the resource of its own id. */
int kz_patch_each(struct sl_build *build, struct kz_resmap *map, const struct kz_patch *patch,
                  const struct kz_resources *patches, struct sl_err *err) SL_MUST_USE;

/* Each to the resource of its own id, in the way of `patchesStrategicMerge`: as a copy whose labels and annotations are
 * strings, so that a null there deletes nothing. */
int kz_patch_as_copies(struct sl_build *build, struct kz_resmap *map, const struct kz_resources *patches,
                       struct sl_err *err) SL_MUST_USE;

/* -- patch_idle.c: whether a patch changed anything (build->patch_told) -- */

/* What a resource was, since a patch may work on the very nodes. NULL where nobody asks or something has changed
 * already. */
int kz_patch_remember(struct sl_build *build, const struct sl_node *node, struct sl_node **out,
                      struct sl_err *err) SL_MUST_USE;
/* `before` is from kz_patch_remember(); `after` NULL: the resource is gone. */
void kz_patch_note(struct sl_build *build, const struct sl_node *before, const struct sl_node *after);

#endif
