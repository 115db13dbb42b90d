#include "chart_kinds.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "gitops/chart_folder.h"

#include <stdlib.h>

struct document {
    struct sl_str version, kind;
    size_t depth; /* blocks that are open */
};

static bool begins_word(struct sl_str text, const char *word)
{
    size_t length = strlen(word);
    return sl_str_starts_with(text, sl_str_from(word)) &&
           (text.len == length || !((text.ptr[length] >= 'a' && text.ptr[length] <= 'z')));
}

/* Opens and closes blocks by the actions of a line. */
static void follow_blocks(struct document *document, struct sl_str line)
{
    static const char *const opening[] = {"if", "with", "range", "define", "block"};
    for (size_t at = 0; at + 1 < line.len; at++) {
        if (line.ptr[at] != '{' || line.ptr[at + 1] != '{')
            continue;
        size_t from = at + 2;
        while (from < line.len && (line.ptr[from] == '-' || line.ptr[from] == ' '))
            from++;
        struct sl_str action = sl_str_slice(line, from, line.len);
        for (size_t i = 0; i < sizeof opening / sizeof opening[0]; i++)
            document->depth += begins_word(action, opening[i]);
        document->depth -= document->depth > 0 && begins_word(action, "end");
        at = from;
    }
}

/* What stands behind "kind:"; empty where that is made by an action. */
static struct sl_str value_of(struct sl_str line, const char *key)
{
    if (!sl_str_starts_with(line, sl_str_from(key)))
        return (struct sl_str){0};
    struct sl_str value = sl_str_slice(line, strlen(key), line.len);
    while (value.len > 0 && strchr(" \"'", value.ptr[0]))
        value = sl_str_slice(value, 1, value.len);
    while (value.len > 0 && strchr(" \"'\r", value.ptr[value.len - 1]))
        value = sl_str_slice(value, 0, value.len - 1);
    return sl_str_find(value, '{') < value.len ? (struct sl_str){0} : value;
}

static int add(struct chart_kinds *kinds, const struct document *document, struct sl_err *err)
{
    size_t slash = sl_str_find(document->version, '/');
    struct sl_str group = sl_str_slice(document->version, 0, slash < document->version.len ? slash : 0);
    if (document->version.len == 0 || document->kind.len == 0)
        return 0;
    for (const struct chart_kind *kind = kinds->first; kind; kind = kind->next)
        if (sl_str_equal(kind->group, group) && sl_str_equal(kind->kind, document->kind))
            return 0;
    struct chart_kind *kind = sl_arena_alloc(kinds->arena, sizeof *kind);
    if (!kind)
        return sl_fail_memory(err);
    kind->group = sl_arena_str(kinds->arena, group);
    kind->kind = sl_arena_str(kinds->arena, document->kind);
    if (!kind->group.ptr || !kind->kind.ptr)
        return sl_fail_memory(err);
    *(kinds->last ? &kinds->last->next : &kinds->first) = kind;
    kinds->last = kind;
    return 0;
}

int chart_kinds_read(struct chart_kinds *kinds, struct sl_str text, struct sl_err *err)
{
    struct document document = {.depth = 0};
    for (struct sl_str line; sl_str_next_line(&line, &text);) {
        struct sl_str version = value_of(line, "apiVersion:"), kind = value_of(line, "kind:");
        bool sure = document.depth == 0;
        if (sl_str_starts_with(line, SL_STR("---"))) {
            if (add(kinds, &document, err) < 0)
                return -1;
            document.version = document.kind = (struct sl_str){0};
        }
        document.version = sure && version.len ? version : document.version;
        document.kind = sure && kind.len ? kind : document.kind;
        follow_blocks(&document, line);
    }
    return add(kinds, &document, err);
}

/* -- of a chart -- */

struct made_kinds {
    struct sl_arena arena;
    struct chart_kinds kinds;
};

static void kinds_free(void *made)
{
    struct made_kinds *kinds = made;
    if (!kinds)
        return;
    sl_arena_release(&kinds->arena);
    free(kinds);
}

static void kinds_freep(struct made_kinds **kinds)
{
    kinds_free(*kinds);
    *kinds = NULL;
}

/* "NAME!TOP/templates/a.yaml" and "NAME!TOP/crds/a.yaml", but for tests, which nobody runs by installing; of a folder without
 * "!TOP". */
static bool is_own(struct sl_str file, struct sl_str origin)
{
    struct sl_str inside = sl_str_slice(file, origin.len, file.len);
    size_t slash = sl_str_find(inside, '/');
    struct sl_str path = sl_str_slice(inside, slash + 1 < inside.len ? slash + 1 : inside.len, inside.len);
    bool template = sl_str_starts_with(path, SL_STR("templates/")) &&
                    !sl_str_starts_with(path, SL_STR("templates/tests/"));
    bool yaml = sl_str_ends_with(path, SL_STR(".yaml")) || sl_str_ends_with(path, SL_STR(".yml"));
    return yaml && (template || sl_str_starts_with(path, SL_STR("crds/")));
}

static int read_kinds(struct made_kinds *made, struct sl_tree *whole, struct sl_str path,
                      enum sl_chart_files which, struct sl_err *err)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_chart_list list;
    sl_doc_init(&doc);
    if (sl_chart_files_at(&list, &doc, whole, path, which, err) < 0) {
        /* A chart that cannot be read has been told of: artifacts/unreadable. */
        if (err->code != SL_E_INPUT && err->code != SL_E_LIMIT && err->code != SL_E_UNSUPPORTED)
            return -1;
        sl_err_clear(err);
    }
    for (size_t i = 0; i < list.count; i++)
        if (is_own(list.files[i].file, path) && chart_kinds_read(&made->kinds, list.files[i].text, err) < 0)
            return -1;
    return 0;
}

static int make_kinds(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    const struct sl_str *path = context;
    SL_CLEANUP(kinds_freep) struct made_kinds *kinds = calloc(1, sizeof *kinds);
    if (!kinds)
        return sl_fail_memory(err);
    sl_arena_init(&kinds->arena, SL_DOC_MEMORY_MAX);
    kinds->kinds.arena = &kinds->arena;
    if (read_kinds(kinds, whole, *path, SL_CHART_TEMPLATES, err) < 0 ||
        read_kinds(kinds, whole, *path, SL_CHART_CRDS, err) < 0)
        return -1;
    *made = sl_steal(&kinds);
    return 0;
}

int chart_kinds_of(const struct chart_kind **first, const struct sl_validation_subject *subject,
                   struct sl_str path, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf key;
    void *made = NULL;
    sl_buf_init(&key, SL_PATH_MAX + SL_KIB);
    sl_buf_text(&key, "manifests: kinds of ");
    sl_buf_str(&key, path);
    if (sl_buf_check(&key, "the path of a chart", err) < 0 ||
        sl_validation_once(&made, subject->shared, sl_buf_view(&key), make_kinds, &path, kinds_free, err) < 0)
        return -1;
    *first = ((const struct made_kinds *)made)->kinds.first;
    return 0;
}
