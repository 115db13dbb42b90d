/*
 * What one delivery comes to, between reading the repository and writing the bundle. render.c fills it,
 * pack.c packs it; sealift/release.h is the public side.
 */
#ifndef PACK_RENDERING_H
#define PACK_RENDERING_H

#include "crypto/digest.h"
#include "gitops/layout.h"
#include "validate/policy.h"
#include "validate/validate.h"
#include <sealift/release.h>

/* A file that was made here: manifests/... or values/... */
struct rendered_file {
    struct sl_str path;
    struct sl_str text;
};

struct rendered_files {
    struct rendered_file *items;
    size_t count;
    size_t capacity;
};

/* A file of the tree that travels as it is: most of a large bundle, so that each byte here counts. */
struct carried_file {
    struct sl_str member;               /* its name in the bundle, mostly the end of its path in the tree */
    const struct sl_artifact *artifact; /* its path in the tree, size and mode */
};

/* What the commit has of one. */
struct carried_expected {
    enum {
        EXPECT_ANYTHING,
        EXPECT_LFS, /* a Git LFS pointer, which names this digest */
        EXPECT_BLOB /* the file itself, under this id */
    } what;
    union {
        struct sl_digest lfs_digest;
        struct sl_blob_id blob_id;
    } as;
};

struct carried_files {
    struct carried_file *items;
    size_t count;
    size_t capacity;
    struct carried_expected *expected; /* of each, where a work tree is compared with its commit; else NULL */
};

/* What several renderings may have in common; all of it is the caller's. */
struct rendering_common {
    struct sl_tree *tree; /* without a guard */
    struct sl_validation_shared *shared;
    struct sl_doc_cache *cache;
};

struct sl_rendering {
    struct sl_tree *tree;
    bool tree_is_lent;
    struct sl_reading reading; /* owns all texts and arrays */
    struct sl_layout layout;
    struct sl_tree_revision revision;
    struct sl_release_facts facts;
    struct rendered_files files; /* ascending by path */
    struct carried_files carried;
    struct sl_validation_policy policy;
    size_t excepted; /* findings that exceptions of sealift.yaml took away */
    bool allow_dirty;
    int64_t default_mtime;
    struct sl_progress progress;
};

/*
 * What sl_release_render() does, with a tree and a memory that are lent: nothing is opened, no commit is compared, and
 * of exceptions that excepted nothing nothing is said. 0 also where findings stopped the build, else as there.
 */
int rendering_check(struct sl_rendering **out, const struct sl_release_query *query,
                    const struct rendering_common *common, struct sl_findings *findings,
                    struct sl_err *err) SL_MUST_USE;

/* An empty one; NULL without memory. */
struct sl_rendering *rendering_new(const struct sl_release_query *query, struct sl_findings *findings);

/* SL_E_USAGE where what `repository` names has not the two directories that make one; the layout asks too, and does not know
 * its path. */
int check_repository(struct sl_tree *tree, const char *repository, struct sl_err *err) SL_MUST_USE;

/* Opens the tree; the reading does not have it yet. */
int rendering_open(struct sl_rendering *rendering, const struct sl_release_query *query,
                   struct sl_err *err) SL_MUST_USE;

/* Fills rendering->layout. SL_E_FINDINGS where kustomize refuses to build. */
int rendering_resolve(struct sl_rendering *rendering, const struct sl_release_query *query,
                      struct sl_err *err) SL_MUST_USE;

/* Runs the rules on what the rendering holds so far. */
int rendering_validate(struct sl_rendering *rendering, const struct sl_release_query *query,
                       struct sl_validation_shared *shared, struct sl_err *err) SL_MUST_USE;

/* Adds a file; `text` is copied. */
int rendering_add(struct sl_rendering *rendering, struct sl_str path, struct sl_str text,
                  struct sl_err *err) SL_MUST_USE;

/* manifests/: a file per document, and a kustomization.yaml that lists them in the order of composition. */
int render_manifests(struct sl_rendering *rendering, struct sl_err *err) SL_MUST_USE;

/* values/APP.yaml for each application with any layer. */
int render_values(struct sl_rendering *rendering, struct sl_err *err) SL_MUST_USE;

/* Fills rendering->carried from the release's artifacts, docs and schemas. */
int find_carried(struct sl_rendering *rendering, struct sl_err *err) SL_MUST_USE;

/* Whether a clean work tree holds what its commit does, as far as it was used; sets facts.dirty where not,
 * and fails (SL_E_INPUT) unless the query allows that. Of carried files it looks at size and mode, and notes
 * which bytes they must have; check_carried() sees to those when they are read. */
int check_commit(struct sl_rendering *rendering, const struct sl_release_query *query,
                 struct sl_err *err) SL_MUST_USE;

/* What a carried file turned out to be, when it was read. */
struct carried_content {
    struct sl_digest digest;
    struct sl_blob_id blob_id; /* where that is expected */
};

/* Whether the content of the carried file `number` is what the commit holds, with the same outcome. */
int check_carried(struct sl_rendering *rendering, size_t number, const struct carried_content *content,
                  struct sl_err *err) SL_MUST_USE;

#endif
