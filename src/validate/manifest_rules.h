/*
 * The rules on rendered manifests, a function per idea; manifest_rules.c runs them on one index.
 */
#ifndef MANIFEST_RULES_H
#define MANIFEST_RULES_H

#include "manifest_index.h"

/* manifest_identity.c: manifests/not-kubernetes, manifests/duplicate */
int manifests_check_identities(struct manifests *manifests, struct sl_err *err) SL_MUST_USE;
/* manifests/missing-reference, -secret, -key, manifests/doubtful-reference */
int manifests_check_references(struct manifests *manifests, struct sl_err *err) SL_MUST_USE;
/* manifests/selector-mismatch, manifests/selects-nothing */
int manifests_check_selectors(struct manifests *manifests, struct sl_err *err) SL_MUST_USE;
/* manifests/unknown-namespace */
int manifests_check_namespaces(struct manifests *manifests, struct sl_err *err) SL_MUST_USE;
/* manifests/project-... */
int manifests_check_projects(struct manifests *manifests, struct sl_err *err) SL_MUST_USE;
/* manifests/image-tag */
int manifests_check_images(struct manifests *manifests, struct sl_err *err) SL_MUST_USE;
/* manifests/removed-api, manifests/deprecated-api */
int manifests_check_apis(struct manifests *manifests, struct sl_err *err) SL_MUST_USE;
/* Whether manifests/removed-api speaks of such an object. */
bool manifests_api_is_removed(struct sl_str api_version, struct sl_str kind, struct sl_str cluster_version);
/* secret_object.c: secrets/plain, secrets/token in objects */
int manifests_check_secrets(struct manifests *manifests, struct sl_err *err) SL_MUST_USE;

#endif
