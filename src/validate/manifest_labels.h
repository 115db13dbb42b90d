/*
 * Who carries which labels: an index over pods, or over Services, for selectors.
 *
 * Order of calls: labels_init(); labels_add() for each; labels_find() any number of times; labels_release().
 */
#ifndef MANIFEST_LABELS_H
#define MANIFEST_LABELS_H

#include "manifest_index.h"

struct labels {
    struct manifests *manifests; /* whose arena is used */
    struct sl_map carriers;      /* namespace, or namespace and key and value, to struct label_list */
};

/* Somebody who carries labels. */
struct label_carrier {
    const struct manifest_object *object;
    const struct sl_node *labels; /* NULL: none */
};

/* What is asked for; both NULL or empty: everything matches. */
struct selector {
    const struct sl_node *labels;      /* a map: all of them */
    const struct sl_node *expressions; /* a list of matchExpressions */
};

void labels_init(struct labels *labels, struct manifests *manifests);
void labels_release(struct labels *labels);

int labels_add(struct labels *labels, const struct label_carrier *carrier, struct sl_err *err) SL_MUST_USE;

/* Whether anybody in the namespace matches; an empty namespace stands for all of them. True as well where that
 * cannot be said: something in the selector is filled in later, or is no text. */
bool labels_find(struct labels *labels, struct sl_str space, const struct selector *selector);

/* Of those in the namespace the one that matches most of the selector, and the first pair it lacks; NULL where
 * nobody matches any. Looks at the first hundred. */
const struct label_carrier *labels_nearest(struct labels *labels, struct sl_str space,
                                           const struct selector *selector, const struct sl_entry **lacking);

/* The selector of a LabelSelector node ({matchLabels, matchExpressions}). */
struct selector selector_of(const struct sl_node *node);
bool selector_is_empty(const struct selector *selector);

/* Whether labels match, on their own. */
bool selector_matches(const struct selector *selector, const struct sl_node *labels);

/* The same for one pair of a map of labels. */
bool selector_pair_matches(const struct sl_entry *pair, const struct sl_node *labels);

#endif
