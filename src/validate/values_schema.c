#include "values_schema.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/json.h"
#include "doc/pointer.h"
#include "model/report.h"
#include "tree/path.h"

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
    struct sl_str release; /* the release's directory; empty for a chart's */
};

/* -- files that the release's schema refers to -- */

#define FILE_URI "file:///"

struct loading {
    struct values_schema *schema;
    struct sl_tree *whole;
    struct sl_str release;
};

static int add_file(struct values_schema *schema, struct sl_str path, const struct sl_node *root,
                    struct sl_err *err)
{
    struct values_schema_file *file = sl_arena_alloc(&schema->doc.arena, sizeof *file);
    if (!file)
        return sl_fail_memory(err);
    *file = (struct values_schema_file){.next = schema->files, .path = path, .root = root};
    schema->files = file;
    return 0;
}

static bool is_below(struct sl_str path, struct sl_str directory)
{
    return path.len > directory.len && sl_str_starts_with(path, directory) && path.ptr[directory.len] == '/';
}

/* Files of the release, and of the repository's own schemas/: another customer's are none of its business. */
static int load_file(void *context, struct sl_schema_source *out, struct sl_str uri, struct sl_err *err)
{
    const struct loading *loading = context;
    struct sl_arena *arena = &loading->schema->doc.arena;
    struct sl_err join_err = {0};
    struct sl_str path, bytes;
    struct sl_shown shown;
    struct sl_node *root = NULL;
    if (!sl_str_starts_with(uri, SL_STR(FILE_URI)))
        return 0;
    struct sl_str rest = sl_str_slice(uri, sizeof FILE_URI - 1, uri.len);
    if (sl_path_join(arena, SL_STR(""), rest, &path, &join_err) < 0)
        return sl_fail(err, join_err.code == SL_E_NO_MEMORY ? SL_E_NO_MEMORY : SL_E_INPUT,
                       "a reference leads to %s: %s", sl_shown(&shown, rest), join_err.message);
    if (!is_below(path, loading->release) && !is_below(path, SL_STR("schemas")))
        return sl_fail(err, SL_E_INPUT,
                       "a reference leads to %s, which is in neither the release nor schemas/",
                       sl_shown(&shown, path));
    int there = sl_tree_stat(loading->whole, path, NULL, err);
    if (there <= 0)
        return there;
    if (sl_tree_read(loading->whole, path, &bytes, err) < 0 ||
        sl_json_read(&root, &loading->schema->doc, bytes, path, err) < 0 ||
        add_file(loading->schema, path, root, err) < 0)
        return -1;
    *out = (struct sl_schema_source){.doc = &loading->schema->doc, .root = root};
    return 1;
}

const struct sl_node *values_schema_follow(const struct sl_node **in, const struct values_schema *schema,
                                           const struct sl_node *root, struct sl_str reference)
{
    size_t hash = sl_str_find(reference, '#');
    struct sl_str name = sl_str_slice(reference, 0, hash);
    struct sl_str pointer = sl_str_slice(reference, hash + 1, reference.len);
    *in = name.len == 0 ? root : NULL;
    struct sl_str from = {NULL, 0};
    for (const struct values_schema_file *file = schema->files; file; file = file->next)
        if (file->root == root)
            from = file->path;
    while (from.len > 0 && from.ptr[from.len - 1] != '/')
        from.len--;
    while (sl_str_starts_with(name, SL_STR("./")))
        name = sl_str_slice(name, 2, name.len);
    while (from.len > 0 && sl_str_starts_with(name, SL_STR("../"))) {
        name = sl_str_slice(name, 3, name.len);
        from.len--;
        while (from.len > 0 && from.ptr[from.len - 1] != '/')
            from.len--;
    }
    for (const struct values_schema_file *file = schema->files; !*in && file; file = file->next)
        if (file->path.len == from.len + name.len && sl_str_starts_with(file->path, from) &&
            sl_str_ends_with(file->path, name))
            *in = file->root;
    return *in ? sl_pointer_get(*in, pointer) : NULL;
}

/* -- patterns -- */

/* What Go's regular expressions do not have: look-around, and references to what a group matched. */
static bool is_beyond_go(struct sl_str pattern)
{
    bool in_class = false;
    for (size_t i = 0; i + 1 < pattern.len; i++) {
        struct sl_str rest = sl_str_slice(pattern, i, pattern.len);
        char byte = pattern.ptr[i], next = pattern.ptr[i + 1];
        if (byte == '\\') {
            if (!in_class && ((next >= '1' && next <= '9') || next == 'k'))
                return true;
            i++;
            continue;
        }
        in_class = in_class ? byte != ']' : byte == '[';
        if (!in_class &&
            (sl_str_starts_with(rest, SL_STR("(?=")) || sl_str_starts_with(rest, SL_STR("(?!")) ||
             sl_str_starts_with(rest, SL_STR("(?<=")) || sl_str_starts_with(rest, SL_STR("(?<!"))))
            return true;
    }
    return false;
}

static int fail_pattern(const struct sl_doc *doc, struct sl_mark mark, struct sl_str pattern,
                        struct sl_err *err)
{
    char place[512];
    struct sl_shown shown;
    return sl_fail(err, SL_E_INPUT,
                   "%s: the pattern %s looks around or back, which Go's regular expressions cannot",
                   sl_mark_text(place, sizeof place, doc, mark), sl_shown(&shown, pattern));
}

/* Data, in which nothing is a keyword. */
static bool is_data(struct sl_str key)
{
    return sl_str_equal(key, SL_STR("default")) || sl_str_equal(key, SL_STR("const")) ||
           sl_str_equal(key, SL_STR("enum")) || sl_str_equal(key, SL_STR("examples"));
}

/* Helm is written in Go, and refuses a chart whose schema has such a pattern. */
/* NOLINTNEXTLINE(misc-no-recursion): the reader of JSON limits the depth. */
static int check_patterns(const struct sl_doc *doc, const struct sl_node *node, struct sl_err *err)
{
    for (uint32_t i = 0; node->kind == SL_LIST && i < node->count; i++)
        if (check_patterns(doc, node->as.items[i], err) < 0)
            return -1;
    for (uint32_t i = 0; node->kind == SL_MAP && i < node->count; i++) {
        const struct sl_entry *entry = &node->as.entries[i];
        const struct sl_node *value = entry->value;
        if (is_data(entry->key) && value->kind != SL_MAP)
            continue;
        if (sl_str_equal(entry->key, SL_STR("pattern")) && is_beyond_go(sl_node_text(value)))
            return fail_pattern(doc, value->mark, value->as.text, err);
        bool keys = sl_str_equal(entry->key, SL_STR("patternProperties")) && value->kind == SL_MAP;
        for (uint32_t key = 0; keys && key < value->count; key++)
            if (is_beyond_go(value->as.entries[key].key))
                return fail_pattern(doc, value->as.entries[key].key_mark, value->as.entries[key].key, err);
        if (check_patterns(doc, value, err) < 0)
            return -1;
    }
    return 0;
}

/* -- one schema -- */

static int compile(struct values_schema *schema, struct sl_tree *whole, const struct text *text,
                   struct sl_err *err)
{
    struct loading loading = {schema, whole, text->release};
    struct sl_schema_options options = {.formats = SL_FORMATS_BY_DRAFT};
    schema->of_chart = text->release.len == 0;
    if (sl_json_read(&schema->root, &schema->doc, text->bytes, text->file, err) < 0) {
        schema->root = NULL;
        return keep_problem(schema, err);
    }
    struct sl_schema_source source = {.doc = &schema->doc, .root = schema->root};
    if (schema->of_chart && check_patterns(&schema->doc, schema->root, err) < 0)
        return keep_problem(schema, err);
    if (!schema->of_chart) {
        options.loader = (struct sl_schema_loader){load_file, &loading};
        source.uri = sl_arena_join(&schema->doc.arena, SL_STR(FILE_URI), text->file);
        struct sl_str path = sl_arena_str(&schema->doc.arena, text->file);
        if (!source.uri.ptr || !path.ptr)
            return sl_fail_memory(err);
        if (add_file(schema, path, schema->root, err) < 0)
            return -1;
    }
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
    if (compile(schema, whole, &text, err) < 0)
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
    const struct text text = {.bytes = chart->schema, .file = chart->schema_file};
    *out = NULL;
    return chart->schema.ptr ? find(out, subject, &text, err) : 0;
}

int values_schema_of_release(const struct values_schema **out, struct sl_str *file,
                             const struct sl_validation_subject *subject, struct sl_str application,
                             struct sl_err *err)
{
    struct text text = {.release = subject->layout->release_directory};
    *out = NULL;
    if (sl_reading_format(subject->reading, &text.file, err, SL_FMT "/schemas/" SL_FMT ".schema.json",
                          SL_ARG(subject->layout->release_directory), SL_ARG(application)) < 0)
        return -1;
    *file = text.file;
    return find(out, subject, &text, err);
}

/* -- keys that are permitted -- */

static struct sl_entry *make_entries(struct sl_node *map, struct sl_arena *arena, uint32_t count)
{
    map->kind = SL_MAP;
    map->count = count;
    map->as.entries = sl_arena_array(arena, count, sizeof *map->as.entries);
    return map->as.entries;
}

/* The key against the patterns alone: with a schema that has nothing else. */
static int matches(const struct values_schema *schema, const struct sl_node *patterns, struct sl_str key,
                   struct sl_err *err)
{
    SL_CLEANUP(sl_arena_release) struct sl_arena arena;
    SL_CLEANUP(sl_schema_freep) struct sl_schema *compiled = NULL;
    SL_CLEANUP(sl_schema_report_freep) struct sl_schema_report *report = NULL;
    struct sl_node any = {.kind = SL_MAP}, none = {.kind = SL_BOOL}, root, names, instance;
    sl_arena_init(&arena, SL_MIB);
    root = names = instance = any;
    struct sl_entry *members = make_entries(&root, &arena, 2), *entry = make_entries(&instance, &arena, 1);
    struct sl_entry *pattern = make_entries(&names, &arena, patterns->count);
    if (!members || !entry || !pattern)
        return sl_fail_memory(err);
    members[0] = (struct sl_entry){.key = SL_STR("patternProperties"), .value = &names};
    members[1] = (struct sl_entry){.key = SL_STR("additionalProperties"), .value = &none};
    entry[0] = (struct sl_entry){.key = key, .value = &any};
    for (uint32_t i = 0; i < patterns->count; i++)
        pattern[i] = (struct sl_entry){.key = patterns->as.entries[i].key, .value = &any};
    const struct sl_schema_source source = {.doc = &schema->doc, .root = &root};
    if (sl_schema_compile(&compiled, &source, NULL, err) < 0) {
        bool told = err->code == SL_E_INPUT || err->code == SL_E_LIMIT || err->code == SL_E_UNSUPPORTED;
        if (!told)
            return -1;
        sl_err_clear(err);
        return 0;
    }
    int valid = sl_schema_validate(&report, compiled, &instance, err);
    if (valid >= 0 || err->code != SL_E_LIMIT)
        return valid;
    /* A pattern that takes too long may be one that matches. */
    sl_err_clear(err);
    return 1;
}

int values_schema_permits(const struct values_schema *schema, const struct sl_node *subschema,
                          struct sl_str key, struct sl_err *err)
{
    const struct sl_node *more = sl_node_get(subschema, "additionalProperties");
    const struct sl_node *patterns = sl_node_get(subschema, "patternProperties");
    if (more && (more->kind == SL_MAP || (more->kind == SL_BOOL && more->as.boolean)))
        return 1;
    bool any = schema && patterns && patterns->kind == SL_MAP && patterns->count > 0;
    return any ? matches(schema, patterns, key, err) : 0;
}
