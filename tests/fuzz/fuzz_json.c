#include "fuzz.h"

#include "base/limits.h"
#include "doc/json.h"

/* What was read can be written, and reads back to the same text. */
static void require_round_trip(const struct sl_node *root)
{
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_buf once, twice;
    struct sl_node *again = NULL;
    sl_doc_init(&doc);
    sl_buf_init(&once, 4 * SL_DOC_BYTES_MAX);
    sl_buf_init(&twice, 4 * SL_DOC_BYTES_MAX);
    FUZZ_REQUIRE(sl_json_write(&once, root, &err) == 0);
    FUZZ_REQUIRE(sl_json_read(&again, &doc, sl_buf_view(&once), SL_STR("again"), &err) == 0);
    FUZZ_REQUIRE(sl_json_write(&twice, again, &err) == 0);
    FUZZ_REQUIRE(sl_str_equal(sl_buf_view(&once), sl_buf_view(&twice)));
    sl_buf_release(&once);
    sl_buf_release(&twice);
    sl_doc_release(&doc);
}

/* What passes as canonical is, to the byte. */
static void require_canonical(const struct sl_node *root, struct sl_str text)
{
    struct sl_err err = {0};
    struct sl_buf out;
    sl_buf_init(&out, SL_DOC_BYTES_MAX);
    FUZZ_REQUIRE(sl_json_write_canonical(&out, root, &err) == 0);
    FUZZ_REQUIRE(sl_str_equal(sl_buf_view(&out), text));
    sl_buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_str text = {(const char *)data, size};
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_node *root = NULL;
    sl_doc_init(&doc);
    bool readable = sl_json_read(&root, &doc, text, SL_STR("input"), &err) == 0;
    if (readable)
        require_round_trip(root);
    if (sl_json_read_canonical(&root, &doc, text, SL_STR("input"), &err) == 0) {
        FUZZ_REQUIRE(readable);
        require_canonical(root, text);
    }
    sl_doc_release(&doc);
    return 0;
}
