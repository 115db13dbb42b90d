#include <criterion/criterion.h>

#include "base/limits.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include <stdio.h>

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

TestSuite(yaml_read, .init = start, .fini = stop);

static struct sl_node *read_text(struct sl_str text, enum sl_yaml_rules rules)
{
    struct sl_node *documents = NULL;
    sl_err_clear(&err);
    if (sl_yaml_read(&documents, &doc, text, SL_STR("f.yaml"), rules, &err) < 0)
        return NULL;
    return documents;
}

/* All documents of `text` as canonical JSON of a list. */
static const char *as_json(const char *text, enum sl_yaml_rules rules)
{
    const struct sl_node *documents = read_text(sl_str_from(text), rules);
    if (!documents)
        return err.message;
    sl_buf_reset(&out);
    cr_assert_eq(sl_json_write_canonical(&out, documents, &err), 0, "%s", err.message);
    return out.ptr;
}

static const struct {
    const char *text, *json;
} stream_cases[] = {
    {"", "[]"},
    {"\n", "[]"},
    {"# nothing\n", "[]"},
    {"---\n", "[]"},
    {"~\n", "[]"},
    {"null\n---\na: 1\n---\n# c\n", "[{\"a\":1}]"},
    {"a: 1\n---\nb: 2\n", "[{\"a\":1},{\"b\":2}]"},
    {"---\na: 1\n--- # comment\nb: 2\n---\t \nc: 3", "[{\"a\":1},{\"b\":2},{\"c\":3}]"},
    {"---\n---\nb: 2\n", "[{\"b\":2}]"},
    {"a: 1\n---\n---\n---\nb: 2\n", "[{\"a\":1},{\"b\":2}]"},
    {"a: 1\n---", "[{\"a\":1}]"},
    {"a: 1\r\n---\r\nb: |\r\n  x\r\n  y\r\n", "[{\"a\":1},{\"b\":\"x\\ny\\n\"}]"},
    {"\xef\xbb\xbf"
     "a: 1\n---\n\xef\xbb\xbf"
     "b: 2\n",
     "[{\"a\":1},{\"b\":2}]"},
    {"a: |\n  x\n\n---\nb: 2\n", "[{\"a\":\"x\\n\"},{\"b\":2}]"},
    {"a: |+\n  x\n\n---\nb: 2\n", "[{\"a\":\"x\\n\\n\"},{\"b\":2}]"},
    {"[1, {a: b}, 'x']\n", "[[1,{\"a\":\"b\"},\"x\"]]"},
    {"{}\n---\n[]\n---\n''\n", "[{},[],\"\"]"},
    {"a: 1\n...\n", "[{\"a\":1}]"},
};

Test(yaml_read, documents_of_a_stream)
{
    for (size_t i = 0; i < sizeof stream_cases / sizeof stream_cases[0]; i++)
        cr_expect_str_eq(as_json(stream_cases[i].text, SL_YAML_RESOURCE), stream_cases[i].json,
                         "case %zu: %s", i, as_json(stream_cases[i].text, SL_YAML_RESOURCE));
}

Test(yaml_read, no_text_at_all_is_no_document)
{
    static const enum sl_yaml_rules rules[] = {SL_YAML_RESOURCE, SL_YAML_VALUES, SL_YAML_KUSTOMIZATION};
    for (size_t i = 0; i < 3; i++) {
        const struct sl_node *documents = read_text((struct sl_str){NULL, 0}, rules[i]);
        cr_assert_not_null(documents);
        cr_expect_eq(documents->count, 0);
    }
}

Test(yaml_read, of_a_piece_between_separators_a_resource_file_gives_the_first_document)
{
    cr_expect_str_eq(as_json("a: 1\n...\nb: 2\n---\nc: 3\n", SL_YAML_RESOURCE), "[{\"a\":1},{\"c\":3}]");
    cr_expect_str_eq(as_json("a: 1\n...\n---\nb: 2\n", SL_YAML_VALUES), "[{\"a\":1},{\"b\":2}]");
    cr_expect_str_eq(as_json("%YAML 1.1\n---\na: 1\n", SL_YAML_VALUES), "[{\"a\":1}]");
}

Test(yaml_read, read_one_takes_none_or_one)
{
    struct sl_node *root = sl_node_null(&doc);
    cr_assert_eq(sl_yaml_read_one(&root, &doc, SL_STR("# c\n"), SL_STR("f"), SL_YAML_VALUES, &err), 0);
    cr_expect_null(root);
    cr_assert_eq(sl_yaml_read_one(&root, &doc, SL_STR("a: 1\n"), SL_STR("f"), SL_YAML_VALUES, &err), 0);
    cr_expect_not_null(sl_node_get(root, "a"));
    cr_expect_eq(
        sl_yaml_read_one(&root, &doc, SL_STR("a: 1\n---\nb: 2\n"), SL_STR("f"), SL_YAML_VALUES, &err), -1);
    cr_expect_str_eq(err.message, "f:3:1: a second document, where there is to be one");
}

static const struct {
    const char *text, *resource, *values;
} merge_cases[] = {
    {"a: &x {k: 1}\nb: *x\nc: [*x]\n", "[{\"a\":{\"k\":1},\"b\":{\"k\":1},\"c\":[{\"k\":1}]}]", NULL},
    {"a: &x 1\nb: &x 2\nc: *x\n", "[{\"a\":1,\"b\":2,\"c\":2}]", NULL},
    {"&k a: 1\nb: *k\nc: {*k : 2}\n", "[{\"a\":1,\"b\":\"a\",\"c\":{\"a\":2}}]", NULL},
    {"a: &x {k: 1}\nb: {<<: *x, j: 2}\n", "[{\"a\":{\"k\":1},\"b\":{\"j\":2,\"k\":1}}]", NULL},
    {"a: &x {k: 1}\nb: {<<: *x, k: 2}\n", "[{\"a\":{\"k\":1},\"b\":{\"k\":2}}]", NULL},
    /* go-yaml v2 takes what comes last, v3 the map's own key */
    {"a: &x {k: 1}\nb: {k: 2, <<: *x}\n", "[{\"a\":{\"k\":1},\"b\":{\"k\":2}}]",
     "[{\"a\":{\"k\":1},\"b\":{\"k\":1}}]"},
    {"a: &x {k: 1}\nb: {<<: [*x, {k: 2, j: 3}]}\n", "[{\"a\":{\"k\":1},\"b\":{\"j\":3,\"k\":1}}]", NULL},
    {"a: &x {k: 1}\nb: &y {<<: *x, j: 2}\nc: {<<: *y}\n",
     "[{\"a\":{\"k\":1},\"b\":{\"j\":2,\"k\":1},\"c\":{\"j\":2,\"k\":1}}]", NULL},
    {"a: {<<: {<<: {k: 1}, j: 2}}\n", "[{\"a\":{\"j\":2,\"k\":1}}]", NULL},
    {"a: {!!merge <<: {k: 1}}\n", "[{\"a\":{\"k\":1}}]", NULL},
    {"a: {<<: []}\n", "[{\"a\":{}}]", NULL},
    /* in quotes it is a key like any other, which kyaml drops */
    {"a: {\"<<\": 1, k: 2}\n", "[{\"a\":{\"k\":2}}]", "[{\"a\":{\"<<\":1,\"k\":2}}]"},
    {"a: {<<: {k: 1}, '<<': 2}\n", "[{\"a\":{\"<<\":2,\"k\":1}}]", NULL},
    {"a: <<\n", "[{\"a\":\"<<\"}]", NULL},
};

Test(yaml_read, aliases_and_merge_keys_are_written_out)
{
    for (size_t i = 0; i < sizeof merge_cases / sizeof merge_cases[0]; i++) {
        const char *values = merge_cases[i].values ? merge_cases[i].values : merge_cases[i].resource;
        cr_expect_str_eq(as_json(merge_cases[i].text, SL_YAML_RESOURCE), merge_cases[i].resource, "%s: %s",
                         merge_cases[i].text, as_json(merge_cases[i].text, SL_YAML_RESOURCE));
        cr_expect_str_eq(as_json(merge_cases[i].text, SL_YAML_VALUES), values, "%s: %s", merge_cases[i].text,
                         as_json(merge_cases[i].text, SL_YAML_VALUES));
    }
}

static const struct {
    const char *text, *resource, *values;
} key_cases[] = {
    {"a: {1: x}", "f.yaml:1:5: the key \"1\" is no string", "[{\"a\":{\"1\":\"x\"}}]"},
    {"a: {0x1F: x}", "f.yaml:1:5: the key \"0x1F\" is no string", "[{\"a\":{\"31\":\"x\"}}]"},
    {"a: {1.50: x}", "f.yaml:1:5: the key \"1.50\" is no string", "[{\"a\":{\"1.5\":\"x\"}}]"},
    {"a: {1e6: x}", "f.yaml:1:5: the key \"1e6\" is no string", "[{\"a\":{\"1e+06\":\"x\"}}]"},
    {"a: {16777217.5: x}", "f.yaml:1:5: the key \"16777217.5\" is no string",
     "[{\"a\":{\"1.6777218e+07\":\"x\"}}]"},
    {"a: {true: x}", "f.yaml:1:5: the key \"true\" is no string", "[{\"a\":{\"true\":\"x\"}}]"},
    {"a: {y: x}", "[{\"a\":{\"y\":\"x\"}}]", "[{\"a\":{\"true\":\"x\"}}]"},
    {"a: {Off: x}", "[{\"a\":{\"Off\":\"x\"}}]", "[{\"a\":{\"false\":\"x\"}}]"},
    {"a: {2001-1-1: x}", "f.yaml:1:5: the key \"2001-1-1\" is no string", "[{\"a\":{\"2001-1-1\":\"x\"}}]"},
    {"a: {-.Inf: x}", "f.yaml:1:5: the key \"-.Inf\" is no string", "[{\"a\":{\"-.inf\":\"x\"}}]"},
    {"a: {~: x}", "f.yaml:1:5: the key \"~\" is no string", "f.yaml:1:5: the key \"~\" is no string"},
    {"a: {18446744073709551615: x}", "f.yaml:1:5: the key \"18446744073709551615\" is no string",
     "f.yaml:1:5: the key \"18446744073709551615\" is no string"},
    {"a: {!!str 1: x}", "[{\"a\":{\"1\":\"x\"}}]", "[{\"a\":{\"1\":\"x\"}}]"},
    {"a: {'1': x}", "[{\"a\":{\"1\":\"x\"}}]", "[{\"a\":{\"1\":\"x\"}}]"},
    {"a: {? : x}", "[{\"a\":{\"\":\"x\"}}]", "f.yaml:1:7: the key \"\" is no string"},
    {"!!binary aGk=: x", "[{\"hi\":\"x\"}]", "[{\"hi\":\"x\"}]"},
    /* at the root, kustomize takes a key as it stands */
    {"0x10: x\n", "[{\"0x10\":\"x\"}]", "[{\"16\":\"x\"}]"},
    {"2001-1-1: x\n", "[{\"2001-1-1\":\"x\"}]", "[{\"2001-1-1\":\"x\"}]"},
};

Test(yaml_read, keys_that_are_no_strings)
{
    for (size_t i = 0; i < sizeof key_cases / sizeof key_cases[0]; i++) {
        cr_expect_str_eq(as_json(key_cases[i].text, SL_YAML_RESOURCE), key_cases[i].resource, "%s: %s",
                         key_cases[i].text, as_json(key_cases[i].text, SL_YAML_RESOURCE));
        cr_expect_str_eq(as_json(key_cases[i].text, SL_YAML_VALUES), key_cases[i].values, "%s: %s",
                         key_cases[i].text, as_json(key_cases[i].text, SL_YAML_VALUES));
    }
}

static const struct {
    const char *text, *message;
    const char *last_wins;
} duplicate_cases[] = {
    {"a: 1\nb: 2\na: 3\n", "f.yaml:3:1: key \"a\" stands here again, first at 1:1", "[{\"a\":3,\"b\":2}]"},
    {"x:\n  - {a: 1, \"a\": 2}\n", "f.yaml:2:12: key \"a\" stands here again, first at 2:6",
     "[{\"x\":[{\"a\":2}]}]"},
    {"1: x\n'1': yes\n", "f.yaml:2:1: key \"1\" stands here again, first at 1:1", "[{\"1\":true}]"},
    {"a: &x {k: 1}\nb: {<<: *x, k: 2, k: 3}\n", "f.yaml:2:19: key \"k\" stands here again, first at 2:13",
     "[{\"a\":{\"k\":1},\"b\":{\"k\":3}}]"},
};

Test(yaml_read, duplicate_keys_are_errors_with_both_places_but_in_a_kustomization)
{
    for (size_t i = 0; i < sizeof duplicate_cases / sizeof duplicate_cases[0]; i++) {
        const char *text = duplicate_cases[i].text;
        cr_expect_str_eq(as_json(text, SL_YAML_RESOURCE), duplicate_cases[i].message);
        cr_expect_str_eq(as_json(text, SL_YAML_VALUES), duplicate_cases[i].message);
        cr_expect_str_eq(as_json(text, SL_YAML_KUSTOMIZATION), duplicate_cases[i].last_wins);
    }
    cr_expect_str_eq(as_json("y: 1\n'true': 2\n", SL_YAML_VALUES),
                     "f.yaml:2:1: key \"true\" stands here again, first at 1:1");
}

static const struct {
    const char *text, *message, *hint;
} error_cases[] = {
    {"a:\n\tb: 1\n", "f.yaml:2:1: no value can begin like this", "a tab cannot indent; use blanks"},
    {"a: 1\nb:2\nc: 3\n", "f.yaml:2:1: a key without \":\" behind it", "a blank is missing behind the colon"},
    {"a: 1\nbcd\nc: 3\n", "f.yaml:2:1: a key without \":\" behind it",
     "a colon and a blank end a key; text that goes over several lines needs quotes or |"},
    {"a: b: c\n", "f.yaml:1:5: a \": \" where no key can be",
     "put a value that contains \": \" in quotes, or check the indentation"},
    {"a: - b\n", "f.yaml:1:4: a \"- \" where no list can begin", "begin the list in a line of its own"},
    {"a: @b\n", "f.yaml:1:4: no value can begin like this", "put a value that begins with @ in quotes"},
    {"a: %b\n", "f.yaml:1:4: no value can begin like this", "put a value that begins with % in quotes"},
    {"a: `b`\n", "f.yaml:1:4: no value can begin like this", "put a value that begins with ` in quotes"},
    {"a:\n  b: 1\n c: 2\n", "f.yaml:3:2: expected a key of the map that began earlier, or its end (1:1)",
     "check the indentation: keys of one map begin in the same column"},
    {"a:\n  - 1\n  b: 2\n", "f.yaml:3:3: expected a \"- \" of the list that began earlier, or its end (2:3)",
     "check the indentation: items of one list begin in the same column"},
    {"a:\n  : x\n", "f.yaml:2:3: no key before the colon", ""},
    {"a: [1, 2\nb: 3\n", "f.yaml:2:2: expected \",\" or \"]\" in the list that began earlier (1:4)", ""},
    {"a: {b: c:}\n", "f.yaml:1:9: a colon at the end of a value between brackets", "put the value in quotes"},
    {"a: {b: 1\n", "f.yaml:2:1: expected \",\" or \"}\" in the map that began earlier (1:4)", ""},
    {"a: \"b\n", "f.yaml:1:4: a quoted string that does not end", ""},
    {"a: 'b\n---\nc: 1\n", "f.yaml:1:4: a quoted string that does not end", ""},
    {"a: \"\\d\"\n", "f.yaml:1:5: a backslash with nothing it could stand for",
     "in double quotes write \\\\ for a backslash, or use single quotes"},
    {"a: \"\\xZZ\"\n", "f.yaml:1:7: an escape that needs more hexadecimal digits", ""},
    {"a: \"\\ud800\"\n", "f.yaml:1:7: an escape that is no Unicode character", ""},
    {"a: | x\n  y\n", "f.yaml:1:6: text behind | or >", "begin the block of text in the next line"},
    {"a: *b\n", "f.yaml:1:4: no anchor &b stands before the alias *b",
     "put a value that begins with * in quotes"},
    {"a: **\n", "f.yaml:1:5: an anchor or alias without a name",
     "put a value that begins with * or & in quotes"},
    {"a: &x [1, *x]\n", "f.yaml:1:11: the alias *x stands inside of what it repeats", ""},
    {"a: &x {b: {c: *x}}\n", "f.yaml:1:15: the alias *x stands inside of what it repeats", ""},
    {"a: {<<: 1}\n", "f.yaml:1:9: << takes a map or a list of maps", ""},
    {"a: {<<: [1]}\n", "f.yaml:1:9: << takes a map or a list of maps", ""},
    {"a: &x [{b: 1}]\nc: {<<: *x}\n", "f.yaml:2:9: << takes a map or a list of maps", ""},
    {"a: {<<: {b: 1}, <<: {c: 1}}\n", "f.yaml:1:21: << stands twice in one map; give it a list", ""},
    {"a: {{ .Values.a }}\n", "f.yaml:1:5: a key that is a list or a map",
     "{{ ... }} of a template is not YAML: render it first, or put it in quotes"},
    {"{{- if .x }}\na: 1\n", "f.yaml:1:2: a key that is a list or a map",
     "{{ ... }} of a template is not YAML: render it first, or put it in quotes"},
    {"a: {[1]: 2}\n", "f.yaml:1:5: a key that is a list or a map", ""},
    {"a: &x {b: 1}\nc: {*x : 2}\n", "f.yaml:2:5: an alias of a map cannot be a key", ""},
    {"a: !x!y z\n", "f.yaml:1:4: a tag with a prefix that no %TAG line explains",
     "put a value that begins with ! in quotes"},
    {"a: \xff\n", "f.yaml:1:4: bytes that are not UTF-8", "save the file as UTF-8"},
    {"\xff\xfe"
     "a\n",
     "f.yaml:1:1: bytes that are not UTF-8", "save the file as UTF-8"},
    {"\xc3\xa9: 1\n\xc3\xa9\xc3\xa9: \x01\n", "f.yaml:2:5: a control character", ""},
    {"a: .inf\n", "f.yaml:1:4: \".inf\" is a number that JSON, and so Kubernetes, does not have",
     "put it in quotes if it is meant as text"},
    {"a: !!int x\n", "f.yaml:1:4: \"x\" is not what its tag !!int says", ""},
    {"a: !!binary '*'\n", "f.yaml:1:4: !!binary needs padded base64", ""},
    {"a: 2001-01-01T00:00:00+24:00\n", "f.yaml:1:4: a time zone that is a day or more away", ""},
    {"a: {1: 2}\n", "f.yaml:1:5: the key \"1\" is no string", "put the key in quotes"},
    {"a: |\n  x\n----\n", "f.yaml:3:1: text behind the document separator ---",
     "begin the document in the next line; inside a block of text, indent the line"},
    {"a: 1\n--- b\nc: 1\n", "f.yaml:2:1: text behind the document separator ---",
     "begin the document in the next line; inside a block of text, indent the line"},
    {"a: 1\n---\nb: 2\n---\n# c\nc: @\n", "f.yaml:6:4: no value can begin like this",
     "put a value that begins with @ in quotes"},
    {"\xc3\xa9: [\xc3\xa9, @]\n", "f.yaml:1:8: no value can begin like this",
     "put a value that begins with @ in quotes"},
};

Test(yaml_read, errors_name_the_place_and_help)
{
    for (size_t i = 0; i < sizeof error_cases / sizeof error_cases[0]; i++) {
        cr_expect_null(read_text(sl_str_from(error_cases[i].text), SL_YAML_RESOURCE), "%s",
                       error_cases[i].text);
        cr_expect_str_eq(err.message, error_cases[i].message, "%s-> %s", error_cases[i].text, err.message);
        cr_expect_str_eq(err.hint, error_cases[i].hint, "%s-> %s", error_cases[i].text, err.hint);
        cr_expect_eq(err.code, SL_E_INPUT);
    }
}

Test(yaml_read, no_message_carries_escapes_of_the_file)
{
    struct sl_node *root = NULL;
    struct sl_str text = SL_STR("\"\\e[31mk\": 1\n\"\\e[31mk\": 2\n");
    cr_expect_eq(sl_yaml_read_one(&root, &doc, text, SL_STR("\x1b]0;f"), SL_YAML_VALUES, &err), -1);
    cr_expect_str_eq(err.message, "\\x1b]0;f:2:1: key \"\\x1b[31mk\" stands here again, first at 1:1");
}

Test(yaml_read, every_node_and_key_has_its_place)
{
    const struct sl_node *documents =
        read_text(SL_STR("# c\n---\n\xc3\xa9:\n  - \xc3\xa9: [x, y]\n---\nz: |\n  t\n"), SL_YAML_RESOURCE);
    cr_assert_not_null(documents);
    const struct sl_entry *entry = documents->as.items[0]->as.entries;
    const struct sl_entry *inner = entry->value->as.items[0]->as.entries;
    const struct sl_entry *last = documents->as.items[1]->as.entries;
    const struct {
        struct sl_mark mark;
        const char *place;
    } places[] = {
        {documents->as.items[0]->mark, "f.yaml:3:1"},
        {entry->key_mark, "f.yaml:3:1"},
        {entry->value->mark, "f.yaml:4:3"},
        {inner->key_mark, "f.yaml:4:5"},
        {inner->value->mark, "f.yaml:4:8"},
        {inner->value->as.items[1]->mark, "f.yaml:4:12"},
        {last->key_mark, "f.yaml:6:1"},
        {last->value->mark, "f.yaml:6:4"},
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char where[64];
        cr_expect_str_eq(sl_mark_text(where, sizeof where, &doc, places[i].mark), places[i].place,
                         "place %zu", i);
    }
}

static void append_times(const char *piece, int times)
{
    for (int i = 0; i < times; i++)
        sl_buf_text(&out, piece);
}

Test(yaml_read, nesting_is_limited_in_braces_and_by_indentation)
{
    static const struct {
        const char *open, *close;
        int limit;
    } styles[] = {{"[", "]", SL_DOC_FLOW_DEPTH_MAX},
                  {"{a: ", "}", SL_DOC_FLOW_DEPTH_MAX},
                  {"- ", "", SL_DOC_DEPTH_MAX}};
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
        for (int extra = 0; extra < 2; extra++) {
            sl_buf_reset(&out);
            append_times(styles[i].open, styles[i].limit + extra);
            sl_buf_text(&out, "x");
            append_times(styles[i].close, styles[i].limit + extra);
            bool good = read_text(sl_buf_view(&out), SL_YAML_VALUES) != NULL;
            cr_expect_eq(good, extra == 0, "%s: %s", styles[i].open, err.message);
            if (!good)
                cr_expect_eq(err.code, SL_E_LIMIT, "%s", err.message);
        }
    }
}

Test(yaml_read, a_depth_bomb_ends_early)
{
    append_times("[", 1000000);
    cr_expect_null(read_text(sl_buf_view(&out), SL_YAML_RESOURCE));
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_str_eq(err.message, "f.yaml:1:129: more than 128 brackets and braces in one another");
}

Test(yaml_read, aliases_count_for_depth_where_they_stand)
{
    sl_buf_text(&out, "a: &x\n");
    append_times("- ", 300);
    sl_buf_text(&out, "x\nb:\n");
    append_times("- ", 250);
    sl_buf_text(&out, "*x\n");
    cr_expect_null(read_text(sl_buf_view(&out), SL_YAML_RESOURCE));
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_str_eq(err.message, "f.yaml:4:501: nested deeper than 512 levels");
}

/* Each level repeats the one before ten times. */
static void append_bomb(int levels)
{
    sl_buf_text(&out, "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < levels; i++) {
        sl_buf_printf(&out, "l%d: &l%d [", i, i);
        for (int j = 0; j < 10; j++)
            sl_buf_printf(&out, "%s*l%d", j ? ", " : "", i - 1);
        sl_buf_text(&out, "]\n");
    }
}

Test(yaml_read, an_alias_bomb_is_refused_before_it_is_big)
{
    append_bomb(5);
    cr_expect_not_null(read_text(sl_buf_view(&out), SL_YAML_VALUES), "%s", err.message);
    sl_buf_reset(&out);
    append_bomb(9);
    uint64_t before = doc.node_count;
    cr_expect_null(read_text(sl_buf_view(&out), SL_YAML_VALUES));
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_str_eq(err.message, "f.yaml:6:45: aliases repeat more than 1000000 values");
    cr_expect_lt(doc.node_count - before, SL_DOC_ALIAS_NODES_MAX + 1000);
}

Test(yaml_read, a_merge_bomb_is_refused_too)
{
    sl_buf_text(&out, "m0: &m0 {a: [x, x, x, x, x, x, x, x, x, x]}\n");
    for (int i = 1; i < 9; i++) {
        sl_buf_printf(&out, "m%d: &m%d\n", i, i);
        for (int j = 0; j < 10; j++)
            sl_buf_printf(&out, "  k%d: {<<: *m%d}\n", j, i - 1);
    }
    cr_expect_null(read_text(sl_buf_view(&out), SL_YAML_RESOURCE));
    cr_expect_eq(err.code, SL_E_LIMIT);
}

Test(yaml_read, a_file_over_the_limit_is_not_read)
{
    struct sl_str huge = {"a", SL_DOC_BYTES_MAX + 1};
    cr_expect_null(read_text(huge, SL_YAML_RESOURCE));
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_str_eq(err.message, "f.yaml:1:1: larger than 67108864 bytes");
}

Test(yaml_read, the_number_of_values_is_limited)
{
    doc.node_count = SL_DOC_NODES_MAX - 4;
    cr_expect_null(read_text(SL_STR("a: 1\nb: [1, 2]\n"), SL_YAML_RESOURCE));
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_str_eq(err.message, "f.yaml:2:5: more than 8000000 values in one document");
    doc.node_count = SL_DOC_NODES_MAX - 4;
    cr_expect_null(read_text(SL_STR("a: &x [1]\nb: *x\n"), SL_YAML_RESOURCE));
    cr_expect_str_eq(err.message, "f.yaml:2:4: more than 8000000 values in one document");
}

Test(yaml_read, anchors_end_with_their_document)
{
    cr_expect_null(read_text(SL_STR("a: &x 1\n---\nb: *x\n"), SL_YAML_VALUES));
    cr_expect_str_eq(err.message, "f.yaml:3:4: no anchor &x stands before the alias *x");
}

Test(yaml_read, only_a_patch_may_have_keys_that_are_numbers)
{
    const char *text = "a: {6443: x, true: y}\n---\nb: yes\n";
    cr_expect_str_eq(as_json(text, SL_YAML_PATCH),
                     "[{\"a\":{\"6443\":\"x\",\"true\":\"y\"}},{\"b\":\"yes\"}]");
    cr_expect_str_eq(as_json(text, SL_YAML_RESOURCE), "f.yaml:1:5: the key \"6443\" is no string");
}
