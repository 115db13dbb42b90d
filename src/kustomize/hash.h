/*
 * The hash that a generated ConfigMap or Secret carries in its name, so that a change of its content is a new
 * name: kustomize's, from SHA-256 over the content as Go's encoding/json writes it.
 */
#ifndef HASH_H
#define HASH_H

#include "resource.h"

#define KZ_HASH_LENGTH 10

int kz_content_hash(struct sl_build *build, const struct kz_resource *resource, char out[KZ_HASH_LENGTH + 1],
                    struct sl_err *err) SL_MUST_USE;

#endif
