#include "compiler.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "uri.h"

#include <sealift/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int compiler_fail(struct compiler *compiler, const struct sl_doc *doc, const struct sl_node *node,
                  const char *format, ...)
{
    char place[256];
    char text[SL_ERR_MESSAGE_MAX - 300];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return sl_fail(compiler->err, SL_E_INPUT, "%s: schema: %s",
                   sl_mark_text(place, sizeof place, doc, node->mark), text);
}

struct sl_str index_text(char out[16], uint32_t index)
{
    int len = snprintf(out, 16, "%u", index);
    return (struct sl_str){out, (size_t)len};
}

void *compiler_array(struct compiler *compiler, size_t count, size_t size)
{
    void *memory = sl_arena_array(&compiler->program->arena, count ? count : 1, size);
    if (!memory)
        (void)sl_fail_memory(compiler->err);
    return memory;
}

struct sl_str compiler_pointer(struct compiler *compiler, struct sl_str pointer, struct sl_str token)
{
    size_t longer = 0;
    for (size_t i = 0; i < token.len; i++)
        longer += token.ptr[i] == '~' || token.ptr[i] == '/';
    char *text = sl_arena_alloc(&compiler->program->arena, pointer.len + token.len + longer + 2);
    if (!text)
        return (struct sl_str){0};
    char *at = text;
    if (pointer.len)
        memcpy(at, pointer.ptr, pointer.len);
    at += pointer.len;
    *at++ = '/';
    for (size_t i = 0; i < token.len; i++) {
        char byte = token.ptr[i];
        *at++ = byte == '~' || byte == '/' ? '~' : byte;
        if (byte == '~' || byte == '/')
            *at++ = byte == '~' ? '0' : '1';
    }
    return (struct sl_str){text, (size_t)(at - text)};
}

/* -- subschemas -- */

/* Where one of a resource's schemas is compiled, its dynamic anchors are too: they may be led to by a
 * reference in another one. */
static int enter_resource(struct compiler *compiler, struct resource *resource)
{
    if (resource->entered)
        return 0;
    resource->entered = true;
    for (struct anchor *anchor = resource->dynamic; anchor; anchor = anchor->next) {
        struct place place = {.resource = resource, .node = anchor->node, .pointer = anchor->pointer};
        anchor->schema = compiler_schema(compiler, &place);
        if (!anchor->schema)
            return -1;
    }
    if (!resource->recursive)
        return 0;
    struct place root = {.resource = resource, .node = resource->root, .pointer = SL_STR("")};
    resource->schema = compiler_schema(compiler, &root);
    return resource->schema ? 0 : -1;
}

struct schema *compiler_schema(struct compiler *compiler, const struct place *place)
{
    struct sl_schema *program = compiler->program;
    struct sl_str key = address_key(&place->node);
    struct schema *schema = sl_map_get(&program->schema_by_node, key);
    if (schema)
        return schema;
    schema = compiler_array(compiler, 1, sizeof *schema);
    if (!schema)
        return NULL;
    *schema = (struct schema){.next = compiler->pending,
                              .node = place->node,
                              .resource = place->resource,
                              .pointer = place->pointer};
    compiler->pending = schema;
    key = address_key(&schema->node);
    return sl_map_put(&program->schema_by_node, key, schema, compiler->err) < 0 ? NULL : schema;
}

struct schema *compiler_member(struct compiler *compiler, const struct sl_node *node, const char *name,
                               struct sl_str token)
{
    const struct schema *parent = compiler->schema;
    struct place place = {
        .resource = resource_at(compiler->program, node), .node = node, .pointer = SL_STR("")};
    if (!place.resource) {
        place.resource = parent->resource;
        place.pointer = compiler_pointer(compiler, parent->pointer, sl_str_from(name));
        if (place.pointer.ptr && token.ptr)
            place.pointer = compiler_pointer(compiler, place.pointer, token);
    }
    if (!place.pointer.ptr) {
        (void)sl_fail_memory(compiler->err);
        return NULL;
    }
    return compiler_schema(compiler, &place);
}

struct schema *compiler_child(struct compiler *compiler, const struct sl_node *node, const char *name)
{
    return compiler_member(compiler, node, name, (struct sl_str){0});
}

const struct sl_node *compiler_value(const struct compiler *compiler, const char *name)
{
    return sl_node_get(compiler->schema->node, name);
}

struct keyword *compiler_keyword(struct compiler *compiler, const char *name, const struct sl_node *value,
                                 enum op op)
{
    if (compiler->count == KEYWORDS_MAX) {
        (void)sl_fail(compiler->err, SL_E_INTERNAL, "more keywords than there are");
        return NULL;
    }
    struct keyword *keyword = &compiler->keywords[compiler->count++];
    *keyword = (struct keyword){.op = op, .name = name, .node = value};
    return keyword;
}

int compiler_regex(struct compiler *compiler, const struct regex **out, const struct sl_node *node,
                   struct sl_str pattern)
{
    struct sl_schema *program = compiler->program;
    struct regex_entry *entry = sl_map_get(&program->regex_by_pattern, pattern);
    if (!entry) {
        char why[128] = "";
        entry = compiler_array(compiler, 1, sizeof *entry);
        if (!entry)
            return -1;
        int result = regex_compile(&entry->regex, pattern, why, compiler->err);
        char shown[128];
        if (result == 0)
            return schema_fail(compiler, node, "\"%s\" is not a regular expression: %s",
                               sl_escape(shown, sizeof shown, pattern), why);
        if (result < 0)
            return -1;
        entry->next = program->regexes;
        program->regexes = entry;
        if (sl_map_put(&program->regex_by_pattern, pattern, entry, compiler->err) < 0)
            return -1;
    }
    *out = entry->regex;
    return 0;
}

/* -- one schema after the other -- */

static int compile_boolean(struct compiler *compiler, const struct sl_node *node)
{
    if (!node->as.boolean && !compiler_keyword(compiler, NULL, node, OP_FALSE))
        return -1;
    return 0;
}

static int compile_map(struct compiler *compiler)
{
    const struct schema *schema = compiler->schema;
    const struct dialect *dialect = &schema->resource->dialect;
    bool only_reference = dialect->draft <= SL_DRAFT_7 && sl_node_get(schema->node, "$ref");
    for (size_t i = 0; i < keyword_rule_count; i++) {
        const struct keyword_rule *rule = &keyword_rules[i];
        if (!rule->compile || !dialect_has(dialect, rule) || (only_reference && rule->op != OP_REF))
            continue;
        const struct sl_node *value = sl_node_get(schema->node, rule->name);
        if (value && rule->compile(compiler, rule, value) < 0)
            return -1;
    }
    return 0;
}

static int compile_schema(struct compiler *compiler, struct schema *schema)
{
    struct keyword keywords[KEYWORDS_MAX];
    compiler->schema = schema;
    compiler->keywords = keywords;
    compiler->count = 0;
    int result = 0;
    if (enter_resource(compiler, schema->resource) < 0)
        return -1;
    if (schema->node->kind == SL_BOOL)
        result = compile_boolean(compiler, schema->node);
    else if (schema->node->kind == SL_MAP)
        result = compile_map(compiler);
    else
        result = schema_fail(compiler, schema->node, "a schema must be a map or a boolean, not %s",
                             sl_kind_name(schema->node->kind));
    if (result < 0)
        return -1;
    schema->keywords = compiler_array(compiler, compiler->count, sizeof *schema->keywords);
    if (!schema->keywords)
        return -1;
    memcpy(schema->keywords, keywords, compiler->count * sizeof *keywords);
    schema->count = compiler->count;
    for (uint32_t i = 0; i < schema->count; i++)
        schema->unevaluated |= keywords[i].op >= OP_UNEVALUATED_ITEMS;
    return 0;
}

static int compile_pending(struct compiler *compiler)
{
    while (compiler->pending) {
        struct schema *schema = compiler->pending;
        compiler->pending = schema->next;
        if (compile_schema(compiler, schema) < 0)
            return -1;
    }
    return 0;
}

/* Does the schema make no sense before anything is read? Then say so here, with the document's name. */
static int compile_source(struct compiler *compiler, const struct sl_schema_source *source)
{
    struct resource *root = NULL;
    compiler->eager = true;
    if (index_document(compiler, &root, source, NULL) < 0)
        return -1;
    compiler->eager = false;
    struct place place = {.resource = root, .node = source->root, .pointer = SL_STR("")};
    compiler->program->root = compiler_schema(compiler, &place);
    return compiler->program->root ? compile_pending(compiler) : -1;
}

int sl_schema_compile(struct sl_schema **out, const struct sl_schema_source *source,
                      const struct sl_schema_options *options, struct sl_err *err)
{
    static const struct sl_schema_options defaults = {.draft = SL_DRAFT_DEFAULT};
    SL_CLEANUP(sl_schema_freep) struct sl_schema *program = calloc(1, sizeof *program);
    if (!program)
        return sl_fail_memory(err);
    sl_arena_init(&program->arena, SL_SCHEMA_MEMORY_MAX);
    sl_doc_init(&program->metaschemas);
    struct sl_map *maps[] = {&program->resource_by_uri, &program->resource_by_node, &program->anchor_by_name,
                             &program->schema_by_node, &program->regex_by_pattern};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++)
        sl_map_init(maps[i]);
    struct compiler compiler = {.program = program,
                                .options = options ? options : &defaults,
                                .err = err,
                                .budget = SL_SCHEMA_STEPS_MAX};
    if (compile_source(&compiler, source) < 0)
        return -1;
    *out = sl_steal(&program);
    return 0;
}

void sl_schema_free(struct sl_schema *schema)
{
    if (!schema)
        return;
    for (struct regex_entry *entry = schema->regexes; entry; entry = entry->next)
        regex_free(entry->regex);
    sl_map_release(&schema->resource_by_uri);
    sl_map_release(&schema->resource_by_node);
    sl_map_release(&schema->anchor_by_name);
    sl_map_release(&schema->schema_by_node);
    sl_map_release(&schema->regex_by_pattern);
    sl_doc_release(&schema->metaschemas);
    sl_arena_release(&schema->arena);
    free(schema);
}

void sl_schema_freep(struct sl_schema **schema)
{
    sl_schema_free(*schema);
    *schema = NULL;
}
