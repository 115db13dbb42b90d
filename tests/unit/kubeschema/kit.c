#include "kit.h"

#include "base/limits.h"
#include "doc/yaml.h"
#include "openapi.h"

#include <criterion/criterion.h>
#include <sealift/file.h>
#include <stdio.h>

void kit_init(struct kit *kit)
{
    *kit = (struct kit){0};
    sl_buf_init(&kit->text, SL_MIB);
    cr_assert_eq(sl_kubeschema_new(&kit->set, &kit->err), 0);
    cr_assert_eq(sl_kubetally_new(&kit->tally, &kit->err), 0);
    cr_assert_eq(sl_findings_new(&kit->findings, &kit->err), 0);
}

void kit_release(struct kit *kit)
{
    sl_kubeschema_free(kit->set);
    sl_kubetally_free(kit->tally);
    sl_findings_free(kit->findings);
    sl_buf_release(&kit->text);
}

void kit_fixture(struct sl_buf *out, const char *name)
{
    struct sl_err err = {0};
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", SEALIFT_SOURCE_DIR "/tests/fixtures/kubernetes", name);
    sl_buf_init(out, SL_MIB);
    cr_assert_eq(sl_file_read(out, path, SL_MIB, &err), 0, "%s", err.message);
}

static struct sl_node *read_yaml(struct sl_doc *doc, const char *yaml)
{
    struct sl_node *documents = NULL;
    struct sl_err err = {0};
    int result = sl_yaml_read(&documents, doc, sl_str_from(yaml), SL_STR("t.yaml"), SL_YAML_RESOURCE, &err);
    cr_assert_eq(result, 0, "%s: %s", yaml, err.message);
    return documents;
}

int kit_add_crds(struct kit *kit, const char *yaml)
{
    struct sl_doc doc;
    int result = 0;
    sl_doc_init(&doc);
    const struct sl_node *documents = read_yaml(&doc, yaml);
    for (uint32_t i = 0; i < documents->count && result >= 0; i++)
        result = sl_kubeschema_add_crd(kit->set, &doc, documents->as.items[i], &kit->err);
    sl_doc_release(&doc);
    return result;
}

int kit_add_thing(struct kit *kit, const char *spec)
{
    char yaml[8192];
    (void)snprintf(
        yaml, sizeof yaml,
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, spec: {group: example.com, "
        "names: {kind: Thing}, versions: [{name: v1, served: true, schema: {openAPIV3Schema: "
        "{type: object, properties: {spec: %s}}}}]}}",
        spec);
    return kit_add_crds(kit, yaml);
}

void kit_add_openapi(struct kit *kit)
{
    struct import import;
    struct sl_buf text, out;
    size_t definitions;
    kit_fixture(&text, "openapi-v2.json");
    sl_buf_init(&out, SL_MIB);
    cr_assert_eq(import_init(&import, &kit->err), 0);
    cr_assert_eq(import_document(&import, sl_buf_view(&text), SL_STR("v2"), &kit->err), 0, "%s",
                 kit->err.message);
    cr_assert_eq(import_write(&out, &import, SL_STR("1.29.3"), &definitions, &kit->err), 0);
    cr_assert_eq(sl_kubeschema_add_kinds(kit->set, sl_buf_view(&out), SL_STR("kinds.json"), &kit->err), 0,
                 "%s", kit->err.message);
    import_release(&import);
    sl_buf_release(&text);
    sl_buf_release(&out);
}

int kit_check(struct kit *kit, const char *yaml)
{
    struct sl_doc doc;
    int all = 1;
    const struct sl_kubeschema *sets[] = {kit->set};
    struct sl_kubecheck check = {sets, 1, kit->findings, kit->tally, false};
    sl_doc_init(&doc);
    const struct sl_node *documents = read_yaml(&doc, yaml);
    for (uint32_t i = 0; i < documents->count && all >= 0; i++) {
        int fits = sl_kubecheck(&check, &doc, documents->as.items[i], &kit->err);
        all = fits < 0 ? -1 : all & fits;
    }
    sl_doc_release(&doc);
    return all;
}

int kit_check_thing(struct kit *kit, const char *spec)
{
    char yaml[8192];
    (void)snprintf(yaml, sizeof yaml,
                   "{apiVersion: example.com/v1, kind: Thing, metadata: {name: t}, spec: %s}", spec);
    return kit_check(kit, yaml);
}

const char *kit_findings(struct kit *kit)
{
    sl_buf_reset(&kit->text);
    sl_findings_sort(kit->findings);
    for (size_t i = 0; i < sl_findings_count(kit->findings); i++) {
        const struct sl_finding *finding = sl_findings_at(kit->findings, i);
        const char *colon = finding->pointer.len ? strstr(finding->message.ptr, ": ") : NULL;
        sl_buf_printf(&kit->text, "%s%s%s" SL_FMT ": %s%s" SL_FMT, i ? "\n" : "", finding->rule,
                      finding->pointer.len ? " " : "", SL_ARG(finding->pointer),
                      colon ? colon + 2 : finding->message.ptr, finding->hint.len ? "; " : "",
                      SL_ARG(finding->hint));
    }
    return kit->text.ptr ? kit->text.ptr : "";
}
