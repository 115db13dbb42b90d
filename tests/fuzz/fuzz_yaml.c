#include "fuzz.h"

#include "base/limits.h"
#include "doc/yaml.h"

/* Reads, and writes all documents; false where one of the two refuses. */
static bool rewrite(struct sl_buf *out, struct sl_str text, enum sl_yaml_rules rules, bool must_read)
{
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_node *documents = NULL;
    sl_doc_init(&doc);
    int result = sl_yaml_read(&documents, &doc, text, SL_STR("input"), rules, &err);
    FUZZ_REQUIRE(result == 0 || (err.code != SL_OK && err.message[0]));
    FUZZ_REQUIRE(result == 0 || !must_read);
    for (uint32_t i = 0; result == 0 && i < documents->count; i++) {
        sl_buf_text(out, "---\n");
        result = sl_yaml_write(out, documents->as.items[i], &err);
        FUZZ_REQUIRE(result == 0 || err.message[0]);
    }
    sl_doc_release(&doc);
    return result == 0;
}

/* What has been written once reads back, and is written the same again. */
static void require_stable(struct sl_str text, enum sl_yaml_rules rules)
{
    struct sl_buf once, twice;
    sl_buf_init(&once, SL_DOC_BYTES_MAX);
    sl_buf_init(&twice, SL_DOC_BYTES_MAX);
    if (rewrite(&once, text, rules, false)) {
        FUZZ_REQUIRE(rewrite(&twice, sl_buf_view(&once), rules, true));
        FUZZ_REQUIRE(sl_str_equal(sl_buf_view(&once), sl_buf_view(&twice)));
    }
    sl_buf_release(&once);
    sl_buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_str text = {(const char *)data, size};
    require_stable(text, SL_YAML_RESOURCE);
    require_stable(text, SL_YAML_VALUES);
    require_stable(text, SL_YAML_KUSTOMIZATION);
    return 0;
}
