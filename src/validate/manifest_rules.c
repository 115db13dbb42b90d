#include "manifest_rules.h"

#include "base/cleanup.h"
#include "groups.h"
#include "manifest_reference.h"

int manifests_check_references(struct manifests *manifests, struct sl_err *err)
{
    for (const struct manifest_pod *pod = manifests->pods; pod; pod = pod->next)
        if (manifests_check_pod_references(manifests, pod, err) < 0)
            return -1;
    for (size_t i = 0; i < manifests->count; i++)
        if (manifests_check_object_references(manifests, &manifests->objects[i], err) < 0)
            return -1;
    return 0;
}

int sl_rules_manifests(const struct sl_validation_subject *subject, struct sl_err *err)
{
    static int (*const rules[])(struct manifests *, struct sl_err *) = {
        manifests_check_identities, manifests_check_references, manifests_check_selectors,
        manifests_check_namespaces, manifests_check_projects,   manifests_check_images,
        manifests_check_apis,       manifests_check_secrets,
    };
    SL_CLEANUP(manifests_release) struct manifests manifests;
    if (manifests_init(&manifests, subject, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i](&manifests, err) < 0)
            return -1;
    return manifests.lost ? sl_fail_memory(err) : 0;
}
