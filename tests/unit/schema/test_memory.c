/* Every allocation fails once: nothing crashes, nothing leaks, nothing is told wrong. */
#include "alloc_fault.h"
#include "schema_kit.h"

#include <criterion/criterion.h>

static const char schema_text[] =
    "{\"$id\":\"https://example.com/root\",\"$dynamicAnchor\":\"node\",\"type\":\"object\","
    "\"properties\":{\"name\":{\"pattern\":\"^[a-z]+$\",\"minLength\":2},\"size\":{\"multipleOf\":0.1,\"minimum\":1},"
    "\"big\":{\"multipleOf\":12345678901234567890123456789012345678901},"
    "\"list\":{\"uniqueItems\":true,\"items\":{\"$dynamicRef\":\"#node\"}},\"when\":{\"format\":\"regex\"}},"
    "\"patternProperties\":{\"^x-\":{\"enum\":[1,\"a\"]}},\"anyOf\":[{\"required\":[\"name\"]},{\"const\":{}}],"
    "\"dependentRequired\":{\"a\":[\"b\"]},\"$ref\":\"https://json-schema.org/draft/2020-12/schema\","
    "\"unevaluatedProperties\":false}";

static const char instance_text[] =
    "{\"size\":0.55,\"big\":1234567890123456789012345678901234567890e50,\"nmae\":1,\"x-a\":\"b\",\"when\":\"(\","
    "\"list\":[{},{\"name\":\"x\"},{\"name\":\"ab\"},{\"name\":\"cd\"},{\"name\":\"ef\"},{\"name\":\"gh\"},"
    "{\"name\":\"ij\"},{\"name\":\"kl\"},{\"name\":\"kl\"}],\"a\":1}";

Test(schema_memory, every_allocation_of_compiling_may_fail)
{
    struct sl_schema_options options = {.formats = SL_FORMATS_ASSERT};
    for (size_t nth = 1;; nth++) {
        struct kit kit;
        kit_init(&kit);
        struct sl_schema_source source = {.doc = &kit.doc, .root = kit_read(&kit, schema_text)};
        alloc_fault_arm(nth);
        int result = sl_schema_compile(&kit.schema, &source, &options, &kit.err);
        bool failed = alloc_fault_disarm();
        /* Without the name of a metaschema's file, which only marks lead to, compiling goes on. */
        cr_assert(result == 0 || (failed && kit.err.code == SL_E_NO_MEMORY), "allocation %zu: %s", nth,
                  kit.err.message);
        kit_release(&kit);
        if (!failed)
            break;
    }
}

Test(schema_memory, every_allocation_of_checking_may_fail)
{
    struct sl_schema_options options = {.formats = SL_FORMATS_ASSERT};
    struct kit kit;
    kit_init(&kit);
    cr_assert_eq(kit_compile(&kit, schema_text, &options), 0, "%s", kit.err.message);
    const struct sl_node *instance = kit_read(&kit, instance_text);
    for (size_t nth = 1;; nth++) {
        struct sl_schema_report *report = NULL;
        alloc_fault_arm(nth);
        int result = sl_schema_validate(&report, kit.schema, instance, &kit.err);
        bool failed = alloc_fault_disarm();
        cr_assert_eq(result, failed ? -1 : 0, "allocation %zu: %s", nth, kit.err.message);
        cr_assert(!failed || kit.err.code == SL_E_NO_MEMORY, "allocation %zu: %s", nth, kit.err.message);
        cr_assert_eq(report != NULL, !failed);
        sl_schema_report_free(report);
        if (!failed)
            break;
    }
    kit_release(&kit);
}
