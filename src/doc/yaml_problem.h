/*
 * What libyaml finds wrong, in words for people.
 */
#ifndef DOC_YAML_PROBLEM_H
#define DOC_YAML_PROBLEM_H

#include "builder.h"

#include <yaml.h>

/* Where one parser reads. */
struct sl_yaml_source {
    struct sl_str text;
    uint32_t line; /* of its first line in the file */
};

/* Fills `err` for a parser that has failed; returns -1. */
int sl_yaml_problem(const struct sl_builder *builder, const struct sl_yaml_source *source,
                    const yaml_parser_t *parser);

/* Adds the hint that belongs to an error in a line with template braces, if it is one; returns -1. */
int sl_yaml_template_hint(struct sl_err *err, const struct sl_yaml_source *source, size_t line);

#endif
