#include "manifest_reference.h"

/* How a reference says what it means, besides the name. */
enum {
    SPACED = 1,  /* `namespace` beside it; else that of the object itself */
    TYPED = 2,   /* `kind` beside it; else the row's */
    GROUPED = 4, /* `apiVersion`, `apiGroup` or `group` beside it; else the row's */
    ISSUED = 8,  /* not where annotations ask cert-manager to make it */
};

struct row {
    const char *group, *kind; /* of the object */
    const char *path;         /* to what holds the reference */
    const char *name;         /* the field with the name */
    const char *to_group, *to_kind;
    unsigned how;
};

#define SOURCES "source.toolkit.fluxcd.io"
#define HELM    "helm.toolkit.fluxcd.io"
#define FLUX    "kustomize.toolkit.fluxcd.io"
#define NOTIFY  "notification.toolkit.fluxcd.io"
#define GATEWAY "gateway.networking.k8s.io"
#define MONITOR "monitoring.coreos.com"

static const struct row rows[] = {
    {"", "ServiceAccount", "imagePullSecrets/*", "name", "", "Secret", 0},
    {"admissionregistration.k8s.io", "MutatingWebhookConfiguration", "webhooks/*/clientConfig/service",
     "name", "", "Service", SPACED},
    {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "webhooks/*/clientConfig/service",
     "name", "", "Service", SPACED},
    {"apiregistration.k8s.io", "APIService", "spec/service", "name", "", "Service", SPACED},
    {"apps", "StatefulSet", "spec", "serviceName", "", "Service", 0},
    {"argoproj.io", "Rollout", "spec/strategy/blueGreen", "activeService", "", "Service", 0},
    {"argoproj.io", "Rollout", "spec/strategy/blueGreen", "previewService", "", "Service", 0},
    {"argoproj.io", "Rollout", "spec/strategy/canary", "canaryService", "", "Service", 0},
    {"argoproj.io", "Rollout", "spec/strategy/canary", "stableService", "", "Service", 0},
    {"autoscaling", "HorizontalPodAutoscaler", "spec/scaleTargetRef", "name", "", "", TYPED | GROUPED},
    {"autoscaling.k8s.io", "VerticalPodAutoscaler", "spec/targetRef", "name", "", "", TYPED | GROUPED},
    {"keda.sh", "ScaledObject", "spec/scaleTargetRef", "name", "apps", "Deployment", TYPED | GROUPED},
    {"networking.k8s.io", "Ingress", "spec/backend", "serviceName", "", "Service", 0},
    {"networking.k8s.io", "Ingress", "spec/defaultBackend/service", "name", "", "Service", 0},
    {"networking.k8s.io", "Ingress", "spec/rules/*/http/paths/*/backend", "serviceName", "", "Service", 0},
    {"networking.k8s.io", "Ingress", "spec/rules/*/http/paths/*/backend/service", "name", "", "Service", 0},
    {"networking.k8s.io", "Ingress", "spec/tls/*", "secretName", "", "Secret", ISSUED},
    {GATEWAY, "Gateway", "spec/listeners/*/tls/certificateRefs/*", "name", "", "Secret",
     SPACED | TYPED | GROUPED | ISSUED},
    {GATEWAY, "GRPCRoute", "spec/rules/*/backendRefs/*", "name", "", "Service", SPACED | TYPED | GROUPED},
    {GATEWAY, "HTTPRoute", "spec/rules/*/backendRefs/*", "name", "", "Service", SPACED | TYPED | GROUPED},
    {GATEWAY, "TCPRoute", "spec/rules/*/backendRefs/*", "name", "", "Service", SPACED | TYPED | GROUPED},
    {GATEWAY, "TLSRoute", "spec/rules/*/backendRefs/*", "name", "", "Service", SPACED | TYPED | GROUPED},
    {MONITOR, "PodMonitor", "spec/podMetricsEndpoints/*/basicAuth/password", "name", "", "Secret", 0},
    {MONITOR, "PodMonitor", "spec/podMetricsEndpoints/*/basicAuth/username", "name", "", "Secret", 0},
    {MONITOR, "PodMonitor", "spec/podMetricsEndpoints/*/bearerTokenSecret", "name", "", "Secret", 0},
    {MONITOR, "ServiceMonitor", "spec/endpoints/*/authorization/credentials", "name", "", "Secret", 0},
    {MONITOR, "ServiceMonitor", "spec/endpoints/*/basicAuth/password", "name", "", "Secret", 0},
    {MONITOR, "ServiceMonitor", "spec/endpoints/*/basicAuth/username", "name", "", "Secret", 0},
    {MONITOR, "ServiceMonitor", "spec/endpoints/*/bearerTokenSecret", "name", "", "Secret", 0},
    {MONITOR, "ServiceMonitor", "spec/endpoints/*/tlsConfig/ca/configMap", "name", "", "ConfigMap", 0},
    {MONITOR, "ServiceMonitor", "spec/endpoints/*/tlsConfig/ca/secret", "name", "", "Secret", 0},
    {MONITOR, "ServiceMonitor", "spec/endpoints/*/tlsConfig/cert/secret", "name", "", "Secret", 0},
    {MONITOR, "ServiceMonitor", "spec/endpoints/*/tlsConfig/keySecret", "name", "", "Secret", 0},
    {HELM, "HelmRelease", "spec", "serviceAccountName", "", "ServiceAccount", 0},
    {HELM, "HelmRelease", "spec/chart/spec/sourceRef", "name", SOURCES, "HelmRepository", SPACED | TYPED},
    {HELM, "HelmRelease", "spec/chartRef", "name", SOURCES, "OCIRepository", SPACED | TYPED},
    {HELM, "HelmRelease", "spec/dependsOn/*", "name", HELM, "HelmRelease", SPACED},
    {HELM, "HelmRelease", "spec/kubeConfig/secretRef", "name", "", "Secret", 0},
    {HELM, "HelmRelease", "spec/valuesFrom/*", "name", "", "", TYPED},
    {FLUX, "Kustomization", "spec", "serviceAccountName", "", "ServiceAccount", 0},
    {FLUX, "Kustomization", "spec/decryption/secretRef", "name", "", "Secret", 0},
    {FLUX, "Kustomization", "spec/dependsOn/*", "name", FLUX, "Kustomization", SPACED},
    {FLUX, "Kustomization", "spec/kubeConfig/secretRef", "name", "", "Secret", 0},
    {FLUX, "Kustomization", "spec/postBuild/substituteFrom/*", "name", "", "", TYPED},
    {FLUX, "Kustomization", "spec/sourceRef", "name", SOURCES, "GitRepository", SPACED | TYPED},
    {SOURCES, "Bucket", "spec/secretRef", "name", "", "Secret", 0},
    {SOURCES, "GitRepository", "spec/secretRef", "name", "", "Secret", 0},
    {SOURCES, "HelmChart", "spec/sourceRef", "name", SOURCES, "HelmRepository", TYPED},
    {SOURCES, "HelmRepository", "spec/certSecretRef", "name", "", "Secret", 0},
    {SOURCES, "HelmRepository", "spec/secretRef", "name", "", "Secret", 0},
    {SOURCES, "OCIRepository", "spec/certSecretRef", "name", "", "Secret", 0},
    {SOURCES, "OCIRepository", "spec/secretRef", "name", "", "Secret", 0},
    {SOURCES, "OCIRepository", "spec/verify/secretRef", "name", "", "Secret", 0},
    {NOTIFY, "Alert", "spec/providerRef", "name", NOTIFY, "Provider", 0},
    {NOTIFY, "Provider", "spec/secretRef", "name", "", "Secret", 0},
    {NOTIFY, "Receiver", "spec/secretRef", "name", "", "Secret", 0},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

struct check {
    struct manifests *manifests;
    const struct manifest_object *from;
    const struct row *row;
};

static struct sl_str stated_group(const struct place *holder, const char *otherwise)
{
    const struct sl_node *version = sl_node_get(holder->node, "apiVersion");
    if (version)
        return manifest_group(sl_node_text(version));
    const struct sl_node *group = sl_node_get(holder->node, "apiGroup");
    if (!group)
        group = sl_node_get(holder->node, "group");
    return group ? sl_node_text(group) : sl_str_from(otherwise);
}

static bool is_true(const struct sl_node *node)
{
    return node && node->kind == SL_BOOL && node->as.boolean;
}

static int check_holder(const struct place *holder, void *context, struct sl_err *err)
{
    const struct check *check = context;
    const struct row *row = check->row;
    if (is_true(sl_node_get(holder->node, "optional")))
        return 0;
    struct place name = place_get(holder, row->name);
    struct manifest_reference reference = {
        .from = check->from,
        .at = &name,
        .group = row->how & GROUPED ? stated_group(holder, row->to_group) : sl_str_from(row->to_group),
        .kind = sl_str_from(row->to_kind),
        .space = check->from->space,
        .name = place_text(&name),
    };
    struct sl_str kind = sl_node_text(sl_node_get(holder->node, "kind"));
    if (row->how & TYPED && kind.len)
        reference.kind = kind;
    struct sl_str space = sl_node_text(sl_node_get(holder->node, "namespace"));
    if (row->how & SPACED && space.len)
        reference.space = space;
    return manifests_check_reference(check->manifests, &reference, NULL, err);
}

/* Whether cert-manager is asked to make the certificates that the object names. */
static bool is_issued(const struct manifest_object *object)
{
    static const char *const asking[] = {"cert-manager.io/cluster-issuer",
                                         "cert-manager.io/issuer",
                                         "kubernetes.io/tls-acme",
                                         "cert-manager.io/acme-challenge-type",
                                         "certmanager.k8s.io/cluster-issuer",
                                         "certmanager.k8s.io/issuer"};
    const struct sl_node *annotations = sl_node_get(sl_node_get(object->node, "metadata"), "annotations");
    for (size_t i = 0; i < sizeof asking / sizeof asking[0]; i++)
        if (sl_node_get(annotations, asking[i]))
            return true;
    return false;
}

static int check_subject(const struct place *subject, void *context, struct sl_err *err)
{
    const struct check *check = context;
    if (!sl_str_equal(sl_node_text(sl_node_get(subject->node, "kind")), SL_STR("ServiceAccount")))
        return 0;
    struct place name = place_get(subject, "name");
    struct sl_str space = sl_node_text(sl_node_get(subject->node, "namespace"));
    struct manifest_reference reference = {
        .from = check->from,
        .at = &name,
        .kind = SL_STR("ServiceAccount"),
        .space = space.len ? space : check->from->space,
        .name = place_text(&name),
    };
    if (reference.space.len == 0)
        return 0;
    return manifests_check_reference(check->manifests, &reference, NULL, err);
}

static int check_binding(struct manifests *manifests, const struct manifest_object *object,
                         struct sl_err *err)
{
    struct check check = {manifests, object, NULL};
    struct place root = place_root(object->node);
    if (place_each(&root, "subjects/*", check_subject, &check, err) < 0)
        return -1;
    struct place role = place_get(&root, "roleRef");
    struct place name = place_get(&role, "name");
    struct sl_str kind = role.node ? sl_node_text(sl_node_get(role.node, "kind")) : (struct sl_str){NULL, 0};
    struct manifest_reference reference = {
        .from = object,
        .at = &name,
        .group = object->group,
        .kind = kind,
        .name = place_text(&name),
    };
    if (sl_str_equal(kind, SL_STR("Role")))
        reference.space = object->space;
    return manifests_check_reference(manifests, &reference, NULL, err);
}

int manifests_check_object_references(struct manifests *manifests, const struct manifest_object *object,
                                      struct sl_err *err)
{
    if (manifest_is(object, "rbac.authorization.k8s.io", "RoleBinding") ||
        manifest_is(object, "rbac.authorization.k8s.io", "ClusterRoleBinding"))
        return check_binding(manifests, object, err);
    struct place root = place_root(object->node);
    for (size_t i = 0; i < ROWS; i++) {
        if (!manifest_is(object, rows[i].group, rows[i].kind) || (rows[i].how & ISSUED && is_issued(object)))
            continue;
        struct check check = {manifests, object, &rows[i]};
        if (place_each(&root, rows[i].path, check_holder, &check, err) < 0)
            return -1;
    }
    return 0;
}
