/*
 * A YAML map into a C struct, by a table: what encoding/json does for kustomize.
 *
 * As there, a key is matched exactly or else without regard to case, null leaves a field as it is, and a
 * value of another type is an error.
 *
 * Every struct that is filled begins with a `struct sl_mark`: where its map stands.
 */
#ifndef DECODE_H
#define DECODE_H

#include "engine.h"

struct kz_pair {
    struct sl_str key;
    struct kz_text value;
};

struct kz_pairs {
    struct kz_pair *items;
    size_t count, capacity;
    bool given; /* not null */
};

enum kz_type {
    KZ_TEXT,    /* struct kz_text */
    KZ_BOOL,    /* bool */
    KZ_INTEGER, /* int64_t */
    KZ_TEXTS,   /* struct kz_texts */
    KZ_PAIRS,   /* struct kz_pairs: a map of strings */
    KZ_FLAGS,   /* struct kz_pairs: a map of booleans; "true" or "false" */
    KZ_STRUCT,  /* pointer to a struct, NULL when not given */
    KZ_STRUCTS, /* struct kz_list of structs */
    KZ_NODE,    /* const struct sl_node *, NULL when not given */
};

struct kz_list {
    void *items; /* of the shape's size */
    size_t count;
};

struct kz_shape;

struct kz_field {
    const char *name; /* NULL ends a table */
    enum kz_type type;
    size_t offset;
    const struct kz_shape *shape; /* KZ_STRUCT, KZ_STRUCTS */
};

struct kz_shape {
    const char *what; /* "a kustomization": for messages */
    size_t size;
    const struct kz_field *fields;
};

#define KZ_FIELDS_END                                                                                        \
    {                                                                                                        \
        NULL, KZ_TEXT, 0, NULL                                                                               \
    }

/* How strict: which library of kustomize's reads the text. */
enum kz_strictness {
    KZ_STRICT,  /* a kustomization: an unknown key is an error, a number is no string */
    KZ_CONFIG,  /* a transformer configuration: a number or boolean is a string where one is wanted */
    KZ_LENIENT, /* everything else: the same, and unknown keys are passed over */
};

/* Fills `out`, which is zeroed or a struct decoded before. */
int kz_decode(struct sl_build *build, void *out, const struct kz_shape *shape, const struct sl_node *node,
              enum kz_strictness strictness, struct sl_err *err) SL_MUST_USE;

#endif
