/*
 * Source: argo-cd v2.14, AppProject.IsGroupKindPermitted: of kinds in no namespace those in clusterResourceWhitelist, of all
 * others any where there is no namespaceResourceWhitelist; never one of the blacklists.
 */
#include "manifest_project_kind.h"

#include "chart_kinds.h"
#include "manifest_glob.h"
#include "model/report.h"

enum scope { SCOPE_UNKNOWN, SCOPE_NAMESPACE, SCOPE_CLUSTER };

/* Source: Kubernetes API reference 1.31. Of kinds that others define nothing is known. */
static enum scope scope_of(const struct chart_kind *kind)
{
    static const char *const cluster[] = {"APIService",
                                          "CSIDriver",
                                          "CSINode",
                                          "ClusterRole",
                                          "ClusterRoleBinding",
                                          "CustomResourceDefinition",
                                          "FlowSchema",
                                          "IngressClass",
                                          "MutatingWebhookConfiguration",
                                          "Namespace",
                                          "Node",
                                          "PersistentVolume",
                                          "PodSecurityPolicy",
                                          "PriorityClass",
                                          "PriorityLevelConfiguration",
                                          "RuntimeClass",
                                          "StorageClass",
                                          "ValidatingAdmissionPolicy",
                                          "ValidatingAdmissionPolicyBinding",
                                          "ValidatingWebhookConfiguration",
                                          "VolumeAttachment"};
    static const char *const groups[] = {"",
                                         "apps",
                                         "batch",
                                         "autoscaling",
                                         "policy",
                                         "networking.k8s.io",
                                         "rbac.authorization.k8s.io",
                                         "storage.k8s.io",
                                         "scheduling.k8s.io",
                                         "node.k8s.io",
                                         "apiextensions.k8s.io",
                                         "apiregistration.k8s.io",
                                         "admissionregistration.k8s.io",
                                         "coordination.k8s.io",
                                         "discovery.k8s.io",
                                         "flowcontrol.apiserver.k8s.io"};
    bool known = false;
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        known = known || sl_str_equal(kind->group, sl_str_from(groups[i]));
    for (size_t i = 0; known && i < sizeof cluster / sizeof cluster[0]; i++)
        if (sl_str_equal(kind->kind, sl_str_from(cluster[i])))
            return SCOPE_CLUSTER;
    return known ? SCOPE_NAMESPACE : SCOPE_UNKNOWN;
}

static bool lists(const struct sl_node *list, const struct chart_kind *kind)
{
    for (uint32_t i = 0; list && list->kind == SL_LIST && i < list->count; i++) {
        const struct sl_node *item = list->as.items[i];
        if (glob_matches(sl_node_text(sl_node_get(item, "group")), kind->group, 0) &&
            glob_matches(sl_node_text(sl_node_get(item, "kind")), kind->kind, 0))
            return true;
    }
    return false;
}

static bool permits(const struct sl_node *project, const struct chart_kind *kind)
{
    enum scope scope = scope_of(kind);
    if (scope == SCOPE_CLUSTER)
        return lists(sl_node_get(project, "clusterResourceWhitelist"), kind) &&
               !lists(sl_node_get(project, "clusterResourceBlacklist"), kind);
    const struct sl_node *white = sl_node_get(project, "namespaceResourceWhitelist");
    bool any = !white || white->kind != SL_LIST || white->count == 0;
    return scope == SCOPE_UNKNOWN ||
           ((any || lists(white, kind)) && !lists(sl_node_get(project, "namespaceResourceBlacklist"), kind));
}

static const struct sl_artifact *chart_of(const struct sl_layout *layout,
                                          const struct manifest_object *application)
{
    for (size_t i = 0; i < layout->application_count; i++)
        if (sl_str_equal(layout->applications[i].file, application->file))
            return layout->applications[i].chart;
    return NULL;
}

int manifests_check_project_kinds(struct manifests *manifests, const struct manifest_object *application,
                                  const struct place *at, const struct sl_node *project, struct sl_str name,
                                  struct sl_err *err)
{
    const struct sl_artifact *chart = chart_of(manifests->subject->layout, application);
    const struct chart_kind *kind = NULL;
    if (!chart)
        return 0;
    if (chart_kinds_of(&kind, manifests->subject, chart->path, err) < 0)
        return -1;
    for (; kind; kind = kind->next) {
        if (permits(project, kind))
            continue;
        struct sl_finding finding = manifests_finding(manifests, application, at, "manifests/project-kind");
        finding.hint = scope_of(kind) == SCOPE_CLUSTER
                           ? SL_STR("add it to spec.clusterResourceWhitelist of the project")
                           : SL_STR("look at spec.namespaceResourceWhitelist and Blacklist of the project");
        struct sl_shown shown, group, own, of;
        if (sl_finding_report(
                manifests->findings, &finding, err,
                "the chart of Application %s makes a %s%s%s, which AppProject %s does not permit",
                sl_shown(&own, application->name), sl_shown(&shown, kind->kind),
                kind->group.len ? " of " : "", sl_shown(&group, kind->group), sl_shown(&of, name)) < 0)
            return -1;
    }
    return 0;
}
