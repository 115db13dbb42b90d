/*
 * Ranges of versions, as Helm, Argo CD and Flux read them (Masterminds/semver 3): "^1.2", "~1.2.3", "1.x", ">=1.0 <2",
 * "1.2 - 1.4 || 2.*".
 */
#ifndef GITOPS_CONSTRAINT_H
#define GITOPS_CONSTRAINT_H

#include <sealift/str.h>

/* 1: the version is in the range; 0: it is not; -1: one of the two is none. Versions may have a leading v. */
int sl_version_in_range(struct sl_str version, struct sl_str range);

#endif
