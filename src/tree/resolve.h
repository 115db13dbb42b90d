/*
 * From an asked path to the thing it leads to, following links.
 */
#ifndef TREE_RESOLVE_H
#define TREE_RESOLVE_H

#include "view.h"

struct sl_resolved {
    struct sl_buf path;         /* real */
    const struct sl_node *node; /* never a link */
    /* Of a path that leads to nothing: the link that does, or NULL where a name is missing without one. */
    const struct sl_listing *link_directory;
    const struct sl_node *link;
};

void sl_resolved_release(struct sl_resolved *resolved);

/* 1 there, 0 not, -1 error. To be released in every case. */
int sl_tree_resolve(struct sl_tree *tree, struct sl_str path, struct sl_resolved *out,
                    struct sl_err *err) SL_MUST_USE;

struct sl_place sl_resolved_place(const struct sl_resolved *resolved);

/* SL_E_NOT_FOUND for a path that sl_tree_resolve() did not find; names the link that is to blame, if one is.
 */
int sl_fail_missing(struct sl_str path, const struct sl_resolved *resolved, struct sl_err *err);

/* SL_E_UNSUPPORTED: somebody wants to enter the submodule at `path`. */
int sl_fail_submodule(struct sl_str path, struct sl_err *err);

#endif
