#include "fuzz_merge.h"

#include "docops/strategic.h"

/* target, patch, and perhaps an OpenAPI schema. The patch stays as it was, and what comes out is a tree. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_str rest = {(const char *)data, size};
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_node *target = NULL, *patch = NULL, *schema = NULL, *merged = NULL;
    struct sl_kube *kube = NULL;
    sl_doc_init(&doc);
    bool readable =
        sl_yaml_read_one(&target, &doc, fuzz_take_part(&rest), SL_STR("t"), SL_YAML_RESOURCE, &err) == 0 &&
        sl_yaml_read_one(&patch, &doc, fuzz_take_part(&rest), SL_STR("p"), SL_YAML_RESOURCE, &err) == 0 &&
        sl_yaml_read_one(&schema, &doc, fuzz_take_part(&rest), SL_STR("s"), SL_YAML_VALUES, &err) == 0;
    if (readable && schema && sl_kube_with_openapi(&kube, schema, &err) < 0)
        FUZZ_REQUIRE(err.message[0]);
    if (readable && target && patch) {
        struct sl_buf before, after;
        fuzz_write(&before, patch);
        struct sl_kube_type type = {.kube = kube};
        if (sl_strategic_merge(&merged, &doc, target, patch, type, &err) == 0 && merged)
            fuzz_require_good_result(merged);
        fuzz_write(&after, patch);
        FUZZ_REQUIRE(sl_str_equal(sl_buf_view(&before), sl_buf_view(&after)));
        sl_buf_release(&before);
        sl_buf_release(&after);
    }
    sl_kube_free(kube);
    sl_doc_release(&doc);
    return 0;
}
