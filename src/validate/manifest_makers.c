/*
 * What a site will have besides the objects of the delivery because controllers make it of them. A rule that
 * misses an object asks here first, so that a correct repository gives no finding; docs/validation.md says
 * what is known. What charts and other repositories bring is in manifest_installers.c.
 */
#include "manifest_index.h"

#include "base/limits.h"

/* Groups whose resources bring nothing about that a rule looks for: they describe what is there. */
static const char *const passive_groups[] = {
    "acme.cert-manager.io",
    "bitnami.com",
    "cert-manager.io",
    "cilium.io",
    "crd.projectcalico.org",
    "external-secrets.io",
    "image.toolkit.fluxcd.io",
    "k8s.cni.cncf.io",
    "keda.sh",
    "kyverno.io",
    "metallb.io",
    "networking.istio.io",
    "notification.toolkit.fluxcd.io",
    "projectcalico.org",
    "route.openshift.io",
    "security.istio.io",
    "security.openshift.io",
    "source.toolkit.fluxcd.io",
    "traefik.containo.us",
    "traefik.io",
    "trust.cert-manager.io",
};

/* The same of single kinds, where others of the group do make objects. */
static const struct {
    const char *group, *kind;
} passive_kinds[] = {
    {"apps.openshift.io", "DeploymentConfig"},
    {"argoproj.io", "AppProject"},
    {"argoproj.io", "Application"},
    {"argoproj.io", "ApplicationSet"},
    {"argoproj.io", "Rollout"},
    {"gateway.networking.k8s.io", "GRPCRoute"},
    {"gateway.networking.k8s.io", "HTTPRoute"},
    {"gateway.networking.k8s.io", "ReferenceGrant"},
    {"gateway.networking.k8s.io", "TCPRoute"},
    {"gateway.networking.k8s.io", "TLSRoute"},
    {"helm.toolkit.fluxcd.io", "HelmRelease"},
    {"kustomize.toolkit.fluxcd.io", "Kustomization"},
    {"monitoring.coreos.com", "AlertmanagerConfig"},
    {"monitoring.coreos.com", "PodMonitor"},
    {"monitoring.coreos.com", "Probe"},
    {"monitoring.coreos.com", "PrometheusRule"},
    {"monitoring.coreos.com", "ScrapeConfig"},
    {"monitoring.coreos.com", "ServiceMonitor"},
    {"project.openshift.io", "Project"},
    {"hnc.x-k8s.io", "SubnamespaceAnchor"},
};

/* Annotations by which a Secret or ConfigMap is copied to other namespaces. */
static const char *const copying_annotations[] = {
    "kubed.appscode.com/sync",
    "reflector.v1.k8s.emberstack.com/reflection-allowed",
    "reflector.v1.k8s.emberstack.com/reflection-auto-enabled",
    "replicator.v1.mittwald.de/replicate-to",
    "replicator.v1.mittwald.de/replicate-to-matching",
};

static bool is_built_in(struct sl_str group)
{
    static const char *const plain[] = {"", "apps", "autoscaling", "batch", "extensions", "policy"};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        if (sl_str_equal(group, sl_str_from(plain[i])))
            return true;
    return sl_str_ends_with(group, SL_STR(".k8s.io")) &&
           !sl_str_equal(group, SL_STR("gateway.networking.k8s.io"));
}

bool manifest_has_controller(const struct manifest_object *object)
{
    if (is_built_in(object->group))
        return false;
    for (size_t i = 0; i < sizeof passive_groups / sizeof passive_groups[0]; i++)
        if (sl_str_equal(object->group, sl_str_from(passive_groups[i])))
            return false;
    for (size_t i = 0; i < sizeof passive_kinds / sizeof passive_kinds[0]; i++)
        if (manifest_is(object, passive_kinds[i].group, passive_kinds[i].kind))
            return false;
    return true;
}

bool manifest_is_platform_space(struct sl_str space)
{
    return sl_str_equal(space, SL_STR("default")) || sl_str_starts_with(space, SL_STR("kube-")) ||
           sl_str_equal(space, SL_STR("argocd")) || sl_str_equal(space, SL_STR("flux-system")) ||
           sl_str_equal(space, SL_STR("openshift")) || sl_str_starts_with(space, SL_STR("openshift-"));
}

static const struct sl_node *spec_of(const struct manifest_object *object)
{
    return sl_node_get(object->node, "spec");
}

/* One text of an object, or another where that is empty. */
static struct sl_str or_else(struct sl_str text, struct sl_str other)
{
    return text.len ? text : other;
}

static int note_secret_maker(struct manifests *manifests, struct manifest_object *object, struct sl_err *err)
{
    const struct sl_node *spec = spec_of(object);
    struct sl_str name = object->name;
    struct sl_str space = object->space;
    if (manifest_is(object, "cert-manager.io", "Certificate"))
        name = sl_node_text(sl_node_get(spec, "secretName"));
    else if (manifest_is(object, "external-secrets.io", "ExternalSecret"))
        name = or_else(sl_node_text(sl_node_get(sl_node_get(spec, "target"), "name")), name);
    else if (manifest_is(object, "bitnami.com", "SealedSecret"))
        name = or_else(
            sl_node_text(sl_node_get(sl_node_get(sl_node_get(spec, "template"), "metadata"), "name")), name);
    else if (manifest_is(object, "external-secrets.io", "ClusterExternalSecret")) {
        struct sl_str target =
            sl_node_text(sl_node_get(sl_node_get(sl_node_get(spec, "externalSecretSpec"), "target"), "name"));
        name = or_else(target, or_else(sl_node_text(sl_node_get(spec, "externalSecretName")), name));
        space = SL_STR("*");
    } else
        return 0;
    return manifests_add_made(manifests, SL_STR("Secret"), space, name, err);
}

/* What annotations ask controllers for. */
static int note_annotations(struct manifests *manifests, struct manifest_object *object, struct sl_err *err)
{
    const struct sl_node *annotations = sl_node_get(sl_node_get(object->node, "metadata"), "annotations");
    if (!annotations)
        return 0;
    if (manifest_is(object, "", "Service")) {
        const char *const serving[] = {"service.beta.openshift.io/serving-cert-secret-name",
                                       "service.alpha.openshift.io/serving-cert-secret-name"};
        for (size_t i = 0; i < sizeof serving / sizeof serving[0]; i++)
            if (manifests_add_made(manifests, SL_STR("Secret"), object->space,
                                   sl_node_text(sl_node_get(annotations, serving[i])), err) < 0)
                return -1;
        return 0;
    }
    bool copied = manifest_is(object, "", "Secret") || manifest_is(object, "", "ConfigMap");
    for (size_t i = 0; copied && i < sizeof copying_annotations / sizeof copying_annotations[0]; i++)
        if (sl_node_get(annotations, copying_annotations[i]))
            return manifests_add_made(manifests, object->kind, SL_STR("*"), object->name, err);
    return 0;
}

static int note_maker(struct manifests *manifests, struct manifest_object *object, struct sl_err *err)
{
    if (manifest_is(object, "", "Namespace") || manifest_is(object, "project.openshift.io", "Project") ||
        manifest_is(object, "hnc.x-k8s.io", "SubnamespaceAnchor"))
        return manifests_add_space(manifests, object->name, object, err);
    if (manifest_is(object, "trust.cert-manager.io", "Bundle"))
        return manifests_add_made(manifests, SL_STR("ConfigMap"), SL_STR("*"), object->name, err);
    if (!manifest_has_controller(object))
        return note_secret_maker(manifests, object, err);
    manifests->operators = true;
    return object->space.len ? manifests_note(manifests, &manifests->operated, &object->space, 1, object, err)
                             : 0;
}

int manifests_find_makers(struct manifests *manifests, struct sl_err *err)
{
    for (size_t i = 0; i < manifests->count; i++) {
        struct manifest_object *object = &manifests->objects[i];
        if (note_maker(manifests, object, err) < 0 || note_annotations(manifests, object, err) < 0 ||
            manifests_find_installer(manifests, object, err) < 0)
            return -1;
    }
    return 0;
}

/* Notes every text below `node`; names are no longer than 253 characters. */
static int note_texts(struct manifests *manifests, const struct sl_node *node, struct manifest_object *object,
                      unsigned depth, struct sl_err *err)
{
    if (depth > SL_DOC_DEPTH_MAX)
        return 0;
    if (node->kind == SL_STRING && node->as.text.len > 0 && node->as.text.len <= 253)
        return sl_map_put(&manifests->mentions, node->as.text, object, err) < 0 ? -1 : 0;
    for (uint32_t i = 0; i < node->count; i++) {
        const struct sl_node *child = node->kind == SL_MAP ? node->as.entries[i].value : node->as.items[i];
        if (note_texts(manifests, child, object, depth + 1, err) < 0)
            return -1;
    }
    return 0;
}

int manifests_may_be_made(struct manifests *manifests, struct sl_str space, struct sl_str name,
                          struct sl_err *err)
{
    for (size_t i = 0; !manifests->mentions_known && i < manifests->count; i++) {
        struct manifest_object *object = &manifests->objects[i];
        if (manifest_has_controller(object) && note_texts(manifests, object->node, object, 0, err) < 0)
            return -1;
    }
    manifests->mentions_known = true;
    if (sl_map_get(&manifests->mentions, name))
        return 1;
    if (space.len == 0 || !sl_map_get(&manifests->operated, space))
        return 0;
    for (size_t i = 0; i < manifests->count && manifests->nearness_left > 0; i++) {
        const struct manifest_object *object = &manifests->objects[i];
        manifests->nearness_left--;
        if (sl_str_equal(object->space, space) &&
            (manifest_is_named_like(name, object->name) || manifest_is_named_like(name, object->kind)) &&
            manifest_has_controller(object))
            return 1;
    }
    return 0;
}
