#include <sealift/schema.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "io/file.h"
#include "schema/documents.h"
#include "schema/schema.h"
#include "uri.h"

#include <fcntl.h>
#include <sealift/text.h>
#include <stdlib.h>

/* A directory that stands for the URIs below one. */
struct mapping {
    struct sl_str prefix; /* ends with "/" */
    int directory;
};

struct sl_schema_checker {
    struct sl_doc doc; /* of the schemas; its arena has the rest too */
    struct sl_schema *schema;
    struct mapping *mappings; /* the schema's own directory is the last one */
    size_t mapping_count;
};

/* -- reading -- */

static int parse_schema(const struct sl_node **root, struct sl_doc *doc, struct sl_str text,
                        struct sl_str name, struct sl_err *err)
{
    struct sl_node *documents = NULL;
    char shown[256];
    if (sl_documents_read(&documents, doc, text, name, SL_YAML_VALUES, err) < 0)
        return -1;
    if (documents->count != 1)
        return sl_fail(err, SL_E_INPUT, "%s: a schema is one document, and here are %u",
                       sl_escape(shown, sizeof shown, name), documents->count);
    *root = documents->as.items[0];
    return 0;
}

/* -- what references lead to -- */

static int load_below(struct sl_schema_checker *checker, const struct mapping *mapping,
                      struct sl_schema_source *out, struct sl_str uri, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_DOC_BYTES_MAX);
    struct sl_arena *arena = &checker->doc.arena;
    struct sl_str rest = sl_str_slice(uri, mapping->prefix.len, uri.len);
    struct sl_str decoded = uri_decode(arena, rest);
    struct sl_str path = decoded.ptr ? sl_arena_str(arena, decoded) : decoded;
    if (!path.ptr)
        return sl_fail_memory(err);
    if (path.len == 0 || memchr(path.ptr, '\0', path.len))
        return 0;
    if (sl_file_read_beneath(&text, mapping->directory, path.ptr, SL_DOC_BYTES_MAX, err) < 0) {
        char shown[256];
        if (err->code != SL_E_NOT_FOUND)
            return sl_wrap(err, "the schema refers to %s", sl_escape(shown, sizeof shown, uri));
        sl_err_clear(err);
        return 0;
    }
    *out = (struct sl_schema_source){.doc = &checker->doc};
    return parse_schema(&out->root, &checker->doc, sl_buf_view(&text), path, err) < 0 ? -1 : 1;
}

static int load(void *context, struct sl_schema_source *out, struct sl_str uri, struct sl_err *err)
{
    struct sl_schema_checker *checker = context;
    for (size_t i = 0; i < checker->mapping_count; i++)
        if (sl_str_starts_with(uri, checker->mappings[i].prefix))
            return load_below(checker, &checker->mappings[i], out, uri, err);
    return 0;
}

/* -- where things are -- */

static int add_mapping(struct sl_schema_checker *checker, struct sl_str prefix, const char *directory,
                       struct sl_err *err)
{
    char shown[256];
    struct mapping *mapping = &checker->mappings[checker->mapping_count];
    bool slash = sl_str_ends_with(prefix, SL_STR("/"));
    mapping->prefix = sl_arena_join(&checker->doc.arena, prefix, slash ? SL_STR("") : SL_STR("/"));
    if (!mapping->prefix.ptr)
        return sl_fail_memory(err);
    mapping->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (mapping->directory < 0)
        return sl_fail_errno(err, SL_E_IO, "open directory %s",
                             sl_escape(shown, sizeof shown, sl_str_from(directory)));
    checker->mapping_count++;
    return 0;
}

/* "file://" and the absolute path, with %XX for what an URI cannot have. */
static struct sl_str file_uri(struct sl_arena *arena, const char *path)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf uri;
    sl_buf_init(&uri, 16 * SL_KIB);
    sl_buf_text(&uri, "file://");
    for (; *path; path++) {
        unsigned char byte = (unsigned char)*path;
        if (byte <= ' ' || byte >= 0x7f || strchr("\"#%<>?[\\]^`{|}", *path))
            sl_buf_printf(&uri, "%%%02X", byte);
        else
            sl_buf_byte(&uri, *path);
    }
    return uri.fail ? (struct sl_str){0} : sl_arena_str(arena, sl_buf_view(&uri));
}

/* The schema's URI, and its directory as the last mapping. */
static int locate(struct sl_schema_checker *checker, struct sl_str *uri, const char *path, struct sl_err *err)
{
    char shown[256];
    SL_CLEANUP(sl_freep) char *real = realpath(path, NULL);
    if (!real)
        return sl_fail_errno(err, SL_E_IO, "open %s", sl_escape(shown, sizeof shown, sl_str_from(path)));
    *uri = file_uri(&checker->doc.arena, real);
    if (!uri->ptr)
        return sl_fail_memory(err);
    size_t cut = uri->len;
    while (uri->ptr[cut - 1] != '/')
        cut--;
    char *slash = strrchr(real, '/');
    slash[slash == real] = '\0';
    return add_mapping(checker, sl_str_slice(*uri, 0, cut), real, err);
}

static int compile(struct sl_schema_checker *checker, const struct sl_schema_request *request,
                   struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_DOC_BYTES_MAX);
    struct sl_schema_source source = {.doc = &checker->doc};
    struct sl_schema_options options = {.formats =
                                            request->assert_formats ? SL_FORMATS_ASSERT : SL_FORMATS_ANNOTATE,
                                        .loader = {load, checker}};
    checker->mappings = sl_arena_array(&checker->doc.arena, request->map_count + 1, sizeof(struct mapping));
    if (!checker->mappings)
        return sl_fail_memory(err);
    for (size_t i = 0; i < request->map_count; i++)
        if (add_mapping(checker, sl_str_from(request->maps[i].url), request->maps[i].directory, err) < 0)
            return -1;
    if (sl_file_read(&text, request->schema, SL_DOC_BYTES_MAX, err) < 0 ||
        locate(checker, &source.uri, request->schema, err) < 0 ||
        parse_schema(&source.root, &checker->doc, sl_buf_view(&text), sl_str_from(request->schema), err) < 0)
        return -1;
    return sl_schema_compile(&checker->schema, &source, &options, err);
}

int sl_schema_checker_new(struct sl_schema_checker **out, const struct sl_schema_request *request,
                          struct sl_err *err)
{
    struct sl_schema_checker *checker = calloc(1, sizeof *checker);
    if (!checker)
        return sl_fail_memory(err);
    sl_doc_init(&checker->doc);
    if (compile(checker, request, err) < 0) {
        sl_schema_checker_free(checker);
        return -1;
    }
    *out = checker;
    return 0;
}

void sl_schema_checker_free(struct sl_schema_checker *checker)
{
    if (!checker)
        return;
    for (size_t i = 0; i < checker->mapping_count; i++)
        sl_closep(&checker->mappings[i].directory);
    sl_schema_free(checker->schema);
    sl_doc_release(&checker->doc);
    free(checker);
}

/* -- checking -- */

static int add_finding(const struct sl_schema_checker *checker, const char *path,
                       const struct sl_schema_error *error, struct sl_findings *findings, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf message;
    sl_buf_init(&message, SL_FINDING_TEXT_MAX);
    struct sl_str location = error->location;
    struct sl_str own = checker->mappings[checker->mapping_count - 1].prefix;
    if (sl_str_starts_with(location, own))
        location = sl_str_slice(location, own.len, location.len);
    sl_buf_str(&message, error->message);
    sl_buf_text(&message, " (");
    sl_buf_escaped(&message, location);
    sl_buf_text(&message, ")");
    if (message.fail == SL_E_NO_MEMORY)
        return sl_fail_memory(err);
    struct sl_finding finding = {.severity = SL_ERROR,
                                 .rule = "schema/mismatch",
                                 .file = sl_str_from(path),
                                 .line = error->mark.line,
                                 .column = error->mark.column,
                                 .pointer = error->instance,
                                 .message = sl_buf_view(&message),
                                 .hint = error->hint};
    return sl_finding_add(findings, &finding, err);
}

static int add_report(const struct sl_schema_checker *checker, const char *path,
                      const struct sl_schema_report *report, struct sl_findings *findings, struct sl_err *err)
{
    for (size_t i = 0; i < sl_schema_report_count(report); i++)
        if (add_finding(checker, path, sl_schema_report_at(report, i), findings, err) < 0)
            return -1;
    struct sl_finding cut = {.severity = SL_NOTE,
                             .rule = "schema/mismatch",
                             .file = sl_str_from(path),
                             .message = SL_STR("there is more that does not fit, and is not listed")};
    return sl_schema_report_is_cut(report) ? sl_finding_add(findings, &cut, err) : 0;
}

static int check_document(const struct sl_schema_checker *checker, const char *path,
                          const struct sl_node *document, struct sl_findings *findings, struct sl_err *err)
{
    SL_CLEANUP(sl_schema_report_freep) struct sl_schema_report *report = NULL;
    int fits = sl_schema_validate(&report, checker->schema, document, err);
    if (fits < 0) {
        char shown[256];
        return sl_wrap(err, "%s", sl_escape(shown, sizeof shown, sl_str_from(path)));
    }
    if (fits == 0 && add_report(checker, path, report, findings, err) < 0)
        return -1;
    return fits;
}

int sl_schema_check_file(struct sl_schema_checker *checker, const char *path, struct sl_findings *findings,
                         struct sl_schema_tally *tally, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *documents = NULL;
    sl_buf_init(&text, SL_DOC_BYTES_MAX);
    sl_doc_init(&doc);
    if (sl_file_read(&text, path, SL_DOC_BYTES_MAX, err) < 0)
        return -1;
    if (sl_documents_read(&documents, &doc, sl_buf_view(&text), sl_str_from(path), SL_YAML_VALUES, err) < 0) {
        if (sl_documents_unreadable(path, findings, err) < 0)
            return -1;
        tally->documents++;
        tally->invalid++;
        return 0;
    }
    for (uint32_t i = 0; i < documents->count; i++) {
        int fits = check_document(checker, path, documents->as.items[i], findings, err);
        if (fits < 0)
            return -1;
        tally->documents++;
        tally->invalid += fits == 0;
    }
    return 0;
}
