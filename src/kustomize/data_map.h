/*
 * data and binaryData of ConfigMaps and Secrets.
 */
#ifndef DATA_MAP_H
#define DATA_MAP_H

#include "resource.h"

/* Adds to `data`, or, what is not UTF-8, encoded to `binaryData`. */
int kz_data_add(struct sl_build *build, struct sl_node *root, struct sl_str key, struct kz_text value,
                struct sl_err *err) SL_MUST_USE;
/* Adds the base64 of the value to `data`, in lines of 70 characters where it has more than that. */
int kz_data_add_encoded(struct sl_build *build, struct sl_node *root, struct sl_str key, struct kz_text value,
                        struct sl_err *err) SL_MUST_USE;
/* Gives `resource` the metadata of `old`, which it is to replace, and with `merge` its data too, as far as it
 * has not its own. */
int kz_take_over(struct sl_build *build, struct kz_resource *resource, const struct kz_resource *old,
                 bool merge, struct sl_err *err) SL_MUST_USE;

#endif
