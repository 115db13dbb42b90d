/*
 * How an inventory is put together, between inventory.c and inventory_images.c.
 */
#ifndef PACK_INVENTORY_PARTS_H
#define PACK_INVENTORY_PARTS_H

#include "inventory.h"

/* Room for one more item of `size` bytes behind `count`: `items`, or a larger copy; NULL without memory. */
void *inventory_grow(struct inventory *inventory, void *items, size_t count, size_t *capacity, size_t size);

int inventory_add_edge(struct inventory *inventory, struct sl_str from, struct sl_str to,
                       struct sl_err *err) SL_MUST_USE;

/* Notes the images that an object's containers, an application's values and the carried OCI layouts name. */
int inventory_manifest_images(struct inventory *inventory, const struct sl_node *object,
                              struct sl_err *err) SL_MUST_USE;
int inventory_values_images(struct inventory *inventory, const struct sl_node *values, struct sl_str from,
                            struct sl_err *err) SL_MUST_USE;
int inventory_layout_images(struct inventory *inventory, struct sl_rendering *rendering,
                            struct sl_err *err) SL_MUST_USE;

#endif
