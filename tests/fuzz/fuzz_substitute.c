#include "fuzz.h"

#include "base/limits.h"
#include "values/substitute.h"

/* A text with two variables. Without a dollar sign it stays; trouble is told by a place in the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_buf out;
    struct sl_substitute_verdict verdict;
    struct sl_str text = {(const char *)data, size};
    sl_doc_init(&doc);
    sl_buf_init(&out, 64 * SL_MIB);
    struct sl_node *variables = sl_node_map(&doc);
    FUZZ_REQUIRE(sl_map_add(&doc, variables, SL_STR("a"), sl_node_string(&doc, SL_STR("$${x}\ny")), &err) ==
                 0);
    FUZZ_REQUIRE(sl_map_add(&doc, variables, SL_STR("b"), sl_node_int(&doc, 7), &err) == 0);
    FUZZ_REQUIRE(sl_substitute_text(&out, &verdict, text, variables, &err) == 0);
    if (sl_str_find(text, '$') == text.len)
        FUZZ_REQUIRE(sl_str_equal(sl_buf_view(&out), text));
    if (verdict.trouble != SL_SUBSTITUTE_FINE && verdict.at.len > 0)
        FUZZ_REQUIRE(verdict.at.ptr >= text.ptr && verdict.at.ptr + verdict.at.len <= text.ptr + text.len);
    sl_buf_release(&out);
    sl_doc_release(&doc);
    return 0;
}
