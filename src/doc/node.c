#include "doc/node.h"

#include "base/limits.h"

#include <math.h>
#include <sealift/text.h>
#include <stdio.h>

_Static_assert(sizeof(struct sl_node) == 32, "a document has millions of nodes");
_Static_assert(sizeof(struct sl_entry) == 32, "and of keys");

void sl_doc_init(struct sl_doc *doc)
{
    *doc = (struct sl_doc){0};
    sl_arena_init(&doc->arena, SL_DOC_MEMORY_MAX);
    sl_map_init(&doc->file_index);
}

void sl_doc_release(struct sl_doc *doc)
{
    sl_map_release(&doc->file_index);
    sl_arena_release(&doc->arena);
    *doc = (struct sl_doc){0};
}

/* Room for one more file name; the array left behind by growing stays in the arena. */
static bool grow_files(struct sl_doc *doc)
{
    if (doc->file_count < doc->file_capacity)
        return true;
    uint32_t capacity = doc->file_capacity ? doc->file_capacity * 2 : 4;
    struct sl_str *files = sl_arena_array(&doc->arena, capacity, sizeof *files);
    if (!files)
        return false;
    if (doc->file_count)
        memcpy(files, doc->files, doc->file_count * sizeof *files);
    doc->files = files;
    doc->file_capacity = capacity;
    return true;
}

uint16_t sl_doc_add_file(struct sl_doc *doc, struct sl_str name)
{
    const uint16_t *known = sl_map_get(&doc->file_index, name);
    if (known)
        return *known;
    if (doc->file_count == SL_DOC_FILES_MAX || !grow_files(doc))
        return 0;
    struct sl_str copy = sl_arena_str(&doc->arena, name);
    uint16_t *place = sl_arena_alloc(&doc->arena, sizeof *place);
    struct sl_err ignored = {0};
    if (!copy.ptr || !place || sl_map_put(&doc->file_index, copy, place, &ignored) < 0)
        return 0;
    doc->files[doc->file_count++] = copy;
    *place = (uint16_t)doc->file_count;
    return *place;
}

const char *sl_mark_text(char *out, size_t size, const struct sl_doc *doc, struct sl_mark mark)
{
    if (mark.file == 0 || mark.file > doc->file_count) {
        (void)snprintf(out, size, "<no position>");
        return out;
    }
    char numbers[32];
    (void)snprintf(numbers, sizeof numbers, ":%u:%u", (unsigned)mark.line, (unsigned)mark.column);
    size_t used = strlen(numbers);
    if (used + 8 > size) {
        (void)snprintf(out, size, "%s", numbers + 1);
        return out;
    }
    sl_escape(out, size - used, doc->files[mark.file - 1]);
    memcpy(out + strlen(out), numbers, used + 1);
    return out;
}

static struct sl_node *new_node(struct sl_doc *doc, enum sl_kind kind)
{
    if (doc->node_count >= SL_DOC_NODES_MAX)
        return NULL;
    struct sl_node *node = sl_arena_alloc(&doc->arena, sizeof *node);
    if (!node)
        return NULL;
    doc->node_count++;
    node->kind = kind;
    return node;
}

struct sl_node *sl_node_null(struct sl_doc *doc)
{
    return new_node(doc, SL_NULL);
}

struct sl_node *sl_node_bool(struct sl_doc *doc, bool value)
{
    struct sl_node *node = new_node(doc, SL_BOOL);
    if (node)
        node->as.boolean = value;
    return node;
}

struct sl_node *sl_node_int(struct sl_doc *doc, int64_t value)
{
    struct sl_node *node = new_node(doc, SL_INT);
    if (node)
        node->as.integer = value;
    return node;
}

struct sl_node *sl_node_uint(struct sl_doc *doc, uint64_t value)
{
    if (value <= INT64_MAX)
        return sl_node_int(doc, (int64_t)value);
    struct sl_node *node = new_node(doc, SL_UINT);
    if (node)
        node->as.uinteger = value;
    return node;
}

struct sl_node *sl_node_float(struct sl_doc *doc, double value)
{
    if (!isfinite(value))
        return NULL;
    struct sl_node *node = new_node(doc, SL_FLOAT);
    if (node)
        node->as.number = value;
    return node;
}

struct sl_node *sl_node_string(struct sl_doc *doc, struct sl_str text)
{
    struct sl_str copy = sl_arena_str(&doc->arena, text);
    if (!copy.ptr)
        return NULL;
    struct sl_node *node = new_node(doc, SL_STRING);
    if (node)
        node->as.text = copy;
    return node;
}

struct sl_node *sl_node_list(struct sl_doc *doc)
{
    return new_node(doc, SL_LIST);
}

struct sl_node *sl_node_map(struct sl_doc *doc)
{
    return new_node(doc, SL_MAP);
}

int sl_node_fail(const struct sl_doc *doc, struct sl_err *err)
{
    if (doc->node_count >= SL_DOC_NODES_MAX)
        return sl_fail(err, SL_E_LIMIT, "the document has more than %llu nodes",
                       (unsigned long long)SL_DOC_NODES_MAX);
    return sl_fail_memory(err);
}

/* The elements of a list or map (of `size` bytes each) with room for one more, or NULL. */
static void *with_room(struct sl_doc *doc, struct sl_node *node, void *elements, size_t size)
{
    if (node->count < node->as.capacity)
        return elements;
    uint32_t capacity = node->as.capacity < 4 ? 4 : node->as.capacity * 2;
    if (capacity < node->as.capacity)
        return NULL;
    void *grown = sl_arena_array(&doc->arena, capacity, size);
    if (!grown)
        return NULL;
    if (node->count)
        memcpy(grown, elements, node->count * size);
    node->as.capacity = capacity;
    return grown;
}

int sl_list_add(struct sl_doc *doc, struct sl_node *list, struct sl_node *item, struct sl_err *err)
{
    if (!list || !item)
        return sl_node_fail(doc, err);
    struct sl_node **items = with_room(doc, list, list->as.items, sizeof(struct sl_node *));
    if (!items)
        return sl_fail_memory(err);
    list->as.items = items;
    items[list->count++] = item;
    return 0;
}

int sl_map_add(struct sl_doc *doc, struct sl_node *map, struct sl_str key, struct sl_node *value,
               struct sl_err *err)
{
    if (!map || !value)
        return sl_node_fail(doc, err);
    struct sl_str copy = sl_arena_str(&doc->arena, key);
    if (!copy.ptr)
        return sl_fail_memory(err);
    struct sl_entry *entries = with_room(doc, map, map->as.entries, sizeof(struct sl_entry));
    if (!entries)
        return sl_fail_memory(err);
    map->as.entries = entries;
    entries[map->count++] = (struct sl_entry){.key = copy, .value = value};
    return 0;
}

int sl_map_set(struct sl_doc *doc, struct sl_node *map, struct sl_str key, struct sl_node *value,
               struct sl_err *err)
{
    struct sl_entry *entry = sl_node_entry(map, key);
    if (!entry)
        return sl_map_add(doc, map, key, value, err);
    if (!value)
        return sl_node_fail(doc, err);
    entry->value = value;
    return 0;
}

struct sl_entry *sl_node_entry(const struct sl_node *map, struct sl_str key)
{
    if (!map || map->kind != SL_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->count; i++)
        if (sl_str_equal(map->as.entries[i].key, key))
            return &map->as.entries[i];
    return NULL;
}

struct sl_node *sl_node_get(const struct sl_node *map, const char *key)
{
    const struct sl_entry *entry = sl_node_entry(map, sl_str_from(key));
    return entry ? entry->value : NULL;
}

struct sl_str sl_node_text(const struct sl_node *node)
{
    if (!node || node->kind != SL_STRING)
        return (struct sl_str){NULL, 0};
    return node->as.text;
}

struct sl_str sl_node_source(const struct sl_node *node)
{
    if (!node || (node->kind != SL_INT && node->kind != SL_UINT && node->kind != SL_FLOAT))
        return (struct sl_str){NULL, 0};
    return sl_str_from(node->as.source);
}

const char *sl_kind_name(enum sl_kind kind)
{
    switch (kind) {
    case SL_NULL:
        return "null";
    case SL_BOOL:
        return "a boolean";
    case SL_INT:
    case SL_UINT:
    case SL_FLOAT:
        return "a number";
    case SL_STRING:
        return "a string";
    case SL_LIST:
        return "a list";
    case SL_MAP:
        return "a map";
    }
    return "nothing";
}

static bool equal_at(const struct sl_node *a, const struct sl_node *b, unsigned depth);

static bool lists_equal(const struct sl_node *a, const struct sl_node *b, unsigned depth)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (!equal_at(a->as.items[i], b->as.items[i], depth))
            return false;
    return true;
}

/* An index of a large map, so that comparing two maps of different order does not take the square of their
 * size. Without memory it stays empty, and the search is linear after all. */
static void index_entries(struct sl_map *index, const struct sl_node *map)
{
    enum { WORTH_IT = 32 };
    sl_map_init(index);
    if (map->count <= WORTH_IT)
        return;
    struct sl_err ignored = {0};
    for (uint32_t i = 0; i < map->count; i++) {
        if (sl_map_put(index, map->as.entries[i].key, map->as.entries[i].value, &ignored) < 0) {
            sl_map_release(index);
            return;
        }
    }
}

static bool maps_equal(const struct sl_node *a, const struct sl_node *b, unsigned depth)
{
    /* The common case first: most maps that are compared come in the same order. */
    uint32_t same = 0;
    while (same < a->count && sl_str_equal(a->as.entries[same].key, b->as.entries[same].key)) {
        if (!equal_at(a->as.entries[same].value, b->as.entries[same].value, depth))
            return false;
        same++;
    }
    if (same == a->count)
        return true;
    struct sl_map index;
    index_entries(&index, b);
    bool equal = true;
    for (uint32_t i = same; i < a->count && equal; i++) {
        struct sl_str key = a->as.entries[i].key;
        const struct sl_node *other = sl_map_get(&index, key);
        if (index.count == 0) {
            const struct sl_entry *entry = sl_node_entry(b, key);
            other = entry ? entry->value : NULL;
        }
        equal = other && equal_at(a->as.entries[i].value, other, depth);
    }
    sl_map_release(&index);
    return equal;
}

static bool equal_at(const struct sl_node *a, const struct sl_node *b, unsigned depth)
{
    if (a->kind != b->kind || a->count != b->count || depth > SL_DOC_DEPTH_MAX)
        return false;
    switch (a->kind) {
    case SL_NULL:
        return true;
    case SL_BOOL:
        return a->as.boolean == b->as.boolean;
    case SL_INT:
        return a->as.integer == b->as.integer;
    case SL_UINT:
        return a->as.uinteger == b->as.uinteger;
    case SL_FLOAT:
        return a->as.number == b->as.number;
    case SL_STRING:
        return sl_str_equal(a->as.text, b->as.text);
    case SL_LIST:
        return lists_equal(a, b, depth + 1);
    case SL_MAP:
        return maps_equal(a, b, depth + 1);
    }
    return false;
}

bool sl_node_equal(const struct sl_node *a, const struct sl_node *b)
{
    if (!a || !b)
        return a == b;
    return equal_at(a, b, 0);
}
