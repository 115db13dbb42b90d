#include "fuzz_merge.h"

#include "schema/schema.h"

#include <sealift/text.h>

/* A document that the schema can refer to, by whatever name it likes. */
struct other {
    const struct sl_doc *doc;
    const struct sl_node *root;
};

static int load(void *context, struct sl_schema_source *out, struct sl_str uri, struct sl_err *err)
{
    const struct other *other = context;
    (void)err;
    if (!other->root || !sl_str_ends_with(uri, SL_STR("other")))
        return 0;
    *out = (struct sl_schema_source){.doc = other->doc, .root = other->root};
    return 1;
}

static void check(const struct sl_schema *schema, const struct sl_node *instance)
{
    struct sl_err err = {0};
    struct sl_schema_report *report = NULL;
    int fits = sl_schema_validate(NULL, schema, instance, &err);
    FUZZ_REQUIRE(fits >= 0 || err.code == SL_E_LIMIT);
    if (fits < 0)
        return;
    int again = sl_schema_validate(&report, schema, instance, &err);
    FUZZ_REQUIRE(again == fits || (again < 0 && err.code == SL_E_LIMIT));
    FUZZ_REQUIRE((report != NULL) == (again == 0));
    for (size_t i = 0; report && i < sl_schema_report_count(report); i++) {
        const struct sl_schema_error *error = sl_schema_report_at(report, i);
        FUZZ_REQUIRE(error->message.len > 0 && error->keyword.len > 0);
        FUZZ_REQUIRE(sl_utf8_valid(error->message));
        FUZZ_REQUIRE(error->instance.len == 0 || error->instance.ptr[0] == '/');
    }
    FUZZ_REQUIRE(!report || sl_schema_report_count(report) > 0);
    sl_schema_report_free(report);
}

/* Instance, schema, and a document to refer to. Yes or no is the same whether errors are collected or not. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_str rest = {(const char *)data, size};
    struct sl_doc doc;
    struct sl_err err = {0};
    struct sl_node *instance = NULL, *schema = NULL, *document = NULL;
    sl_doc_init(&doc);
    bool readable =
        sl_yaml_read_one(&instance, &doc, fuzz_take_part(&rest), SL_STR("i"), SL_YAML_VALUES, &err) == 0 &&
        sl_yaml_read_one(&schema, &doc, fuzz_take_part(&rest), SL_STR("s"), SL_YAML_VALUES, &err) == 0 &&
        sl_yaml_read_one(&document, &doc, fuzz_take_part(&rest), SL_STR("o"), SL_YAML_VALUES, &err) == 0;
    if (readable && instance && schema) {
        struct other other = {&doc, document};
        struct sl_schema *program = NULL;
        struct sl_schema_source source = {.doc = &doc, .root = schema, .uri = SL_STR("file:///s")};
        struct sl_schema_options options = {.draft = (enum sl_schema_draft)(size % 6),
                                            .formats = SL_FORMATS_ASSERT,
                                            .loader = {load, &other}};
        if (sl_schema_compile(&program, &source, &options, &err) == 0)
            check(program, instance);
        else
            FUZZ_REQUIRE(err.message[0] &&
                         (err.code == SL_E_INPUT || err.code == SL_E_LIMIT || err.code == SL_E_UNSUPPORTED));
        sl_schema_free(program);
    }
    sl_doc_release(&doc);
    return 0;
}
