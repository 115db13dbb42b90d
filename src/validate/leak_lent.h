/*
 * What overlays and the release take from elsewhere in the repository, as components and other shared folders.
 */
#ifndef LEAK_LENT_H
#define LEAK_LENT_H

#include "leak_find.h"

/* Fills `lent` with the texts of all YAML files of folders that the kustomizations in what was read name, and that those name in
 * turn; but nothing of overlays/, releases/ and base/, which are read as what they are. */
bool leak_is_kustomization(struct sl_str file);
int leak_read_lent(struct leaks *leaks, struct sl_tree *tree, struct sl_err *err) SL_MUST_USE;

#endif
