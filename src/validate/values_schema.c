#include "values_schema.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/json.h"

#include <stdlib.h>

static void schema_free(void *made)
{
    struct values_schema *schema = made;
    if (!schema)
        return;
    sl_schema_free(schema->schema);
    sl_doc_release(&schema->doc);
    free(schema);
}

static void schema_freep(struct values_schema **schema)
{
    schema_free(*schema);
    *schema = NULL;
}

/* What is wrong with a schema is told by whoever uses it; only what stops the work stays an error. */
static int keep_problem(struct values_schema *schema, struct sl_err *err)
{
    struct sl_err why = *err;
    if (why.code != SL_E_INPUT && why.code != SL_E_UNSUPPORTED && why.code != SL_E_LIMIT)
        return -1;
    sl_err_clear(err);
    schema->problem = sl_arena_str(&schema->doc.arena, sl_str_from(why.message));
    return schema->problem.ptr ? 0 : sl_fail_memory(err);
}

struct text {
    struct sl_str bytes; /* .ptr NULL: it is read from the tree */
    struct sl_str file;
};

static int compile(struct values_schema *schema, const struct text *text, struct sl_err *err)
{
    const struct sl_schema_options options = {.formats = SL_FORMATS_BY_DRAFT};
    if (sl_json_read(&schema->root, &schema->doc, text->bytes, text->file, err) < 0) {
        schema->root = NULL;
        return keep_problem(schema, err);
    }
    struct sl_schema_source source = {.doc = &schema->doc, .root = schema->root};
    if (sl_schema_compile(&schema->schema, &source, &options, err) < 0)
        return keep_problem(schema, err);
    return 0;
}

static int make_schema(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    struct text text = *(const struct text *)context;
    *made = NULL;
    if (!text.bytes.ptr) {
        int there = sl_tree_stat(whole, text.file, NULL, err);
        if (there <= 0)
            return there;
        if (sl_tree_read(whole, text.file, &text.bytes, err) < 0)
            return -1;
    }
    SL_CLEANUP(schema_freep) struct values_schema *schema = calloc(1, sizeof *schema);
    if (!schema)
        return sl_fail_memory(err);
    sl_doc_init(&schema->doc);
    if (compile(schema, &text, err) < 0)
        return -1;
    *made = sl_steal(&schema);
    return 0;
}

static int find(const struct values_schema **out, const struct sl_validation_subject *subject,
                const struct text *text, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf key;
    void *made = NULL;
    sl_buf_init(&key, SL_MIB);
    sl_buf_text(&key, "values: schema ");
    sl_buf_str(&key, text->file);
    if (sl_buf_check(&key, "the name of a schema", err) < 0 ||
        sl_validation_once(&made, subject->shared, sl_buf_view(&key), make_schema, text, schema_free, err) <
            0)
        return -1;
    *out = made;
    return 0;
}

int values_schema_of_chart(const struct values_schema **out, const struct sl_validation_subject *subject,
                           const struct sl_chart *chart, struct sl_err *err)
{
    const struct text text = {chart->schema, chart->schema_file};
    *out = NULL;
    return chart->schema.ptr ? find(out, subject, &text, err) : 0;
}

int values_schema_of_release(const struct values_schema **out, struct sl_str *file,
                             const struct sl_validation_subject *subject, struct sl_str application,
                             struct sl_err *err)
{
    struct text text = {0};
    *out = NULL;
    if (sl_reading_format(subject->reading, &text.file, err, SL_FMT "/schemas/" SL_FMT ".schema.json",
                          SL_ARG(subject->layout->release_directory), SL_ARG(application)) < 0)
        return -1;
    *file = text.file;
    return find(out, subject, &text, err);
}
