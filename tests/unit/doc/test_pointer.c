#include <criterion/criterion.h>

#include "base/limits.h"
#include "doc/json.h"
#include "doc/pointer.h"

static const char sample[] =
    "{\"a\":{\"b\":[10,{\"c\":20}]},\"\":30,\"x/y\":40,\"m~n\":50,\"01\":60,\"a.b\":70}";

static const struct {
    const char *pointer;
    int64_t value; /* 0: nothing there */
} get_cases[] = {
    {"/a/b/0", 10},
    {"/a/b/1/c", 20},
    {"/", 30},
    {"/x~1y", 40},
    {"/m~0n", 50},
    {"/01", 60},
    {"/a.b", 70},
    {"/a/b/2", 0},
    {"/a/b/-", 0},
    {"/a/b/01", 0},
    {"/a/b/00", 0},
    {"/a/b/", 0},
    {"/m~2n", 0},
    {"/m~", 0},
    {"/a/b/0/x", 0},
    {"a", 0},
    {"/nothing/more", 0},
    {"/x/y", 0},
    {"/a/b/18446744073709551616", 0},
    {"/a/b/+1", 0},
};

Test(pointer, leads_to_the_node_or_nowhere)
{
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_node *root = NULL;
    sl_doc_init(&doc);
    cr_assert_eq(sl_json_read(&root, &doc, sl_str_from(sample), SL_STR("f"), &err), 0);
    cr_expect_eq(sl_pointer_get(root, SL_STR("")), root);
    cr_expect_null(sl_pointer_get(NULL, SL_STR("/a")));
    for (size_t i = 0; i < sizeof get_cases / sizeof get_cases[0]; i++) {
        const struct sl_node *node = sl_pointer_get(root, sl_str_from(get_cases[i].pointer));
        int64_t value = node ? node->as.integer : 0;
        cr_expect_eq(value, get_cases[i].value, "%s", get_cases[i].pointer);
    }
    sl_doc_release(&doc);
}

Test(pointer, push_escapes_what_has_a_meaning)
{
    struct sl_buf pointer;
    sl_buf_init(&pointer, SL_KIB);
    sl_pointer_push(&pointer, SL_STR("a/b~c"));
    sl_pointer_push(&pointer, SL_STR(""));
    sl_pointer_push(&pointer, SL_STR("0"));
    cr_expect_str_eq(pointer.ptr, "/a~1b~0c//0");
    sl_buf_release(&pointer);
}

static const struct {
    const char *path, *pointer; /* NULL: refused */
} path_cases[] = {
    {"", ""},
    {"a", "/a"},
    {"a.b", "/a/b"},
    {"a.b[0].c", "/a/b/0/c"},
    {"[0]", "/0"},
    {"[0][12].a", "/0/12/a"},
    {"a\\.b.c", "/a.b/c"},
    {"a\\[0\\]", "/a[0]"},
    {"a\\\\b", "/a\\b"},
    {"a/b.m~n", "/a~1b/m~0n"},
    {"/a~1b/0", "/a~1b/0"},
    {"/", "/"},
    {"a]", "/a]"},
    {".", NULL},
    {"a.", NULL},
    {".a", NULL},
    {"a..b", NULL},
    {"a.[0]", NULL},
    {"a[", NULL},
    {"a[]", NULL},
    {"a[x]", NULL},
    {"a[-1]", NULL},
    {"a[0]b", NULL},
    {"a\\", NULL},
    {"/a~", NULL},
    {"/a~2", NULL},
};

Test(pointer, a_dotted_path_becomes_a_pointer)
{
    for (size_t i = 0; i < sizeof path_cases / sizeof path_cases[0]; i++) {
        struct sl_buf pointer;
        struct sl_err err = {0};
        sl_buf_init(&pointer, SL_KIB);
        int result = sl_pointer_from_path(&pointer, sl_str_from(path_cases[i].path), &err);
        if (path_cases[i].pointer) {
            cr_expect_eq(result, 0, "%s: %s", path_cases[i].path, err.message);
            cr_expect(sl_str_equal(sl_buf_view(&pointer), sl_str_from(path_cases[i].pointer)), "%s",
                      path_cases[i].path);
        } else {
            cr_expect_eq(result, -1, "%s", path_cases[i].path);
            cr_expect_eq(err.code, SL_E_USAGE, "%s", path_cases[i].path);
        }
        sl_buf_release(&pointer);
    }
}

Test(pointer, a_refused_path_says_where)
{
    struct sl_buf pointer;
    struct sl_err err = {0};
    sl_buf_init(&pointer, SL_KIB);
    cr_expect_eq(sl_pointer_from_path(&pointer, SL_STR("spec.[0]"), &err), -1);
    cr_expect_str_eq(err.message, "path \"spec.[0]\": no key at character 6");
    sl_buf_release(&pointer);
}
