/* Failing allocations: whatever the one that fails, the work ends with an error and nothing is lost. */
#include "alloc_fault.h"
#include "kit.h"

#include "base/limits.h"
#include "doc/yaml.h"
#include "openapi.h"

#include <criterion/criterion.h>

static const char object[] =
    "{apiVersion: harbour.example.com/v1, kind: Berth, metadata: {name: B, labels: {a: b c}}, spec: {length: x, note: "
    "null, flags: [a, a], stay: 1d, ships: [{name: a}, {name: a}], sealed: {a: 1}, one: {a: x, b: y}, never: null}}\n"
    "---\n{apiVersion: harbour.example.com/v2, kind: Berth, metadata: {name: b}}\n"
    "---\n{apiVersion: a.b/v1, kind: C, metadata: {name: c}}\n";

struct input {
    struct sl_doc doc;
    struct sl_node *crds, *objects;
};

static struct sl_node *read_yaml(struct sl_doc *doc, struct sl_str text)
{
    struct sl_node *documents = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_yaml_read(&documents, doc, text, SL_STR("t.yaml"), SL_YAML_RESOURCE, &err), 0, "%s",
                 err.message);
    return documents;
}

static int check(const struct sl_kubecheck *check, const struct input *input, struct sl_err *err)
{
    for (uint32_t i = 0; i < input->objects->count; i++)
        if (sl_kubecheck(check, &input->doc, input->objects->as.items[i], err) < 0)
            return -1;
    return sl_kubetally_report(check->tally, check->findings, err);
}

static int add_crds(struct sl_kubeschema *set, const struct input *input, struct sl_err *err)
{
    for (uint32_t i = 0; i < input->crds->count; i++)
        if (sl_kubeschema_add_crd(set, &input->doc, input->crds->as.items[i], err) < 0)
            return -1;
    return 0;
}

static int work(const struct input *input, struct sl_err *err)
{
    struct sl_kubeschema *set = NULL;
    struct sl_kubetally *tally = NULL;
    struct sl_findings *findings = NULL;
    int result = sl_kubeschema_new(&set, err);
    if (result == 0)
        result = sl_kubetally_new(&tally, err);
    if (result == 0)
        result = sl_findings_new(&findings, err);
    if (result == 0)
        result = add_crds(set, input, err);
    const struct sl_kubeschema *sets[] = {set};
    if (result == 0)
        result = check(&(struct sl_kubecheck){sets, 1, findings, tally, false}, input, err);
    sl_kubeschema_free(set);
    sl_kubetally_free(tally);
    sl_findings_free(findings);
    return result;
}

Test(kubeschema_memory, of_schemas_and_checks_can_fail_anywhere, .timeout = 240)
{
    struct sl_buf crds;
    struct input input;
    kit_fixture(&crds, "crds.yaml");
    sl_doc_init(&input.doc);
    input.crds = read_yaml(&input.doc, sl_buf_view(&crds));
    input.objects = read_yaml(&input.doc, sl_str_from(object));
    for (size_t nth = 1;; nth++) {
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = work(&input, &err);
        if (!alloc_fault_disarm()) {
            cr_assert_eq(result, 0, "%s", err.message);
            break;
        }
        /* Without memory for the name of a file its marks lead nowhere, and the work goes on. */
        cr_assert(result == 0 || err.code == SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
    sl_doc_release(&input.doc);
    sl_buf_release(&crds);
}

static int import(struct sl_str text, struct sl_err *err)
{
    struct import import;
    struct sl_buf out;
    struct sl_kubeschema *set = NULL;
    size_t definitions;
    sl_buf_init(&out, SL_MIB);
    int result = import_init(&import, err);
    if (result == 0)
        result = import_document(&import, text, SL_STR("v2.json"), err);
    if (result == 0)
        result = import_write(&out, &import, SL_STR("1.29.3"), &definitions, err);
    if (result == 0)
        result = sl_kubeschema_new(&set, err);
    if (result == 0)
        result = sl_kubeschema_add_kinds(set, sl_buf_view(&out), SL_STR("kinds.json"), err);
    sl_kubeschema_free(set);
    import_release(&import);
    sl_buf_release(&out);
    return result;
}

Test(kubeschema_memory, of_an_import_can_fail_anywhere, .timeout = 240)
{
    static const char text[] =
        "{\"openapi\":\"3.0.0\",\"info\":{\"version\":\"v1.29.3\"},\"components\":{\"schemas\":{\"a.A\":{\"type\":"
        "\"object\",\"properties\":{\"metadata\":{\"allOf\":[{\"$ref\":\"#/components/schemas/a.Meta\"}]},\"q\":{"
        "\"$ref\":\"#/components/schemas/x.api.resource.Quantity\"},\"l\":{\"type\":\"array\",\"items\":{\"type\":"
        "\"string\",\"nullable\":true},\"x-kubernetes-list-type\":\"set\"}},\"x-kubernetes-group-version-kind\":[{"
        "\"group\":\"a\",\"version\":\"v1\",\"kind\":\"A\"}]},\"a.Meta\":{\"type\":\"object\"},"
        "\"x.api.resource.Quantity\":{\"type\":\"string\"}}}}";
    for (size_t nth = 1;; nth++) {
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = import(sl_str_from(text), &err);
        if (!alloc_fault_disarm()) {
            cr_assert_eq(result, 0, "%s", err.message);
            break;
        }
        /* Without memory for the name of a file its marks lead nowhere, and the work goes on. */
        cr_assert(result == 0 || err.code == SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
}
