/*
 * Formats of Kubernetes that JSON Schema does not have.
 */
#ifndef KUBE_FORMAT_H
#define KUBE_FORMAT_H

#include "doc/node.h"

struct kube_format;

/* NULL for a format that is not checked here. */
const struct kube_format *kube_format_of(struct sl_str name);
bool kube_format_fits(const struct kube_format *format, const struct sl_node *value);
/* "a quantity like 500m or 1.5Gi" */
const char *kube_format_words(const struct kube_format *format);

#endif
