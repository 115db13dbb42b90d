/*
 * Cases of merging as data: strategic.txt, json_patch.txt and openapi.txt hold, one after the other,
 *
 *     == what the rule is
 *     @target
 *     YAML
 *     @patch
 *     YAML
 *     @merged        or @deleted, or @error and the message
 *     YAML as kubectl kustomize writes it
 *
 * What is expected is what kustomize v5.5.0 does; messages are sealift's.
 */
#ifndef MERGE_CASE_H
#define MERGE_CASE_H

#include "doc/yaml.h"

/* Merges or patches; *out as in sl_strategic_merge(). */
typedef int merge_function(struct sl_node **out, struct sl_doc *doc, struct sl_node *target,
                           const struct sl_node *patch, const void *context, struct sl_err *err);

/* Runs every case of the file beside the tests, and asserts that there are at least `expected` of them. */
void run_merge_cases(const char *file, enum sl_yaml_rules patch_rules, merge_function *merge,
                     const void *context, size_t expected);

/* Reads one document, and fails the test if there is none. */
struct sl_node *read_document(struct sl_doc *doc, struct sl_str text, const char *name,
                              enum sl_yaml_rules rules);

/* The document as YAML in `buf`, which is emptied first. */
struct sl_str write_document(struct sl_buf *buf, const struct sl_node *node);

/* The text of a file beside the tests; to be freed with sl_buf_release(). */
void read_case_file(struct sl_buf *out, const char *file);

#endif
