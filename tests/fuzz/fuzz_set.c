#include "fuzz.h"

#include "base/limits.h"
#include "doc/json.h"
#include "values/set.h"

#include <sealift/text.h>

/* A line over a small tree. What comes out is a tree that can be written, and the line once more comes to the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char base[] = "{\"a\":{\"b\":1,\"c\":[{\"d\":2},[3]]},\"l\":[1,2],\"n\":null}";
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_node *values = NULL;
    struct sl_set_line line = {.text = {(const char *)data, size}};
    if (size > 0 && !sl_utf8_valid(line.text))
        return 0;
    sl_doc_init(&doc);
    FUZZ_REQUIRE(sl_json_read(&values, &doc, sl_str_from(base), SL_STR("base"), &err) == 0);
    doc.node_count = SL_DOC_NODES_MAX - 200000;
    for (int mode = 0; mode < 2; mode++) {
        line.mode = mode == 0 ? SL_SET_TYPED : SL_SET_STRING;
        if (sl_set_apply(values, &doc, &line, &err) == 0) {
            struct sl_buf text;
            sl_buf_init(&text, 64 * SL_MIB);
            FUZZ_REQUIRE(sl_json_write(&text, values, &err) == 0 || err.code == SL_E_LIMIT);
            sl_buf_release(&text);
        } else {
            FUZZ_REQUIRE(err.code == SL_E_INPUT || err.code == SL_E_LIMIT);
        }
    }
    sl_doc_release(&doc);
    return 0;
}
