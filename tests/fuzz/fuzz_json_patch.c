#include "fuzz_merge.h"

#include "docops/json_patch.h"

/* target and patch. The patch stays as it was, and what comes out is a map and a tree. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_str rest = {(const char *)data, size};
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_node *target = NULL, *patch = NULL, *patched = NULL;
    sl_doc_init(&doc);
    bool readable =
        sl_yaml_read_one(&target, &doc, fuzz_take_part(&rest), SL_STR("t"), SL_YAML_RESOURCE, &err) == 0 &&
        sl_yaml_read_one(&patch, &doc, fuzz_take_part(&rest), SL_STR("p"), SL_YAML_VALUES, &err) == 0;
    if (readable && target && target->kind == SL_MAP && patch) {
        struct sl_buf before, after;
        /* Copies of copies fill any document; here it takes less time. */
        doc.node_count = SL_DOC_NODES_MAX - 20000;
        fuzz_write(&before, patch);
        if (sl_json_patch(&patched, &doc, target, patch, &err) == 0) {
            FUZZ_REQUIRE(patched->kind == SL_MAP);
            fuzz_require_good_result(patched);
        }
        fuzz_write(&after, patch);
        FUZZ_REQUIRE(sl_str_equal(sl_buf_view(&before), sl_buf_view(&after)));
        sl_buf_release(&before);
        sl_buf_release(&after);
    }
    sl_doc_release(&doc);
    return 0;
}
