#include "alloc_fault.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "docops/kube.h"
#include "merge_case.h"

#include <criterion/criterion.h>

/* Follows a path of fields, "[]" for the items of a list. */
static struct sl_kube_type follow(struct sl_kube_type type, const char *path)
{
    struct sl_str rest = sl_str_from(path);
    while (rest.len > 0) {
        size_t end = sl_str_find(rest, '.');
        struct sl_str step = sl_str_slice(rest, 0, end);
        type = sl_str_equal(step, SL_STR("[]")) ? sl_kube_items(type) : sl_kube_field(type, step);
        rest = sl_str_slice(rest, end + 1, rest.len);
    }
    return type;
}

/* "name", "port,protocol"; "*" for a set of scalars, "-" for a list that does not merge. */
static const char *merge_text(struct sl_buf *buf, struct sl_kube_type type)
{
    struct sl_kube_merge merge = sl_kube_merge_of(type);
    sl_buf_reset(buf);
    if (!merge.merge || merge.key_count == 0)
        sl_buf_text(buf, merge.merge ? "*" : "-");
    for (size_t i = 0; i < merge.key_count; i++) {
        sl_buf_text(buf, i ? "," : "");
        sl_buf_str(buf, merge.keys[i]);
    }
    return buf->ptr;
}

static const struct {
    const char *api_version, *kind, *path, *merge;
} lists[] = {
    {"v1", "Pod", "spec.containers", "name"},
    {"v1", "Pod", "spec.initContainers", "name"},
    {"v1", "Pod", "spec.ephemeralContainers", "name"},
    {"v1", "Pod", "spec.volumes", "name"},
    {"v1", "Pod", "spec.imagePullSecrets", "name"},
    {"v1", "Pod", "spec.hostAliases", "ip"},
    {"v1", "Pod", "spec.topologySpreadConstraints", "topologyKey,whenUnsatisfiable"},
    {"v1", "Pod", "spec.tolerations", "-"},
    {"v1", "Pod", "spec.containers.[].env", "name"},
    {"v1", "Pod", "spec.containers.[].envFrom", "-"},
    {"v1", "Pod", "spec.containers.[].args", "-"},
    {"v1", "Pod", "spec.containers.[].ports", "containerPort,protocol"},
    {"v1", "Pod", "spec.containers.[].volumeMounts", "mountPath"},
    {"v1", "Pod", "spec.containers.[].volumeDevices", "devicePath"},
    {"v1", "Pod", "spec.volumes.[].projected.sources", "-"},
    {"v1", "Pod", "spec.volumes.[].ephemeral.volumeClaimTemplate.metadata.finalizers", "*"},
    {"v1", "Pod", "status.conditions", "type"},
    {"v1", "Pod", "metadata.finalizers", "*"},
    {"v1", "Pod", "metadata.ownerReferences", "uid"},
    {"v1", "Pod", "metadata.managedFields", "-"},
    {"v1", "Pod", "spec", "-"},
    {"v1", "Pod", "", "-"},
    {"v1", "Service", "spec.ports", "port,protocol"},
    {"v1", "Service", "status.conditions", "type"},
    {"v1", "ServiceAccount", "secrets", "name"},
    {"v1", "ServiceAccount", "imagePullSecrets", "-"},
    {"v1", "Node", "spec.podCIDRs", "*"},
    {"v1", "Node", "spec.taints", "-"},
    {"v1", "Node", "status.addresses", "type"},
    {"apps/v1", "Deployment", "spec.template.spec.containers.[].ports", "containerPort,protocol"},
    {"apps/v1", "Deployment", "status.conditions", "type"},
    {"apps/v1", "StatefulSet", "spec.template.spec.volumes", "name"},
    {"apps/v1", "StatefulSet", "spec.volumeClaimTemplates", "-"},
    {"apps/v1", "DaemonSet", "spec.template.spec.containers", "name"},
    {"batch/v1", "Job", "spec.template.spec.containers", "name"},
    {"batch/v1", "CronJob", "spec.jobTemplate.spec.template.spec.containers", "name"},
    {"batch/v1beta1", "CronJob", "spec.jobTemplate.spec.template.spec.containers", "name"},
    {"networking.k8s.io/v1", "Ingress", "spec.rules", "-"},
    {"admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "webhooks", "name"},
    {"apiextensions.k8s.io/v1", "CustomResourceDefinition", "spec.versions", "-"},
    {"storage.k8s.io/v1", "CSINode", "spec.drivers", "name"},
    /* Kubernetes got these later than v1.21, or has them no more. */
    {"extensions/v1beta1", "Deployment", "spec.template.spec.containers", "-"},
    {"apps/v1beta1", "Deployment", "spec.template.spec.containers", "-"},
    {"autoscaling/v2", "HorizontalPodAutoscaler", "metadata.finalizers", "-"},
    {"apps/v1", "Pod", "spec.containers", "-"},
    {"", "", "metadata.finalizers", "-"},
};

Test(docops_kube, lists_merge_by_the_keys_of_kubernetes)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_KIB);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct sl_kube_type type =
            sl_kube_resource(NULL, sl_str_from(lists[i].api_version), sl_str_from(lists[i].kind));
        cr_expect_str_eq(merge_text(&text, follow(type, lists[i].path)), lists[i].merge, "%s %s %s",
                         lists[i].api_version, lists[i].kind, lists[i].path);
    }
}

static const struct {
    const char *api_version, *kind;
    enum sl_kube_scope scope;
} scopes[] = {
    {"v1", "Namespace", SL_KUBE_CLUSTER},
    {"v1", "Node", SL_KUBE_CLUSTER},
    {"v1", "PersistentVolume", SL_KUBE_CLUSTER},
    {"v1", "PersistentVolumeClaim", SL_KUBE_NAMESPACED},
    {"v1", "Pod", SL_KUBE_NAMESPACED},
    {"v1", "PodExecOptions", SL_KUBE_NAMESPACED},
    {"apps/v1", "Deployment", SL_KUBE_NAMESPACED},
    {"rbac.authorization.k8s.io/v1", "ClusterRole", SL_KUBE_CLUSTER},
    {"rbac.authorization.k8s.io/v1", "Role", SL_KUBE_NAMESPACED},
    {"apiextensions.k8s.io/v1", "CustomResourceDefinition", SL_KUBE_CLUSTER},
    {"networking.k8s.io/v1", "IngressClass", SL_KUBE_CLUSTER},
    {"policy/v1beta1", "PodSecurityPolicy", SL_KUBE_CLUSTER},
    {"storage.k8s.io/v1beta1", "CSIStorageCapacity", SL_KUBE_NAMESPACED},
    {"v1", "ConfigMapList", SL_KUBE_UNKNOWN},
    {"v2", "Namespace", SL_KUBE_UNKNOWN},
    {"example.com/v1", "Thing", SL_KUBE_UNKNOWN},
    {"example.com/v1", "Global", SL_KUBE_UNKNOWN},
};

Test(docops_kube, scopes_are_those_of_kubernetes)
{
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++)
        cr_expect_eq(sl_kube_scope_of(NULL, sl_str_from(scopes[i].api_version), sl_str_from(scopes[i].kind)),
                     scopes[i].scope, "%s %s", scopes[i].api_version, scopes[i].kind);
}

static struct sl_node *parse(struct sl_doc *doc, const char *text)
{
    return read_document(doc, sl_str_from(text), "schema", SL_YAML_VALUES);
}

Test(docops_kube, a_schema_takes_the_place_of_the_types_and_adds_scopes)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    SL_CLEANUP(sl_buf_release) struct sl_buf file;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    struct sl_kube *kube = NULL;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    sl_buf_init(&text, SL_KIB);
    read_case_file(&file, "openapi.json");
    cr_assert_eq(sl_kube_with_openapi(&kube, parse(&doc, file.ptr), &err), 0, "%s", err.message);

    struct sl_kube_type thing = sl_kube_resource(kube, SL_STR("example.com/v1"), SL_STR("Thing"));
    cr_expect_str_eq(merge_text(&text, follow(thing, "spec.parts")), "id");
    cr_expect_str_eq(merge_text(&text, follow(thing, "spec.holes")), "x,y1");
    cr_expect_str_eq(merge_text(&text, follow(thing, "spec.inner.[].groups.any.tags")), "*");
    struct sl_kube_type core = sl_kube_resource(kube, SL_STR("v1"), SL_STR("Thing"));
    cr_expect_str_eq(merge_text(&text, follow(core, "spec.parts")), "id", "one definition, two kinds");

    cr_expect_eq(sl_kube_scope_of(kube, SL_STR("example.com/v1"), SL_STR("Thing")), SL_KUBE_NAMESPACED);
    cr_expect_eq(sl_kube_scope_of(kube, SL_STR("example.com/v1"), SL_STR("Global")), SL_KUBE_CLUSTER);
    cr_expect_eq(sl_kube_scope_of(kube, SL_STR("v9"), SL_STR("Core")), SL_KUBE_UNKNOWN);
    cr_expect_eq(sl_kube_scope_of(kube, SL_STR("v1"), SL_STR("Namespace")), SL_KUBE_CLUSTER);

    cr_expect_eq(sl_kube_resource(kube, SL_STR("v1"), SL_STR("Pod")).id, 0);
    sl_kube_keep_builtin(kube);
    struct sl_kube_type pod = sl_kube_resource(kube, SL_STR("v1"), SL_STR("Pod"));
    cr_expect_str_eq(merge_text(&text, follow(pod, "spec.containers")), "name");
    sl_kube_free(kube);
}

static const struct {
    const char *why, *schema;
    enum sl_code code;
    const char *message;
} broken[] = {
    {"not a map", "[]", SL_E_INPUT, "an OpenAPI document has to be a map, not a list"},
    {"definitions are a list", "definitions: []", SL_E_INPUT, "definitions: is a list, and has to be a map"},
    {"a strategy is a list", "definitions: {a.B: {properties: {c: {x-kubernetes-patch-strategy: [merge]}}}}",
     SL_E_INPUT, "definitions: a.B: x-kubernetes-patch-strategy is not a string"},
    {"a merge key is a number", "definitions: {a.B: {items: {x-kubernetes-patch-merge-key: 1}}}", SL_E_INPUT,
     "definitions: a.B: x-kubernetes-patch-merge-key is not a string"},
    {"list keys are a text", "definitions: {a.B: {additionalProperties: {x-kubernetes-list-map-keys: a}}}",
     SL_E_INPUT, "definitions: a.B: x-kubernetes-list-map-keys is not a list"},
    {"a list key is a number", "definitions: {a.B: {x-kubernetes-list-map-keys: [1]}}", SL_E_INPUT,
     "definitions: a.B: x-kubernetes-list-map-keys holds something that is not a string"},
    {"nine list keys", "definitions: {a.B: {x-kubernetes-list-map-keys: [a, b, c, d, e, f, g, h, i]}}",
     SL_E_LIMIT, "definitions: a.B: x-kubernetes-list-map-keys has more than 8 keys"},
    {"a kind without a version", "definitions: {a.B: {x-kubernetes-group-version-kind: [{kind: B}]}}",
     SL_E_INPUT, "definitions: a.B: x-kubernetes-group-version-kind without a version or a kind"},
    {"a path's kind without a name", "paths: {/b: {get: {x-kubernetes-group-version-kind: {version: v1}}}}",
     SL_E_INPUT, "paths: /b: x-kubernetes-group-version-kind without a version or a kind"},
};

Test(docops_kube, a_schema_that_makes_no_sense_is_refused)
{
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        SL_CLEANUP(sl_doc_release) struct sl_doc doc;
        struct sl_kube *kube = NULL;
        struct sl_err err = {0};
        sl_doc_init(&doc);
        cr_expect_eq(sl_kube_with_openapi(&kube, parse(&doc, broken[i].schema), &err), -1, "%s",
                     broken[i].why);
        cr_expect_eq(err.code, broken[i].code, "%s", broken[i].why);
        cr_expect_str_eq(err.message, broken[i].message);
        cr_expect_null(kube);
    }
}

Test(docops_kube, what_means_nothing_to_a_merge_is_passed_over)
{
    static const char *const schemas[] = {
        "{}",
        "definitions: null",
        "definitions: {a.B: null, c.D: [1], e.F: {properties: [1], items: [{type: object}]}}",
        "definitions: {a.B: {x-kubernetes-group-version-kind: [null, 1]}}",
        "definitions: {a.B: {x-kubernetes-group-version-kind: {kind: B}}}",
        /* A property may have the name of what means something in a schema. */
        "definitions: {a.B: {properties: {x-kubernetes-patch-strategy: {type: a}, items: {type: b}}}}",
        "paths: {/a: null, /b: {get: 1}, /c: {get: {x-kubernetes-group-version-kind: []}}}",
    };
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++) {
        SL_CLEANUP(sl_doc_release) struct sl_doc doc;
        struct sl_kube *kube = NULL;
        struct sl_err err = {0};
        sl_doc_init(&doc);
        cr_expect_eq(sl_kube_with_openapi(&kube, parse(&doc, schemas[i]), &err), 0, "%s: %s", schemas[i],
                     err.message);
        sl_kube_free(kube);
    }
}

Test(docops_kube, schemas_that_refer_to_each_other_in_a_circle_end)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_kube *kube = NULL;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    const struct sl_node *schema =
        parse(&doc, "definitions:\n  a.B: {$ref: '#/definitions/a.C'}\n"
                    "  a.C:\n    $ref: '#/definitions/a.B'\n"
                    "    x-kubernetes-group-version-kind: [{version: v1, kind: C}]\n"
                    "  a.D:\n    properties: {d: {$ref: '#/definitions/a.D'}}\n"
                    "    x-kubernetes-group-version-kind: [{version: v1, kind: D}]\n");
    cr_assert_eq(sl_kube_with_openapi(&kube, schema, &err), 0, "%s", err.message);
    cr_expect_eq(sl_kube_resource(kube, SL_STR("v1"), SL_STR("C")).id, 0);
    cr_expect_neq(follow(sl_kube_resource(kube, SL_STR("v1"), SL_STR("D")), "d.d.d.d").id, 0);
    sl_kube_free(kube);
}

Test(docops_kube, every_allocation_may_fail)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    SL_CLEANUP(sl_buf_release) struct sl_buf file;
    sl_doc_init(&doc);
    read_case_file(&file, "openapi.json");
    const struct sl_node *schema = parse(&doc, file.ptr);
    for (size_t nth = 1;; nth++) {
        struct sl_kube *kube = NULL;
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = sl_kube_with_openapi(&kube, schema, &err);
        if (!alloc_fault_disarm()) {
            cr_assert_eq(result, 0, "%s", err.message);
            cr_assert_gt(nth, 3);
            sl_kube_free(kube);
            break;
        }
        cr_assert_eq(result, -1, "allocation %zu", nth);
        cr_assert_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
}
