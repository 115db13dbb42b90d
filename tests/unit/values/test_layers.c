#include "base/limits.h"
#include "doc/yaml.h"
#include "values/layers.h"

#include <criterion/criterion.h>

static struct sl_values_layer layer(struct sl_doc *doc, const char *name, const char *text)
{
    struct sl_values_layer made = {.kind = SL_LAYER_BASE, .file = sl_str_from(name), .doc = doc};
    struct sl_err err = {0};
    cr_assert_eq(sl_yaml_read_one(&made.root, doc, sl_str_from(text), made.file, SL_YAML_VALUES, &err), 0,
                 "%s", err.message);
    return made;
}

static struct sl_buf merge(struct sl_doc *doc, struct sl_values_layer *layers, size_t count,
                           struct sl_findings *findings)
{
    struct sl_values values = {.layers = layers, .layer_count = count};
    struct sl_err err = {0};
    struct sl_buf text;
    sl_buf_init(&text, SL_MIB);
    cr_assert_eq(sl_values_resolve(&values, doc, findings, &err), 0, "%s", err.message);
    cr_assert_eq(sl_yaml_write(&text, values.effective, &err), 0, "%s", err.message);
    return text;
}

Test(layers, layers_merge_the_later_wins_and_null_deletes_what_a_lower_one_sets)
{
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_findings *findings = NULL;
    sl_doc_init(&doc);
    cr_assert_eq(sl_findings_new(&findings, &err), 0);
    struct sl_values_layer layers[] = {
        layer(&doc, "base", "a: 2\nb: {x: 1, z: base, l: [1, 2]}\nd: null\ne: gone\n"),
        layer(&doc, "release", "b: {l: [3]}\nf: {g: {h: 1, i: 2}}\n"),
        layer(&doc, "default", "# nothing\n"),
        layer(&doc, "customer", "a: 4\ne: null\nf: {g: {h: null}}\n"),
    };
    struct sl_buf text = merge(&doc, layers, 4, findings);
    cr_expect_str_eq(text.ptr, "a: 4\nb:\n  l:\n  - 3\n  x: 1\n  z: base\nd: null\nf:\n  g:\n    i: 2\n");
    cr_assert_eq(sl_findings_count(findings), 2);
    sl_findings_sort(findings);
    cr_expect_str_eq(sl_findings_at(findings, 0)->rule, "values/null-without-chart");
    cr_expect_eq(sl_findings_at(findings, 0)->line, 2);
    cr_expect_eq(sl_findings_at(findings, 1)->line, 3);
    sl_buf_release(&text);
    sl_findings_free(findings);
    sl_doc_release(&doc);
}

Test(layers, no_layer_is_an_empty_map)
{
    struct sl_doc doc;
    sl_doc_init(&doc);
    struct sl_buf text = merge(&doc, NULL, 0, NULL);
    cr_expect_str_eq(text.ptr, "{}\n");
    sl_buf_release(&text);
    sl_doc_release(&doc);
}

Test(layers, a_layer_that_is_no_map_is_reported_and_left_out)
{
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_findings *findings = NULL;
    sl_doc_init(&doc);
    cr_assert_eq(sl_findings_new(&findings, &err), 0);
    struct sl_values_layer layers[] = {layer(&doc, "one", "a: 1\n"), layer(&doc, "two", "\n- b\n"),
                                       layer(&doc, "three", "c: 3\n")};
    struct sl_buf text = merge(&doc, layers, 3, findings);
    cr_expect_str_eq(text.ptr, "a: 1\nc: 3\n");
    cr_assert_eq(sl_findings_count(findings), 1);
    const struct sl_finding *finding = sl_findings_at(findings, 0);
    cr_expect_str_eq(finding->rule, "values/not-a-map");
    cr_expect_str_eq(finding->file.ptr, "two");
    cr_expect_eq(finding->line, 2);
    cr_expect_str_eq(finding->message.ptr, "values must be a map, this is a list");
    sl_buf_release(&text);
    sl_findings_free(findings);
    sl_doc_release(&doc);
}
