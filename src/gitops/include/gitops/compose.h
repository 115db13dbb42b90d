/*
 * From a stack of kustomizations to the list of Kubernetes objects they come to: what kustomize makes of them
 * (kustomize/build.h says what a stack is), within what one delivery may read.
 */
#ifndef GITOPS_COMPOSE_H
#define GITOPS_COMPOSE_H

#include "gitops/reading.h"

struct sl_composition {
    const struct sl_build_level *levels; /* lowest first */
    size_t level_count;
    struct sl_str release;  /* whatever else lies below releases/ must not be named */
    struct sl_str customer; /* nor what else lies below overlays/, except overlays/default */
};

/*
 * Builds reading->build, in the order of the sources unless a kustomization asks for another; the names of
 * its files are paths of the tree, and each file is noted as used. Findings: kustomization/deprecated
 * (warning)  a field that kustomize wants replaced by another; overlay/patch-without-effect (warning)  an entry of
 * `patches` that changed nothing; and as the one error that stops the build,
 * SL_E_FINDINGS: overlay/other-release       names a release other than the packed one overlay/other-customer
 * names another customer's overlay kustomization/build         whatever else kustomize refuses -1 also for a
 * file that cannot be read; SL_E_LIMIT for more than SL_BUILD_* and SL_COMPOSE_* allow.
 */
int sl_compose(struct sl_reading *reading, const struct sl_composition *composition,
               struct sl_err *err) SL_MUST_USE;

#endif
