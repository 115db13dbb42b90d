#include "manifest_reference.h"

#include "model/report.h"

#include <sealift/text.h>
#include <stdio.h>

/* Roles of Kubernetes, and of OpenShift. */
static bool is_default_role(struct sl_str name)
{
    static const char *const roles[] = {
        "admin", "basic-user",       "cluster-admin", "cluster-reader",         "cluster-status",
        "edit",  "self-provisioner", "view",          "cluster-monitoring-view"};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (sl_str_equal(name, sl_str_from(roles[i])))
            return true;
    return sl_str_starts_with(name, SL_STR("system:"));
}

/* Names that every cluster has. */
static bool is_always_there(const struct manifest_reference *reference)
{
    struct sl_str kind = reference->kind;
    struct sl_str name = reference->name;
    if (sl_str_equal(kind, SL_STR("ServiceAccount")))
        return sl_str_equal(name, SL_STR("default"));
    if (sl_str_equal(kind, SL_STR("ConfigMap")))
        return sl_str_equal(name, SL_STR("kube-root-ca.crt")) ||
               sl_str_equal(name, SL_STR("openshift-service-ca.crt"));
    if (sl_str_equal(kind, SL_STR("PriorityClass")))
        return sl_str_starts_with(name, SL_STR("system-"));
    if (sl_str_equal(kind, SL_STR("ClusterRole")))
        return is_default_role(name);
    if (sl_str_equal(kind, SL_STR("Service")))
        return sl_str_equal(name, SL_STR("kubernetes")) && sl_str_equal(reference->space, SL_STR("default"));
    /* What `flux bootstrap` makes has this name, and is in no release. */
    return sl_str_ends_with(reference->group, SL_STR(".toolkit.fluxcd.io")) &&
           sl_str_equal(name, SL_STR("flux-system"));
}

/* A claim that a StatefulSet makes for one of its pods: TEMPLATE-STATEFULSET-NUMBER. */
static bool is_template_claim(struct manifests *manifests, const struct manifest_reference *reference)
{
    if (!sl_str_equal(reference->kind, SL_STR("PersistentVolumeClaim")))
        return false;
    const struct manifest_object *set =
        manifests_of_kind(manifests, SL_STR("apps"), SL_STR("StatefulSet"), reference->space);
    for (; set; set = set->next) {
        const struct sl_node *templates = sl_node_get(sl_node_get(set->node, "spec"), "volumeClaimTemplates");
        for (uint32_t i = 0; templates && templates->kind == SL_LIST && i < templates->count; i++) {
            struct sl_str name =
                sl_node_text(sl_node_get(sl_node_get(templates->as.items[i], "metadata"), "name"));
            size_t joint = name.len + 1 + set->name.len;
            if (reference->name.len > joint + 1 && sl_str_starts_with(reference->name, name) &&
                sl_str_equal(sl_str_slice(reference->name, name.len + 1, joint), set->name) &&
                reference->name.ptr[joint] == '-')
                return true;
        }
    }
    return false;
}

/* Whether charts could bring it. What deliveries themselves are made of comes from other repositories only. */
static enum manifest_elsewhere elsewhere(struct manifests *manifests,
                                         const struct manifest_reference *reference)
{
    bool of_delivery = sl_str_ends_with(reference->group, SL_STR(".toolkit.fluxcd.io")) ||
                       sl_str_equal(reference->group, SL_STR("argoproj.io"));
    if (of_delivery)
        return manifests->foreign ? MANIFEST_LIKELY : MANIFEST_NOWHERE;
    return manifests_elsewhere(manifests, reference->space, reference->name);
}

static int report(struct manifests *manifests, const struct manifest_reference *reference,
                  enum manifest_elsewhere where, struct sl_err *err)
{
    static const char *const outcome[] = {
        [MANIFEST_NOWHERE] = "nothing makes it",
        [MANIFEST_PERHAPS] = "only a chart could make it, none of which is named like it",
        [MANIFEST_LIKELY] = "only something that is not rendered here could make it",
    };
    struct sl_str near;
    const struct manifest_object *candidates =
        manifests_of_kind(manifests, reference->group, reference->kind, reference->space);
    bool has_near = manifests_nearest(manifests, candidates, reference->name, &near);
    if (where == MANIFEST_LIKELY && !(has_near && manifest_is_slip(reference->name, near)))
        return 0;
    const char *rule = "manifests/missing-reference";
    if (where != MANIFEST_NOWHERE)
        rule = "manifests/doubtful-reference";
    else if (sl_str_equal(reference->kind, SL_STR("Secret")))
        rule = "manifests/missing-secret";
    struct sl_finding finding = manifests_finding(manifests, reference->from, reference->at, rule);
    struct sl_shown from_kind, from, kind, name, space;
    char hint[256];
    if (has_near) {
        (void)snprintf(hint, sizeof hint, "did you mean %s?", sl_shown(&name, near));
        finding.hint = sl_str_from(hint);
    } else if (sl_str_equal(reference->kind, SL_STR("Secret")))
        finding.hint =
            SL_STR("say what makes it (an ExternalSecret, a SealedSecret), or mark the reference optional");
    else
        finding.hint = SL_STR("add it to the delivery, or correct the name");
    return sl_finding_report(manifests->findings, &finding, err, "%s %s refers to %s %s%s%s, and %s",
                             sl_shown(&from_kind, reference->from->kind),
                             sl_shown(&from, reference->from->name), sl_shown(&kind, reference->kind),
                             sl_shown(&name, reference->name), reference->space.len ? " in namespace " : "",
                             sl_shown(&space, reference->space), outcome[where]);
}

int manifests_check_reference(struct manifests *manifests, const struct manifest_reference *reference,
                              const struct manifest_object **found, struct sl_err *err)
{
    if (found)
        *found = NULL;
    if (reference->name.len == 0 || manifest_is_template(reference->name) ||
        manifest_is_template(reference->space))
        return 0;
    const struct manifest_object *object =
        manifests_find(manifests, reference->group, reference->kind, reference->space, reference->name);
    if (object && found)
        *found = object->node ? object : NULL;
    if (object || is_always_there(reference) || is_template_claim(manifests, reference))
        return 0;
    int made = manifests_may_be_made(manifests, reference->space, reference->name, err);
    if (made != 0)
        return made < 0 ? -1 : 0;
    return report(manifests, reference, elsewhere(manifests, reference), err);
}
