#include <criterion/criterion.h>

#include "base/limits.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include <stdio.h>
#include <stdlib.h>

static struct sl_doc doc;
static struct sl_err err;
static struct sl_buf out;

static void start(void)
{
    sl_doc_init(&doc);
    sl_buf_init(&out, SL_MIB);
}

static void stop(void)
{
    sl_doc_release(&doc);
    sl_buf_release(&out);
}

TestSuite(yaml_write, .init = start, .fini = stop);

/* The tree is given as JSON, which every test reader knows by heart. */
static int write_json(const char *json)
{
    struct sl_node *root = NULL;
    sl_err_clear(&err);
    sl_buf_reset(&out);
    cr_assert_eq(sl_json_read(&root, &doc, sl_str_from(json), SL_STR("f"), &err), 0, "%s", err.message);
    return sl_yaml_write(&out, root, &err);
}

static const struct {
    const char *json, *yaml;
} layout_cases[] = {
    {"{}", "{}\n"},
    {"[]", "[]\n"},
    {"null", "null\n"},
    {"\"text\"", "text\n"},
    {"\"a\\nb\"", "|-\n  a\n  b\n"},
    {"\"a\\n\"", "|\n  a\n"},
    {"[1,true,null,\"x\"]", "- 1\n- true\n- null\n- x\n"},
    {"[[1,[2]],[]]", "- - 1\n  - - 2\n- []\n"},
    {"[{\"a\":1,\"b\":[2]},{}]", "- a: 1\n  b:\n  - 2\n- {}\n"},
    {"{\"a\":{\"b\":{\"c\":[{\"d\":1}]}},\"e\":[],\"f\":{}}", "a:\n  b:\n    c:\n    - d: 1\ne: []\nf: {}\n"},
    {"{\"a\":[[\"x\"]],\"b\":\"\"}", "a:\n- - x\nb: \"\"\n"},
    {"{\"a\":\"x\\ny\",\"b\":[\"x\\ny\\n\"]}", "a: |-\n  x\n  y\nb:\n- |\n  x\n  y\n"},
    {"{\"a\":{\"b\":\"x\\n\\n\"},\"c\":1}", "a:\n  b: |+\n    x\n\nc: 1\n"},
    {"{\"a\":{\"b\":\" x\\ny\"},\"c\":1}", "a:\n  b: |2-\n     x\n    y\nc: 1\n"},
    {"{\"a\":\"x\\n\\ny\\n\"}", "a: |\n  x\n\n  y\n"},
    {"{\"\":1,\"a b\":2,\"a: b\":3,\"- x\":4,\"true\":5,\"1\":6,\"a\\tb\":7}",
     "\"\": 1\n'- x': 4\n\"1\": 6\n\"a\\tb\": 7\na b: 2\n'a: b': 3\n\"true\": 5\n"},
};

Test(yaml_write, layout)
{
    for (size_t i = 0; i < sizeof layout_cases / sizeof layout_cases[0]; i++) {
        cr_assert_eq(write_json(layout_cases[i].json), 0, "%s", err.message);
        cr_expect_str_eq(out.ptr, layout_cases[i].yaml, "%s:\n%s", layout_cases[i].json, out.ptr);
    }
}

static const struct {
    const char *json, *yaml;
} number_cases[] = {
    {"1.0", "1"},
    {"-1.0", "-1"},
    {"-0.0", "0"},
    {"1e3", "1000"},
    {"1.5e19", "15000000000000000000"},
    {"1e20", "1e+20"},
    {"18446744073709551615", "18446744073709551615"},
    {"18446744073709551616", "1.8446744073709552e+19"},
    {"-9223372036854775808.0", "-9.223372036854776e+18"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"123456.5", "123456.5"},
    {"1234567.5", "1.2345675e+06"},
    {"0.0001", "0.0001"},
    {"0.00001", "1e-05"},
    {"1e-7", "1e-07"},
    {"1e300", "1e+300"},
    {"5e-324", "5e-324"},
    {"0.1", "0.1"},
    {"100000.5", "100000.5"},
    {"1000000.5", "1.0000005e+06"},
};

Test(yaml_write, numbers_in_gos_spelling)
{
    for (size_t i = 0; i < sizeof number_cases / sizeof number_cases[0]; i++) {
        char expected[64];
        (void)snprintf(expected, sizeof expected, "%s\n", number_cases[i].yaml);
        cr_assert_eq(write_json(number_cases[i].json), 0);
        cr_expect_str_eq(out.ptr, expected, "%s: %s", number_cases[i].json, out.ptr);
    }
}

/* Pairs and runs in kubectl's order. */
static const char *const key_order[][12] = {
    {"a", "a0", "a1", "a01", "a2", "a10", "a10b", "aB", "ab", "b"},
    {"key2", "key9", "key10", "key0010", "key11"},
    {"", "-", ".", "/", "_", "1", "A", "a"},
    {"A", "B", "a", "b"},
    {"a-b", "a.b", "a/b", "a_b", "a0", "aB", "ab"},
    {"10", "1a"},
    {"a100", "a1000", "a1a"},
    {"1-2", "1.2", "1.10", "1a"},
    {"z", "\xc3\x9f", "\xc3\xa9", "\xd0\x96", "\xe4\xb8\xad"},
    {"9", "\xd9\xa3", "a"},
    {"app.kubernetes.io/name", "app.kubernetes.io/part-of", "helm.sh/chart"},
};

Test(yaml_write, keys_come_in_natural_order_from_whatever_order)
{
    for (size_t i = 0; i < sizeof key_order / sizeof key_order[0]; i++) {
        size_t count = 0;
        while (count < 12 && key_order[i][count])
            count++;
        for (size_t first = 0; first < count; first++) {
            for (size_t second = first + 1; second < count; second++) {
                struct sl_node *map = sl_node_map(&doc);
                struct sl_str a = sl_str_from(key_order[i][first]);
                struct sl_str b = sl_str_from(key_order[i][second]);
                cr_assert_eq(sl_map_add(&doc, map, b, sl_node_int(&doc, 2), &err), 0);
                cr_assert_eq(sl_map_add(&doc, map, a, sl_node_int(&doc, 1), &err), 0);
                sl_buf_reset(&out);
                cr_assert_eq(sl_yaml_write(&out, map, &err), 0);
                const char *newline = strchr(out.ptr, '\n');
                cr_expect_eq(newline[-1], '1', "\"%s\" and \"%s\": %s", a.ptr, b.ptr, out.ptr);
            }
        }
    }
}

Test(yaml_write, many_keys_are_sorted_too)
{
    struct sl_node *map = sl_node_map(&doc);
    for (int i = 0; i < 1000; i++) {
        char key[16];
        (void)snprintf(key, sizeof key, "k%d", (i * 7919) % 1000);
        cr_assert_eq(sl_map_add(&doc, map, sl_str_from(key), sl_node_null(&doc), &err), 0);
    }
    cr_assert_eq(sl_yaml_write(&out, map, &err), 0);
    const char *at = out.ptr;
    for (int i = 0; i < 1000; i++) {
        char line[32];
        int length = snprintf(line, sizeof line, "k%d: null\n", i);
        cr_assert_eq(strncmp(at, line, (size_t)length), 0, "%d: %.20s", i, at);
        at += length;
    }
}

#define TEN   "abcdefghij"
#define WORDS "aaaaaaaa bbbbbbbbb ccccccccc ddddddddd "

static const struct {
    const char *json, *yaml;
} fold_cases[] = {
    /* at the first blank behind column 80 */
    {"{\"k\":\"" WORDS WORDS "eeeee fff\"}", "k: " WORDS WORDS "eeeee\n  fff\n"},
    /* not before, and never inside a word */
    {"{\"k\":\"" TEN TEN TEN TEN TEN TEN TEN "abcdefg x y\"}",
     "k: " TEN TEN TEN TEN TEN TEN TEN "abcdefg x\n  y\n"},
    {"{\"k\":\"" TEN TEN TEN TEN TEN TEN TEN TEN TEN "\"}", "k: " TEN TEN TEN TEN TEN TEN TEN TEN TEN "\n"},
    /* two blanks stay together, in plain and single quotes */
    {"{\"k\":\"" TEN TEN TEN TEN TEN TEN TEN TEN "  x y\"}",
     "k: " TEN TEN TEN TEN TEN TEN TEN TEN "  x\n  y\n"},
    {"{\"k\":\"'" TEN TEN TEN TEN TEN TEN TEN TEN " x  y z\"}",
     "k: '''" TEN TEN TEN TEN TEN TEN TEN TEN "\n  x  y z'\n"},
    /* in double quotes the second one is escaped; the last blank does not fold */
    {"{\"k\":\"\\t" TEN TEN TEN TEN TEN TEN TEN TEN "  x \"}",
     "k: \"\\t" TEN TEN TEN TEN TEN TEN TEN TEN "\n  \\ x \"\n"},
    /* columns are characters */
    {"{\"k\":\"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9" TEN TEN TEN
         TEN TEN TEN "abcdefg x y\"}",
     "k: \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9" TEN TEN TEN TEN TEN
         TEN "abcdefg x\n  y\n"},
    /* a literal block never folds, nor does a key that is not too long for its line */
    {"{\"k\":\"" TEN TEN TEN TEN TEN TEN TEN TEN " x y\\n\"}",
     "k: |\n  " TEN TEN TEN TEN TEN TEN TEN TEN " x y\n"},
    {"{\"" TEN TEN TEN TEN TEN TEN TEN TEN TEN " x y\":1}", TEN TEN TEN TEN TEN TEN TEN TEN TEN " x y: 1\n"},
    /* further in, a blank sooner */
    {"{\"a\":[{\"b\":\"" WORDS WORDS "eeeee fff\"}]}",
     "a:\n- b: " WORDS "aaaaaaaa bbbbbbbbb ccccccccc ddddddddd\n    eeeee fff\n"},
};

Test(yaml_write, long_text_folds_behind_column_80)
{
    for (size_t i = 0; i < sizeof fold_cases / sizeof fold_cases[0]; i++) {
        cr_assert_eq(write_json(fold_cases[i].json), 0, "%s", err.message);
        cr_expect_str_eq(out.ptr, fold_cases[i].yaml, "%s:\n%s", fold_cases[i].json, out.ptr);
    }
}

/* {"kkk...": 1} with a key of `length` bytes. */
static int write_key(size_t length)
{
    struct sl_node *map = sl_node_map(&doc);
    char *key = malloc(length);
    memset(key, 'k', length);
    cr_assert_eq(sl_map_add(&doc, map, (struct sl_str){key, length}, sl_node_int(&doc, 1), &err), 0);
    free(key);
    sl_buf_reset(&out);
    return sl_yaml_write(&out, map, &err);
}

Test(yaml_write, a_key_of_more_than_128_bytes_gets_a_question_mark)
{
    cr_assert_eq(write_key(128), 0);
    cr_expect_eq(out.ptr[0], 'k');
    cr_assert_eq(write_key(129), 0);
    cr_expect_eq(strncmp(out.ptr, "? kkk", 5), 0);
    cr_expect_str_eq(out.ptr + 2 + 129, "\n: 1\n");
}

Test(yaml_write, a_key_of_more_than_1022_characters_is_refused)
{
    cr_expect_eq(write_key(1022), 0);
    cr_expect_eq(write_key(1023), -1);
    cr_expect_eq(err.code, SL_E_INPUT);
    cr_expect_not_null(strstr(err.message, "is longer than 1,024 characters"));
}

Test(yaml_write, a_key_with_line_breaks_is_a_block)
{
    cr_assert_eq(write_json("{\"k\":{\"a\\nb\":{\"x\":1},\"c\\n\":[1]}}"), 0);
    cr_expect_str_eq(out.ptr, "k:\n  ? |-\n    a\n    b\n  : x: 1\n  ? |\n    c\n  : - 1\n");
}

static const char *const forbidden[] = {
    "{\"a\":{\"b\":\"x\x7fy\"}}", "{\"b\":\"\\u0080\"}",    "{\"b\":[\"\\u009f\"]}",
    "{\"b\":\"\\ufffe\"}",        "{\"b\":\"\\uffff\\n\"}",
};

Test(yaml_write, what_go_yaml_refuses_is_an_error_that_names_the_key)
{
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        cr_expect_eq(write_json(forbidden[i]), -1, "%s", forbidden[i]);
        cr_expect_eq(err.code, SL_E_INPUT);
        cr_expect_str_eq(err.message,
                         "the value of key \"b\" has a control character, which YAML does not allow");
    }
    cr_expect_eq(write_json("{\"a\\u0085b\":1}"), -1);
    cr_expect_str_eq(err.message,
                     "the key \"a\\u{0085}b\" has a control character, which YAML does not allow");
}

/* Folded scalars of resources come out as kustomize writes them. */
static const struct {
    const char *in, *out;
} refold_cases[] = {
    {"v: >\n  a\n  b\n", "v: |\n  a b\n"},
    {"v: >\n  a\n\n  b\n", "v: |\n  a\n  b\n"},
    /* one line break more before a line that begins with a blank */
    {"v: >\n  a\n   b\n", "v: |\n  a\n\n   b\n"},
    {"v: >\n  a\n   b\n  c\n", "v: |\n  a\n\n   b\n  c\n"},
    {"v: >-\n  a\n\n   b\n", "v: |-\n  a\n\n\n   b\n"},
    /* and at the end, where there are two or more */
    {"v: >+\n  a\n\n", "v: |+\n  a\n\n\n"},
    {"v: >+\n  a\n", "v: |\n  a\n"},
    /* text that begins with a blank loses one between lines that do not */
    {"v: >2\n   a\n  b\n\n  c\n", "v: |2\n   a\n  b c\n"},
    {"v: >2\n   a\n  b\n\n\n  c\n", "v: |2\n   a\n  b\n  c\n"},
    /* what would not be folded again stays */
    {"v: >\n  a \n   b\n", "v: \"a \\n b\\n\"\n"},
    {"v: >\n  \xf0\x9f\x98\x80\n   b\n", "v: \"\\U0001F600\\n b\\n\"\n"},
    /* literal and quoted text does */
    {"v: |\n  a\n   b\n", "v: |\n  a\n   b\n"},
    {"v: \"a\\n b\"\n", "v: |-\n  a\n   b\n"},
    /* annotations are written anew by kustomize, those of the object only */
    {"metadata:\n  annotations:\n    v: >\n      a\n       b\n",
     "metadata:\n  annotations:\n    v: |\n      a\n       b\n"},
    {"metadata:\n  labels:\n    v: >\n      a\n       b\n",
     "metadata:\n  labels:\n    v: |\n      a\n\n       b\n"},
    {"spec:\n  annotations:\n    v: >\n      a\n       b\n",
     "spec:\n  annotations:\n    v: |\n      a\n\n       b\n"},
    /* between braces nothing folds */
    {"v: &x >\n  a\n   b\nw: [*x]\n", "v: |\n  a\n\n   b\nw:\n- |\n  a\n   b\n"},
    /* null as nothing at all between braces */
    {"v: {a: , b, c: ~, d: !!null }\n", "v:\n  a: \"\"\n  b: \"\"\n  c: null\n  d: null\n"},
    {"v:\n  a:\n", "v:\n  a: null\n"},
    {"v: [{a: }]\nw: &x\nx: [*x]\n", "v:\n- a: \"\"\nw: null\nx:\n- \"\"\n"},
    {"v:\n  <<: {a: }\nw:\n  <<: [{b: }, {c: {d: }}]\nx: {<<: {e: }}\n",
     "v:\n  a: null\nw:\n  b: null\n  c:\n    d: \"\"\nx:\n  e: \"\"\n"},
    {"v: {a: &x , b: 1}\nw: *x\n", "v:\n  a: \"\"\n  b: 1\nw: null\n"},
};

Test(yaml_write, what_kustomize_changes_on_its_way_out)
{
    for (size_t i = 0; i < sizeof refold_cases / sizeof refold_cases[0]; i++) {
        struct sl_node *root = NULL;
        sl_buf_reset(&out);
        cr_assert_eq(sl_yaml_read_one(&root, &doc, sl_str_from(refold_cases[i].in), SL_STR("f"),
                                      SL_YAML_RESOURCE, &err),
                     0, "%s%s", refold_cases[i].in, err.message);
        cr_assert_eq(sl_yaml_write(&out, root, &err), 0, "%s", err.message);
        cr_expect_str_eq(out.ptr, refold_cases[i].out, "%s\n%s", refold_cases[i].in, out.ptr);
    }
}

Test(yaml_write, nothing_of_that_happens_to_values)
{
    struct sl_node *root = NULL;
    cr_assert_eq(sl_yaml_read_one(&root, &doc, SL_STR("v: >\n  a\n   b\nw: {a: }\n"), SL_STR("f"),
                                  SL_YAML_VALUES, &err),
                 0);
    cr_assert_eq(sl_yaml_write(&out, root, &err), 0);
    cr_expect_str_eq(out.ptr, "v: |\n  a\n   b\nw:\n  a: null\n");
}

Test(yaml_write, depth_is_limited)
{
    struct sl_node *inner = sl_node_null(&doc);
    for (int i = 0; i < SL_DOC_DEPTH_MAX; i++) {
        struct sl_node *list = sl_node_list(&doc);
        cr_assert_eq(sl_list_add(&doc, list, inner, &err), 0);
        inner = list;
    }
    cr_expect_eq(sl_yaml_write(&out, inner, &err), 0);
    struct sl_node *list = sl_node_list(&doc);
    cr_assert_eq(sl_list_add(&doc, list, inner, &err), 0);
    cr_expect_eq(sl_yaml_write(&out, list, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
}

Test(yaml_write, a_full_buffer_is_an_error)
{
    struct sl_buf small;
    sl_buf_init(&small, 4);
    cr_expect_eq(sl_yaml_write(&small, sl_node_string(&doc, SL_STR("longer")), &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    sl_buf_release(&small);
}

static const char *const round_trips[] = {
    "{\"a\":\"x\",\"b\":[1,2.5,true,null,{\"c\":\"\"}],\"d\":{}}",
    "{\"s\":[\"a\\nb\",\"a\\n\",\"\\n\",\" a\\n\",\"a \",\"\\ta\",\"a: b\",\"#\",\"- a\"]}",
    "{\"s\":[\"yes\",\"1\",\"1:30\",\"2001-01-01\",\"~\",\"\",\"0x1\",\".5\",\"<<\"]}",
    "{\"u\":[\"\\u00e9\",\"\\u2028x\",\"\\ud83d\\ude00\",\"\\ufeff\",\"\\u0000\",\"\\u001b\"]}",
    "{\"k: v\":1,\"yes\":2,\"\":3,\"a\\nb\":4,\"#x\":5}",
    "{\"n\":[0,-1,9223372036854775807,18446744073709551615,0.1,1e300,-1.5e-7]}",
};

Test(yaml_write, what_is_written_reads_back)
{
    static const enum sl_yaml_rules rules[] = {SL_YAML_RESOURCE, SL_YAML_VALUES, SL_YAML_KUSTOMIZATION};
    for (size_t i = 0; i < sizeof round_trips / sizeof round_trips[0]; i++) {
        struct sl_node *root = NULL;
        struct sl_node *again = NULL;
        cr_assert_eq(sl_json_read(&root, &doc, sl_str_from(round_trips[i]), SL_STR("f"), &err), 0);
        sl_buf_reset(&out);
        cr_assert_eq(sl_yaml_write(&out, root, &err), 0);
        for (size_t j = 0; j < 3; j++) {
            bool has_uint = strstr(round_trips[i], "18446744073709551615");
            if (has_uint && rules[j] != SL_YAML_RESOURCE)
                continue;
            cr_assert_eq(sl_yaml_read_one(&again, &doc, sl_buf_view(&out), SL_STR("g"), rules[j], &err), 0,
                         "%s", err.message);
            cr_expect(sl_node_equal(root, again), "%s", out.ptr);
        }
    }
}
