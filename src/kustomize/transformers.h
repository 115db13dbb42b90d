/*
 * What changes resources: a function per transformer of kustomize, whether a field of the kustomization or a
 * plugin's configuration asks for it. Each leaves the list's index right.
 */
#ifndef TRANSFORMERS_H
#define TRANSFORMERS_H

#include "config.h"

/* -- names.c -- */
struct kz_affix {
    struct kz_text text;
    bool is_suffix;
    const struct kz_specs *specs;
};
int kz_transform_affix(struct sl_build *build, struct kz_resmap *map, const struct kz_affix *affix,
                       struct sl_err *err) SL_MUST_USE;
/* Appends a hash of the content to the names that are due for one. */
int kz_transform_hash(struct sl_build *build, struct kz_resmap *map, struct sl_err *err) SL_MUST_USE;

/* -- namespace.c -- */
enum kz_subjects { KZ_SUBJECTS_DEFAULT, KZ_SUBJECTS_ALL, KZ_SUBJECTS_NONE };
struct kz_namespace {
    struct kz_text name;
    bool unset_only;
    enum kz_subjects subjects;
    const struct kz_specs *specs;
};
int kz_transform_namespace(struct sl_build *build, struct kz_resmap *map, const struct kz_namespace *space,
                           struct sl_err *err) SL_MUST_USE;
/* Of one resource, without looking whether its id is then taken. */
int kz_namespace_apply(struct sl_build *build, struct kz_resource *resource, const struct kz_namespace *space,
                       struct sl_err *err) SL_MUST_USE;

/* -- labels.c: labels and annotations -- */
int kz_transform_pairs(struct sl_build *build, struct kz_resmap *map, const struct kz_pairs *pairs,
                       const struct kz_specs *specs, struct sl_err *err) SL_MUST_USE;

/* -- images.c -- */
int kz_transform_image(struct sl_build *build, struct kz_resmap *map, const struct kz_image *image,
                       const struct kz_specs *specs, struct sl_err *err) SL_MUST_USE;

/* -- replicas.c -- */
int kz_transform_replicas(struct sl_build *build, struct kz_resmap *map, const struct kz_replica *replica,
                          const struct kz_specs *specs, struct sl_err *err) SL_MUST_USE;

/* -- patches.c -- */
/* Of `patches`. */
int kz_transform_patch(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                       const struct kz_patch *patch, struct sl_err *err) SL_MUST_USE;
/* Of `patchesJson6902`. */
int kz_transform_json6902(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                          const struct kz_patch *patch, struct sl_err *err) SL_MUST_USE;
/* Of `patchesStrategicMerge`: each a file or a patch itself. `text` may hold more of them, or be empty. */
int kz_transform_strategic(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                           const struct kz_texts *paths, const struct kz_text *text,
                           struct sl_err *err) SL_MUST_USE;

/* -- replacements.c -- */
int kz_transform_replacements(struct sl_build *build, struct kz_resmap *map, const struct kz_place *place,
                              const struct kz_list *replacements, struct sl_err *err) SL_MUST_USE;

/* -- name_references.c: names of what was renamed, where others refer to it -- */
int kz_fix_references(struct sl_build *build, struct kz_resmap *map, const struct kz_config *config,
                      struct sl_err *err) SL_MUST_USE;

/* -- order.c -- */
int kz_transform_order(struct sl_build *build, struct kz_resmap *map, const struct kz_sort_options *options,
                       struct sl_err *err) SL_MUST_USE;
int kz_order_legacy(struct sl_build *build, struct kz_resmap *map, struct sl_err *err) SL_MUST_USE;

#endif
