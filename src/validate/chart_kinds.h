/*
 * Which kinds of objects a chart makes whatever its values are: those of templates that stand under no condition, and its
 * CustomResourceDefinitions.
 */
#ifndef CHART_KINDS_H
#define CHART_KINDS_H

#include "validate/validate.h"

struct chart_kind {
    struct sl_str group, kind; /* an empty group is the core's */
    struct chart_kind *next;
};

struct chart_kinds {
    struct sl_arena *arena;
    struct chart_kind *first, *last;
};

/* Appends those of a template, each once. What is no template says nothing. */
int chart_kinds_read(struct chart_kinds *kinds, struct sl_str text, struct sl_err *err) SL_MUST_USE;

/* Those of a chart of the release's artifacts, without charts inside it; they live as long as subject->shared. */
int chart_kinds_of(const struct chart_kind **first, const struct sl_validation_subject *subject,
                   struct sl_str path, struct sl_err *err) SL_MUST_USE;

#endif
