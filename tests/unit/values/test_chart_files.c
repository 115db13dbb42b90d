/* The crds/ folders and the templates of a chart and of the charts in it. */
#include "temp_dir.h"
#include "tgz.h"
#include "values/chart.h"

#include <criterion/criterion.h>
#include <fcntl.h>

static struct temp_dir temp;
static struct sl_doc doc;
static struct sl_chart_file *files;
static size_t count;

static void set_up(void)
{
    temp_dir_make(&temp);
    sl_doc_init(&doc);
}

static void tear_down(void)
{
    sl_doc_release(&doc);
    temp_dir_remove(&temp);
}

TestSuite(chart_crds, .init = set_up, .fini = tear_down);

typedef int read_files(struct sl_chart_file **out, size_t *count, struct sl_doc *doc,
                       struct sl_source *source, struct sl_str name, struct sl_err *err);

static int read_with(read_files *read, const struct tgz_member *members, size_t member_count)
{
    char path[PATH_MAX];
    struct sl_err err = {0};
    struct sl_source *source = NULL;
    tgz_write(temp_dir_join(&temp, "x.tgz", path), members, member_count);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(sl_source_fd(&source, fd, "x.tgz", &err), 0);
    int result = read(&files, &count, &doc, source, SL_STR("x.tgz"), &err);
    sl_source_free(source);
    return result;
}

static int read_members(const struct tgz_member *members, size_t member_count)
{
    return read_with(sl_chart_read_crds, members, member_count);
}

Test(chart_crds, templates_and_values_of_every_level_are_read_as_text)
{
    static const struct tgz_member members[] = {
        {"web", NULL},
        {"web/Chart.yaml", "name: web\nversion: 1.2.3\n"},
        {"web/values.yaml", "a: 1\n"},
        {"web/templates/a/b.yaml", "b"},
        {"web/templates/_helpers.tpl", "h"},
        {"web/crds/c.yaml", "no"},
        {"web/charts/db/Chart.yaml", "name: db\nversion: 1.0.0\n"},
        {"web/charts/db/values.yaml", "v"},
        {"web/charts/db/templates/d.yaml", "d"},
    };
    static const char *const expected[][2] = {{"x.tgz!web/charts/db/templates/d.yaml", "d"},
                                              {"x.tgz!web/charts/db/values.yaml", "v"},
                                              {"x.tgz!web/templates/_helpers.tpl", "h"},
                                              {"x.tgz!web/templates/a/b.yaml", "b"},
                                              {"x.tgz!web/values.yaml", "a: 1\n"}};
    cr_assert_eq(read_with(sl_chart_read_templates, members, sizeof members / sizeof members[0]), 1);
    cr_assert_eq(count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < count; i++) {
        cr_expect_str_eq(files[i].file.ptr, expected[i][0]);
        cr_expect_str_eq(files[i].text.ptr, expected[i][1]);
    }
}

Test(chart_crds, are_the_yaml_files_of_crds_at_every_level_in_the_order_of_their_paths)
{
    static const struct tgz_member members[] = {
        {"web", NULL},
        {"web/Chart.yaml", "name: web\nversion: 1.2.3\n"},
        {"web/values.yaml", "a: 1\n"},
        {"web/crds/b.yaml", "b"},
        {"web/crds/deep/a.yml", "a"},
        {"web/crds/README.md", "no"},
        {"web/templates/crds/c.yaml", "no"},
        {"web/charts/db/Chart.yaml", "name: db\nversion: 1.0.0\n"},
        {"web/charts/db/crds/d.yaml", "d"},
        {"web/charts/_old/crds/e.yaml", "no"},
    };
    static const char *const expected[][2] = {{"x.tgz!web/charts/db/crds/d.yaml", "d"},
                                              {"x.tgz!web/crds/b.yaml", "b"},
                                              {"x.tgz!web/crds/deep/a.yml", "a"}};
    cr_assert_eq(read_members(members, sizeof members / sizeof members[0]), 1);
    cr_assert_eq(count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < count; i++) {
        cr_expect(sl_str_equal(files[i].file, sl_str_from(expected[i][0])), SL_FMT, SL_ARG(files[i].file));
        cr_expect(sl_str_equal(files[i].text, sl_str_from(expected[i][1])), SL_FMT, SL_ARG(files[i].text));
    }
}

Test(chart_crds, an_archive_that_is_no_chart_has_none)
{
    static const struct tgz_member members[] = {{"web", NULL}, {"web/crds/b.yaml", "b"}};
    cr_expect_eq(read_members(members, 2), 0);
    cr_expect_eq(count, 0);
}
