#include <criterion/criterion.h>

#include "base/limits.h"
#include "doc/node.h"
#include "doc/node_index.h"
#include <math.h>
#include <stdio.h>

static struct sl_doc doc;
static struct sl_doc other;
static struct sl_err err;

static void start(void)
{
    sl_doc_init(&doc);
    sl_doc_init(&other);
}

static void stop(void)
{
    sl_doc_release(&doc);
    sl_doc_release(&other);
}

TestSuite(node, .init = start, .fini = stop);

Test(node, maps_keep_their_order_and_replace_in_place)
{
    struct sl_node *map = sl_node_map(&doc);
    cr_assert_eq(sl_map_set(&doc, map, SL_STR("b"), sl_node_int(&doc, 1), &err), 0);
    cr_assert_eq(sl_map_set(&doc, map, SL_STR("a"), sl_node_int(&doc, 2), &err), 0);
    cr_assert_eq(sl_map_set(&doc, map, SL_STR("b"), sl_node_string(&doc, SL_STR("new")), &err), 0);
    cr_assert_eq(map->count, 2);
    cr_expect(sl_str_equal(map->as.entries[0].key, SL_STR("b")));
    cr_expect(sl_str_equal(sl_node_text(sl_node_get(map, "b")), SL_STR("new")));
    cr_expect_eq(sl_node_get(map, "a")->as.integer, 2);
    cr_expect_null(sl_node_get(map, "c"));
    cr_expect_null(sl_node_get(NULL, "c"));
    cr_expect_null(sl_node_get(sl_node_get(map, "a"), "c"));
}

Test(node, a_list_grows_and_keeps_its_items)
{
    struct sl_node *list = sl_node_list(&doc);
    for (int64_t i = 0; i < 1000; i++)
        cr_assert_eq(sl_list_add(&doc, list, sl_node_int(&doc, i), &err), 0);
    cr_assert_eq(list->count, 1000);
    for (int64_t i = 0; i < 1000; i++)
        cr_expect_eq(list->as.items[i]->as.integer, i);
}

Test(node, unsigned_numbers_are_signed_where_they_fit)
{
    cr_expect_eq(sl_node_uint(&doc, INT64_MAX)->kind, SL_INT);
    cr_expect_eq(sl_node_uint(&doc, UINT64_C(1) << 63)->kind, SL_UINT);
}

Test(node, floats_are_finite)
{
    cr_expect_null(sl_node_float(&doc, INFINITY));
    cr_expect_null(sl_node_float(&doc, NAN));
    cr_expect_not_null(sl_node_float(&doc, 1.5));
}

Test(node, a_missing_item_is_an_error_of_the_list)
{
    struct sl_node *list = sl_node_list(&doc);
    cr_expect_eq(sl_list_add(&doc, list, NULL, &err), -1);
    cr_expect_eq(err.code, SL_E_NO_MEMORY);
    doc.node_count = SL_DOC_NODES_MAX;
    cr_expect_eq(sl_list_add(&doc, list, sl_node_null(&doc), &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
}

/* {"k0": 0, "k1": 1, ...} from either end. */
static struct sl_node *numbered_map(struct sl_doc *owner, int count, bool backwards)
{
    struct sl_node *map = sl_node_map(owner);
    for (int i = 0; i < count; i++) {
        int number = backwards ? count - 1 - i : i;
        char key[16];
        (void)snprintf(key, sizeof key, "k%d", number);
        cr_assert_eq(sl_map_add(owner, map, sl_str_from(key), sl_node_int(owner, number), &err), 0);
    }
    return map;
}

Test(node, maps_are_equal_whatever_their_order)
{
    static const int counts[] = {0, 1, 2, 31, 32, 33, 500};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct sl_node *forwards = numbered_map(&doc, counts[i], false);
        struct sl_node *backwards = numbered_map(&doc, counts[i], true);
        cr_expect(sl_node_equal(forwards, backwards), "%d", counts[i]);
        if (counts[i] == 0)
            continue;
        backwards->as.entries[0].value = sl_node_string(&doc, SL_STR("x"));
        cr_expect_not(sl_node_equal(forwards, backwards), "%d", counts[i]);
        backwards->as.entries[0] = (struct sl_entry){.key = SL_STR("z"), .value = sl_node_int(&doc, 0)};
        cr_expect_not(sl_node_equal(forwards, backwards), "%d", counts[i]);
    }
}

Test(node, equality_is_of_kind_and_value)
{
    cr_expect(sl_node_equal(sl_node_int(&doc, 1), sl_node_int(&doc, 1)));
    cr_expect_not(sl_node_equal(sl_node_int(&doc, 1), sl_node_float(&doc, 1)));
    cr_expect_not(sl_node_equal(sl_node_int(&doc, 1), sl_node_bool(&doc, true)));
    cr_expect_not(sl_node_equal(sl_node_string(&doc, SL_STR("1")), sl_node_int(&doc, 1)));
    cr_expect(sl_node_equal(sl_node_null(&doc), sl_node_null(&doc)));
    cr_expect_not(sl_node_equal(sl_node_null(&doc), NULL));
    cr_expect(sl_node_equal(NULL, NULL));
    cr_expect_not(sl_node_equal(sl_node_list(&doc), sl_node_map(&doc)));
    cr_expect_not(sl_node_equal(sl_node_bool(&doc, true), sl_node_bool(&doc, false)));
    cr_expect_not(sl_node_equal(sl_node_uint(&doc, UINT64_MAX), sl_node_uint(&doc, UINT64_MAX - 1)));
}

Test(node, a_copy_is_whole_and_its_marks_lead_to_the_same_file)
{
    uint16_t wanted = sl_doc_add_file(&doc, SL_STR("first.yaml"));
    uint16_t second = sl_doc_add_file(&doc, SL_STR("second.yaml"));
    cr_expect_eq(sl_doc_add_file(&doc, SL_STR("first.yaml")), wanted);
    struct sl_node *map = numbered_map(&doc, 3, false);
    map->mark = (struct sl_mark){.line = 7, .column = 5, .file = second};
    struct sl_node *list = sl_node_list(&doc);
    struct sl_node *text = sl_node_string(&doc, SL_STR("text"));
    text->style = SL_STYLE_FOLDED;
    cr_assert_eq(sl_list_add(&doc, list, sl_node_float(&doc, 1.5), &err), 0);
    cr_assert_eq(sl_list_add(&doc, list, text, &err), 0);
    cr_assert_eq(sl_map_set(&doc, map, SL_STR("list"), list, &err), 0);

    struct sl_node *copy = sl_node_copy(&other, &doc, map);
    cr_assert_not_null(copy);
    cr_expect(sl_node_equal(copy, map));
    cr_expect_eq(sl_node_get(copy, "list")->as.items[1]->style, SL_STYLE_FOLDED);
    char where[64];
    cr_expect_str_eq(sl_mark_text(where, sizeof where, &other, copy->mark), "second.yaml:7:5");
    cr_expect_eq(other.file_count, 1);

    struct sl_node *same = sl_node_copy(&doc, &doc, map);
    cr_assert_eq(sl_map_set(&doc, same, SL_STR("k0"), sl_node_null(&doc), &err), 0);
    cr_expect_eq(sl_node_get(map, "k0")->kind, SL_INT);
    cr_expect_null(sl_node_copy(&doc, &doc, NULL));
}

static struct sl_node *nested(int depth)
{
    struct sl_node *inner = sl_node_list(&doc);
    for (int i = 0; i < depth; i++) {
        struct sl_node *outer = sl_node_list(&doc);
        cr_assert_eq(sl_list_add(&doc, outer, inner, &err), 0);
        inner = outer;
    }
    return inner;
}

Test(node, depth_is_limited)
{
    struct sl_node *fits = nested(SL_DOC_DEPTH_MAX);
    struct sl_node *too_deep = nested(SL_DOC_DEPTH_MAX + 1);
    cr_expect_not_null(sl_node_copy(&other, &doc, fits));
    cr_expect(sl_node_equal(fits, fits));
    cr_expect_null(sl_node_copy(&other, &doc, too_deep));
    cr_expect_not(sl_node_equal(too_deep, too_deep));
}

Test(node, a_mark_without_file_says_so_and_names_are_escaped_and_cut)
{
    char where[32];
    cr_expect_str_eq(sl_mark_text(where, sizeof where, &doc, (struct sl_mark){0}), "<no position>");
    struct sl_mark mark = {.line = 4000000000, .column = 65535};
    mark.file = sl_doc_add_file(&doc, SL_STR("a\x1b[31mb.yaml"));
    cr_expect_str_eq(sl_mark_text(where, sizeof where, &doc, mark), "a\\x1b[31mb....:4000000000:65535");
    mark.line = 1;
    mark.column = 2;
    cr_expect_str_eq(sl_mark_text(where, sizeof where, &doc, mark), "a\\x1b[31mb.yaml:1:2");
}

Test(node, the_table_of_files_holds_65535_names)
{
    char name[16];
    for (int i = 0; i < SL_DOC_FILES_MAX; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        cr_assert_eq(sl_doc_add_file(&doc, sl_str_from(name)), i + 1);
    }
    cr_expect_eq(sl_doc_add_file(&doc, SL_STR("one more")), 0);
    cr_expect_eq(sl_doc_add_file(&doc, SL_STR("17")), 18);
}

Test(node, every_kind_has_a_name_for_messages)
{
    static const struct {
        enum sl_kind kind;
        const char *name;
    } cases[] = {
        {SL_NULL, "null"},      {SL_BOOL, "a boolean"},  {SL_INT, "a number"}, {SL_UINT, "a number"},
        {SL_FLOAT, "a number"}, {SL_STRING, "a string"}, {SL_LIST, "a list"},  {SL_MAP, "a map"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_str_eq(sl_kind_name(cases[i].kind), cases[i].name);
}

Test(node, an_index_finds_what_looking_through_a_map_finds)
{
    struct sl_node_index index;
    struct sl_node *maps[3] = {sl_node_map(&doc), sl_node_map(&doc), sl_node_list(&doc)};
    char key[16];
    for (int i = 0; i < 500; i++) {
        (void)snprintf(key, sizeof key, "key%d", i);
        cr_assert_eq(sl_map_add(&doc, maps[0], sl_str_from(key), sl_node_int(&doc, i), &err), 0);
        if (i < 5)
            cr_assert_eq(sl_map_add(&doc, maps[1], sl_str_from(key), sl_node_int(&doc, -i), &err), 0);
    }
    sl_node_index_init(&index);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 600; i++) {
            (void)snprintf(key, sizeof key, "key%d", i);
            for (int map = 0; map < 3; map++)
                cr_expect_eq(sl_node_index_entry(&index, maps[map], sl_str_from(key)),
                             sl_node_entry(maps[map], sl_str_from(key)), "%s of %d", key, map);
        }
    cr_expect_null(sl_node_index_entry(&index, NULL, SL_STR("a")));
    sl_node_index_release(&index);
}
