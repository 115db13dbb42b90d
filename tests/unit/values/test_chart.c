#include "base/limits.h"
#include "io/stream.h"
#include "temp_dir.h"
#include "tgz.h"
#include "values/chart.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

static struct temp_dir temp;

static void set_up(void)
{
    temp_dir_make(&temp);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(chart, .init = set_up, .fini = tear_down);

static int read_file(struct sl_chart *chart, struct sl_doc *doc, const char *name, struct sl_err *err)
{
    char path[PATH_MAX];
    struct sl_source *source = NULL;
    int fd = open(temp_dir_join(&temp, name, path), O_RDONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(sl_source_fd(&source, fd, name, err), 0);
    int result = sl_chart_read(chart, doc, source, sl_str_from(name), NULL, err);
    sl_source_free(source);
    return result;
}

static int read_members(struct sl_chart *chart, struct sl_doc *doc, const struct tgz_member *members,
                        size_t count, struct sl_err *err)
{
    char path[PATH_MAX];
    tgz_write(temp_dir_join(&temp, "x.tgz", path), members, count);
    return read_file(chart, doc, "x.tgz", err);
}

static bool is(struct sl_str text, const char *expected)
{
    return sl_str_equal(text, sl_str_from(expected));
}

Test(chart, name_version_and_values_are_read_with_their_place)
{
    static const struct tgz_member members[] = {
        {"web", NULL},
        {"web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.2.3\n"},
        {"web/templates/a.yaml", "{{ not yaml"},
        {"web/charts/sub/Chart.yaml", "name: sub\nversion: 9.9.9\n"},
        {"web/charts/sub/values.yaml", "of: sub\n"},
        {"web/values.yaml", "a: 1\nb:\n  c: true\n"},
    };
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_chart chart;
    sl_doc_init(&doc);
    cr_assert_eq(read_members(&chart, &doc, members, 6, &err), 1, "%s", err.message);
    cr_expect(is(chart.name, "web"));
    cr_expect(is(chart.version, "1.2.3"));
    cr_assert_not_null(chart.values);
    cr_expect_eq(chart.values->count, 2);
    char where[128];
    const struct sl_node *deep = sl_node_get(sl_node_get(chart.values, "b"), "c");
    cr_expect_str_eq(sl_mark_text(where, sizeof where, &doc, deep->mark), "x.tgz!web/values.yaml:3:6");
    sl_doc_release(&doc);
}

static const struct {
    const char *why;
    struct tgz_member members[3];
    int result;
    enum sl_code code;
    const char *message;
} rows[] = {
    {"no values", {{"web/Chart.yaml", "name: web\nversion: 1.0.0\n"}}, 1, SL_OK, ""},
    {"empty values",
     {{"web/values.yaml", "# nothing\n"}, {"web/Chart.yaml", "name: web\nversion: 1.0.0\n"}},
     1,
     SL_OK,
     ""},
    {"an image as docker saves it",
     {{"manifest.json", "[]"}, {"a/Chart.yaml", "name: a\nversion: 1.0.0\n"}},
     0,
     SL_OK,
     ""},
    {"a chart that is not at the top", {{"a/b/Chart.yaml", "name: a\nversion: 1.0.0\n"}}, 0, SL_OK, ""},
    {"a second folder", {{"a/x", "x"}, {"b/Chart.yaml", "name: a\nversion: 1.0.0\n"}}, 0, SL_OK, ""},
    {"an empty archive", {{NULL, NULL}}, 0, SL_OK, ""},
    {"no name", {{"web/Chart.yaml", "version: 1.0.0\n"}}, -1, SL_E_INPUT, "Chart.yaml in x.tgz must have"},
    {"a version that is a number",
     {{"web/Chart.yaml", "name: web\nversion: 1.0\n"}},
     -1,
     SL_E_INPUT,
     "must have"},
    {"a Chart.yaml that is none", {{"web/Chart.yaml", "a: [\n"}}, -1, SL_E_INPUT, "x.tgz!web/Chart.yaml:"},
    {"values that are none",
     {{"web/Chart.yaml", "name: web\nversion: 1.0.0\n"}, {"web/values.yaml", "a: 1\na: 2\n"}},
     -1,
     SL_E_INPUT,
     "x.tgz!web/values.yaml:2:"},
};

Test(chart, what_is_a_chart_and_what_is_not)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_doc doc;
        struct sl_err err = {0};
        struct sl_chart chart;
        size_t count = 0;
        while (count < 3 && rows[i].members[count].path)
            count++;
        sl_doc_init(&doc);
        cr_expect_eq(read_members(&chart, &doc, rows[i].members, count, &err), rows[i].result, "%s: %s",
                     rows[i].why, err.message);
        cr_expect_eq(err.code, rows[i].code, "%s", rows[i].why);
        cr_expect(strstr(err.message, rows[i].message), "%s: %s", rows[i].why, err.message);
        sl_doc_release(&doc);
    }
}

/* A compressor makes 200 MiB of nothing small; the limit counts what comes out. */
Test(chart, one_that_unpacks_to_too_much_is_refused_or_no_chart)
{
    enum { LARGE = 60 * 1024 * 1024 };
    char *large = malloc(LARGE + 1);
    cr_assert_not_null(large);
    memset(large, ' ', LARGE);
    large[LARGE] = '\0';
    const struct tgz_member chart_first[] = {
        {"web/Chart.yaml", "name: web\nversion: 1.0.0\n"}, {"web/a", large}, {"web/b", large}};
    const struct tgz_member chart_last[] = {
        {"web/a", large}, {"web/b", large}, {"web/Chart.yaml", "name: web\nversion: 1.0.0\n"}};
    const struct tgz_member large_values[] = {{"web/Chart.yaml", "name: web\nversion: 1.0.0\n"},
                                              {"web/values.yaml", large}};
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_chart chart;
    sl_doc_init(&doc);
    cr_expect_eq(read_members(&chart, &doc, chart_first, 3, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect(strstr(err.message, "larger than 100 MiB"), "%s", err.message);
    cr_expect_eq(read_members(&chart, &doc, chart_last, 3, &err), 0);
    cr_expect_eq(read_members(&chart, &doc, large_values, 2, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    sl_doc_release(&doc);
    free(large);
}

Test(chart, every_truncation_is_an_error_or_no_chart)
{
    static const struct tgz_member members[] = {{"web/Chart.yaml", "name: web\nversion: 1.2.3\n"},
                                                {"web/values.yaml", "a: 1\n"}};
    char path[PATH_MAX];
    char bytes[4096];
    tgz_write(temp_dir_join(&temp, "whole.tgz", path), members, 2);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    cr_assert(size > 0 && size < sizeof bytes);
    for (size_t length = 0; length < size; length++) {
        struct sl_doc doc;
        struct sl_err err = {0};
        struct sl_chart chart;
        sl_doc_init(&doc);
        temp_dir_write(&temp, "cut.tgz", bytes, length);
        int result = read_file(&chart, &doc, "cut.tgz", &err);
        /* The end of a gzip stream holds nothing that the chart needs. */
        cr_expect(result == 1 || result == -1, "length %zu of %zu: %d", length, size, result);
        cr_expect(result == 1 || err.code == SL_E_INPUT, "length %zu: %s", length, err.message);
        cr_expect(length > size / 2 || result == -1, "length %zu", length);
        sl_doc_release(&doc);
    }
}

Test(chart, the_locale_makes_no_difference)
{
    static const struct tgz_member members[] = {{"w\xc3\xa9"
                                                 "b/Chart.yaml",
                                                 "name: web\nversion: 1.2.3\n"},
                                                {"web/Chart.yaml", "name: web\nversion: 1.2.3\n"}};
    static const char *const locales[] = {"C", "C.UTF-8"};
    for (size_t i = 0; i < 2; i++) {
        struct sl_doc doc;
        struct sl_err err = {0};
        struct sl_chart chart;
        sl_doc_init(&doc);
        cr_assert_not_null(setlocale(LC_ALL, locales[i]));
        cr_expect_eq(read_members(&chart, &doc, members, 2, &err), 1, "%s: %s", locales[i], err.message);
        sl_doc_release(&doc);
    }
}

Test(chart, charts_inside_are_read_as_folders_and_as_archives)
{
    static const struct tgz_member inner[] = {
        {"cache/Chart.yaml", "name: cache\nversion: 2.0.0\n"},
        {"cache/values.yaml", "size: 1\n"},
        {"cache/charts/deep/Chart.yaml", "name: deep\nversion: 3.0.0\n"}};
    char path[PATH_MAX], inner_path[PATH_MAX];
    tgz_write(temp_dir_join(&temp, "cache.tgz", inner_path), inner, 3);
    const struct tgz_member members[] = {
        {"web/Chart.yaml",
         "apiVersion: v2\nname: web\nversion: 1.2.3\ndependencies:\n- name: db\n  version: 1.x\n  alias: main\n"
         "  condition: main.enabled\n  tags: [data]\n  import-values: [data]\n- name: cache\n  version: 2.0.0\n"},
        {"web/values.schema.json", "{\"type\": \"object\"}"},
        {"web/charts/db/Chart.yaml", "name: db\nversion: 1.0.0\n"},
        {"web/charts/db/values.yaml", "port: 5432\n"},
        {"web/charts/_old/Chart.yaml", "name: old\nversion: 1.0.0\n"},
        {"web/charts/notes/README.md", "no chart"},
    };
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_chart chart;
    sl_doc_init(&doc);
    tgz_write_with(temp_dir_join(&temp, "x.tgz", path), members, sizeof members / sizeof members[0],
                   "web/charts/cache-2.0.0.tgz", inner_path);
    cr_assert_eq(read_file(&chart, &doc, "x.tgz", &err), 1, "%s", err.message);
    cr_expect_str_eq(chart.schema.ptr, "{\"type\": \"object\"}");
    cr_expect_str_eq(chart.schema_file.ptr, "x.tgz!web/values.schema.json");
    cr_assert_eq(chart.dependency_count, 2);
    cr_expect(is(chart.dependencies[0].name, "db") && is(chart.dependencies[0].alias, "main"));
    cr_expect(is(chart.dependencies[0].version, "1.x") &&
              is(chart.dependencies[0].condition, "main.enabled"));
    cr_expect(chart.dependencies[0].tags && chart.dependencies[0].import_values);
    cr_assert_eq(chart.subchart_count, 2);
    const struct sl_chart *cache = &chart.subcharts[0];
    const struct sl_chart *db = &chart.subcharts[1];
    cr_expect(is(cache->name, "cache") && is(db->name, "db"));
    cr_expect_eq(sl_node_get(db->values, "port")->as.integer, 5432);
    cr_expect_str_eq(db->values_file.ptr, "x.tgz!web/charts/db/values.yaml");
    cr_expect_str_eq(cache->values_file.ptr, "x.tgz!web/charts/cache-2.0.0.tgz!cache/values.yaml");
    cr_assert_eq(cache->subchart_count, 1);
    cr_expect(is(cache->subcharts[0].name, "deep"));
    sl_doc_release(&doc);
}
