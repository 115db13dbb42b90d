/*
 * What is known of Kubernetes types, as far as merging and naming need it: which lists merge, by which keys,
 * and which kinds live in a namespace.
 *
 * The built-in facts are tables compiled from the lists in src/docops/kube/ (where each fact comes from
 * stands in their first lines). A release may bring a schema of its own (`openapi: path:` of a
 * kustomization), which then takes their place, as in kustomize: of the built-in facts only the scopes stay.
 */
#ifndef DOCOPS_KUBE_H
#define DOCOPS_KUBE_H

#include "base/limits.h"
#include "doc/node.h"

/* A set of facts: the built-in ones, or those of a schema. */
struct sl_kube;

/* The built-in facts; needs no memory and no release. */
const struct sl_kube *sl_kube_builtin(void);

/*
 * The facts of an OpenAPI v2 document (a tree; it must outlive the result) as kustomize reads one:
 * `definitions` with x-kubernetes-group-version-kind, -patch-strategy, -patch-merge-key and -list-map-keys,
 * and the scopes that `paths` tell. SL_E_INPUT begins with where in the document it is ("definitions:
 * com.example.Foo: ..."); the caller puts the file's name in front. SL_E_LIMIT for a list that merges by more
 * than SL_MERGE_KEYS_MAX keys.
 */
int sl_kube_with_openapi(struct sl_kube **out, const struct sl_node *openapi, struct sl_err *err) SL_MUST_USE;

/* Lets the built-in types count too, for the kinds that the schema does not describe. kustomize does so where
 * it had used them before it met the schema: in a base, after other resources. */
void sl_kube_keep_builtin(struct sl_kube *kube);

void sl_kube_free(struct sl_kube *kube);

/*
 * A type: of a whole resource, of one of its fields, or of a list's items.
 *
 * Of a known type only the fields below which a list merges are kept; every other one is known too and has
 * nothing to tell, or is unknown: to a merge both are the same.
 */
struct sl_kube_type {
    const struct sl_kube *kube;   /* NULL: the built-in facts */
    uint32_t id;                  /* 0: nothing is known */
    const struct sl_node *schema; /* of a release's own type; else NULL */
};

struct sl_kube_type sl_kube_resource(const struct sl_kube *kube, struct sl_str api_version,
                                     struct sl_str kind);
struct sl_kube_type sl_kube_field(struct sl_kube_type type, struct sl_str field);
struct sl_kube_type sl_kube_items(struct sl_kube_type type);

/*
 * How a list of this type merges: not at all (`merge` is false: a patch's list replaces it), by keys (those
 * of x-kubernetes-list-map-keys, else the one patch merge key), or as a set of scalars (no keys). Other patch
 * strategies (replace, retainKeys) mean nothing to kustomize.
 */
struct sl_kube_merge {
    bool merge;
    size_t key_count;
    struct sl_str keys[SL_MERGE_KEYS_MAX]; /* live as long as the set of facts */
};
struct sl_kube_merge sl_kube_merge_of(struct sl_kube_type type);

/* kustomize treats a kind whose scope is not known as one in a namespace. */
enum sl_kube_scope { SL_KUBE_UNKNOWN, SL_KUBE_NAMESPACED, SL_KUBE_CLUSTER };
enum sl_kube_scope sl_kube_scope_of(const struct sl_kube *kube, struct sl_str api_version,
                                    struct sl_str kind);

#endif
