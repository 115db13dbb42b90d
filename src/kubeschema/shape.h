/*
 * What a schema says beside JSON Schema, as a tree that is walked with the object: lists that are sets or maps by
 * keys, formats, metadata, and where null is a value.
 *
 * A shape lives in the arena it was made in and is never changed afterwards; definitions that refer to each other
 * make circles, which a walk leaves where the object ends.
 */
#ifndef SHAPE_H
#define SHAPE_H

#include "base/arena.h"
#include "base/limits.h"
#include "base/map.h"
#include "doc/node.h"

struct kube_format;

struct shape;

struct shape_field {
    struct sl_str name;
    struct shape *shape; /* NULL: nothing to be looked at */
};

struct shape {
    bool nullable;       /* null is a value like others */
    bool is_set;         /* a list without equal items */
    bool is_object_meta; /* has labels and annotations */
    bool is_selector;    /* has matchLabels */
    bool merges_only;    /* the keys are those of a merge, not of the type */
    unsigned key_count;  /* > 0: a list of maps that differ in one of these */
    struct sl_str *keys;
    const struct kube_format *format;
    struct shape_field *fields; /* ascending by name */
    size_t field_count;
    struct shape *additional, *items;
};

struct shaper {
    struct sl_arena *arena;
    const struct sl_node *definitions; /* a map, or NULL */
    struct sl_map known;               /* definitions by name */
    uint64_t rules;                    /* CEL rules met so far */
    unsigned depth;
    struct sl_err *err;
};

/* *out is NULL where there is nothing to look at. Texts are borrowed from the schema. SL_E_LIMIT beyond
 * SL_SCHEMA_DEPTH_MAX schemas inside one another. */
int shape_make(struct shape **out, struct shaper *shaper, const struct sl_node *schema) SL_MUST_USE;

/* The shape of a member of a map, or NULL. */
const struct shape *shape_of_field(const struct shape *shape, struct sl_str name);

#endif
