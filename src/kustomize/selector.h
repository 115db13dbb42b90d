/*
 * Which resources a selector of a patch or replacement means.
 */
#ifndef SELECTOR_H
#define SELECTOR_H

#include "kustomization.h"
#include "resource.h"

/* Fills map->found with what the target of a patch selects: group, version, kind, name and namespace are
 * regular expressions for the whole text. */
int kz_select(struct sl_build *build, struct kz_resmap *map, const struct kz_selector *selector,
              struct sl_err *err) SL_MUST_USE;

/* Whether the labels, or annotations, of a resource fit a label selector ("a=b,c!=d,e in (f,g),!h").
 * 1, 0, -1. */
int kz_labels_match(struct sl_build *build, const struct kz_resource *resource, const char *field,
                    const struct kz_text *selector, struct sl_err *err) SL_MUST_USE;

/* kz_labels_match() for annotations, of which kustomize's own are seen, too. */
int kz_annotations_match(struct sl_build *build, struct kz_resource *resource, const struct kz_text *selector,
                         struct sl_err *err) SL_MUST_USE;

#endif
