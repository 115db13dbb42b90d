/*
 * vars: $(NAME) in a field stands for a field of another resource.
 */
#ifndef VARS_H
#define VARS_H

#include "config.h"

struct kz_vars {
    struct kz_var *items; /* as met */
    size_t count, capacity;
};

/* Adds what a kustomization declares and notes at the resources which of them each is read for; a name that
 * is there already, or more than one resource that is meant, is an error. */
int kz_vars_declare(struct sl_build *build, struct kz_vars *vars, struct kz_resmap *map,
                    const struct kz_list *declared, struct sl_err *err) SL_MUST_USE;
/* Adds those of a base. */
int kz_vars_merge(struct sl_build *build, struct kz_vars *vars, const struct kz_vars *more,
                  struct sl_err *err) SL_MUST_USE;
/* Replaces $(NAME) in all fields that may have one. */
int kz_vars_resolve(struct sl_build *build, const struct kz_vars *vars, struct kz_resmap *map,
                    const struct kz_config *config, struct sl_err *err) SL_MUST_USE;

#endif
