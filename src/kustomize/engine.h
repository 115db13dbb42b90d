/*
 * What the files of this floor share: the build under way, and its memory.
 *
 * Everything made during a build lives in the arena of its document and dies with it. Names that are private
 * to this floor begin with kz_.
 *
 * kustomize keeps what it knows of a resource (earlier names, prefixes, whether a hash is due) in annotations
 * of that resource; here that is struct kz_resource. Where kustomize's way can be seen in its output the code
 * says so.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "doc/node.h"
#include "docops/kube.h"
#include "kustomize/build.h"
#include "model/report.h"
#include "tree/tree.h"

/* A text and where it stands. */
struct kz_text {
    struct sl_str text;
    struct sl_mark mark;
};

struct kz_texts {
    struct kz_text *items;
    size_t count, capacity;
};

struct kz_gvk {
    struct sl_str group, version, kind;
};

struct kz_resource;
struct kz_config;
struct kz_followed;
struct kz_kustomization;
struct kz_regex;

struct kz_resources {
    struct kz_resource **items;
    size_t count, capacity;
};

struct sl_build {
    struct sl_doc doc;
    struct sl_tree *tree;
    struct sl_build_options options;
    const struct sl_kube *kube;
    struct sl_kube *own_kube; /* from `openapi: path:`; the first one met counts */
    bool kube_is_set;
    const struct kz_config *defaults; /* the built-in field specs; made at first use */
    bool track_origin;                /* the kustomization that is built has buildMetadata */
    bool keep_origin, keep_transformations;
    struct sl_map regexes; /* pattern to struct kz_regex */
    struct kz_regex *regex_list;
    struct sl_buf work; /* for a text that is about to be copied */
    struct kz_texts warnings;
    struct kz_texts idle_patches;        /* marks only */
    bool patch_told;                     /* the patch at hand has changed something */
    const struct sl_build_level *levels; /* of a stack, lowest first */
    size_t level;                        /* whose kustomizations are being built */
    bool below_taken;                    /* that level has got what is below it */
    struct sl_str stack_from;            /* the directory that origins are seen from */
    const struct kz_kustomization *top;  /* its buildMetadata and sortOptions count; NULL: nobody's */
    unsigned depth;                      /* of kustomizations inside one another */
    uint64_t visits;
    struct kz_followed *followed; /* trace.h; none unless options.trace asks for it */
    size_t followed_count, followed_capacity;
    size_t *patched; /* of those, the ones that the step at hand has patched */
    size_t patched_count, patched_capacity;
    struct kz_resources resources; /* the result */
};

/* -- memory.c: NULL or -1 without memory; kz_no_memory() says which limit it was -- */
int kz_no_memory(struct sl_build *build, struct sl_err *err);
void *kz_alloc(struct sl_build *build, size_t size);
/* A copy of `count` items. */
void *kz_copy(struct sl_build *build, const void *items, size_t count, size_t size);
/* A copy of `text` in the arena; .ptr is NULL without memory. */
struct sl_str kz_str(struct sl_build *build, struct sl_str text);
struct sl_str kz_join(struct sl_build *build, struct sl_str a, struct sl_str b, struct sl_str c);
/* Room for one more item in a growing array; true when there is. */
bool kz_grow(struct sl_build *build, void *items_pointer, size_t count, size_t *capacity, size_t size);
int kz_texts_add(struct sl_build *build, struct kz_texts *texts, struct kz_text text,
                 struct sl_err *err) SL_MUST_USE;
bool kz_texts_have(const struct kz_texts *texts, struct sl_str text);

/* How messages name a file of the tree; see sl_build_options. .ptr is NULL without memory. */
struct sl_str kz_file_name(struct sl_build *build, struct sl_str path);

/* -- failing at a place: "file:line:column: ..." -- */
int kz_fail(const struct sl_build *build, struct sl_mark mark, struct sl_err *err, const char *format, ...)
    SL_PRINTF(4, 5);
int kz_refuse(const struct sl_build *build, struct sl_mark mark, struct sl_err *err, const char *format, ...)
    SL_PRINTF(4, 5);
/* Puts "file:line:column: " in front of a message of a lower floor, when there is a place. */
int kz_wrap(const struct sl_build *build, struct sl_mark mark, struct sl_err *err);

/* -- gvk -- */
struct kz_gvk kz_gvk_of(struct sl_str api_version, struct sl_str kind);
bool kz_gvk_equal(const struct kz_gvk *a, const struct kz_gvk *b);
/* Whether every part that `selector` gives is the same. */
bool kz_gvk_selected(const struct kz_gvk *gvk, const struct kz_gvk *selector);

#endif
