/*
 * API versions that the customer's cluster no longer serves, or will not for long.
 *
 * Where the facts come from: "removed" and the replacement from the Kubernetes documentation, Deprecated API
 * Migration Guide (https://kubernetes.io/docs/reference/using-api/deprecation-guide/), under the heading of the
 * release named; "deprecated" from the prerelease-lifecycle tags of the types in staging/src/k8s.io/api and
 * apiextensions-apiserver of Kubernetes v1.21 to v1.32. Only minor versions of Kubernetes 1 are counted.
 */
#include "manifest_rules.h"

#include "model/report.h"

#include <stdio.h>

static const struct api {
    const char *api_version, *kind;
    unsigned char deprecated, removed; /* in Kubernetes 1.N */
    const char *instead;               /* NULL: nothing takes its place */
} apis[] = {
    /* Guide, v1.32: flow control resources. */
    {"flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", 29, 32, "flowcontrol.apiserver.k8s.io/v1"},
    {"flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfiguration", 29, 32,
     "flowcontrol.apiserver.k8s.io/v1"},
    /* Guide, v1.29: flow control resources. */
    {"flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", 26, 29, "flowcontrol.apiserver.k8s.io/v1"},
    {"flowcontrol.apiserver.k8s.io/v1beta2", "PriorityLevelConfiguration", 26, 29,
     "flowcontrol.apiserver.k8s.io/v1"},
    /* Guide, v1.27: CSIStorageCapacity. */
    {"storage.k8s.io/v1beta1", "CSIStorageCapacity", 24, 27, "storage.k8s.io/v1"},
    /* Guide, v1.26: flow control resources, HorizontalPodAutoscaler. */
    {"flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", 23, 26, "flowcontrol.apiserver.k8s.io/v1"},
    {"flowcontrol.apiserver.k8s.io/v1beta1", "PriorityLevelConfiguration", 23, 26,
     "flowcontrol.apiserver.k8s.io/v1"},
    {"autoscaling/v2beta2", "HorizontalPodAutoscaler", 23, 26, "autoscaling/v2"},
    /* Guide, v1.25: CronJob to RuntimeClass. */
    {"batch/v1beta1", "CronJob", 21, 25, "batch/v1"},
    {"discovery.k8s.io/v1beta1", "EndpointSlice", 21, 25, "discovery.k8s.io/v1"},
    {"events.k8s.io/v1beta1", "Event", 22, 25, "events.k8s.io/v1"},
    {"autoscaling/v2beta1", "HorizontalPodAutoscaler", 22, 25, "autoscaling/v2"},
    {"policy/v1beta1", "PodDisruptionBudget", 21, 25, "policy/v1"},
    {"policy/v1beta1", "PodSecurityPolicy", 21, 25, NULL},
    {"node.k8s.io/v1beta1", "RuntimeClass", 22, 25, "node.k8s.io/v1"},
    /* Guide, v1.22: webhook resources to storage resources. */
    {"admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", 16, 22,
     "admissionregistration.k8s.io/v1"},
    {"admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", 16, 22,
     "admissionregistration.k8s.io/v1"},
    {"apiextensions.k8s.io/v1beta1", "CustomResourceDefinition", 16, 22, "apiextensions.k8s.io/v1"},
    {"apiregistration.k8s.io/v1beta1", "APIService", 19, 22, "apiregistration.k8s.io/v1"},
    {"authentication.k8s.io/v1beta1", "TokenReview", 19, 22, "authentication.k8s.io/v1"},
    {"authorization.k8s.io/v1beta1", "LocalSubjectAccessReview", 19, 22, "authorization.k8s.io/v1"},
    {"authorization.k8s.io/v1beta1", "SelfSubjectAccessReview", 19, 22, "authorization.k8s.io/v1"},
    {"authorization.k8s.io/v1beta1", "SelfSubjectRulesReview", 19, 22, "authorization.k8s.io/v1"},
    {"authorization.k8s.io/v1beta1", "SubjectAccessReview", 19, 22, "authorization.k8s.io/v1"},
    {"certificates.k8s.io/v1beta1", "CertificateSigningRequest", 19, 22, "certificates.k8s.io/v1"},
    {"coordination.k8s.io/v1beta1", "Lease", 19, 22, "coordination.k8s.io/v1"},
    {"extensions/v1beta1", "Ingress", 14, 22, "networking.k8s.io/v1"},
    {"networking.k8s.io/v1beta1", "Ingress", 19, 22, "networking.k8s.io/v1"},
    {"networking.k8s.io/v1beta1", "IngressClass", 19, 22, "networking.k8s.io/v1"},
    {"rbac.authorization.k8s.io/v1beta1", "ClusterRole", 17, 22, "rbac.authorization.k8s.io/v1"},
    {"rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding", 17, 22, "rbac.authorization.k8s.io/v1"},
    {"rbac.authorization.k8s.io/v1beta1", "Role", 17, 22, "rbac.authorization.k8s.io/v1"},
    {"rbac.authorization.k8s.io/v1beta1", "RoleBinding", 17, 22, "rbac.authorization.k8s.io/v1"},
    {"scheduling.k8s.io/v1beta1", "PriorityClass", 14, 22, "scheduling.k8s.io/v1"},
    {"storage.k8s.io/v1beta1", "CSIDriver", 19, 22, "storage.k8s.io/v1"},
    {"storage.k8s.io/v1beta1", "CSINode", 17, 22, "storage.k8s.io/v1"},
    {"storage.k8s.io/v1beta1", "StorageClass", 19, 22, "storage.k8s.io/v1"},
    {"storage.k8s.io/v1beta1", "VolumeAttachment", 19, 22, "storage.k8s.io/v1"},
    /* Guide, v1.16: NetworkPolicy to ReplicaSet. */
    {"extensions/v1beta1", "NetworkPolicy", 9, 16, "networking.k8s.io/v1"},
    {"extensions/v1beta1", "PodSecurityPolicy", 11, 16, NULL},
    {"extensions/v1beta1", "DaemonSet", 8, 16, "apps/v1"},
    {"apps/v1beta2", "DaemonSet", 9, 16, "apps/v1"},
    {"extensions/v1beta1", "Deployment", 8, 16, "apps/v1"},
    {"apps/v1beta1", "Deployment", 8, 16, "apps/v1"},
    {"apps/v1beta2", "Deployment", 9, 16, "apps/v1"},
    {"apps/v1beta1", "StatefulSet", 8, 16, "apps/v1"},
    {"apps/v1beta2", "StatefulSet", 9, 16, "apps/v1"},
    {"extensions/v1beta1", "ReplicaSet", 8, 16, "apps/v1"},
    {"apps/v1beta2", "ReplicaSet", 9, 16, "apps/v1"},
};

enum { APIS = sizeof apis / sizeof apis[0], MINOR_MAX = 999 };

static const struct api *find_api(struct sl_str api_version, struct sl_str kind)
{
    for (size_t i = 0; i < APIS; i++)
        if (sl_str_equal(api_version, sl_str_from(apis[i].api_version)) &&
            sl_str_equal(kind, sl_str_from(apis[i].kind)))
            return &apis[i];
    return NULL;
}

/* The minor version of "1.29", "v1.30.6+rke2r1"; -1 where none is stated. */
static int minor_version(struct sl_str version)
{
    if (version.len && version.ptr[0] == 'v')
        version = sl_str_slice(version, 1, version.len);
    if (!sl_str_starts_with(version, SL_STR("1.")))
        return -1;
    int minor = -1;
    for (size_t i = 2; i < version.len && version.ptr[i] >= '0' && version.ptr[i] <= '9'; i++) {
        minor = (minor < 0 ? 0 : minor * 10) + (version.ptr[i] - '0');
        if (minor > MINOR_MAX)
            return -1;
    }
    return minor;
}

static int report(struct manifests *manifests, const struct manifest_object *object, const struct api *api,
                  bool removed, struct sl_err *err)
{
    struct place root = place_root(object->node);
    struct place at = place_get(&root, "apiVersion");
    struct sl_finding finding = manifests_finding(
        manifests, object, &at, removed ? "manifests/removed-api" : "manifests/deprecated-api");
    char hint[160] = "nothing takes its place";
    if (api->instead)
        (void)snprintf(hint, sizeof hint, "write it as %s", api->instead);
    finding.hint = sl_str_from(hint);
    struct sl_shown name, version;
    (void)sl_shown(&version, manifests->subject->layout->customer_file.cluster_version);
    return sl_finding_report(
        manifests->findings, &finding, err,
        removed ? "%s %s is of %s, which Kubernetes serves until 1.%d; the cluster has %s"
                : "%s %s is of %s, which Kubernetes no longer serves after 1.%d; the cluster "
                  "has %s",
        api->kind, sl_shown(&name, object->name), api->api_version, api->removed - 1, version.text);
}

int manifests_check_apis(struct manifests *manifests, struct sl_err *err)
{
    int minor = minor_version(manifests->subject->layout->customer_file.cluster_version);
    if (minor < 0)
        return 0;
    for (size_t i = 0; i < manifests->count; i++) {
        const struct manifest_object *object = &manifests->objects[i];
        const struct api *api = find_api(object->api, object->kind);
        if (!api || minor < api->deprecated)
            continue;
        if (report(manifests, object, api, minor >= api->removed, err) < 0)
            return -1;
    }
    return 0;
}

bool manifests_api_is_removed(struct sl_str api_version, struct sl_str kind, struct sl_str cluster_version)
{
    const struct api *api = find_api(api_version, kind);
    return api && minor_version(cluster_version) >= api->removed;
}
