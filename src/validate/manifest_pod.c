#include "manifest_index.h"

/* Where a kind has its pod: metadata and spec stand there. */
struct pod_place {
    const char *group, *kind;
    const char *path[4]; /* ends with NULL */
};

static const struct pod_place pod_places[] = {
    {"", "Pod", {NULL}},
    {"", "PodTemplate", {"template", NULL}},
    {"", "ReplicationController", {"spec", "template", NULL}},
    {"apps", "DaemonSet", {"spec", "template", NULL}},
    {"apps", "Deployment", {"spec", "template", NULL}},
    {"apps", "ReplicaSet", {"spec", "template", NULL}},
    {"apps", "StatefulSet", {"spec", "template", NULL}},
    {"batch", "CronJob", {"spec", "jobTemplate", "spec", "template"}},
    {"batch", "Job", {"spec", "template", NULL}},
    {"argoproj.io", "Rollout", {"spec", "template", NULL}},
    {"apps.openshift.io", "DeploymentConfig", {"spec", "template", NULL}},
    {"keda.sh", "ScaledJob", {"spec", "jobTargetRef", "template", NULL}},
    {"serving.knative.dev", "Service", {"spec", "template", NULL}},
};

enum { POD_PLACES = sizeof pod_places / sizeof pod_places[0], PATH_MAX_PARTS = 4 };

static const struct pod_place *pod_place_of(const struct manifest_object *object)
{
    for (size_t i = 0; i < POD_PLACES; i++)
        if (manifest_is(object, pod_places[i].group, pod_places[i].kind))
            return &pod_places[i];
    return NULL;
}

int manifests_add_pod(struct manifests *manifests, const struct manifest_object *object, struct sl_err *err)
{
    const struct pod_place *where = pod_place_of(object);
    if (!where)
        return 0;
    struct manifest_pod *pod = sl_arena_alloc(&manifests->arena, sizeof *pod);
    if (!pod)
        return sl_fail_memory(err);
    pod->object = object;
    pod->way[0] = place_root(object->node);
    size_t depth = 0;
    for (size_t i = 0; i < PATH_MAX_PARTS && where->path[i]; i++) {
        pod->way[depth + 1] = place_get(&pod->way[depth], where->path[i]);
        depth++;
    }
    pod->template = &pod->way[depth];
    pod->spec = place_get(pod->template, "spec");
    if (!pod->template->node)
        return 0;
    pod->labels = sl_node_get(sl_node_get(pod->template->node, "metadata"), "labels");
    if (manifests->last_pod)
        manifests->last_pod->next = pod;
    else
        manifests->pods = pod;
    manifests->last_pod = pod;
    return 0;
}
