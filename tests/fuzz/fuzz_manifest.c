/*
 * Any text: refused, or canonical JSON also for doc's reader, and read and then written again as a manifest
 * that reads as the same.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "doc/json.h"
#include <sealift/manifest.h>

static void require_canonical(struct sl_str text)
{
    struct sl_doc doc;
    struct sl_node *root;
    struct sl_err err = {0};
    sl_doc_init(&doc);
    FUZZ_REQUIRE(sl_json_read_canonical(&root, &doc, text, SL_STR("manifest.json"), &err) == 0);
    sl_doc_release(&doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_manifest *manifest = NULL;
    struct sl_err err = {0};
    if (sl_manifest_read(&manifest, (struct sl_str){(const char *)data, size}, &err) < 0) {
        FUZZ_REQUIRE(err.code == SL_E_REFUSED);
        return 0;
    }
    require_canonical((struct sl_str){(const char *)data, size});
    struct sl_buf first;
    struct sl_buf second;
    sl_buf_init(&first, SL_MANIFEST_BYTES_MAX);
    sl_buf_init(&second, SL_MANIFEST_BYTES_MAX);
    FUZZ_REQUIRE(sl_manifest_write(&first, manifest, &err) == 0);
    struct sl_manifest *again = NULL;
    FUZZ_REQUIRE(sl_manifest_read(&again, sl_buf_view(&first), &err) == 0);
    FUZZ_REQUIRE(sl_manifest_write(&second, again, &err) == 0);
    FUZZ_REQUIRE(sl_str_equal(sl_buf_view(&first), sl_buf_view(&second)));
    sl_manifest_free(again);
    sl_manifest_free(manifest);
    sl_buf_release(&second);
    sl_buf_release(&first);
    return 0;
}
