/* Keywords that look at one value: types, numbers, strings, counts. */
#include "compiler.h"

#include "format.h"

#include <sealift/text.h>

static int add_type(struct compiler *compiler, unsigned *types, const struct sl_node *node)
{
    static const struct sl_str names[TYPE_COUNT] = {
        [TYPE_NULL] = SL_STR_INIT("null"),      [TYPE_BOOLEAN] = SL_STR_INIT("boolean"),
        [TYPE_OBJECT] = SL_STR_INIT("object"),  [TYPE_ARRAY] = SL_STR_INIT("array"),
        [TYPE_NUMBER] = SL_STR_INIT("number"),  [TYPE_STRING] = SL_STR_INIT("string"),
        [TYPE_INTEGER] = SL_STR_INIT("integer")};
    if (node->kind != SL_STRING)
        return schema_fail(compiler, node, "a type must be a string, not %s", sl_kind_name(node->kind));
    for (unsigned i = 0; i < TYPE_COUNT; i++)
        if (sl_str_equal(node->as.text, names[i])) {
            *types |= 1U << i;
            return 0;
        }
    char shown[64];
    (void)schema_fail(compiler, node, "there is no type \"%s\"",
                      sl_escape(shown, sizeof shown, node->as.text));
    return sl_hint(compiler->err, "types are null, boolean, object, array, number, string and integer");
}

int compile_type(struct compiler *compiler, const struct keyword_rule *rule, const struct sl_node *value)
{
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, rule->op);
    if (!keyword)
        return -1;
    if (value->kind != SL_LIST)
        return add_type(compiler, &keyword->as.types, value);
    for (uint32_t i = 0; i < value->count; i++)
        if (add_type(compiler, &keyword->as.types, value->as.items[i]) < 0)
            return -1;
    return 0;
}

int compile_enum(struct compiler *compiler, const struct keyword_rule *rule, const struct sl_node *value)
{
    if (value->kind != SL_LIST)
        return schema_fail(compiler, value, "enum must be a list, not %s", sl_kind_name(value->kind));
    return compiler_keyword(compiler, rule->name, value, rule->op) ? 0 : -1;
}

int compile_const(struct compiler *compiler, const struct keyword_rule *rule, const struct sl_node *value)
{
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, rule->op);
    if (keyword)
        keyword->as.value = value;
    return keyword ? 0 : -1;
}

int compile_limit(struct compiler *compiler, const struct keyword_rule *rule, const struct sl_node *value)
{
    if (!node_is_number(value))
        return schema_fail(compiler, value, "%s must be a number, not %s", rule->name,
                           sl_kind_name(value->kind));
    return compile_const(compiler, rule, value);
}

/* Draft 4: `exclusiveMinimum` is a boolean beside `minimum`. */
int compile_old_exclusive(struct compiler *compiler, const struct keyword_rule *rule,
                          const struct sl_node *value)
{
    bool minimum = rule->op == OP_MINIMUM;
    const struct sl_node *exclusive =
        compiler_value(compiler, minimum ? "exclusiveMinimum" : "exclusiveMaximum");
    if (exclusive && exclusive->kind != SL_BOOL)
        return schema_fail(compiler, exclusive, "%s must be a boolean in draft 4, not %s",
                           minimum ? "exclusiveMinimum" : "exclusiveMaximum", sl_kind_name(exclusive->kind));
    if (compile_limit(compiler, rule, value) < 0)
        return -1;
    if (exclusive && exclusive->as.boolean)
        compiler->keywords[compiler->count - 1].op = minimum ? OP_EXCLUSIVE_MINIMUM : OP_EXCLUSIVE_MAXIMUM;
    return 0;
}

int compile_multiple_of(struct compiler *compiler, const struct keyword_rule *rule,
                        const struct sl_node *value)
{
    if (!node_is_number(value))
        return schema_fail(compiler, value, "multipleOf must be a number, not %s", sl_kind_name(value->kind));
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, rule->op);
    struct decimal *divisor = keyword ? compiler_array(compiler, 1, sizeof *divisor) : NULL;
    if (!divisor || decimal_read(divisor, value, compiler->err) < 0)
        return -1;
    keyword->as.divisor = divisor;
    if (divisor->heap) {
        struct sl_str copy =
            sl_arena_str(&compiler->program->arena, (struct sl_str){divisor->heap, divisor->count});
        decimal_release(divisor);
        divisor->heap = (char *)copy.ptr;
        if (!copy.ptr)
            return sl_fail_memory(compiler->err);
    }
    if (divisor->count == 0 || divisor->negative)
        return schema_fail(compiler, value, "multipleOf must be above 0");
    return 0;
}

static int read_count(struct compiler *compiler, uint64_t *out, const char *name, const struct sl_node *value)
{
    bool good = false;
    struct decimal decimal = {0};
    if (node_is_number(value)) {
        if (decimal_read(&decimal, value, compiler->err) < 0)
            return -1;
        good = decimal_to_count(out, &decimal);
        decimal_release(&decimal);
    }
    if (!good)
        return schema_fail(compiler, value, "%s must be a whole number from 0", name);
    return 0;
}

int compile_count(struct compiler *compiler, const struct keyword_rule *rule, const struct sl_node *value)
{
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, rule->op);
    return keyword ? read_count(compiler, &keyword->as.count, rule->name, value) : -1;
}

int compile_pattern(struct compiler *compiler, const struct keyword_rule *rule, const struct sl_node *value)
{
    if (value->kind != SL_STRING)
        return schema_fail(compiler, value, "pattern must be a string, not %s", sl_kind_name(value->kind));
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, rule->op);
    return keyword ? compiler_regex(compiler, &keyword->as.pattern, value, value->as.text) : -1;
}

static bool asserts_formats(const struct compiler *compiler)
{
    const struct dialect *dialect = &compiler->schema->resource->dialect;
    if (dialect->vocabularies & VOCABULARY_FORMAT_ASSERTION)
        return true;
    return compiler->options->formats == SL_FORMATS_ASSERT ||
           (compiler->options->formats == SL_FORMATS_BY_DRAFT && dialect->draft <= SL_DRAFT_7);
}

int compile_format(struct compiler *compiler, const struct keyword_rule *rule, const struct sl_node *value)
{
    if (value->kind != SL_STRING)
        return schema_fail(compiler, value, "format must be a string, not %s", sl_kind_name(value->kind));
    const struct format_rule *format = format_find(value->as.text);
    if (!format || !asserts_formats(compiler))
        return 0;
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, rule->op);
    if (keyword)
        keyword->as.format = format;
    return keyword ? 0 : -1;
}

int compile_unique(struct compiler *compiler, const struct keyword_rule *rule, const struct sl_node *value)
{
    if (value->kind != SL_BOOL)
        return schema_fail(compiler, value, "uniqueItems must be a boolean, not %s",
                           sl_kind_name(value->kind));
    return !value->as.boolean || compiler_keyword(compiler, rule->name, value, rule->op) ? 0 : -1;
}

/* -- contains: with minContains and maxContains -- */

int compile_contains(struct compiler *compiler, const struct keyword_rule *rule, const struct sl_node *value)
{
    struct keyword *keyword = compiler_keyword(compiler, rule->name, value, rule->op);
    struct schema *schema = keyword ? compiler_child(compiler, value, rule->name) : NULL;
    if (!schema)
        return -1;
    const struct dialect *dialect = &compiler->schema->resource->dialect;
    bool counts = dialect->draft >= SL_DRAFT_2019_09 && (dialect->vocabularies & VOCABULARY_VALIDATION);
    const struct sl_node *min = counts ? compiler_value(compiler, "minContains") : NULL;
    const struct sl_node *max = counts ? compiler_value(compiler, "maxContains") : NULL;
    keyword->as.contains.schema = schema;
    keyword->as.contains.min = 1;
    keyword->as.contains.max = UINT64_MAX;
    keyword->as.contains.marks = dialect->draft >= SL_DRAFT_2020_12;
    if (min && read_count(compiler, &keyword->as.contains.min, "minContains", min) < 0)
        return -1;
    return max ? read_count(compiler, &keyword->as.contains.max, "maxContains", max) : 0;
}
