#include <criterion/criterion.h>

#include "base/limits.h"
#include "doc/json.h"
#include <stdio.h>
#include <stdlib.h>

static struct sl_doc doc;
static struct sl_err err;

static void start(void)
{
    sl_doc_init(&doc);
}

static void stop(void)
{
    sl_doc_release(&doc);
}

TestSuite(json, .init = start, .fini = stop);

static struct sl_node *read_text(struct sl_str text)
{
    struct sl_node *root = NULL;
    sl_err_clear(&err);
    if (sl_json_read(&root, &doc, text, SL_STR("f.json"), &err) < 0)
        return NULL;
    return root;
}

/* What is read, written back for people with the white space taken out. */
static const struct {
    const char *text, *written;
} round_cases[] = {
    {"null", "null"},
    {" true ", "true"},
    {"false\n", "false"},
    {"[]", "[]"},
    {"{}", "{}"},
    {"[1,[2,[3]],{\"a\":[{}]}]", "[1,[2,[3]],{\"a\":[{}]}]"},
    {"{\"b\":1,\"a\":2}", "{\"b\":1,\"a\":2}"},
    {"0", "0"},
    {"-0", "0"},
    {"-0.0", "0"},
    {"-1", "-1"},
    {"9223372036854775807", "9223372036854775807"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"9223372036854775808", "9223372036854775808"},
    {"18446744073709551615", "18446744073709551615"},
    {"18446744073709551616", "18446744073709552000"},
    {"-9223372036854775809", "-9223372036854776000"},
    {"1.0", "1"},
    {"1.50", "1.5"},
    {"1e3", "1000"},
    {"1E+2", "100"},
    {"-1.25e-7", "-1.25e-7"},
    {"0.000001", "0.000001"},
    {"1e21", "1e+21"},
    {"1e20", "100000000000000000000"},
    {"5e-324", "5e-324"},
    {"1e-400", "0"},
    {"1.7976931348623157e308", "1.7976931348623157e+308"},
    {"123456789.123456789", "123456789.12345679"},
    {"5.684341886080802e-14", "5.684341886080802e-14"},
    {"\"\"", "\"\""},
    {"\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"a\\\"\\\\/\\b\\f\\n\\r\\t\""},
    {"\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"", "\"A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
    {"\"\\u0000x\"", "\"\\u0000x\""},
    {"\"\\u001F\"", "\"\\u001f\""},
    {"\"\xc3\xa9\xf0\x9f\x98\x80\x7f\"", "\"\xc3\xa9\xf0\x9f\x98\x80\x7f\""},
    {"\t[ 1 ,\r\n 2 ]", "[1,2]"},
    {"{\"a\" : {\"a\" : 1}}", "{\"a\":{\"a\":1}}"},
};

static void strip_layout(struct sl_buf *out, struct sl_str text)
{
    bool inside = false;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (byte == '"' && (i == 0 || text.ptr[i - 1] != '\\'))
            inside = !inside;
        if (inside || (byte != ' ' && byte != '\n'))
            sl_buf_byte(out, byte);
    }
}

Test(json, what_is_read_is_written)
{
    for (size_t i = 0; i < sizeof round_cases / sizeof round_cases[0]; i++) {
        struct sl_node *root = read_text(sl_str_from(round_cases[i].text));
        cr_assert_not_null(root, "%s: %s", round_cases[i].text, err.message);
        struct sl_buf out, stripped;
        sl_buf_init(&out, SL_KIB);
        sl_buf_init(&stripped, SL_KIB);
        cr_assert_eq(sl_json_write(&out, root, &err), 0);
        strip_layout(&stripped, sl_buf_view(&out));
        cr_expect_str_eq(stripped.ptr, round_cases[i].written);
        sl_buf_release(&out);
        sl_buf_release(&stripped);
    }
}

Test(json, numbers_keep_kind_and_source)
{
    static const struct {
        const char *text;
        enum sl_kind kind;
        const char *source;
    } cases[] = {
        {"12", SL_INT, ""},
        {"-0", SL_INT, "-0"},
        {"9223372036854775807", SL_INT, ""},
        {"9223372036854775808", SL_UINT, ""},
        {"18446744073709551616", SL_FLOAT, "18446744073709551616"},
        {"1.0", SL_FLOAT, "1.0"},
        {"1e2", SL_FLOAT, "1e2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct sl_node *node = read_text(sl_str_from(cases[i].text));
        cr_assert_not_null(node);
        cr_expect_eq(node->kind, cases[i].kind, "%s", cases[i].text);
        struct sl_str source = sl_node_source(node);
        cr_expect(sl_str_equal(source, sl_str_from(cases[i].source)), "%s", cases[i].text);
    }
}

static const struct {
    const char *text, *message, *hint;
} error_cases[] = {
    {"", "f.json:1:1: the text ends too early", ""},
    {" \n ", "f.json:2:2: the text ends too early", ""},
    {"[1,\n 2", "f.json:2:3: the text ends too early", ""},
    {"[1 2]", "f.json:1:4: expected \",\" or \"]\", found \"2\"", ""},
    {"{\"a\" 1}", "f.json:1:6: expected \":\", found \"1\"", ""},
    {"{a: 1}", "f.json:1:2: expected a key in double quotes, found \"a\"", ""},
    {"{\"a\":1,}", "f.json:1:8: expected a key, found \"}\"", "JSON has no comma behind the last item"},
    {"[1,]", "f.json:1:4: expected a value, found \"]\"", "JSON has no comma behind the last item"},
    {"['a']", "f.json:1:2: expected a value, found \"'\"", "JSON strings stand in double quotes"},
    {"[1] // x", "f.json:1:5: expected nothing more, found \"/\"", "JSON has no comments"},
    {"# x\n1", "f.json:1:1: expected a value, found \"#\"", "JSON has no comments"},
    {"\xef\xbb\xbf{}", "f.json:1:1: expected a value, found \"\\xef\"",
     "save the file as UTF-8 without a byte order mark"},
    {"1 1", "f.json:1:3: expected nothing more, found \"1\"", ""},
    {"tru", "f.json:1:1: expected a value, found \"t\"", ""},
    {"True", "f.json:1:1: expected a value, found \"T\"", ""},
    {"NaN", "f.json:1:1: expected a value, found \"N\"", ""},
    {"nullx", "f.json:1:5: expected nothing more, found \"x\"", ""},
    {"01", "f.json:1:1: a number that JSON does not allow", ""},
    {"-", "f.json:1:1: a number that JSON does not allow", ""},
    {"-01", "f.json:1:1: a number that JSON does not allow", ""},
    {"1.", "f.json:1:1: a number that JSON does not allow", ""},
    {"1.e1", "f.json:1:1: a number that JSON does not allow", ""},
    {"1e", "f.json:1:1: a number that JSON does not allow", ""},
    {"1e+", "f.json:1:1: a number that JSON does not allow", ""},
    {"+1", "f.json:1:1: expected a value, found \"+\"", ""},
    {".5", "f.json:1:1: expected a value, found \".\"", ""},
    {"0x10", "f.json:1:2: expected nothing more, found \"x\"", ""},
    {"1e400", "f.json:1:1: a number too large to be represented", ""},
    {"\"abc", "f.json:1:5: a string has no closing quote", ""},
    {"\"a\nb\"", "f.json:1:3: a string has no closing quote", ""},
    {"\"a\tb\"", "f.json:1:3: a control character inside a string", ""},
    {"\"\\x\"", "f.json:1:2: a backslash with nothing it could stand for", ""},
    {"\"\\", "f.json:1:2: a backslash with nothing it could stand for", ""},
    {"\"\\u12g4\"", "f.json:1:2: \\u needs four hexadecimal digits", ""},
    {"\"\\u12", "f.json:1:2: \\u needs four hexadecimal digits", ""},
    {"\"\\ud800\"", "f.json:1:2: half of a surrogate pair stands alone", ""},
    {"\"\\udc00\"", "f.json:1:2: half of a surrogate pair stands alone", ""},
    {"\"\\ud800\\u0041\"", "f.json:1:2: half of a surrogate pair stands alone", ""},
    {"\"\xc3\xa9\xff\"", "f.json:1:3: bytes that are not UTF-8", ""},
    {"\"\xed\xa0\x80\"", "f.json:1:2: bytes that are not UTF-8", ""},
    {"{\"\xc3\xa9\": 1, \"a\": 1,\n \"a\": 2}", "f.json:2:2: key \"a\" stands here again, first at 1:10", ""},
    {"{\"a\": 1, \"\\u0061\": 2}", "f.json:1:10: key \"a\" stands here again, first at 1:2", ""},
    {"]", "f.json:1:1: expected a value, found \"]\"", ""},
    {"[}", "f.json:1:2: expected a value, found \"}\"", ""},
};

Test(json, errors_name_the_place_and_help)
{
    for (size_t i = 0; i < sizeof error_cases / sizeof error_cases[0]; i++) {
        cr_expect_null(read_text(sl_str_from(error_cases[i].text)), "%s", error_cases[i].text);
        cr_expect_str_eq(err.message, error_cases[i].message);
        cr_expect_str_eq(err.hint, error_cases[i].hint);
        cr_expect_eq(err.code, SL_E_INPUT);
    }
}

Test(json, a_nul_byte_is_no_end_of_text)
{
    cr_expect_null(read_text((struct sl_str){"1\0 2", 4}));
    cr_expect_str_eq(err.message, "f.json:1:2: expected nothing more, found \"\\x00\"");
    cr_expect_null(read_text((struct sl_str){"\"a\0\"", 4}));
    cr_expect_str_eq(err.message, "f.json:1:3: a control character inside a string");
}

Test(json, every_node_and_key_has_its_place)
{
    struct sl_node *root = read_text(SL_STR("{\"\xc3\xa9\xc3\xa9\": [1,\n  \"x\"]}"));
    const struct sl_node *list = root->as.entries[0].value;
    char where[64];
    cr_expect_str_eq(sl_mark_text(where, sizeof where, &doc, root->mark), "f.json:1:1");
    cr_expect_str_eq(sl_mark_text(where, sizeof where, &doc, root->as.entries[0].key_mark), "f.json:1:2");
    cr_expect_str_eq(sl_mark_text(where, sizeof where, &doc, list->mark), "f.json:1:8");
    cr_expect_str_eq(sl_mark_text(where, sizeof where, &doc, list->as.items[0]->mark), "f.json:1:9");
    cr_expect_str_eq(sl_mark_text(where, sizeof where, &doc, list->as.items[1]->mark), "f.json:2:3");
}

/* `count` times "[" and as many "]". */
static char *brackets(size_t count)
{
    char *text = malloc(2 * count);
    memset(text, '[', count);
    memset(text + count, ']', count);
    return text;
}

Test(json, nesting_is_limited)
{
    const size_t depth = SL_DOC_DEPTH_MAX;
    char *text = brackets(depth + 1);
    cr_expect_null(read_text((struct sl_str){text, 2 * depth + 2}));
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_str_eq(err.message, "f.json:1:513: nested deeper than 512 levels");
    struct sl_node *root = read_text((struct sl_str){text + 1, 2 * depth});
    cr_assert_not_null(root, "%s", err.message);
    struct sl_buf out;
    sl_buf_init(&out, SL_KIB);
    cr_expect_eq(sl_json_write_canonical(&out, root, &err), 0);
    cr_expect_eq(out.len, 2 * depth);
    sl_buf_release(&out);
    free(text);
}

Test(json, a_duplicate_is_found_in_a_large_map_too)
{
    struct sl_buf text;
    sl_buf_init(&text, SL_MIB);
    sl_buf_byte(&text, '{');
    for (int i = 0; i < 1000; i++)
        sl_buf_printf(&text, "\"k%d\":%d,\n", (i * 7919) % 1000, i);
    size_t before = text.len;
    sl_buf_text(&text, "\"last\":0}");
    cr_expect_not_null(read_text(sl_buf_view(&text)));
    text.len = before;
    sl_buf_text(&text, "\"k919\":0}");
    cr_expect_null(read_text(sl_buf_view(&text)));
    cr_expect_str_eq(err.message, "f.json:1001:1: key \"k919\" stands here again, first at 2:1");
    sl_buf_release(&text);
}

static const char *const canonical_cases[] = {
    "null",
    "0",
    "-1",
    "9007199254740991",
    "-9007199254740991",
    "[]",
    "{}",
    "[1,2,{\"a\":[],\"b\":\"\"}]",
    "\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0000\\u001f\x7f\"",
    "\"\xc3\xa9\xf0\x9f\x98\x80\xe2\x80\xa8\"",
    "{\"\":1,\"A\":1,\"a\":1,\"ab\":1,\"b\":1,\"\xc3\xa9\":1,\"\xef\xbf\xbd\":1,\"\xf0\x90\x80\x80\":1}",
};

Test(json, canonical_text_is_read_and_written_to_the_byte)
{
    for (size_t i = 0; i < sizeof canonical_cases / sizeof canonical_cases[0]; i++) {
        struct sl_node *root = NULL;
        struct sl_str text = sl_str_from(canonical_cases[i]);
        cr_assert_eq(sl_json_read_canonical(&root, &doc, text, SL_STR("m"), &err), 0, "%s", err.message);
        struct sl_buf out;
        sl_buf_init(&out, SL_KIB);
        cr_assert_eq(sl_json_write_canonical(&out, root, &err), 0);
        cr_expect_str_eq(out.ptr, canonical_cases[i]);
        sl_buf_release(&out);
    }
}

static const struct {
    const char *text, *message;
} refusals[] = {
    {" 1", "m:1:2: white space, which canonical JSON does not have"},
    {"1\n", "m:2:1: white space, which canonical JSON does not have"},
    {"[1, 2]", "m:1:5: white space, which canonical JSON does not have"},
    {"[ ]", "m:1:3: white space, which canonical JSON does not have"},
    {"{\"a\" :1}", "m:1:6: white space, which canonical JSON does not have"},
    {"{\"a\": 1}", "m:1:7: white space, which canonical JSON does not have"},
    {"{\"a\":1 }", "m:1:8: white space, which canonical JSON does not have"},
    {"{\"b\":1,\"a\":2}", "m:1:8: a key that does not come after the one before, as canonical JSON has it"},
    {"{\"a\":1,\"a\":2}", "m:1:8: a key that does not come after the one before, as canonical JSON has it"},
    {"{\"ab\":1,\"a\":2}", "m:1:9: a key that does not come after the one before, as canonical JSON has it"},
    {"-0", "m:1:1: a number that canonical JSON does not write like this"},
    {"1.0", "m:1:1: a number that canonical JSON does not write like this"},
    {"1e2", "m:1:1: a number that canonical JSON does not write like this"},
    {"9007199254740992", "m:1:1: a number that canonical JSON does not write like this"},
    {"-9007199254740992", "m:1:1: a number that canonical JSON does not write like this"},
    {"18446744073709551615", "m:1:1: a number that canonical JSON does not write like this"},
    {"\"\\/\"", "m:1:2: an escape that canonical JSON writes in a shorter way"},
    {"\"\\u0041\"", "m:1:2: an escape that canonical JSON writes in a shorter way"},
    {"\"\\u000a\"", "m:1:2: an escape that canonical JSON writes in a shorter way"},
    {"\"\\u001F\"", "m:1:2: an escape that canonical JSON writes in a shorter way"},
    {"\"\\u00e9\"", "m:1:2: an escape that canonical JSON writes in a shorter way"},
    {"\"\\ud83d\\ude00\"", "m:1:2: an escape that canonical JSON writes in a shorter way"},
    {"[1,]", "m:1:4: expected a value, found \"]\""},
    {"", "m:1:1: the text ends too early"},
    {"1x", "m:1:2: expected nothing more, found \"x\""},
};

Test(json, what_is_not_canonical_is_refused)
{
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct sl_node *root = NULL;
        struct sl_str text = sl_str_from(refusals[i].text);
        cr_expect_eq(sl_json_read_canonical(&root, &doc, text, SL_STR("m"), &err), -1, "%s",
                     refusals[i].text);
        cr_expect_eq(err.code, SL_E_REFUSED, "%s", refusals[i].text);
        cr_expect_str_eq(err.message, refusals[i].message);
    }
}

Test(json, the_canonical_writer_sorts_and_refuses_other_numbers)
{
    struct sl_buf out;
    sl_buf_init(&out, SL_KIB);
    cr_assert_eq(sl_json_write_canonical(&out, read_text(SL_STR("{\"b\":1,\"a\":{\"d\":1,\"c\":2}}")), &err),
                 0);
    cr_expect_str_eq(out.ptr, "{\"a\":{\"c\":2,\"d\":1},\"b\":1}");
    static const char *const wrong[] = {"1.5", "[9007199254740992]", "18446744073709551615"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect_eq(sl_json_write_canonical(&out, read_text(sl_str_from(wrong[i])), &err), -1);
        cr_expect_eq(err.code, SL_E_INPUT);
    }
    struct sl_node *map = sl_node_map(&doc);
    cr_assert_eq(sl_map_add(&doc, map, SL_STR("a"), sl_node_null(&doc), &err), 0);
    cr_assert_eq(sl_map_add(&doc, map, SL_STR("a"), sl_node_null(&doc), &err), 0);
    cr_expect_eq(sl_json_write_canonical(&out, map, &err), -1);
    cr_expect_eq(err.code, SL_E_INTERNAL);
    sl_buf_release(&out);
}

Test(json, the_layout_for_people)
{
    struct sl_buf out;
    sl_buf_init(&out, SL_KIB);
    cr_assert_eq(sl_json_write(&out, read_text(SL_STR("{\"b\":[1,{}],\"a\":[]}")), &err), 0);
    cr_expect_str_eq(out.ptr, "{\n  \"b\": [\n    1,\n    {}\n  ],\n  \"a\": []\n}\n");
    sl_buf_release(&out);
}

Test(json, the_number_of_values_is_limited)
{
    doc.node_count = SL_DOC_NODES_MAX - 2;
    cr_expect_null(read_text(SL_STR("[1,\n\"x\"]")));
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_str_eq(err.message, "f.json:2:1: more than 8000000 values in one document");
}

Test(json, a_text_over_the_limit_is_not_copied)
{
    /* Never read beyond its first bytes: only the length counts. */
    struct sl_str huge = {"[]", SL_DOC_BYTES_MAX + 1};
    cr_expect_null(read_text(huge));
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_eq(doc.arena.used < SL_MIB, true);
}
