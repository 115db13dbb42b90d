/*
 * The groups of rules, a function each; validate/validate.h says what one may do.
 */
#ifndef VALIDATE_GROUPS_H
#define VALIDATE_GROUPS_H

#include "validate/validate.h"

/* rule_repository.c: repo/... */
int sl_rules_repository(const struct sl_validation_subject *subject, struct sl_err *err) SL_MUST_USE;

/* rule_unread.c: repo/not-read, values/not-read */
int sl_rules_unread(const struct sl_validation_subject *subject, struct sl_err *err) SL_MUST_USE;

/* rule_support.c: support/..., release/... */
int sl_rules_support(const struct sl_validation_subject *subject, struct sl_err *err) SL_MUST_USE;

/* manifest_rules.c: manifests/..., secrets/... in rendered objects */
int sl_rules_manifests(const struct sl_validation_subject *subject, struct sl_err *err) SL_MUST_USE;

/* secret_file.c: secrets/token in files */
int sl_rules_secret_files(const struct sl_validation_subject *subject, struct sl_err *err) SL_MUST_USE;

/* kube_schema.c: kube/... */
int sl_rules_kubernetes(const struct sl_validation_subject *subject, struct sl_err *err) SL_MUST_USE;

/* values_rules.c: values/... */
int sl_rules_values(const struct sl_validation_subject *subject, struct sl_err *err) SL_MUST_USE;

/* variable_hints.c: no rule, but which variable made the text that a finding is about. Last of all. */
int sl_rules_name_variables(const struct sl_validation_subject *subject, struct sl_err *err) SL_MUST_USE;

/* leak_rules.c: leak/... */
int sl_rules_leaks(const struct sl_validation_subject *subject, struct sl_err *err) SL_MUST_USE;

#endif
