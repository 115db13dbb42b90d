/*
 * Helm values: what a template would see, and who set it.
 *
 * A struct sl_values is what one application comes to for one customer: its layers and their merge. Those of
 * a rendering are found with sl_rendering_values() (sealift/release.h); docs/values.md says what the layers
 * are and how they merge.
 */
#ifndef SEALIFT_VALUES_H
#define SEALIFT_VALUES_H

#include <sealift/buf.h>
#include <stdbool.h>
#include <stdint.h>

/* Which Helm merges at the site: they disagree about null (docs/values.md has the table). */
enum sl_helm_compat {
    SL_HELM_4_2,  /* 4.2.0 and later; what counts where nothing else is said */
    SL_HELM_3_20, /* 3.18.0 to 3.20.0, 4.0.0 to 4.1.2 */
    SL_HELM_3_17, /* 3.12 to 3.17 */
    SL_HELM_COMPATS,
};

/* "4.2", "3.20", "3.17". */
const char *sl_helm_compat_name(enum sl_helm_compat compat);

/* The one of that name. SL_E_USAGE, with those there are. */
int sl_helm_compat_parse(enum sl_helm_compat *out, struct sl_str name, struct sl_err *err) SL_MUST_USE;

struct sl_values;

/* APP, of APP-app.yaml; and the name of the Helm release, empty where nothing asks for one. */
struct sl_str sl_values_application(const struct sl_values *values);
struct sl_str sl_values_release_name(const struct sl_values *values);

enum sl_values_form {
    SL_VALUES_YAML,
    SL_VALUES_JSON,
    SL_VALUES_ANNOTATED, /* YAML with a comment for each leaf: which layer set it, and where */
};

/* Appends what templates would see as .Values. */
int sl_values_write(struct sl_buf *out, const struct sl_values *values, enum sl_values_form form,
                    struct sl_err *err) SL_MUST_USE;

/* -- who set what -- */

enum sl_value_effect {
    SL_VALUE_WINS,     /* it is what templates see */
    SL_VALUE_REPLACED, /* a later layer says something else */
    SL_VALUE_DELETED,  /* a later layer takes it away */
    SL_VALUE_DELETES,  /* a null: takes away what is below it */
};

/* "wins", "replaced", "deleted", "deletes". */
const char *sl_value_effect_name(enum sl_value_effect effect);

/* What one layer says about one place. */
struct sl_value_say {
    enum sl_value_effect effect;
    struct sl_str layer;   /* "chart", "base", "release", "customer", "parameter", ... */
    struct sl_str file;    /* "ARCHIVE!TOP/values.yaml" for one in a chart */
    uint32_t line, column; /* from 1; 0: unknown */
    struct sl_str value;   /* JSON in one line */
};

/* A leaf: what is no map, or an empty one. Lists are leaves, because a layer replaces them whole. */
struct sl_value_place {
    struct sl_str pointer;           /* JSON Pointer */
    struct sl_str value;             /* JSON in one line; .ptr is NULL where templates see nothing */
    const struct sl_value_say *says; /* the lowest layer first; none: Helm itself makes it */
    size_t say_count;
};

struct sl_explanation;

/*
 * Every leaf at and below `path`: "" is all, else a dotted path (`a.b[0].c`, with a backslash before a dot that is part
 * of a key) or a JSON Pointer. A place that layers speak of and templates do not see is among them. Costs nothing
 * before it is asked for: it looks at the marks of the layers. SL_E_USAGE: a malformed path; SL_E_NOT_FOUND: no layer
 * and no chart knows of it.
 */
int sl_values_explain(struct sl_explanation **out, const struct sl_values *values, struct sl_str path,
                      struct sl_err *err) SL_MUST_USE;
void sl_explanation_free(struct sl_explanation *explanation); /* NULL is fine */
size_t sl_explanation_count(const struct sl_explanation *explanation);
const struct sl_value_place *sl_explanation_at(const struct sl_explanation *explanation, size_t index);

#endif
