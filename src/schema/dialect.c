#include "compiler.h"

#define D4 SL_DRAFT_4
#define D6 SL_DRAFT_6
#define D7 SL_DRAFT_7
#define D9 SL_DRAFT_2019_09
#define D0 SL_DRAFT_2020_12

/* `dependencies` and `definitions` have been replaced in 2019-09, and are still read everywhere: a schema
 * without `$schema` is 2020-12 by rule and older by its words often enough. */
const struct keyword_rule keyword_rules[] = {
    {"$defs", D9, D0, VOCABULARY_CORE, HOLDS_MAP, NULL, 0},
    {"definitions", D4, D0, VOCABULARY_CORE, HOLDS_MAP, NULL, 0},
    {"type", D4, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_type, OP_TYPE},
    {"const", D6, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_const, OP_CONST},
    {"enum", D4, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_enum, OP_ENUM},
    {"minimum", D4, D4, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_old_exclusive, OP_MINIMUM},
    {"maximum", D4, D4, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_old_exclusive, OP_MAXIMUM},
    {"minimum", D6, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_limit, OP_MINIMUM},
    {"maximum", D6, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_limit, OP_MAXIMUM},
    {"exclusiveMinimum", D6, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_limit, OP_EXCLUSIVE_MINIMUM},
    {"exclusiveMaximum", D6, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_limit, OP_EXCLUSIVE_MAXIMUM},
    {"multipleOf", D4, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_multiple_of, OP_MULTIPLE_OF},
    {"minLength", D4, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_count, OP_MIN_LENGTH},
    {"maxLength", D4, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_count, OP_MAX_LENGTH},
    {"pattern", D4, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_pattern, OP_PATTERN},
    {"format", D4, D0, VOCABULARY_FORMAT | VOCABULARY_FORMAT_ASSERTION, HOLDS_NOTHING, compile_format,
     OP_FORMAT},
    {"minItems", D4, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_count, OP_MIN_ITEMS},
    {"maxItems", D4, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_count, OP_MAX_ITEMS},
    {"minProperties", D4, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_count, OP_MIN_PROPERTIES},
    {"maxProperties", D4, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_count, OP_MAX_PROPERTIES},
    {"required", D4, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_required, OP_REQUIRED},
    {"dependentRequired", D9, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_dependencies,
     OP_DEPENDENCIES},
    {"properties", D4, D0, VOCABULARY_APPLICATOR, HOLDS_MAP, compile_properties, OP_PROPERTIES},
    {"patternProperties", D4, D0, VOCABULARY_APPLICATOR, HOLDS_MAP, compile_properties, OP_PROPERTIES},
    {"additionalProperties", D4, D0, VOCABULARY_APPLICATOR, HOLDS_SCHEMA, compile_properties, OP_PROPERTIES},
    {"propertyNames", D6, D0, VOCABULARY_APPLICATOR, HOLDS_SCHEMA, compile_schema_keyword, OP_PROPERTY_NAMES},
    {"prefixItems", D0, D0, VOCABULARY_APPLICATOR, HOLDS_LIST, compile_prefix_items, OP_PREFIX_ITEMS},
    {"items", D4, D0, VOCABULARY_APPLICATOR, HOLDS_SCHEMA_OR_LIST, compile_items, OP_ITEMS},
    {"additionalItems", D4, D9, VOCABULARY_APPLICATOR, HOLDS_SCHEMA, NULL, 0},
    {"contains", D6, D0, VOCABULARY_APPLICATOR, HOLDS_SCHEMA, compile_contains, OP_CONTAINS},
    {"uniqueItems", D4, D0, VOCABULARY_VALIDATION, HOLDS_NOTHING, compile_unique, OP_UNIQUE_ITEMS},
    {"$ref", D4, D0, VOCABULARY_CORE, HOLDS_NOTHING, compile_ref, OP_REF},
    {"$dynamicRef", D0, D0, VOCABULARY_CORE, HOLDS_NOTHING, compile_dynamic_ref, OP_DYNAMIC_REF},
    {"$recursiveRef", D9, D9, VOCABULARY_CORE, HOLDS_NOTHING, compile_recursive_ref, OP_RECURSIVE_REF},
    {"allOf", D4, D0, VOCABULARY_APPLICATOR, HOLDS_LIST, compile_schema_list, OP_ALL_OF},
    {"anyOf", D4, D0, VOCABULARY_APPLICATOR, HOLDS_LIST, compile_schema_list, OP_ANY_OF},
    {"oneOf", D4, D0, VOCABULARY_APPLICATOR, HOLDS_LIST, compile_schema_list, OP_ONE_OF},
    {"not", D4, D0, VOCABULARY_APPLICATOR, HOLDS_SCHEMA, compile_schema_keyword, OP_NOT},
    {"if", D7, D0, VOCABULARY_APPLICATOR, HOLDS_SCHEMA, compile_if, OP_IF},
    {"then", D7, D0, VOCABULARY_APPLICATOR, HOLDS_SCHEMA, NULL, 0},
    {"else", D7, D0, VOCABULARY_APPLICATOR, HOLDS_SCHEMA, NULL, 0},
    {"dependencies", D4, D0, VOCABULARY_APPLICATOR, HOLDS_MAP_OR_NAMES, compile_dependencies,
     OP_DEPENDENCIES},
    {"dependentSchemas", D9, D0, VOCABULARY_APPLICATOR, HOLDS_MAP, compile_dependencies, OP_DEPENDENCIES},
    {"contentSchema", D9, D0, VOCABULARY_OTHER, HOLDS_SCHEMA, NULL, 0},
    {"unevaluatedItems", D9, D9, VOCABULARY_APPLICATOR, HOLDS_SCHEMA, compile_schema_keyword,
     OP_UNEVALUATED_ITEMS},
    {"unevaluatedProperties", D9, D9, VOCABULARY_APPLICATOR, HOLDS_SCHEMA, compile_schema_keyword,
     OP_UNEVALUATED_PROPERTIES},
    {"unevaluatedItems", D0, D0, VOCABULARY_UNEVALUATED, HOLDS_SCHEMA, compile_schema_keyword,
     OP_UNEVALUATED_ITEMS},
    {"unevaluatedProperties", D0, D0, VOCABULARY_UNEVALUATED, HOLDS_SCHEMA, compile_schema_keyword,
     OP_UNEVALUATED_PROPERTIES},
};
const size_t keyword_rule_count = sizeof keyword_rules / sizeof keyword_rules[0];

bool dialect_has(const struct dialect *dialect, const struct keyword_rule *rule)
{
    return rule->first <= dialect->draft && dialect->draft <= rule->last &&
           (dialect->vocabularies & rule->vocabulary) != 0;
}

/* "https://json-schema.org/REST" without scheme and a last "#". */
static bool cut_site(struct sl_str *uri)
{
    if (sl_str_ends_with(*uri, SL_STR("#")))
        uri->len--;
    struct sl_str sites[] = {SL_STR("http://json-schema.org/"), SL_STR("https://json-schema.org/")};
    for (size_t i = 0; i < 2; i++) {
        if (!sl_str_starts_with(*uri, sites[i]))
            continue;
        *uri = sl_str_slice(*uri, sites[i].len, uri->len);
        return true;
    }
    return false;
}

enum sl_schema_draft dialect_draft_of(struct sl_str uri)
{
    static const struct {
        struct sl_str path;
        enum sl_schema_draft draft;
    } drafts[] = {
        {SL_STR_INIT("schema"), D0},
        {SL_STR_INIT("draft-04/schema"), D4},
        {SL_STR_INIT("draft-06/schema"), D6},
        {SL_STR_INIT("draft-07/schema"), D7},
        {SL_STR_INIT("draft/2019-09/schema"), D9},
        {SL_STR_INIT("draft/2020-12/schema"), D0},
    };
    if (cut_site(&uri))
        for (size_t i = 0; i < sizeof drafts / sizeof drafts[0]; i++)
            if (sl_str_equal(uri, drafts[i].path))
                return drafts[i].draft;
    return SL_DRAFT_DEFAULT;
}

unsigned dialect_vocabulary_of(struct sl_str uri)
{
    static const struct {
        struct sl_str path;
        unsigned bits;
    } vocabularies[] = {
        {SL_STR_INIT("draft/2019-09/vocab/core"), VOCABULARY_CORE},
        {SL_STR_INIT("draft/2019-09/vocab/applicator"), VOCABULARY_APPLICATOR},
        {SL_STR_INIT("draft/2019-09/vocab/validation"), VOCABULARY_VALIDATION},
        {SL_STR_INIT("draft/2019-09/vocab/meta-data"), VOCABULARY_OTHER},
        {SL_STR_INIT("draft/2019-09/vocab/format"), VOCABULARY_FORMAT},
        {SL_STR_INIT("draft/2019-09/vocab/content"), VOCABULARY_OTHER},
        {SL_STR_INIT("draft/2020-12/vocab/core"), VOCABULARY_CORE},
        {SL_STR_INIT("draft/2020-12/vocab/applicator"), VOCABULARY_APPLICATOR},
        {SL_STR_INIT("draft/2020-12/vocab/unevaluated"), VOCABULARY_UNEVALUATED},
        {SL_STR_INIT("draft/2020-12/vocab/validation"), VOCABULARY_VALIDATION},
        {SL_STR_INIT("draft/2020-12/vocab/meta-data"), VOCABULARY_OTHER},
        {SL_STR_INIT("draft/2020-12/vocab/format-annotation"), VOCABULARY_FORMAT},
        {SL_STR_INIT("draft/2020-12/vocab/format-assertion"), VOCABULARY_FORMAT_ASSERTION},
        {SL_STR_INIT("draft/2020-12/vocab/content"), VOCABULARY_OTHER},
    };
    if (cut_site(&uri))
        for (size_t i = 0; i < sizeof vocabularies / sizeof vocabularies[0]; i++)
            if (sl_str_equal(uri, vocabularies[i].path))
                return vocabularies[i].bits;
    return 0;
}

const char *dialect_draft_name(enum sl_schema_draft draft)
{
    static const char *const names[] = {"draft 2020-12", "draft 4",       "draft 6",
                                        "draft 7",       "draft 2019-09", "draft 2020-12"};
    return names[draft];
}
