/*
 * kustomize's own annotations.
 *
 * What kustomize knows of a resource (earlier names, prefixes, whether a hash is due, where it comes from) it keeps in
 * annotations of that resource until the end of a build. Here that is struct kz_resource, and the tree is free of it. A
 * patch, a selector or a replacement can see all annotations, and can change or take away kustomize's with them. Whoever
 * may do so shows them first and takes them back afterwards, so that it finds what it would find there, and what it leaves
 * of them counts.
 */
#ifndef ANNOTATIONS_H
#define ANNOTATIONS_H

#include "resource.h"

/* Whether a text, a key or a selector, may mean one of them. */
bool kz_annotations_meant(struct sl_str text);

/* Writes what is known of the resource into its tree. */
int kz_annotations_show(struct sl_build *build, struct kz_resource *resource, struct sl_err *err) SL_MUST_USE;
/* Reads what a file brings of it, for a resource that is new. */
int kz_annotations_read(struct sl_build *build, struct kz_resource *resource, struct sl_err *err) SL_MUST_USE;
/* Reads it from the tree, where alone it then was, and takes it out of there. */
int kz_annotations_take(struct sl_build *build, struct kz_resource *resource, struct sl_err *err) SL_MUST_USE;
/* Takes it back after a JSON patch: what was there `before` is put back by kustomize, but for origin and transformations. */
int kz_annotations_restore(struct sl_build *build, struct kz_resource *resource,
                           const struct kz_resource *before, struct sl_err *err) SL_MUST_USE;

#endif
