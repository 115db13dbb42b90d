#include "manifest_kit.h"

#include <criterion/criterion.h>

#define SPACE "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n---\n"
#define WEB                                                                                                  \
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {selector: "      \
    "{matchLabels: {app: web}}, template: {metadata: {labels: {app: web, tier: front}}}}}\n---\n"
#define SERVICE "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n"
#define POLICY  "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n, namespace: shop}\n"

static const struct manifest_case cases[] = {
    {"a Service that finds its pods", SPACE WEB SERVICE "spec: {selector: {app: web}}\n", ""},
    {"a Service that does not", SPACE WEB SERVICE "spec: {selector: {app: wep}}\n",
     "manifests/selects-nothing 8:18 /spec/selector\n"},
    {"all labels count", SPACE WEB SERVICE "spec: {selector: {app: web, tier: back}}\n",
     "manifests/selects-nothing 8:18 /spec/selector\n"},
    {"labels that the cluster sets",
     SPACE WEB SERVICE "spec: {selector: {app: web, statefulset.kubernetes.io/pod-name: web-0}}\n", ""},
    {"no selector", SPACE WEB SERVICE "spec: {ports: []}\n", ""},
    {"a name outside", SPACE WEB SERVICE "spec: {type: ExternalName, selector: {app: x}}\n", ""},
    {"filled in later", SPACE WEB SERVICE "spec: {selector: {app: \"${APP}\"}}\n", ""},
    {"pods of another namespace",
     SPACE "{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {app: web}}}\n---\n" SERVICE
           "spec: {selector: {app: web}}\n",
     "manifests/selects-nothing 8:18 /spec/selector\n"},
    {"a policy for all pods", SPACE WEB POLICY "spec: {podSelector: {}}\n", ""},
    {"a policy with a peer that is nobody",
     SPACE WEB POLICY
     "spec:\n  podSelector: {}\n  ingress:\n  - from:\n    - podSelector: {matchLabels: {app: wep}}\n"
     "    - podSelector: {matchLabels: {app: web}}\n    - podSelector: {}\n  egress:\n  - to:\n"
     "    - podSelector: {matchLabels: {app: x}}\n      namespaceSelector: {}\n"
     "    - podSelector: {matchLabels: {app: y}}\n",
     "manifests/selects-nothing 12:20 /spec/ingress/0/from/0/podSelector\n"
     "manifests/selects-nothing 19:20 /spec/egress/0/to/1/podSelector\n"},
    {"a policy by expressions",
     SPACE WEB POLICY
     "spec: {podSelector: {matchExpressions: [{key: tier, operator: In, values: [front, back]}]}}\n",
     ""},
    {"expressions that exclude all",
     SPACE WEB POLICY
     "spec: {podSelector: {matchExpressions: [{key: tier, operator: NotIn, values: [front]}, "
     "{key: app, operator: Exists}]}}\n",
     "manifests/selects-nothing 8:21 /spec/podSelector\n"},
    {"a disruption budget",
     SPACE WEB
     "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b, namespace: shop}, spec: "
     "{selector: {matchLabels: {app: wbe}}}}\n",
     "manifests/selects-nothing 5:107 /spec/selector\n"},
    {"pods that a chart of that name makes",
     SPACE
     "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: wep, namespace: argocd}, spec: "
     "{source: {chart: c}, destination: {namespace: shop}}}\n---\n" SERVICE "spec: {selector: {app: wep}}\n",
     ""},
    {"a chart of another name",
     SPACE
     "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: a, namespace: argocd}, spec: "
     "{source: {chart: c}, destination: {namespace: shop}}}\n---\n" SERVICE "spec: {selector: {app: wep}}\n",
     "manifests/doubtful-selector 8:18 /spec/selector\n"},
    {"pods that a chart makes, or a slip",
     SPACE
     "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: portl, namespace: argocd}, spec: "
     "{source: {chart: c}, destination: {namespace: shop}}}\n---\n"
     "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: shop, labels: {app: portal, tier: web}}}\n---\n" SERVICE
     "spec: {selector: {app: portl, tier: web}}\n---\n"
     "{apiVersion: v1, kind: Service, metadata: {name: b, namespace: shop}, spec: {selector: {app: portl}}}\n---\n"
     "{apiVersion: v1, kind: Service, metadata: {name: c, namespace: shop}, spec: {selector: {app: portl, "
     "tier: db}}}\n",
     "manifests/doubtful-selector 10:18 /spec/selector\n"
     "manifests/doubtful-selector 12:88 /spec/selector\n"},
    {"pods that an operator makes",
     SPACE "{apiVersion: db.example/v1, kind: Database, metadata: {name: d, namespace: shop}}\n---\n" SERVICE
           "spec: {selector: {app: wep}}\n",
     ""},
    {"a workload that misses its own pods",
     SPACE "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {selector: "
           "{matchLabels: {app: web}}, template: {metadata: {labels: {app: wep}}}}}\n",
     "manifests/selector-mismatch 3:98 /spec/selector\n"},
};

Test(manifest_selector, a_selector_matches_something_or_is_reported)
{
    manifest_kit_expect(cases, sizeof cases / sizeof cases[0], "manifests");
}

#define LABELLED                                                                                             \
    "{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop, labels: {app: web}}}\n---\n"
#define MONITOR "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: m, namespace: "

static const struct manifest_case monitor_cases[] = {
    {"of its own namespace", SPACE LABELLED MONITOR "shop}\nspec: {selector: {matchLabels: {app: web}}}\n",
     ""},
    {"nothing there", SPACE LABELLED MONITOR "shop}\nspec: {selector: {matchLabels: {app: wep}}}\n",
     "manifests/selects-nothing 8:18 /spec/selector\n"},
    {"not where it looks", SPACE LABELLED MONITOR "default}\nspec: {selector: {matchLabels: {app: web}}}\n",
     "manifests/selects-nothing 8:18 /spec/selector\n"},
    {"in the namespace it names",
     SPACE LABELLED MONITOR
     "default}\nspec: {selector: {matchLabels: {app: web}}, namespaceSelector: {matchNames: [shop]}}\n",
     ""},
    {"in any",
     SPACE LABELLED MONITOR
     "default}\nspec: {selector: {matchLabels: {app: web}}, namespaceSelector: {any: true}}\n",
     ""},
};

Test(manifest_selector, a_monitor_finds_services_where_it_looks)
{
    manifest_kit_expect(monitor_cases, sizeof monitor_cases / sizeof monitor_cases[0], "manifests");
}

Test(manifest_selector, the_hint_names_the_nearest)
{
    struct delivery delivery = {.objects = SPACE WEB SERVICE "spec: {selector: {app: web, tier: back}}\n"};
    cr_expect_str_eq(
        manifest_kit_messages(&delivery, "manifests"),
        "manifests/selects-nothing 8:18 /spec/selector: Service web selects nothing: no pod where it "
        "looks has these labels (the nearest is Deployment web, which has tier: front)\n");
}
