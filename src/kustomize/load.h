/*
 * Files of the tree: resources, patches, plain bytes.
 */
#ifndef LOAD_H
#define LOAD_H

#include "resource.h"

/* A directory whose kustomization is being worked on. */
struct kz_place {
    struct sl_str directory;      /* plain path in the tree */
    const struct kz_place *outer; /* whose kustomization led here; NULL for the one that is built */
};

/* Whether kustomize would fetch this from elsewhere. */
bool kz_is_remote(struct sl_str path);

/* The plain path of what `path` names in a file of the place; a path that leaves the tree, or that must not
 * be named, is an error at its mark. */
int kz_locate(struct sl_build *build, const struct kz_place *place, const struct kz_text *path,
              struct sl_str *out, struct sl_err *err) SL_MUST_USE;

/* Tells whoever wants to know that a file of the tree is read. */
int kz_use(struct sl_build *build, struct sl_str file, struct sl_err *err) SL_MUST_USE;

/* The bytes of a file, and the plain path it has in the tree; `what` is "resource", "patch": for messages.
 * What is restricted, remote, missing or a directory is an error at the mark of `path`. */
int kz_load(struct sl_build *build, const struct kz_place *place, const struct kz_text *path,
            const char *what, struct kz_text *out, struct sl_err *err) SL_MUST_USE;

/* The resources in a YAML text, lists taken apart. `name` is that of the file, for marks. */
int kz_read_resources(struct sl_build *build, struct sl_str text, struct sl_str name,
                      struct kz_resources *out, struct sl_err *err) SL_MUST_USE;

/* The same for patches, whose keys may be numbers. */
int kz_read_patches(struct sl_build *build, struct sl_str text, struct sl_str name, struct kz_resources *out,
                    struct sl_err *err) SL_MUST_USE;

/* The same for a text that is inside another document: marks are those of `text`. */
int kz_read_inline(struct sl_build *build, const struct kz_text *text, struct kz_resources *out,
                   struct sl_err *err) SL_MUST_USE;

#endif
