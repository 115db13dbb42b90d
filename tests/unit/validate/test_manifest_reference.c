#include "manifest_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define SPACE "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}\n---\n"
#define MAP                                                                                                  \
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {mode: a}}\n---\n"
/* A Deployment whose pod begins in line 11. */
#define POD                                                                                                  \
    "apiVersion: apps/v1\n"                                                                                  \
    "kind: Deployment\n"                                                                                     \
    "metadata: {name: web, namespace: shop}\n"                                                               \
    "spec:\n"                                                                                                \
    "  selector: {matchLabels: {app: web}}\n"                                                                \
    "  template:\n"                                                                                          \
    "    metadata: {labels: {app: web}}\n"                                                                   \
    "    spec:\n"
#define CONTAINER "      containers:\n      - {name: web, image: \"web:1.0\", "

static const struct manifest_case pod_cases[] = {
    {"a map that is there", SPACE MAP POD CONTAINER "envFrom: [{configMapRef: {name: settings}}]}\n", ""},
    {"a map that is not", SPACE MAP POD CONTAINER "envFrom: [{configMapRef: {name: setings}}]}\n",
     "manifests/missing-reference 14:71 /spec/template/spec/containers/0/envFrom/0/configMapRef/name\n"},
    {"optional", SPACE MAP POD CONTAINER "envFrom: [{configMapRef: {name: setings, optional: true}}]}\n", ""},
    {"a key that is there",
     SPACE MAP POD CONTAINER "env: [{name: M, valueFrom: {configMapKeyRef: {name: settings, key: mode}}}]}\n",
     ""},
    {"a key that is not",
     SPACE MAP POD CONTAINER "env: [{name: M, valueFrom: {configMapKeyRef: {name: settings, key: mod}}}]}\n",
     "manifests/missing-key 14:106 /spec/template/spec/containers/0/env/0/valueFrom/configMapKeyRef/key\n"},
    {"a Secret that nothing makes", SPACE POD "      imagePullSecrets: [{name: registry}]\n",
     "manifests/missing-secret 11:33 /spec/template/spec/imagePullSecrets/0/name\n"},
    {"the account that is always there", SPACE POD "      serviceAccountName: default\n", ""},
    {"an account that nothing makes", SPACE POD "      serviceAccountName: robot\n",
     "manifests/missing-reference 11:27 /spec/template/spec/serviceAccountName\n"},
    {"volumes",
     SPACE POD
     "      volumes:\n"
     "      - {name: a, configMap: {name: one}}\n"
     "      - {name: b, secret: {secretName: two}}\n"
     "      - {name: c, persistentVolumeClaim: {claimName: three}}\n"
     "      - {name: d, projected: {sources: [{configMap: {name: four}}, {secret: {name: five}}]}}\n"
     "      - {name: e, configMap: {name: kube-root-ca.crt}}\n"
     "      - {name: f, secret: {secretName: six, optional: true}}\n",
     "manifests/missing-reference 12:37 /spec/template/spec/volumes/0/configMap/name\n"
     "manifests/missing-secret 13:40 /spec/template/spec/volumes/1/secret/secretName\n"
     "manifests/missing-reference 14:54 /spec/template/spec/volumes/2/persistentVolumeClaim/claimName\n"
     "manifests/missing-reference 15:60 /spec/template/spec/volumes/3/projected/sources/0/configMap/name\n"
     "manifests/missing-secret 15:84 /spec/template/spec/volumes/3/projected/sources/1/secret/name\n"},
    {"a map of another namespace is none",
     SPACE "{apiVersion: v1, kind: ConfigMap, metadata: {name: other}, data: {a: b}}\n---\n" POD CONTAINER
           "envFrom: [{configMapRef: {name: other}}]}\n",
     "manifests/missing-reference 14:71 /spec/template/spec/containers/0/envFrom/0/configMapRef/name\n"},
    {"a name that is filled in later", SPACE POD "      serviceAccountName: ${ACCOUNT}\n", ""},
    {"a priority",
     SPACE POD
     "      priorityClassName: system-node-critical\n---\n"
     "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: shop}, spec: {priorityClassName: hi}}\n",
     "manifests/missing-reference 13:93 /spec/priorityClassName\n"},
};

Test(manifest_reference, what_a_pod_names_must_be_made)
{
    struct manifest_case cases[sizeof pod_cases / sizeof pod_cases[0]];
    size_t count = 0;
    for (size_t i = 0; i < sizeof pod_cases / sizeof pod_cases[0]; i++)
        cases[count++] = pod_cases[i];
    manifest_kit_expect(cases, count, "manifests");
}

#define SECRET_USER                                                                                          \
    "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: shop}, spec: {imagePullSecrets: [{name: t}]}}\n"

static const struct manifest_case maker_cases[] = {
    {"a certificate",
     SPACE "{apiVersion: cert-manager.io/v1, kind: Certificate, metadata: {name: c, namespace: shop}, "
           "spec: {secretName: t}}\n---\n" SECRET_USER,
     ""},
    {"an external secret that is named so",
     SPACE "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: t, namespace: shop}, "
           "spec: {}}\n---\n" SECRET_USER,
     ""},
    {"an external secret whose target is named otherwise",
     SPACE "{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: t, namespace: shop}, "
           "spec: {target: {name: other}}}\n---\n" SECRET_USER,
     "manifests/missing-secret 5:100 /spec/imagePullSecrets/0/name\n"},
    {"a sealed secret",
     SPACE "{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: t, namespace: shop}, "
           "spec: {encryptedData: {a: AgB}}}\n---\n" SECRET_USER,
     ""},
    {"a secret that is copied to all namespaces",
     SPACE "{apiVersion: v1, kind: Secret, metadata: {name: t, annotations: "
           "{reflector.v1.k8s.emberstack.com/reflection-auto-enabled: \"true\"}}}\n---\n" SECRET_USER,
     ""},
    {"a resource of an operator that names it",
     SPACE "{apiVersion: db.example/v1, kind: Database, metadata: {name: d, namespace: shop}, "
           "spec: {credentials: t}}\n---\n" SECRET_USER,
     ""},
    {"a resource of an operator that does not",
     SPACE "{apiVersion: db.example/v1, kind: Database, metadata: {name: d, namespace: shop}, "
           "spec: {credentials: u}}\n---\n" SECRET_USER,
     "manifests/missing-secret 5:100 /spec/imagePullSecrets/0/name\n"},
    {"claims of a StatefulSet's template",
     SPACE
     "{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: None}}\n---\n"
     "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db, namespace: shop}, spec: {serviceName: db, "
     "volumeClaimTemplates: [{metadata: {name: data}}]}}\n---\n"
     "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: shop}, spec: {volumes: "
     "[{name: a, persistentVolumeClaim: {claimName: data-db-0}}, "
     "{name: b, persistentVolumeClaim: {claimName: data-bd-0}}]}}\n",
     "manifests/missing-reference 7:187 /spec/volumes/1/persistentVolumeClaim/claimName\n"},
    {"a chart that installs into the namespace, named like it",
     SPACE "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: t, namespace: shop}, "
           "spec: {chart: {spec: {chart: c}}}}\n---\n" SECRET_USER,
     ""},
    {"one that is not",
     SPACE "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: h, namespace: shop}, "
           "spec: {chart: {spec: {chart: c}}}}\n---\n" SECRET_USER,
     "manifests/doubtful-reference 5:100 /spec/imagePullSecrets/0/name\n"},
    {"a directory of another repository",
     SPACE
     "{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: h, namespace: argocd}, spec: "
     "{source: {path: deploy}, destination: {namespace: shop}}}\n---\n" SECRET_USER,
     ""},
    {"a chart that installs elsewhere",
     SPACE "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: h, namespace: "
           "flux-system}, spec: {targetNamespace: default}}\n---\n" SECRET_USER,
     "manifests/missing-secret 5:100 /spec/imagePullSecrets/0/name\n"},
    {"where a chart installs, only what looks like a slip",
     SPACE "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: h, namespace: shop}, "
           "spec: {}}\n---\n" MAP
           "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: shop}, spec: {volumes: "
           "[{name: a, configMap: {name: setting}}, {name: b, configMap: {name: h-web}}]}}\n",
     "manifests/doubtful-reference 7:112 /spec/volumes/0/configMap/name\n"},
};

Test(manifest_reference, what_the_site_will_have_is_not_missed)
{
    manifest_kit_expect(maker_cases, sizeof maker_cases / sizeof maker_cases[0], "manifests");
}

Test(manifest_reference, a_chart_makes_what_its_values_name)
{
    struct delivery delivery = {
        .objects =
            SPACE "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: h, namespace: "
                  "shop}, spec: {chart: {spec: {chart: c}}}}\n---\n"
                  "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: shop}, spec: "
                  "{serviceAccountName: robot}}\n"};
    cr_expect_str_neq(manifest_kit_findings(&delivery, "manifests"), "");
    delivery.values = "serviceAccount: {name: robot}\n";
    cr_expect_str_eq(manifest_kit_findings(&delivery, "manifests"), "");
}

static const struct manifest_case object_cases[] = {
    {"an Ingress",
     SPACE "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: i, namespace: shop}\nspec:\n"
           "  tls: [{secretName: cert}]\n"
           "  rules: [{http: {paths: [{backend: {service: {name: web}}}]}}]\n",
     "manifests/missing-secret 7:22 /spec/tls/0/secretName\n"
     "manifests/missing-reference 8:54 /spec/rules/0/http/paths/0/backend/service/name\n"},
    {"an Ingress whose certificate cert-manager makes",
     SPACE "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
           "metadata: {name: i, namespace: shop, annotations: {cert-manager.io/cluster-issuer: ca}}\nspec:\n"
           "  tls: [{secretName: cert}]\n",
     ""},
    {"role bindings",
     SPACE
     "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: r, namespace: shop}\n"
     "roleRef: {kind: Role, name: reader}\nsubjects:\n- {kind: ServiceAccount, name: robot}\n"
     "- {kind: User, name: somebody}\n- {kind: ServiceAccount, name: robot, namespace: elsewhere}\n---\n"
     "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: c}\n"
     "roleRef: {kind: ClusterRole, name: cluster-admin}\n---\n"
     "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: d}\n"
     "roleRef: {kind: ClusterRole, name: nobody}\n",
     "manifests/missing-reference 6:29 /roleRef/name\n"
     "manifests/missing-reference 8:32 /subjects/0/name\n"
     "manifests/missing-reference 20:36 /roleRef/name\n"},
    {"autoscaling",
     SPACE POD
     "      containers: []\n---\n"
     "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a, namespace: shop}\n"
     "spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}\n---\n"
     "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: b, namespace: shop}\n"
     "spec: {scaleTargetRef: {apiVersion: apps/v1, kind: StatefulSet, name: web}}\n",
     "manifests/missing-reference 21:71 /spec/scaleTargetRef/name\n"},
    {"Flux",
     "apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\n"
     "metadata: {name: charts, namespace: flux-system}\n---\n"
     "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, namespace: flux-system}\n"
     "spec:\n"
     "  chart: {spec: {chart: a, sourceRef: {kind: HelmRepository, name: charts}}}\n"
     "  dependsOn: [{name: b}]\n"
     "  valuesFrom: [{kind: ConfigMap, name: v, optional: true}]\n---\n"
     "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: c, namespace: flux-system}\n"
     "spec:\n"
     "  chart: {spec: {chart: a, sourceRef: {kind: HelmRepository, name: chart}}}\n",
     "manifests/missing-reference 10:22 /spec/dependsOn/0/name\n"
     "manifests/missing-reference 17:68 /spec/chart/spec/sourceRef/name\n"},
    {"routes of a gateway",
     SPACE "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: h, namespace: shop}\n"
           "spec: {rules: [{backendRefs: [{name: web}, {kind: Bucket, group: x.example, name: b}]}]}\n",
     "manifests/missing-reference 6:38 /spec/rules/0/backendRefs/0/name\n"
     "manifests/missing-reference 6:83 /spec/rules/0/backendRefs/1/name\n"},
};

Test(manifest_reference, what_other_objects_name_must_be_made)
{
    manifest_kit_expect(object_cases, sizeof object_cases / sizeof object_cases[0], "manifests");
}

Test(manifest_reference, the_message_names_both_and_the_hint_the_likely_name)
{
    struct delivery delivery = {.objects =
                                    SPACE MAP POD CONTAINER "envFrom: [{configMapRef: {name: setings}}]}\n"};
    cr_expect_str_eq(manifest_kit_messages(&delivery, "manifests"),
                     "manifests/missing-reference 14:71 "
                     "/spec/template/spec/containers/0/envFrom/0/configMapRef/name: Deployment web refers to "
                     "ConfigMap setings in namespace shop, and nothing makes it (did you mean settings?)\n");
}

Test(manifest_clean, a_correct_delivery_gives_no_finding)
{
    static char objects[32 * 1024];
    FILE *file = fopen(SEALIFT_SOURCE_DIR "/tests/unit/validate/clean.yaml", "r");
    cr_assert(file);
    size_t length = fread(objects, 1, sizeof objects - 1, file);
    cr_assert(length > 0 && length < sizeof objects - 1);
    (void)fclose(file);
    struct delivery delivery = {.objects = objects, .version = "1.31.4"};
    cr_expect_str_eq(manifest_kit_messages(&delivery, "manifests"), "");
    cr_expect_str_eq(manifest_kit_messages(&delivery, "secrets"), "");
}
