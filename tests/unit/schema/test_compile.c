/* Schemas that are wrong, and what compiling one can lead to. */
#include "schema_kit.h"

#include "base/cleanup.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <sealift/text.h>

Test(schema_compile, refuses_what_makes_no_sense)
{
    static const struct {
        const char *schema, *message;
    } cases[] = {
        {"3", "schema.json:1:1: schema: a schema must be a map or a boolean, not a number"},
        {"{\n \"type\": \"strnig\"}", "schema.json:2:10: schema: there is no type \"strnig\""},
        {"{\"type\":[1]}", "schema.json:1:10: schema: a type must be a string, not a number"},
        {"{\"enum\":1}", "schema.json:1:9: schema: enum must be a list, not a number"},
        {"{\"minLength\":-1}", "schema.json:1:14: schema: minLength must be a whole number from 0"},
        {"{\"maxItems\":1.5}", "schema.json:1:13: schema: maxItems must be a whole number from 0"},
        {"{\"minimum\":\"1\"}", "schema.json:1:12: schema: minimum must be a number, not a string"},
        {"{\"multipleOf\":0}", "schema.json:1:15: schema: multipleOf must be above 0"},
        {"{\"properties\":[]}", "schema.json:1:15: schema: properties must be a map, not a list"},
        {"{\"properties\":{\"a\":\"string\"}}",
         "schema.json:1:20: schema: a schema must be a map or a boolean, not a string"},
        {"{\"required\":true}",
         "schema.json:1:13: schema: required must be a list of strings, not a boolean"},
        {"{\"required\":[1]}",
         "schema.json:1:14: schema: required must be a list of strings, not of a number"},
        {"{\"allOf\":[]}", "schema.json:1:10: schema: allOf must not be empty"},
        {"{\"items\":[{}]}", "schema.json:1:10: schema: items must be a schema, not a list"},
        {"{\"$ref\":1}", "schema.json:1:9: schema: $ref must be a string, not a number"},
        {"{\"$ref\":\"#/$defs/a\"}", "schema.json:1:9: schema: refers to #/$defs/a, which is not there"},
        {"{\"$ref\":\"#nowhere\"}", "schema.json:1:9: schema: refers to #nowhere, which is not there"},
        {"{\"$ref\":\"http://example.com/x.json\"}",
         "schema.json:1:9: schema: refers to http://example.com/x.json, which is not there"},
        {"{\"$schema\":1}", "schema.json:1:12: schema: $schema must be a string, not a number"},
        {"{\"$schema\":\"http://json-schema.org/draft-03/schema#\"}",
         "schema.json:1:12: schema: the draft http://json-schema.org/draft-03/schema# is not known"},
        {"{\"$defs\":{\"never used\":{\"pattern\":\"(\"}}}",
         "schema.json:1:35: schema: \"(\" is not a regular expression: missing closing parenthesis"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kit kit;
        kit_init(&kit);
        cr_expect_eq(kit_compile(&kit, cases[i].schema, NULL), -1, "%s", cases[i].schema);
        cr_expect_str_eq(kit.err.message, cases[i].message);
        kit_release(&kit);
    }
}

Test(schema_compile, tells_what_to_do_about_lists_of_items)
{
    struct kit kit;
    kit_init(&kit);
    cr_assert_eq(kit_compile(&kit, "{\"items\":[{}]}", NULL), -1);
    cr_assert(strstr(kit.err.hint, "prefixItems"));
    kit_release(&kit);
}

Test(schema_compile, takes_the_draft_of_the_options_where_the_schema_has_none)
{
    static const struct sl_schema_options options = {.draft = SL_DRAFT_7};
    struct kit kit;
    kit_init(&kit);
    cr_assert_eq(kit_compile(&kit, "{\"items\":[{\"type\":\"null\"}]}", &options), 0, "%s", kit.err.message);
    cr_assert_eq(kit_validate(&kit, "[1]"), 0);
    kit_release(&kit);
}

/* -- other documents -- */

struct library {
    struct kit *kit;
    unsigned asked;
};

static int load(void *context, struct sl_schema_source *out, struct sl_str uri, struct sl_err *err)
{
    static const struct {
        struct sl_str uri;
        const char *json;
    } documents[] = {
        {SL_STR_INIT("file:///s/types.json"), "{\"definitions\":{\"port\":{\"type\":\"integer\"},"
                                              "\"tuple\":{\"items\":[{\"type\":\"null\"}]}}}"},
        {SL_STR_INIT("file:///s/meta.json"),
         "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$vocabulary\":{"
         "\"https://json-schema.org/draft/2020-12/vocab/core\":true,"
         "\"https://json-schema.org/draft/2020-12/vocab/applicator\":true}}"},
        {SL_STR_INIT("file:///s/meta-unknown.json"),
         "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
         "\"$vocabulary\":{\"https://example.com/vocab\":true}}"},
        {SL_STR_INIT("file:///s/meta-circle.json"), "{\"$schema\":\"file:///s/meta-circle.json\"}"},
        {SL_STR_INIT("file:///s/typo.json"), "{\"definitions\":{\"a\":{\"type\":\"strnig\"}}}"},
    };
    struct library *library = context;
    library->asked++;
    if (sl_str_ends_with(uri, SL_STR("broken.json")))
        return sl_fail(err, SL_E_IO, "cannot be read");
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++)
        if (sl_str_equal(uri, documents[i].uri)) {
            *out = (struct sl_schema_source){.doc = &library->kit->doc,
                                             .root = kit_read(library->kit, documents[i].json)};
            return 1;
        }
    return 0;
}

static int compile_at(struct kit *kit, struct library *library, const char *schema)
{
    *library = (struct library){.kit = kit};
    struct sl_schema_options options = {.draft = SL_DRAFT_2020_12, .loader = {load, library}};
    struct sl_schema_source source = {
        .doc = &kit->doc, .root = kit_read(kit, schema), .uri = SL_STR("file:///s/main.json")};
    return sl_schema_compile(&kit->schema, &source, &options, &kit->err);
}

Test(schema_compile, loads_a_document_once_and_reads_it_by_the_draft_of_who_refers_to_it)
{
    struct kit kit;
    struct library library;
    kit_init(&kit);
    cr_assert_eq(compile_at(&kit, &library,
                            "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"properties\":{"
                            "\"a\":{\"$ref\":\"types.json#/definitions/port\"},"
                            "\"b\":{\"$ref\":\"./x/../types.json#/definitions/tuple\"}}}"),
                 0, "%s", kit.err.message);
    cr_assert_eq(library.asked, 1);
    cr_assert_eq(kit_validate(&kit, "{\"a\":\"x\",\"b\":[1]}"), 0);
    cr_assert_eq(sl_schema_report_count(kit.report), 2);
    cr_assert_str_eq(sl_schema_report_at(kit.report, 0)->location.ptr,
                     "file:///s/types.json#/definitions/port/type");
    kit_release(&kit);
}

Test(schema_compile, other_documents_can_be_wrong_in_many_ways)
{
    static const struct {
        const char *schema;
        enum sl_code code;
        const char *message;
    } cases[] = {
        {"{\"$ref\":\"nowhere.json\"}", SL_E_INPUT, "refers to file:///s/nowhere.json, which is not there"},
        {"{\"$ref\":\"broken.json\"}", SL_E_IO, "cannot be read"},
        {"{\"$ref\":\"typo.json#/definitions/a\"}", SL_E_INPUT, "there is no type \"strnig\""},
        {"{\"$schema\":\"file:///s/meta-unknown.json\"}", SL_E_UNSUPPORTED,
         "its metaschema requires the vocabulary https://example.com/vocab"},
        {"{\"$schema\":\"file:///s/meta-circle.json\"}", SL_E_INPUT,
         "a metaschema whose metaschemas have no end"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kit kit;
        struct library library;
        kit_init(&kit);
        cr_expect_eq(compile_at(&kit, &library, cases[i].schema), -1, "%s", cases[i].schema);
        cr_expect_eq(kit.err.code, cases[i].code, "%s: %d", cases[i].schema, kit.err.code);
        cr_expect(strstr(kit.err.message, cases[i].message), "%s", kit.err.message);
        kit_release(&kit);
    }
}

Test(schema_compile, a_vocabulary_that_is_left_out_checks_nothing)
{
    struct kit kit;
    struct library library;
    kit_init(&kit);
    cr_assert_eq(
        compile_at(&kit, &library,
                   "{\"$schema\":\"file:///s/meta.json\",\"type\":\"null\",\"properties\":{\"a\":false}}"),
        0, "%s", kit.err.message);
    cr_assert_eq(kit_validate(&kit, "1"), 1);
    cr_assert_eq(kit_validate(&kit, "{\"a\":1}"), 0);
    kit_release(&kit);
}

Test(schema_compile, formats_are_asserted_where_the_options_or_the_draft_say)
{
    static const struct {
        enum sl_schema_formats formats;
        const char *schema;
        int fits;
    } cases[] = {
        {SL_FORMATS_ANNOTATE, "{\"format\":\"date\"}", 1},
        {SL_FORMATS_ASSERT, "{\"format\":\"date\"}", 0},
        {SL_FORMATS_ASSERT, "{\"format\":\"nobody-knows\"}", 1},
        {SL_FORMATS_ASSERT, "{\"format\":\"idn-hostname\"}", 1},
        {SL_FORMATS_BY_DRAFT, "{\"format\":\"date\"}", 1},
        {SL_FORMATS_BY_DRAFT, "{\"$schema\":\"http://json-schema.org/draft-07/schema\",\"format\":\"date\"}",
         0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sl_schema_options options = {.formats = cases[i].formats};
        struct kit kit;
        kit_init(&kit);
        cr_assert_eq(kit_compile(&kit, cases[i].schema, &options), 0);
        cr_expect_eq(kit_validate(&kit, "\"2026-02-29\""), cases[i].fits, "%s", cases[i].schema);
        kit_release(&kit);
    }
}

/* -- hostile schemas -- */

Test(schema_compile, hostile_schemas_end)
{
    static const struct {
        const char *schema, *instance;
        bool refused;
    } cases[] = {
        {"{\"$ref\":\"#\"}", "1", true},
        {"{\"allOf\":[{\"$ref\":\"#\"}]}", "1", true},
        {"{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},\"b\":{\"$ref\":\"#/$defs/a\"}},\"$ref\":\"#/$defs/a\"}",
         "1", true},
        /* doubles at every step */
        {"{\"anyOf\":[{\"$ref\":\"#/$defs/a\"},{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":{\"anyOf\":["
         "{\"$ref\":\"#/$defs/b\"},{\"$ref\":\"#/$defs/b\"}]},\"b\":{\"not\":{\"$ref\":\"#\"}}}}",
         "1", true},
        {"{\"pattern\":\"^(a+)+$\"}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"", true},
        {"{\"multipleOf\":1234567890123456789.1}", "1e308", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct kit kit;
        kit_init(&kit);
        cr_assert_eq(kit_compile(&kit, cases[i].schema, NULL), 0, "%s", kit.err.message);
        int result = kit_validate(&kit, cases[i].instance);
        cr_expect_eq(result, cases[i].refused ? -1 : 0, "%s: %d", cases[i].schema, result);
        cr_expect(!cases[i].refused || kit.err.code == SL_E_LIMIT, "%s", kit.err.message);
        kit_release(&kit);
    }
}

/* Every alternative runs the one below it twice: 2 to the 40th. */
Test(schema_compile, alternatives_that_double_end)
{
    struct kit kit;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_MIB);
    kit_init(&kit);
    sl_buf_text(&text, "{\"$ref\":\"#/$defs/0\",\"$defs\":{");
    for (unsigned i = 0; i < 40; i++)
        sl_buf_printf(&text, "\"%u\":{\"allOf\":[{\"$ref\":\"#/$defs/%u\"},{\"$ref\":\"#/$defs/%u\"}]},", i,
                      i + 1, i + 1);
    sl_buf_text(&text, "\"40\":{\"type\":\"integer\"}}}");
    cr_assert_eq(kit_compile(&kit, text.ptr, NULL), 0, "%s", kit.err.message);
    cr_assert_eq(kit_validate(&kit, "1"), -1);
    cr_assert_eq(kit.err.code, SL_E_LIMIT);
    kit_release(&kit);
}

Test(schema_compile, no_chain_of_references_is_too_long_to_compile)
{
    struct kit kit;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, 8 * SL_MIB);
    kit_init(&kit);
    sl_buf_text(&text, "{\"$ref\":\"#a0\",\"$defs\":{");
    for (unsigned i = 0; i < 20000; i++)
        sl_buf_printf(&text, "\"%u\":{\"$anchor\":\"a%u\",\"$ref\":\"#a%u\"},", i, i, i + 1);
    sl_buf_text(&text, "\"end\":{\"$anchor\":\"a20000\"}}}");
    cr_assert_eq(kit_compile(&kit, text.ptr, NULL), 0, "%s", kit.err.message);
    cr_assert_eq(kit_validate(&kit, "1"), -1);
    cr_assert_eq(kit.err.code, SL_E_LIMIT);
    kit_release(&kit);
}

Test(schema_compile, documents_as_deep_as_they_may_be_are_checked)
{
    struct kit kit;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_MIB);
    kit_init(&kit);
    for (unsigned i = 0; i < SL_DOC_DEPTH_MAX - 1; i++)
        sl_buf_text(&text, "{\"a\":");
    sl_buf_text(&text, "1");
    for (unsigned i = 0; i < SL_DOC_DEPTH_MAX - 1; i++)
        sl_buf_text(&text, "}");
    cr_assert_eq(kit_compile(&kit,
                             "{\"anyOf\":[{\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#\"}},"
                             "{\"type\":\"string\"}]}",
                             NULL),
                 0);
    cr_assert_eq(kit_validate(&kit, text.ptr), 0, "%s", kit.err.message);
    kit_release(&kit);
}

Test(schema_compile, a_report_has_an_end)
{
    struct kit kit;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_MIB);
    kit_init(&kit);
    sl_buf_text(&text, "[1");
    for (unsigned i = 0; i < 2 * SL_SCHEMA_ERRORS_MAX; i++)
        sl_buf_text(&text, ",1");
    sl_buf_text(&text, "]");
    cr_assert_eq(kit_compile(&kit, "{\"items\":{\"type\":\"string\"}}", NULL), 0);
    cr_assert_eq(kit_validate(&kit, text.ptr), 0);
    cr_assert_eq(sl_schema_report_count(kit.report), SL_SCHEMA_ERRORS_MAX);
    cr_assert(sl_schema_report_is_cut(kit.report));
    kit_release(&kit);
}

/* Texts of three bytes a character, long enough to be cut everywhere. */
Test(schema_compile, messages_are_cut_between_characters)
{
    struct kit kit;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_MIB);
    kit_init(&kit);
    sl_buf_text(&text, "{\"anyOf\":[");
    for (unsigned i = 0; i < 5; i++) {
        sl_buf_printf(&text, "%s{\"properties\":{\"", i ? "," : "");
        for (unsigned j = 0; j < 80; j++)
            sl_buf_text(&text, "\u20ac");
        sl_buf_text(&text, "\":{\"enum\":[");
        for (unsigned j = 0; j < 20; j++)
            sl_buf_printf(&text, "%s\"%.*s\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac%u\"", j ? "," : "",
                          j == 0 ? (int)i : 0, "aaaa", i);
        sl_buf_text(&text, "]}}}");
    }
    sl_buf_text(&text, "]}");
    cr_assert_eq(kit_compile(&kit, text.ptr, NULL), 0, "%s", kit.err.message);
    sl_buf_reset(&text);
    sl_buf_text(&text, "{\"");
    for (unsigned j = 0; j < 80; j++)
        sl_buf_text(&text, "\u20ac");
    sl_buf_text(&text, "\":1}");
    cr_assert_eq(kit_validate(&kit, text.ptr), 0, "%s", kit.err.message);
    struct sl_str message = sl_schema_report_at(kit.report, 0)->message;
    cr_assert(sl_utf8_valid(message), "%s", message.ptr);
    cr_assert(sl_str_ends_with(message, SL_STR("; ...")), "%s", message.ptr);
    kit_release(&kit);
}
