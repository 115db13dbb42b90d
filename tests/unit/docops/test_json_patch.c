#include "alloc_fault.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "docops/json_patch.h"
#include "merge_case.h"

#include <criterion/criterion.h>

static int apply(struct sl_node **out, struct sl_doc *doc, struct sl_node *target,
                 const struct sl_node *patch, const void *context, struct sl_err *err)
{
    (void)context;
    return sl_json_patch(out, doc, target, patch, err);
}

Test(docops_json_patch, patches_by_the_cases)
{
    run_merge_cases("json_patch.txt", SL_YAML_VALUES, apply, NULL, 55);
}

Test(docops_json_patch, a_patch_that_is_no_list_is_refused)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *patched = NULL;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    struct sl_node *target = read_document(&doc, SL_STR("a: 1"), "target", SL_YAML_RESOURCE);
    const struct sl_node *patch = read_document(&doc, SL_STR("{op: remove}"), "patch", SL_YAML_VALUES);
    cr_assert_eq(sl_json_patch(&patched, &doc, target, patch, &err), -1);
    cr_assert_eq(err.code, SL_E_INPUT);
    cr_assert_str_eq(err.message, "patch:1:1: a JSON patch is a list of operations, not a map");
}

/* Each copy doubles what is there: the limits of a document end it, which here is nearly full. */
Test(docops_json_patch, copies_cannot_grow_without_end)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    struct sl_node *patched = NULL;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    sl_buf_init(&text, SL_MIB);
    for (unsigned i = 0; i < 64; i++)
        sl_buf_text(&text, "- {op: copy, from: /a, path: /a/-}\n");
    struct sl_node *target = read_document(&doc, SL_STR("a: [1]"), "target", SL_YAML_RESOURCE);
    const struct sl_node *patch = read_document(&doc, sl_buf_view(&text), "patch", SL_YAML_VALUES);
    doc.node_count = SL_DOC_NODES_MAX - 5000;
    cr_assert_eq(sl_json_patch(&patched, &doc, target, patch, &err), -1);
    cr_assert_eq(err.code, SL_E_LIMIT);
}

Test(docops_json_patch, too_many_operations_are_refused)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *patched = NULL;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    struct sl_node *target = read_document(&doc, SL_STR("a: 1"), "target", SL_YAML_RESOURCE);
    const struct sl_node *operation =
        read_document(&doc, SL_STR("{op: replace, path: /a, value: 2}"), "patch", SL_YAML_VALUES);
    struct sl_node *patch = sl_node_list(&doc);
    for (unsigned i = 0; i < SL_JSON_PATCH_MAX; i++)
        cr_assert_eq(sl_list_add(&doc, patch, (struct sl_node *)operation, &err), 0);
    cr_assert_eq(sl_json_patch(&patched, &doc, target, patch, &err), 0, "%s", err.message);
    cr_assert_eq(sl_list_add(&doc, patch, (struct sl_node *)operation, &err), 0);
    cr_assert_eq(sl_json_patch(&patched, &doc, target, patch, &err), -1);
    cr_assert_eq(err.code, SL_E_LIMIT);
}

Test(docops_json_patch, every_allocation_may_fail)
{
    static const char operations[] =
        "[{op: add, path: /a/b~1c, value: {x: [1, 2]}}, {op: copy, from: /a, path: /d},"
        " {op: move, from: /d, path: /e}, {op: add, path: /l/0, value: 1},"
        " {op: test, path: /l/0, value: 1}, {op: replace, path: /n, value: 1}]";
    for (size_t nth = 1;; nth++) {
        SL_CLEANUP(sl_doc_release) struct sl_doc doc;
        struct sl_node *patched = NULL;
        struct sl_err err = {0};
        sl_doc_init(&doc);
        struct sl_node *target = read_document(&doc, SL_STR("{a: {}, l: []}"), "target", SL_YAML_RESOURCE);
        const struct sl_node *patch = read_document(&doc, sl_str_from(operations), "patch", SL_YAML_VALUES);
        alloc_fault_arm(nth);
        int result = sl_json_patch(&patched, &doc, target, patch, &err);
        if (!alloc_fault_disarm()) {
            cr_assert_eq(result, 0, "%s", err.message);
            cr_assert_gt(nth, 10);
            break;
        }
        cr_assert_eq(result, -1, "allocation %zu", nth);
        cr_assert_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
}
