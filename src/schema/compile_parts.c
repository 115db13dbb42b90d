/* Keywords that hold schemas: for members and items, for the same value, and by reference. */
#include "compiler.h"

#include <stdlib.h>

static int must_be(struct compiler *compiler, const char *name, const struct sl_node *value,
                   enum sl_kind kind)
{
    if (value->kind == kind)
        return 0;
    return schema_fail(compiler, value, "%s must be %s, not %s", name, sl_kind_name(kind),
                       sl_kind_name(value->kind));
}

/* -- names -- */

static int read_names(struct compiler *compiler, struct names *out, const char *name,
                      const struct sl_node *value)
{
    if (must_be(compiler, name, value, SL_LIST) < 0)
        return -1;
    out->names = compiler_array(compiler, value->count, sizeof *out->names);
    if (!out->names)
        return -1;
    for (uint32_t i = 0; i < value->count; i++) {
        if (value->as.items[i]->kind != SL_STRING)
            return schema_fail(compiler, value->as.items[i], "%s must be a list of strings, not of %s", name,
                               sl_kind_name(value->as.items[i]->kind));
        out->names[out->count++] = value->as.items[i]->as.text;
    }
    return 0;
}

int compile_required(struct compiler *compiler, const struct keyword_rule *rule, const struct sl_node *value)
{
    if (value->kind == SL_BOOL) {
        (void)schema_fail(compiler, value, "required must be a list of strings, not a boolean");
        return sl_hint(compiler->err, "the list of what is required stands beside \"properties\"");
    }
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, rule->op);
    return keyword ? read_names(compiler, &keyword->as.required, rule->name, value) : -1;
}

/* dependentRequired has names, dependentSchemas has schemas, dependencies either. */
static int read_dependency(struct compiler *compiler, struct dependency *row, const struct keyword_rule *rule,
                           const struct sl_entry *entry)
{
    row->trigger = entry->key;
    bool names = rule->holds == HOLDS_NOTHING;
    if (rule->holds == HOLDS_MAP_OR_NAMES)
        names = entry->value->kind == SL_LIST;
    if (names)
        return read_names(compiler, &row->required, rule->name, entry->value);
    row->schema = compiler_member(compiler, entry->value, rule->name, entry->key);
    return row->schema ? 0 : -1;
}

int compile_dependencies(struct compiler *compiler, const struct keyword_rule *rule,
                         const struct sl_node *value)
{
    if (must_be(compiler, rule->name, value, SL_MAP) < 0)
        return -1;
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, rule->op);
    struct dependency *rows = keyword ? compiler_array(compiler, value->count, sizeof *rows) : NULL;
    if (!rows)
        return -1;
    for (uint32_t i = 0; i < value->count; i++)
        if (read_dependency(compiler, &rows[i], rule, &value->as.entries[i]) < 0)
            return -1;
    keyword->as.dependencies.rows = rows;
    keyword->as.dependencies.count = value->count;
    return 0;
}

/* -- members: properties, patternProperties and additionalProperties are one keyword -- */

static int read_properties(struct compiler *compiler, struct object_rules *rules, const struct sl_node *value)
{
    if (must_be(compiler, "properties", value, SL_MAP) < 0)
        return -1;
    rules->properties = compiler_array(compiler, value->count, sizeof *rules->properties);
    if (!rules->properties)
        return -1;
    for (uint32_t i = 0; i < value->count; i++) {
        const struct sl_entry *entry = &value->as.entries[i];
        struct property *property = &rules->properties[rules->property_count++];
        property->name = entry->key;
        property->schema = compiler_member(compiler, entry->value, "properties", entry->key);
        if (!property->schema)
            return -1;
    }
    return 0;
}

static int read_patterns(struct compiler *compiler, struct object_rules *rules, const struct sl_node *value)
{
    if (must_be(compiler, "patternProperties", value, SL_MAP) < 0)
        return -1;
    rules->patterns = compiler_array(compiler, value->count, sizeof *rules->patterns);
    if (!rules->patterns)
        return -1;
    for (uint32_t i = 0; i < value->count; i++) {
        const struct sl_entry *entry = &value->as.entries[i];
        struct pattern_property *pattern = &rules->patterns[rules->pattern_count++];
        pattern->pattern = entry->key;
        pattern->schema = compiler_member(compiler, entry->value, "patternProperties", entry->key);
        if (!pattern->schema || compiler_regex(compiler, &pattern->regex, entry->value, entry->key) < 0)
            return -1;
    }
    return 0;
}

/* Sorted, so that looking up is a binary search. */
static int compare_properties(const void *left, const void *right)
{
    return sl_str_compare(((const struct property *)left)->name, ((const struct property *)right)->name);
}

int compile_properties(struct compiler *compiler, const struct keyword_rule *rule,
                       const struct sl_node *value)
{
    const struct sl_node *properties = compiler_value(compiler, "properties");
    const struct sl_node *patterns = compiler_value(compiler, "patternProperties");
    const struct sl_node *additional = compiler_value(compiler, "additionalProperties");
    /* The first of the three that is there speaks for all. */
    if (value != (properties ? properties : patterns ? patterns : additional))
        return 0;
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, rule->op);
    struct object_rules *rules = keyword ? compiler_array(compiler, 1, sizeof *rules) : NULL;
    if (!rules)
        return -1;
    *rules = (struct object_rules){.marks_additional = additional != NULL};
    keyword->as.object = rules;
    if ((properties && read_properties(compiler, rules, properties) < 0) ||
        (patterns && read_patterns(compiler, rules, patterns) < 0))
        return -1;
    if (rules->property_count > 1)
        qsort(rules->properties, rules->property_count, sizeof *rules->properties, compare_properties);
    if (additional)
        rules->additional = compiler_child(compiler, additional, "additionalProperties");
    return additional && !rules->additional ? -1 : 0;
}

/* -- items -- */

static int read_schemas(struct compiler *compiler, struct keyword *keyword, const struct sl_node *value)
{
    if (must_be(compiler, keyword->name, value, SL_LIST) < 0)
        return -1;
    struct schema **schemas = compiler_array(compiler, value->count, sizeof(struct schema *));
    if (!schemas)
        return -1;
    for (uint32_t i = 0; i < value->count; i++) {
        char number[16];
        schemas[i] = compiler_member(compiler, value->as.items[i], keyword->name, index_text(number, i));
        if (!schemas[i])
            return -1;
    }
    keyword->as.list.schemas = schemas;
    keyword->as.list.count = value->count;
    return 0;
}

int compile_schema_list(struct compiler *compiler, const struct keyword_rule *rule,
                        const struct sl_node *value)
{
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, rule->op);
    if (!keyword || read_schemas(compiler, keyword, value) < 0)
        return -1;
    if (value->count == 0)
        return schema_fail(compiler, value, "%s must not be empty", rule->name);
    return 0;
}

int compile_prefix_items(struct compiler *compiler, const struct keyword_rule *rule,
                         const struct sl_node *value)
{
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, rule->op);
    return keyword ? read_schemas(compiler, keyword, value) : -1;
}

static int add_rest(struct compiler *compiler, const char *name, const struct sl_node *value, uint32_t from)
{
    struct keyword *keyword = compiler_keyword(compiler, name, value, OP_ITEMS);
    if (!keyword)
        return -1;
    keyword->as.items.from = from;
    keyword->as.items.schema = compiler_child(compiler, value, name);
    return keyword->as.items.schema ? 0 : -1;
}

int compile_items(struct compiler *compiler, const struct keyword_rule *rule, const struct sl_node *value)
{
    bool new = compiler->schema->resource->dialect.draft >= SL_DRAFT_2020_12;
    if (value->kind != SL_LIST) {
        const struct sl_node *prefix = new ? compiler_value(compiler, "prefixItems") : NULL;
        return add_rest(compiler, rule->name, value, prefix ? prefix->count : 0);
    }
    if (new) {
        (void)schema_fail(compiler, value, "items must be a schema, not a list");
        return sl_hint(compiler->err,
                       "draft 2020-12 calls a list of schemas prefixItems; name the draft of the "
                       "schema in $schema if it is an older one");
    }
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, OP_PREFIX_ITEMS);
    if (!keyword || read_schemas(compiler, keyword, value) < 0)
        return -1;
    const struct sl_node *rest = compiler_value(compiler, "additionalItems");
    return rest ? add_rest(compiler, "additionalItems", rest, value->count) : 0;
}

/* -- for the same value -- */

int compile_schema_keyword(struct compiler *compiler, const struct keyword_rule *rule,
                           const struct sl_node *value)
{
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, rule->op);
    struct schema **schemas = keyword ? compiler_array(compiler, 1, sizeof(struct schema *)) : NULL;
    if (!schemas)
        return -1;
    schemas[0] = compiler_child(compiler, value, rule->name);
    keyword->as.list.schemas = schemas;
    keyword->as.list.count = 1;
    return schemas[0] ? 0 : -1;
}

int compile_if(struct compiler *compiler, const struct keyword_rule *rule, const struct sl_node *value)
{
    const struct sl_node *then = compiler_value(compiler, "then");
    const struct sl_node *otherwise = compiler_value(compiler, "else");
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, rule->op);
    if (!keyword)
        return -1;
    keyword->as.branch.condition = compiler_child(compiler, value, rule->name);
    if (then)
        keyword->as.branch.then = compiler_child(compiler, then, "then");
    if (otherwise)
        keyword->as.branch.otherwise = compiler_child(compiler, otherwise, "else");
    bool complete = keyword->as.branch.condition && (!then || keyword->as.branch.then) &&
                    (!otherwise || keyword->as.branch.otherwise);
    return complete ? 0 : -1;
}

/* -- references -- */

static int add_reference(struct compiler *compiler, struct place *place, const struct keyword_rule *rule,
                         const struct sl_node *value, enum op op)
{
    if (must_be(compiler, rule->name, value, SL_STRING) < 0 ||
        resolve_reference(compiler, place, compiler->schema->resource, value) < 0)
        return -1;
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, op);
    if (!keyword)
        return -1;
    keyword->as.reference.target = compiler_schema(compiler, place);
    return keyword->as.reference.target ? 0 : -1;
}

int compile_ref(struct compiler *compiler, const struct keyword_rule *rule, const struct sl_node *value)
{
    struct place place;
    return add_reference(compiler, &place, rule, value, OP_REF);
}

/* Only one that leads to a dynamic anchor at first is dynamic at all. */
int compile_dynamic_ref(struct compiler *compiler, const struct keyword_rule *rule,
                        const struct sl_node *value)
{
    struct place place;
    if (add_reference(compiler, &place, rule, value, OP_REF) < 0)
        return -1;
    if (!place.anchor || !place.anchor->dynamic)
        return 0;
    struct keyword *keyword = &compiler->keywords[compiler->count - 1];
    keyword->op = OP_DYNAMIC_REF;
    keyword->as.reference.anchor = place.anchor->name;
    return 0;
}

int compile_recursive_ref(struct compiler *compiler, const struct keyword_rule *rule,
                          const struct sl_node *value)
{
    struct place place;
    if (add_reference(compiler, &place, rule, value, OP_REF) < 0)
        return -1;
    if (place.resource->recursive && place.node == place.resource->root)
        compiler->keywords[compiler->count - 1].op = OP_RECURSIVE_REF;
    return 0;
}
