/*
 * sealift.yaml: how strict validation is in a repository. releases-schema/sealift-config.schema.json describes it; the
 * file is optional and so is `validation` in it.
 *
 * A member that is unknown is a warning (`config/unknown-key`). One whose value is of the wrong kind, and an exception
 * without rule, reason or expiry, is an error (`config/field`) and has no effect. Whether there is such a rule is not
 * judged here.
 */
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

#include "doc/node.h"
#include <sealift/finding.h>

/* The severity of one rule, or of all of an area. */
struct sl_config_rule {
    struct sl_str rule; /* its id, or the area and a star: release/no-values, release/(star) */
    bool off;           /* not reported at all */
    enum sl_severity severity;
    struct sl_mark mark;
};

/* Findings that are known and accepted for a time. What is not stated is empty and holds for all. */
struct sl_config_exception {
    struct sl_str rule; /* as above */
    struct sl_str file; /* a glob, see sl_glob_match() */
    struct sl_str pointer;
    struct sl_str release, customer;
    struct sl_str reason;
    struct sl_str expires; /* YYYY-MM-DD, that day included */
    struct sl_mark mark;
    uint32_t number; /* its place in the list of the file, from 0 */
};

/* Texts and arrays live as long as the document. In the order of the file. */
struct sl_config_file {
    struct sl_config_rule *rules;
    size_t rule_count;
    struct sl_config_exception *exceptions;
    size_t exception_count;
};

/* `root` is what sl_yaml_read_one() with SL_YAML_VALUES gave, which makes a plain `off` the boolean false: both say
 * the same here. NULL for an empty file. -1 only without memory. */
int sl_config_file_read(struct sl_config_file *out, struct sl_doc *doc, const struct sl_node *root,
                        struct sl_findings *findings, struct sl_err *err) SL_MUST_USE;

/*
 * Whether a path fits a pattern: `?` is one byte and `*` any number of bytes other than "/"; `**` any number of bytes
 * of any kind, and "**" "/" at the beginning of a part also no part at all. False for a pattern of more than
 * SL_PATH_MAX bytes. Work grows with the product of the lengths, at most.
 */
bool sl_glob_match(struct sl_str pattern, struct sl_str path);

#endif
