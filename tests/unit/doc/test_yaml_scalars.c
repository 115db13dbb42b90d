#include <criterion/criterion.h>

#include "base/limits.h"
#include "doc/yaml.h"
#include <stdio.h>

/*
 * What becomes of `v: TEXT` on its way through `kubectl kustomize` (v5.5.0) and through sigs.k8s.io/yaml,
 * both as text behind "v: ". NULL: refused.
 */
static const char same[] = "as in a resource";
#define SAME same

static const struct {
    const char *text, *resource, *values;
} cases[] = {
    /* words of YAML 1.1 and 1.2 */
    {"yes", "\"yes\"", "true"},
    {"Yes", "\"Yes\"", "true"},
    {"YES", "\"YES\"", "true"},
    {"yEs", "yEs", SAME},
    {"no", "\"no\"", "false"},
    {"No", "\"No\"", "false"},
    {"NO", "\"NO\"", "false"},
    {"on", "\"on\"", "true"},
    {"On", "\"On\"", "true"},
    {"ON", "\"ON\"", "true"},
    {"off", "\"off\"", "false"},
    {"Off", "\"Off\"", "false"},
    {"OFF", "\"OFF\"", "false"},
    {"y", "\"y\"", "true"},
    {"Y", "\"Y\"", "true"},
    {"n", "\"n\"", "false"},
    {"N", "\"N\"", "false"},
    {"true", "true", SAME},
    {"True", "true", SAME},
    {"TRUE", "true", SAME},
    {"tRue", "tRue", SAME},
    {"false", "false", SAME},
    {"False", "false", SAME},
    {"FALSE", "false", SAME},
    {"null", "null", SAME},
    {"Null", "null", SAME},
    {"NULL", "null", SAME},
    {"nULL", "nULL", SAME},
    {"~", "null", SAME},
    {"Infinity", "Infinity", SAME},
    {"inf", "inf", SAME},
    {"nan", "nan", SAME},
    {"=", "=", SAME},
    {"<<", "<<", SAME},
    /* integers */
    {"0", "0", SAME},
    {"00", "0", SAME},
    {"-0", "0", SAME},
    {"+0", "0", SAME},
    {"+1", "1", SAME},
    {"-1", "-1", SAME},
    {"0777", "511", SAME},
    {"-0777", "-511", SAME},
    {"0888", "888", SAME},
    {"0o777", "511", SAME},
    {"0O777", "511", SAME},
    {"0o888", "0o888", SAME},
    {"-0o7", "-7", SAME},
    {"+0o7", "7", SAME},
    {"0x1F", "31", SAME},
    {"0XfF", "255", SAME},
    {"-0x1F", "-31", SAME},
    {"0x", "0x", SAME},
    {"0xg", "0xg", SAME},
    {"0b101", "5", SAME},
    {"-0b11", "-3", SAME},
    {"0B1", "1", SAME},
    {"0b", "0b", SAME},
    {"0b2", "0b2", SAME},
    {"+0b1", "1", SAME},
    {"0b_1", "1", SAME},
    {"0b-101", "-5", SAME},
    {"0b+1", "1", SAME},
    {"0o-7", "-7", "0o-7"},
    {"0o+7", "7", "0o+7"},
    {"0B-1", "0B-1", SAME},
    {"-0b-1", "-0b-1", SAME},
    {"1_000", "1000", SAME},
    {"1__0", "10", SAME},
    {"_1", "_1", SAME},
    {"1_", "1", SAME},
    {"0_1", "1", SAME},
    {"0_b1", "1", SAME},
    {"-", NULL, SAME},
    {"+", "+", SAME},
    {"--1", "--1", SAME},
    {"123456789012345678", "123456789012345678", SAME},
    {"9007199254740993", "9007199254740993", SAME},
    {"9223372036854775807", "9223372036854775807", SAME},
    {"9223372036854775808", "9223372036854775808", "9223372036854776000"},
    {"18446744073709551615", "18446744073709551615", "1.8446744073709552e+19"},
    {"18446744073709551616", "1.8446744073709552e+19", SAME},
    {"-9223372036854775808", "-9223372036854775808", SAME},
    {"-9223372036854775809", "-9.223372036854776e+18", SAME},
    {"+9223372036854775808", "9223372036854776000", SAME},
    {"100000000000000000000", "1e+20", SAME},
    {"0xFFFFFFFFFFFFFFFF", "18446744073709551615", "1.8446744073709552e+19"},
    {"0x10000000000000000", "0x10000000000000000", SAME},
    {"1,000", "1,000", SAME},
    /* floats */
    {"1e3", "1000", SAME},
    {"1E3", "1000", SAME},
    {"1e+3", "1000", SAME},
    {"1e-3", "0.001", SAME},
    {"1e06", "1000000", SAME},
    {"1.0", "1", SAME},
    {"1.50", "1.5", SAME},
    {"1.", "1", SAME},
    {".5", "0.5", SAME},
    {"-.5", "-0.5", SAME},
    {"+.5", "0.5", SAME},
    {"5.", "5", SAME},
    {"1_000.5", "1000.5", SAME},
    {"1_e3", "1000", SAME},
    {"._5", "._5", SAME},
    {".5_0", "0.5", SAME},
    {".5_", ".5_", SAME},
    {".5_e1", ".5_e1", SAME},
    {".e1", ".e1", SAME},
    {".", ".", SAME},
    {"..5", "..5", SAME},
    {"1e400", "1e400", SAME},
    {"-1e400", "-1e400", SAME},
    {"1e-400", "0", SAME},
    {"1e20", "1e+20", SAME},
    {"1e21", "1e+21", SAME},
    {"1e22", "1e+22", SAME},
    {"9007199254740993.0", "9007199254740992", SAME},
    {"1000000.0", "1000000", SAME},
    {"1000000.5", "1.0000005e+06", SAME},
    {"123456.5", "123456.5", SAME},
    {"1234567.5", "1.2345675e+06", SAME},
    {"12345678.9", "1.23456789e+07", SAME},
    {"0.1", "0.1", SAME},
    {"0.0001", "0.0001", SAME},
    {"0.00001", "1e-05", SAME},
    {"0.00000123", "1.23e-06", SAME},
    {"1e-7", "1e-07", SAME},
    {"1.7976931348623157e308", "1.7976931348623157e+308", SAME},
    {"4.9e-324", "5e-324", SAME},
    {"3.14159265358979323846", "3.141592653589793", SAME},
    {"0.0", "0", SAME},
    {"-0.0", "0", SAME},
    {"00.5", "0.5", SAME},
    {"08", "8", SAME},
    {"09.5", "9.5", SAME},
    {"07.5", "7.5", SAME},
    {"1e", "1e", SAME},
    {"e3", "e3", SAME},
    {"0e0", "0", SAME},
    {"0x1p-2", "0x1p-2", SAME},
    {"0x1.8", "0x1.8", SAME},
    {"1.2.3", "1.2.3", SAME},
    /* base 60 */
    {"12:30:45", "\"12:30:45\"", SAME},
    {"1:30", "\"1:30\"", SAME},
    {"1:60", "1:60", SAME},
    {"1:6", "\"1:6\"", SAME},
    {"190:20:30", "\"190:20:30\"", SAME},
    {"190:20:30.15", "\"190:20:30.15\"", SAME},
    {"190:20:30.1_5", "\"190:20:30.1_5\"", SAME},
    {"-1:30", "\"-1:30\"", SAME},
    {"+1:3", "\"+1:3\"", SAME},
    {"1_0:30", "\"1_0:30\"", SAME},
    {"1:30:", NULL, SAME},
    {"1:123", "1:123", SAME},
    /* dates */
    {"2001-12-14", "\"2001-12-14T00:00:00Z\"", "\"2001-12-14\""},
    {"2001-1-2", "\"2001-01-02T00:00:00Z\"", "\"2001-1-2\""},
    {"2001-12-14T21:59:43.10Z", "\"2001-12-14T21:59:43.1Z\"", "\"2001-12-14T21:59:43.10Z\""},
    {"2001-12-14t21:59:43.10-05:00", "\"2001-12-14T21:59:43.1-05:00\"", "\"2001-12-14t21:59:43.10-05:00\""},
    {"2001-12-14 21:59:43.10", "\"2001-12-14T21:59:43.1Z\"", "\"2001-12-14 21:59:43.10\""},
    {"2001-12-14   1:2:3", "\"2001-12-14T01:02:03Z\"", "\"2001-12-14   1:2:3\""},
    {"2001-12-14T1:2:3,5Z", "\"2001-12-14T01:02:03.5Z\"", "\"2001-12-14T1:2:3,5Z\""},
    {"2001-12-14T21:59:43.123456789123Z", "\"2001-12-14T21:59:43.123456789Z\"",
     "\"2001-12-14T21:59:43.123456789123Z\""},
    {"2001-12-14T21:59:43+00:00", "\"2001-12-14T21:59:43Z\"", "\"2001-12-14T21:59:43+00:00\""},
    {"2001-12-14T21:59:43-00:00", "\"2001-12-14T21:59:43Z\"", "\"2001-12-14T21:59:43-00:00\""},
    {"2001-12-14T21:59:43+23:59", "\"2001-12-14T21:59:43+23:59\"", SAME},
    {"2001-12-14 21:59:43.10 -5", "2001-12-14 21:59:43.10 -5", SAME},
    {"2001-12-14T21:59:43", "2001-12-14T21:59:43", SAME},
    {"2001-12-14T24:00:00Z", "2001-12-14T24:00:00Z", SAME},
    {"2001-12-14T23:60:00Z", "2001-12-14T23:60:00Z", SAME},
    {"2001-12-14T23:59:60Z", "2001-12-14T23:59:60Z", SAME},
    {"2001-12-14T1:2:3.Z", "2001-12-14T1:2:3.Z", SAME},
    {"2001-02-30", "2001-02-30", SAME},
    {"2000-2-29", "\"2000-02-29T00:00:00Z\"", "\"2000-2-29\""},
    {"1900-02-29", "1900-02-29", SAME},
    {"2001-13-01", "2001-13-01", SAME},
    {"2001-00-01", "2001-00-01", SAME},
    {"0000-01-01", "\"0000-01-01T00:00:00Z\"", "\"0000-01-01\""},
    {"20011-01-01", "20011-01-01", SAME},
    {"2001-001-1", "2001-001-1", SAME},
    {"2024-01-01T00:00:00Z", "\"2024-01-01T00:00:00Z\"", SAME},
    /* tags */
    {"!!str 123", "\"123\"", SAME},
    {"!!str", "\"\"", SAME},
    {"!!int \"123\"", "123", SAME},
    {"!!float 1", "1", SAME},
    {"!!float \"0x10\"", "16", SAME},
    {"!!null \"\"", "null", SAME},
    {"!!bool true", "true", SAME},
    {"!!binary aGVsbG8=", "hello", SAME},
    {"!!binary /w==", "\xef\xbf\xbd", SAME},
    {"!!binary \"\"", "\"\"", SAME},
    {"!foo bar", "bar", SAME},
    {"!foo 12", "\"12\"", SAME},
    {"! 12", "12", "\"12\""},
    {"! \"12\"", "\"12\"", SAME},
    {"!!timestamp 2001-01-01", "\"2001-01-01T00:00:00Z\"", "\"2001-01-01\""},
    {"!!timestamp \"2001-01-01\"", "\"2001-01-01T00:00:00Z\"", "\"2001-01-01\""},
    {"!<tag:yaml.org,2002:int> \"5\"", "5", SAME},
    {"!!foo 12", "\"12\"", SAME},
    /* plain, single- and double-quoted text */
    {"a #b", "a", SAME},
    {"a#b", "a#b", SAME},
    {"'#b'", "'#b'", SAME},
    {"'a: b'", "'a: b'", SAME},
    {"'- a'", "'- a'", SAME},
    {"'-a'", "-a", SAME},
    {"'?a'", "?a", SAME},
    {"'? a'", "'? a'", SAME},
    {"':a'", ":a", SAME},
    {"'a:'", "'a:'", SAME},
    {"'[a'", "'[a'", SAME},
    {"'{a'", "'{a'", SAME},
    {"'a]'", "a]", SAME},
    {"'a,b'", "a,b", SAME},
    {"'&a'", "'&a'", SAME},
    {"'*a'", "'*a'", SAME},
    {"'!a'", "'!a'", SAME},
    {"'|a'", "'|a'", SAME},
    {"'>a'", "'>a'", SAME},
    {"\"'\"", "''''", SAME},
    {"'\"'", "'\"'", SAME},
    {"'a\"b'", "a\"b", SAME},
    {"\"a'b\"", "a'b", SAME},
    {"\"'a'\"", "'''a'''", SAME},
    {"''", "\"\"", SAME},
    {"\"\"", "\"\"", SAME},
    {"' a'", "' a'", SAME},
    {"'a '", "'a '", SAME},
    {"'a  b'", "a  b", SAME},
    {"'---'", "'---'", SAME},
    {"'--- a'", "'--- a'", SAME},
    {"'--'", "--", SAME},
    {"'...'", "'...'", SAME},
    {"'....a'", "'....a'", SAME},
    {"'-'", "'-'", SAME},
    {"'?'", "'?'", SAME},
    {"':'", "':'", SAME},
    {"','", "','", SAME},
    {"',a'", "',a'", SAME},
    {"'` '", "'` '", SAME},
    {"'%'", "'%'", SAME},
    {"'100%'", "100%", SAME},
    {"'@'", "'@'", SAME},
    {"'a?'", "a?", SAME},
    {"'a:b'", "a:b", SAME},
    {"'http://x:80/'", "http://x:80/", SAME},
    {"'{{ .Values.x }}'", "'{{ .Values.x }}'", SAME},
    {"'[]'", "'[]'", SAME},
    {"'{}'", "'{}'", SAME},
    {"'#'", "'#'", SAME},
    {"'a # b'", "'a # b'", SAME},
    {"'|-'", "'|-'", SAME},
    {"'<a>&b'", "<a>&b", SAME},
    {"'a\\nb'", "a\\nb", SAME},
    /* text that looks like something else */
    {"'null'", "\"null\"", SAME},
    {"'~'", "\"~\"", SAME},
    {"'true'", "\"true\"", SAME},
    {"'yes'", "\"yes\"", SAME},
    {"'off'", "\"off\"", SAME},
    {"'y'", "\"y\"", SAME},
    {"'123'", "\"123\"", SAME},
    {"'0777'", "\"0777\"", SAME},
    {"'0o777'", "\"0o777\"", SAME},
    {"'0o-7'", "0o-7", SAME},
    {"'0b-1'", "\"0b-1\"", SAME},
    {"'0x1F'", "\"0x1F\"", SAME},
    {"'1e3'", "\"1e3\"", SAME},
    {"'1.5'", "\"1.5\"", SAME},
    {"'.5'", "\".5\"", SAME},
    {"'1_000'", "\"1_000\"", SAME},
    {"'12:30'", "\"12:30\"", SAME},
    {"'2001-12-14'", "\"2001-12-14\"", SAME},
    {"'<<'", "<<", SAME},
    {"'.inf'", "\".inf\"", SAME},
    {"'.nan'", "\".nan\"", SAME},
    {"'1e400'", "1e400", SAME},
    {"'+1'", "\"+1\"", SAME},
    {"'1.'", "\"1.\"", SAME},
    {"'08'", "\"08\"", SAME},
    {"'9223372036854775808'", "\"9223372036854775808\"", SAME},
    {"'infinity'", "infinity", SAME},
    /* line breaks and blanks */
    {"\"a\\tb\"", "\"a\\tb\"", SAME},
    {"\"\\ta\"", "\"\\ta\"", SAME},
    {"\"a\\n\"", "|\n  a", SAME},
    {"\"a\\nb\"", "|-\n  a\n  b", SAME},
    {"\"a\\nb\\n\"", "|\n  a\n  b", SAME},
    {"\"a\\n\\n\"", "|+\n  a\n", SAME},
    {"\"\\na\"", "|2-\n\n  a", SAME},
    {"\"\\n\"", "|2+\n", SAME},
    {"\"\\n\\n\"", "|2+\n\n", SAME},
    {"\" a\\nb\"", "|2-\n   a\n  b", SAME},
    {"\"a\\n b\"", "|-\n  a\n   b", SAME},
    {"\"a \\nb\"", "\"a \\nb\"", SAME},
    {"\"a\\tb\\nc\"", "\"a\\tb\\nc\"", SAME},
    {"\"a\\n\\tb\"", "\"a\\n\\tb\"", SAME},
    {"\"a\\r\\nb\"", "\"a\\r\\nb\"", SAME},
    {"\"a\\rb\"", "\"a\\rb\"", SAME},
    {"\"a\\n \"", "\"a\\n \"", SAME},
    {"\"a\\n\\nb\\n\\n\\n\"", "|+\n  a\n\n  b\n\n", SAME},
    /* beyond ASCII */
    {"\"a\\u0085b\"", "a b", SAME},
    {"\"a \\u0085 b\"", "a b", SAME},
    {"\"a\\u0085\\u0085b\"", "|-\n  a\n  b", SAME},
    {"\"\\u0085\"", "' '", SAME},
    {"\"a\\u00a0b\"",
     "a\xc2\xa0"
     "b",
     SAME},
    {"\"a\\u2028b\"", "'a\xe2\x80\xa8  b'", SAME},
    {"\"a\\u2029b\\nc\"", "|-\n  a\xe2\x80\xa9  b\n  c", SAME},
    {"\"a\\u2028\"", "'a\xe2\x80\xa8'", SAME},
    {"\"a \\u2028b\"", "\"a \\Lb\"", SAME},
    {"\"a\\ufeffb\"", "\"a\\uFEFFb\"", SAME},
    {"\"\\ufeffa b\\n\"", "\"\\uFEFF\\x61\\x20\\x62\\n\"", SAME},
    {"\"\\ufeff\\u00e9\"", "\"\\uFEFF\\xE9\"", SAME},
    {"\"\\x00\"", "\"\\0\"", SAME},
    {"\"\\x07\\x1b\"", "\"\\a\\e\"", SAME},
    {"\"\\xe9\"", "\xc3\xa9", SAME},
    {"\"\\u20ac\"", "\xe2\x82\xac", SAME},
    {"\"\\U0001F600\"", "\"\\U0001F600\"", SAME},
    {"\"\\U0001F600\\nb\"", "\"\\U0001F600\\nb\"", SAME},
    {"\"\\ufffd\"", "\xef\xbf\xbd", SAME},
    /* refused */
    {".inf", NULL, SAME},
    {"-.inf", NULL, SAME},
    {"+.Inf", NULL, SAME},
    {".nan", NULL, SAME},
    {".NaN", NULL, SAME},
    {"!!bool no way", NULL, SAME},
    {"!!int foo", NULL, SAME},
    {"!!int 1.5", NULL, SAME},
    {"!!float x", NULL, SAME},
    {"!!null x", NULL, SAME},
    {"!!timestamp x", NULL, SAME},
    {"!!binary a", NULL, SAME},
    {"!!binary \"aGVsbG8\"", NULL, SAME},
    {"!!float 18446744073709551615", NULL, SAME},
    {"2001-12-14T21:59:43+24:00", NULL, "\"2001-12-14T21:59:43+24:00\""},
    {"\"\\x7f\"", NULL, SAME},
    {"\"\\x80\"", NULL, SAME},
    {"\"\\uFFFE\"", NULL, SAME},
    {"\"\\ud800\"", NULL, SAME},
    {"- ", NULL, SAME},
    {"@a", NULL, SAME},
    {"`a", NULL, SAME},
    {"%a", NULL, SAME},
    {"a: b", NULL, SAME},
    {"*a", NULL, SAME},
    {"!!bool yes", NULL, "true"},
};

/* Reads and writes `v: text`; false where one of the two refuses. */
static bool round_trip(struct sl_buf *out, const char *text, enum sl_yaml_rules rules)
{
    char line[256];
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_node *root = NULL;
    (void)snprintf(line, sizeof line, "v: %s\n", text);
    sl_doc_init(&doc);
    bool good = sl_yaml_read_one(&root, &doc, sl_str_from(line), SL_STR("f"), rules, &err) == 0 &&
                sl_yaml_write(out, root, &err) == 0;
    if (!good)
        cr_expect_eq(err.code, SL_E_INPUT, "%s: %s", text, err.message);
    sl_doc_release(&doc);
    return good;
}

static void check(const char *text, enum sl_yaml_rules rules, const char *expected)
{
    char line[256];
    struct sl_buf out;
    sl_buf_init(&out, SL_KIB);
    bool good = round_trip(&out, text, rules);
    cr_expect_eq(good, expected != NULL, "%s, rules %d", text, (int)rules);
    if (good && expected) {
        (void)snprintf(line, sizeof line, "v: %s\n", expected);
        cr_expect_str_eq(out.ptr, line, "%s, rules %d: %s", text, (int)rules, out.ptr);
    }
    sl_buf_release(&out);
}

Test(yaml_scalars, resources_are_read_and_written_as_kubectl_does)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check(cases[i].text, SL_YAML_RESOURCE, cases[i].resource);
}

Test(yaml_scalars, values_and_kustomizations_are_read_as_sigs_yaml_does)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *expected = cases[i].values == same ? cases[i].resource : cases[i].values;
        check(cases[i].text, SL_YAML_VALUES, expected);
        check(cases[i].text, SL_YAML_KUSTOMIZATION, expected);
    }
}

static const struct {
    const char *text;
    enum sl_kind resource, values;
    const char *source; /* of a number */
} kind_cases[] = {
    {"1", SL_INT, SL_INT, ""},
    {"-0", SL_INT, SL_INT, "-0"},
    {"007", SL_INT, SL_INT, "007"},
    {"0x1F", SL_INT, SL_INT, "0x1F"},
    {"1_0", SL_INT, SL_INT, "1_0"},
    {"1.0", SL_FLOAT, SL_FLOAT, "1.0"},
    {"1e3", SL_FLOAT, SL_FLOAT, "1e3"},
    {"9223372036854775808", SL_UINT, SL_FLOAT, NULL},
    {"18446744073709551616", SL_FLOAT, SL_FLOAT, "18446744073709551616"},
    {"!!float 1", SL_FLOAT, SL_FLOAT, "1"},
    {"yes", SL_STRING, SL_BOOL, ""},
    {"2001-01-01", SL_STRING, SL_STRING, ""},
    {"", SL_NULL, SL_NULL, ""},
};

Test(yaml_scalars, numbers_keep_kind_and_source)
{
    static const enum sl_yaml_rules rules[] = {SL_YAML_RESOURCE, SL_YAML_VALUES};
    for (size_t i = 0; i < sizeof kind_cases / sizeof kind_cases[0]; i++) {
        for (size_t j = 0; j < 2; j++) {
            struct sl_doc doc;
            struct sl_err err = {0};
            struct sl_node *root = NULL;
            char line[64];
            (void)snprintf(line, sizeof line, "v: %s", kind_cases[i].text);
            sl_doc_init(&doc);
            cr_assert_eq(sl_yaml_read_one(&root, &doc, sl_str_from(line), SL_STR("f"), rules[j], &err), 0);
            const struct sl_node *node = sl_node_get(root, "v");
            cr_expect_eq(node->kind, j == 0 ? kind_cases[i].resource : kind_cases[i].values, "%s", line);
            if (kind_cases[i].source)
                cr_expect(sl_str_equal(sl_node_source(node), sl_str_from(kind_cases[i].source)), "%s", line);
            sl_doc_release(&doc);
        }
    }
}
