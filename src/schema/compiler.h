/*
 * How a document becomes a program. What is still to be compiled waits in a list, so that no chain of
 * references makes the compiler's stack grow.
 *
 * index.c finds ids and anchors in a document; resolve.c turns a reference into a place; compile.c goes
 * through the list; compile_*.c make keywords.
 */
#ifndef COMPILER_H
#define COMPILER_H

#include "dialect.h"

struct compiler {
    struct sl_schema *program;
    const struct sl_schema_options *options;
    struct sl_err *err;
    struct schema *pending;   /* last come, first served */
    struct schema *schema;    /* whose keywords are being made */
    struct keyword *keywords; /* of it, room for KEYWORDS_MAX */
    uint32_t count;
    unsigned documents; /* fetched */
    unsigned metas;     /* metaschemas whose metaschema is being looked for */
    uint64_t budget;    /* steps of looking up that are left */
    bool eager;         /* what is being indexed is compiled whether referred to or not */
};

/* Every rule of a dialect at most once. */
enum { KEYWORDS_MAX = 64 };

/* Fails with "file:line:column: " in front. */
int compiler_fail(struct compiler *compiler, const struct sl_doc *doc, const struct sl_node *node,
                  const char *format, ...) SL_PRINTF(4, 5);
/* The same for a value of the schema being compiled. */
#define schema_fail(compiler, node, ...)                                                                     \
    compiler_fail(compiler, (compiler)->schema->resource->doc, node, __VA_ARGS__)

/* -- index.c -- */
/* Reads ids and anchors of a document; *out is the resource of its root. Where it does not say which draft it
 * is, it is that of the resource `from` that refers to it, if there is one. */
int index_document(struct compiler *compiler, struct resource **out, const struct sl_schema_source *source,
                   const struct resource *from);
struct resource *resource_at(const struct sl_schema *program, const struct sl_node *node);
/* 1, 0 where there is no such anchor, -1. */
int anchor_at(struct compiler *compiler, struct anchor **out, const struct resource *resource,
              struct sl_str name);
/* One more URI by which a resource is known; the first owner of an URI keeps it. */
int resource_name(struct compiler *compiler, struct resource *resource, struct sl_str uri);

/* -- resolve.c -- */
struct place {
    struct resource *resource;
    const struct sl_node *node;
    struct sl_str pointer; /* from the root of the resource */
    struct anchor *anchor; /* the one that led here, or NULL */
};
/* Where a reference that stands in `from` leads; `node` is its place, for the message. */
int resolve_reference(struct compiler *compiler, struct place *out, struct resource *from,
                      const struct sl_node *node);
/* The resource of an URI without fragment, loaded where it is not there; NULL in *out where nobody has it. */
int resolve_resource(struct compiler *compiler, struct resource **out, struct sl_str uri,
                     const struct resource *from);
/* The dialect that `$schema` of a resource root asks for; without one, that of `from`. */
int resolve_dialect(struct compiler *compiler, struct dialect *out, const struct sl_doc *doc,
                    const struct sl_node *root, const struct resource *from);

/* -- compile.c -- */
/* The program of a subschema, now or later. NULL without memory. */
struct schema *compiler_schema(struct compiler *compiler, const struct place *place);
/* The same for what stands in the current schema: the value of keyword `name`, or its member `token`. */
struct schema *compiler_child(struct compiler *compiler, const struct sl_node *node, const char *name);
struct schema *compiler_member(struct compiler *compiler, const struct sl_node *node, const char *name,
                               struct sl_str token);
/* The current schema's value of a keyword, or NULL. */
const struct sl_node *compiler_value(const struct compiler *compiler, const char *name);
/* One keyword more. */
struct keyword *compiler_keyword(struct compiler *compiler, const char *name, const struct sl_node *value,
                                 enum op op);
/* The pattern, compiled once however often it occurs. */
int compiler_regex(struct compiler *compiler, const struct regex **out, const struct sl_node *node,
                   struct sl_str pattern);
/* A number as a token of a pointer, in `out`. */
struct sl_str index_text(char out[16], uint32_t index);
void *compiler_array(struct compiler *compiler, size_t count, size_t size);
/* pointer + "/" + token, escaped. .ptr NULL without memory. */
struct sl_str compiler_pointer(struct compiler *compiler, struct sl_str pointer, struct sl_str token);

typedef int compile_rule(struct compiler *compiler, const struct keyword_rule *rule,
                         const struct sl_node *value);
compile_rule compile_type, compile_enum, compile_const, compile_multiple_of, compile_limit,
    compile_old_exclusive, compile_count, compile_pattern, compile_format, compile_unique, compile_items,
    compile_prefix_items, compile_contains, compile_required, compile_dependencies, compile_properties,
    compile_schema_keyword, compile_schema_list, compile_if, compile_ref, compile_dynamic_ref,
    compile_recursive_ref;

#endif
