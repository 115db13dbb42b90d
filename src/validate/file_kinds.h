/*
 * Which schema of releases-schema/ a file of a release repository has, by where it is; docs/repository.md has the same
 * table.
 */
#ifndef VALIDATE_FILE_KINDS_H
#define VALIDATE_FILE_KINDS_H

#include "doc/yaml.h"
#include "schema/schema.h"
#include "validate/validate.h"

struct file_kind {
    const char *pattern; /* a glob */
    const char *schema;  /* the file's name without ".schema.json" */
    enum sl_yaml_rules rules;
    enum sl_severity severity; /* of what does not fit: a warning where somebody else has the last word */
};

/* NULL: none of them. */
const struct file_kind *file_kind_of(struct sl_str path);

/* The compiled schema of a kind; lives as long as `shared`. */
int file_kind_schema(const struct sl_schema **out, const struct file_kind *kind,
                     struct sl_validation_shared *shared, struct sl_err *err) SL_MUST_USE;

#endif
