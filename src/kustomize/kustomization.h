/*
 * What a kustomization file says, read into structs. Sources of the fields and their meaning: the reference
 * of kustomize v5.5.0 (kubectl.docs.kubernetes.io/references/kustomize) and its types package.
 */
#ifndef KUSTOMIZATION_H
#define KUSTOMIZATION_H

#include "decode.h"

struct kz_field_spec {
    struct sl_mark mark;
    struct kz_text group, version, kind, path;
    bool create;
};

struct kz_selector {
    struct sl_mark mark;
    struct kz_text group, version, kind, name, space;
    struct kz_text annotations, labels;
};

struct kz_patch {
    struct sl_mark mark;
    struct kz_text path, text;
    struct kz_selector *target;
    struct kz_pairs options;
};

struct kz_image {
    struct sl_mark mark;
    struct kz_text name, new_name, tag_suffix, new_tag, digest;
};

struct kz_replica {
    struct sl_mark mark;
    struct kz_text name;
    int64_t count;
};

struct kz_label {
    struct sl_mark mark;
    struct kz_pairs pairs;
    bool include_selectors, include_templates;
    struct kz_list fields; /* struct kz_field_spec */
};

struct kz_generator_options {
    struct sl_mark mark;
    struct kz_pairs labels, annotations;
    bool disable_hash, immutable;
};

struct kz_object_meta {
    struct sl_mark mark;
    struct kz_text name, space;
    struct kz_pairs labels, annotations;
};

/* Of a ConfigMap or a Secret. */
struct kz_generator {
    struct sl_mark mark;
    struct kz_text space, name, behavior, type;
    struct kz_texts literals, files, envs;
    struct kz_text env;
    struct kz_generator_options *options;
    struct kz_object_meta *metadata; /* of a plugin's configuration */
    bool is_secret;                  /* set by whoever decoded it */
};

struct kz_field_options {
    struct sl_mark mark;
    struct kz_text delimiter, encoding;
    int64_t index;
    bool create;
};

struct kz_replacement_source {
    struct sl_mark mark;
    struct kz_text group, version, kind, name, space, path;
    struct kz_field_options *options;
};

struct kz_replacement_target {
    struct sl_mark mark;
    struct kz_selector *select;
    struct kz_list reject; /* struct kz_selector */
    struct kz_texts paths;
    struct kz_field_options *options;
};

struct kz_replacement {
    struct sl_mark mark;
    struct kz_text path;
    struct kz_replacement_source *source;
    struct kz_list targets; /* struct kz_replacement_target */
};

struct kz_var_object {
    struct sl_mark mark;
    struct kz_text api_version, group, version, kind, name, space;
};

struct kz_var_field {
    struct sl_mark mark;
    struct kz_text path;
};

struct kz_var {
    struct sl_mark mark;
    struct kz_text name;
    struct kz_var_object *object;
    struct kz_var_field *field;
};

struct kz_legacy_order {
    struct sl_mark mark;
    struct kz_texts first, last;
};

struct kz_sort_options {
    struct sl_mark mark;
    struct kz_text order;
    struct kz_legacy_order *legacy;
};

struct kz_kustomization {
    struct sl_mark mark;
    struct kz_text api_version, kind;
    struct kz_object_meta *metadata;
    struct kz_pairs openapi;
    struct kz_text name_prefix, name_suffix, space;
    struct kz_pairs common_labels, common_annotations;
    struct kz_list labels; /* struct kz_label */
    struct kz_texts patches_strategic_merge;
    struct kz_list patches_json6902, patches; /* struct kz_patch */
    struct kz_list images, image_tags;        /* struct kz_image */
    struct kz_list replacements;              /* struct kz_replacement */
    struct kz_list replicas;                  /* struct kz_replica */
    struct kz_list vars;                      /* struct kz_var */
    struct kz_sort_options *sort_options;
    struct kz_texts resources, components, crds, bases;
    struct kz_list config_maps, secrets; /* struct kz_generator */
    const struct sl_node *helm_globals, *helm_charts, *helm_inflation;
    struct kz_generator_options *generator_options;
    struct kz_texts configurations, generators, transformers, validators, build_metadata;
    bool is_component;
    bool is_blank; /* the file says nothing at all */
    bool is_empty; /* the file says nothing but its kind */
};

/* Reads the text of the file `name`, applies what is deprecated to what replaced it, and checks it. */
int kz_kustomization_read(struct sl_build *build, struct kz_kustomization **out, struct sl_str text,
                          struct sl_str name, struct sl_err *err) SL_MUST_USE;

extern const struct kz_shape kz_field_spec_shape, kz_selector_shape, kz_patch_shape, kz_image_shape,
    kz_replica_shape, kz_generator_shape, kz_replacement_shape, kz_object_meta_shape, kz_sort_options_shape;

#endif
