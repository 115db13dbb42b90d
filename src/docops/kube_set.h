/*
 * A set of facts, inside: what kube.c (the built-in tables) and kube_openapi.c (a release's schema) share.
 */
#ifndef KUBE_SET_H
#define KUBE_SET_H

#include "base/arena.h"
#include "docops/kube.h"

/* A kind that a schema describes. */
struct sl_openapi_kind {
    struct sl_str api_version;
    const struct sl_node *definition; /* NULL: only its scope is known */
    enum sl_kube_scope scope;
    struct sl_openapi_kind *next; /* of the same name in another version */
};

struct sl_kube {
    const struct sl_node *openapi; /* NULL: only the built-in facts */
    bool builtin_types;            /* the built-in types count */
    struct sl_arena arena;         /* struct sl_openapi_kind and its texts */
    struct sl_map definitions;     /* name to struct sl_node */
    struct sl_map kinds;           /* kind to the first struct sl_openapi_kind of that name */
};

/* The types of a release's own schema. */
struct sl_kube_type sl_openapi_resource(const struct sl_kube *kube, struct sl_str api_version,
                                        struct sl_str kind);
struct sl_kube_type sl_openapi_field(struct sl_kube_type type, struct sl_str field);
struct sl_kube_type sl_openapi_items(struct sl_kube_type type);
struct sl_kube_merge sl_openapi_merge_of(struct sl_kube_type type);
enum sl_kube_scope sl_openapi_scope_of(const struct sl_kube *kube, struct sl_str api_version,
                                       struct sl_str kind);

#endif
