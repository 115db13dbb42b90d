#include "fuzz_merge.h"

#include "kubeschema/kubeschema.h"

#include <sealift/text.h>

static const struct sl_str own = SL_STR_INIT("v1"), kind = SL_STR_INIT("A");

static void expect_known(const struct sl_err *err)
{
    FUZZ_REQUIRE(err->message[0] && (err->code == SL_E_INPUT || err->code == SL_E_LIMIT));
}

static void check_documents(const struct sl_kubeschema *set, const struct sl_doc *doc,
                            const struct sl_node *documents)
{
    struct sl_err err = {0};
    struct sl_findings *findings = NULL;
    struct sl_kubetally *tally = NULL;
    FUZZ_REQUIRE(sl_findings_new(&findings, &err) == 0 && sl_kubetally_new(&tally, &err) == 0);
    struct sl_kubecheck check = {&set, 1, findings, tally, false};
    for (uint32_t i = 0; i < documents->count; i++) {
        size_t before = sl_findings_of(findings, SL_ERROR) + sl_findings_of(findings, SL_WARNING);
        int fits = sl_kubecheck(&check, doc, documents->as.items[i], &err);
        if (fits < 0) {
            expect_known(&err);
            break;
        }
        size_t after = sl_findings_of(findings, SL_ERROR) + sl_findings_of(findings, SL_WARNING);
        FUZZ_REQUIRE((fits == 1) == (before == after));
    }
    FUZZ_REQUIRE(sl_kubetally_report(tally, findings, &err) == 0);
    for (size_t i = 0; i < sl_findings_count(findings); i++) {
        FUZZ_REQUIRE(sl_findings_at(findings, i)->message.len > 0);
        FUZZ_REQUIRE(sl_utf8_valid(sl_findings_at(findings, i)->message));
    }
    sl_findings_free(findings);
    sl_kubetally_free(tally);
}

static int fill(struct sl_kubeschema *set, struct sl_str kinds, struct sl_str one, struct sl_err *err)
{
    if (kinds.len && sl_kubeschema_add_kinds(set, kinds, SL_STR("kinds.json"), err) < 0)
        return -1;
    return one.len ? sl_kubeschema_add_file(set, own, kind, one, SL_STR("a-v1.json"), err) : 0;
}

static void run(struct sl_kubeschema *set, const struct sl_doc *doc, const struct sl_node *documents)
{
    struct sl_err err = {0};
    int added = 0;
    for (uint32_t i = 0; added >= 0 && i < documents->count; i++)
        added = sl_kubeschema_add_crd(set, doc, documents->as.items[i], &err);
    if (added < 0)
        expect_known(&err);
    else
        check_documents(set, doc, documents);
}

/* Objects and CustomResourceDefinitions in one stream, a kinds.json, and the schema of one kind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_str rest = {(const char *)data, size};
    struct sl_str stream = fuzz_take_part(&rest), kinds = fuzz_take_part(&rest), one = fuzz_take_part(&rest);
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_node *documents = NULL;
    struct sl_kubeschema *set = NULL;
    sl_doc_init(&doc);
    FUZZ_REQUIRE(sl_kubeschema_new(&set, &err) == 0);
    if (fill(set, kinds, one, &err) < 0)
        expect_known(&err);
    else if (sl_yaml_read(&documents, &doc, stream, SL_STR("o"), SL_YAML_RESOURCE, &err) == 0)
        run(set, &doc, documents);
    sl_kubeschema_free(set);
    sl_doc_release(&doc);
    return 0;
}
