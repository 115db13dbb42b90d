/*
 * One kustomization, and the resources that come of it.
 */
#ifndef TARGET_H
#define TARGET_H

#include "config.h"
#include "vars.h"

struct kz_target {
    struct kz_place place;
    struct kz_kustomization *kustomization;
    struct sl_str file;        /* its name, without the directory */
    struct sl_str origin_path; /* from the kustomization that is built to this one, as written */
    bool on_below;             /* it builds on a lower level, and so may say no more than its kind */
};

/* What has come together so far: resources, the configuration of transformers, vars. */
struct kz_accumulator {
    struct kz_resmap map;
    const struct kz_config *config;
    struct kz_vars vars;
};

/* Finds and reads the kustomization of target->place, and the schema it brings. */
int kz_target_open(struct sl_build *build, struct kz_target *target, struct sl_err *err) SL_MUST_USE;

/* -- accumulate.c -- */
/* Adds all that the target yields. */
int kz_accumulate(struct sl_build *build, const struct kz_target *target, struct kz_accumulator *out,
                  struct sl_err *err) SL_MUST_USE;
/* Adds what a list of files and directories yields. */
int kz_accumulate_paths(struct sl_build *build, const struct kz_target *target, const struct kz_texts *paths,
                        struct kz_accumulator *out, struct sl_err *err) SL_MUST_USE;

/* Adds what the target itself does, when its resources are there: generators, components, transformers. */
int kz_accumulate_own(struct sl_build *build, const struct kz_target *target, struct kz_accumulator *out,
                      struct sl_err *err) SL_MUST_USE;
int kz_accumulator_merge(struct sl_build *build, struct kz_accumulator *out,
                         const struct kz_accumulator *inner, struct sl_err *err) SL_MUST_USE;

/* -- stack.c -- */
/* Adds what the levels of build->levels up to build->level come to. */
int kz_accumulate_stack(struct sl_build *build, struct kz_accumulator *out, struct sl_err *err) SL_MUST_USE;
/* Whether `directory` is that of a level below the one at hand. */
bool kz_is_lower_level(const struct sl_build *build, struct sl_str directory);
/* Adds what is below the level at hand, unless that has been done; `target` is where it is named. */
int kz_accumulate_below(struct sl_build *build, const struct kz_target *target, struct kz_accumulator *out,
                        struct sl_err *err) SL_MUST_USE;

/* -- build.c -- */
/* Makes this the kustomization whose buildMetadata and sortOptions count. */
void kz_set_top(struct sl_build *build, const struct kz_kustomization *k);

/* -- run.c -- */
int kz_run_generators(struct sl_build *build, const struct kz_target *target, struct kz_accumulator *out,
                      struct sl_err *err) SL_MUST_USE;
int kz_run_transformers(struct sl_build *build, const struct kz_target *target, struct kz_accumulator *out,
                        struct sl_err *err) SL_MUST_USE;
int kz_run_validators(struct sl_build *build, const struct kz_target *target, struct kz_accumulator *out,
                      struct sl_err *err) SL_MUST_USE;

/* -- plugins.c: `generators`, `transformers`, `validators` -- */
/* The configurations that a field lists: inline, files or directories. */
int kz_plugin_configs(struct sl_build *build, const struct kz_target *target, const struct kz_texts *entries,
                      struct kz_resources *out, struct sl_err *err) SL_MUST_USE;
int kz_plugin_generate(struct sl_build *build, const struct kz_place *place, const struct kz_resource *config,
                       struct kz_resource **out, struct sl_err *err) SL_MUST_USE;
int kz_plugin_transform(struct sl_build *build, const struct kz_place *place,
                        const struct kz_resource *config, struct kz_resmap *map,
                        struct sl_err *err) SL_MUST_USE;
/* Where what a plugin did came from; NULL when nobody asks. */
int kz_plugin_origin(struct sl_build *build, const struct kz_resource *config, const struct kz_origin **out,
                     struct sl_err *err) SL_MUST_USE;

#endif
