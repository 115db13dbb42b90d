/*
 * What a set of schemas is made of.
 *
 * Every source is a document of its own with a program of its own, so that a schema that cannot be used takes no
 * other with it. In a program for several kinds each kind is a member of the root's `properties`: an object is
 * checked as the only member of a map, by the name that key_of() gives its kind.
 */
#ifndef SET_H
#define SET_H

#include "kubeschema/kubeschema.h"
#include "schema/schema.h"
#include "shape.h"

struct source {
    struct source *next;
    struct sl_doc doc;
    struct sl_schema *program; /* NULL: it did not compile */
    const struct sl_node *root;
};

struct kind {
    struct sl_str key; /* "apps/v1/Deployment" */
    const struct sl_schema *program;
    struct sl_str prefix; /* of every pointer: "/apps~1v1~1Deployment"; empty for a program of one kind */
    const struct shape *shape;
    uint64_t rules;        /* CEL rules that nobody checks */
    struct sl_str problem; /* why there is no program */
};

/* The versions in which a kind of a group is served. */
struct family {
    struct sl_str versions; /* "apps/v1 and apps/v1beta1", as in a message */
};

struct sl_kubeschema {
    struct sl_arena arena;
    struct source *sources;
    struct sl_map kinds;    /* key to struct kind */
    struct sl_map families; /* "apps/Deployment" to struct family */
    size_t count;
};

/* "apps/v1/Deployment" in `out`, which was initialised; cut short where it does not fit. */
struct sl_str key_of(struct sl_buf *out, struct sl_str api_version, struct sl_str kind);
/* "apps/Deployment", "/Service": the key without the version. */
struct sl_str family_of(struct sl_buf *out, struct sl_str key);

/* A new source with an empty document; NULL without memory. */
struct source *source_new(struct sl_kubeschema *set);

/* Compiles source->root and adds a kind for each member of its `properties`; where it does not compile, kinds that say
 * so when `keep_problem`, else it fails. */
int source_add_kinds(struct sl_kubeschema *set, struct source *source, bool keep_problem,
                     struct sl_err *err) SL_MUST_USE;
/* The same for a schema of one kind. */
int source_add_one(struct sl_kubeschema *set, struct source *source, struct sl_str key,
                   struct sl_err *err) SL_MUST_USE;

/* A kind whose schema makes no sense, and why. */
int set_add_problem(struct sl_kubeschema *set, struct sl_str key, struct sl_str problem,
                    struct sl_err *err) SL_MUST_USE;

const struct kind *set_find(const struct sl_kubeschema *set, struct sl_str key);

enum { KEY_MAX = 1024 };

#endif
