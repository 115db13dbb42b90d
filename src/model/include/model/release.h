/*
 * release.yaml: what a release says about itself. releases-schema/release.schema.json describes it; the file
 * is optional and so is every member.
 *
 * A member that is unknown is a warning (`release/unknown-key`), one whose value is of the wrong kind or
 * outside its range an error (`release/field`) and read as if it were not there. A value that is written as a
 * number where a name is meant (`version: 1.0`) is taken as it stands in the file.
 */
#ifndef MODEL_RELEASE_H
#define MODEL_RELEASE_H

#include "doc/node.h"
#include <sealift/finding.h>

/* With `monitoring: prometheus` files named for monitoring belong to the application prometheus. */
struct sl_release_alias {
    struct sl_str name, application;
    struct sl_mark mark; /* of the name */
};

/* With `required-stops: {v1.5: 40}` no site may go past v1.5, whose bundle has sequence 40. */
struct sl_release_stop {
    struct sl_str release;
    uint64_t sequence; /* 1 to 2^53 - 1 */
};

/* Texts and arrays live as long as the document. What is not stated is empty or 0. */
struct sl_release_file {
    struct sl_str version; /* with or without a leading v */
    struct sl_mark version_mark;
    struct sl_str description;
    struct sl_mark sequence_mark;
    struct sl_mark support_until_mark;
    uint64_t sequence;                         /* 1 to 2^53 - 1 */
    struct sl_str support_from, support_until; /* YYYY-MM-DD, both days inclusive */
    struct sl_str *upgrade_from;               /* in the order of the file */
    struct sl_mark *upgrade_from_marks;        /* of each */
    struct sl_mark upgrade_from_mark;          /* of the list */
    size_t upgrade_from_count;
    struct sl_release_stop *stops; /* in the order of the file */
    size_t stop_count;
    struct sl_str expires;            /* YYYY-MM-DD, the last day on which a site may install it */
    uint64_t floor, epoch;            /* 1 to 2^53 - 1 */
    struct sl_release_alias *aliases; /* in the order of the file */
    size_t alias_count;
};

/* `root` is what sl_yaml_read_one() with SL_YAML_VALUES gave, NULL for an empty file. New memory comes from
 * `doc`. -1 only without memory. */
int sl_release_file_read(struct sl_release_file *out, struct sl_doc *doc, const struct sl_node *root,
                         struct sl_findings *findings, struct sl_err *err) SL_MUST_USE;

#endif
