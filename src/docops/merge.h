/*
 * What the parts of the strategic merge share: strategic.c (maps and directives), keyed_list.c (lists that
 * merge by keys) and loose_list.c (those whose items lack some).
 *
 * kustomize's merge does not only lay the patch over the target: it visits the whole target, changes lists
 * that the patch does not name, and changes the patch while it reads it. All of that can be seen in its
 * output, so it is done here too: on the target, which is the caller's own, and on a copy of the patch.
 */
#ifndef MERGE_H
#define MERGE_H

#include "docops/strategic.h"

struct sl_merge {
    struct sl_doc *doc;
    struct sl_arena scratch; /* texts and tables that are needed only during the merge */
};

/* What is merged: a node of the target and one of the patch, either of which may be NULL (not there). Both
 * may be the same node: what only the patch has, kustomize merges with itself. */
struct sl_pair {
    struct sl_node *dest;
    struct sl_node *origin;
    struct sl_kube_type type;
    unsigned depth;
};

/* *out is NULL where nothing is left, and a null only where the target has one that stays. */
int sl_merge_nodes(struct sl_node **out, struct sl_merge *merge, const struct sl_pair *pair,
                   struct sl_err *err) SL_MUST_USE;

/* Two lists that are both there and merge by `how`; the result is in pair->dest. */
int sl_merge_keyed_lists(struct sl_merge *merge, const struct sl_pair *pair, const struct sl_kube_merge *how,
                         struct sl_err *err) SL_MUST_USE;
int sl_merge_loose_lists(struct sl_merge *merge, const struct sl_pair *pair, const struct sl_kube_merge *how,
                         struct sl_err *err) SL_MUST_USE;

/* Drops from `list` what kustomize drops when it takes out the items whose `key` has the text `value` (not
 * empty): those, and all nulls and empty maps. */
void sl_merge_take_out(struct sl_node *list, struct sl_str key, struct sl_str value);

/* The text by which kustomize compares a value: as it stood in the source; empty for maps, lists and NULL. It
 * may be in `buffer`. */
struct sl_str sl_merge_spell(char buffer[32], const struct sl_node *node);

/* The same to be kept during the merge. .ptr is NULL when memory ran out, and never otherwise. */
struct sl_str sl_merge_text(struct sl_merge *merge, const struct sl_node *node);

/* "Nothing is left" to a list: missing, null or an empty map. */
bool sl_merge_is_nothing(const struct sl_node *node);

/* Fails at the place of `node`: "file:line:column: ...". */
int sl_merge_fail(const struct sl_merge *merge, const struct sl_node *node, struct sl_err *err,
                  const char *format, ...) SL_PRINTF(4, 5);

#endif
