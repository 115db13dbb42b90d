/*
 * YAML in, through libyaml; YAML out, as kubectl writes it.
 *
 * Two sets of scalar rules, because two readers of the same text disagree (the tests hold a table measured
 * with kubectl): SL_YAML_RESOURCE  kustomize reading resources (go-yaml v3): `yes`, `on` stay text, dates
 * become RFC 3339 text, a duplicate or non-string key is an error. SL_YAML_VALUES    sigs.k8s.io/yaml
 * (go-yaml v2): Helm values, kustomization.yaml, cluster-config.yaml: `yes`, `on` are booleans, dates stay as
 * written, non-string keys become text. Duplicate keys are an error here too, with both places: whoever wrote
 * them meant one of them. Anchors are expanded, merge keys (<<) resolved. Depth, size, number of nodes and of
 * documents are limited.
 */
#ifndef DOC_YAML_H
#define DOC_YAML_H

#include "doc/node.h"
#include <sealift/buf.h>

enum sl_yaml_rules { SL_YAML_RESOURCE, SL_YAML_VALUES };

/*
 * Reads every document of `text` into a list node (empty documents are left out). `name` is the file's name
 * for marks and messages. Errors are SL_E_INPUT (or SL_E_LIMIT) and begin "name:line:column: ".
 */
int sl_yaml_read(struct sl_node **documents, struct sl_doc *doc, struct sl_str text, struct sl_str name,
                 enum sl_yaml_rules rules, struct sl_err *err) SL_MUST_USE;

/* The same where there must be at most one document; *root is NULL for an empty file. */
int sl_yaml_read_one(struct sl_node **root, struct sl_doc *doc, struct sl_str text, struct sl_str name,
                     enum sl_yaml_rules rules, struct sl_err *err) SL_MUST_USE;

/*
 * Appends one document the way `kubectl kustomize` does (go-yaml v2): keys in natural order, sequences not
 * indented, plain and quoted scalars folded at 80 columns, numbers in Go's spelling. Ends with a newline. No
 * "---". A string with a character that go-yaml refuses (DEL, C1 controls, U+FFFE) is SL_E_INPUT.
 */
int sl_yaml_write(struct sl_buf *out, const struct sl_node *node, struct sl_err *err) SL_MUST_USE;

#endif
