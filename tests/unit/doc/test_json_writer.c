#include <criterion/criterion.h>

#include "base/limits.h"
#include <sealift/json.h>

static void write_sample(struct sl_json *json)
{
    sl_json_map(json);
    sl_json_key_text(json, "name", SL_STR("a\tb"));
    sl_json_key(json, "list");
    sl_json_list(json);
    sl_json_integer(json, -7);
    sl_json_unsigned(json, UINT64_MAX);
    sl_json_null(json);
    sl_json_map(json);
    sl_json_end(json);
    sl_json_list(json);
    sl_json_end(json);
    sl_json_end(json);
    sl_json_key_unsigned(json, "size", 12);
    sl_json_key_bool(json, "ok", true);
    sl_json_end(json);
}

static const struct {
    enum sl_json_style style;
    const char *expected;
} style_cases[] = {
    {SL_JSON_COMPACT,
     "{\"name\":\"a\\tb\",\"list\":[-7,18446744073709551615,null,{},[]],\"size\":12,\"ok\":true}"},
    {SL_JSON_INDENTED,
     "{\n  \"name\": \"a\\tb\",\n  \"list\": [\n    -7,\n    18446744073709551615,\n    null,\n"
     "    {},\n    []\n  ],\n  \"size\": 12,\n  \"ok\": true\n}\n"},
};

Test(json_writer, one_document_in_both_styles)
{
    for (size_t i = 0; i < sizeof style_cases / sizeof style_cases[0]; i++) {
        struct sl_buf out;
        struct sl_json json;
        struct sl_err err = {0};
        sl_buf_init(&out, SL_KIB);
        sl_json_begin(&json, &out, style_cases[i].style);
        write_sample(&json);
        cr_assert_eq(sl_json_close(&json, &err), 0, "%s", err.message);
        cr_expect_str_eq(out.ptr, style_cases[i].expected);
        sl_buf_release(&out);
    }
}

static const struct {
    const char *text;
    size_t len;
    const char *expected;
} string_cases[] = {
    {"", 0, "\"\""},
    {"plain", 5, "\"plain\""},
    {"\"\\/", 3, "\"\\\"\\\\/\""},
    {"\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\""},
    {"\0\x01\x1f", 3, "\"\\u0000\\u0001\\u001f\""},
    {"\x7f", 1, "\"\x7f\""},
    {"\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80", 9, "\"\xc3\xa9\xe2\x80\xa8\xf0\x9f\x98\x80\""},
    {"a\xff\xc3", 3, "\"a\xef\xbf\xbd\xef\xbf\xbd\""},
    {"\xed\xa0\x80", 3, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
};

Test(json_writer, strings_get_the_shortest_escapes)
{
    for (size_t i = 0; i < sizeof string_cases / sizeof string_cases[0]; i++) {
        struct sl_buf out;
        sl_buf_init(&out, SL_KIB);
        sl_buf_json_string(&out, (struct sl_str){string_cases[i].text, string_cases[i].len});
        cr_expect_str_eq(out.ptr, string_cases[i].expected, "case %zu: %s", i, out.ptr);
        sl_buf_release(&out);
    }
}

static void nothing(struct sl_json *json)
{
    (void)json;
}

static void two_roots(struct sl_json *json)
{
    sl_json_null(json);
    sl_json_null(json);
}

static void open_end(struct sl_json *json)
{
    sl_json_list(json);
}

static void end_too_many(struct sl_json *json)
{
    sl_json_list(json);
    sl_json_end(json);
    sl_json_end(json);
}

static void value_without_key(struct sl_json *json)
{
    sl_json_map(json);
    sl_json_null(json);
    sl_json_end(json);
}

static void key_without_value(struct sl_json *json)
{
    sl_json_map(json);
    sl_json_key(json, "a");
    sl_json_end(json);
}

static void two_keys(struct sl_json *json)
{
    sl_json_map(json);
    sl_json_key(json, "a");
    sl_json_key(json, "b");
    sl_json_null(json);
    sl_json_end(json);
}

static void key_in_list(struct sl_json *json)
{
    sl_json_list(json);
    sl_json_key(json, "a");
    sl_json_null(json);
    sl_json_end(json);
}

static void key_at_root(struct sl_json *json)
{
    sl_json_key(json, "a");
    sl_json_null(json);
}

static void too_deep(struct sl_json *json)
{
    for (int i = 0; i <= SL_JSON_WRITER_DEPTH; i++)
        sl_json_list(json);
    for (int i = 0; i <= SL_JSON_WRITER_DEPTH; i++)
        sl_json_end(json);
}

static void (*const misuses[])(struct sl_json *) = {
    nothing,           two_roots, open_end,    end_too_many, value_without_key,
    key_without_value, two_keys,  key_in_list, key_at_root,  too_deep,
};

Test(json_writer, misuse_is_remembered_until_close)
{
    for (size_t i = 0; i < sizeof misuses / sizeof misuses[0]; i++) {
        struct sl_buf out;
        struct sl_json json;
        struct sl_err err = {0};
        sl_buf_init(&out, SL_KIB);
        sl_json_begin(&json, &out, SL_JSON_COMPACT);
        misuses[i](&json);
        cr_expect_eq(sl_json_close(&json, &err), -1, "misuse %zu", i);
        cr_expect_eq(err.code, SL_E_INTERNAL, "misuse %zu", i);
        sl_buf_release(&out);
    }
}

Test(json_writer, nesting_up_to_the_limit_works)
{
    struct sl_buf out;
    struct sl_json json;
    struct sl_err err = {0};
    sl_buf_init(&out, SL_KIB);
    sl_json_begin(&json, &out, SL_JSON_COMPACT);
    for (int i = 0; i < SL_JSON_WRITER_DEPTH; i++)
        sl_json_list(&json);
    for (int i = 0; i < SL_JSON_WRITER_DEPTH; i++)
        sl_json_end(&json);
    cr_expect_eq(sl_json_close(&json, &err), 0);
    cr_expect_eq(out.len, (size_t)2 * SL_JSON_WRITER_DEPTH);
    sl_buf_release(&out);
}

Test(json_writer, a_full_buffer_is_reported_by_close)
{
    struct sl_buf out;
    struct sl_json json;
    struct sl_err err = {0};
    sl_buf_init(&out, 3);
    sl_json_begin(&json, &out, SL_JSON_COMPACT);
    sl_json_text(&json, SL_STR("long"));
    cr_expect_eq(sl_json_close(&json, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    sl_buf_release(&out);
}
