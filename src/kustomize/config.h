/*
 * Which fields the transformers change: kustomize's "transformer configuration", built in, from
 * `configurations:` files and from `crds:`. And how such a field is found in a resource.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include "kustomization.h"
#include "load.h"

enum kz_section {
    KZ_NAME_PREFIX,
    KZ_NAME_SUFFIX,
    KZ_NAMESPACE,
    KZ_COMMON_LABELS,
    KZ_LABELS,
    KZ_TEMPLATE_LABELS,
    KZ_COMMON_ANNOTATIONS,
    KZ_VAR_REFERENCE,
    KZ_IMAGES,
    KZ_REPLICAS,
    KZ_SECTIONS
};

/* A row of the built-in table; empty text selects everything. */
struct kz_builtin_spec {
    const char *group, *version, *kind, *path;
    enum kz_section section;
    bool create;
};
struct kz_builtin_reference {
    const char *referent_group, *referent_version, *referent_kind;
    const char *group, *version, *kind, *path;
};
extern const struct kz_builtin_spec kz_builtin_specs[];
extern const size_t kz_builtin_spec_count;
extern const struct kz_builtin_reference kz_builtin_references[];
extern const size_t kz_builtin_reference_count;

struct kz_spec {
    struct kz_gvk gvk;
    struct sl_str path;
    bool create;
    struct sl_str *parts; /* of the path; made when first needed */
    size_t part_count;
};

struct kz_specs {
    struct kz_spec *items;
    size_t count, capacity;
};

/* Where a resource of kind `referent` is named. */
struct kz_reference {
    struct kz_gvk referent;
    struct kz_specs referrers;
};

struct kz_config {
    struct kz_specs sections[KZ_SECTIONS];
    struct kz_reference *references;
    size_t reference_count, reference_capacity;
    bool is_default; /* what is built in, and nothing else */
};

/* -- config.c -- */
/* The built-in configuration. */
int kz_config_default(struct sl_build *build, const struct kz_config **out, struct sl_err *err) SL_MUST_USE;
/* `a` with `b` on top, as a new configuration or one of the two; NULL is an empty one. */
int kz_config_merge(struct sl_build *build, const struct kz_config **out, const struct kz_config *a,
                    const struct kz_config *b, struct sl_err *err) SL_MUST_USE;
/* Adds a spec unless it is there; a conflict is an error at `mark`. */
int kz_specs_add(struct sl_build *build, struct kz_specs *specs, const struct kz_spec *spec,
                 struct sl_mark mark, struct sl_err *err) SL_MUST_USE;
int kz_specs_add_all(struct sl_build *build, struct kz_specs *specs, const struct kz_specs *more,
                     struct sl_err *err) SL_MUST_USE;
int kz_references_add(struct sl_build *build, struct kz_config *config, const struct kz_reference *reference,
                      struct sl_err *err) SL_MUST_USE;
struct kz_spec kz_spec_of(const struct kz_field_spec *field);
/* Specs of a list of struct kz_field_spec, as they are. */
int kz_specs_of(struct sl_build *build, struct kz_specs *out, const struct kz_list *fields,
                struct sl_err *err) SL_MUST_USE;

/* -- config_files.c: `configurations:` and `crds:` -- */
int kz_config_files(struct sl_build *build, const struct kz_place *place, const struct kz_texts *paths,
                    struct kz_config *out, struct sl_err *err) SL_MUST_USE;
int kz_config_crds(struct sl_build *build, const struct kz_place *place, const struct kz_texts *paths,
                   struct kz_config *out, struct sl_err *err) SL_MUST_USE;

/* -- field_spec.c -- */
/* What happens to a field that was found. `make`: what a field that is missing is made as where the spec says
 * so; SL_LIST: nothing is made. */
struct kz_setter {
    int (*set)(struct sl_build *build, const void *context, struct sl_node *node, struct sl_err *err);
    const void *context;
    enum sl_kind make; /* SL_STRING (any scalar), SL_MAP, or SL_LIST for none */
};

/* Calls the setter for every field of `root` that the spec leads to. */
int kz_spec_apply(struct sl_build *build, struct kz_spec *spec, struct sl_node *root,
                  const struct kz_setter *setter, struct sl_err *err) SL_MUST_USE;
/* The same for each of the specs that select the resource by what it is now. */
int kz_specs_apply(struct sl_build *build, const struct kz_specs *specs, struct kz_resource *resource,
                   const struct kz_setter *setter, struct sl_err *err) SL_MUST_USE;

/* Parts of a path with `delimiter` between them; a backslash in front of one makes it part of a name. */
int kz_split_path(struct sl_build *build, struct sl_str path, char delimiter, struct sl_str **parts,
                  size_t *count, struct sl_err *err) SL_MUST_USE;
/* The same, where "[" to "]" is one part whatever is in it: of replacements and vars. */
int kz_split_field_path(struct sl_build *build, struct sl_str path, struct sl_str **parts, size_t *count,
                        struct sl_err *err) SL_MUST_USE;

#endif
