#include "alloc_fault.h"
#include "base/limits.h"
#include "doc/json.h"
#include "docops/values.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct sl_node *parse(struct sl_doc *doc, const char *json)
{
    struct sl_node *root = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_json_read(&root, doc, sl_str_from(json), SL_STR("layer"), &err), 0, "%s: %s", json,
                 err.message);
    return root;
}

static char *text_of(const struct sl_node *node)
{
    static struct sl_buf buf;
    struct sl_err err = {0};
    sl_buf_init(&buf, SL_MIB);
    cr_assert_eq(sl_json_write_canonical(&buf, node, &err), 0, "%s", err.message);
    return buf.ptr;
}

static const struct {
    const char *why, *lower, *upper, *merged;
} cases[] = {
    {"maps merge", "{\"a\":1,\"m\":{\"x\":1,\"y\":2}}", "{\"b\":2,\"m\":{\"y\":3,\"z\":4}}",
     "{\"a\":1,\"b\":2,\"m\":{\"x\":1,\"y\":3,\"z\":4}}"},
    {"scalars replace", "{\"a\":1}", "{\"a\":\"one\"}", "{\"a\":\"one\"}"},
    {"lists replace", "{\"a\":[1,2,3]}", "{\"a\":[4]}", "{\"a\":[4]}"},
    {"an empty list replaces", "{\"a\":[1,2,3]}", "{\"a\":[]}", "{\"a\":[]}"},
    {"an empty map changes nothing", "{\"a\":{\"x\":1}}", "{\"a\":{}}", "{\"a\":{\"x\":1}}"},
    {"null replaces, and stays", "{\"a\":1,\"b\":2}", "{\"a\":null}", "{\"a\":null,\"b\":2}"},
    {"null replaces a whole map", "{\"a\":{\"x\":{\"y\":1}},\"b\":2}", "{\"a\":null}",
     "{\"a\":null,\"b\":2}"},
    {"null replaces inside", "{\"a\":{\"x\":1,\"y\":2}}", "{\"a\":{\"x\":null}}",
     "{\"a\":{\"x\":null,\"y\":2}}"},
    {"null over nothing stays", "{\"a\":1}", "{\"b\":null}", "{\"a\":1,\"b\":null}"},
    {"null below is replaced", "{\"a\":null}", "{\"a\":{\"x\":1}}", "{\"a\":{\"x\":1}}"},
    {"null in a map over a scalar", "{\"a\":1}", "{\"a\":{\"x\":null,\"y\":2}}",
     "{\"a\":{\"x\":null,\"y\":2}}"},
    {"null in a list stays", "{\"a\":[1]}", "{\"a\":[null,{\"x\":null}]}", "{\"a\":[null,{\"x\":null}]}"},
    {"a map replaces a scalar", "{\"a\":1}", "{\"a\":{\"x\":1}}", "{\"a\":{\"x\":1}}"},
    {"a scalar replaces a map", "{\"a\":{\"x\":1}}", "{\"a\":false}", "{\"a\":false}"},
    {"a map replaces a list", "{\"a\":[{\"x\":1}]}", "{\"a\":{\"x\":2}}", "{\"a\":{\"x\":2}}"},
    {"empty layers", "{}", "{}", "{}"},
};

Test(docops_values, merge_by_the_table)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sl_doc doc;
        struct sl_err err = {0};
        sl_doc_init(&doc);
        struct sl_node *lower = parse(&doc, cases[i].lower);
        struct sl_node *upper = parse(&doc, cases[i].upper);
        struct sl_node *merged = NULL;
        cr_assert_eq(sl_values_merge(&merged, &doc, lower, upper, &err), 0);
        char *text = text_of(merged);
        cr_expect_str_eq(text, cases[i].merged, "%s: %s", cases[i].why, text);
        free(text);
        sl_doc_release(&doc);
    }
}

Test(docops_values, the_layers_are_not_changed)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sl_doc doc;
        struct sl_err err = {0};
        sl_doc_init(&doc);
        struct sl_node *lower = parse(&doc, cases[i].lower);
        struct sl_node *upper = parse(&doc, cases[i].upper);
        struct sl_node *merged = NULL;
        cr_assert_eq(sl_values_merge(&merged, &doc, lower, upper, &err), 0);
        cr_expect(sl_node_equal(lower, parse(&doc, cases[i].lower)), "%s", cases[i].why);
        cr_expect(sl_node_equal(upper, parse(&doc, cases[i].upper)), "%s", cases[i].why);
        sl_doc_release(&doc);
    }
}

Test(docops_values, no_layer_at_all_is_an_empty_map_and_a_lone_one_is_itself)
{
    struct sl_doc doc;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    struct sl_node *merged = NULL;
    cr_assert_eq(sl_values_merge(&merged, &doc, NULL, NULL, &err), 0);
    cr_expect_eq(merged->kind, SL_MAP);
    cr_expect_eq(merged->count, 0);

    struct sl_node *lone = parse(&doc, "{\"a\":1,\"b\":null,\"c\":2}");
    cr_assert_eq(sl_values_merge(&merged, &doc, NULL, lone, &err), 0);
    cr_expect_eq(merged, lone);
    cr_assert_eq(sl_values_merge(&merged, &doc, lone, NULL, &err), 0);
    cr_expect_eq(merged, lone);
    sl_doc_release(&doc);
}

Test(docops_values, subtrees_are_shared_and_keys_keep_their_marks)
{
    struct sl_doc doc;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    struct sl_node *lower = parse(&doc, "{\"kept\":{\"x\":[1,2]},\"both\":{\"x\":1}}");
    struct sl_node *upper = parse(&doc, "{\n\"new\":{\"y\":1},\n\"both\":{\"y\":2}}");
    struct sl_node *merged = NULL;
    cr_assert_eq(sl_values_merge(&merged, &doc, lower, upper, &err), 0);
    cr_expect_eq(sl_node_get(merged, "kept"), sl_node_get(lower, "kept"));
    cr_expect_eq(sl_node_get(merged, "new"), sl_node_get(upper, "new"));
    cr_expect_eq(sl_node_entry(merged, SL_STR("both"))->key_mark.line, 3);
    cr_expect_eq(sl_node_entry(sl_node_get(merged, "both"), SL_STR("y"))->value->mark.line, 3);
    sl_doc_release(&doc);
}

/* Large enough for the index, in opposite order; every third key made null, every third replaced. */
Test(docops_values, large_maps_merge_as_small_ones_do)
{
    enum { KEYS = 3000 };
    struct sl_doc doc;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    struct sl_node *lower = sl_node_map(&doc);
    struct sl_node *upper = sl_node_map(&doc);
    char key[16];
    for (int i = 0; i < KEYS; i++) {
        (void)snprintf(key, sizeof key, "k%d", i);
        cr_assert_eq(sl_map_add(&doc, lower, sl_str_from(key), sl_node_int(&doc, i), &err), 0);
    }
    for (int i = KEYS - 1; i >= 0; i--) {
        (void)snprintf(key, sizeof key, "k%d", i);
        struct sl_node *value = i % 3 == 1 ? sl_node_null(&doc) : sl_node_int(&doc, -i);
        if (i % 3 != 0)
            cr_assert_eq(sl_map_add(&doc, upper, sl_str_from(key), value, &err), 0);
    }
    struct sl_node *merged = NULL;
    cr_assert_eq(sl_values_merge(&merged, &doc, lower, upper, &err), 0);
    cr_expect_eq(merged->count, KEYS);
    cr_expect_eq(sl_node_get(merged, "k300")->as.integer, 300);
    cr_expect_eq(sl_node_get(merged, "k301")->kind, SL_NULL);
    cr_expect_eq(sl_node_get(merged, "k302")->as.integer, -302);
    sl_doc_release(&doc);
}

Test(docops_values, nesting_beyond_the_limit_is_refused)
{
    struct sl_doc doc;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    struct sl_node *root = sl_node_map(&doc);
    struct sl_node *node = root;
    for (unsigned i = 0; i < 2 * SL_DOC_DEPTH_MAX; i++) {
        struct sl_node *child = sl_node_map(&doc);
        cr_assert_eq(sl_map_add(&doc, node, SL_STR("a"), child, &err), 0);
        node = child;
    }
    struct sl_node *merged = NULL;
    cr_expect_eq(sl_values_merge(&merged, &doc, root, root, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    sl_doc_release(&doc);
}

Test(docops_values, every_failing_allocation_is_reported)
{
    for (size_t nth = 1;; nth++) {
        struct sl_doc doc;
        struct sl_err err = {0};
        sl_doc_init(&doc);
        struct sl_node *lower = parse(&doc, cases[0].lower);
        struct sl_node *upper = parse(&doc, "{\"m\":{\"y\":1,\"n\":{\"o\":null}},\"b\":null}");
        struct sl_node *merged = NULL;
        alloc_fault_arm(nth);
        int result = sl_values_merge(&merged, &doc, lower, upper, &err);
        bool failed = alloc_fault_disarm();
        sl_doc_release(&doc);
        cr_assert_eq(result, failed ? -1 : 0);
        if (!failed)
            break;
        cr_expect_eq(err.code, SL_E_NO_MEMORY);
    }
}
