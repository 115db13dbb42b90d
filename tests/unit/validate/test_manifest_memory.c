#include "alloc_fault.h"
#include "groups.h"
#include "manifest_kit.h"

#include <criterion/criterion.h>

/* Something for every rule to find. */
static const struct delivery wrong = {
    .objects =
        "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n---\n"
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {a: \"http://u:pw1@h\"}}\n"
        "---\n"
        "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {selector: "
        "{matchLabels: {a: b}}, template: {metadata: {labels: {a: c}}, spec: {containers: [{image: web, envFrom: "
        "[{configMapRef: {name: setings}}], env: [{valueFrom: {configMapKeyRef: {name: settings, key: b}}}]}]}}}}\n"
        "---\n"
        "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {selector: {a: d}}}\n---\n"
        "{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: shopp}, data: {a: aHVudGVyMg==}}\n---\n"
        "{apiVersion: db.example/v1, kind: Database, metadata: {name: d, namespace: shop}, spec: {a: b}}\n---\n"
        "{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {name: b}, spec: {}}\n---\n"
        "{apiVersion: argoproj.io/v1alpha1, kind: AppProject, metadata: {name: p, namespace: argocd}}\n---\n"
        "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: a, namespace: argocd}, spec: "
        "{project: p, source: {chart: c, repoURL: r}, destination: {name: in-cluster, namespace: shop2}}}\n",
    .version = "1.30",
    .files = {{"releases/v1.0/artifacts/notes.txt", "http://u:hunter22@h\n"},
              {"overlays/customer-a/lost.yaml", "a: 1\n"},
              {"releases/v1.0/values/prod/web-values.yaml", "a: 1\n"},
              {"base/kustomization.yaml", "resources: [x]\n"}},
};

static int run(struct manifest_kit *kit, struct sl_err *err)
{
    if (sl_validation_shared_new(&kit->shared, kit->dir.path, NULL, err) < 0)
        return -1;
    kit->subject.shared = kit->shared;
    if (sl_rules_manifests(&kit->subject, err) < 0 || sl_rules_unread(&kit->subject, err) < 0)
        return -1;
    return sl_rules_secret_files(&kit->subject, err);
}

Test(manifest_memory, a_failed_allocation_is_an_error_and_nothing_worse, .timeout = 200)
{
    struct manifest_kit kit;
    manifest_kit_open(&kit, &wrong);
    size_t nth = 1;
    for (;; nth++) {
        struct sl_err err = {0};
        sl_validation_shared_free(kit.shared);
        kit.shared = NULL;
        alloc_fault_arm(nth);
        int result = run(&kit, &err);
        if (!alloc_fault_disarm()) {
            cr_expect_eq(result, 0, "%s", err.message);
            break;
        }
        cr_expect_lt(result, 0, "allocation %zu", nth);
        cr_expect_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
    cr_expect_gt(nth, 100);
    cr_expect_gt(sl_findings_of(kit.findings, SL_ERROR), 4);
    manifest_kit_close(&kit);
}
