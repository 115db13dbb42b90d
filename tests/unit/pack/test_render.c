#include "pack_kit.h"
#include "release_repo.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/stat.h>

static struct temp_dir temp;
static struct pack_kit kit;

static void set_up(void)
{
    temp_dir_make(&temp);
    release_repo_write(&temp);
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(render, .init = set_up, .fini = tear_down);

static void render(void)
{
    struct sl_release_query query = pack_kit_query(temp.path);
    pack_kit_render(&kit, &query);
}

#define SITE "overlays/customer-a/site.yaml"

Test(render, a_file_for_each_document_and_each_application_with_values)
{
    render();
    cr_assert_eq(kit.result, 0, "%s", kit.err.message);
    cr_expect_str_eq(pack_kit_findings(&kit), "");
    cr_expect_str_eq(pack_kit_paths(&kit),
                     "manifests/argoproj.io_v1alpha1_application_argocd_web.yaml "
                     "manifests/argoproj.io_v1alpha1_appproject_shop.yaml "
                     "manifests/helm.toolkit.fluxcd.io_v2_helmrelease_prometheus.yaml "
                     "manifests/kustomization.yaml manifests/v1_configmap_site.yaml "
                     "manifests/v1_namespace_shop.yaml values/prometheus.yaml values/web.yaml");
    cr_expect_str_eq(pack_kit_text(&kit, "manifests/kustomization.yaml"),
                     "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n"
                     "- argoproj.io_v1alpha1_appproject_shop.yaml\n- v1_namespace_shop.yaml\n"
                     "- helm.toolkit.fluxcd.io_v2_helmrelease_prometheus.yaml\n"
                     "- argoproj.io_v1alpha1_application_argocd_web.yaml\n- v1_configmap_site.yaml\n");
    cr_expect_str_eq(pack_kit_text(&kit, "manifests/v1_configmap_site.yaml"),
                     "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: site\n");
    cr_expect_str_eq(pack_kit_text(&kit, "values/web.yaml"),
                     "env: production\nimage:\n  tag: two\nreplicas: 2\ntier: lts\n");
    cr_expect_str_eq(pack_kit_text(&kit, "values/prometheus.yaml"), "retention: 60d\n");
    pack_kit_release(&kit);
}

Test(render, what_was_derived_is_told)
{
    render();
    const struct sl_release_facts *facts = sl_rendering_facts(kit.rendering);
    cr_expect(sl_str_equal(facts->environment, SL_STR("production")));
    cr_expect(sl_str_equal(facts->environment_from, SL_STR("overlays/customer-a/cluster-config.yaml")));
    cr_expect_eq(facts->sequence, 3);
    cr_expect(sl_str_equal(facts->sequence_from, SL_STR("releases/v1.0/release.yaml")));
    cr_expect_eq(facts->source_commit.len, 0);
    cr_expect_not(facts->dirty);
    pack_kit_release(&kit);
}

/* The file of one object, whatever its names are. */
static const struct {
    const char *object, *file;
} names[] = {
    {"{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}", "v1_configmap_a.yaml"},
    {"{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: b}}", "v1_configmap_b_a.yaml"},
    {"{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}", "apps_v1_deployment_web.yaml"},
    {"{apiVersion: g/v1, kind: ClusterRole, metadata: {name: \"system:Node\"}}",
     "g_v1_clusterrole_system-node-8c7928a7b563e6be.yaml"},
    {"{apiVersion: v1, kind: ConfigMap, metadata: {name: \"../../../etc/passwd\"}}",
     "v1_configmap_..-..-..-etc-passwd-36ba94953dece406.yaml"},
    {"{apiVersion: \"-x/..\", kind: K, metadata: {name: \"\\0\\e[31m\"}}",
     "xx_.._k_---31m-8107cd5ef79d2184.yaml"},
};

Test(render, names_of_objects_become_safe_file_names)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[256];
        temp_dir_write_text(&temp, SITE, names[i].object);
        render();
        /* Names that Kubernetes refuses are findings, and still become files that can be looked at. */
        cr_assert(kit.result == 0 || kit.err.code == SL_E_FINDINGS, "%s: %s", names[i].object,
                  kit.err.message);
        (void)snprintf(path, sizeof path, "manifests/%s", names[i].file);
        cr_expect(pack_kit_text(&kit, path), "%s: %s", names[i].object, pack_kit_paths(&kit));
        pack_kit_release(&kit);
    }
}

Test(render, names_that_differ_only_in_case_become_two_files)
{
    temp_dir_write_text(&temp, SITE,
                        "{apiVersion: v1, kind: ConfigMap, metadata: {name: Site}}\n---\n"
                        "{apiVersion: v1, kind: Configmap, metadata: {name: site}}\n---\n"
                        "{apiVersion: v1, kind: ConfigMap, metadata: {name: site}}\n");
    render();
    cr_assert(kit.result == 0 || kit.err.code == SL_E_FINDINGS, "%s", kit.err.message);
    cr_expect_eq(sl_rendering_count(kit.rendering), 10);
    cr_expect(pack_kit_text(&kit, "manifests/v1_configmap_site.yaml"));
    pack_kit_release(&kit);
}

Test(render, a_name_longer_than_a_file_name_is_cut_and_kept_apart)
{
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "{apiVersion: v1, kind: ConfigMap, metadata: {name: n%0249d}}\n---\n"
                   "{apiVersion: v1, kind: ConfigMap, metadata: {name: n%0249d}}\n",
                   1, 2);
    temp_dir_write_text(&temp, SITE, text);
    render();
    cr_assert_eq(kit.result, 0, "%s", kit.err.message);
    cr_expect_eq(sl_rendering_count(kit.rendering), 9);
    for (size_t i = 0; i < sl_rendering_count(kit.rendering); i++) {
        struct sl_str path, content;
        sl_rendering_at(kit.rendering, i, &path, &content);
        cr_expect_lt(path.len, 240, SL_FMT, SL_ARG(path));
    }
    pack_kit_release(&kit);
}

/* Documents that cannot be applied are findings. Where kustomize refuses one there is nothing to look at;
 * what only Kubernetes would refuse is told one by one, and the rest is rendered. */
static const struct {
    const char *text, *findings;
    bool rendered;
} bad[] = {
    {"just text\n", "kustomization/build " SITE ":1:1", false},
    {"a: 1\n", "kustomization/build " SITE ":1:1", false},
    {"apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n", "kustomization/build " SITE ":1:1", false},
    {"apiVersion: v1\nkind: Job\nmetadata: {generateName: x}\n", "kustomization/build " SITE ":1:1", false},
    {"apiVersion: v1\nmetadata: {name: a}\n", "kustomization/build " SITE ":1:1", false},
    {"apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n", "kustomization/build " SITE ":1:1", false},
    {"apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, namespace: x}\n",
     "kustomization/build " SITE ":1:1", false},
    {"kind: A\nmetadata: {name: a}\n---\nkind: B\nmetadata: {name: a}\n",
     "manifests/not-kubernetes " SITE ":1:1;manifests/not-kubernetes " SITE ":4:1", true},
    {"apiVersion: v1\nkind: ThingList\n", "manifests/not-kubernetes " SITE ":1:1", true},
    {"apiVersion: v1\nkind: A\nmetadata: {name: 7}\n", "manifests/not-kubernetes " SITE ":1:1", true},
    {"apiVersion: v2\nkind: Namespace\nmetadata: {name: shop}\n", "manifests/duplicate " SITE ":1:1", true},
    {"apiVersion: a/v1\nkind: Namespace\nmetadata: {name: shop}\n", "", true},
};

Test(render, documents_that_cannot_be_applied_are_findings)
{
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        temp_dir_write_text(&temp, SITE, bad[i].text);
        render();
        cr_expect_eq(kit.result, *bad[i].findings ? -1 : 0, "row %zu: %s", i, kit.err.message);
        if (*bad[i].findings)
            cr_expect_eq(kit.err.code, SL_E_FINDINGS, "row %zu: %s", i, kit.err.message);
        cr_expect_str_eq(pack_kit_findings(&kit), bad[i].findings, "row %zu: %s", i, pack_kit_findings(&kit));
        cr_assert_not_null(kit.rendering);
        bool rendered = pack_kit_text(&kit, "manifests/v1_namespace_shop.yaml") != NULL;
        cr_expect_eq(rendered, bad[i].rendered, "row %zu", i);
        cr_expect_str_eq(sl_rendering_facts(kit.rendering)->environment.ptr, "production");
        pack_kit_release(&kit);
    }
}

Test(render, a_duplicate_says_where_the_first_one_is)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
         "Namespace/shop is there already, from releases/v1.0/clusters/production-cluster.yaml:1:1"},
        {"apiVersion: v2\nkind: Namespace\nmetadata: {name: shop}\n",
         "a second Namespace shop; the first is at releases/v1.0/clusters/production-cluster.yaml:1:1"},
    };
    for (size_t i = 0; i < 2; i++) {
        temp_dir_write_text(&temp, SITE, rows[i].text);
        render();
        size_t last = sl_findings_count(kit.findings) - 1;
        cr_expect_str_eq(sl_findings_at(kit.findings, last)->message.ptr, rows[i].message);
        cr_expect_str_eq(kit.err.message, "release v1.0 for customer-a has 1 error");
        pack_kit_release(&kit);
    }
}

Test(render, what_the_overlay_changes_is_what_is_packed)
{
    temp_dir_write_text(&temp, "overlays/customer-a/kustomization.yaml",
                        "resources: [site.yaml]\nnamePrefix: x-\npatches:\n- path: patch.yaml\n"
                        "configMapGenerator: [{name: facts, literals: [a=b]}]\n");
    temp_dir_write_text(&temp, "overlays/customer-a/patch.yaml",
                        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {tier: lts}}\n");
    render();
    cr_expect_eq(kit.result, 0, "%s", kit.err.message);
    cr_expect_str_eq(pack_kit_findings(&kit), "");
    cr_expect_str_eq(pack_kit_text(&kit, "manifests/kustomization.yaml"),
                     "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n"
                     "- argoproj.io_v1alpha1_appproject_x-shop.yaml\n- v1_namespace_shop.yaml\n"
                     "- helm.toolkit.fluxcd.io_v2_helmrelease_x-prometheus.yaml\n"
                     "- argoproj.io_v1alpha1_application_argocd_x-web.yaml\n- v1_configmap_x-site.yaml\n"
                     "- v1_configmap_x-facts-4h2mbtbbt6.yaml\n");
    cr_expect_str_eq(pack_kit_text(&kit, "manifests/v1_namespace_shop.yaml"),
                     "apiVersion: v1\nkind: Namespace\nmetadata:\n  labels:\n    tier: lts\n  name: shop\n");
    pack_kit_release(&kit);
}

static mode_t mode_of(const char *path)
{
    struct stat info;
    cr_assert_eq(stat(path, &info), 0, "%s", path);
    return info.st_mode & 07777;
}

Test(render, a_rendering_is_written_whole_with_the_same_modes_under_any_umask)
{
    char out[PATH_MAX], path[PATH_MAX];
    size_t size;
    (void)umask(0077);
    render();
    cr_assert_eq(kit.result, 0, "%s", kit.err.message);
    (void)temp_dir_join(&temp, "out", out);
    cr_assert_eq(sl_rendering_write(kit.rendering, out, &kit.err), 0, "%s", kit.err.message);
    char *text = pack_kit_read(temp_dir_join(&temp, "out/values/web.yaml", path), &size);
    cr_expect_str_eq(text, pack_kit_text(&kit, "values/web.yaml"));
    cr_expect_eq(mode_of(path), 0644);
    cr_expect_eq(mode_of(out), 0755);
    cr_expect_eq(mode_of(temp_dir_join(&temp, "out/manifests", path)), 0755);
    free(text);

    /* A second time the directory is in the way, and stays as it is. */
    cr_expect_eq(sl_rendering_write(kit.rendering, out, &kit.err), -1);
    cr_expect_eq(kit.err.code, SL_E_EXISTS, "%s", kit.err.message);
    struct stat info;
    cr_expect_neq(stat(temp_dir_join(&temp, "out.partial", path), &info), 0);
    pack_kit_release(&kit);
}

Test(render, an_empty_directory_and_what_has_the_name_of_an_unfinished_one_are_no_obstacle)
{
    char out[PATH_MAX], path[PATH_MAX];
    struct stat info;
    temp_dir_make_dir(&temp, "out");
    temp_dir_write_text(&temp, "out.partial/manifests/left", "somebody's work");
    temp_dir_write_text(&temp, "out.partial-2", "more of it");
    render();
    (void)temp_dir_join(&temp, "out", out);
    cr_assert_eq(sl_rendering_write(kit.rendering, out, &kit.err), 0, "%s", kit.err.message);
    cr_expect_eq(stat(temp_dir_join(&temp, "out/manifests/kustomization.yaml", path), &info), 0);
    cr_expect_neq(stat(temp_dir_join(&temp, "out/manifests/left", path), &info), 0);
    cr_expect_eq(stat(temp_dir_join(&temp, "out.partial/manifests/left", path), &info), 0);
    cr_expect_eq(stat(temp_dir_join(&temp, "out.partial-2", path), &info), 0);
    cr_expect_neq(stat(temp_dir_join(&temp, "out.partial-3", path), &info), 0);
    pack_kit_release(&kit);
}

Test(render, places_that_cannot_be_written_are_refused)
{
    static const struct {
        const char *out;
        enum sl_code code;
    } places[] = {{"VERSION.md", SL_E_EXISTS},
                  {"base", SL_E_EXISTS},
                  {"no/where", SL_E_NOT_FOUND},
                  {".", SL_E_USAGE},
                  {"base/..", SL_E_USAGE}};
    render();
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char out[PATH_MAX];
        (void)temp_dir_join(&temp, places[i].out, out);
        kit.err = (struct sl_err){0};
        cr_expect_eq(sl_rendering_write(kit.rendering, out, &kit.err), -1, "%s", places[i].out);
        cr_expect_eq(kit.err.code, places[i].code, "%s: %s", places[i].out, kit.err.message);
    }
    pack_kit_release(&kit);
}
