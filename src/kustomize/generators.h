/*
 * Resources made from data: configMapGenerator, secretGenerator, IAMPolicyGenerator.
 */
#ifndef GENERATORS_H
#define GENERATORS_H

#include "config.h"

/* The ConfigMap or Secret; `global` are the kustomization's generatorOptions, or NULL. */
int kz_generate(struct sl_build *build, const struct kz_place *place, const struct kz_generator *generator,
                const struct kz_generator_options *global, struct kz_resource **out,
                struct sl_err *err) SL_MUST_USE;

/* The ServiceAccount that the plugin IAMPolicyGenerator makes; `config` is its configuration. */
int kz_generate_account(struct sl_build *build, const struct sl_node *config, struct kz_resource **out,
                        struct sl_err *err) SL_MUST_USE;

/* -- key_values.c -- */
struct kz_key_value {
    struct sl_str key;
    struct kz_text value; /* bytes, not always UTF-8 */
};
struct kz_key_values {
    struct kz_key_value *items;
    size_t count, capacity;
    struct sl_map index;
};
/* The data of a generator, in the order envs, literals, files; a repeated key is an error. The caller
 * releases `out->index`. */
int kz_key_values(struct sl_build *build, const struct kz_place *place, const struct kz_generator *generator,
                  struct kz_key_values *out, struct sl_err *err) SL_MUST_USE;

#endif
