#include "leak_text.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/yaml.h"
#include "folders.h"
#include "leak_encoded.h"
#include "leak_words.h"
#include "manifest_place.h"

#include <sealift/text.h>
#include <stdio.h>

enum { CAPACITY_FIRST = 64, DIGITS_MIN = 9, NUMBER_ROOM = 32 };

struct reading {
    struct leak_texts *texts;
    const struct leak_source *source;
    struct sl_arena *arena;
    struct sl_str file; /* that is read */
    struct sl_str name; /* its path below the folder */
    struct sl_str folder;
    struct sl_buf pointer, decoded;
    size_t files;
    struct folders folders;
    uint32_t document; /* of a file of several */
};

/* What keeps one file from being read is no reason to stop; what stops everything is. */
static int pass_over(struct sl_err *err)
{
    if (err->code == SL_E_NO_MEMORY || err->code == SL_E_INTERNAL)
        return -1;
    sl_err_clear(err);
    return 0;
}

static enum leak_known known_by(struct sl_str pointer)
{
    static const struct {
        const char *pointer;
        enum leak_known known;
    } table[] = {{"/domain", LEAK_DOMAIN},
                 {"/cluster/name", LEAK_OWN},
                 {"/registry/host", LEAK_SET},
                 {"/storage/class", LEAK_SET}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (sl_str_equal(pointer, sl_str_from(table[i].pointer)))
            return table[i].known;
    return sl_str_starts_with(pointer, SL_STR("/variables/")) ? LEAK_UNKNOWN : LEAK_STATED;
}

static int add(struct reading *reading, struct leak_text text, struct sl_err *err)
{
    struct leak_texts *texts = reading->texts;
    if (texts->count == texts->capacity) {
        size_t capacity = texts->capacity ? 2 * texts->capacity : CAPACITY_FIRST;
        struct leak_text *items = sl_arena_array(reading->arena, capacity, sizeof *items);
        if (!items)
            return sl_fail_memory(err);
        if (texts->count)
            memcpy(items, texts->items, texts->count * sizeof *items);
        texts->items = items;
        texts->capacity = capacity;
    }
    text.file = reading->file;
    text.text = sl_arena_str(reading->arena, text.text);
    text.pointer = sl_arena_str(reading->arena, text.pointer);
    if (text.kind == LEAK_SCALAR && sl_str_ends_with(reading->file, SL_STR("/cluster-config.yaml")))
        text.known = known_by(text.pointer);
    if (!text.text.ptr || !text.pointer.ptr)
        return sl_fail_memory(err);
    text.place = (sl_hash(reading->name) * 31 + sl_hash(text.pointer)) * 31 + reading->document;
    texts->items[texts->count++] = text;
    return 0;
}

/* The text, and what it holds in base64. */
/* NOLINTNEXTLINE(misc-no-recursion): no deeper than LEAK_ENCODED_DEPTH. */
static int add_all(struct reading *reading, struct leak_text text, unsigned depth, struct sl_err *err)
{
    if (add(reading, text, err) < 0)
        return -1;
    struct sl_str whole = reading->texts->items[reading->texts->count - 1].text;
    for (size_t at = 0; depth < LEAK_ENCODED_DEPTH && leak_next_encoded(whole, &at, &reading->decoded);) {
        text.text = sl_buf_view(&reading->decoded);
        if (add_all(reading, text, depth + 1, err) < 0)
            return -1;
    }
    return 0;
}

struct sl_str leak_number(char room[32], const struct sl_node *node)
{
    if (node->kind != SL_INT && node->kind != SL_UINT)
        return (struct sl_str){0};
    struct sl_str source = sl_node_source(node);
    if (source.len == 0) {
        if (node->kind == SL_INT)
            (void)snprintf(room, NUMBER_ROOM, "%lld", (long long)node->as.integer);
        else
            (void)snprintf(room, NUMBER_ROOM, "%llu", (unsigned long long)node->as.uinteger);
        source = sl_str_from(room);
    }
    return source.len >= DIGITS_MIN ? source : (struct sl_str){0};
}

static int add_scalar(struct reading *reading, const struct place *place, struct sl_err *err)
{
    char room[NUMBER_ROOM];
    bool number = place->node->kind != SL_STRING;
    struct leak_text text = {.text = number ? leak_number(room, place->node) : sl_node_text(place->node),
                             .line = place->node->mark.line,
                             .column = place->node->mark.column};
    if (text.text.len == 0)
        return 0;
    sl_buf_reset(&reading->pointer);
    place_pointer(&reading->pointer, place);
    if (sl_buf_check(&reading->pointer, "a pointer", err) < 0)
        return -1;
    text.pointer = sl_buf_view(&reading->pointer);
    if (sl_str_equal(place->key, SL_STR("apiVersion")) || sl_str_equal(place->key, SL_STR("kind")) ||
        leak_is_time_zone(text.text))
        text.kind = LEAK_VOCABULARY;
    return add_all(reading, text, 0, err);
}

/* NOLINTNEXTLINE(misc-no-recursion): the reader of YAML limits the depth. */
static int add_node(struct reading *reading, const struct place *place, struct sl_err *err)
{
    const struct sl_node *node = place->node;
    if (node->kind != SL_MAP && node->kind != SL_LIST)
        return add_scalar(reading, place, err);
    for (uint32_t i = 0; i < node->count; i++) {
        struct place below = node->kind == SL_MAP ? place_entry(place, i) : place_item(place, i);
        if (node->kind == SL_MAP) {
            struct sl_mark mark = node->as.entries[i].key_mark;
            struct leak_text key = {
                .kind = LEAK_KEY, .text = below.key, .line = mark.line, .column = mark.column};
            if (add(reading, key, err) < 0)
                return -1;
        }
        if (add_node(reading, &below, err) < 0)
            return -1;
    }
    return 0;
}

static int add_lines(struct reading *reading, struct sl_str bytes, struct sl_err *err)
{
    if (memchr(bytes.ptr, '\0', bytes.len) || !sl_utf8_valid(bytes))
        return 0;
    uint32_t line = 1;
    for (size_t from = 0; from < bytes.len; line++) {
        struct sl_str rest = sl_str_slice(bytes, from, bytes.len);
        struct sl_str text = sl_str_slice(rest, 0, sl_str_find(rest, '\n'));
        from += text.len + 1;
        if (add_all(reading, (struct leak_text){.text = text, .line = line, .column = 1}, 0, err) < 0)
            return -1;
    }
    return 0;
}

/* The comment that a line of YAML ends with; empty: none. A "#" in quotes begins none. */
static struct sl_str comment_of(struct sl_str line, size_t *from)
{
    size_t quotes[2] = {0, 0};
    for (*from = 0; *from < line.len; ++*from) {
        char byte = line.ptr[*from];
        quotes[0] += byte == '"';
        quotes[1] += byte == '\'';
        bool begins = *from == 0 || line.ptr[*from - 1] == ' ';
        if (byte == '#' && begins && quotes[0] % 2 == 0 && quotes[1] % 2 == 0)
            return sl_str_slice(line, *from, line.len);
    }
    return (struct sl_str){0};
}

static int add_comments(struct reading *reading, struct sl_str bytes, struct sl_err *err)
{
    uint32_t line = 1;
    for (size_t from = 0; from < bytes.len; line++) {
        struct sl_str rest = sl_str_slice(bytes, from, bytes.len);
        struct sl_str text = sl_str_slice(rest, 0, sl_str_find(rest, '\n'));
        size_t column;
        struct leak_text comment = {.kind = LEAK_COMMENT, .text = comment_of(text, &column), .line = line};
        comment.column = (uint32_t)column + 1;
        from += text.len + 1;
        if (comment.text.len && add(reading, comment, err) < 0)
            return -1;
    }
    return 0;
}

static int add_yaml(struct reading *reading, struct sl_str bytes, struct sl_err *err)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *documents;
    sl_doc_init(&doc);
    if (sl_yaml_read(&documents, &doc, bytes, reading->file, SL_YAML_RESOURCE, err) < 0)
        return pass_over(err) < 0 ? -1 : add_lines(reading, bytes, err);
    for (uint32_t i = 0; i < documents->count; i++) {
        const struct place root = place_root(documents->as.items[i]);
        reading->document = i;
        if (add_node(reading, &root, err) < 0)
            return -1;
    }
    reading->document = 0;
    return reading->source->comments ? add_comments(reading, bytes, err) : 0;
}

static int add_long(struct reading *reading, uint64_t size, struct sl_err *err)
{
    struct leak_long *made = sl_arena_alloc(reading->arena, sizeof *made);
    if (!made)
        return sl_fail_memory(err);
    *made = (struct leak_long){reading->file, size, reading->texts->long_files};
    reading->texts->long_files = made;
    return 0;
}

static bool is_yaml(struct sl_str name)
{
    return sl_str_ends_with(name, SL_STR(".yaml")) || sl_str_ends_with(name, SL_STR(".yml")) ||
           sl_str_ends_with(name, SL_STR(".json"));
}

static int read_file(struct reading *reading, const struct sl_tree_entry *entry, struct sl_err *err)
{
    struct sl_str bytes;
    bool yaml = is_yaml(entry->name);
    struct leak_text name = {.kind = LEAK_FILE_NAME, .text = entry->name};
    if (!yaml && reading->source->only_yaml)
        return 0;
    if (add(reading, name, err) < 0)
        return -1;
    if (entry->size > SL_VALIDATE_SEARCHED_MAX)
        return add_long(reading, entry->size, err);
    if (sl_tree_read(reading->source->tree, reading->file, &bytes, err) < 0)
        return pass_over(err);
    return yaml ? add_yaml(reading, bytes, err) : add_lines(reading, bytes, err);
}

/* 1: to be read; 0: a link leads there that is not to be followed, or it was read already. */
static int is_to_be_read(struct reading *reading, const struct sl_tree_entry *entry, struct sl_err *err)
{
    struct sl_tree *tree = reading->source->tree;
    struct sl_str real;
    if (reading->source->no_links) {
        int there = sl_tree_real_path(tree, reading->file, &reading->folders.arena, &real, err);
        if (there <= 0)
            return there < 0 ? pass_over(err) : 0;
        if (!sl_str_equal(real, reading->file))
            return 0;
    }
    return entry->kind == SL_TREE_FILE ? 1 : folders_enter(&reading->folders, tree, reading->file, err);
}

static int read_folder(struct reading *reading, struct sl_str folder, unsigned depth, struct sl_err *err);

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than SL_TREE_DEPTH_MAX. */
static int read_entry(struct reading *reading, const struct sl_tree_entry *entry, unsigned depth,
                      struct sl_err *err)
{
    struct sl_str path = reading->file;
    int follow = is_to_be_read(reading, entry, err);
    if (follow <= 0)
        return follow;
    if (entry->kind == SL_TREE_FILE)
        return read_file(reading, entry, err);
    if (entry->kind != SL_TREE_DIRECTORY)
        return 0;
    struct leak_text name = {.kind = LEAK_FILE_NAME, .text = entry->name};
    return add(reading, name, err) < 0 ? -1 : read_folder(reading, path, depth + 1, err);
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than SL_TREE_DEPTH_MAX. */
static int read_folder(struct reading *reading, struct sl_str folder, unsigned depth, struct sl_err *err)
{
    const struct sl_tree_entry *entries;
    size_t count;
    if (depth > SL_TREE_DEPTH_MAX || reading->files > SL_TREE_FILES_MAX)
        return 0;
    if (sl_tree_list(reading->source->tree, folder, &entries, &count, err) < 0)
        return pass_over(err);
    for (size_t i = 0; i < count; i++, reading->files++) {
        struct sl_str path = sl_arena_join(reading->arena, folder, SL_STR("/"));
        if (path.ptr)
            path = sl_arena_join(reading->arena, path, entries[i].name);
        if (!path.ptr)
            return sl_fail_memory(err);
        reading->file = path;
        reading->name = sl_str_slice(path, reading->folder.len, path.len);
        if (read_entry(reading, &entries[i], depth, err) < 0)
            return -1;
    }
    return 0;
}

static void begin(struct reading *reading)
{
    folders_init(&reading->folders);
    sl_buf_init(&reading->pointer, SL_MIB);
    sl_buf_init(&reading->decoded, SL_DOC_BYTES_MAX);
}

static void end(struct reading *reading)
{
    folders_release(&reading->folders);
    sl_buf_release(&reading->pointer);
    sl_buf_release(&reading->decoded);
}

int leak_texts_read(struct leak_texts *texts, const struct leak_source *source, struct sl_str folder,
                    struct sl_err *err)
{
    SL_CLEANUP(end)
    struct reading reading = {.texts = texts, .source = source, .arena = source->arena, .folder = folder};
    begin(&reading);
    if (folders_enter(&reading.folders, source->tree, folder, err) < 0)
        return -1;
    return read_folder(&reading, folder, 0, err);
}

int leak_texts_read_file(struct leak_texts *texts, const struct leak_source *source, struct sl_str folder,
                         struct sl_str path, struct sl_err *err)
{
    SL_CLEANUP(end)
    struct reading reading = {.texts = texts, .source = source, .arena = source->arena, .file = path};
    struct sl_tree_entry entry;
    begin(&reading);
    reading.name = sl_str_slice(path, folder.len, path.len);
    int there = sl_tree_stat(source->tree, path, &entry, err);
    if (there < 0)
        return pass_over(err);
    return there > 0 && entry.kind == SL_TREE_FILE ? read_file(&reading, &entry, err) : 0;
}

int leak_texts_read_node(struct leak_texts *texts, struct sl_arena *arena, struct sl_str file,
                         struct sl_str name, const struct sl_node *root, struct sl_err *err)
{
    SL_CLEANUP(end)
    struct reading reading = {
        .texts = texts, .arena = arena, .file = sl_arena_str(arena, file), .name = name};
    const struct place place = place_root(root);
    begin(&reading);
    if (!reading.file.ptr)
        return sl_fail_memory(err);
    return root ? add_node(&reading, &place, err) : 0;
}
