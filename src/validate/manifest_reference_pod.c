#include "manifest_reference.h"

#include "model/report.h"

#include <stdio.h>

/* What a holder of a reference is visited with. */
struct source {
    struct manifests *manifests;
    const struct manifest_object *from;
    const char *kind;
    const char *name; /* the field with the name */
    const char *keys; /* the path from the holder to the keys that must be there; NULL: none */
};

static bool has_entries(const struct sl_node *map)
{
    return map && map->kind == SL_MAP && map->count > 0;
}

/* Whether all keys of an object are known here: controllers put some into others. */
static bool has_known_keys(const struct manifest_object *object)
{
    const struct sl_node *labels = sl_node_get(sl_node_get(object->node, "metadata"), "labels");
    struct sl_str type = sl_node_text(sl_node_get(object->node, "type"));
    return (has_entries(sl_node_get(object->node, "data")) ||
            has_entries(sl_node_get(object->node, "stringData")) ||
            has_entries(sl_node_get(object->node, "binaryData"))) &&
           !sl_node_get(labels, "config.openshift.io/inject-trusted-cabundle") &&
           !sl_str_equal(type, SL_STR("kubernetes.io/service-account-token"));
}

static bool has_key(const struct manifest_object *object, struct sl_str key)
{
    return sl_node_entry(sl_node_get(object->node, "data"), key) ||
           sl_node_entry(sl_node_get(object->node, "stringData"), key) ||
           sl_node_entry(sl_node_get(object->node, "binaryData"), key);
}

/* The key of an object that is most like `wrong`. */
static bool nearest_key(const struct manifest_object *object, struct sl_str wrong, struct sl_str *out)
{
    const char *const maps[] = {"data", "stringData", "binaryData"};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        const struct sl_node *map = sl_node_get(object->node, maps[i]);
        for (uint32_t j = 0; has_entries(map) && j < map->count && j < 100; j++) {
            *out = map->as.entries[j].key;
            if (sl_nearest(wrong, out, 1) == 0)
                return true;
        }
    }
    return false;
}

struct key_check {
    const struct source *source;
    const struct manifest_object *object;
};

static int check_key(const struct place *place, void *context, struct sl_err *err)
{
    const struct key_check *check = context;
    struct manifests *manifests = check->source->manifests;
    struct sl_str key = place_text(place);
    if (key.len == 0 || manifest_is_template(key) || has_key(check->object, key))
        return 0;
    struct sl_finding finding =
        manifests_finding(manifests, check->source->from, place, "manifests/missing-key");
    struct sl_str near;
    struct sl_shown kind, name, wrong, shown;
    char hint[256];
    if (nearest_key(check->object, key, &near)) {
        (void)snprintf(hint, sizeof hint, "did you mean %s?", sl_shown(&shown, near));
        finding.hint = sl_str_from(hint);
    } else
        finding.hint = SL_STR("add the key, or correct its name");
    return sl_finding_report(manifests->findings, &finding, err, "%s %s has no key %s",
                             sl_shown(&kind, check->object->kind), sl_shown(&name, check->object->name),
                             sl_shown(&wrong, key));
}

static int check_source(const struct place *holder, void *context, struct sl_err *err)
{
    const struct source *source = context;
    const struct sl_node *optional = holder->node ? sl_node_get(holder->node, "optional") : NULL;
    if (optional && optional->kind == SL_BOOL && optional->as.boolean)
        return 0;
    struct place name = place_get(holder, source->name);
    struct manifest_reference reference = {
        .from = source->from,
        .at = &name,
        .kind = sl_str_from(source->kind),
        .space = source->from->space,
        .name = place_text(&name),
    };
    const struct manifest_object *found;
    if (manifests_check_reference(source->manifests, &reference, &found, err) < 0)
        return -1;
    if (!found || !source->keys || !has_known_keys(found))
        return 0;
    struct key_check check = {source, found};
    return place_each(holder, source->keys, check_key, &check, err);
}

/* The references of a pod's spec, and those of each container. */
struct row {
    const char *path, *kind, *name, *keys;
};

static const struct row of_pod[] = {
    {"", "ServiceAccount", "serviceAccountName", NULL},
    {"imagePullSecrets/*", "Secret", "name", NULL},
    {"volumes/*/configMap", "ConfigMap", "name", "items/*/key"},
    {"volumes/*/secret", "Secret", "secretName", "items/*/key"},
    {"volumes/*/persistentVolumeClaim", "PersistentVolumeClaim", "claimName", NULL},
    {"volumes/*/projected/sources/*/configMap", "ConfigMap", "name", "items/*/key"},
    {"volumes/*/projected/sources/*/secret", "Secret", "name", "items/*/key"},
};

static const struct row of_container[] = {
    {"env/*/valueFrom/configMapKeyRef", "ConfigMap", "name", "key"},
    {"env/*/valueFrom/secretKeyRef", "Secret", "name", "key"},
    {"envFrom/*/configMapRef", "ConfigMap", "name", NULL},
    {"envFrom/*/secretRef", "Secret", "name", NULL},
};

struct pod_check {
    struct manifests *manifests;
    const struct manifest_object *from;
};

static int check_rows(const struct place *place, const struct row *rows, size_t count,
                      const struct pod_check *check, struct sl_err *err)
{
    for (size_t i = 0; i < count; i++) {
        struct source source = {check->manifests, check->from, rows[i].kind, rows[i].name, rows[i].keys};
        if (place_each(place, rows[i].path, check_source, &source, err) < 0)
            return -1;
    }
    return 0;
}

static int check_container(const struct place *place, void *context, struct sl_err *err)
{
    return check_rows(place, of_container, sizeof of_container / sizeof of_container[0], context, err);
}

int manifests_check_pod_references(struct manifests *manifests, const struct manifest_pod *pod,
                                   struct sl_err *err)
{
    struct pod_check check = {manifests, pod->object};
    if (check_rows(&pod->spec, of_pod, sizeof of_pod / sizeof of_pod[0], &check, err) < 0)
        return -1;
    struct place priority = place_get(&pod->spec, "priorityClassName");
    struct manifest_reference reference = {
        .from = pod->object,
        .at = &priority,
        .group = SL_STR("scheduling.k8s.io"),
        .kind = SL_STR("PriorityClass"),
        .name = place_text(&priority),
    };
    if (manifests_check_reference(manifests, &reference, NULL, err) < 0)
        return -1;
    const char *const lists[] = {"containers/*", "initContainers/*", "ephemeralContainers/*"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (place_each(&pod->spec, lists[i], check_container, &check, err) < 0)
            return -1;
    return 0;
}
