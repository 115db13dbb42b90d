#include "base/limits.h"
#include "gitops/compose.h"
#include "release_repo.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct temp_dir temp;
static struct sl_tree *tree;
static struct sl_findings *findings;
static struct sl_reading reading;
static struct sl_resources resources;

static void set_up(void)
{
    temp_dir_make(&temp);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(compose, .init = set_up, .fini = tear_down);

static int compose(struct sl_err *err)
{
    static const struct sl_str release_files[] = {SL_STR_INIT("releases/v1/a.yaml"),
                                                  SL_STR_INIT("releases/v1/b.yaml")};
    const struct sl_level levels[] = {
        {.directory = SL_STR("releases/v1"), .files = release_files, .file_count = 2},
        {.directory = SL_STR("overlays/default")},
        {.directory = SL_STR("overlays/me")},
    };
    const struct sl_composition composition = {
        .levels = levels, .level_count = 3, .release = SL_STR("v1"), .customer = SL_STR("me")};
    cr_assert_eq(sl_tree_open_directory(&tree, temp.path, err), 0, "%s", err->message);
    cr_assert_eq(sl_findings_new(&findings, err), 0);
    sl_reading_init(&reading, tree, findings);
    int result = sl_compose(&resources, &reading, &composition, err);
    sl_findings_sort(findings);
    return result;
}

static void let_go(void)
{
    sl_reading_release(&reading);
    sl_findings_free(findings);
    sl_tree_free(tree);
}

/* metadata.name of the documents, in order. */
static const char *names(void)
{
    static char text[1024];
    text[0] = '\0';
    for (size_t i = 0; i < resources.count; i++) {
        struct sl_str name =
            sl_node_text(sl_node_get(sl_node_get(resources.items[i].root, "metadata"), "name"));
        (void)strncat(text, i ? " " : "", sizeof text - strlen(text) - 1);
        (void)strncat(text, name.len ? name.ptr : "?", sizeof text - strlen(text) - 1);
    }
    return text;
}

#define OBJECT(name)  "{apiVersion: v1, kind: ConfigMap, metadata: {name: " name "}}\n"
#define KUSTOMIZATION "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
#define COMPONENT     "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
#define ROW_FILES     8
#define ME            "overlays/me/kustomization.yaml"
#define DEFAULT       "overlays/default/kustomization.yaml"
#define RELEASE       "releases/v1/kustomization.yaml"

/* The release is a.yaml and b.yaml unless it says otherwise; x.yaml and y.yaml are the overlay's, d.yaml is
 * default's, base/ has one object of its own. */
static const struct {
    const char *why;
    struct repo_file files[ROW_FILES];
    const char *names;
    const char *findings; /* "rule file:line:column;..." */
} rows[] = {
    {"an overlay that is only a directory", {{NULL, NULL}}, "a b", ""},
    {"names no release: it comes first", {{ME, KUSTOMIZATION "resources: [x.yaml]\n"}}, "a b x", ""},
    {"names the release: it stands there",
     {{ME, KUSTOMIZATION "resources: [x.yaml, ../../releases/v1, y.yaml]\n"}},
     "x a b y",
     ""},
    {"with a slash and a detour",
     {{ME, KUSTOMIZATION "resources: [./../me/../../releases/v1/, x.yaml]\n"}},
     "a b x",
     ""},
    {"bases are resources",
     {{ME, KUSTOMIZATION "bases: [../../releases/v1]\nresources: [x.yaml]\n"}},
     "x a b",
     ""},
    {"a component", {{ME, COMPONENT "resources: [x.yaml]\n"}}, "a b x", ""},
    {"default goes below the customer",
     {{DEFAULT, COMPONENT "resources: [d.yaml]\n"}, {ME, KUSTOMIZATION "resources: [x.yaml]\n"}},
     "a b d x",
     ""},
    {"default goes below also where the release is named",
     {{DEFAULT, COMPONENT "resources: [d.yaml]\n"},
      {ME, KUSTOMIZATION "resources: [x.yaml, ../../releases/v1]\n"}},
     "x a b d",
     ""},
    {"default names the release, the customer default",
     {{DEFAULT, KUSTOMIZATION "resources: [d.yaml, ../../releases/v1]\n"},
      {ME, KUSTOMIZATION "resources: [../default, x.yaml]\n"}},
     "d a b x",
     ""},
    {"default as a component of the customer's",
     {{DEFAULT, COMPONENT "resources: [d.yaml]\n"},
      {ME, KUSTOMIZATION "resources: [x.yaml]\ncomponents: [../default]\n"}},
     "x a b d",
     ""},
    {"the release states its composition",
     {{RELEASE, KUSTOMIZATION "resources: [b.yaml, ../../base]\n"},
      {"base/kustomization.yml", "resources: [base.yaml]\n"}},
     "b base",
     ""},
    {"what is below is found through a base",
     {{ME, KUSTOMIZATION "resources: [x.yaml, ../../base]\n"},
      {"base/Kustomization", "resources: [../releases/v1, base.yaml]\n"}},
     "x a b base",
     ""},
    {"a list is taken apart",
     {{ME, KUSTOMIZATION "resources: [x.yaml]\n"},
      {"overlays/me/x.yaml",
       "kind: ConfigMapList\napiVersion: v1\nitems:\n- " OBJECT("one") "- " OBJECT("two")}},
     "a b one two",
     ""},
    {"several documents, empty ones left out",
     {{ME, KUSTOMIZATION "resources: [x.yaml]\n"},
      {"overlays/me/x.yaml", "---\n" OBJECT("one") "---\n# nothing\n---\n" OBJECT("two")}},
     "a b one two",
     ""},
    {"an empty kustomization", {{ME, "# nothing yet\n"}}, "a b", ""},
    {"another release",
     {{ME, KUSTOMIZATION "resources:\n- ../../releases/v2\n- x.yaml\n"},
      {"releases/v2/kustomization.yaml", "["}},
     "a b x",
     "overlay/other-release " ME ":4:3"},
    {"a file of another release",
     {{ME, KUSTOMIZATION "resources:\n- ../../releases/v10/a.yaml\n"}},
     "a b",
     "overlay/other-release " ME ":4:3"},
    {"another customer",
     {{ME, KUSTOMIZATION "components: [../you]\n"}, {"overlays/you/kustomization.yaml", "["}},
     "a b",
     "overlay/other-customer " ME ":3:14"},
    {"nothing there",
     {{ME, KUSTOMIZATION "resources: [z.yaml, x.yaml]\n"}},
     "a b x",
     "kustomization/missing " ME ":3:13"},
    {"a directory without kustomization",
     {{ME, KUSTOMIZATION "resources: [../../base]\n"}},
     "a b",
     "kustomization/missing " ME ":3:13"},
    {"outside of the repository",
     {{ME, KUSTOMIZATION "resources: [../../../x.yaml, /etc/passwd, \"\"]\n"}},
     "a b",
     "kustomization/path " ME ":3:13;kustomization/path " ME ":3:30;kustomization/path " ME ":3:43"},
    {"remote",
     {{ME, KUSTOMIZATION "resources:\n- https://example.org/x.yaml\n- github.com/a/b?ref=v1\n- git@h:a/b\n"
                         "- example.org/a//b?ref=main\n"}},
     "a b",
     "kustomization/remote " ME ":4:3;kustomization/remote " ME ":5:3;kustomization/remote " ME
     ":6:3;kustomization/remote " ME ":7:3"},
    {"no path",
     {{ME, KUSTOMIZATION "resources: [7, {a: b}]\n"}},
     "a b",
     "kustomization/field " ME ":3:13;kustomization/field " ME ":3:16"},
    {"no list", {{ME, KUSTOMIZATION "resources: x.yaml\n"}}, "a b", "kustomization/field " ME ":3:12"},
    {"no map", {{ME, "- x.yaml\n"}}, "a b", "kustomization/field " ME ":1:1"},
    {"a field kustomize does not have",
     {{ME, KUSTOMIZATION "resource: [x.yaml]\n"}},
     "a b",
     "kustomization/field " ME ":3:1"},
    {"a Flux Kustomization by mistake",
     {{ME, "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nresources: [x.yaml]\n"}},
     "a b",
     "kustomization/kind " ME ":1:13"},
    {"another kind",
     {{ME, "kind: ConfigMap\nresources: [x.yaml]\n"}},
     "a b",
     "kustomization/kind " ME ":1:7"},
    {"two kustomization files",
     {{ME, KUSTOMIZATION "resources: [x.yaml]\n"},
      {"overlays/me/kustomization.yml", "resources: [y.yaml]\n"}},
     "a b x",
     "kustomization/several overlays/me/kustomization.yml:0:0"},
    {"what is not applied is said",
     {{ME, KUSTOMIZATION "resources: [x.yaml]\nnamePrefix: p-\npatches: [{path: p.yaml}]\nimages: []\n"
                         "labels:\n- pairs: {a: b}\nmetadata: {name: n}\n"}},
     "a b x",
     "kustomization/not-applied " ME ":4:1;kustomization/not-applied " ME ":5:1;kustomization/not-applied " ME
     ":7:1"},
    {"a circle of two",
     {{ME, KUSTOMIZATION "resources: [../../base, x.yaml]\n"},
      {"base/kustomization.yaml", "resources: [more]\n"},
      {"base/more/kustomization.yaml", "resources: [..]\n"}},
     "a b x",
     "kustomization/cycle base/more/kustomization.yaml:1:13"},
    {"a circle of one",
     {{ME, KUSTOMIZATION "resources: [., x.yaml]\n"}},
     "a b x",
     "kustomization/cycle " ME ":3:13"},
    {"a release that builds on its overlay",
     {{RELEASE, KUSTOMIZATION "resources: [a.yaml, ../../overlays/me]\n"},
      {ME, KUSTOMIZATION "resources: [../../releases/v1, x.yaml]\n"}},
     "a x",
     "kustomization/cycle " RELEASE ":3:21"},
};

static void write_row(size_t row)
{
    static const struct repo_file common[] = {
        {"releases/v1/a.yaml", OBJECT("a")},      {"releases/v1/b.yaml", OBJECT("b")},
        {"overlays/me/x.yaml", OBJECT("x")},      {"overlays/me/y.yaml", OBJECT("y")},
        {"overlays/default/d.yaml", OBJECT("d")}, {"base/base.yaml", OBJECT("base")},
    };
    release_repo_change(&temp, common, sizeof common / sizeof common[0]);
    release_repo_change(&temp, rows[row].files, ROW_FILES);
}

static const char *found(void)
{
    static char text[4096];
    text[0] = '\0';
    for (size_t i = 0; i < sl_findings_count(findings); i++) {
        const struct sl_finding *finding = sl_findings_at(findings, i);
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s%s %s:%u:%u", i ? ";" : "", finding->rule,
                       finding->file.ptr, finding->line, finding->column);
    }
    return text;
}

Test(compose, stacks_come_to_documents_in_order_and_findings_in_place)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_err err = {0};
        temp_dir_remove(&temp);
        set_up();
        write_row(i);
        cr_assert_eq(compose(&err), 0, "%s: %s", rows[i].why, err.message);
        cr_expect_str_eq(names(), rows[i].names, "%s: %s", rows[i].why, names());
        cr_expect_str_eq(found(), rows[i].findings, "%s: %s", rows[i].why, found());
        let_go();
    }
}

Test(compose, a_circle_is_shown)
{
    struct sl_err err = {0};
    temp_dir_write_text(&temp, ME, "resources: [../../base]\n");
    temp_dir_write_text(&temp, "base/kustomization.yaml", "resources: [more]\n");
    temp_dir_write_text(&temp, "base/more/kustomization.yaml", "resources: [..]\n");
    temp_dir_write_text(&temp, "releases/v1/kustomization.yaml", "resources: []\n");
    cr_assert_eq(compose(&err), 0, "%s", err.message);
    cr_assert_eq(sl_findings_count(findings), 1);
    cr_expect_str_eq(sl_findings_at(findings, 0)->message.ptr, "builds on itself: base -> base/more -> base");
    let_go();
}

Test(compose, what_was_probably_meant_is_named)
{
    struct sl_err err = {0};
    write_row(0);
    temp_dir_write_text(&temp, ME, "resources: [xx.yaml]\nresorces: []\n");
    cr_assert_eq(compose(&err), 0, "%s", err.message);
    cr_assert_eq(sl_findings_count(findings), 2);
    cr_expect_str_eq(sl_findings_at(findings, 0)->hint.ptr, "did you mean x.yaml?");
    cr_expect_str_eq(sl_findings_at(findings, 1)->hint.ptr, "did you mean resources?");
    let_go();
}

Test(compose, names_in_messages_cannot_reach_a_terminal)
{
    struct sl_err err = {0};
    write_row(0);
    temp_dir_write_text(&temp, ME, "resources: [\"\\e[31m.yaml\"]\n");
    cr_assert_eq(compose(&err), 0, "%s", err.message);
    cr_assert_eq(sl_findings_count(findings), 1);
    cr_expect(strstr(sl_findings_at(findings, 0)->message.ptr, "\\x1b[31m.yaml"));
    let_go();
}

Test(compose, nesting_and_doubling_have_limits)
{
    struct sl_err err = {0};
    write_row(0);
    temp_dir_write_text(&temp, ME, "resources: [../../base/0]\n");
    char path[64], text[64];
    for (int i = 0; i <= SL_COMPOSE_DEPTH_MAX; i++) {
        (void)snprintf(path, sizeof path, "base/%d/kustomization.yaml", i);
        (void)snprintf(text, sizeof text, "resources: [../%d]\n", i + 1);
        temp_dir_write_text(&temp, path, text);
    }
    cr_expect_eq(compose(&err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect(strstr(err.message, "nested deeper"), "%s", err.message);
    let_go();

    for (int i = 0; i < 40; i++) {
        (void)snprintf(path, sizeof path, "base/%d/kustomization.yaml", i);
        (void)snprintf(text, sizeof text, "resources: [../%d, ./../%d]\n", i + 1, i + 1);
        temp_dir_write_text(&temp, path, text);
    }
    temp_dir_write_text(&temp, "base/40/kustomization.yaml", "resources: []\n");
    cr_expect_eq(compose(&err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect(strstr(err.message, "named one by another"), "%s", err.message);
    let_go();
}

/* Whoever asks what a delivery was made of gets each file once, and nothing that was only refused. */
Test(compose, the_files_that_were_used_are_known)
{
    struct sl_err err = {0};
    write_row(0);
    temp_dir_write_text(&temp, ME, "resources: [x.yaml, x.yaml, ../you/y.yaml]\n");
    cr_assert_eq(compose(&err), 0, "%s", err.message);
    cr_assert_eq(reading.file_count, 4);
    cr_expect_str_eq(reading.files[0].ptr, ME);
    cr_expect_str_eq(reading.files[1].ptr, "overlays/me/x.yaml");
    cr_expect_str_eq(reading.files[2].ptr, "releases/v1/a.yaml");
    let_go();
}
