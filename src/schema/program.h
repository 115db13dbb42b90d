/*
 * What a schema document becomes: subschemas, each a row of keywords that are checked one after the other.
 *
 * All of it lives in the program's arena and is never changed after compiling. References are pointers, so a
 * program has circles; nobody walks it but run.c, which counts.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "base/map.h"
#include "decimal.h"
#include "regex.h"
#include "schema/schema.h"

struct schema;

/* Vocabularies of 2019-09 and later; older drafts have them all. */
enum vocabulary {
    VOCABULARY_CORE = 1,
    VOCABULARY_APPLICATOR = 2,
    VOCABULARY_UNEVALUATED = 4,
    VOCABULARY_VALIDATION = 8,
    VOCABULARY_FORMAT = 16,
    VOCABULARY_FORMAT_ASSERTION = 32,
    VOCABULARY_OTHER = 64, /* content and meta-data: annotations only */
    VOCABULARY_ALL = 127 & ~VOCABULARY_FORMAT_ASSERTION
};

/* By which rules a resource is read. */
struct dialect {
    enum sl_schema_draft draft;
    unsigned vocabularies;
};

/* A name for a place in a resource: $anchor, $dynamicAnchor, or an id that is only a fragment. */
struct anchor {
    struct anchor *next;
    struct sl_str name;
    const struct sl_node *node;
    struct sl_str pointer;
    bool dynamic;
    struct schema *schema; /* of a dynamic one */
};

/* A compiled pattern, found again by its text. */
struct regex_entry {
    struct regex_entry *next;
    struct regex *regex;
};

/* A schema with an URI of its own: a document, or a part of one that has an id. */
struct resource {
    struct resource *next;
    struct sl_str uri; /* absolute, without fragment; may be empty */
    const struct sl_doc *doc;
    const struct sl_node *root;
    struct dialect dialect;
    struct anchor *dynamic; /* its dynamic anchors */
    bool recursive;         /* "$recursiveAnchor": true */
    bool entered;           /* something of it is compiled, and so are its dynamic anchors */
    struct schema *schema;  /* of the root, where `recursive` */
};

enum op {
    OP_FALSE, /* nothing fits */
    OP_TYPE,
    OP_ENUM,
    OP_CONST,
    OP_MULTIPLE_OF,
    OP_MAXIMUM,
    OP_EXCLUSIVE_MAXIMUM,
    OP_MINIMUM,
    OP_EXCLUSIVE_MINIMUM,
    OP_MAX_LENGTH,
    OP_MIN_LENGTH,
    OP_PATTERN,
    OP_FORMAT,
    OP_MAX_ITEMS,
    OP_MIN_ITEMS,
    OP_UNIQUE_ITEMS,
    OP_PREFIX_ITEMS,
    OP_ITEMS, /* all items from `from` on */
    OP_CONTAINS,
    OP_MAX_PROPERTIES,
    OP_MIN_PROPERTIES,
    OP_REQUIRED,
    OP_PROPERTIES, /* with patternProperties and additionalProperties */
    OP_PROPERTY_NAMES,
    OP_DEPENDENCIES,
    OP_REF,
    OP_DYNAMIC_REF,
    OP_RECURSIVE_REF,
    OP_ALL_OF,
    OP_ANY_OF,
    OP_ONE_OF,
    OP_NOT,
    OP_IF,
    OP_UNEVALUATED_ITEMS,
    OP_UNEVALUATED_PROPERTIES
};

struct property {
    struct sl_str name;
    struct schema *schema;
};

struct pattern_property {
    struct sl_str pattern;
    const struct regex *regex;
    struct schema *schema;
};

struct object_rules {
    struct property *properties; /* ascending by name */
    size_t property_count;
    struct pattern_property *patterns;
    size_t pattern_count;
    struct schema *additional; /* NULL: anything goes */
    bool marks_additional;     /* `additionalProperties` is there: what it covers counts as evaluated */
};

struct names {
    struct sl_str *names;
    size_t count;
};

/* What must hold where the member `trigger` is there. */
struct dependency {
    struct sl_str trigger;
    struct names required;
    struct schema *schema; /* NULL: only names */
};

struct format_rule;

struct keyword {
    enum op op;
    const char *name;           /* as it stands in the schema */
    const struct sl_node *node; /* its value */
    union {
        unsigned types; /* OP_TYPE: bits 1 << enum json_type */
        uint64_t count;
        const struct sl_node *value; /* OP_CONST, the limits of numbers */
        struct decimal *divisor;
        const struct regex *pattern;
        const struct format_rule *format;
        struct {
            struct schema **schemas; /* several, or one */
            size_t count;
        } list;
        struct {
            struct schema *schema;
            uint32_t from;
        } items;
        struct {
            struct schema *schema;
            uint64_t min, max;
            bool marks; /* from 2020-12 on what it matches counts as evaluated */
        } contains;
        struct names required;
        struct {
            struct dependency *rows;
            size_t count;
        } dependencies;
        struct object_rules *object;
        struct {
            struct schema *target;
            struct sl_str anchor; /* .ptr NULL: a plain reference */
        } reference;
        struct {
            struct schema *condition, *then, *otherwise;
        } branch;
    } as;
};

enum json_type {
    TYPE_NULL,
    TYPE_BOOLEAN,
    TYPE_OBJECT,
    TYPE_ARRAY,
    TYPE_NUMBER,
    TYPE_STRING,
    TYPE_INTEGER,
    TYPE_COUNT
};

struct schema {
    struct schema *next; /* to be compiled */
    const struct sl_node *node;
    struct resource *resource;
    struct sl_str pointer; /* from the root of the resource */
    struct keyword *keywords;
    uint32_t count;
    bool unevaluated; /* has a keyword that asks what the others looked at */
};

/* The bytes of the pointer that is stored at `place`, as a key of a map: they must stay where they are. */
static inline struct sl_str address_key(const void *place)
{
    return (struct sl_str){place, sizeof(void *)};
}

struct sl_schema {
    struct sl_arena arena;
    struct sl_doc metaschemas; /* documents of the specification that somebody refers to */
    struct schema *root;
    struct resource *resources;
    struct sl_map resource_by_uri;
    struct sl_map resource_by_node;
    struct sl_map anchor_by_name; /* resource and name, see index.c */
    struct sl_map schema_by_node;
    struct sl_map regex_by_pattern;
    struct regex_entry *regexes;
};

#endif
