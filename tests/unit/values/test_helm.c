/*
 * Against what Helm itself does: each line of helm.jsonl is a chart, what it is given, and what the templates of Helm
 * 4.2.0, 3.20.0 and 3.17.0 then see ("ERROR": it refuses).
 */
#include "base/limits.h"
#include "chart_kit.h"
#include "doc/json.h"
#include "docops/values.h"
#include "helm.h"
#include "values/layers.h"

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

static char *text_of(const struct sl_node *node)
{
    struct sl_buf buf;
    struct sl_err err = {0};
    sl_buf_init(&buf, SL_MIB);
    cr_assert_eq(sl_json_write_canonical(&buf, node, &err), 0, "%s", err.message);
    return buf.ptr;
}

static void check(struct sl_doc *doc, const struct sl_node *json, enum sl_helm_compat compat)
{
    const struct sl_node *expected = sl_node_get(json, sl_helm_compat_name(compat));
    struct sl_chart chart;
    struct sl_err err = {0};
    struct helm helm = {.doc = doc, .compat = compat};
    struct sl_node *values = NULL;
    chart_kit_make(&chart, doc, sl_node_get(json, "chart"));
    int good = helm_values(&values, NULL, &helm, &chart, sl_node_get(json, "values"), &err);
    struct sl_str why = sl_node_text(sl_node_get(json, "why"));
    cr_assert_neq(good, -1, "%s: %s", why.ptr, err.message);
    if (expected->kind == SL_STRING) {
        cr_expect_eq(good, 0, "Helm %s, %s: is not refused", sl_helm_compat_name(compat), why.ptr);
        return;
    }
    char *is = text_of(values);
    char *wanted = text_of(expected);
    cr_expect_str_eq(is, wanted, "Helm %s, %s:\n is     %s\n wanted %s", sl_helm_compat_name(compat), why.ptr,
                     is, wanted);
    free(is);
    free(wanted);
}

Test(helm, templates_see_what_they_see_with_helm_itself)
{
    FILE *file = fopen(SEALIFT_SOURCE_DIR "/tests/unit/values/helm.jsonl", "r");
    cr_assert_not_null(file);
    char *line = NULL;
    size_t capacity = 0;
    size_t cases = 0;
    for (ssize_t length; (length = getline(&line, &capacity, file)) > 0; cases++) {
        for (int compat = 0; compat < SL_HELM_COMPATS; compat++) {
            struct sl_doc doc;
            sl_doc_init(&doc);
            check(&doc, parse(&doc, (struct sl_str){line, (size_t)length}), (enum sl_helm_compat)compat);
            sl_doc_release(&doc);
        }
    }
    cr_expect_eq(cases, 108);
    free(line);
    (void)fclose(file);
}

/* -- random trees -- */

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static struct sl_node *random_map(struct sl_doc *doc, uint32_t *state, unsigned depth)
{
    static const char *const keys[] = {"a", "b", "c", "d", "global", "sub", "other", "x"};
    struct sl_node *map = sl_node_map(doc);
    struct sl_err err = {0};
    for (uint32_t left = next_random(state) % 5; left > 0; left--) {
        struct sl_str key = sl_str_from(keys[next_random(state) % 8]);
        uint32_t kind = next_random(state) % 10;
        struct sl_node *value = kind < 3                ? sl_node_null(doc)
                                : kind < 7 && depth > 0 ? random_map(doc, state, depth - 1)
                                : kind == 7             ? sl_node_string(doc, SL_STR("text"))
                                : kind == 8             ? sl_node_list(doc)
                                                        : sl_node_int(doc, (int64_t)(next_random(state) % 9));
        cr_assert_eq(sl_map_set(doc, map, key, value, &err), 0);
    }
    return map;
}

static void random_chart(struct sl_chart *chart, struct sl_doc *doc, uint32_t *state, const char *name,
                         unsigned depth)
{
    *chart = (struct sl_chart){.name = sl_str_from(name), .version = SL_STR("1.0.0")};
    chart->values = random_map(doc, state, 3);
    chart->subcharts = sl_arena_array(&doc->arena, 2, sizeof *chart->subcharts);
    chart->dependencies = sl_arena_array(&doc->arena, 2, sizeof *chart->dependencies);
    static const char *const names[] = {"sub", "other"};
    for (size_t i = 0; i < 2 && depth > 0; i++) {
        if (next_random(state) % 2)
            random_chart(&chart->subcharts[chart->subchart_count++], doc, state, names[i], depth - 1);
        if (next_random(state) % 2)
            chart->dependencies[chart->dependency_count++] = (struct sl_chart_dependency){
                .name = sl_str_from(names[i]),
                .alias = next_random(state) % 3 ? SL_STR("") : SL_STR("x"),
                .condition = next_random(state) % 3 ? SL_STR("") : SL_STR("a.b")};
    }
}

/* What Helm comes to with the merge of the layers, nulls and all, against what it comes to with what is carried: the
 * same, but for nulls that did no more than take a lower layer's value away. */
static bool same_but_for_nulls(const struct sl_node *carried, const struct sl_node *given)
{
    if (given->kind != SL_MAP || carried->kind != SL_MAP)
        return sl_node_equal(carried, given);
    uint32_t found = 0;
    for (uint32_t i = 0; i < given->count; i++) {
        const struct sl_entry *there = sl_node_entry(carried, given->as.entries[i].key);
        found += there != NULL;
        if (there ? !same_but_for_nulls(there->value, given->as.entries[i].value)
                  : given->as.entries[i].value->kind != SL_NULL)
            return false;
    }
    return found == carried->count;
}

static void check_random(uint32_t seed, enum sl_helm_compat compat)
{
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_chart chart;
    uint32_t state = seed;
    sl_doc_init(&doc);
    random_chart(&chart, &doc, &state, "top", next_random(&state) % 3);
    struct sl_values_layer layers[] = {
        {.kind = SL_LAYER_CHART, .root = chart.values, .doc = &doc},
        {.kind = SL_LAYER_BASE, .root = random_map(&doc, &state, 3), .doc = &doc},
        {.kind = SL_LAYER_RELEASE, .root = random_map(&doc, &state, 3), .doc = &doc},
        {.kind = SL_LAYER_CUSTOMER, .root = random_map(&doc, &state, 3), .doc = &doc},
    };
    struct sl_findings *findings = NULL;
    cr_assert_eq(sl_findings_new(&findings, &err), 0);
    struct sl_values values = {.chart = &chart, .compat = compat, .layers = layers, .layer_count = 4};
    cr_assert_eq(sl_values_resolve(&values, &doc, findings, &err), 0, "%s", err.message);

    struct helm helm = {.doc = &doc, .compat = compat};
    struct sl_node *given = NULL, *again = NULL, *direct = NULL;
    for (size_t i = 1; i < 4; i++)
        cr_assert_eq(sl_values_merge(&given, &doc, given, layers[i].root, &err), 0);
    int good = helm_values(&direct, NULL, &helm, &chart, given, &err);
    int carried = helm_values(&again, NULL, &helm, &chart, values.carried, &err);
    if (good == 1 && carried == 1) {
        char *text = text_of(values.carried);
        cr_expect(sl_node_equal(again, values.effective), "seed %u, Helm %s", seed,
                  sl_helm_compat_name(compat));
        cr_expect(same_but_for_nulls(again, direct), "seed %u, Helm %s: carried %s\n %s\n %s", seed,
                  sl_helm_compat_name(compat), text, text_of(again), text_of(direct));
        free(text);
    }
    sl_findings_free(findings);
    sl_doc_release(&doc);
}

Test(helm, what_is_carried_comes_to_the_same_at_the_site)
{
    for (uint32_t seed = 1; seed <= 3000; seed++)
        for (int compat = 0; compat < SL_HELM_COMPATS; compat++)
            check_random(seed * 2654435761U + 1, (enum sl_helm_compat)compat);
}
