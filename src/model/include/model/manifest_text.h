/*
 * The two halves of sl_manifest_write(), for who has the text made more than once.
 */
#ifndef MODEL_MANIFEST_TEXT_H
#define MODEL_MANIFEST_TEXT_H

#include <sealift/err.h>
#include <sealift/manifest.h>

/* What must hold beyond the types of the fields, in a manifest that was read as in one that is about to be written:
 * SL_E_INPUT with the first rule of docs/formats/bundle.md that is broken, and where. */
int sl_manifest_check(const struct sl_manifest *manifest, struct sl_err *err) SL_MUST_USE;

/* Appends the canonical JSON of a manifest that was checked. */
int sl_manifest_text(struct sl_buf *out, const struct sl_manifest *manifest, struct sl_err *err) SL_MUST_USE;

#endif
