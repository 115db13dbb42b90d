/*
 * Kubernetes schemas: which fields an object of a group, version and kind may have, and what they may hold.
 *
 * A set is made of any number of sources: kinds.json (what `sealift schema import` writes, see
 * docs/formats/kinds.md), CustomResourceDefinitions, and files of one kind each in kubeconform's layouts. Order
 * of calls: sl_kubeschema_new(); sl_kubeschema_add_...(); sl_kubeschema_free() at the end. Once nothing is added
 * any more a set may be read by several threads. It copies what it keeps: documents and texts may go.
 *
 * Then for the objects of one delivery: sl_kubetally_new(); sl_kubecheck() for each object, with the sets in the
 * order in which they are asked; sl_kubetally_report(), which says once per kind what was not checked.
 *
 * What is checked, by rule:
 *   kube/unknown-field        a field that the schema does not have; the likely one is named
 *   kube/mismatch             types, enums, required fields, patterns, limits, formats and quantities,
 *                                   oneOf and the like
 *   kube/duplicate-item       two items of a list that is a set, or a map by its keys
 *   kube/duplicate-merge-key  (warning) the same for a list that only merges by a key
 *   kube/name                 metadata.name and namespace, by the rule of the kind; without any schema too
 *   kube/label                keys and values of labels and annotations, and their size; likewise
 *   kube/not-served           the sets know the kind, but not in this version of its group
 *   kube/no-schema            (note) kinds nobody knows, once for all, with the number of objects
 *   kube/rules-not-checked    (note) kinds with CEL rules (x-kubernetes-validations), once for all
 *   kube/placeholder          (note) a text with ${...} in it where something else is wanted: it is filled
 *                                   in later, or never
 *   kube/bad-schema           (warning) a kind whose schema cannot be used, once with the reason
 *
 * Null is what the API server takes it for: a member that is null and not `nullable` is as good as absent.
 *
 * Errors: SL_E_INPUT beginning "file:line:column: " for a source that is not what it should be; SL_E_LIMIT
 * (base/limits.h); SL_E_NO_MEMORY.
 */
#ifndef KUBESCHEMA_KUBESCHEMA_H
#define KUBESCHEMA_KUBESCHEMA_H

#include "doc/node.h"
#include "tree/tree.h"

#include <sealift/finding.h>

/* -- sets -- */

struct sl_kubeschema;

int sl_kubeschema_new(struct sl_kubeschema **out, struct sl_err *err) SL_MUST_USE;
void sl_kubeschema_free(struct sl_kubeschema *set); /* NULL is fine */
void sl_kubeschema_freep(struct sl_kubeschema **set);

/* Of two sources that have the same kind the first one counts. */

/* The text of a kinds.json; `name` is for messages. */
int sl_kubeschema_add_kinds(struct sl_kubeschema *set, struct sl_str text, struct sl_str name,
                            struct sl_err *err) SL_MUST_USE;

/* Every version of a CustomResourceDefinition (apiextensions.k8s.io v1, or v1beta1 with its one `validation`).
 * 1: added; 0: the document is something else; -1. A schema that makes no sense is kept as such: see
 * kube/bad-schema. */
int sl_kubeschema_add_crd(struct sl_kubeschema *set, const struct sl_doc *doc, const struct sl_node *document,
                          struct sl_err *err) SL_MUST_USE;

/* A JSON Schema that describes one kind, as kubeconform's converters write it. Unknown fields are refused where it
 * says so (their "standalone-strict" files do). */
int sl_kubeschema_add_file(struct sl_kubeschema *set, struct sl_str api_version, struct sl_str kind,
                           struct sl_str text, struct sl_str name, struct sl_err *err) SL_MUST_USE;

bool sl_kubeschema_has(const struct sl_kubeschema *set, struct sl_str api_version, struct sl_str kind);
/* Kinds, each version for itself. */
size_t sl_kubeschema_count(const struct sl_kubeschema *set);

/* -- sources in a tree -- */

/*
 * Which of the directories in `directory` is for Kubernetes `version` ("1.29", "v1.29.3", "1.29.3+rke2r1"): of
 * those named like a version (with or without "v", with or without "-standalone" and "-strict" behind it) and of
 * the same minor the nearest patch level, of equals the higher one. An empty `version` picks the newest. 1: *out is
 * its path, in `doc`; 0: there is none of this minor, and *out is the path of the nearest other one, or empty; -1. A
 * `directory` that is not there has none. SL_E_INPUT for a version that is none.
 */
int sl_kubeschema_pick(struct sl_str *out, struct sl_doc *doc, struct sl_tree *tree, struct sl_str directory,
                       struct sl_str version, struct sl_err *err) SL_MUST_USE;

/* Told of a file that is not what it should be, which is then passed over. -1 stops. */
struct sl_kubeproblems {
    int (*tell)(void *context, const struct sl_err *why, struct sl_err *err);
    void *context;
};

/* Adds kinds.json of a directory, and the CustomResourceDefinitions of its *.yaml files; nothing where there is
 * no such directory. `problems` may be NULL: then a file that is not what it should be is an error. */
int sl_kubeschema_add_directory(struct sl_kubeschema *set, struct sl_tree *tree, struct sl_str directory,
                                const struct sl_kubeproblems *problems, struct sl_err *err) SL_MUST_USE;

/* Adds the file of one kind, KIND-GROUP-VERSION.json (GROUP up to its first dot) or GROUP/KIND_VERSION.json in
 * `directory`, KIND in lower case. 1: added; 0: there is none; -1. */
int sl_kubeschema_add_kind_file(struct sl_kubeschema *set, struct sl_tree *tree, struct sl_str directory,
                                struct sl_str api_version, struct sl_str kind,
                                struct sl_err *err) SL_MUST_USE;

/* -- checking -- */

struct sl_kubetally; /* what is said once per kind; used from one thread at a time */

int sl_kubetally_new(struct sl_kubetally **out, struct sl_err *err) SL_MUST_USE;
void sl_kubetally_free(struct sl_kubetally *tally); /* NULL is fine */
void sl_kubetally_freep(struct sl_kubetally **tally);

struct sl_kubecheck {
    const struct sl_kubeschema *const *sets; /* the first that has a kind counts */
    size_t set_count;
    struct sl_findings *findings;
    struct sl_kubetally *tally;
    bool version_is_told; /* somebody else says that its version is not served: no kube/not-served */
};

/* Checks one object. 1: nothing was found but notes; 0: something was; -1. What is no object of Kubernetes (no map,
 * no apiVersion or kind) is a mismatch. */
int sl_kubecheck(const struct sl_kubecheck *check, const struct sl_doc *doc, const struct sl_node *object,
                 struct sl_err *err) SL_MUST_USE;

/* Adds the findings that come once: per kind whose schema cannot be used, and for all kinds that have none or have CEL
 * rules, in the order in which the kinds were met. */
int sl_kubetally_report(const struct sl_kubetally *tally, struct sl_findings *findings,
                        struct sl_err *err) SL_MUST_USE;
/* Objects whose kind had a schema, and those without. */
void sl_kubetally_counts(const struct sl_kubetally *tally, size_t *checked, size_t *unchecked);

#endif
