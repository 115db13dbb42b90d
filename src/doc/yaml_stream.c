#include "yaml_reader.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "yaml_split.h"

static int read_document(struct sl_yaml_reader *reader, struct sl_node *documents, const yaml_event_t *start)
{
    SL_CLEANUP(yaml_event_delete) yaml_event_t event = {0};
    SL_CLEANUP(yaml_event_delete) yaml_event_t end = {0};
    struct sl_node *root = NULL;
    if (documents->count >= SL_DOC_COUNT_MAX)
        return sl_fail_at(reader->builder.err, SL_E_LIMIT, sl_yaml_event_place(reader, start),
                          "more than %llu documents", (unsigned long long)SL_DOC_COUNT_MAX);
    sl_map_release(&reader->anchors);
    if (sl_yaml_next(reader, &event) < 0 || sl_yaml_node(reader, &root, &event, 0) < 0 ||
        sl_yaml_next(reader, &end) < 0)
        return -1;
    if (root->kind == SL_NULL)
        return 0;
    return sl_list_add(reader->builder.doc, documents, root, reader->builder.err);
}

/* The documents of one stream; of a piece of a resource file, and of its own files, kustomize reads the first one only. */
static int read_stream(struct sl_yaml_reader *reader, struct sl_node *documents)
{
    for (;;) {
        SL_CLEANUP(yaml_event_delete) yaml_event_t event = {0};
        if (sl_yaml_next(reader, &event) < 0)
            return -1;
        if (event.type == YAML_STREAM_END_EVENT)
            return 0;
        if (event.type != YAML_DOCUMENT_START_EVENT)
            continue;
        if (read_document(reader, documents, &event) < 0)
            return -1;
        if (reader->rules == SL_YAML_RESOURCE || reader->rules == SL_YAML_KUSTOMIZATION)
            return 0;
    }
}

static int read_source(struct sl_yaml_reader *reader, struct sl_node *documents, struct sl_yaml_source source)
{
    if (sl_str_starts_with(source.text, SL_STR("\xef\xbb\xbf")))
        source.text = sl_str_slice(source.text, 3, source.text.len);
    reader->source = source;
    if (!yaml_parser_initialize(&reader->parser))
        return sl_fail_memory(reader->builder.err);
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    /* libyaml asserts that there is a pointer, even to nothing. */
    const char *bytes = source.text.ptr ? source.text.ptr : "";
    yaml_parser_set_input_string(&reader->parser, (const unsigned char *)bytes, source.text.len);
    int result = read_stream(reader, documents);
    yaml_parser_delete(&reader->parser);
    return result;
}

/* CR LF becomes LF, in a copy; *out is `text` itself where there is none. */
static int unify_line_ends(struct sl_buf *copy, struct sl_str *out, struct sl_str text, struct sl_err *err)
{
    *out = text;
    if (sl_str_find(text, '\r') == text.len)
        return 0;
    for (size_t at = 0; at < text.len;) {
        size_t run = at + sl_str_find(sl_str_slice(text, at, text.len), '\r');
        bool dropped = run + 1 < text.len && text.ptr[run + 1] == '\n';
        sl_buf_str(copy, sl_str_slice(text, at, dropped ? run : run + 1));
        at = run + 1;
    }
    *out = sl_buf_view(copy);
    return sl_buf_check(copy, "the file", err);
}

static int read_resources(struct sl_yaml_reader *reader, struct sl_node *documents, struct sl_str text)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf copy;
    struct sl_splitter splitter;
    struct sl_str piece;
    sl_buf_init(&copy, SL_DOC_BYTES_MAX);
    if (unify_line_ends(&copy, &text, text, reader->builder.err) < 0)
        return -1;
    sl_splitter_init(&splitter, text, reader->builder.name);
    for (;;) {
        int more = sl_splitter_next(&splitter, &piece, reader->builder.err);
        if (more <= 0)
            return more;
        struct sl_yaml_source source = {piece, splitter.place.line};
        if (read_source(reader, documents, source) < 0)
            return -1;
    }
}

int sl_yaml_read(struct sl_node **documents, struct sl_doc *doc, struct sl_str text, struct sl_str name,
                 enum sl_yaml_rules rules, struct sl_err *err)
{
    struct sl_yaml_reader reader = {.rules = rules == SL_YAML_PATCH ? SL_YAML_RESOURCE : rules,
                                    .any_key = rules == SL_YAML_PATCH,
                                    .alias_budget = SL_DOC_ALIAS_NODES_MAX};
    struct sl_node *list = sl_node_list(doc);
    if (!list)
        return sl_node_fail(doc, err);
    struct sl_place start = {.name = name, .line = 1, .column = 1};
    if (text.len > SL_DOC_BYTES_MAX)
        return sl_fail_at(err, SL_E_LIMIT, start, "larger than %llu bytes",
                          (unsigned long long)SL_DOC_BYTES_MAX);
    sl_builder_init(&reader.builder, doc, name, err);
    sl_map_init(&reader.anchors);
    int result = reader.rules == SL_YAML_RESOURCE
                     ? read_resources(&reader, list, text)
                     : read_source(&reader, list, (struct sl_yaml_source){text, 1});
    sl_map_release(&reader.anchors);
    sl_builder_release(&reader.builder);
    if (result == 0)
        *documents = list;
    return result;
}

int sl_yaml_read_one(struct sl_node **root, struct sl_doc *doc, struct sl_str text, struct sl_str name,
                     enum sl_yaml_rules rules, struct sl_err *err)
{
    struct sl_node *documents = NULL;
    *root = NULL;
    if (sl_yaml_read(&documents, doc, text, name, rules, err) < 0 || !documents)
        return -1;
    if (documents->count > 1) {
        struct sl_mark mark = documents->as.items[1]->mark;
        struct sl_place place = {.name = name, .line = mark.line, .column = mark.column};
        return sl_fail_at(err, SL_E_INPUT, place, "a second document, where there is to be one");
    }
    if (documents->count == 1)
        *root = documents->as.items[0];
    return 0;
}
