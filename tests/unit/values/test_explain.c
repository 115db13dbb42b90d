#include "alloc_fault.h"
#include "base/limits.h"
#include "chart_kit.h"
#include "doc/json.h"
#include "doc/yaml.h"
#include "values/layers.h"

#include <criterion/criterion.h>
#include <stdio.h>

static const char chart_json[] =
    "{\"name\":\"web\",\"version\":\"1.0.0\",\"values\":{\"replicas\":1,\"image\":{\"tag\":\"\"},\"list\":[1],"
    "\"gone\":{\"x\":1},\"global\":{\"g\":1},\"db\":{\"size\":\"1Gi\"}},"
    "\"dependencies\":[{\"name\":\"postgresql\",\"version\":\"1.0.0\",\"alias\":\"db\"}],"
    "\"charts\":[{\"name\":\"postgresql\",\"version\":\"1.0.0\",\"values\":{\"size\":\"8Gi\",\"port\":5432}}]}";

struct kit {
    struct sl_doc doc;
    struct sl_findings *findings;
    struct sl_chart chart;
    struct sl_values values;
    struct sl_values_layer layers[4];
};

static struct sl_values_layer layer(struct kit *kit, enum sl_layer_kind kind, const char *file,
                                    const char *text)
{
    struct sl_values_layer made = {.kind = kind, .file = sl_str_from(file), .doc = &kit->doc};
    struct sl_err err = {0};
    cr_assert_eq(sl_yaml_read_one(&made.root, &kit->doc, sl_str_from(text), made.file, SL_YAML_VALUES, &err),
                 0, "%s", err.message);
    return made;
}

static void set_up(struct kit *kit)
{
    struct sl_err err = {0};
    struct sl_node *json = NULL;
    *kit = (struct kit){0};
    sl_doc_init(&kit->doc);
    cr_assert_eq(sl_findings_new(&kit->findings, &err), 0);
    cr_assert_eq(
        sl_json_read(&json, &kit->doc, sl_str_from(chart_json), SL_STR("c.tgz!web/values.yaml"), &err), 0);
    chart_kit_make(&kit->chart, &kit->doc, json);
    kit->chart.values_file = SL_STR("c.tgz!web/values.yaml");
    kit->layers[0] = (struct sl_values_layer){
        .kind = SL_LAYER_CHART, .file = kit->chart.values_file, .root = kit->chart.values, .doc = &kit->doc};
    kit->layers[1] = layer(kit, SL_LAYER_BASE, "base.yaml", "replicas: 2\nimage:\n  tag: one\n");
    kit->layers[2] = layer(kit, SL_LAYER_RELEASE, "release.yaml", "list: [2, 3]\nown: {a: 1, b: 2}\n");
    kit->layers[3] = layer(kit, SL_LAYER_CUSTOMER, "customer.yaml",
                           "replicas: 3\nown:\n  a: null\ngone: null\ndb:\n  port: 1\nlist: [2, 3]\n");
    kit->values = (struct sl_values){
        .application = SL_STR("web"), .chart = &kit->chart, .layers = kit->layers, .layer_count = 4};
    cr_assert_eq(sl_values_resolve(&kit->values, &kit->doc, kit->findings, &err), 0, "%s", err.message);
}

static void tear_down(struct kit *kit)
{
    sl_findings_free(kit->findings);
    sl_doc_release(&kit->doc);
}

/* "/pointer=value layer:line effect, ..." */
static void as_text(char *out, size_t size, const struct sl_explanation *explanation)
{
    out[0] = '\0';
    for (size_t i = 0; i < sl_explanation_count(explanation); i++) {
        const struct sl_value_place *place = sl_explanation_at(explanation, i);
        size_t length = strlen(out);
        (void)snprintf(out + length, size - length, "%s%s=%s", i ? "\n" : "", place->pointer.ptr,
                       place->value.ptr ? place->value.ptr : "-");
        for (size_t at = 0; at < place->say_count; at++) {
            length = strlen(out);
            (void)snprintf(out + length, size - length, "; %s %s %s", place->says[at].layer.ptr,
                           sl_value_effect_name(place->says[at].effect), place->says[at].value.ptr);
        }
    }
}

static const struct {
    const char *path, *expected;
} rows[] = {
    {"replicas", "/replicas=3; chart replaced 1; base replaced 2; customer wins 3"},
    {"image.tag", "/image/tag=\"one\"; chart replaced \"\"; base wins \"one\""},
    {"/image", "/image/tag=\"one\"; chart replaced \"\"; base wins \"one\""},
    /* Of two that say the same the later one counts. */
    {"list", "/list=[2, 3]; chart replaced [1]; release replaced [2, 3]; customer wins [2, 3]"},
    {"list[1]", "/list/1=3; chart replaced [1]; release replaced 3; customer wins 3"},
    {"own.a", "/own/a=-; release deleted 1; customer deletes null"},
    {"own", "/own/a=-; release deleted 1; customer deletes null\n/own/b=2; release wins 2"},
    {"gone.x", "/gone/x=-; chart deleted 1; customer deletes null"},
    /* A chart inside, by its alias: what is further out wins. */
    {"db.size", "/db/size=\"1Gi\"; chart replaced \"8Gi\"; chart wins \"1Gi\""},
    {"db.port", "/db/port=1; chart replaced 5432; customer wins 1"},
    {"db.global.g", "/db/global/g=1; chart wins 1"},
};

Test(explain, chains_by_the_table)
{
    struct kit kit;
    set_up(&kit);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_explanation *explanation = NULL;
        struct sl_err err = {0};
        char text[2048];
        cr_assert_eq(sl_values_explain(&explanation, &kit.values, sl_str_from(rows[i].path), &err), 0,
                     "%s: %s", rows[i].path, err.message);
        as_text(text, sizeof text, explanation);
        cr_expect_str_eq(text, rows[i].expected, "%s:\n is %s", rows[i].path, text);
        sl_explanation_free(explanation);
    }
    tear_down(&kit);
}

Test(explain, places_are_those_of_the_files)
{
    struct kit kit;
    struct sl_err err = {0};
    struct sl_explanation *explanation = NULL;
    set_up(&kit);
    cr_assert_eq(sl_values_explain(&explanation, &kit.values, SL_STR("own.a"), &err), 0);
    const struct sl_value_place *place = sl_explanation_at(explanation, 0);
    cr_assert_eq(place->say_count, 2);
    cr_expect_str_eq(place->says[1].file.ptr, "customer.yaml");
    cr_expect_eq(place->says[1].line, 3);
    cr_expect_eq(place->says[1].column, 6);
    sl_explanation_free(explanation);
    tear_down(&kit);
}

Test(explain, what_nobody_knows_is_told)
{
    struct kit kit;
    struct sl_err err = {0};
    struct sl_explanation *explanation = NULL;
    set_up(&kit);
    cr_expect_eq(sl_values_explain(&explanation, &kit.values, SL_STR("replcas"), &err), -1);
    cr_expect_eq(err.code, SL_E_NOT_FOUND);
    cr_expect_eq(sl_values_explain(&explanation, &kit.values, SL_STR("a["), &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE);
    tear_down(&kit);
}

Test(explain, the_annotated_values_are_yaml_of_the_same_values)
{
    struct kit kit;
    struct sl_err err = {0};
    struct sl_buf text;
    struct sl_node *root = NULL;
    set_up(&kit);
    sl_buf_init(&text, SL_MIB);
    cr_assert_eq(sl_values_write(&text, &kit.values, SL_VALUES_ANNOTATED, &err), 0, "%s", err.message);
    cr_expect(strstr(text.ptr, "replicas: 3  # customer, customer.yaml:1:11\n"), "%s", text.ptr);
    cr_expect(strstr(text.ptr, "# customer, customer.yaml:7:7\nlist:\n- 2\n- 3\n"), "%s", text.ptr);
    cr_assert_eq(
        sl_yaml_read_one(&root, &kit.doc, sl_buf_view(&text), SL_STR("annotated"), SL_YAML_VALUES, &err), 0,
        "%s", err.message);
    cr_expect(sl_node_equal(root, kit.values.effective), "%s", text.ptr);
    sl_buf_release(&text);
    tear_down(&kit);
}

Test(explain, every_failing_allocation_is_reported)
{
    struct kit kit;
    set_up(&kit);
    for (size_t nth = 1;; nth++) {
        struct sl_explanation *explanation = NULL;
        struct sl_err err = {0};
        struct sl_buf text;
        sl_buf_init(&text, SL_MIB);
        alloc_fault_arm(nth);
        int result = sl_values_explain(&explanation, &kit.values, SL_STR("own"), &err);
        if (result == 0)
            result = sl_values_write(&text, &kit.values, SL_VALUES_ANNOTATED, &err);
        if (result == 0)
            result = sl_buf_check(&text, "values", &err);
        bool failed = alloc_fault_disarm();
        sl_explanation_free(explanation);
        sl_buf_release(&text);
        cr_assert_eq(result, failed ? -1 : 0, "allocation %zu", nth);
        if (!failed)
            break;
        cr_expect_eq(err.code, SL_E_NO_MEMORY);
    }
    tear_down(&kit);
}

Test(explain, every_failing_allocation_of_a_merge_is_reported)
{
    struct kit kit;
    set_up(&kit);
    for (size_t nth = 1;; nth++) {
        struct sl_doc doc;
        struct sl_err err = {0};
        struct sl_values values = kit.values;
        sl_doc_init(&doc);
        alloc_fault_arm(nth);
        int result = sl_values_resolve(&values, &doc, kit.findings, &err);
        bool failed = alloc_fault_disarm();
        sl_doc_release(&doc);
        cr_assert_eq(result, failed ? -1 : 0, "allocation %zu", nth);
        if (!failed)
            break;
        cr_expect_eq(err.code, SL_E_NO_MEMORY);
    }
    tear_down(&kit);
}
