/*
 * The first of two passes over a manifest: does this sealift know how to read it? It must come before everything else,
 * because a later schema may give every field another shape. Also checks that the whole text is canonical.
 */
#ifndef MANIFEST_SURVEY_H
#define MANIFEST_SURVEY_H

#include "canon.h"

/* The names that `critical` may have, each there exactly when its member is. */
enum manifest_critical { CRITICAL_EXPIRES = 1, CRITICAL_STOPS = 2, CRITICAL_RECEIPT = 4 };

/* `canon` is at the beginning, and used up afterwards. `*named`: those that `critical` names, of enum
 * manifest_critical. SL_E_REFUSED: another schema, a critical name that is not known, text that is not canonical. */
int sl_manifest_survey(struct sl_canon *canon, unsigned *named, struct sl_err *err) SL_MUST_USE;

#endif
