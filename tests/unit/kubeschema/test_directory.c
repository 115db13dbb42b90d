/* Schemas in directories: which version, and kubeconform's layouts. */
#include "kit.h"
#include "temp_dir.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct temp_dir temp;
static struct sl_tree *tree;
static struct sl_err err;

static void make(void)
{
    temp_dir_make(&temp);
}

static void drop(void)
{
    sl_tree_free(tree);
    temp_dir_remove(&temp);
}

TestSuite(kubeschema_directory, .init = make, .fini = drop);

static void open_tree(void)
{
    cr_assert_eq(sl_tree_open_directory(&tree, temp.path, &err), 0, "%s", err.message);
}

static const struct {
    const char *version, *picked;
    int found;
} picks[] = {
    {"1.29.3", "s/1.29.3", 1},
    {"v1.29.3", "s/1.29.3", 1},
    {"1.29.4", "s/v1.29.5-standalone-strict", 1},
    {"1.29.0", "s/1.29.1", 1},
    {"1.29", "s/v1.29.5-standalone-strict", 1},
    {"1.29.3+rke2r1", "s/1.29.3", 1},
    {"1.29.3-eks-a1b2", "s/1.29.3", 1},
    {"1.31.0", "s/v1.30.2-standalone", 0},
    {"1.10.0", "s/1.29.1", 0},
    {"2.0.0", "", 0},
    {"", "s/v1.30.2-standalone", 1},
};

Test(kubeschema_directory, the_nearest_patch_level_of_the_same_minor_is_picked)
{
    temp_dir_write_text(&temp, "s/1.29.1/kinds.json", "{}");
    temp_dir_write_text(&temp, "s/1.29.3/kinds.json", "{}");
    temp_dir_write_text(&temp, "s/v1.29.3-standalone-strict/a.json", "{}");
    temp_dir_write_text(&temp, "s/v1.29.5-standalone-strict/a.json", "{}");
    temp_dir_write_text(&temp, "s/v1.29.5-standalone/a.json", "{}");
    temp_dir_write_text(&temp, "s/v1.30.2-standalone/a.json", "{}");
    temp_dir_write_text(&temp, "s/v1.31.0-alpha/a.json", "{}");
    temp_dir_write_text(&temp, "s/master/a.json", "{}");
    temp_dir_write_text(&temp, "s/1.31.0", "a file");
    open_tree();
    for (size_t i = 0; i < sizeof picks / sizeof picks[0]; i++) {
        struct sl_doc doc;
        struct sl_str picked;
        sl_doc_init(&doc);
        cr_expect_eq(
            sl_kubeschema_pick(&picked, &doc, tree, SL_STR("s"), sl_str_from(picks[i].version), &err),
            picks[i].found, "%s: " SL_FMT, picks[i].version, SL_ARG(picked));
        cr_expect(sl_str_equal(picked, sl_str_from(picks[i].picked)), "%s: " SL_FMT, picks[i].version,
                  SL_ARG(picked));
        sl_doc_release(&doc);
    }
}

Test(kubeschema_directory, a_directory_that_is_not_there_has_none_and_a_version_must_be_one)
{
    static const char *const wrong[] = {"latest", "1", "1.", "v", "1.x", "1.29.", "1.29.3x"};
    struct sl_doc doc;
    struct sl_str picked;
    sl_doc_init(&doc);
    open_tree();
    cr_expect_eq(sl_kubeschema_pick(&picked, &doc, tree, SL_STR("s"), SL_STR("1.29"), &err), 0);
    cr_expect_eq(picked.len, 0);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_expect_eq(sl_kubeschema_pick(&picked, &doc, tree, SL_STR("s"), sl_str_from(wrong[i]), &err), -1,
                     "%s", wrong[i]);
        cr_expect_eq(err.code, SL_E_INPUT);
    }
    sl_doc_release(&doc);
}

static const char strict[] =
    "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"apiVersion\":{},"
    "\"kind\":{},\"metadata\":{},\"spec\":{\"$ref\":\"#/definitions/spec\"}},\"definitions\":"
    "{\"spec\":{\"type\":[\"object\",\"null\"],\"additionalProperties\":false,\"properties\":{"
    "\"stay\":{\"type\":\"string\",\"format\":\"duration\"},\"n\":{\"oneOf\":[{\"type\":"
    "\"string\"},{\"type\":\"integer\"}]}}}}}";

static const struct {
    const char *file, *api_version, *kind;
} layouts[] = {
    {"d/deployment-apps-v1.json", "apps/v1", "Deployment"},
    {"d/service-v1.json", "v1", "Service"},
    {"d/ingress-networking-v1.json", "networking.k8s.io/v1", "Ingress"},
    {"d/cert-manager.io/certificate_v1.json", "cert-manager.io/v1", "Certificate"},
};

Test(kubeschema_directory, files_of_one_kind_are_found_in_either_layout)
{
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++)
        temp_dir_write_text(&temp, layouts[i].file, strict);
    open_tree();
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        struct kit kit;
        char yaml[512];
        kit_init(&kit);
        struct sl_str api_version = sl_str_from(layouts[i].api_version), kind = sl_str_from(layouts[i].kind);
        cr_assert_eq(sl_kubeschema_add_kind_file(kit.set, tree, SL_STR("d"), api_version, kind, &kit.err), 1,
                     "%s: %s", layouts[i].file, kit.err.message);
        (void)snprintf(yaml, sizeof yaml,
                       "{apiVersion: %s, kind: %s, metadata: {name: a}, spec: {stay: 1h, n: 3}}\n---\n"
                       "{apiVersion: %s, kind: %s, metadata: {name: a}, spec: {stay: 1d, m: 3}}\n",
                       layouts[i].api_version, layouts[i].kind, layouts[i].api_version, layouts[i].kind);
        cr_expect_eq(kit_check(&kit, yaml), 0);
        cr_expect_eq(sl_findings_count(kit.findings), 2, "%s", kit_findings(&kit));
        cr_expect(strstr(kit_findings(&kit), "kube/unknown-field /spec/m"), "%s", kit_findings(&kit));
        cr_expect(strstr(kit_findings(&kit), "kube/mismatch /spec/stay: must be a duration"), "%s",
                  kit_findings(&kit));
        kit_release(&kit);
    }
}

Test(kubeschema_directory, what_an_object_says_of_itself_leads_to_no_other_path)
{
    static const char *const kinds[][2] = {
        {"v1", "../secret"}, {"../..", "A"}, {"a/../../b", "A"}, {"v1", "a/b"},
        {"/v1", "A"},        {"", "A"},      {"v1", ""},         {"v1", "Missing"},
    };
    struct kit kit;
    kit_init(&kit);
    temp_dir_write_text(&temp, "secret-v1.json", strict);
    temp_dir_write_text(&temp, "d/a", strict);
    open_tree();
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        cr_expect_eq(sl_kubeschema_add_kind_file(kit.set, tree, SL_STR("d"), sl_str_from(kinds[i][0]),
                                                 sl_str_from(kinds[i][1]), &kit.err),
                     0, "%s %s", kinds[i][0], kinds[i][1]);
    kit_release(&kit);
}

Test(kubeschema_directory, a_directory_gives_its_kinds_file_and_its_definitions)
{
    struct kit kit;
    kit_init(&kit);
    temp_dir_write_text(
        &temp, "d/kinds.json",
        "{\"sealift\":\"kubernetes-kinds/1\",\"properties\":{\"v1/A\":{\"type\":\"object\"}}}");
    temp_dir_write_text(
        &temp, "d/crd.yaml",
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, spec: {group: g.h, "
        "names: {kind: B}, versions: [{name: v1}]}}");
    temp_dir_write_text(&temp, "d/other.txt", "{");
    open_tree();
    cr_assert_eq(sl_kubeschema_add_directory(kit.set, tree, SL_STR("d"), NULL, &kit.err), 0, "%s",
                 kit.err.message);
    cr_expect(sl_kubeschema_has(kit.set, SL_STR("v1"), SL_STR("A")));
    cr_expect(sl_kubeschema_has(kit.set, SL_STR("g.h/v1"), SL_STR("B")));
    cr_expect_eq(sl_kubeschema_count(kit.set), 2);
    cr_assert_eq(sl_kubeschema_add_directory(kit.set, tree, SL_STR("none"), NULL, &kit.err), 0);
    kit_release(&kit);
}

static int tell(void *context, const struct sl_err *why, struct sl_err *failure)
{
    int *told = context;
    (void)failure;
    cr_expect(strstr(why->message, "d/b.yaml:"), "%s", why->message);
    (*told)++;
    return 0;
}

Test(kubeschema_directory, a_file_that_is_broken_takes_no_other_with_it)
{
    struct kit kit;
    int told = 0;
    struct sl_kubeproblems problems = {tell, &told};
    kit_init(&kit);
    temp_dir_write_text(&temp, "d/b.yaml", "{");
    temp_dir_write_text(
        &temp, "d/c.yaml",
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, spec: {group: g.h, "
        "names: {kind: B}, versions: [{name: v1}]}}");
    open_tree();
    cr_assert_eq(sl_kubeschema_add_directory(kit.set, tree, SL_STR("d"), &problems, &kit.err), 0);
    cr_expect_eq(told, 1);
    cr_expect_eq(sl_kubeschema_count(kit.set), 1);
    cr_expect_eq(sl_kubeschema_add_directory(kit.set, tree, SL_STR("d"), NULL, &kit.err), -1);
    kit_release(&kit);
}
