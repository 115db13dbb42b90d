#include "manifest_kit.h"

#include <criterion/criterion.h>

#define APPLICATION                                                                                          \
    "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web, namespace: argocd}, spec: " \
    "{project: default, source: {repoURL: \"oci://r.example\", chart: web, targetRevision: 1.0.0}, "         \
    "destination: {namespace: web}}}\n"
#define DIRECTORY                                                                                            \
    "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: d, namespace: argocd}, spec: "   \
    "{project: default, source: {repoURL: \"https://g.example\", path: base/more, targetRevision: v1.0}, "   \
    "destination: {namespace: web}}}\n"
#define MAP  "{apiVersion: v1, kind: ConfigMap, metadata: {name: m, namespace: kube-system}}\n"
#define HERE "overlays/customer-a/"

struct unread_case {
    const char *name, *path, *text, *findings;
    struct {
        const char *path, *text;
    } beside;
};

static const struct unread_case cases[] = {
    {"values in their place", HERE "custom-values/web-custom.yaml", "a: 1\n", "", {0}},
    {"in a folder with a slip",
     HERE "custom-value/web-custom.yaml",
     "a: 1\n",
     "values/not-read " HERE
     "custom-value/web-custom.yaml:0:0: is read by nobody: values of web do not stand "
     "here (move it to " HERE "custom-values/web-custom.yaml)\n",
     {0}},
    {"in no folder",
     HERE "web-custom.yaml",
     "a: 1\n",
     "values/not-read " HERE "web-custom.yaml:0:0: is read by nobody: values of web do not stand here (move "
     "it to " HERE "custom-values/web-custom.yaml)\n",
     {0}},
    {"in a folder of the folder",
     HERE "custom-values/sub/web-custom.yaml",
     "a: 1\n",
     "values/not-read " HERE "custom-values/sub/web-custom.yaml:0:0: is read by nobody: values of web do not "
     "stand here (move it to " HERE "custom-values/web-custom.yaml)\n",
     {0}},
    {"as JSON",
     HERE "custom-values/web-custom.json",
     "{}\n",
     "values/not-read " HERE "custom-values/web-custom.json:0:0: is read by nobody: values of web do not "
     "stand here (move it to " HERE "custom-values/web-custom.yaml)\n",
     {0}},
    {"of a release, without environment",
     "releases/v1.0/values/web-values.yaml",
     "a: 1\n",
     "values/not-read releases/v1.0/values/web-values.yaml:0:0: is read by nobody: values of web do not stand "
     "here (move it to releases/v1.0/values/ENVIRONMENT/web-values.yaml)\n",
     {0}},
    {"of a release, in a folder with a slip",
     "releases/v1.0/value/production/web-values.yaml",
     "a: 1\n",
     "values/not-read releases/v1.0/value/production/web-values.yaml:0:0: is read by nobody: values of web do "
     "not stand here (move it to releases/v1.0/values/production/web-values.yaml)\n",
     {0}},
    {"in an environment that nobody has",
     "releases/v1.0/values/prod/web-values.yaml",
     "a: 1\n",
     "values/not-read releases/v1.0/values/prod/web-values.yaml:0:0: is read by nobody: no customer is in the "
     "environment prod, and no release has a cluster file for it (did you mean production?)\n",
     {0}},
    {"in one that another customer has",
     "releases/v1.0/values/staging/web-values.yaml",
     "a: 1\n",
     "",
     {"overlays/customer-b/cluster-config.yaml", "environment: staging\n"}},
    {"in one that has a cluster file",
     "releases/v1.0/values/staging/web-values.yaml",
     "a: 1\n",
     "",
     {"releases/v0.9/clusters/staging-cluster.yaml", MAP}},
    {"below base",
     "base/value/web-values.yaml",
     "a: 1\n",
     "values/not-read base/value/web-values.yaml:0:0: is read by nobody: values of web do not stand here "
     "(move it to base/values/web-values.yaml)\n",
     {0}},
    {"a manifest that nothing names",
     HERE "lost.yaml",
     MAP,
     "repo/not-read " HERE "lost.yaml:0:0: is read by nobody: no kustomization names it (name it in "
     "overlays/customer-a/kustomization.yaml, or take it out)\n",
     {0}},
    {"one that is named",
     HERE "found.yaml",
     MAP,
     "",
     {HERE "kustomization.yaml", "resources: [found.yaml]\n"}},
    {"a file of a generator",
     HERE "files/a.json",
     "{}\n",
     "",
     {HERE "kustomization.yaml", "configMapGenerator: [{name: m, files: [a=files/a.json]}]\n"}},
    {"one that a release with a kustomization leaves out",
     "releases/v1.0/applications/lost-app.yaml",
     MAP,
     "repo/not-read releases/v1.0/applications/lost-app.yaml:0:0: is read by nobody: no kustomization names it "
     "(name it in releases/v1.0/kustomization.yaml, or take it out)\n",
     {"releases/v1.0/kustomization.yaml", "resources: [applications/web-app.yaml]\n"}},
    {"what another customer names",
     "base/parts/part.yaml",
     MAP,
     "",
     {"overlays/customer-b/kustomization.yaml", "resources: [../../base/parts/part.yaml]\n"}},
    {"a kustomization that nobody names, and not what it names",
     "base/parts/part.yaml",
     MAP,
     "repo/not-read base/parts/kustomization.yaml:0:0: is read by nobody: no kustomization names it (name it "
     "in a kustomization.yaml, or take it out)\n",
     {"base/parts/kustomization.yaml", "resources: [part.yaml]\n"}},
    {"what Argo CD reads at the site",
     "base/more/part.yaml",
     MAP,
     "",
     {"releases/v1.0/applications/d-app.yaml", DIRECTORY}},
    {"a name with a slip",
     HERE "cluster-confg.yaml",
     "customer: customer-a\n",
     "repo/not-read " HERE "cluster-confg.yaml:0:0: is read by nobody: no kustomization names it (did you "
     "mean cluster-config.yaml?)\n",
     {0}},
    {"for people", HERE "docs/notes.yaml", "a: 1\n", "", {HERE "README.md", "hello\n"}},
    {"hidden", HERE ".sops.yaml", "a: 1\n", "", {HERE ".github/x.yaml", "a: 1\n"}},
    {"carried",
     "releases/v1.0/artifacts/x.yaml",
     "a: 1\n",
     "",
     {"releases/v1.0/schemas/web.schema.json", "{}"}},
};

/* Of both rules, in the order of the files. */
static void expect(const struct unread_case *unread)
{
    struct delivery delivery = {.files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION},
                                          {unread->path, unread->text},
                                          {unread->beside.path, unread->beside.text}}};
    const char *rule = strncmp(unread->findings, "values", 6) == 0 ? "values/not-read" : "repo/not-read";
    const char *other = strncmp(unread->findings, "values", 6) == 0 ? "repo/not-read" : "values/not-read";
    const char *found = manifest_kit_messages(&delivery, rule);
    cr_expect_str_eq(found, unread->findings, "%s:\n%s\ninstead of\n%s", unread->name, found,
                     unread->findings);
    found = manifest_kit_messages(&delivery, other);
    cr_expect_str_empty(found, "%s:\n%s", unread->name, found);
}

Test(unread, files_that_nobody_reads_are_told_with_the_place_where_they_would_be)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(&cases[i]);
}
