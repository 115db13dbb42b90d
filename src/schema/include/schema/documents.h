/*
 * Files that are checked against schemas, as both checkers read them.
 */
#ifndef SCHEMA_DOCUMENTS_H
#define SCHEMA_DOCUMENTS_H

#include "doc/yaml.h"

#include <sealift/finding.h>

/* *documents is a list: what a file of JSON (by its name) or YAML holds. `rules` are those of YAML. */
int sl_documents_read(struct sl_node **documents, struct sl_doc *doc, struct sl_str text, struct sl_str name,
                      enum sl_yaml_rules rules, struct sl_err *err) SL_MUST_USE;

/* Where `err` says that a file cannot be parsed (SL_E_INPUT), makes it the finding schema/unreadable and clears it. Any other
 * error stays one: -1. */
int sl_documents_unreadable(const char *path, struct sl_findings *findings, struct sl_err *err) SL_MUST_USE;

#endif
