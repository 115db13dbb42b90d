#include "alloc_fault.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "docops/strategic.h"
#include "merge_case.h"

#include <criterion/criterion.h>
#include <inttypes.h>

static int merge_as_the_target_says(struct sl_node **out, struct sl_doc *doc, struct sl_node *target,
                                    const struct sl_node *patch, const void *context, struct sl_err *err)
{
    struct sl_kube_type type = sl_kube_resource(context, sl_node_text(sl_node_get(target, "apiVersion")),
                                                sl_node_text(sl_node_get(target, "kind")));
    return sl_strategic_merge(out, doc, target, patch, type, err);
}

Test(docops_strategic, merges_by_the_cases)
{
    run_merge_cases("strategic.txt", SL_YAML_RESOURCE, merge_as_the_target_says, sl_kube_builtin(), 84);
}

Test(docops_strategic, merges_by_a_release_s_own_schema)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    struct sl_kube *kube = NULL;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    read_case_file(&text, "openapi.json");
    const struct sl_node *schema = read_document(&doc, sl_buf_view(&text), "openapi.json", SL_YAML_VALUES);
    cr_assert_eq(sl_kube_with_openapi(&kube, schema, &err), 0, "%s", err.message);
    run_merge_cases("openapi.txt", SL_YAML_RESOURCE, merge_as_the_target_says, kube, 11);
    sl_kube_free(kube);
}

Test(docops_strategic, a_type_of_nothing_is_found_by_what_the_target_says)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *merged = NULL;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    struct sl_node *target = read_document(
        &doc, SL_STR("{apiVersion: v1, kind: Pod, spec: {containers: [{name: a}]}}"), "t", SL_YAML_RESOURCE);
    struct sl_node *patch =
        read_document(&doc, SL_STR("{spec: {containers: [{name: b}]}}"), "p", SL_YAML_RESOURCE);
    cr_assert_eq(sl_strategic_merge(&merged, &doc, target, patch, (struct sl_kube_type){0}, &err), 0);
    cr_assert_eq(sl_node_get(sl_node_get(merged, "spec"), "containers")->count, 2);
}

Test(docops_strategic, what_comes_from_the_patch_keeps_its_place)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *merged = NULL;
    struct sl_err err = {0};
    char place[64];
    sl_doc_init(&doc);
    struct sl_node *target = read_document(&doc, SL_STR("a: 1\n"), "target.yaml", SL_YAML_RESOURCE);
    struct sl_node *patch = read_document(&doc, SL_STR("\nb: {c: 2}\n"), "patch.yaml", SL_YAML_RESOURCE);
    cr_assert_eq(sl_strategic_merge(&merged, &doc, target, patch, (struct sl_kube_type){0}, &err), 0);
    const struct sl_entry *added = sl_node_entry(merged, SL_STR("b"));
    cr_assert_str_eq(sl_mark_text(place, sizeof place, &doc, added->key_mark), "patch.yaml:2:1");
    cr_assert_str_eq(sl_mark_text(place, sizeof place, &doc, sl_node_get(added->value, "c")->mark),
                     "patch.yaml:2:8");
    cr_assert_str_eq(sl_mark_text(place, sizeof place, &doc, sl_node_get(merged, "a")->mark),
                     "target.yaml:1:4");
}

/* A Pod with containers c0, c1, ..., `loose` of them without a name. */
static struct sl_node *pod_with(struct sl_doc *doc, uint32_t count, uint32_t loose)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, 16 * SL_MIB);
    sl_buf_text(&text, "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n");
    for (uint32_t i = 0; i < count; i++)
        sl_buf_printf(&text, i < loose ? "  - {image: c%" PRIu32 "}\n" : "  - {name: c%" PRIu32 "}\n", i);
    return read_document(doc, sl_buf_view(&text), "pod", SL_YAML_RESOURCE);
}

/* Looking through the list for each item would take 2,500,000,000 comparisons, and the test its time limit.
 */
Test(docops_strategic, a_long_list_is_merged_by_an_index)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *merged = NULL;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    struct sl_node *target = pod_with(&doc, 50000, 0);
    struct sl_node *patch = pod_with(&doc, 60000, 0);
    cr_assert_eq(sl_strategic_merge(&merged, &doc, target, patch, (struct sl_kube_type){0}, &err), 0);
    const struct sl_node *containers = sl_node_get(sl_node_get(merged, "spec"), "containers");
    cr_assert_eq(containers->count, 60000);
    cr_assert(sl_str_equal(sl_node_text(sl_node_get(containers->as.items[59999], "name")), SL_STR("c59999")));
}

Test(docops_strategic, large_maps_are_merged_by_an_index)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    struct sl_node *merged = NULL;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    sl_buf_init(&text, 16 * SL_MIB);
    for (unsigned i = 0; i < 50000; i++)
        sl_buf_printf(&text, "k%u: %u\n", i, i);
    struct sl_node *target = read_document(&doc, sl_buf_view(&text), "target", SL_YAML_RESOURCE);
    sl_buf_reset(&text);
    for (unsigned i = 25000; i < 75000; i++)
        sl_buf_printf(&text, "k%u: x\n", i);
    struct sl_node *patch = read_document(&doc, sl_buf_view(&text), "patch", SL_YAML_RESOURCE);
    cr_assert_eq(sl_strategic_merge(&merged, &doc, target, patch, (struct sl_kube_type){0}, &err), 0);
    cr_assert_eq(merged->count, 75000);
    cr_assert_eq(merged->as.entries[24999].value->kind, SL_INT);
    cr_assert_eq(merged->as.entries[25000].value->kind, SL_STRING);
}

Test(docops_strategic, a_long_list_with_items_that_lack_their_key_is_refused)
{
    static const struct {
        uint32_t count;
        int result;
    } cases[] = {{SL_MERGE_LOOSE_MAX - 1, 0}, {SL_MERGE_LOOSE_MAX, -1}};
    for (size_t i = 0; i < 2; i++) {
        SL_CLEANUP(sl_doc_release) struct sl_doc doc;
        struct sl_node *merged = NULL;
        struct sl_err err = {0};
        sl_doc_init(&doc);
        struct sl_node *target = pod_with(&doc, cases[i].count, 1);
        struct sl_node *patch = pod_with(&doc, 1, 0);
        cr_assert_eq(sl_strategic_merge(&merged, &doc, target, patch, (struct sl_kube_type){0}, &err),
                     cases[i].result);
        cr_assert_eq(err.code, cases[i].result ? SL_E_LIMIT : SL_OK);
    }
}

/* The target nested as deep as a document may be, and the patch inside it. */
Test(docops_strategic, what_is_nested_too_deep_is_refused)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *merged = NULL;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    struct sl_node *target = sl_node_map(&doc);
    struct sl_node *patch = sl_node_map(&doc);
    struct sl_node *at = target;
    for (unsigned i = 0; i < SL_DOC_DEPTH_MAX + 1; i++) {
        struct sl_node *inner = sl_node_map(&doc);
        cr_assert_eq(sl_map_set(&doc, at, SL_STR("a"), inner, &err), 0);
        at = inner;
    }
    cr_assert_eq(sl_strategic_merge(&merged, &doc, target, patch, (struct sl_kube_type){0}, &err), -1);
    cr_assert_eq(err.code, SL_E_LIMIT);
}

static const char fault_target[] =
    "{apiVersion: v1, kind: Service, metadata: {finalizers: [a, b]}, spec: {selector: {a: '1'}, "
    "ports: [{port: 1, protocol: TCP}, {port: 2, name: x}, {name: loose}, {port: 3, protocol: UDP}]}}";
static const char fault_patch[] =
    "{metadata: {finalizers: [c, b], labels: {x: y}}, spec: {selector: {a: 2}, "
    "ports: [{port: 1}, {port: 4, protocol: TCP}, {protocol: UDP}], externalIPs: [q]}}";

Test(docops_strategic, every_allocation_may_fail)
{
    for (size_t nth = 1;; nth++) {
        SL_CLEANUP(sl_doc_release) struct sl_doc doc;
        struct sl_node *merged = NULL;
        struct sl_err err = {0};
        sl_doc_init(&doc);
        struct sl_node *target = read_document(&doc, sl_str_from(fault_target), "t", SL_YAML_RESOURCE);
        struct sl_node *patch = read_document(&doc, sl_str_from(fault_patch), "p", SL_YAML_RESOURCE);
        alloc_fault_arm(nth);
        int result = sl_strategic_merge(&merged, &doc, target, patch, (struct sl_kube_type){0}, &err);
        if (!alloc_fault_disarm()) {
            cr_assert_eq(result, 0, "%s", err.message);
            cr_assert_gt(nth, 10);
            break;
        }
        cr_assert_eq(result, -1, "allocation %zu", nth);
        cr_assert_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
}
