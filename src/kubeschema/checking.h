/*
 * One object being checked.
 */
#ifndef CHECKING_H
#define CHECKING_H

#include "kubeschema/kubeschema.h"
#include "model/report.h"
#include "shape.h"

/* The way from the object to what is looked at. */
struct step {
    const struct step *outer; /* NULL: the object */
    struct sl_str key;        /* .ptr NULL: an item */
    uint32_t index;
};

struct checking {
    const struct sl_kubecheck *check;
    const struct sl_doc *doc;
    const struct sl_node *object;
    struct sl_str api_version, kind;
    struct sl_shown title; /* "Deployment web" */
    bool is_known;         /* its kind has a schema */
    bool found;            /* something that is more than a note */
    struct sl_err *err;
};

/* What is found, without its message. */
struct found {
    const char *rule;
    enum sl_severity severity;
    struct sl_mark mark;
    struct sl_str pointer, hint;
};

/* Adds a finding whose message begins with the object and the place in it. */
int checking_report(struct checking *checking, const struct found *found, const char *format, ...)
    SL_PRINTF(3, 4) SL_MUST_USE;

/* The same for what the walk met: `key` is the member, or .ptr NULL for `at` itself. */
struct found_at {
    const char *rule;
    enum sl_severity severity;
    const struct step *at;
    struct sl_str key;
    struct sl_mark mark;
    const char *hint; /* or NULL */
};
int checking_report_at(struct checking *checking, const struct found_at *found, const char *format, ...)
    SL_PRINTF(3, 4) SL_MUST_USE;

/* ${NAME}, which somebody replaces later. */
bool has_placeholder(struct sl_str text);

/* -- names.c -- */
/* metadata.name and namespace of the object, its labels and annotations. */
int kube_check_names(struct checking *checking);
/* Labels and annotations of a metadata, or matchLabels of a selector. */
int kube_check_labels(struct checking *checking, const struct step *at, const struct sl_node *labels,
                      bool are_annotations);

/* -- walk.c -- */
int walk_object(struct checking *checking, const struct shape *shape);

/* -- nulls.c -- */
bool has_null(const struct sl_node *node);
/* `node` without members that are null where that is no value; shares with it what has none. NULL without memory. */
struct sl_node *without_nulls(struct sl_arena *arena, const struct shape *shape, struct sl_node *node);

#endif
