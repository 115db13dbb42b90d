#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "doc/yaml.h"
#include "leak_index.h"
#include "leak_lent.h"
#include "leak_reading.h"
#include "leak_words.h"
#include "manifest_place.h"

#include <sealift/text.h>
#include <stdio.h>

enum { CAPACITY_FIRST = 64, DIGITS_MIN = 9, NUMBER_ROOM = 32 };

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

static int take_any(void *context, const struct leak_match *match, struct sl_err *err)
{
    bool *holds = context;
    (void)match;
    (void)err;
    *holds = true;
    return 0;
}

/* What leads out of a kustomization's folder is followed, whatever it says: see leak_lent.h. */
static bool leads_out(const struct leak_reading *reading, struct sl_str text)
{
    return sl_str_starts_with(text, SL_STR("..")) && leak_is_kustomization(reading->file);
}

/* 1: to be kept; 0: nobody's. */
static int is_wanted(struct leak_reading *reading, const struct leak_text *text, struct sl_err *err)
{
    const struct leak_index *index = reading->source->index;
    bool holds = !index || (text->kind == LEAK_SCALAR && leads_out(reading, text->text));
    if (!holds && leak_index_search(index, &reading->folded, text->text, take_any, &holds, err) < 0)
        return -1;
    return holds;
}

static int make_room(struct leak_reading *reading, struct sl_err *err)
{
    struct leak_texts *texts = reading->texts;
    if (texts->count < texts->capacity)
        return 0;
    size_t capacity = texts->capacity ? 2 * texts->capacity : CAPACITY_FIRST;
    struct leak_text *items = sl_arena_array(reading->source->arena, capacity, sizeof *items);
    if (!items)
        return sl_fail_memory(err);
    if (texts->count)
        memcpy(items, texts->items, texts->count * sizeof *items);
    texts->items = items;
    texts->capacity = capacity;
    return 0;
}

static int fill_pointer(struct leak_reading *reading, const struct place *place, struct sl_err *err)
{
    sl_buf_reset(&reading->pointer);
    if (place)
        place_pointer(&reading->pointer, place);
    return sl_buf_check(&reading->pointer, "a pointer", err);
}

/* `text` lends what it says; `place`, which may be NULL, says its pointer. */
static int add(struct leak_reading *reading, struct leak_text text, const struct place *place,
               struct sl_err *err)
{
    struct sl_arena *arena = reading->source->arena;
    int wanted = is_wanted(reading, &text, err);
    if (wanted <= 0)
        return wanted;
    if (make_room(reading, err) < 0 || leak_keep_file(reading, err) < 0 ||
        fill_pointer(reading, place, err) < 0)
        return -1;
    text.file = reading->kept;
    text.text = sl_arena_str(arena, text.text);
    text.pointer = sl_arena_str(arena, sl_buf_view(&reading->pointer));
    if (text.kind == LEAK_SCALAR && sl_str_ends_with(text.file, SL_STR("/cluster-config.yaml")))
        text.known = known_by(text.pointer);
    if (!text.text.ptr || !text.pointer.ptr)
        return sl_fail_memory(err);
    text.place = (sl_hash(reading->name) * 31 + sl_hash(text.pointer)) * 31 + reading->document;
    reading->texts->items[reading->texts->count++] = text;
    return 0;
}

/* The text, and what it holds in base64. */
/* NOLINTNEXTLINE(misc-no-recursion): no deeper than LEAK_ENCODED_DEPTH. */
static int add_all(struct leak_reading *reading, struct leak_text text, const struct place *place,
                   unsigned depth, struct sl_err *err)
{
    if (add(reading, text, place, err) < 0)
        return -1;
    if (depth == LEAK_ENCODED_DEPTH)
        return 0;
    struct sl_str whole = text.text;
    for (size_t at = 0; leak_next_encoded(whole, &at, &reading->decoded[depth]);) {
        text.text = sl_buf_view(&reading->decoded[depth]);
        if (add_all(reading, text, place, depth + 1, err) < 0)
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

static int add_scalar(struct leak_reading *reading, const struct place *place, struct sl_err *err)
{
    char room[NUMBER_ROOM];
    bool number = place->node->kind != SL_STRING;
    struct leak_text text = {.text = number ? leak_number(room, place->node) : sl_node_text(place->node),
                             .line = place->node->mark.line,
                             .column = place->node->mark.column};
    if (text.text.len == 0)
        return 0;
    if (sl_str_equal(place->key, SL_STR("apiVersion")) || sl_str_equal(place->key, SL_STR("kind")) ||
        leak_is_time_zone(text.text))
        text.kind = LEAK_VOCABULARY;
    return add_all(reading, text, place, 0, err);
}

/* NOLINTNEXTLINE(misc-no-recursion): the reader of YAML limits the depth. */
static int add_node(struct leak_reading *reading, const struct place *place, struct sl_err *err)
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
            if (add(reading, key, NULL, err) < 0)
                return -1;
        }
        if (add_node(reading, &below, err) < 0)
            return -1;
    }
    return 0;
}

int leak_add_lines(struct leak_reading *reading, struct sl_str bytes, struct sl_err *err)
{
    if (memchr(bytes.ptr, '\0', bytes.len) || !sl_utf8_valid(bytes))
        return 0;
    uint32_t line = 1;
    for (struct sl_str text; sl_str_next_line(&text, &bytes); line++)
        if (add_all(reading, (struct leak_text){.text = text, .line = line, .column = 1}, NULL, 0, err) < 0)
            return -1;
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

static int add_comments(struct leak_reading *reading, struct sl_str bytes, struct sl_err *err)
{
    uint32_t line = 1;
    for (struct sl_str text; sl_str_next_line(&text, &bytes); line++) {
        size_t column;
        struct leak_text comment = {.kind = LEAK_COMMENT, .text = comment_of(text, &column), .line = line};
        comment.column = (uint32_t)column + 1;
        if (comment.text.len && add(reading, comment, NULL, err) < 0)
            return -1;
    }
    return 0;
}

int leak_add_yaml(struct leak_reading *reading, struct sl_str bytes, struct sl_err *err)
{
    SL_CLEANUP(sl_doc_release) struct sl_doc doc;
    struct sl_node *documents;
    sl_doc_init(&doc);
    if (sl_yaml_read(&documents, &doc, bytes, reading->file, SL_YAML_RESOURCE, err) < 0)
        return leak_pass_over(err) < 0 ? -1 : leak_add_lines(reading, bytes, err);
    /* The reader can do without the name of the file, which it notes first; only memory keeps it from that. */
    if (doc.file_count == 0)
        return sl_fail_memory(err);
    for (uint32_t i = 0; i < documents->count; i++) {
        const struct place root = place_root(documents->as.items[i]);
        reading->document = i;
        if (add_node(reading, &root, err) < 0)
            return -1;
    }
    reading->document = 0;
    return reading->source->comments ? add_comments(reading, bytes, err) : 0;
}

int leak_add_node(struct leak_reading *reading, const struct sl_node *root, struct sl_err *err)
{
    const struct place place = place_root(root);
    return add_node(reading, &place, err);
}

int leak_add_name(struct leak_reading *reading, struct sl_str name, struct sl_err *err)
{
    const struct leak_text text = {.kind = LEAK_FILE_NAME, .text = name};
    return add(reading, text, NULL, err);
}
