/* What is validated is what is delivered: objects with the customer's variables in them. */
#include "manifest_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define CONFIG "overlays/customer-a/cluster-config.yaml"
/* Put together here, so that no scanner takes this file for a leak. */
#define TOKEN                                                                                                \
    "ghp_"                                                                                                   \
    "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
#define WEB(helm)                                                                                            \
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web, namespace: argocd}\n"        \
    "spec:\n  project: default\n  source: {repoURL: r.example, chart: web, targetRevision: 1.0.0" helm "}\n" \
    "  destination: {server: https://kubernetes.default.svc, namespace: argocd}\n"

static const struct {
    const char *name, *objects, *variables, *area, *findings;
} cases[] = {
    {"a Secret whose value is a variable",
     "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {pw: \"${word}\"}}\n",
     "word: Tr0ub4dor-horse", "secrets/plain", "secrets/plain 1:70 /stringData/pw\n"},
    {"a token that is a variable",
     "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: \"${t}\"}}\n", "t: " TOKEN,
     "secrets/token", "secrets/token " CONFIG ":2:16\nsecrets/token 1:66 /data/a\n"},
    {"a token of which a variable is half",
     "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: \"ghp_${t}\"}}\n",
     "t: a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", "secrets/token", "secrets/token 1:66 /data/a\n"},
    {"a tag that is a variable",
     "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{image: \"a:${tag}\"}]}}\n",
     "tag: latest", "manifests", "manifests/image-tag 1:78 /spec/containers/0/image\n"},
    {"a name that is a variable and leads nowhere",
     "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{envFrom: [{configMapRef: {name: "
     "\"${c}\"}}]}]}}\n",
     "c: nowhere", "manifests",
     "manifests/missing-reference 1:103 /spec/containers/0/envFrom/0/configMapRef/name\n"},
    {"an object that is found by the name that a variable gives it",
     "{apiVersion: v1, kind: ConfigMap, metadata: {name: \"a-${c}\"}, data: {x: \"1\"}}\n---\n"
     "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{envFrom: [{configMapRef: {name: "
     "a-north}}]}]}}\n",
     "c: north", "manifests", ""},
    {"a namespace that is a variable",
     "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: \"${ns}\"}}\n", "ns: nosuch",
     "manifests", "manifests/unknown-namespace 1:66 /metadata/namespace\n"},
    {"a name that a variable spoils", "{apiVersion: v1, kind: ConfigMap, metadata: {name: \"${id}\"}}\n",
     "id: Not A_Name", "kube/name", "kube/name 1:52 /metadata/name\n"},
    {"a kind that is a variable",
     "{apiVersion: v1, kind: \"${kind}\", metadata: {name: s}, stringData: {pw: Tr0ub4dor-horse}}\n",
     "kind: Secret", "secrets", "secrets/plain 1:73 /stringData/pw\n"},
    {"what stays open",
     "{apiVersion: v1, kind: Pod, metadata: {name: p, annotations: {kustomize.toolkit.fluxcd.io/substitute: "
     "disabled}}, spec: {containers: [{image: \"${tag}\"}]}}\n",
     "tag: \"a:latest\"", "manifests", ""},
};

Test(shipped, variables_are_in_the_objects_that_rules_look_at)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char config[512];
        (void)snprintf(config, sizeof config, "customer: customer-a\nvariables: {%s}\n", cases[i].variables);
        struct delivery delivery = {.objects = cases[i].objects, .files = {{CONFIG, config}}};
        const char *found = manifest_kit_findings(&delivery, cases[i].area);
        cr_expect_str_eq(found, cases[i].findings, "%s:\n%s", cases[i].name, found);
    }
}

Test(shipped, the_hint_says_where_the_variable_is_stated)
{
    struct delivery delivery = {
        .objects =
            "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{image: \"${a}:${tag}\"}, "
            "{image: \"b:latest\"}]}}\n",
        .files = {{CONFIG, "customer: customer-a\nvariables:\n  tag: latest\n  a: web\n"}},
    };
    cr_expect_str_eq(
        manifest_kit_messages(&delivery, "manifests"),
        "manifests/image-tag 1:78 /spec/containers/0/image: image web:latest has the tag latest, which "
        "is another image tomorrow (name a version, or better a digest (name@sha256:...); ${a} is stated "
        "at " CONFIG ":4:6)\n"
        "manifests/image-tag 1:102 /spec/containers/1/image: image b:latest has the tag latest, which "
        "is another image tomorrow (name a version, or better a digest (name@sha256:...))\n");
}

#define CUSTOM "overlays/customer-a/custom-values/web-custom.yaml"

static const struct {
    const char *name, *application, *values, *findings;
} value_cases[] = {
    {"a token that a variable brings into values", WEB(""), "a: is ${t}\n",
     "secrets/token " CONFIG ":2:16\nsecrets/token " CUSTOM ":1:4 /spec/source/helm/valuesObject/a\n"},
    {"into values that are in no object", "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n",
     "a: [x, \"${t}\"]\n", "secrets/token " CONFIG ":2:16\nsecrets/token " CUSTOM ":1:8 /a/1\n"},
    {"a token in a values file is told once", WEB(""), "a: |\n  text\n  " TOKEN "\n",
     "secrets/token " CONFIG ":2:16\nsecrets/token " CUSTOM ":3:3\n"},
    {"a token in the Application itself", WEB(", helm: {values: \"a: " TOKEN "\"}"), "b: 1\n",
     "secrets/token " CONFIG ":2:16\n"
     "secrets/token releases/v1.0/applications/web-app.yaml:6:82 /spec/source/helm/valuesObject/a\n"},
};

Test(shipped, merged_values_are_searched_for_tokens)
{
    for (size_t i = 0; i < sizeof value_cases / sizeof value_cases[0]; i++) {
        struct delivery delivery = {
            .files = {{CONFIG, "customer: customer-a\nvariables: {t: " TOKEN "}\n"},
                      {"releases/v1.0/applications/web-app.yaml", value_cases[i].application},
                      {CUSTOM, value_cases[i].values}}};
        const char *found = manifest_kit_findings(&delivery, "secrets");
        cr_expect_str_eq(found, value_cases[i].findings, "%s:\n%s", value_cases[i].name, found);
    }
}
