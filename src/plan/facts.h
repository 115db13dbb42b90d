/*
 * What a manifest says that is not derived from its files.
 */
#ifndef PLAN_FACTS_H
#define PLAN_FACTS_H

#include "base/arena.h"
#include <sealift/manifest.h>

/* All of `facts` but the files, with the texts in the arena's memory, and bundle made of them. Upgrades and stops ascend, the
 * former each once; two stops of one sequence are refused when the manifest is checked. */
int facts_copy(struct sl_manifest *out, const struct sl_manifest *facts, struct sl_arena *arena,
               struct sl_err *err) SL_MUST_USE;

#endif
