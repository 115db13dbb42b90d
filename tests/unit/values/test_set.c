/*
 * Against Helm itself: each line of set.jsonl is what was there, a line of --set (or --set-string), and what Helm
 * 4.2.0 makes of it ("ERROR": it refuses).
 */
#include "alloc_fault.h"
#include "base/limits.h"
#include "doc/json.h"
#include "values/set.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct sl_node *parse(struct sl_doc *doc, struct sl_str json)
{
    struct sl_node *root = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_json_read(&root, doc, json, SL_STR("case"), &err), 0, "%s", err.message);
    return root;
}

static void check(struct sl_doc *doc, const struct sl_node *json)
{
    const struct sl_node *expected = sl_node_get(json, "values");
    struct sl_set_line line = {
        .text = sl_node_text(sl_node_get(json, "text")),
        .mode = sl_node_get(json, "string")->as.boolean ? SL_SET_STRING : SL_SET_TYPED,
    };
    struct sl_node *values = sl_node_get(json, "base");
    struct sl_err err = {0};
    int result = sl_set_apply(values, doc, &line, &err);
    if (expected->kind == SL_STRING) {
        cr_expect_eq(result, -1, "%s is not refused", line.text.ptr);
        cr_expect_eq(err.code, SL_E_INPUT, "%s: %s", line.text.ptr, err.message);
        return;
    }
    cr_expect_eq(result, 0, "%s: %s", line.text.ptr, err.message);
    cr_expect(sl_node_equal(values, expected), "%s comes to something else", line.text.ptr);
}

Test(set, lines_come_to_what_they_come_to_with_helm_itself)
{
    FILE *file = fopen(SEALIFT_SOURCE_DIR "/tests/unit/values/set.jsonl", "r");
    cr_assert_not_null(file);
    char *line = NULL;
    size_t capacity = 0;
    size_t cases = 0;
    for (ssize_t length; (length = getline(&line, &capacity, file)) > 0; cases++) {
        struct sl_doc doc;
        sl_doc_init(&doc);
        check(&doc, parse(&doc, (struct sl_str){line, (size_t)length}));
        sl_doc_release(&doc);
    }
    cr_expect_eq(cases, 159);
    free(line);
    (void)fclose(file);
}

/* -- what Helm does not do, or not as a line -- */

static const struct {
    const char *text, *message;
    enum sl_code code;
} refused[] = {
    {"[", "no number of an item", SL_E_INPUT},
    {"a[65537]", "beyond 0 to 65536", SL_E_INPUT},
    {"a[99999999999999999999]=1", "no number of an item", SL_E_INPUT},
};

Test(set, what_breaks_off_is_refused)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct sl_doc doc;
        struct sl_err err = {0};
        struct sl_set_line line = {.text = sl_str_from(refused[i].text)};
        sl_doc_init(&doc);
        cr_expect_eq(sl_set_apply(sl_node_map(&doc), &doc, &line, &err), -1, "%s", refused[i].text);
        cr_expect_eq(err.code, refused[i].code, "%s", refused[i].text);
        cr_expect(strstr(err.message, refused[i].message), "%s: %s", refused[i].text, err.message);
        sl_doc_release(&doc);
    }
}

/* "a" and then a thousand "[0]", and many long lists. */
Test(set, brackets_and_items_are_limited)
{
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_buf text;
    sl_doc_init(&doc);
    sl_buf_init(&text, SL_MIB);
    sl_buf_text(&text, "a");
    for (int i = 0; i < 1000; i++)
        sl_buf_text(&text, "[0]");
    sl_buf_text(&text, "=1");
    struct sl_set_line line = {.text = sl_buf_view(&text)};
    cr_expect_eq(sl_set_apply(sl_node_map(&doc), &doc, &line, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    sl_buf_reset(&text);
    for (int i = 0; i < 20; i++)
        sl_buf_printf(&text, "a%d[65536]=1,", i);
    line.text = sl_buf_view(&text);
    cr_expect_eq(sl_set_apply(sl_node_map(&doc), &doc, &line, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    sl_buf_release(&text);
    sl_doc_release(&doc);
}

Test(set, a_file_s_content_is_the_value_whatever_stands_there)
{
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_set_line line = {
        .text = SL_STR("a.b=file"), .mode = SL_SET_FILE, .content = SL_STR("1,2\n"), .mark = {7, 3, 0}};
    sl_doc_init(&doc);
    struct sl_node *values = sl_node_map(&doc);
    cr_assert_eq(sl_set_apply(values, &doc, &line, &err), 0, "%s", err.message);
    const struct sl_node *set = sl_node_get(sl_node_get(values, "a"), "b");
    cr_expect_str_eq(set->as.text.ptr, "1,2\n");
    cr_expect_eq(set->mark.line, 7);
    sl_doc_release(&doc);
}

Test(set, every_failing_allocation_is_reported)
{
    for (size_t nth = 1;; nth++) {
        struct sl_doc doc;
        struct sl_err err = {0};
        struct sl_set_line line = {.text = SL_STR("a.b[1].c={x,2},d=null,e\\.f=true,g[0][0]=")};
        sl_doc_init(&doc);
        struct sl_node *values = sl_node_map(&doc);
        alloc_fault_arm(nth);
        int result = sl_set_apply(values, &doc, &line, &err);
        bool failed = alloc_fault_disarm();
        sl_doc_release(&doc);
        cr_assert_eq(result, failed ? -1 : 0);
        if (!failed)
            break;
        cr_expect_eq(err.code, SL_E_NO_MEMORY);
    }
}
