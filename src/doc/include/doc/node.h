/*
 * One node tree for YAML and JSON.
 *
 * A document owns an arena; nodes and texts in it live exactly as long. Nodes are plain data that may be read
 * freely; they are built with the functions here and never changed once a document has been handed on
 * (docops/ makes new ones). Maps keep the order of their source; emitters sort.
 */
#ifndef DOC_NODE_H
#define DOC_NODE_H

#include "base/arena.h"
#include "base/map.h"
#include <sealift/err.h>
#include <sealift/str.h>
#include <stdbool.h>
#include <stdint.h>

/* One byte, so that a node takes 32. */
enum __attribute__((packed)) sl_kind {
    SL_NULL,
    SL_BOOL,
    SL_INT,
    SL_UINT,
    SL_FLOAT,
    SL_STRING,
    SL_LIST,
    SL_MAP
};

/* How a scalar stood in a resource, where kustomize changes what it writes because of that; sl_yaml_write()
 * does the same. Of values only SL_STYLE_QUOTED and SL_STYLE_OMITTED are noted. The value itself is what YAML says it
 * is. */
enum __attribute__((packed)) sl_style {
    SL_STYLE_ANY,
    SL_STYLE_FOLDED,     /* a string, as ">": line breaks come and go */
    SL_STYLE_QUOTED,     /* a string, in quotes or as "|": what a merge puts in its place becomes a string */
    SL_STYLE_EMPTY,      /* null, as nothing at all */
    SL_STYLE_FLOW_EMPTY, /* the same between braces or brackets, {a: }: becomes "" */
    SL_STYLE_OMITTED     /* null, as nothing at all, among values: written like any null */
};

/* Where something stands: `file` counts from 1 into the document's list of names (0: nowhere), line and
 * column from 1, the column in characters. 8 bytes, so that every node can carry one. */
struct sl_mark {
    uint32_t line;
    uint16_t column; /* 65535 and beyond: 65535 */
    uint16_t file;
};

struct sl_node;

struct sl_entry {
    struct sl_str key;
    struct sl_node *value;
    struct sl_mark key_mark;
};

struct sl_node {
    enum sl_kind kind;
    enum sl_style style;
    uint32_t count; /* of a list or map; 0 for everything else */
    struct sl_mark mark;
    union {
        bool boolean;
        struct {
            union {
                int64_t integer;   /* SL_INT */
                uint64_t uinteger; /* SL_UINT: only above INT64_MAX */
                double number;     /* SL_FLOAT: finite */
            };
            /* The number as it stood in the source ("1.0", "0x1F"), for exact work with numbers. NULL for
             * what was made here, and for an integer in plain decimal, where it would say nothing new. */
            const char *source;
        };
        struct sl_str text; /* SL_STRING: valid UTF-8, may hold NUL; NUL terminated */
        struct {
            union {
                struct sl_node **items;   /* SL_LIST */
                struct sl_entry *entries; /* SL_MAP */
            };
            uint32_t capacity; /* the builders' business */
        };
    } as;
};

#define SL_DOC_FILES_MAX 65535

struct sl_doc {
    struct sl_arena arena;
    struct sl_str *files; /* names, in `arena` */
    uint32_t file_count;
    uint32_t file_capacity;
    struct sl_map file_index; /* name to its place in `files` */
    uint64_t node_count;      /* bounded by SL_DOC_NODES_MAX */
};

void sl_doc_init(struct sl_doc *doc);
void sl_doc_release(struct sl_doc *doc);

/* Adds a file name for marks, or finds it again; 0 when the table is full or memory ran out (marks then lead
 * nowhere). */
uint16_t sl_doc_add_file(struct sl_doc *doc, struct sl_str name);

/* "overlays/a/kustomization.yaml:7:5", or "<no position>"; cut to fit, escaped. `size` is at least 32.
 * Returns `out`. */
const char *sl_mark_text(char *out, size_t size, const struct sl_doc *doc, struct sl_mark mark);

/* -- making nodes; NULL without memory or beyond SL_DOC_NODES_MAX -- */
struct sl_node *sl_node_null(struct sl_doc *doc);
struct sl_node *sl_node_bool(struct sl_doc *doc, bool value);
struct sl_node *sl_node_int(struct sl_doc *doc, int64_t value);
struct sl_node *sl_node_uint(struct sl_doc *doc, uint64_t value);       /* SL_INT where it fits */
struct sl_node *sl_node_float(struct sl_doc *doc, double value);        /* NULL for infinities and NaN too */
struct sl_node *sl_node_string(struct sl_doc *doc, struct sl_str text); /* copies */
struct sl_node *sl_node_list(struct sl_doc *doc);
struct sl_node *sl_node_map(struct sl_doc *doc);

/* What it means that one of them returned NULL: fills `err` with SL_E_LIMIT or SL_E_NO_MEMORY, returns -1. */
int sl_node_fail(const struct sl_doc *doc, struct sl_err *err);

/* Appends; amortised constant. 0 or -1 (memory, limit; also for an item that is NULL, so that
 * sl_list_add(doc, list, sl_node_int(doc, 7), err) needs no check in between). */
int sl_list_add(struct sl_doc *doc, struct sl_node *list, struct sl_node *item,
                struct sl_err *err) SL_MUST_USE;
/* Sets key (copied) to value: replaces in place where it is, else appends. The key mark stays blank. Like
 * sl_list_add() for a value that is NULL. Looks through the whole map. */
int sl_map_set(struct sl_doc *doc, struct sl_node *map, struct sl_str key, struct sl_node *value,
               struct sl_err *err) SL_MUST_USE;
/* The same for a key that the caller knows to be new; amortised constant. */
int sl_map_add(struct sl_doc *doc, struct sl_node *map, struct sl_str key, struct sl_node *value,
               struct sl_err *err) SL_MUST_USE;

/* -- reading -- */
/* The value of `key`, or NULL; also NULL when `map` is NULL or not a map, so that calls can be nested.
 * Linear; callers that look up many keys in a large map build an sl_map. */
struct sl_node *sl_node_get(const struct sl_node *map, const char *key);
struct sl_entry *sl_node_entry(const struct sl_node *map, struct sl_str key);
/* The text of a string node; empty for NULL and every other kind. */
struct sl_str sl_node_text(const struct sl_node *node);
/* The source of a number, see above; empty for NULL, every other kind and where there is none. */
struct sl_str sl_node_source(const struct sl_node *node);
/* "a map", "a list", "a string", "a number", "a boolean", "null": for messages. */
const char *sl_kind_name(enum sl_kind kind);
/* Same kind, same value; maps whatever their order; 1 and 1.0 differ, as they do in Kubernetes' JSON. What is
 * nested deeper than SL_DOC_DEPTH_MAX is never equal. */
bool sl_node_equal(const struct sl_node *a, const struct sl_node *b);
/* A deep copy into another document (or the same); marks keep their file by name. NULL without memory, beyond
 * SL_DOC_NODES_MAX, or for what is nested deeper than SL_DOC_DEPTH_MAX. */
struct sl_node *sl_node_copy(struct sl_doc *to, const struct sl_doc *from, const struct sl_node *node);

#endif
