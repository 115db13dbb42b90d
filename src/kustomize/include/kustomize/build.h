/*
 * kustomize's build: a directory with a kustomization in, the finished resources out, the same bytes as
 * `kubectl kustomize` (kustomize v5.5.0) writes. docs/kustomize.md says what is supported and what differs.
 *
 * Order of calls: sl_build(); any number of sl_build_at(), sl_build_write(); sl_build_free(). The tree must
 * live as long as the build. A path never leaves the root of the tree; without load_restrict_none a file
 * must in addition stand in or below the directory of the kustomization that names it, as with kustomize.
 *
 * Errors: SL_E_INPUT for what is wrong with the files, beginning "file:line:column: " where there is such a
 * place; SL_E_NOT_FOUND for a directory or file that is not there; SL_E_UNSUPPORTED for what is known and
 * refused (remote bases, Helm charts, plugins that are programs); SL_E_LIMIT.
 */
#ifndef KUSTOMIZE_BUILD_H
#define KUSTOMIZE_BUILD_H

#include "doc/cache.h"
#include "tree/tree.h"
#include <sealift/build.h>

/* Which field is followed through the build, and of which resources: those of the kind whose name, when they come,
 * is part of `name`, so that prefixes and suffixes may make that of it. */
struct sl_build_trace {
    struct sl_str kind; /* "Deployment" */
    struct sl_str name;
    bool all;              /* all of any kind and name: a patch may give a resource another of both */
    struct sl_str pointer; /* JSON Pointer; "" is the whole resource */
};

struct sl_build_options {
    bool load_restrict_none; /* files may be anywhere in the tree */
    bool managed_by_label;   /* kustomize's --enable-managedby-label */
    bool note_idle_patches;  /* for sl_build_idle_patch(); costs a comparison per patched resource */
    enum sl_build_order order;
    /* Where the root of the tree and the working directory are in the file system, without the "/" in front:
     * messages name files relative to the latter, and others from "/". .ptr of named_from NULL: files are
     * named as they are in the tree. */
    struct sl_str root, named_from;
    /* Where to say, when the build failed because a path climbs above the root, by how many directories it
     * does; 0 else. May be NULL. */
    size_t *climbs;
    /* Asked about every file and directory that is named, before it is looked at; `location` is a plain path
     * of the tree. -1 refuses it: the build fails with that error, and the place that names it. NULL: all may
     * be named. */
    int (*enter)(void *context, struct sl_str location, struct sl_err *err);
    /* Told of every file that is read, which may be the same one again. -1 stops the build. May be NULL. */
    int (*used)(void *context, struct sl_str file, struct sl_err *err);
    void *context; /* of the two */
    /* Of files parsed before, or NULL; must live as long as the build is made. */
    struct sl_doc_cache *cache;
    /* To be asked about with sl_build_steps(), or NULL: that costs nothing. Must live as long as the build. */
    const struct sl_build_trace *trace;
};

struct sl_build;

/* Builds the kustomization in `directory`, a plain path of the tree ("" is its root). `options` may be NULL.
 */
int sl_build(struct sl_build **out, struct sl_tree *tree, struct sl_str directory,
             const struct sl_build_options *options, struct sl_err *err) SL_MUST_USE;

/* One level of a stack. */
struct sl_build_level {
    struct sl_str directory;    /* a plain path of the tree */
    const struct sl_str *files; /* plain paths: what it consists of where it has no kustomization file */
    size_t file_count;
};

/*
 * Builds a stack of levels, lowest first, each on all that is below it:
 *   - A kustomization gets the level below in the place of its first reference to the directory of any lower
 *     level, wherever in what it names that stands; where there is none, as its first resource. Further
 *     references to lower levels add nothing: they are all in it already.
 *   - A component is applied to the level below, as if both stood in one kustomization.
 *   - A level without kustomization file is as if it had one that lists its files.
 *   - A kustomization above the lowest level may say no more than its kind. One that says nothing at all is an error, as it
 *     is for kustomize: mostly its content was lost.
 * What holds for the whole build, buildMetadata and sortOptions, is that of the highest level with anything
 * in it, unless that is a component.
 */
int sl_build_stack(struct sl_build **out, struct sl_tree *tree, const struct sl_build_level *levels,
                   size_t level_count, const struct sl_build_options *options,
                   struct sl_err *err) SL_MUST_USE;

/* Whether a directory, which need not be there, has a kustomization file: 1, 0 or -1. SL_E_INPUT where a directory has the name
 * of one: to build without it would leave out what is in it. */
int sl_build_is_kustomization(struct sl_tree *tree, struct sl_str directory, struct sl_err *err) SL_MUST_USE;

void sl_build_free(struct sl_build *build); /* NULL is fine */
void sl_build_freep(struct sl_build **build);

/* One finished resource; everything lives as long as the build. */
struct sl_built {
    const struct sl_node *node; /* marks say which file each value is from; see sl_build_doc() */
    struct sl_str api_version, kind, name;
    struct sl_str space;           /* metadata.namespace; empty where there is none */
    struct sl_str effective_space; /* "default" where there is none */
    bool cluster;                  /* of a kind that is known to live in no namespace */
    struct sl_str file;            /* the file it was read from; the kustomization's for what was generated */
};

size_t sl_build_count(const struct sl_build *build);
struct sl_built sl_build_at(const struct sl_build *build, size_t index);

/* The same with another node, which somebody made of the resource's own: its id is what that node says. */
struct sl_built sl_build_as(const struct sl_build *build, size_t index, const struct sl_node *node);

/* The document that the nodes' marks belong to. */
const struct sl_doc *sl_build_doc(const struct sl_build *build);

/* -- what was followed -- */

/* One step of the build that made the field what it then was, or took it away. */
struct sl_build_step {
    const char *field;     /* the kustomization's: "resources", "patches", "namePrefix", ...; else words */
    struct sl_mark entry;  /* in the kustomization; blank: no line asked for it */
    struct sl_mark source; /* in the file or patch that says so; blank: `entry` is all there is */
    const struct sl_node *value; /* afterwards; NULL: it is not there (any more) */
};

/* Those of the resource at `index`, in their order; 0 where it is of no kind that was followed, or never had the
 * field. They live as long as the build, and their marks belong to its document. */
size_t sl_build_steps(const struct sl_build *build, size_t index, const struct sl_build_step **steps);

/* Whether it was followed at all. */
bool sl_build_is_followed(const struct sl_build *build, size_t index);

/* The name it had in its file, or in its generator. */
struct sl_str sl_build_first_name(const struct sl_build *build, size_t index);

/* Appends all resources as one YAML stream. */
int sl_build_write(const struct sl_build *build, struct sl_buf *out, struct sl_err *err) SL_MUST_USE;

/* What kustomize warns of: fields that are deprecated. Texts of one line. */
size_t sl_build_warning_count(const struct sl_build *build);
struct sl_str sl_build_warning(const struct sl_build *build, size_t index);

/* Patches that changed nothing, noted where the options ask for it: an entry of `patches` that left every resource as it was, or
 * selects none. The place is that of the entry's path or text, in sl_build_doc(). */
size_t sl_build_idle_patch_count(const struct sl_build *build);
struct sl_mark sl_build_idle_patch(const struct sl_build *build, size_t index);

#endif
