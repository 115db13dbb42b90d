/*
 * From a stack of kustomizations to the list of Kubernetes documents they come to.
 *
 * This is the seam for the build engine. What is here composes documents as they are: it follows `resources`,
 * `bases` and `components` to files and directories, reads every document in order, and changes none. Every
 * other field of a kustomization that would change something is the finding `kustomization/not-applied`. The
 * engine takes over sl_compose() with the same arguments: a level is a root to build, and what a level stands
 * on is what its references to lower levels resolve to.
 *
 * A stack is what a delivery is made of, lowest first: the release, overlays/default, the customer's overlay.
 *   - A level that names the directory of any lower level gets, in that place, the level directly below with
 *     all that is below that in turn.
 *   - A level that names none gets the level directly below as if it were its first resource.
 *   - A level whose directory holds no kustomization file consists of the files it is given here.
 */
#ifndef GITOPS_COMPOSE_H
#define GITOPS_COMPOSE_H

#include "gitops/reading.h"

struct sl_level {
    struct sl_str directory;    /* in the tree */
    const struct sl_str *files; /* paths in the tree, in order; used where there is no kustomization file */
    size_t file_count;
};

struct sl_composition {
    const struct sl_level *levels; /* lowest first */
    size_t level_count;
    struct sl_str release;  /* whatever else lies below releases/ must not be named */
    struct sl_str customer; /* nor what else lies below overlays/, except overlays/default */
};

struct sl_resource {
    struct sl_node *root; /* its marks say where it stands */
    struct sl_str file;   /* path in the tree */
};

/* Lives as long as the reading. */
struct sl_resources {
    struct sl_resource *items;
    size_t count;
    size_t capacity;
};

/*
 * Fills `out` in the order of composition. Lists (kind List, ConfigMapList ...) are taken apart. What is
 * wrong with a kustomization is a finding of severity error and left out, so that all of it is seen in one
 * run: kustomization/field         a field that kustomize does not have, or of the wrong kind
 *   kustomization/kind          neither a Kustomization nor a Component
 *   kustomization/several       a directory with more than one kustomization file
 *   kustomization/path          a path that is absolute or leaves the repository
 *   kustomization/missing       a path that leads nowhere, or to a directory without kustomization file
 *   kustomization/remote        a resource that is not in the repository
 *   kustomization/cycle         with the circle
 *   overlay/other-release       names a release other than the packed one
 *   overlay/other-customer      names another customer's overlay
 * and as a warning kustomization/not-applied.
 * -1: a file that cannot be read, or parsed as YAML; SL_E_LIMIT for more than SL_COMPOSE_* allow.
 */
int sl_compose(struct sl_resources *out, struct sl_reading *reading, const struct sl_composition *composition,
               struct sl_err *err) SL_MUST_USE;

#endif
