#include "manifest_kit.h"

#include <criterion/criterion.h>

#define PROJECT(spec)                                                                                        \
    "{apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: {name: shop, namespace: argocd}, spec: " \
    "{" spec "}}\n---\n"
#define HERE "https://kubernetes.default.svc"
#define APPLICATION(project, url, destination)                                                               \
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\nspec:\n" \
    "  project: " project "\n  source: {repoURL: \"" url "\", chart: web}\n  destination: {" destination     \
    "}\n  syncPolicy: {syncOptions: [CreateNamespace=true]}\n"
#define ANY_DESTINATION "destinations: [{server: \"*\", namespace: \"*\"}]"
#define TO_SHOP         "server: \"" HERE "\", namespace: shop"
#define SOURCE(pattern, url)                                                                                 \
    PROJECT("sourceRepos: [" pattern "], " ANY_DESTINATION) APPLICATION("shop", url, TO_SHOP)
#define NO_SOURCE "manifests/project-source 8:21 /spec/source/repoURL\n"
#define DESTINATION(items, destination)                                                                      \
    PROJECT("sourceRepos: [\"*\"], destinations: [" items "]")                                               \
    APPLICATION("shop", "registry.example/charts", destination)
#define NO_DESTINATION "manifests/project-destination 9:70 /spec/destination/namespace\n"

static const struct manifest_case cases[] = {
    {"no such project", PROJECT("") APPLICATION("shops", "x", TO_SHOP),
     "manifests/missing-reference 7:12 /spec/project\n"},
    {"default needs no document", APPLICATION("default", "x", TO_SHOP), ""},
    {"the same source", SOURCE("registry.example/charts", "registry.example/charts"), ""},
    {"another source", SOURCE("registry.example/charts", "registry.example/chart"), NO_SOURCE},
    {"no source at all", PROJECT(ANY_DESTINATION) APPLICATION("shop", "x", TO_SHOP), NO_SOURCE},
    {"all sources", SOURCE("\"*\"", "https://git.example/a/b"), ""},
    {"a star does not go past a slash", SOURCE("\"https://git.example/*\"", "https://git.example/a/b"),
     NO_SOURCE},
    {"two stars do", SOURCE("\"https://git.example/**\"", "https://git.example/a/b"), ""},
    {"case and .git do not matter", SOURCE("\"https://Git.example/a/b.git\"", "https://git.example/A/b"), ""},
    {"scp form", SOURCE("\"git@git.example:a/b\"", "ssh://git@git.example/a/b.git"), ""},
    {"a negation speaks against it", SOURCE("\"*\", \"!https://git.example/a/*\"", "https://git.example/a/b"),
     NO_SOURCE},
    {"a negation of others", SOURCE("\"*\", \"!https://git.example/c/*\"", "https://git.example/a/b"), ""},
    {"alternatives", SOURCE("\"https://git.example/{a,b}/*\"", "https://git.example/b/c"), ""},
    {"this destination", DESTINATION("{" TO_SHOP "}", TO_SHOP), ""},
    {"another namespace", DESTINATION("{server: \"" HERE "\", namespace: shops}", TO_SHOP), NO_DESTINATION},
    {"another cluster", DESTINATION("{server: \"https://other\", namespace: shop}", TO_SHOP), NO_DESTINATION},
    {"a pattern", DESTINATION("{server: \"*\", namespace: \"sho?\"}", TO_SHOP), ""},
    {"a denied namespace",
     DESTINATION("{server: \"*\", namespace: \"*\"}, {server: \"*\", namespace: \"!sh*\"}", TO_SHOP),
     NO_DESTINATION},
    {"by name", DESTINATION("{name: in-cluster, namespace: shop}", "name: in-cluster, namespace: shop"), ""},
    {"this cluster by its other name", DESTINATION("{name: in-cluster, namespace: shop}", TO_SHOP), ""},
};

Test(manifest_project, an_application_stays_within_its_project)
{
    manifest_kit_expect(cases, sizeof cases / sizeof cases[0], "manifests");
}

Test(manifest_project, the_message_names_project_and_address)
{
    struct delivery delivery = {.objects = SOURCE("a.example", "b.example")};
    cr_expect_str_eq(
        manifest_kit_messages(&delivery, "manifests"),
        "manifests/project-source 8:21 /spec/source/repoURL: Application web reads from b.example, "
        "which AppProject shop does not permit (add it to spec.sourceRepos of the project, or correct "
        "the address)\n");
}

static const struct manifest_case namespace_cases[] = {
    {"nobody makes it", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}\n",
     "manifests/unknown-namespace 1:66 /metadata/namespace\n"},
    {"one finding for all in it",
     "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}\n---\n"
     "{apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: shop}}\n",
     "manifests/unknown-namespace 1:66 /metadata/namespace\n"},
    {"a Namespace makes it",
     "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}\n---\n"
     "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n",
     ""},
    {"a subject in one that is nearly there",
     "{apiVersion: v1, kind: Namespace, metadata: {name: harborline}}\n---\n"
     "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b}, roleRef: {kind: "
     "ClusterRole, name: view}, subjects: [{kind: ServiceAccount, name: a, namespace: harbourline}]}\n",
     "manifests/unknown-namespace 3:187 /subjects/0/namespace\n"},
    {"a subject in one of the site's",
     "{apiVersion: v1, kind: Namespace, metadata: {name: harborline}}\n---\n"
     "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: b}, roleRef: {kind: "
     "ClusterRole, name: view}, subjects: [{kind: ServiceAccount, name: a, namespace: observability}]}\n",
     ""},
    {"Kubernetes has it", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: kube-system}}\n",
     ""},
    {"the installer has it", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: argocd}}\n",
     ""},
    {"none is stated", "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n", ""},
    {"Argo CD makes it",
     "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}\n---\n" APPLICATION(
         "default", "x", TO_SHOP),
     ""},
    {"Argo CD is not asked to",
     "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, namespace: argocd}\nspec:\n"
     "  source: {chart: c}\n  destination: {server: \"" HERE "\", namespace: shop}\n",
     "manifests/unknown-namespace 6:70 /spec/destination/namespace\n"},
    {"another cluster's",
     "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, namespace: argocd}\nspec:\n"
     "  source: {chart: c}\n  destination: {server: \"https://other\", namespace: shop}\n",
     ""},
    {"Flux makes it",
     "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}}\n---\n"
     "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: h, namespace: flux-system}, "
     "spec: {targetNamespace: shop, install: {createNamespace: true}}}\n",
     ""},
};

Test(manifest_namespace, somebody_makes_every_namespace)
{
    manifest_kit_expect(namespace_cases, sizeof namespace_cases / sizeof namespace_cases[0], "manifests");
}
