/*
 * YAML in, through libyaml; YAML out, as kubectl writes it.
 *
 * Several sets of rules for reading, because several readers of the same text disagree (the tests hold a
 * table measured with kubectl):
 *
 *   SL_YAML_RESOURCE       kustomize reading resources (go-yaml v3 behind kyaml). `yes`, `on` stay text,
 * dates become RFC 3339 text, a duplicate key and one that is no string are errors. The file is cut at lines
 * that begin with "---" before anything is parsed, and of each piece only the first document counts.
 *   SL_YAML_VALUES         sigs.k8s.io/yaml (go-yaml v2): Helm values, cluster-config.yaml. `yes`, `on` are
 *                          booleans, dates stay as written, keys that are no strings become text, integers
 *                          above INT64_MAX are floats. There a duplicate key wins over the first one; here it
 *                          is an error with both places: whoever wrote them meant one of them.
 *   SL_YAML_KUSTOMIZATION  the same for kustomization.yaml, where the last of two equal keys wins without a
 *                          word: builds rely on it.
 *   SL_YAML_PATCH          SL_YAML_RESOURCE for a patch, where a key that is no string (6443:) is its text:
 * it merges with the key that the resource has, whose spelling then counts.
 *
 * Anchors are written out in place, merge keys (<<) resolved. Depth, size, number of nodes and of documents
 * are limited.
 */
#ifndef DOC_YAML_H
#define DOC_YAML_H

#include "doc/node.h"
#include <sealift/buf.h>

enum sl_yaml_rules { SL_YAML_RESOURCE, SL_YAML_VALUES, SL_YAML_KUSTOMIZATION, SL_YAML_PATCH };

/*
 * Reads every document of `text` into a list node (empty documents are left out); by the rules of kustomizations only the
 * first, as kustomize does, and nothing behind it is looked at. `name` is the file's name
 * for marks and messages. Errors are SL_E_INPUT (or SL_E_LIMIT) and begin "name:line:column: "; many have a
 * hint.
 */
int sl_yaml_read(struct sl_node **documents, struct sl_doc *doc, struct sl_str text, struct sl_str name,
                 enum sl_yaml_rules rules, struct sl_err *err) SL_MUST_USE;

/* The same where there must be at most one document; *root is NULL for an empty file. */
int sl_yaml_read_one(struct sl_node **root, struct sl_doc *doc, struct sl_str text, struct sl_str name,
                     enum sl_yaml_rules rules, struct sl_err *err) SL_MUST_USE;

/*
 * Appends one document the way `kubectl kustomize` does (go-yaml v2): keys in natural order, sequences not
 * indented, plain and quoted scalars folded at 80 columns, numbers in Go's spelling. Ends with a newline. No
 * "---". A string with a character that go-yaml refuses (DEL, C1 controls, U+FFFE) is SL_E_INPUT, and so is a
 * key of more than 1,024 characters. What kustomize changes on its way out (see enum sl_style, and U+0085,
 * which becomes a line break and folds) is changed here too.
 */
int sl_yaml_write(struct sl_buf *out, const struct sl_node *node, struct sl_err *err) SL_MUST_USE;

#endif
