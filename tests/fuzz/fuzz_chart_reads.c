/* What a chart says it reads of its values: any text, as a template and as a values.yaml. */
#include "base/limits.h"
#include "fuzz.h"
#include "values_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_arena arena;
    struct sl_err err = {0};
    struct sl_str text = {(const char *)data, size};
    sl_arena_init(&arena, 16 * SL_MIB);
    struct values_reader reader = {.arena = &arena};
    FUZZ_REQUIRE(values_read_template(&reader, text, &err) == 0);
    FUZZ_REQUIRE(values_read_comments(&reader, text, &err) == 0);
    sl_arena_release(&arena);
    return 0;
}
