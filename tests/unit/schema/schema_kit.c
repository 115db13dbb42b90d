#include "schema_kit.h"

#include "doc/json.h"

#include <criterion/criterion.h>
#include <stdio.h>

void kit_init(struct kit *kit)
{
    *kit = (struct kit){0};
    sl_doc_init(&kit->doc);
}

void kit_release(struct kit *kit)
{
    sl_schema_report_free(kit->report);
    sl_schema_free(kit->schema);
    sl_doc_release(&kit->doc);
}

struct sl_node *kit_read(struct kit *kit, const char *json)
{
    struct sl_node *root = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_json_read(&root, &kit->doc, sl_str_from(json), SL_STR("schema.json"), &err), 0, "%s: %s",
                 json, err.message);
    return root;
}

int kit_compile(struct kit *kit, const char *schema, const struct sl_schema_options *options)
{
    struct sl_schema_source source = {.doc = &kit->doc, .root = kit_read(kit, schema)};
    return sl_schema_compile(&kit->schema, &source, options, &kit->err);
}

int kit_validate(struct kit *kit, const char *instance)
{
    sl_schema_report_free(kit->report);
    kit->report = NULL;
    return sl_schema_validate(&kit->report, kit->schema, kit_read(kit, instance), &kit->err);
}

const char *kit_best(struct kit *kit)
{
    if (!kit->report)
        return "";
    char text[2048];
    const struct sl_schema_error *error = sl_schema_report_at(kit->report, 0);
    (void)snprintf(text, sizeof text, "%s: %s%s%s [%s]", error->instance.ptr, error->message.ptr,
                   error->hint.len ? "; " : "", error->hint.ptr, error->keyword.ptr);
    return sl_arena_str(&kit->doc.arena, sl_str_from(text)).ptr;
}
