/*
 * One kustomization file: finding it, and judging its fields. Nothing here follows a reference.
 */
#ifndef GITOPS_KUSTOMIZATION_H
#define GITOPS_KUSTOMIZATION_H

#include "gitops/reading.h"

/* The path of the kustomization file of `directory`. 1: there is one (of several, which is a finding, the
 * first); 0: none; -1. */
int sl_kustomization_find(struct sl_reading *reading, struct sl_str directory, struct sl_str *file,
                          struct sl_err *err) SL_MUST_USE;

/* Reads it. *root is NULL where there is nothing in it that can be used. Its fields are judged, and reported
 * about, the first time that the file is read. */
int sl_kustomization_read(struct sl_reading *reading, struct sl_str file, const struct sl_node **root,
                          struct sl_err *err) SL_MUST_USE;

#endif
