/*
 * Resources and lists of them that can be found by what they are and were called.
 */
#ifndef RESOURCE_H
#define RESOURCE_H

#include "engine.h"

/* What kustomize calls the namespace of what has none, in an id. */
#define KZ_CLUSTER_SPACE SL_STR("_non_namespaceable_")

/* An id a resource had before. Group and version are always those it has now. */
struct kz_previous {
    struct sl_str kind, name;
    struct sl_str space; /* effective: "default" for none, KZ_CLUSTER_SPACE */
};

enum kz_behavior { KZ_UNSPECIFIED, KZ_CREATE, KZ_REPLACE, KZ_MERGE };

/* "create", "replace", "merge"; any other text is KZ_UNSPECIFIED. */
enum kz_behavior kz_behavior_of(struct sl_str text);

/* Where a resource comes from, or what changed it, for the annotations that buildMetadata asks for. */
struct kz_origin {
    struct sl_str path, configured_in;
    struct sl_str api_version, kind, name, space; /* of configuredBy */
    struct sl_str written; /* an annotation that was there already, as it is; .ptr NULL: none */
};

struct kz_origins {
    const struct kz_origin **items;
    size_t count, capacity;
};

struct kz_resource {
    struct sl_node *node; /* NULL: a patch deleted it */
    /* Its id as it stands in `node`; kz_resource_refresh() reads it again. */
    struct sl_str api_version, name, space;
    struct kz_gvk gvk;
    bool cluster; /* known to live in no namespace */

    struct kz_previous *previous; /* oldest first */
    size_t previous_count, previous_capacity;
    struct kz_texts prefixes, suffixes;
    struct kz_texts vars; /* names of vars that read from it */
    bool generated;       /* kustomize would have annotated it as such */
    bool needs_hash;
    bool allow_name_change, allow_kind_change; /* of a patch */
    enum kz_behavior behavior;
    const struct kz_origin *origin;
    struct kz_origins transformations;
    struct sl_str file;
    size_t position; /* in its list */
    size_t followed; /* trace.h: its place among those that are, + 1 */
    size_t indexed;  /* how many of its previous ids its list knew when it last looked */
};

/* An id that is looked for, or asked about. */
struct kz_id {
    struct kz_gvk gvk;
    struct sl_str name;
    struct sl_str space; /* effective */
};

/* -- resource.c -- */
int kz_resource_new(struct sl_build *build, struct kz_resource **out, struct sl_node *node,
                    struct sl_err *err) SL_MUST_USE;
void kz_resource_refresh(struct sl_build *build, struct kz_resource *resource);
/* Remembers the current id as a previous one. */
int kz_resource_remember(struct sl_build *build, struct kz_resource *resource,
                         struct sl_err *err) SL_MUST_USE;
/* "default" for none, KZ_CLUSTER_SPACE for what lives in no namespace. */
struct sl_str kz_effective_space(bool cluster, struct sl_str space);
struct kz_id kz_current_id(const struct kz_resource *resource);
struct kz_id kz_original_id(const struct kz_resource *resource);
bool kz_id_equal(const struct kz_id *a, const struct kz_id *b);
/* "Deployment/web" or "Deployment/web in shop", escaped and cut. Returns shown->text. */
const char *kz_id_shown(struct sl_shown *shown, const struct kz_id *id);
/* Sets metadata.name, or metadata.namespace (empty: takes it out). */
int kz_resource_set_name(struct sl_build *build, struct kz_resource *resource, struct sl_str name,
                         struct sl_err *err) SL_MUST_USE;
int kz_resource_set_space(struct sl_build *build, struct kz_resource *resource, struct sl_str space,
                          struct sl_err *err) SL_MUST_USE;
/* The map metadata.labels or metadata.annotations; NULL where there is none. */
struct sl_node *kz_resource_meta(const struct kz_resource *resource, const char *field);
/* Turns every value of that map into the text it was written as; an empty map goes. */
int kz_resource_stringify(struct sl_build *build, struct kz_resource *resource, const char *field,
                          struct sl_err *err) SL_MUST_USE;
int kz_resource_copy(struct sl_build *build, struct kz_resource **out, const struct kz_resource *resource,
                     struct sl_err *err) SL_MUST_USE;

/* -- resource_list.c: a list with an index -- */

struct kz_slot {
    uint64_t hash;
    struct kz_resource *resource;
    uint32_t next; /* 0: none, else index + 1 */
};

struct kz_list_index {
    uint32_t *heads, *tails; /* a power of two of each */
    size_t head_count;
    struct kz_slot *slots;
    size_t count, capacity;
};

struct kz_resmap {
    struct kz_resources list;
    struct kz_list_index index;
    struct kz_resources found; /* the result of the last search */
    bool has_empty;            /* something in it may have been deleted */
};

/* Appends; an id that is already there is an error. */
int kz_resmap_append(struct sl_build *build, struct kz_resmap *map, struct kz_resource *resource,
                     struct sl_err *err) SL_MUST_USE;
int kz_resmap_append_all(struct sl_build *build, struct kz_resmap *map, const struct kz_resmap *other,
                         struct sl_err *err) SL_MUST_USE;
/* As kustomize absorbs what a generator made: by its behaviour it is new, replaces, or is merged. */
int kz_resmap_absorb(struct sl_build *build, struct kz_resmap *map, struct kz_resource *resource,
                     struct sl_err *err) SL_MUST_USE;
/* Reads the id of a resource of the list again and makes it findable by it. */
int kz_resmap_changed(struct sl_build *build, struct kz_resmap *map, struct kz_resource *resource,
                      struct sl_err *err) SL_MUST_USE;
/* Takes out what was deleted. */
void kz_resmap_drop_empty(struct kz_resmap *map);

/* The searches below fill map->found, in the list's order. */
int kz_resmap_current(struct sl_build *build, struct kz_resmap *map, const struct kz_id *id,
                      struct sl_err *err) SL_MUST_USE;
/* Whoever has or had this id. Without a space of the id (ptr NULL): in any namespace. */
int kz_resmap_any(struct sl_build *build, struct kz_resmap *map, const struct kz_id *id,
                  struct sl_err *err) SL_MUST_USE;
/* Whoever has or had this name; whoever is or was of this kind. */
int kz_resmap_named(struct sl_build *build, struct kz_resmap *map, struct sl_str name,
                    struct sl_err *err) SL_MUST_USE;
int kz_resmap_of_kind(struct sl_build *build, struct kz_resmap *map, struct sl_str kind,
                      struct sl_err *err) SL_MUST_USE;

#endif
