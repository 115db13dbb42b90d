#include "gitops/layout.h"
#include "release_repo.h"
#include "tgz.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct temp_dir temp;
static struct sl_tree *tree;
static struct sl_findings *findings;
static struct sl_reading reading;
static struct sl_layout layout;

static void set_up(void)
{
    temp_dir_make(&temp);
    release_repo_write(&temp);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(layout, .init = set_up, .fini = tear_down);

static int resolve_as(const struct sl_layout_query *query, struct sl_err *err)
{
    cr_assert_eq(sl_tree_open_directory(&tree, temp.path, err), 0, "%s", err->message);
    cr_assert_eq(sl_findings_new(&findings, err), 0);
    sl_reading_init(&reading, tree, findings);
    int result = sl_layout_resolve(&layout, &reading, query, err);
    sl_findings_sort(findings);
    return result;
}

static int resolve(const char *release, const char *customer, struct sl_err *err)
{
    struct sl_layout_query query = {.release = sl_str_from(release), .customer = sl_str_from(customer)};
    return resolve_as(&query, err);
}

static void let_go(void)
{
    sl_reading_release(&reading);
    sl_findings_free(findings);
    sl_tree_free(tree);
}

static bool is(struct sl_str text, const char *expected)
{
    return sl_str_equal(text, sl_str_from(expected));
}

/* "file file ..." of the composition, each file once for each of its documents. */
static const char *composed(void)
{
    static char text[4096];
    text[0] = '\0';
    for (size_t i = 0; i < layout.object_count; i++) {
        (void)strncat(text, i ? " " : "", sizeof text - strlen(text) - 1);
        (void)strncat(text, layout.objects[i].built.file.ptr, sizeof text - strlen(text) - 1);
    }
    return text;
}

static void print_findings(void)
{
    for (size_t i = 0; i < sl_findings_count(findings); i++) {
        const struct sl_finding *finding = sl_findings_at(findings, i);
        cr_log_warn("%s:%u:%u %s: %s (%s)", finding->file.ptr, finding->line, finding->column, finding->rule,
                    finding->message.ptr, finding->hint.ptr);
    }
}

Test(layout, the_sound_repository_is_read_whole_and_without_findings)
{
    struct sl_err err = {0};
    cr_assert_eq(resolve("v1.0", "customer-a", &err), 0, "%s", err.message);
    print_findings();
    cr_expect_eq(sl_findings_count(findings), 0);
    cr_expect(is(layout.environment, "production"));
    cr_expect(is(layout.environment_from, "overlays/customer-a/cluster-config.yaml"));
    cr_expect_eq(layout.sequence, 3);
    cr_expect(is(layout.sequence_from, "releases/v1.0/release.yaml"));
    cr_expect_str_eq(
        composed(), "releases/v1.0/projects/shop-project.yaml releases/v1.0/clusters/production-cluster.yaml "
                    "releases/v1.0/applications/prometheus-app.yaml releases/v1.0/applications/web-app.yaml "
                    "overlays/customer-a/site.yaml");
    cr_assert_eq(layout.application_count, 2);
    const struct sl_application *prometheus = &layout.applications[0];
    const struct sl_application *web = &layout.applications[1];
    cr_expect(is(prometheus->name, "prometheus") && is(web->name, "web"));
    cr_expect(is(prometheus->chart_name, "prometheus") && is(prometheus->chart_version, "1.x"));
    cr_expect(is(web->chart_name, "web") && is(web->chart_version, "1.2.3"));
    cr_expect(is(prometheus->values_files[SL_VALUES_CUSTOMER],
                 "overlays/customer-a/custom-values/monitoring-custom.yaml"));
    cr_expect(is(web->values_files[SL_VALUES_BASE], "base/values/web-values.yaml"));
    cr_expect(is(web->values_files[SL_VALUES_RELEASE], "releases/v1.0/values/production/web-values.yaml"));
    cr_expect(is(web->values_files[SL_VALUES_DEFAULT], "overlays/default/custom-values/web-custom.yaml"));
    cr_expect(is(web->values_files[SL_VALUES_CUSTOMER], "overlays/customer-a/custom-values/web-custom.yaml"));
    let_go();
}

Test(layout, the_environment_is_asked_for_or_the_customers_or_production)
{
    struct sl_err err = {0};
    struct sl_layout_query query = {
        .release = SL_STR("v1.0"), .customer = SL_STR("customer-a"), .environment = SL_STR("staging")};
    cr_assert_eq(resolve_as(&query, &err), 0, "%s", err.message);
    cr_expect(is(layout.environment, "staging"));
    cr_expect(is(layout.environment_from, "asked for"));
    cr_expect(strstr(composed(), "staging-cluster.yaml") && !strstr(composed(), "production-cluster.yaml"));
    let_go();

    temp_dir_write_text(&temp, "overlays/customer-a/cluster-config.yaml", "environment: staging\n");
    cr_assert_eq(resolve("v1.0", "customer-a", &err), 0, "%s", err.message);
    cr_expect(is(layout.environment, "staging"));
    let_go();

    release_repo_change(&temp, (const struct repo_file[]){{"overlays/customer-a/cluster-config.yaml", NULL}},
                        1);
    cr_assert_eq(resolve("v1.0", "customer-a", &err), 0, "%s", err.message);
    cr_expect(is(layout.environment, "production"));
    cr_expect(is(layout.environment_from, "nothing says otherwise"));
    let_go();
}

Test(layout, the_sequence_is_asked_for_or_the_releases_or_left_open)
{
    struct sl_err err = {0};
    struct sl_layout_query query = {
        .release = SL_STR("v1.0"), .customer = SL_STR("customer-a"), .sequence = 99};
    cr_assert_eq(resolve_as(&query, &err), 0, "%s", err.message);
    cr_expect_eq(layout.sequence, 99);
    let_go();

    /* A plain directory has no commits to count. */
    temp_dir_write_text(&temp, "releases/v1.0/release.yaml", "aliases: {monitoring: prometheus}\n");
    cr_assert_eq(resolve("v1.0", "customer-a", &err), 0, "%s", err.message);
    cr_expect_eq(layout.sequence, 0);
    let_go();
}

/* What can be left out, is: a release of one manifest, an overlay of nothing. */
Test(layout, everything_optional_may_be_missing)
{
    struct sl_err err = {0};
    temp_dir_remove(&temp);
    temp_dir_make(&temp);
    temp_dir_write_text(&temp, "releases/v2/applications/a-app.yaml",
                        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    temp_dir_make_dir(&temp, "overlays/c");
    cr_assert_eq(resolve("v2", "c", &err), 0, "%s", err.message);
    print_findings();
    cr_expect_eq(sl_findings_count(findings), 0);
    cr_expect_str_eq(composed(), "releases/v2/applications/a-app.yaml");
    cr_expect_eq(layout.application_count, 1);
    let_go();
}

/* Wrong names are usage errors that say what there is. */
static const struct {
    const char *release, *customer, *message, *hint;
} usage_cases[] = {
    {"v1.1", "customer-a", "there is no release v1.1; there is v1.0", "did you mean v1.0?"},
    {"v1.0", "customer-b", "there is no customer customer-b; there is customer-a",
     "did you mean customer-a?"},
    {"v1.0", "nobody", "there is no customer nobody; there is customer-a", ""},
    {"v1.0", "default", "overlays/default is the template", ""},
    {"../x", "customer-a", "release", ""},
    {"", "customer-a", "release", ""},
    {"v1.0", "a/b", "customer", ""},
};

Test(layout, unknown_releases_and_customers_are_usage_errors_with_a_list)
{
    for (size_t i = 0; i < sizeof usage_cases / sizeof usage_cases[0]; i++) {
        struct sl_err err = {0};
        cr_expect_eq(resolve(usage_cases[i].release, usage_cases[i].customer, &err), -1);
        cr_expect_eq(err.code, SL_E_USAGE, "case %zu: %s", i, err.message);
        cr_expect(strstr(err.message, usage_cases[i].message), "case %zu: %s", i, err.message);
        cr_expect_str_eq(err.hint, usage_cases[i].hint, "case %zu", i);
        let_go();
    }
}

Test(layout, a_directory_that_is_no_release_repository_says_what_to_do)
{
    struct sl_err err = {0};
    temp_dir_remove(&temp);
    temp_dir_make(&temp);
    cr_expect_eq(resolve("v1.0", "customer-a", &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE);
    cr_expect(strstr(err.message, "no release repository"));
    cr_expect(strstr(err.hint, "sealift init"));
    let_go();
}

#define KUSTOMIZATION    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
#define CONFIG_MAP(name) "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " name "\n"

/* One change to the sound repository each, and the one finding it gives. */
static const struct {
    struct repo_file files[3];
    const char *rule, *place, *message, *hint;
    enum sl_severity severity;
} broken[] = {
    {{{"VERSION.md", "v1.0.1 and v11.0 and v1.0-rc1\n"}},
     "release/version-disagrees",
     "VERSION.md:0:0",
     "does not name the release v1.0",
     "name every release",
     SL_ERROR},
    {{{"releases/v1.0/release.yaml", "version: v1.1\nsequence: 3\naliases: {monitoring: prometheus}\n"}},
     "release/version-disagrees",
     "releases/v1.0/release.yaml:1:10",
     "says version v1.1, but the directory is releases/v1.0",
     "",
     SL_ERROR},
    {{{"releases/v1.0/release.yaml", "sequense: 3\naliases: {monitoring: prometheus}\n"}},
     "release/unknown-key",
     "releases/v1.0/release.yaml:1:1",
     "sequense",
     "did you mean sequence?",
     SL_WARNING},
    {{{"releases/v1.0/release.yaml", "aliases: {monitoring: prometheus, db: postgres}\n"}},
     "release/unknown-alias",
     "releases/v1.0/release.yaml:1:35",
     "db stands for postgres, which is no application",
     "",
     SL_ERROR},
    {{{"releases/v1.0/release.yaml", "aliases: {monitoring: promtheus}\n"},
      {"overlays/customer-a/custom-values/monitoring-custom.yaml", NULL}},
     "release/unknown-alias",
     "releases/v1.0/release.yaml:1:11",
     "stands for promtheus",
     "did you mean prometheus?",
     SL_ERROR},
    {{{"releases/v1.0/release.yaml", "aliases: {monitoring: prometheus, web: prometheus}\n"}},
     "release/unknown-alias",
     "releases/v1.0/release.yaml:1:35",
     "web is itself an application",
     "",
     SL_ERROR},
    {{{"overlays/customer-a/cluster-config.yaml", "customer: customer-b\n"}},
     "customer/name-disagrees",
     "overlays/customer-a/cluster-config.yaml:1:11",
     "says customer customer-b, but the directory is overlays/customer-a",
     "",
     SL_ERROR},
    {{{"overlays/customer-a/cluster-config.yaml", "enviroment: staging\n"}},
     "customer/unknown-key",
     "overlays/customer-a/cluster-config.yaml:1:1",
     "enviroment",
     "did you mean environment?",
     SL_WARNING},
    {{{"overlays/customer-a/cluster-config.yaml", "environment: prodution\n"}},
     "release/unknown-environment",
     "releases/v1.0:0:0",
     "has no cluster file and no values for the environment prodution",
     "did you mean production?",
     SL_ERROR},
    {{{"releases/v1.0/clusters/production-cluster.yaml", NULL}},
     "release/no-cluster",
     "releases/v1.0:0:0",
     "has no cluster file for the environment production",
     "",
     SL_WARNING},
    {{{"releases/v1.0/values/production/web-values.yaml", NULL}, {"releases/v1.0/values/production/x", NULL}},
     NULL,
     NULL,
     NULL,
     NULL,
     SL_NOTE},
    {{{"releases/v1.0/applications/extra.yaml", CONFIG_MAP("extra")}},
     "release/not-composed",
     "releases/v1.0/applications/extra.yaml:0:0",
     "is not packed: files of this folder end in -app.yaml",
     "rename it",
     SL_WARNING},
    {{{"releases/v1.0/applications/a b-app.yaml", CONFIG_MAP("ab")}},
     "release/application-name",
     "releases/v1.0/applications/a b-app.yaml:0:0",
     "the application's name \"a b\"",
     "",
     SL_ERROR},
    {{{"overlays/customer-a/kustomization.yaml", KUSTOMIZATION "resources: [web-app.yaml]\n"},
      {"overlays/customer-a/web-app.yaml", CONFIG_MAP("other")}},
     "release/application-twice",
     "overlays/customer-a/web-app.yaml:0:0",
     "second file of the application web, beside releases/v1.0/applications/web-app.yaml",
     "",
     SL_ERROR},
    {{{"overlays/customer-a/custom-values/wbe-custom.yaml", "a: 1\n"}},
     "values/no-application",
     "overlays/customer-a/custom-values/wbe-custom.yaml:0:0",
     "belongs to no application: release v1.0 has no wbe",
     "did you mean web-custom.yaml?",
     SL_ERROR},
    {{{"releases/v1.0/values/production/wbe-values.yaml", "a: 1\n"}},
     "values/no-application",
     "releases/v1.0/values/production/wbe-values.yaml:0:0",
     "release v1.0 has no wbe",
     "did you mean web-values.yaml?",
     SL_ERROR},
    {{{"overlays/default/custom-values/harbor-custom.yaml", "a: 1\n"}},
     "values/no-application",
     "overlays/default/custom-values/harbor-custom.yaml:0:0",
     "release v1.0 has no harbor",
     "",
     SL_WARNING},
    {{{"base/values/harbor-values.yaml", "a: 1\n"}},
     "values/no-application",
     "base/values/harbor-values.yaml:0:0",
     "release v1.0 has no harbor",
     "",
     SL_WARNING},
    {{{"overlays/customer-a/custom-values/web.yaml", "a: 1\n"}},
     "values/misnamed",
     "overlays/customer-a/custom-values/web.yaml:0:0",
     "named APP-custom.yaml",
     "",
     SL_ERROR},
    {{{"overlays/customer-a/custom-values/web-custom.yml", "a: 1\n"}},
     "values/misnamed",
     "overlays/customer-a/custom-values/web-custom.yml:0:0",
     "named APP-custom.yaml",
     "",
     SL_ERROR},
    {{{"overlays/customer-a/custom-values/prometheus-custom.yaml", "a: 1\n"}},
     "values/two-files",
     "overlays/customer-a/custom-values/prometheus-custom.yaml:0:0",
     "belongs to the application prometheus, and so does "
     "overlays/customer-a/custom-values/monitoring-custom.yaml",
     "make one file",
     SL_ERROR},
    {{{"releases/v1.0/artifacts/big.bin",
       "version https://git-lfs.github.com/spec/v1\n"
       "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"}},
     "artifacts/lfs-pointer",
     "releases/v1.0/artifacts/big.bin:0:0",
     "not the file itself",
     "git lfs pull",
     SL_ERROR},
    {{{"releases/v1.0/artifacts/x.tgz", "no archive\n"}},
     "artifacts/unreadable",
     "releases/v1.0/artifacts/x.tgz:0:0",
     "cannot be read as a gzip'd tar",
     "no Helm will read it",
     SL_ERROR},
    {{{"releases/v1.0/artifacts/x.tgz", ""}},
     "artifacts/unreadable",
     "releases/v1.0/artifacts/x.tgz:0:0",
     "is empty",
     "no Helm will read it",
     SL_ERROR},
};

static void expect_one(size_t row)
{
    size_t count = sl_findings_count(findings);
    if (!broken[row].rule) {
        cr_expect_eq(count, 0, "row %zu", row);
        return;
    }
    if (count != 1)
        print_findings();
    cr_assert_eq(count, 1, "row %zu (%s): %zu findings", row, broken[row].rule, count);
    const struct sl_finding *finding = sl_findings_at(findings, 0);
    char place[256];
    (void)snprintf(place, sizeof place, "%s:%u:%u", finding->file.ptr, finding->line, finding->column);
    cr_expect_str_eq(finding->rule, broken[row].rule, "row %zu: %s", row, finding->message.ptr);
    cr_expect_str_eq(place, broken[row].place, "row %zu", row);
    cr_expect_eq(finding->severity, broken[row].severity, "row %zu (%s)", row, broken[row].rule);
    cr_expect(strstr(finding->message.ptr, broken[row].message), "row %zu: %s", row, finding->message.ptr);
    cr_expect(strstr(finding->hint.ptr, broken[row].hint), "row %zu: %s", row, finding->hint.ptr);
    if (!*broken[row].hint)
        cr_expect_str_eq(finding->hint.ptr, "", "row %zu", row);
}

Test(layout, each_broken_repository_gives_its_one_finding)
{
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct sl_err err = {0};
        temp_dir_remove(&temp);
        set_up();
        release_repo_change(&temp, broken[i].files, 3);
        cr_assert_eq(resolve("v1.0", "customer-a", &err), 0, "row %zu: %s", i, err.message);
        expect_one(i);
        let_go();
    }
}

/* YAML that cannot be parsed stops the work, with its place; what is part of the build as a finding. */
static const struct {
    const char *path, *place;
} unparsable[] = {
    {"releases/v1.0/release.yaml", "releases/v1.0/release.yaml:2:"},
    {"releases/v1.0/applications/web-app.yaml", "releases/v1.0/applications/web-app.yaml:2:"},
    {"overlays/customer-a/cluster-config.yaml", "overlays/customer-a/cluster-config.yaml:2:"},
    {"overlays/customer-a/kustomization.yaml", "overlays/customer-a/kustomization.yaml:2:"},
};

Test(layout, yaml_that_cannot_be_parsed_is_an_error_with_its_place)
{
    for (size_t i = 0; i < sizeof unparsable / sizeof unparsable[0]; i++) {
        struct sl_err err = {0};
        temp_dir_remove(&temp);
        set_up();
        temp_dir_write_text(&temp, unparsable[i].path, "a: 1\nb: ]\n");
        cr_expect_eq(resolve("v1.0", "customer-a", &err), -1);
        char text[2048];
        (void)snprintf(text, sizeof text, "%s", err.message);
        if (err.code == SL_E_FINDINGS && sl_findings_count(findings) == 1) {
            const struct sl_finding *finding = sl_findings_at(findings, 0);
            (void)snprintf(text, sizeof text, "%s:%u:%u: %s", finding->file.ptr, finding->line,
                           finding->column, finding->message.ptr);
        } else
            cr_expect_eq(err.code, SL_E_INPUT);
        cr_expect_eq(strncmp(text, unparsable[i].place, strlen(unparsable[i].place)), 0, "%s", text);
        let_go();
    }
}

/* Whether VERSION.md names v1.0: as a word of its own, with the v where any version there has one. */
static const struct {
    const char *text;
    bool named;
} versions[] = {
    {"v1.0", true},
    {"1.0", true},
    {"V1.0\n", true},
    {"# Release v1.0.\n", true},
    {"**v1.0**, the first", true},
    {"| v1.0 |", true},
    {"(1.0)", true},
    {"releases/v1.0/", true},
    {"v1.0: first", true},
    {"v0.9-v1.0", false},
    {"v1.1, then v1.0", true},
    {"v1.0.1 and v1.0", true},
    {"\xe2\x80\x9c"
     "1.0\xe2\x80\x9d",
     true},
    {"# Release 9\nWith portal 1.0.\n", true},
    {"# Release v9\nWith portal 1.0.\n", false},
    {"", false},
    {"v1.0.1", false},
    {"v11.0", false},
    {"v1.01", false},
    {"v1.0-rc1", false},
    {"v1.0+build", false},
    {"v1.0rc1", false},
    {"xv1.0", false},
    {"2.1.0", false},
    {"1_1.0", false},
    {"v1.0_2", false},
    {"v1,0", false},
};

Test(layout, version_md_must_name_the_release_as_a_word)
{
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        struct sl_err err = {0};
        temp_dir_write_text(&temp, "VERSION.md", versions[i].text);
        cr_assert_eq(resolve("v1.0", "customer-a", &err), 0, "%s", err.message);
        cr_expect_eq(sl_findings_count(findings), versions[i].named ? 0 : 1, "%s", versions[i].text);
        let_go();
    }
}

/* The chart of an application in the release's artifacts: by name, and by version where one is asked for
 * exactly. */
static const struct {
    const char *wanted, *carried, *other;
    const char *chart;   /* the path that is chosen, or NULL */
    const char *finding; /* its rule, or "" */
} charts[] = {
    {"1.2.3", "1.2.3", NULL, "releases/v1.0/artifacts/a.tgz", ""},
    {"v1.2.3", "1.2.3", NULL, "releases/v1.0/artifacts/a.tgz", ""},
    {"1.2.3", "1.2.4", NULL, NULL, "values/chart-version"},
    {"1.2.3", "1.2.4", "1.2.3", "releases/v1.0/artifacts/b.tgz", ""},
    {"1.2.3", "1.2.4", "1.2.5", NULL, "values/chart-version"},
    {"1.x", "1.2.4", NULL, "releases/v1.0/artifacts/a.tgz", ""},
    {"\">=1.0.0\"", "1.2.4", NULL, "releases/v1.0/artifacts/a.tgz", ""},
    {"1.x", "1.2.4", "1.2.5", NULL, "values/chart-version"},
    {"1.x", "1.2.4", "2.0.0", "releases/v1.0/artifacts/a.tgz", ""},
    {"^2.0", "1.2.4", NULL, NULL, "values/chart-version"},
    {"\">=1.0 <1.2\"", "1.2.4", NULL, NULL, "values/chart-version"},
    {"main", "1.2.4", NULL, "releases/v1.0/artifacts/a.tgz", ""},
    {"1.2.3", NULL, NULL, NULL, ""},
};

static void write_chart(const char *file, const char *version)
{
    char path[PATH_MAX], text[128];
    (void)snprintf(text, sizeof text, "name: web\nversion: %s\n", version);
    temp_dir_make_dir(&temp, "releases/v1.0/artifacts");
    const struct tgz_member members[] = {{"web/Chart.yaml", text}};
    tgz_write(temp_dir_join(&temp, file, path), members, 1);
}

Test(layout, charts_are_found_by_name_and_version)
{
    for (size_t i = 0; i < sizeof charts / sizeof charts[0]; i++) {
        struct sl_err err = {0};
        char text[512];
        temp_dir_remove(&temp);
        set_up();
        (void)snprintf(text, sizeof text,
                       "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\n"
                       "spec:\n  sources:\n  - {repoURL: x, path: y}\n"
                       "  - {chart: charts/web, targetRevision: %s}\n",
                       charts[i].wanted);
        temp_dir_write_text(&temp, "releases/v1.0/applications/web-app.yaml", text);
        if (charts[i].carried)
            write_chart("releases/v1.0/artifacts/a.tgz", charts[i].carried);
        if (charts[i].other)
            write_chart("releases/v1.0/artifacts/b.tgz", charts[i].other);
        cr_assert_eq(resolve("v1.0", "customer-a", &err), 0, "row %zu: %s", i, err.message);
        const struct sl_artifact *chart = layout.applications[1].chart;
        cr_expect(charts[i].chart ? chart && is(chart->path, charts[i].chart) : !chart, "row %zu", i);
        cr_expect_eq(sl_findings_count(findings), *charts[i].finding ? 1 : 0, "row %zu", i);
        if (*charts[i].finding && sl_findings_count(findings) == 1)
            cr_expect_str_eq(sl_findings_at(findings, 0)->rule, charts[i].finding, "row %zu", i);
        let_go();
    }
}

/* A slip of the pen in the name of a chart that the release carries. */
static const struct {
    const char *asked, *other;
    bool told;
} chart_names[] = {
    {"chartmuseun", "portal", true},       {"chartmusuem", "portal", true},
    {"grafana", "portal", false},          {"chartmuseum-exporter", "portal", false},
    {"chartmuseun", "chartmuseum", false},
};

Test(layout, a_slip_in_the_name_of_a_chart_is_told_where_nothing_asks_for_the_one_that_is_there)
{
    for (size_t i = 0; i < sizeof chart_names / sizeof chart_names[0]; i++) {
        struct sl_err err = {0};
        char text[512], path[PATH_MAX];
        const struct tgz_member members[] = {{"p/Chart.yaml", "name: chartmuseum\nversion: 1.2.3\n"}};
        temp_dir_remove(&temp);
        set_up();
        (void)snprintf(text, sizeof text,
                       "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\n"
                       "spec: {source: {repoURL: x, chart: %s, targetRevision: 1.2.3}}\n",
                       chart_names[i].asked);
        temp_dir_write_text(&temp, "releases/v1.0/applications/web-app.yaml", text);
        (void)snprintf(text, sizeof text,
                       "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web2}\n"
                       "spec: {source: {repoURL: x, chart: %s, targetRevision: 1.2.3}}\n",
                       chart_names[i].other);
        temp_dir_write_text(&temp, "releases/v1.0/applications/web2-app.yaml", text);
        temp_dir_make_dir(&temp, "releases/v1.0/artifacts");
        tgz_write(temp_dir_join(&temp, "releases/v1.0/artifacts/z.tgz", path), members, 1);
        cr_assert_eq(resolve("v1.0", "customer-a", &err), 0, "row %zu: %s", i, err.message);
        cr_expect_eq(sl_findings_count(findings), chart_names[i].told ? 1 : 0, "%s: %zu",
                     chart_names[i].asked, sl_findings_count(findings));
        if (chart_names[i].told && sl_findings_count(findings) == 1) {
            cr_expect_str_eq(sl_findings_at(findings, 0)->rule, "values/chart-name");
            cr_expect_str_eq(sl_findings_at(findings, 0)->hint.ptr, "did you mean chartmuseum?");
        }
        let_go();
    }
}

/* A folder of the repository that is a chart. */
static const struct {
    const char *object, *chart;
    bool broken;
} folders[] = {
    {"{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web}, spec: {source: {repoURL: x, path: charts/web}}}",
     "charts/web", false},
    {"{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web}, spec: {source: {repoURL: x, path: ./charts/web/}}}",
     "charts/web", false},
    {"{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web}, spec: {sources: [{repoURL: x, ref: v}, "
     "{repoURL: x, path: charts/web}]}}",
     "charts/web", false},
    {"{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: web}, spec: {chart: {spec: {chart: "
     "./charts/web, sourceRef: {kind: GitRepository, name: r}}}}}",
     "charts/web", false},
    {"{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: web}, spec: {chart: {spec: {chart: "
     "charts/web, sourceRef: {kind: HelmRepository, name: r}}}}}",
     NULL, false},
    {"{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web}, spec: {source: {repoURL: x, path: charts/web, "
     "kustomize: {}}}}",
     NULL, false},
    {"{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web}, spec: {sources: [{repoURL: x, path: charts/web}, "
     "{repoURL: x, path: charts/broken}]}}",
     NULL, false},
    {"{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web}, spec: {source: {repoURL: x, path: charts}}}",
     NULL, false},
    {"{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web}, spec: {source: {repoURL: x, path: ../web}}}",
     NULL, false},
    {"{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web}, spec: {source: {repoURL: x, path: "
     "overlays/customer-b/web}}}",
     NULL, false},
    {"{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web}, spec: {source: {repoURL: x, path: charts/broken}}}",
     NULL, true},
};

Test(layout, a_folder_of_the_repository_may_be_the_chart)
{
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        struct sl_err err = {0};
        temp_dir_remove(&temp);
        set_up();
        temp_dir_write_text(&temp, "releases/v1.0/applications/web-app.yaml", folders[i].object);
        temp_dir_write_text(&temp, "charts/web/Chart.yaml", "name: web\nversion: 1.2.3\n");
        temp_dir_write_text(&temp, "charts/web/values.yaml", "a: 1\n");
        temp_dir_write_text(&temp, "charts/web/charts/db/Chart.yaml", "name: db\nversion: 1.0.0\n");
        temp_dir_write_text(&temp, "charts/web/charts/db/values.yaml", "b: 1\n");
        temp_dir_write_text(&temp, "charts/broken/Chart.yaml", "name: broken\n");
        temp_dir_write_text(&temp, "overlays/customer-b/web/Chart.yaml", "name: web\nversion: 1.2.3\n");
        cr_assert_eq(resolve("v1.0", "customer-a", &err), 0, "row %zu: %s", i, err.message);
        const struct sl_artifact *chart = layout.applications[1].chart;
        cr_expect(folders[i].chart ? chart && is(chart->path, folders[i].chart) : !chart, "row %zu", i);
        if (chart) {
            cr_expect(is(chart->chart->values_file, "charts/web/values.yaml"));
            cr_assert_eq(chart->chart->subchart_count, 1);
            cr_expect(is(chart->chart->subcharts[0].values_file, "charts/web/charts/db/values.yaml"));
            cr_expect(is(chart->chart->subcharts[0].origin, "charts/web"));
        }
        bool unreadable = false;
        for (size_t at = 0; at < sl_findings_count(findings); at++)
            unreadable = unreadable || !strcmp(sl_findings_at(findings, at)->rule, "artifacts/unreadable");
        cr_expect_eq(unreadable, folders[i].broken, "row %zu", i);
        let_go();
    }
}

Test(layout, an_application_of_two_charts_takes_the_values_of_neither)
{
    struct sl_err err = {0};
    temp_dir_write_text(&temp, "releases/v1.0/applications/web-app.yaml",
                        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\n"
                        "spec:\n  sources:\n  - {chart: web, targetRevision: 1.2.3}\n"
                        "  - {chart: other, targetRevision: 1.2.3}\n");
    write_chart("releases/v1.0/artifacts/a.tgz", "1.2.3");
    cr_assert_eq(resolve("v1.0", "customer-a", &err), 0, "%s", err.message);
    cr_expect_null(layout.applications[1].chart);
    cr_assert_eq(sl_findings_count(findings), 1);
    cr_expect_str_eq(sl_findings_at(findings, 0)->rule, "values/several-charts");
    let_go();
}

#define OCI_REPOSITORY(reference)                                                                                \
    "---\n{apiVersion: source.toolkit.fluxcd.io/v1, kind: OCIRepository, metadata: {name: r, namespace: apps}, " \
    "spec: {url: oci://r.example/charts/web, ref: {" reference "}}}\n"
#define RELEASE(reference)                                                                                    \
    "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: a, namespace: apps}, spec: " \
    "{chartRef: {" reference "}}}\n"
#define ARGO(source)                                                                                         \
    "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: a}, spec: {source: {" source     \
    "}}}\n"

static const struct {
    const char *application;
    bool found;
    const char *name; /* of the chart that is asked for */
} chart_references[] = {
    {RELEASE("kind: OCIRepository, name: r") OCI_REPOSITORY("tag: 1.2.3_b"), true, "web"},
    {RELEASE("kind: OCIRepository, name: r") OCI_REPOSITORY("semver: \">=1\""), true, "web"},
    {RELEASE("kind: OCIRepository, name: r, namespace: other") OCI_REPOSITORY("tag: 1.2.3_b"), false, ""},
    {RELEASE("kind: OCIRepository, name: x") OCI_REPOSITORY("tag: 1.2.3_b"), false, ""},
    {RELEASE(
         "kind: HelmChart, name: c") "---\n{apiVersion: source.toolkit.fluxcd.io/v1, kind: HelmChart, metadata: "
                                     "{name: c, namespace: apps}, spec: {chart: web, version: 1.2.3+b}}\n",
     true, "web"},
    {ARGO("repoURL: oci://r.example/charts/web, path: ., targetRevision: 1.2.3+b"), true, "web"},
    {ARGO("repoURL: oci://r.example/charts/other, path: ., targetRevision: 1.2.3"), false, ""},
    {ARGO("repoURL: oci://r.example/charts/other, path: ., targetRevision: 1.2.3, helm: {}"), false, "other"},
    {ARGO("repoURL: https://r.example/charts/web, path: ., targetRevision: 1.2.3"), false, ""},
    {ARGO("repoURL: oci://r.example/charts/web, path: deploy, targetRevision: 1.2.3"), false, ""},
};

Test(layout, charts_are_found_behind_references_and_in_registries)
{
    for (size_t i = 0; i < sizeof chart_references / sizeof chart_references[0]; i++) {
        struct sl_err err = {0};
        temp_dir_remove(&temp);
        set_up();
        temp_dir_write_text(&temp, "releases/v1.0/applications/web-app.yaml",
                            chart_references[i].application);
        write_chart("releases/v1.0/artifacts/a.tgz", "1.2.3+b");
        cr_assert_eq(resolve("v1.0", "customer-a", &err), 0, "row %zu: %s", i, err.message);
        const struct sl_application *application = &layout.applications[1];
        cr_expect_eq(application->chart != NULL, chart_references[i].found, "row %zu", i);
        cr_expect(is(application->chart_name, chart_references[i].name), "row %zu: " SL_FMT, i,
                  SL_ARG(application->chart_name));
        let_go();
    }
}

/* What travels besides manifests: told apart by content, not by trust in names. */
Test(layout, artifacts_are_told_apart)
{
    struct sl_err err = {0};
    write_chart("releases/v1.0/artifacts/web.tgz", "1.2.3");
    temp_dir_write_text(&temp, "releases/v1.0/artifacts/images/a/index.json", "{}");
    temp_dir_write_text(&temp, "releases/v1.0/artifacts/.gitkeep", "");
    temp_dir_write_text(&temp, "releases/v1.0/artifacts/z.txt", "z");
    cr_assert_eq(resolve("v1.0", "customer-a", &err), 0, "%s", err.message);
    cr_assert_eq(layout.artifacts.count, 3);
    cr_expect(is(sl_artifact_below(&layout.artifacts.items[0]), "images/a/index.json"));
    cr_expect_eq(layout.artifacts.items[0].kind, SL_ARTIFACT_FILE);
    cr_expect(is(sl_artifact_below(&layout.artifacts.items[1]), "web.tgz"));
    cr_expect_eq(layout.artifacts.items[1].kind, SL_ARTIFACT_CHART);
    cr_expect_eq(layout.artifacts.items[2].size, 1);
    let_go();
}
