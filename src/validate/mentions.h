/*
 * Paths that somebody names: what a delivery does not read, another one may, or a tool at the site.
 */
#ifndef MENTIONS_H
#define MENTIONS_H

#include "validate/validate.h"

/* Of the whole repository; made once, and read only then. */
struct mentions {
    struct sl_doc doc;           /* owns the texts */
    struct sl_map paths;         /* that kustomizations name, of all releases and overlays */
    struct sl_str *environments; /* of customers and of cluster files, each once */
    size_t environment_count;
};

/* Lives as long as `shared`. */
int mentions_of_repository(const struct mentions **out, struct sl_validation_shared *shared,
                           struct sl_err *err) SL_MUST_USE;

/* Adds every path that a text of an Argo CD or Flux object of the delivery may mean, in memory of `arena`. */
int mentions_of_objects(struct sl_map *paths, struct sl_arena *arena, const struct sl_layout *layout,
                        struct sl_err *err) SL_MUST_USE;

/* Whether the file at `path` is one of them, or below a directory that is and that kustomize does not judge: it has no
 * kustomization. 1, 0, -1. */
int mentions_have(const struct sl_map *paths, struct sl_tree *tree, struct sl_str path,
                  struct sl_err *err) SL_MUST_USE;

bool mentions_know_environment(const struct mentions *mentions, struct sl_str name);

/* kustomization.yaml, kustomization.yml or Kustomization. */
bool is_kustomization_name(struct sl_str name);

/* Folders that are carried or kept as they are, and what is hidden: nobody is expected to read what is in them. */
bool is_kept_apart(struct sl_str name);

#endif
