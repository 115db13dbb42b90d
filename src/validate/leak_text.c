#include "leak_text.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "carried_hits.h"
#include "leak_index.h"
#include "leak_lent.h"
#include "leak_reading.h"

enum { PIECE = 64 * SL_KIB };

int leak_pass_over(struct sl_err *err)
{
    if (err->code == SL_E_NO_MEMORY || err->code == SL_E_INTERNAL)
        return -1;
    sl_err_clear(err);
    return 0;
}

void leak_reading_init(struct leak_reading *reading)
{
    folders_init(&reading->folders);
    sl_buf_init(&reading->path, SL_PATH_MAX + SL_NAME_MAX + 2);
    sl_buf_init(&reading->content, SL_DOC_BYTES_MAX);
    sl_buf_init(&reading->pointer, SL_MIB);
    sl_buf_init(&reading->folded, SL_DOC_BYTES_MAX);
    for (size_t i = 0; i < LEAK_ENCODED_DEPTH; i++)
        sl_buf_init(&reading->decoded[i], SL_DOC_BYTES_MAX);
}

void leak_reading_release(struct leak_reading *reading)
{
    folders_release(&reading->folders);
    sl_buf_release(&reading->path);
    sl_buf_release(&reading->content);
    sl_buf_release(&reading->pointer);
    sl_buf_release(&reading->folded);
    for (size_t i = 0; i < LEAK_ENCODED_DEPTH; i++)
        sl_buf_release(&reading->decoded[i]);
}

void leak_reading_enter(struct leak_reading *reading, struct sl_str file)
{
    reading->file = file;
    reading->kept = (struct sl_str){0};
    reading->name = sl_str_slice(file, reading->folder.len, file.len);
}

int leak_keep_file(struct leak_reading *reading, struct sl_err *err)
{
    if (!reading->kept.ptr)
        reading->kept = sl_arena_str(reading->source->arena, reading->file);
    return reading->kept.ptr ? 0 : sl_fail_memory(err);
}

/* -- files -- */

static int add_long(struct leak_reading *reading, uint64_t size, struct sl_err *err)
{
    struct leak_long *made = sl_arena_alloc(reading->source->arena, sizeof *made);
    if (!made)
        return sl_fail_memory(err);
    if (leak_keep_file(reading, err) < 0)
        return -1;
    *made = (struct leak_long){reading->kept, size, reading->texts->long_files};
    reading->texts->long_files = made;
    return 0;
}

static bool is_yaml(struct sl_str name)
{
    return sl_str_ends_with(name, SL_STR(".yaml")) || sl_str_ends_with(name, SL_STR(".yml")) ||
           sl_str_ends_with(name, SL_STR(".json"));
}

/* All of the file, or its beginning where that shows that it is no text. */
static int read_content(struct leak_reading *reading, bool yaml, struct sl_err *err)
{
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    struct sl_buf *content = &reading->content;
    sl_buf_reset(content);
    if (sl_tree_source(reading->source->tree, reading->file, &source, err) < 0)
        return -1;
    for (;;) {
        void *room = sl_buf_reserve(content, PIECE);
        if (!room)
            return sl_buf_check(content, "a file that is searched for what is another customer's", err);
        ssize_t got = sl_source_read(source, room, PIECE, err);
        if (got <= 0)
            return (int)got;
        size_t before = content->len;
        sl_buf_commit(content, (size_t)got);
        size_t look = (size_t)got < SECRET_LOOK_BINARY ? (size_t)got : SECRET_LOOK_BINARY;
        if (!yaml && before == 0 && memchr(room, '\0', look))
            return 0;
    }
}

/* Whether there may be a text in the file that is kept. */
static bool is_worth_reading(const struct leak_reading *reading, struct sl_str bytes, bool yaml)
{
    const struct leak_index *index = reading->source->index;
    return !index || leak_is_kustomization(reading->file) || leak_sieve_may_hold(&index->sieve, bytes, yaml);
}

static int read_file(struct leak_reading *reading, const struct sl_tree_entry *entry, struct sl_err *err)
{
    bool yaml = is_yaml(entry->name);
    if (!yaml && reading->source->only_yaml)
        return 0;
    if (leak_add_name(reading, entry->name, err) < 0)
        return -1;
    if (entry->size > SL_VALIDATE_SEARCHED_MAX)
        return add_long(reading, entry->size, err);
    if (read_content(reading, yaml, err) < 0)
        return leak_pass_over(err);
    struct sl_str bytes = sl_buf_view(&reading->content);
    struct carried_hits *carried = reading->source->carried;
    if (carried && carried_hits_take(carried, reading->file, bytes, err) < 0)
        return -1;
    if (!is_worth_reading(reading, bytes, yaml))
        return 0;
    return yaml ? leak_add_yaml(reading, bytes, err) : leak_add_lines(reading, bytes, err);
}

/* -- folders -- */

/* 1: to be read; 0: a link leads there that is not to be followed, or it was read already. */
static int is_to_be_read(struct leak_reading *reading, const struct sl_tree_entry *entry, struct sl_err *err)
{
    struct sl_tree *tree = reading->source->tree;
    struct sl_str real;
    if (reading->source->no_links) {
        int there = sl_tree_real_path(tree, reading->file, &reading->folders.arena, &real, err);
        if (there <= 0)
            return there < 0 ? leak_pass_over(err) : 0;
        if (!sl_str_equal(real, reading->file))
            return 0;
    }
    return entry->kind == SL_TREE_FILE ? 1 : folders_enter(&reading->folders, tree, reading->file, err);
}

static int read_folder(struct leak_reading *reading, struct sl_str folder, unsigned depth,
                       struct sl_err *err);

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than SL_TREE_DEPTH_MAX. */
static int read_entry(struct leak_reading *reading, const struct sl_tree_entry *entry, unsigned depth,
                      struct sl_err *err)
{
    int follow = is_to_be_read(reading, entry, err);
    if (follow <= 0)
        return follow;
    if (entry->kind == SL_TREE_FILE)
        return read_file(reading, entry, err);
    if (entry->kind != SL_TREE_DIRECTORY)
        return 0;
    /* What is in it needs the path for longer. */
    if (leak_keep_file(reading, err) < 0)
        return -1;
    struct sl_str path = reading->kept;
    return leak_add_name(reading, entry->name, err) < 0 ? -1 : read_folder(reading, path, depth + 1, err);
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than SL_TREE_DEPTH_MAX. */
static int read_folder(struct leak_reading *reading, struct sl_str folder, unsigned depth, struct sl_err *err)
{
    const struct sl_tree_entry *entries;
    size_t count;
    if (depth > SL_TREE_DEPTH_MAX || reading->files > SL_TREE_FILES_MAX)
        return 0;
    if (sl_tree_list(reading->source->tree, folder, &entries, &count, err) < 0)
        return leak_pass_over(err);
    for (size_t i = 0; i < count; i++, reading->files++) {
        sl_buf_reset(&reading->path);
        sl_buf_str(&reading->path, folder);
        sl_buf_byte(&reading->path, '/');
        sl_buf_str(&reading->path, entries[i].name);
        if (sl_buf_check(&reading->path, "a path", err) < 0)
            return -1;
        leak_reading_enter(reading, sl_buf_view(&reading->path));
        if (read_entry(reading, &entries[i], depth, err) < 0)
            return -1;
    }
    return 0;
}

int leak_texts_read(struct leak_texts *texts, const struct leak_source *source, struct sl_str folder,
                    struct sl_err *err)
{
    SL_CLEANUP(leak_reading_release)
    struct leak_reading reading = {.texts = texts, .source = source, .folder = folder};
    leak_reading_init(&reading);
    if (folders_enter(&reading.folders, source->tree, folder, err) < 0)
        return -1;
    return read_folder(&reading, folder, 0, err);
}

int leak_texts_read_file(struct leak_texts *texts, const struct leak_source *source, struct sl_str folder,
                         struct sl_str path, struct sl_err *err)
{
    SL_CLEANUP(leak_reading_release)
    struct leak_reading reading = {.texts = texts, .source = source, .folder = folder};
    struct sl_tree_entry entry;
    leak_reading_init(&reading);
    leak_reading_enter(&reading, path);
    int there = sl_tree_stat(source->tree, path, &entry, err);
    if (there < 0)
        return leak_pass_over(err);
    return there > 0 && entry.kind == SL_TREE_FILE ? read_file(&reading, &entry, err) : 0;
}

int leak_texts_read_node(struct leak_texts *texts, const struct leak_source *source, struct sl_str file,
                         struct sl_str name, const struct sl_node *root, struct sl_err *err)
{
    SL_CLEANUP(leak_reading_release)
    struct leak_reading reading = {.texts = texts, .source = source, .file = file, .name = name};
    leak_reading_init(&reading);
    return root ? leak_add_node(&reading, root, err) : 0;
}
