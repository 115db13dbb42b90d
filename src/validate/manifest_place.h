/*
 * A node of an object together with the way to it, so that a finding can say its JSON Pointer. Places lie on
 * the caller's stack, each linked to the one above it; the pointer is only put together when it is needed.
 *
 *     struct place root = place_root(object);
 *     struct place spec = place_get(&root, "spec");
 *     struct place name = place_get(&spec, "serviceName");       spec.node may be NULL: so is name.node then
 */
#ifndef MANIFEST_PLACE_H
#define MANIFEST_PLACE_H

#include "doc/node.h"
#include <sealift/buf.h>

struct place {
    const struct place *above; /* NULL: the root of an object */
    struct sl_str key;         /* of an entry of a map */
    size_t index;              /* of an item of a list, where `item` */
    bool item;
    const struct sl_node *node; /* NULL: nothing is there */
};

struct place place_root(const struct sl_node *node);

/* The value of a key; nothing where `above` is no map, or has no such key. */
struct place place_get(const struct place *above, const char *key);

/* An item of a list, and an entry of a map; the caller knows that it is there. */
struct place place_item(const struct place *above, size_t index);
struct place place_entry(const struct place *above, size_t index);

/* How many items place_item() may be asked for: 0 where there is no list. */
size_t place_items(const struct place *place);

/* The text of a string; empty for everything else. */
struct sl_str place_text(const struct place *place);

/* Appends the JSON Pointer. */
void place_pointer(struct sl_buf *out, const struct place *place);

/* What place_each() calls; 0 goes on, -1 stops. */
typedef int place_visit(const struct place *place, void *context, struct sl_err *err);

/* Visits everything that a path leads to: keys with "/" between, "*" for each item of a list. */
int place_each(const struct place *from, const char *path, place_visit *visit, void *context,
               struct sl_err *err) SL_MUST_USE;

#endif
