/*
 * Maps that are worked on in place, as Helm does, and Helm's merge of two of them.
 *
 * Trees that come from outside are never changed: tables_copy() makes maps of one's own first; what else is in them
 * (lists, scalars) stays shared. Helm lets the maps it merges share parts, and that can be seen in what it makes, so
 * the functions here do the same.
 */
#ifndef TABLES_H
#define TABLES_H

#include "doc/node.h"
#include <sealift/finding.h>
#include <sealift/values.h>

struct helm {
    struct sl_doc *doc;
    enum sl_helm_compat compat;
    struct sl_findings *findings; /* NULL: nothing is reported */
    bool silent;                  /* nor Helm's warnings */
};

/* One map that is looked up and changed many times. Entries that are removed are gone with table_close(). */
struct table {
    struct sl_doc *doc;
    struct sl_node *map;
    struct sl_map index; /* key to its place; empty for a small map */
    uint32_t *places;    /* NULL for a small map */
    bool removed;
};

int table_open(struct table *table, struct sl_doc *doc, struct sl_node *map, struct sl_err *err) SL_MUST_USE;
void table_close(struct table *table);
/* NULL: not there. Good until the next table_add(). Not for keys that were added since table_open(). */
struct sl_entry *table_find(const struct table *table, struct sl_str key);
/* A key that is not there; texts are shared. */
int table_add(struct table *table, const struct sl_entry *from, struct sl_node *value,
              struct sl_err *err) SL_MUST_USE;
void table_remove(struct table *table, struct sl_entry *entry);

/* Appends to a map without looking for the key; the key's text is shared. */
int tables_push(struct sl_doc *doc, struct sl_node *map, const struct sl_entry *from, struct sl_node *value,
                struct sl_err *err) SL_MUST_USE;
/* Sets one key of a map, the key's text shared. */
int tables_set(struct sl_doc *doc, struct sl_node *map, struct sl_str key, struct sl_node *value,
               struct sl_err *err) SL_MUST_USE;

/* A copy of all maps in one another; with `clean` without their nulls. NULL becomes an empty map. */
int tables_copy(struct sl_node **out, struct sl_doc *doc, const struct sl_node *node, bool clean,
                struct sl_err *err) SL_MUST_USE;

/* Helm's CoalesceTables, or MergeTables where `keep` says that nulls stay: `high` is changed, `low` is not, but parts
 * of it become parts of `high`. */
int tables_merge(const struct helm *helm, struct sl_node *high, struct sl_node *low, bool keep,
                 struct sl_err *err) SL_MUST_USE;

/* What Helm warns of where a map and something else meet: `high` is what stays. */
int tables_warn(const struct helm *helm, struct sl_str key, const struct sl_node *high,
                struct sl_err *err) SL_MUST_USE;

#endif
