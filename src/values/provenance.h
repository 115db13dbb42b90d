/*
 * Who says what about one place of the values: looked up in the layers, when somebody asks.
 */
#ifndef PROVENANCE_H
#define PROVENANCE_H

#include "values/layers.h"

/* The steps of a place, as texts; an item of a list is its number. */
struct steps {
    struct sl_str *items;
    size_t count;
};

struct say {
    const struct sl_values_layer *layer;
    const struct sl_node *node;  /* NULL: nothing; what stands above the place is no map */
    const struct sl_node *above; /* that, where node is NULL */
};

/* The layers as one list, with those of the charts inside in their places. */
struct sources;

/* To be released before the layers are gone, also where this fails; they are in the arena. */
int sources_new(struct sources **out, struct sl_arena *arena, const struct sl_values *values,
                struct sl_err *err) SL_MUST_USE;
void sources_release(struct sources *sources); /* NULL is fine */

/* As sl_node_entry(), with an index of large maps. */
const struct sl_entry *sources_entry(struct sources *sources, const struct sl_node *map, struct sl_str key);

/* Everything that is said about a place, the lowest layer first. The array is the caller's until the next call. */
size_t sources_says(struct sources *sources, const struct steps *steps, const struct say **says);

/* Which keys any of them has at a place, each once; for places that templates do not see. */
int sources_keys(struct sources *sources, const struct steps *steps, struct sl_str **keys, size_t *count,
                 struct sl_err *err) SL_MUST_USE;

/* What is at a place below `root`, or NULL. */
const struct sl_node *step_down(struct sources *sources, const struct sl_node *root,
                                const struct steps *steps);

#endif
