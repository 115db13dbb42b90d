#include "leak_text.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/yaml.h"
#include "manifest_place.h"
#include "secret_scan.h"

#include <sealift/text.h>

enum { CAPACITY_FIRST = 64, ENCODED_MIN = 8, LINE_MAX_BYTES = 4096 };

struct reading {
    struct leak_texts *texts;
    struct sl_arena *arena;
    struct sl_tree *tree;
    struct sl_str folder;
    bool only_yaml;
    struct sl_str file; /* that is read */
    struct sl_buf pointer, decoded;
    size_t files;
};

/* What keeps one file from being read is no reason to stop; what stops everything is. */
static int pass_over(struct sl_err *err)
{
    if (err->code == SL_E_NO_MEMORY || err->code == SL_E_INTERNAL)
        return -1;
    sl_err_clear(err);
    return 0;
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
    text.identity =
        text.kind != LEAK_FILE_NAME && sl_str_ends_with(reading->file, SL_STR("/cluster-config.yaml"));
    if (!text.text.ptr || !text.pointer.ptr)
        return sl_fail_memory(err);
    struct sl_str below = sl_str_slice(reading->file, reading->folder.len, reading->file.len);
    text.place = sl_hash(below) * 31 + sl_hash(text.pointer);
    texts->items[texts->count++] = text;
    return 0;
}

/* What base64 stands for, if that is a text: Secrets have their data so. Empty: it is none. */
static struct sl_str decode(struct reading *reading, struct sl_str text)
{
    unsigned bits = 0, count = 0;
    sl_buf_reset(&reading->decoded);
    if (text.len < ENCODED_MIN)
        return (struct sl_str){0};
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (byte == '\n' || byte == '=')
            continue;
        int digit = secret_base64_digit(byte);
        if (digit < 0)
            return (struct sl_str){0};
        bits = (bits << 6 | (unsigned)digit) & 0xffffU;
        count += 6;
        if (count >= 8) {
            count -= 8;
            sl_buf_byte(&reading->decoded, (char)(bits >> count & 0xffU));
        }
    }
    struct sl_str decoded = sl_buf_view(&reading->decoded);
    return decoded.len && sl_utf8_valid(decoded) && !memchr(decoded.ptr, '\0', decoded.len)
               ? decoded
               : (struct sl_str){0};
}

static int add_scalar(struct reading *reading, const struct place *place, struct sl_err *err)
{
    struct leak_text text = {.text = sl_node_text(place->node),
                             .line = place->node->mark.line,
                             .column = place->node->mark.column};
    sl_buf_reset(&reading->pointer);
    place_pointer(&reading->pointer, place);
    if (sl_buf_check(&reading->pointer, "a pointer", err) < 0)
        return -1;
    text.pointer = sl_buf_view(&reading->pointer);
    if (sl_str_equal(place->key, SL_STR("apiVersion")) || sl_str_equal(place->key, SL_STR("kind")))
        text.kind = LEAK_VOCABULARY;
    if (add(reading, text, err) < 0)
        return -1;
    text.text = decode(reading, text.text);
    return text.text.len ? add(reading, text, err) : 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): the reader of YAML limits the depth. */
static int add_node(struct reading *reading, const struct place *place, struct sl_err *err)
{
    const struct sl_node *node = place->node;
    if (node->kind == SL_STRING)
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
        struct leak_text item = {.text = sl_str_slice(text, 0, LINE_MAX_BYTES), .line = line, .column = 1};
        if (add(reading, item, err) < 0)
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
        if (add_node(reading, &root, err) < 0)
            return -1;
    }
    return 0;
}

static int read_file(struct reading *reading, const struct sl_tree_entry *entry, struct sl_err *err)
{
    struct sl_str bytes;
    bool yaml = sl_str_ends_with(entry->name, SL_STR(".yaml")) ||
                sl_str_ends_with(entry->name, SL_STR(".yml")) ||
                sl_str_ends_with(entry->name, SL_STR(".json"));
    struct leak_text name = {.kind = LEAK_FILE_NAME, .text = entry->name};
    if ((!yaml && reading->only_yaml) || add(reading, name, err) < 0)
        return !yaml && reading->only_yaml ? 0 : -1;
    if (entry->size > SL_VALIDATE_SEARCHED_MAX)
        return 0;
    if (sl_tree_read(reading->tree, reading->file, &bytes, err) < 0)
        return pass_over(err);
    return yaml ? add_yaml(reading, bytes, err) : add_lines(reading, bytes, err);
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than SL_TREE_DEPTH_MAX. */
static int read_folder(struct reading *reading, struct sl_str folder, unsigned depth, struct sl_err *err)
{
    const struct sl_tree_entry *entries;
    size_t count;
    if (depth > SL_TREE_DEPTH_MAX || reading->files > SL_TREE_FILES_MAX)
        return 0;
    if (sl_tree_list(reading->tree, folder, &entries, &count, err) < 0)
        return pass_over(err);
    for (size_t i = 0; i < count; i++, reading->files++) {
        struct sl_str path = sl_arena_join(reading->arena, folder, SL_STR("/"));
        if (path.ptr)
            path = sl_arena_join(reading->arena, path, entries[i].name);
        if (!path.ptr)
            return sl_fail_memory(err);
        reading->file = path;
        int done = entries[i].kind == SL_TREE_DIRECTORY ? read_folder(reading, path, depth + 1, err)
                                                        : read_file(reading, &entries[i], err);
        if (done < 0)
            return -1;
    }
    return 0;
}

int leak_texts_read(struct leak_texts *texts, struct sl_arena *arena, struct sl_tree *tree,
                    struct sl_str folder, bool only_yaml, struct sl_err *err)
{
    struct reading reading = {
        .texts = texts, .arena = arena, .tree = tree, .folder = folder, .only_yaml = only_yaml};
    sl_buf_init(&reading.pointer, SL_MIB);
    sl_buf_init(&reading.decoded, SL_DOC_BYTES_MAX);
    int result = read_folder(&reading, folder, 0, err);
    sl_buf_release(&reading.pointer);
    sl_buf_release(&reading.decoded);
    return result;
}
