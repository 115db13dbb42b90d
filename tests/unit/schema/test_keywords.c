/* Each keyword: what fits, what does not, and what is said about it. */
#include "schema_kit.h"

#include "base/limits.h"

#include <criterion/criterion.h>

#define D4 "\"$schema\":\"http://json-schema.org/draft-04/schema#\""
#define D7 "\"$schema\":\"http://json-schema.org/draft-07/schema#\""
#define D9 "\"$schema\":\"https://json-schema.org/draft/2019-09/schema\""

struct keyword_case {
    const char *schema, *instance, *best;
};

static void run_cases(const struct keyword_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct kit kit;
        kit_init(&kit);
        cr_assert_eq(kit_compile(&kit, cases[i].schema, NULL), 0, "%s: %s", cases[i].schema, kit.err.message);
        int result = kit_validate(&kit, cases[i].instance);
        cr_expect_eq(result, cases[i].best[0] == '\0', "%s against %s: %d %s", cases[i].instance,
                     cases[i].schema, result, kit.err.message);
        cr_expect_str_eq(kit_best(&kit), cases[i].best, "%s against %s: %s", cases[i].instance,
                         cases[i].schema, kit_best(&kit));
        kit_release(&kit);
    }
}

#define RUN(cases) run_cases(cases, sizeof(cases) / sizeof(cases)[0])

Test(schema_keywords, of_one_value)
{
    static const struct keyword_case cases[] = {
        {"true", "1", ""},
        {"false", "1", ": nothing is allowed here [false]"},
        {"{\"type\":\"integer\"}", "1.0", ""},
        {"{\"type\":\"integer\"}", "1e3", ""},
        {"{\"type\":\"integer\"}", "1.5", ": must be an integer, not 1.5 [type]"},
        {"{\"type\":[\"string\",\"null\"]}", "null", ""},
        {"{\"type\":[\"string\",\"null\"]}", "{}", ": must be null or a string, not a map [type]"},
        {"{\"const\":1}", "1.0", ""},
        {"{\"const\":{\"a\":[1]}}", "{\"a\":[1.0]}", ""},
        {"{\"const\":{\"a\":[1]}}", "{\"a\":[2]}", ": must be exactly what the schema's const is [const]"},
        {"{\"const\":\"x\"}", "\"y\"", ": must be \"x\", not \"y\" [const]"},
        {"{\"enum\":[\"prod\",\"staging\"]}", "\"prod\"", ""},
        {"{\"enum\":[\"prod\",\"staging\"]}", "\"stagin\"",
         ": must be one of \"prod\", \"staging\", not \"stagin\"; did you mean \"staging\"? [enum]"},
        {"{\"enum\":[1,null]}", "true", ": must be one of 1, null, not true [enum]"},
        {"{\"enum\":[]}", "1", ": nothing is allowed here: the schema's enum is empty [enum]"},
        {"{\"minimum\":1}", "1", ""},
        {"{\"minimum\":1}", "0", ": must be at least 1, not 0 [minimum]"},
        {"{\"maximum\":1.5}", "1.50000000000000000001",
         ": must be at most 1.5, not 1.50000000000000000001 [maximum]"},
        {"{\"exclusiveMinimum\":0}", "0", ": must be above 0, not 0 [exclusiveMinimum]"},
        {"{\"exclusiveMaximum\":0}", "0", ": must be below 0, not 0 [exclusiveMaximum]"},
        {"{" D4 ",\"minimum\":0,\"exclusiveMinimum\":true}", "0", ": must be above 0, not 0 [minimum]"},
        {"{" D4 ",\"minimum\":0,\"exclusiveMinimum\":false}", "0", ""},
        {"{\"minimum\":0}", "\"text\"", ""},
        {"{\"multipleOf\":0.01}", "19.99", ""},
        {"{\"multipleOf\":0.01}", "0.015", ": must be a multiple of 0.01, not 0.015 [multipleOf]"},
        {"{\"multipleOf\":1000000000000000000000}", "3000000000000000000000", ""},
        {"{\"multipleOf\":1234567890123456789012345}", "2469135780246913578024690", ""},
        {"{\"multipleOf\":1234567890123456789012345}", "2469135780246913578024691",
         ": must be a multiple of 1234567890123456789012345, not 2469135780246913578024691 [multipleOf]"},
        {"{\"minLength\":2}", "\"\\ud83d\\ude00\"", ": must have at least 2 characters, not 1 [minLength]"},
        {"{\"maxLength\":1}", "\"\\ud83d\\ude00\"", ""},
        {"{\"maxLength\":1}", "\"ab\"", ": must have at most 1 character, not 2 [maxLength]"},
        {"{\"pattern\":\"^[a-z]+$\"}", "\"abc\"", ""},
        {"{\"pattern\":\"^[a-z]+$\"}", "\"a\\n\"",
         ": \"a\\x0a\" does not match the pattern \"^[a-z]+$\" [pattern]"},
        {"{\"pattern\":\"^[\\\\d-_]+$\"}", "\"4-_\"", ""},
        {"{\"pattern\":\"^\\\\p{Script=Greek}+$\"}", "\"\\u03b1\"", ""},
        {"{\"pattern\":\"^[^\\\\S]$\"}", "\"\\u00a0\"", ""},
        {"{\"format\":\"date\"}", "\"yesterday\"", ""},
    };
    RUN(cases);
}

Test(schema_keywords, of_lists)
{
    static const struct keyword_case cases[] = {
        {"{\"minItems\":1}", "[]", ": must have at least 1 item, not 0 [minItems]"},
        {"{\"maxItems\":1}", "[1,2]", ": must have at most 1 item, not 2 [maxItems]"},
        {"{\"uniqueItems\":true}", "[1,2,1.0]",
         ": items 0 and 2 are the same, and each may be there only once [uniqueItems]"},
        {"{\"uniqueItems\":true}", "[1,2,3,4,5,6,7,8,9,10,\"1\",{\"a\":1,\"b\":2},{\"b\":2,\"a\":1.0}]",
         ": items 11 and 12 are the same, and each may be there only once [uniqueItems]"},
        {"{\"uniqueItems\":true}", "[1,true,0,false,[1],[true],{\"a\":1},{\"a\":true},\"1\",null]", ""},
        {"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":{\"type\":\"integer\"}}", "[\"a\",1]", ""},
        {"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":{\"type\":\"integer\"}}", "[\"a\",1,\"b\"]",
         "/2: must be an integer, not a string [type]"},
        {"{\"prefixItems\":[true],\"items\":false}", "[1,2]", ": must have at most 1 items, not 2 [items]"},
        {"{" D7 ",\"items\":[true],\"additionalItems\":{\"type\":\"string\"}}", "[1,2]",
         "/1: must be a string, not 2 [type]"},
        {"{\"contains\":{\"type\":\"string\"}}", "[1]",
         ": must contain at least 1 item that fits, and has 0 [contains]"},
        {"{\"contains\":{\"type\":\"string\"},\"minContains\":0}", "[1]", ""},
        {"{\"contains\":{\"type\":\"string\"},\"maxContains\":1}", "[\"a\",\"b\"]",
         ": must contain at most 1 item that fits, and has 2 [contains]"},
        {"{\"prefixItems\":[true],\"contains\":{\"type\":\"string\"},\"unevaluatedItems\":false}",
         "[1,\"a\"]", ""},
        {"{\"prefixItems\":[true],\"unevaluatedItems\":false}", "[1,2]",
         ": item 1 is not known here [unevaluatedItems]"},
        {"{\"items\":{\"type\":\"string\"}}", "{}", ""},
    };
    RUN(cases);
}

Test(schema_keywords, of_maps)
{
    static const struct keyword_case cases[] = {
        {"{\"required\":[\"name\"]}", "{}", ": lacks the required member \"name\" [required]"},
        {"{\"required\":[\"replicas\"]}", "{\"replcas\":1}",
         ": lacks the required member \"replicas\"; is \"replcas\" meant? [required]"},
        {"{\"properties\":{\"a\":{\"type\":\"string\"}}}", "{\"a\":1}", "/a: must be a string, not 1 [type]"},
        {"{\"properties\":{\"a/b~c\":false}}", "{\"a/b~c\":1}", "/a~1b~0c: nothing is allowed here [false]"},
        {"{\"properties\":{\"replicas\":true,\"image\":true},\"additionalProperties\":false}",
         "{\"replcas\":3}",
         "/replcas: the member \"replcas\" is not known here; did you mean \"replicas\"? [additionalProperties]"},
        {"{\"properties\":{\"replicas\":true},\"additionalProperties\":false}",
         "{\"replicas\":1,\"replcas\":3}",
         "/replcas: the member \"replcas\" is not known here [additionalProperties]"},
        {"{\"additionalProperties\":{\"type\":\"string\"}}", "{\"x\":1}",
         "/x: must be a string, not 1 [type]"},
        {"{\"patternProperties\":{\"^x-\":true},\"additionalProperties\":false}", "{\"x-a\":1}", ""},
        {"{\"patternProperties\":{\"^x-\":{\"type\":\"null\"}}}", "{\"x-a\":1}",
         "/x-a: must be null, not 1 [type]"},
        {"{\"propertyNames\":{\"maxLength\":2}}", "{\"abc\":1}",
         "/abc: the name \"abc\" is not one that is allowed [propertyNames]"},
        {"{\"minProperties\":1}", "{}", ": must have at least 1 member, not 0 [minProperties]"},
        {"{\"maxProperties\":0}", "{\"a\":1}", ": must have at most 0 members, not 1 [maxProperties]"},
        {"{\"dependentRequired\":{\"tls\":[\"cert\"]}}", "{\"tls\":1}",
         ": lacks \"cert\", which is required where there is \"tls\" [dependentRequired]"},
        {"{\"dependentSchemas\":{\"tls\":{\"required\":[\"cert\"]}}}", "{\"tls\":1}",
         ": lacks the required member \"cert\" [required]"},
        {"{" D7 ",\"dependencies\":{\"a\":[\"b\"],\"c\":{\"maxProperties\":1}}}", "{\"c\":1,\"d\":1}",
         ": must have at most 1 member, not 2 [maxProperties]"},
        {"{\"allOf\":[{\"properties\":{\"a\":true}}],\"unevaluatedProperties\":false}", "{\"a\":1}", ""},
        {"{\"allOf\":[{\"properties\":{\"a\":true}}],\"unevaluatedProperties\":false}", "{\"b\":1}",
         "/b: the member \"b\" is not known here [unevaluatedProperties]"},
        {"{\"anyOf\":[{\"properties\":{\"a\":{\"const\":1}},\"required\":[\"a\"]},{\"properties\":{\"b\":true}}],"
         "\"unevaluatedProperties\":false}",
         "{\"a\":2,\"b\":1}", "/a: the member \"a\" is not known here [unevaluatedProperties]"},
    };
    RUN(cases);
}

Test(schema_keywords, that_hold_other_schemas)
{
    static const struct keyword_case cases[] = {
        {"{\"allOf\":[{\"minimum\":1},{\"maximum\":3}]}", "4", ": must be at most 3, not 4 [maximum]"},
        {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}]}", "null",
         ": fits none of 2 alternatives: must be a string, not null; or must be an integer, not null [anyOf]"},
        /* The alternative of the right type is the one that was meant. */
        {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"required\":[\"port\"]}]}", "{}",
         ": lacks the required member \"port\" [required]"},
        /* So is the one whose constant member fits. */
        {"{\"oneOf\":[{\"properties\":{\"kind\":{\"const\":\"a\"},\"x\":{\"type\":\"string\"}}},"
         "{\"properties\":{\"kind\":{\"const\":\"b\"},\"x\":{\"type\":\"integer\"}}}]}",
         "{\"kind\":\"b\",\"x\":true}", "/x: must be an integer, not a boolean [type]"},
        {"{\"oneOf\":[{\"minimum\":1},{\"minimum\":2}]}", "3",
         ": fits alternatives 1 and 2, and must fit exactly one [oneOf]"},
        {"{\"oneOf\":[{\"minimum\":1},{\"minimum\":2}]}", "1", ""},
        {"{\"not\":{\"type\":\"null\"}}", "null", ": is what the schema says it must not be [not]"},
        {"{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":1},\"else\":{\"minimum\":1}}", "\"\"",
         ": must have at least 1 character, not 0 [minLength]"},
        {"{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":1},\"else\":{\"minimum\":1}}", "0",
         ": must be at least 1, not 0 [minimum]"},
        {"{\"$defs\":{\"p\":{\"type\":\"integer\"}},\"properties\":{\"a\":{\"$ref\":\"#/$defs/p\"}}}",
         "{\"a\":\"x\"}", "/a: must be an integer, not a string [type]"},
        {"{\"$defs\":{\"p\":{\"$anchor\":\"port\",\"type\":\"integer\"}},\"$ref\":\"#port\"}", "\"x\"",
         ": must be an integer, not a string [type]"},
        {"{\"properties\":{\"child\":{\"$ref\":\"#\"},\"n\":{\"type\":\"integer\"}}}",
         "{\"child\":{\"child\":{\"n\":true}}}", "/child/child/n: must be an integer, not a boolean [type]"},
        /* Up to draft 7 nothing counts beside a reference. */
        {"{" D7 ",\"definitions\":{\"a\":true},\"$ref\":\"#/definitions/a\",\"type\":\"null\"}", "1", ""},
        {"{" D9 ",\"$defs\":{\"a\":true},\"$ref\":\"#/$defs/a\",\"type\":\"null\"}", "1",
         ": must be null, not 1 [type]"},
        {"{\"$id\":\"https://example.com/a\",\"$ref\":\"b\",\"$defs\":{\"b\":{\"$id\":\"b\",\"type\":\"null\"}}}",
         "1", ": must be null, not 1 [type]"},
        {"{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}", "{\"minLength\":-1}",
         "/minLength: must be at least 0, not -1 [minimum]"},
        {"{\"$ref\":\"http://json-schema.org/draft-07/schema#\"}", "{\"items\":{\"type\":\"text\"}}",
         "/items/type: fits none of 2 alternatives: must be one of \"array\", \"boolean\", \"integer\", "
         "\"null\", \"number\", \"object\", \"string\", not \"text\"; or must be a list, not a string [anyOf]"},
        {"{\"$schema\":\"http://json-schema.org/schema#\",\"prefixItems\":[{\"type\":\"null\"}]}", "[1]",
         "/0: must be null, not 1 [type]"},
    };
    RUN(cases);
}

Test(schema_keywords, the_best_error_comes_first)
{
    struct kit kit;
    kit_init(&kit);
    cr_assert_eq(
        kit_compile(&kit,
                    "{\"properties\":{\"a\":{\"properties\":{\"b\":{\"type\":\"string\"}}},"
                    "\"replicas\":{\"type\":\"integer\"},\"c\":{\"anyOf\":[{\"const\":1},{\"const\":2}]}},"
                    "\"additionalProperties\":false,\"required\":[\"name\"]}",
                    NULL),
        0);
    cr_assert_eq(kit_validate(&kit, "{\"c\":3,\"a\":{\"b\":1},\"replcas\":1}"), 0);
    static const char *const pointers[] = {"/replcas", "", "/a/b", "/c"};
    cr_assert_eq(sl_schema_report_count(kit.report), 4);
    for (size_t i = 0; i < 4; i++)
        cr_expect_str_eq(sl_schema_report_at(kit.report, i)->instance.ptr, pointers[i]);
    kit_release(&kit);
}

Test(schema_keywords, errors_name_the_place_in_both_documents)
{
    struct kit kit;
    kit_init(&kit);
    cr_assert_eq(
        kit_compile(&kit,
                    "{\"$id\":\"https://example.com/s\",\"properties\":{\"a\":{\"$ref\":\"#/$defs/x~1y\"}},"
                    "\"$defs\":{\"x/y\":{\"items\":{\"minimum\":3}}}}",
                    NULL),
        0);
    cr_assert_eq(kit_validate(&kit, "{\n  \"a\": [4,\n    2]\n}"), 0);
    const struct sl_schema_error *error = sl_schema_report_at(kit.report, 0);
    cr_expect_str_eq(error->location.ptr, "https://example.com/s#/$defs/x~1y/items/minimum");
    cr_expect_str_eq(error->instance.ptr, "/a/1");
    cr_expect_eq(error->mark.line, 3);
    cr_expect_eq(error->mark.column, 5);
    kit_release(&kit);
}

/* "KEY0": 0, "KEY1": 0 and so on, in braces. */
static void write_members(struct sl_buf *out, const char *key, int count)
{
    for (int i = 0; i < count; i++)
        sl_buf_printf(out, "%s\"%s%d\": {}", i ? ", " : "{", key, i);
    sl_buf_text(out, "}");
}

Test(keywords, hints_among_many_names_end_and_say_so, .timeout = 60)
{
    enum { NAMES = 30000 };
    struct kit kit;
    struct sl_buf schema, instance;
    kit_init(&kit);
    sl_buf_init(&schema, 16 * SL_MIB);
    sl_buf_init(&instance, 16 * SL_MIB);
    sl_buf_text(&schema, "{\"additionalProperties\": false, \"properties\": ");
    write_members(&schema, "someLongKey", NAMES);
    sl_buf_text(&schema, "}");
    write_members(&instance, "otherLongKey", NAMES);
    cr_assert_eq(kit_compile(&kit, schema.ptr, NULL), 0, "%s", kit.err.message);
    cr_assert_eq(kit_validate(&kit, instance.ptr), 0, "%s", kit.err.message);
    size_t told = 0;
    for (size_t i = 0; i < sl_schema_report_count(kit.report); i++)
        told += sl_str_equal(sl_schema_report_at(kit.report, i)->hint,
                             SL_STR("there are too many names to look for the one that is meant"));
    cr_expect(told > 10 && told < sl_schema_report_count(kit.report), "%zu", told);
    kit_release(&kit);
    sl_buf_release(&schema);
    sl_buf_release(&instance);
}
