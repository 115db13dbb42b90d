/*
 * What is known of Kubernetes types, as far as merging and naming need it: which fields are maps and lists of
 * what, by which keys lists merge, and which kinds live in a namespace.
 *
 * The built-in facts are tables compiled from src/docops/kube/*.tsv (where each fact comes from stands in
 * their first lines). A release may bring a schema of its own (`openapi: path:` of a kustomization), which
 * then replaces them for the kinds it describes, as kustomize does.
 */
#ifndef DOCOPS_KUBE_H
#define DOCOPS_KUBE_H

#include "doc/node.h"

/* A set of facts: the built-in ones, or those with a schema on top. */
struct sl_kube;

/* The built-in facts; needs no memory and no release. */
const struct sl_kube *sl_kube_builtin(void);

/* The built-in facts with an OpenAPI v2 document (JSON as a tree; it must outlive the result) as kustomize
 * reads one: definitions with x-kubernetes-group-version-kind, x-kubernetes-patch-strategy, -patch-merge-key,
 * -list-map-keys. */
int sl_kube_with_openapi(struct sl_kube **out, const struct sl_node *openapi, struct sl_err *err) SL_MUST_USE;
void sl_kube_free(struct sl_kube *kube);

/* A type: of a whole resource, of one of its fields, or of a list's items. {0} is "nothing is known". */
struct sl_kube_type {
    const struct sl_kube *kube;
    uint32_t id; /* 0: nothing is known */
};

struct sl_kube_type sl_kube_resource(const struct sl_kube *kube, struct sl_str api_version,
                                     struct sl_str kind);
struct sl_kube_type sl_kube_field(struct sl_kube_type type, struct sl_str field);
struct sl_kube_type sl_kube_items(struct sl_kube_type type);

/* How a list of this type merges. `keys` (count 0 where the list is replaced whole):
 * x-kubernetes-list-map-keys, else the one patch merge key; `merge` and `replace`, `retain_keys` from
 * x-kubernetes-patch-strategy. */
struct sl_kube_merge {
    bool known;
    bool merge, replace, retain_keys;
    const struct sl_str *keys;
    size_t key_count;
};
struct sl_kube_merge sl_kube_merge_of(struct sl_kube_type type);

enum sl_kube_scope { SL_KUBE_UNKNOWN, SL_KUBE_NAMESPACED, SL_KUBE_CLUSTER };
enum sl_kube_scope sl_kube_scope_of(const struct sl_kube *kube, struct sl_str api_version,
                                    struct sl_str kind);

#endif
