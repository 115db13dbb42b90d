/*
 * What Argo CD Applications and Flux HelmReleases say about values: the layers they add, and how what is merged gets back
 * into them. values.c puts the pieces together, once for each object (or source of one) that asks for Helm's work.
 */
#ifndef HELM_WORK_H
#define HELM_WORK_H

#include "layout_parts.h"
#include "values/set.h"

/* One that asks for Helm's work. */
struct helm_work {
    struct sl_layout *layout;
    struct sl_reading *reading;
    const struct sl_application *application;
    struct sl_object *object;     /* in the reading's document; NULL: there are only files */
    bool flux;                    /* a HelmRelease, else an Application */
    const struct sl_node *source; /* of an Application: spec.source, or an item of spec.sources */
    struct sl_values *values;
    size_t capacity;
    /* Plain paths of helm.valueFiles that are there and named without a glob; see value_files.c. */
    struct sl_str *explicit_files;
    size_t explicit_count;
    struct sl_node
        *own; /* the merge of all layers but the chart's, to its lists its own; NULL: not made yet */
    /* What stays in the object, because it could not be read here. */
    struct sl_node *kept; /* a list: of valueFiles, or of valuesFrom */
    struct sl_node *kept_parameters;
    struct sl_node *kept_file_parameters;
};

/* -- helm_work.c -- */

/* Makes an object's node one of the reading's own document, where it may be taken apart and its marks are those of
 * layers. */
int helm_work_own(struct sl_object *object, struct sl_reading *reading, struct sl_err *err) SL_MUST_USE;

int helm_work_add(struct helm_work *work, const struct sl_values_layer *layer,
                  struct sl_err *err) SL_MUST_USE;

/* A layer of YAML inside a text of the object, which `node` holds. What cannot be parsed is reported, and no layer. */
int helm_work_add_text(struct helm_work *work, enum sl_layer_kind kind, const struct sl_node *node,
                       struct sl_str text, struct sl_err *err) SL_MUST_USE;

/* A layer that one line of the --set grammar makes over all layers before; reported where that fails. */
int helm_work_add_line(struct helm_work *work, enum sl_layer_kind kind, struct sl_str path,
                       const struct sl_set_line *line, struct sl_err *err) SL_MUST_USE;

/* Adds an entry of another map to one that is made, with its place. */
int helm_work_copy_entry(struct helm_work *work, struct sl_node *map, const struct sl_entry *entry,
                         struct sl_err *err) SL_MUST_USE;

/* Appends `node` to one of the lists of what stays. */
int helm_work_keep(struct helm_work *work, struct sl_node **list, struct sl_node *node,
                   struct sl_err *err) SL_MUST_USE;

/* A finding at a node of the object. */
struct sl_finding helm_work_finding(const struct helm_work *work, const struct sl_node *node,
                                    enum sl_severity severity, const char *rule);

/* -- value_files.c -- */
/* The layers of helm.valueFiles. */
int helm_work_value_files(struct helm_work *work, const struct sl_node *helm, struct sl_err *err) SL_MUST_USE;
/* Where a file that a source names is: 1 and *path, 0: not in the repository. */
int helm_work_find_file(struct helm_work *work, struct sl_str name, struct sl_str *path,
                        struct sl_err *err) SL_MUST_USE;

/* -- argo_text.c -- */

/* Variables in a text, the first of each sort; empty: none. */
struct argo_text {
    struct sl_str known;   /* that Argo CD fills in at the site */
    struct sl_str unknown; /* that it makes empty */
};

/* Appends the text as Argo CD makes it, but for what is known only at the site. */
void argo_expand(struct sl_buf *out, struct argo_text *found, struct sl_str text);

/* -- argo.c, flux.c: the layers of one, then the object with what is carried -- */
int argo_layers(struct helm_work *work, struct sl_err *err) SL_MUST_USE;
int argo_fold(struct helm_work *work, struct sl_err *err) SL_MUST_USE;
int flux_layers(struct helm_work *work, struct sl_err *err) SL_MUST_USE;
int flux_fold(struct helm_work *work, struct sl_err *err) SL_MUST_USE;

#endif
