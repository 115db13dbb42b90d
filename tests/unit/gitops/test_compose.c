#include "base/limits.h"
#include "gitops/compose.h"
#include "release_repo.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct temp_dir temp;
static struct sl_tree *tree;
static struct sl_findings *findings;
static struct sl_reading reading;

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
    const struct sl_build_level levels[] = {
        {.directory = SL_STR("releases/v1"), .files = release_files, .file_count = 2},
        {.directory = SL_STR("overlays/default")},
        {.directory = SL_STR("overlays/me")},
    };
    const struct sl_composition composition = {
        .levels = levels, .level_count = 3, .release = SL_STR("v1"), .customer = SL_STR("me")};
    cr_assert_eq(sl_tree_open_directory(&tree, temp.path, err), 0, "%s", err->message);
    cr_assert_eq(sl_findings_new(&findings, err), 0);
    sl_reading_init(&reading, tree, findings);
    int result = sl_compose(&reading, &composition, err);
    sl_findings_sort(findings);
    return result;
}

static void let_go(void)
{
    sl_reading_release(&reading);
    sl_findings_free(findings);
    sl_tree_free(tree);
}

/* metadata.name of the objects, in order; none where the build failed. */
static const char *names(void)
{
    static char text[1024];
    text[0] = '\0';
    for (size_t i = 0; reading.build && i < sl_build_count(reading.build); i++) {
        struct sl_str name = sl_build_at(reading.build, i).name;
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
     "kustomization/deprecated " ME ":3:8"},
    {"a patch that tells",
     {{ME, KUSTOMIZATION "patches:\n- path: p.yaml\n"},
      {"overlays/me/p.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: v}}\n"}},
     "a b",
     ""},
    {"a patch that changes nothing",
     {{ME, KUSTOMIZATION "patches:\n- path: p.yaml\n"},
      {"overlays/me/p.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"}},
     "a b",
     "overlay/patch-without-effect " ME ":4:9"},
    {"a patch that selects nothing",
     {{ME, KUSTOMIZATION "patches:\n- target: {kind: Secret, name: none}\n  path: p.yaml\n"},
      {"overlays/me/p.yaml", "- op: add\n  path: /data\n  value: {}\n"}},
     "a b",
     "overlay/patch-without-effect " ME ":5:9"},
    {"operations that change nothing",
     {{ME, KUSTOMIZATION "patches:\n- target: {kind: ConfigMap, name: a}\n  path: p.yaml\n"},
      {"overlays/me/p.yaml", "- op: replace\n  path: /kind\n  value: ConfigMap\n"}},
     "a b",
     "overlay/patch-without-effect " ME ":5:9"},
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
    {"what is below comes once, however often it is named",
     {{DEFAULT, COMPONENT "resources: [d.yaml]\n"},
      {ME, KUSTOMIZATION "resources: [x.yaml, ../../releases/v1, ../default]\ncomponents: [../default]\n"}},
     "x a b d",
     ""},
    {"default as a component of the customer's: it is below all the same",
     {{DEFAULT, COMPONENT "resources: [d.yaml]\n"},
      {ME, KUSTOMIZATION "resources: [x.yaml]\ncomponents: [../default]\n"}},
     "a b d x",
     ""},
    {"a kustomization changes what is below it",
     {{ME, KUSTOMIZATION "resources: [x.yaml]\nnamePrefix: p-\n"}},
     "p-a p-b p-x",
     ""},
    {"and so does a component", {{ME, COMPONENT "resources: [x.yaml]\nnamePrefix: p-\n"}}, "p-a p-b p-x", ""},
    {"a level changes nothing of those above it",
     {{RELEASE, KUSTOMIZATION "resources: [a.yaml]\nnamePrefix: r-\n"},
      {DEFAULT, COMPONENT "resources: [d.yaml]\nnameSuffix: -d\n"},
      {ME, KUSTOMIZATION "resources: [x.yaml]\nnamePrefix: m-\n"}},
     "m-r-a-d m-d-d m-x",
     ""},
    {"a component in the middle changes only what is below it",
     {{DEFAULT, COMPONENT "namePrefix: d-\n"},
      {ME, KUSTOMIZATION "resources: [x.yaml, ../../releases/v1, y.yaml]\n"}},
     "x d-a d-b y",
     ""},
    {"a patch of the customer's takes away what the release has",
     {{ME, KUSTOMIZATION "patches:\n- patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, $patch: "
                         "delete}'\n"}},
     "b",
     ""},
    {"a generated object comes after the resources",
     {{ME, KUSTOMIZATION "configMapGenerator:\n- {name: g, literals: [k=v], options: {disableNameSuffixHash: "
                         "true}}\nresources: [x.yaml]\n"}},
     "a b x g",
     ""},
    {"sortOptions of the customer's hold for all",
     {{ME, KUSTOMIZATION "resources: [x.yaml]\nsortOptions: {order: legacy}\n"},
      {"overlays/me/x.yaml", "{apiVersion: v1, kind: Namespace, metadata: {name: x}}\n"}},
     "x a b",
     ""},
    {"those of a release below do not",
     {{RELEASE, KUSTOMIZATION "resources: [b.yaml, a.yaml]\nsortOptions: {order: legacy}\n"},
      {ME, KUSTOMIZATION "resources: [x.yaml]\n"}},
     "b a x",
     ""},
    {"unless nothing stands on the release",
     {{RELEASE, KUSTOMIZATION "resources: [b.yaml, a.yaml]\nsortOptions: {order: legacy}\n"}},
     "a b",
     ""},
    {"a file elsewhere in the repository",
     {{ME, KUSTOMIZATION "resources: [../../base/base.yaml]\n"}},
     "a b base",
     ""},
    {"an overlay with no more than its kind", {{ME, KUSTOMIZATION}}, "a b", ""},
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
    {"a kustomization that lost its content",
     {{ME, "# nothing yet\n"}},
     "",
     "kustomization/build " ME ":1:1"},
    {"a kustomization that adds nothing, and says so", {{ME, "resources: []\n"}}, "a b", ""},
    {"a release that says nothing", {{RELEASE, KUSTOMIZATION}}, "", "kustomization/build " RELEASE ":1:1"},
    {"another release",
     {{ME, KUSTOMIZATION "resources:\n- ../../releases/v2\n- x.yaml\n"},
      {"releases/v2/kustomization.yaml", "["}},
     "",
     "overlay/other-release " ME ":4:3"},
    {"a file of another release",
     {{ME, KUSTOMIZATION "resources:\n- ../../releases/v10/a.yaml\n"}},
     "",
     "overlay/other-release " ME ":4:3"},
    {"a patch of another release",
     {{ME, KUSTOMIZATION "patches:\n- path: ../../releases/v2/p.yaml\n"}},
     "",
     "overlay/other-release " ME ":4:9"},
    {"another customer",
     {{ME, KUSTOMIZATION "components: [../you]\n"}, {"overlays/you/kustomization.yaml", "["}},
     "",
     "overlay/other-customer " ME ":3:14"},
    {"a secret of another customer's",
     {{ME, KUSTOMIZATION "secretGenerator:\n- name: s\n  files: [k=../you/key]\n"},
      {"overlays/you/key", "k"}},
     "",
     "overlay/other-customer " ME ":5:11"},
    {"another customer's through a base",
     {{ME, KUSTOMIZATION "resources: [../../base]\n"},
      {"base/kustomization.yaml", "resources: [../overlays/you/x.yaml]\n"},
      {"overlays/you/x.yaml", OBJECT("you")}},
     "",
     "overlay/other-customer base/kustomization.yaml:1:13"},
    {"nothing there",
     {{ME, KUSTOMIZATION "resources: [z.yaml, x.yaml]\n"}},
     "",
     "kustomization/build " ME ":3:13"},
    {"a directory without kustomization",
     {{ME, KUSTOMIZATION "resources: [../../base]\n"}},
     "",
     "kustomization/build " ME ":3:13"},
    {"outside of the repository",
     {{ME, KUSTOMIZATION "resources: [../../../x.yaml]\n"}},
     "",
     "kustomization/build " ME ":3:13"},
    {"an absolute path",
     {{ME, KUSTOMIZATION "resources: [/etc/passwd]\n"}},
     "",
     "kustomization/build " ME ":3:13"},
    {"an empty path", {{ME, KUSTOMIZATION "resources: [\"\"]\n"}}, "", "kustomization/build " ME ":3:13"},
    {"remote",
     {{ME, KUSTOMIZATION "resources:\n- https://example.org/x.yaml\n"}},
     "",
     "kustomization/build " ME ":4:3"},
    {"remote without scheme",
     {{ME, KUSTOMIZATION "resources:\n- github.com/a/b?ref=v1\n"}},
     "",
     "kustomization/build " ME ":4:3"},
    {"remote by ssh",
     {{ME, KUSTOMIZATION "resources:\n- git@h:a/b\n"}},
     "",
     "kustomization/build " ME ":4:3"},
    {"remote on another host",
     {{ME, KUSTOMIZATION "resources:\n- example.org/a//b?ref=main\n"}},
     "",
     "kustomization/build " ME ":4:3"},
    {"a number for a path", {{ME, KUSTOMIZATION "resources: [7]\n"}}, "", "kustomization/build " ME ":3:13"},
    {"a map for a path",
     {{ME, KUSTOMIZATION "resources: [{a: b}]\n"}},
     "",
     "kustomization/build " ME ":3:13"},
    {"no list", {{ME, KUSTOMIZATION "resources: x.yaml\n"}}, "", "kustomization/build " ME ":3:12"},
    {"no map", {{ME, "- x.yaml\n"}}, "", "kustomization/build " ME ":1:1"},
    {"a field kustomize does not have",
     {{ME, KUSTOMIZATION "resource: [x.yaml]\n"}},
     "",
     "kustomization/build " ME ":3:1"},
    {"a Flux Kustomization by mistake",
     {{ME, "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nresources: [x.yaml]\n"}},
     "",
     "kustomization/build " ME ":1:13"},
    {"another kind", {{ME, "kind: ConfigMap\nresources: [x.yaml]\n"}}, "", "kustomization/build " ME ":1:7"},
    {"no YAML", {{ME, KUSTOMIZATION "resources: ]\n"}}, "", "kustomization/build " ME ":3:12"},
    {"two kustomization files",
     {{ME, KUSTOMIZATION "resources: [x.yaml]\n"},
      {"overlays/me/kustomization.yml", "resources: [y.yaml]\n"}},
     "",
     "kustomization/build :0:0"},
    {"an object twice",
     {{ME, KUSTOMIZATION "resources: [x.yaml]\n"}, {"overlays/me/x.yaml", OBJECT("b")}},
     "",
     "kustomization/build overlays/me/x.yaml:1:1"},
    {"a patch of nothing",
     {{ME, KUSTOMIZATION "patches:\n- path: p.yaml\n"}, {"overlays/me/p.yaml", OBJECT("nobody")}},
     "",
     "kustomization/build overlays/me/p.yaml:1:1"},
    {"a circle of two",
     {{ME, KUSTOMIZATION "resources: [../../base, x.yaml]\n"},
      {"base/kustomization.yaml", "resources: [more]\n"},
      {"base/more/kustomization.yaml", "resources: [..]\n"}},
     "",
     "kustomization/build base/more/kustomization.yaml:1:13"},
    {"a circle of one",
     {{ME, KUSTOMIZATION "resources: [., x.yaml]\n"}},
     "",
     "kustomization/build " ME ":3:13"},
    {"a release that builds on its overlay",
     {{RELEASE, KUSTOMIZATION "resources: [a.yaml, ../../overlays/me]\n"},
      {ME, KUSTOMIZATION "resources: [../../releases/v1, x.yaml]\n"}},
     "",
     "kustomization/build " RELEASE ":3:21"},
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

Test(compose, stacks_come_to_objects_in_order_and_findings_in_place)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_err err = {0};
        temp_dir_remove(&temp);
        set_up();
        write_row(i);
        bool refused = rows[i].names[0] == '\0';
        cr_assert_eq(compose(&err), refused ? -1 : 0, "%s: %s", rows[i].why, err.message);
        cr_expect_eq(err.code, refused ? SL_E_FINDINGS : SL_OK, "%s: %s", rows[i].why, err.message);
        cr_expect_str_eq(names(), rows[i].names, "%s: %s", rows[i].why, names());
        cr_expect_str_eq(found(), rows[i].findings, "%s: %s", rows[i].why, found());
        let_go();
    }
}

/* The one finding of a stack that cannot be built. */
static const struct sl_finding *refusal(void)
{
    struct sl_err err = {0};
    cr_assert_eq(compose(&err), -1);
    cr_assert_eq(err.code, SL_E_FINDINGS, "%s", err.message);
    cr_assert_eq(sl_findings_count(findings), 1);
    return sl_findings_at(findings, 0);
}

Test(compose, a_circle_is_shown)
{
    temp_dir_write_text(&temp, ME, "resources: [../../base]\n");
    temp_dir_write_text(&temp, "base/kustomization.yaml", "resources: [../more]\n");
    temp_dir_write_text(&temp, "more/kustomization.yaml", "resources: [../base]\n");
    temp_dir_write_text(&temp, "releases/v1/kustomization.yaml", "resources: []\n");
    cr_expect_str_eq(refusal()->message.ptr, "these kustomizations go in a circle: base -> more -> base");
    let_go();
}

#define NOTHING_ADDED "list its files under resources; one that adds nothing says `resources: []`"

/* Inputs, and what of the message and hint has to be there. */
static const struct {
    const char *kustomization, *message, *hint;
} told[] = {
    {"resources: [xx.yaml]\n", "\"xx.yaml\" is not there", "did you mean x.yaml?"},
    {"", "this kustomization is empty", NOTHING_ADDED},
    {"# only a comment\n", "this kustomization is empty", NOTHING_ADDED},
    {"---\n{}\n", "this kustomization is empty", NOTHING_ADDED},
    {"resorces: []\n", "resorces", "did you mean resources?"},
    {"resources: [../../releases/v2]\n", "names release v2, but v1 is packed",
     "name no release: the one that is packed is then put first"},
    {"resources: [../you]\n", "names the overlay of you, but this delivery is for me", ""},
    {"resources: [\"\\e[31m.yaml\"]\n", "\\x1b[31m.yaml", ""},
};

Test(compose, what_is_wrong_is_told_and_what_was_probably_meant)
{
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        write_row(0);
        temp_dir_write_text(&temp, ME, told[i].kustomization);
        const struct sl_finding *finding = refusal();
        cr_expect(strstr(finding->message.ptr, told[i].message), "%s", finding->message.ptr);
        cr_expect_str_eq(finding->hint.len ? finding->hint.ptr : "", told[i].hint);
        cr_expect_eq(finding->line, 1);
        let_go();
    }
}

Test(compose, no_level_is_passed_over_for_what_has_the_name_of_its_kustomization)
{
    static const char *const levels[] = {"overlays/me", "overlays/default"};
    static const char *const names_of_files[] = {"kustomization.yaml", "kustomization.yml", "Kustomization"};
    for (size_t i = 0; i < 6; i++) {
        char path[PATH_MAX];
        temp_dir_remove(&temp);
        set_up();
        write_row(0);
        (void)snprintf(path, sizeof path, "%s/%s", levels[i / 3], names_of_files[i % 3]);
        temp_dir_make_dir(&temp, path);
        const struct sl_finding *finding = refusal();
        cr_expect_str_eq(finding->message.ptr,
                         "is a directory, and should be the file that lists what is built", "%s", path);
        cr_expect_str_eq(finding->file.ptr, path);
        let_go();
        temp_dir_remove(&temp);
        set_up();
        write_row(0);
        temp_dir_write_text(&temp, path, "");
        cr_expect_str_eq(refusal()->message.ptr, "this kustomization is empty", "%s", path);
        let_go();
    }
}

/* Levels have no part in what origin annotations say: paths lead from the overlay to each file. */
Test(compose, origins_are_paths_from_the_highest_level)
{
    struct sl_err err = {0};
    write_row(0);
    temp_dir_write_text(&temp, ME, "resources: [x.yaml]\nbuildMetadata: [originAnnotations]\n");
    temp_dir_write_text(&temp, DEFAULT, "kind: Component\nresources: [d.yaml]\n");
    cr_assert_eq(compose(&err), 0, "%s", err.message);
    static const char *const origins[] = {"path: ../../releases/v1/a.yaml\n",
                                          "path: ../../releases/v1/b.yaml\n", "path: ../default/d.yaml\n",
                                          "path: x.yaml\n"};
    cr_assert_eq(sl_build_count(reading.build), 4);
    for (size_t i = 0; i < 4; i++) {
        const struct sl_node *metadata = sl_node_get(sl_build_at(reading.build, i).node, "metadata");
        const struct sl_node *origin =
            sl_node_get(sl_node_get(metadata, "annotations"), "config.kubernetes.io/origin");
        cr_assert_not_null(origin);
        cr_expect_str_eq(sl_node_text(origin).ptr, origins[i]);
    }
    let_go();
}

Test(compose, nesting_and_doubling_have_limits)
{
    struct sl_err err = {0};
    write_row(0);
    temp_dir_write_text(&temp, ME, "resources: [../../base/0]\n");
    char path[64], text[64];
    for (int i = 0; i <= SL_BUILD_DEPTH_MAX; i++) {
        (void)snprintf(path, sizeof path, "base/%d/kustomization.yaml", i);
        (void)snprintf(text, sizeof text, "resources: [../%d]\n", i + 1);
        temp_dir_write_text(&temp, path, text);
    }
    cr_expect_eq(compose(&err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect(strstr(err.message, "inside one another"), "%s", err.message);
    let_go();

    for (int i = 0; i < 40; i++) {
        (void)snprintf(path, sizeof path, "base/%d/kustomization.yaml", i);
        (void)snprintf(text, sizeof text, "resources: [../%d, ./../%d]\n", i + 1, i + 1);
        temp_dir_write_text(&temp, path, text);
    }
    temp_dir_write_text(&temp, "base/40/kustomization.yaml", "resources: []\n");
    cr_expect_eq(compose(&err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect(strstr(err.message, "in all"), "%s", err.message);
    let_go();
}

/* Whoever asks what a delivery was made of gets each file once, whatever it was read for. */
Test(compose, the_files_that_were_used_are_known)
{
    struct sl_err err = {0};
    write_row(0);
    temp_dir_write_text(&temp, ME,
                        "resources: [x.yaml]\n"
                        "configMapGenerator: [{name: g, files: [y.yaml], envs: [e]}]\n"
                        "patches: [{path: p.yaml, target: {kind: ConfigMap}}]\n"
                        "replacements: [{path: r.yaml}]\n");
    temp_dir_write_text(&temp, "overlays/me/p.yaml", "- {op: add, path: /data, value: {}}\n");
    temp_dir_write_text(&temp, "overlays/me/r.yaml",
                        "{source: {name: x, fieldPath: metadata.name}, targets: []}\n");
    temp_dir_write_text(&temp, "overlays/me/e", "k=v\n");
    temp_dir_write_text(&temp, DEFAULT, "kind: Component\n");
    static const char *const files[] = {ME,
                                        "overlays/me/x.yaml",
                                        DEFAULT,
                                        "releases/v1/a.yaml",
                                        "releases/v1/b.yaml",
                                        "overlays/me/e",
                                        "overlays/me/y.yaml",
                                        "overlays/me/p.yaml",
                                        "overlays/me/r.yaml"};
    cr_assert_eq(compose(&err), 0, "%s: %s", err.message, found());
    cr_assert_eq(reading.file_count, sizeof files / sizeof files[0]);
    for (size_t i = 0; i < reading.file_count; i++)
        cr_expect_str_eq(reading.files[i].ptr, files[i]);
    let_go();
}
