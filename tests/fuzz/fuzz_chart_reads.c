/* What a chart says it reads of its values: any text, as a template, as one that stands in values, and as a values.yaml. */
#include "base/limits.h"
#include "fuzz.h"
#include "templates.h"
#include "values_read.h"

static void follow(struct sl_arena *arena, struct sl_str text, struct sl_err *err)
{
    struct templates *templates = NULL, *follower = NULL;
    struct values_reader reader = {.arena = arena}, other = {.arena = arena};
    struct values_reader *const readers[] = {&other};
    FUZZ_REQUIRE(templates_new(&templates, err) == 0);
    FUZZ_REQUIRE(templates_add(templates, &reader, TEMPLATES_FILE, text, err) == 0);
    FUZZ_REQUIRE(templates_run(templates, err) == 0);
    FUZZ_REQUIRE(templates_follow(&follower, templates, err) == 0);
    FUZZ_REQUIRE(templates_run_text(follower, readers, 1, text, err) == 0);
    templates_free(follower);
    templates_free(templates);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_arena arena;
    struct sl_err err = {0};
    struct sl_str text = {(const char *)data, size};
    sl_arena_init(&arena, 64 * SL_MIB);
    struct values_reader reader = {.arena = &arena};
    FUZZ_REQUIRE(values_read_template(&reader, text, &err) == 0);
    FUZZ_REQUIRE(values_read_comments(&reader, text, &err) == 0);
    follow(&arena, text, &err);
    sl_arena_release(&arena);
    return 0;
}
