/*
 * Merge keys: `<<: *defaults`.
 */
#ifndef DOC_YAML_MERGE_H
#define DOC_YAML_MERGE_H

#include "builder.h"
#include "doc/yaml.h"

/* One "<<" of a map. */
struct sl_merge {
    struct sl_merge *next;
    struct sl_node *value; /* a map or a list of maps */
    size_t before;         /* entries of the map that stand before it */
};

/*
 * Puts what the merge keys bring among the entries from `base` on. In a resource the map's own keys win
 * wherever they stand (kyaml); elsewhere what stands later in the file does (go-yaml v2). In both, of a list
 * of maps the first wins. Without merge keys this leaves, of equal keys, the last.
 */
int sl_yaml_merge(struct sl_builder *builder, size_t base, const struct sl_merge *merges,
                  enum sl_yaml_rules rules) SL_MUST_USE;

#endif
