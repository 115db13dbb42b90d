#include "gitops/reading.h"

#include "base/checked.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"

#include <stdio.h>

static struct sl_str file_name(const void *things, uint32_t number)
{
    return ((const struct sl_str *)things)[number];
}

void sl_reading_init(struct sl_reading *reading, struct sl_tree *tree, struct sl_findings *findings)
{
    *reading = (struct sl_reading){.tree = tree, .findings = findings};
    sl_doc_init(&reading->doc);
    sl_index_init(&reading->file_index, file_name);
}

void sl_reading_release(struct sl_reading *reading)
{
    /* What the guard knows is in the document's memory. */
    if (reading->tree)
        sl_tree_set_guard(reading->tree, NULL, NULL);
    sl_build_free(reading->build);
    sl_index_release(&reading->file_index);
    free(reading->files);
    sl_doc_release(&reading->doc);
}

/* Not in the document's memory, which would keep every smaller list. */
static int make_room(struct sl_reading *reading, struct sl_err *err)
{
    if (reading->file_count < reading->file_capacity)
        return 0;
    size_t capacity = reading->file_capacity ? 2 * reading->file_capacity : 64;
    struct sl_str *files = realloc(reading->files, capacity * sizeof *files);
    if (!files)
        return sl_fail_memory(err);
    reading->files = files;
    reading->file_capacity = capacity;
    return 0;
}

bool sl_reading_uses(const struct sl_reading *reading, struct sl_str path)
{
    return sl_index_find(&reading->file_index, reading->files, path) != SL_INDEX_NONE;
}

int sl_reading_use_kept(struct sl_reading *reading, struct sl_str path, struct sl_err *err)
{
    if (sl_reading_uses(reading, path))
        return 0;
    if (make_room(reading, err) < 0)
        return -1;
    reading->files[reading->file_count] = path;
    if (sl_index_add(&reading->file_index, reading->files, (uint32_t)reading->file_count, err) < 0)
        return -1;
    reading->file_count++;
    return 0;
}

int sl_reading_use(struct sl_reading *reading, struct sl_str path, struct sl_err *err)
{
    if (sl_reading_uses(reading, path))
        return 0;
    struct sl_str copy = sl_arena_str(&reading->doc.arena, path);
    return copy.ptr ? sl_reading_use_kept(reading, copy, err) : sl_fail_memory(err);
}

int sl_reading_documents(struct sl_reading *reading, struct sl_str path, enum sl_yaml_rules rules,
                         struct sl_node **documents, struct sl_err *err)
{
    struct sl_str bytes;
    if (sl_reading_use(reading, path, err) < 0 || sl_tree_read(reading->tree, path, &bytes, err) < 0)
        return -1;
    struct sl_doc_text text = {bytes, path, rules};
    return sl_doc_cache_read(reading->cache, documents, &reading->doc, &text, err);
}

int sl_reading_optional(struct sl_reading *reading, struct sl_str path, enum sl_yaml_rules rules,
                        struct sl_node **root, struct sl_err *err)
{
    *root = NULL;
    int there = sl_tree_stat(reading->tree, path, NULL, err);
    if (there <= 0)
        return there;
    struct sl_str bytes;
    if (sl_reading_use(reading, path, err) < 0 || sl_tree_read(reading->tree, path, &bytes, err) < 0)
        return -1;
    struct sl_doc_text text = {bytes, path, rules};
    return sl_doc_cache_read_one(reading->cache, root, &reading->doc, &text, err) < 0 ? -1 : 1;
}

int sl_reading_list(struct sl_reading *reading, struct sl_str directory, const struct sl_tree_entry **entries,
                    size_t *count, struct sl_err *err)
{
    *entries = NULL;
    *count = 0;
    int there = sl_tree_stat(reading->tree, directory, NULL, err);
    if (there <= 0)
        return there;
    return sl_tree_list(reading->tree, directory, entries, count, err);
}

int sl_reading_path(struct sl_reading *reading, struct sl_str *out, struct sl_str directory,
                    struct sl_str name, struct sl_err *err)
{
    size_t front = directory.len > 0 ? directory.len + 1 : 0;
    size_t size;
    if (sl_add_overflows(front, name.len, &size) || sl_add_overflows(size, 1, &size))
        return sl_fail_memory(err);
    char *path = sl_arena_alloc(&reading->doc.arena, size);
    if (!path)
        return sl_fail_memory(err);
    if (front) {
        memcpy(path, directory.ptr, directory.len);
        path[directory.len] = '/';
    }
    if (name.len)
        memcpy(path + front, name.ptr, name.len);
    *out = (struct sl_str){path, size - 1};
    return 0;
}

int sl_reading_format(struct sl_reading *reading, struct sl_str *out, struct sl_err *err, const char *format,
                      ...)
{
    char text[SL_PATH_MAX + 1];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof text)
        return sl_fail(err, SL_E_LIMIT, "a path is longer than %d bytes", SL_PATH_MAX);
    *out = sl_arena_str(&reading->doc.arena, (struct sl_str){text, (size_t)length});
    return out->ptr ? 0 : sl_fail_memory(err);
}
