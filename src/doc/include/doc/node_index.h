/*
 * Finding keys of large maps, for those who look for many of them in trees that do not change meanwhile.
 *
 * Order of calls: sl_node_index_init(), sl_node_index_entry() any number of times, sl_node_index_release() before the
 * trees are gone.
 */
#ifndef DOC_NODE_INDEX_H
#define DOC_NODE_INDEX_H

#include "doc/node.h"

struct sl_node_index {
    struct sl_map by_map;
    struct sl_indexed_map *newest;
};

void sl_node_index_init(struct sl_node_index *index);
void sl_node_index_release(struct sl_node_index *index);

/* As sl_node_entry(); a large map is indexed at the first call, or looked through where there is no memory for that. */
const struct sl_entry *sl_node_index_entry(struct sl_node_index *index, const struct sl_node *map,
                                           struct sl_str key);

#endif
