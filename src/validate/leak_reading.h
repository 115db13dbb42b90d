/*
 * What leak_text.h reads, in its two halves: leak_text.c goes through folders, leak_add.c takes the texts out of a file.
 */
#ifndef LEAK_READING_H
#define LEAK_READING_H

#include "folders.h"
#include "leak_encoded.h"
#include "leak_text.h"

#include <sealift/buf.h>

struct leak_reading {
    struct leak_texts *texts;
    const struct leak_source *source;
    struct sl_str file; /* that is read; borrowed */
    struct sl_str kept; /* the same in the arena, once there is a text of it to keep; else .ptr is NULL */
    struct sl_str name; /* its path below the folder */
    struct sl_str folder;
    struct sl_buf path, content; /* of that file */
    struct sl_buf pointer, folded, decoded[LEAK_ENCODED_DEPTH];
    size_t files;
    struct folders folders;
    uint32_t document; /* of a file of several */
};

void leak_reading_init(struct leak_reading *reading);
void leak_reading_release(struct leak_reading *reading);

/* From here on a file of this path is read. */
void leak_reading_enter(struct leak_reading *reading, struct sl_str file);

/* The path of the file in the arena. */
int leak_keep_file(struct leak_reading *reading, struct sl_err *err) SL_MUST_USE;

/* The last part of a path. */
int leak_add_name(struct leak_reading *reading, struct sl_str name, struct sl_err *err) SL_MUST_USE;

/* What stands in the file: values, keys and comments, and lines where it is no YAML. */
int leak_add_yaml(struct leak_reading *reading, struct sl_str bytes, struct sl_err *err) SL_MUST_USE;
int leak_add_lines(struct leak_reading *reading, struct sl_str bytes, struct sl_err *err) SL_MUST_USE;

/* What stands in a tree of nodes. */
int leak_add_node(struct leak_reading *reading, const struct sl_node *root, struct sl_err *err) SL_MUST_USE;

/* What keeps one file from being read is no reason to stop; what stops everything is: -1. */
int leak_pass_over(struct sl_err *err) SL_MUST_USE;

#endif
