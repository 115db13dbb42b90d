/*
 * The plugin ValueAddTransformer: a value, by default the name of the directory, into fields.
 */
#ifndef VALUE_ADD_H
#define VALUE_ADD_H

#include "config.h"

struct kz_value_add {
    struct kz_text value, file;
    struct kz_list targets; /* of kz_value_target_shape */
};

extern const struct kz_shape kz_value_target_shape;

int kz_transform_value_add(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                           const struct kz_value_add *config, struct sl_mark mark,
                           struct sl_err *err) SL_MUST_USE;

#endif
