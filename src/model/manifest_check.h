/*
 * What must hold in a manifest beyond the types of its fields; the same for one that was read and for one
 * that is about to be written.
 */
#ifndef MANIFEST_CHECK_H
#define MANIFEST_CHECK_H

#include <sealift/err.h>
#include <sealift/manifest.h>

/* SL_E_INPUT with the first rule of docs/formats/bundle.md that is broken, and where. */
int sl_manifest_check(const struct sl_manifest *manifest, struct sl_err *err) SL_MUST_USE;

#endif
