/* Import of what an API server publishes, and the kinds that come out of it. */
#include "kit.h"

#include "base/limits.h"
#include "openapi.h"

#include <criterion/criterion.h>

/* *out: the kinds.json of these files, without its last line, which says where it comes from. */
static void import(struct sl_buf *out, const char *const *files, size_t count)
{
    struct import import;
    struct sl_err err = {0};
    size_t definitions;
    cr_assert_eq(import_init(&import, &err), 0);
    for (size_t i = 0; i < count; i++) {
        struct sl_buf text;
        kit_fixture(&text, files[i]);
        cr_assert_eq(import_document(&import, sl_buf_view(&text), sl_str_from(files[i]), &err), 0, "%s",
                     err.message);
        sl_buf_release(&text);
    }
    cr_expect(sl_str_equal(import.version, SL_STR("1.29.3")));
    sl_buf_init(out, SL_MIB);
    cr_assert_eq(import_write(out, &import, import.version, &definitions, &err), 0, "%s", err.message);
    cr_expect_eq(definitions, 17);
    import_release(&import);
    char *source = strstr(out->ptr, "\"source\"");
    cr_assert(source);
    *source = '\0';
}

Test(kubeschema_openapi, v2_and_v3_give_the_same_bytes)
{
    struct sl_buf v2, v3, other;
    import(&v2, (const char *[]){"openapi-v2.json"}, 1);
    import(&v3, (const char *[]){"openapi-v3-api-v1.json", "openapi-v3-apps-v1.json"}, 2);
    import(&other, (const char *[]){"openapi-v3-apps-v1.json", "openapi-v3-api-v1.json"}, 2);
    cr_expect_str_eq(v2.ptr, v3.ptr);
    cr_expect_str_eq(v3.ptr, other.ptr);
    cr_expect_null(strstr(v2.ptr, "description"));
    cr_expect_null(strstr(v2.ptr, "Unused"));
    cr_expect_null(strstr(v2.ptr, "DeleteOptions"));
    cr_expect(strstr(v2.ptr,
                     "\"io.k8s.apimachinery.pkg.api.resource.Quantity\":{\"format\":\"quantity\",\"type\":["
                     "\"number\",\"string\"]}"));
    sl_buf_release(&v2);
    sl_buf_release(&v3);
    sl_buf_release(&other);
}

Test(kubeschema_openapi, what_was_written_is_read_and_written_again_as_it_is)
{
    struct import first, second;
    struct sl_buf text, once, twice;
    struct sl_err err = {0};
    size_t definitions;
    kit_fixture(&text, "openapi-v2.json");
    sl_buf_init(&once, SL_MIB);
    sl_buf_init(&twice, SL_MIB);
    cr_assert_eq(import_init(&first, &err), 0);
    cr_assert_eq(import_init(&second, &err), 0);
    cr_assert_eq(import_document(&first, sl_buf_view(&text), SL_STR("v2.json"), &err), 0);
    cr_assert_eq(import_write(&once, &first, SL_STR("1.29.3"), &definitions, &err), 0);
    cr_assert_eq(import_document(&second, sl_buf_view(&once), SL_STR("kinds.json"), &err), 0, "%s",
                 err.message);
    cr_assert_eq(import_write(&twice, &second, SL_STR("1.29.3"), &definitions, &err), 0);
    cr_expect_str_eq(once.ptr, twice.ptr);
    cr_expect(strstr(once.ptr, "\"source\":[{\"file\":\"v2.json\",\"sha256\":\""));
    import_release(&first);
    import_release(&second);
    sl_buf_release(&text);
    sl_buf_release(&once);
    sl_buf_release(&twice);
}

static const struct {
    const char *text, *message;
} refused[] = {
    {"{}", "not OpenAPI"},
    {"[]", "not OpenAPI"},
    {"{\"swagger\":", "x.json:1:"},
    {"{\"swagger\":\"2.0\",\"definitions\":{\"a\":3}}", "a schema must be a map"},
    {"{\"swagger\":\"2.0\",\"definitions\":{\"a\":{\"properties\":[]}}}", "a map of schemas is expected"},
    {"{\"swagger\":\"2.0\",\"definitions\":{\"a\":{\"anyOf\":{}}}}", "a list of schemas is expected"},
};

Test(kubeschema_openapi, what_is_no_openapi_is_refused)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct import import;
        struct sl_err err = {0};
        cr_assert_eq(import_init(&import, &err), 0);
        cr_expect_eq(import_document(&import, sl_str_from(refused[i].text), SL_STR("x.json"), &err), -1);
        cr_expect(strstr(err.message, refused[i].message), "%s: %s", refused[i].text, err.message);
        cr_expect_eq(err.code, SL_E_INPUT);
        import_release(&import);
    }
}

static const struct {
    const char *object, *findings;
} objects[] = {
    {"{apiVersion: apps/v1, kind: Deployment, metadata: {name: w, creationTimestamp: null}, spec: {replicas: 2, "
     "selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i, "
     "resources: {limits: {cpu: 500m, memory: 1}}, ports: [{containerPort: 53, protocol: UDP}, {containerPort: "
     "53}]}]}}}}",
     ""},
    {"{apiVersion: apps/v1, kind: Deployment, metadata: {name: w}, spec: {replcas: 2, selector: {}, template: {}}}",
     "kube/unknown-field /spec/replcas: the member \"replcas\" is not known here; did you mean \"replicas\"?"},
    {"{apiVersion: apps/v1, kind: Deployment, metadata: {name: w}, spec: {selector: {}, template: {spec: {containers: "
     "[{name: c, image: i, resources: {limits: {memory: 512MB}}, env: [{name: A}, {name: A}]}]}}}}",
     "kube/mismatch /spec/template/spec/containers/0/resources/limits/memory: must be a quantity like 500m, 2 or "
     "1.5Gi, not \"512MB\"\n"
     "kube/duplicate-merge-key /spec/template/spec/containers/0/env/1: a second item with name=A; the first one is at "
     "t.yaml:1:178; where lists are merged, only one of them can stay"},
    {"{apiVersion: apps/v1, kind: Deployment, metadata: {name: w}, spec: {selector: {matchLabels: {a: -}}, template: "
     "{metadata: {labels: {\"a b\": c}}}}}",
     "kube/label /spec/selector/matchLabels/a: \"-\" cannot be the value of a label: it must have at most 63 letters, "
     "digits, \"-\", \"_\" and \".\", with a letter or digit at both ends\n"
     "kube/label /spec/template/metadata/labels/a b: \"a b\" cannot be a key: it must have at most 63 letters, "
     "digits, \"-\", \"_\" and \".\", with a letter or digit at both ends, and may have a domain and \"/\" in front"},
    {"{apiVersion: v1, kind: Service, metadata: {name: w}, spec: {ports: [{port: 80, targetPort: http}, {port: 80, "
     "targetPort: 8080}, {port: 80, protocol: UDP}]}}",
     "kube/duplicate-item /spec/ports/1: a second item with port=80; the first one is at t.yaml:1:69"},
    {"{apiVersion: v1, kind: Service, metadata: {name: w}, spec: {ports: [{port: 80, targetPort: [8080]}]}}",
     "kube/mismatch /spec/ports/0/targetPort: must be a string or an integer, not a list"},
    {"{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: YQ==, b: plain}}",
     "kube/mismatch /data/b: must be base64, not \"plain\""},
    {"{apiVersion: apps/v1beta1, kind: Deployment, metadata: {name: w}}",
     "kube/not-served /apiVersion: apps/v1beta1 is not served here, but apps/v1"},
};

Test(kubeschema_openapi, objects_are_checked_against_what_was_imported)
{
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        struct kit kit;
        kit_init(&kit);
        kit_add_openapi(&kit);
        cr_expect_eq(sl_kubeschema_count(kit.set), 3);
        cr_assert_geq(kit_check(&kit, objects[i].object), 0, "%s", kit.err.message);
        cr_expect_str_eq(kit_findings(&kit), objects[i].findings, "row %zu is\n%s\nnot\n%s", i,
                         kit_findings(&kit), objects[i].findings);
        kit_release(&kit);
    }
}

static const struct {
    const char *text, *message;
} not_kinds[] = {
    {"{}", "not a file of Kubernetes kinds"},
    {"[]", "not a file of Kubernetes kinds"},
    {"{", "k.json:1:"},
    {"{\"sealift\":\"kubernetes-kinds/2\"}", "not a file of Kubernetes kinds"},
    {"{\"sealift\":\"kubernetes-kinds/1\",\"properties\":{\"v1/A\":{\"type\":3}}}", "type"},
    {"{\"sealift\":\"kubernetes-kinds/1\",\"properties\":{\"v1/A\":{\"$ref\":\"#/definitions/B\"}}}", "B"},
    {"{\"sealift\":\"kubernetes-kinds/1\",\"properties\":[]}", "properties"},
};

Test(kubeschema_openapi, a_kinds_file_that_is_wrong_is_an_error_with_its_place)
{
    for (size_t i = 0; i < sizeof not_kinds / sizeof not_kinds[0]; i++) {
        struct kit kit;
        kit_init(&kit);
        cr_expect_eq(
            sl_kubeschema_add_kinds(kit.set, sl_str_from(not_kinds[i].text), SL_STR("k.json"), &kit.err), -1,
            "%s", not_kinds[i].text);
        cr_expect_eq(kit.err.code, SL_E_INPUT);
        cr_expect(strstr(kit.err.message, not_kinds[i].message), "%s", kit.err.message);
        cr_expect(strstr(kit.err.message, "k.json:"), "%s", kit.err.message);
        kit_release(&kit);
    }
}
