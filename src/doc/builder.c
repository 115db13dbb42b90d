#include "builder.h"

#include "base/limits.h"
#include "base/map.h"
#include "entries.h"

#include <sealift/text.h>
#include <stdlib.h>

void sl_builder_init(struct sl_builder *builder, struct sl_doc *doc, struct sl_str name, struct sl_err *err)
{
    *builder = (struct sl_builder){.doc = doc, .err = err, .name = name};
    builder->file = sl_doc_add_file(doc, name);
}

void sl_builder_release(struct sl_builder *builder)
{
    free(builder->open);
    *builder = (struct sl_builder){0};
}

int sl_builder_push(struct sl_builder *builder, struct sl_entry entry)
{
    if (builder->count == builder->capacity) {
        size_t capacity = builder->capacity ? builder->capacity * 2 : 256;
        struct sl_entry *open = realloc(builder->open, capacity * sizeof *open);
        if (!open)
            return sl_fail_memory(builder->err);
        builder->open = open;
        builder->capacity = capacity;
    }
    builder->open[builder->count++] = entry;
    return 0;
}

int sl_builder_check_unique(const struct sl_builder *builder, size_t base)
{
    const struct sl_entry *entries = sl_builder_from(builder, base);
    uint32_t first;
    uint32_t second;
    int found =
        sl_entries_duplicate(entries, (uint32_t)(builder->count - base), &first, &second, builder->err);
    if (found <= 0)
        return found;
    char key[160];
    struct sl_mark one = entries[first].key_mark;
    struct sl_mark two = entries[second].key_mark;
    struct sl_place place = {.name = builder->name, .line = two.line, .column = two.column};
    return sl_fail_at(builder->err, SL_E_INPUT, place, "key \"%s\" stands here again, first at %u:%u",
                      sl_escape(key, sizeof key, entries[second].key), (unsigned)one.line,
                      (unsigned)one.column);
}

struct sl_str sl_builder_key(struct sl_builder *builder, struct sl_str text)
{
    /* Longer ones are names of files and hosts, and do not come again. */
    enum { LONG = 32 };
    if (text.len == 0 || text.len > LONG)
        return sl_arena_str(&builder->doc->arena, text);
    struct sl_str *known = &builder->keys[sl_hash(text) % SL_BUILDER_KEYS];
    if (!known->ptr || !sl_str_equal(*known, text))
        *known = sl_arena_str(&builder->doc->arena, text);
    return *known;
}

int sl_builder_close(struct sl_builder *builder, struct sl_node *node, size_t base)
{
    const struct sl_entry *entries = sl_builder_from(builder, base);
    uint32_t count = (uint32_t)(builder->count - base);
    builder->count = base;
    node->count = count;
    node->as.capacity = count;
    if (count == 0)
        return 0;
    if (node->kind == SL_MAP) {
        node->as.entries = sl_arena_array(&builder->doc->arena, count, sizeof *entries);
        if (!node->as.entries)
            return sl_fail_memory(builder->err);
        memcpy(node->as.entries, entries, count * sizeof *entries);
        return 0;
    }
    node->as.items = sl_arena_array(&builder->doc->arena, count, sizeof(struct sl_node *));
    if (!node->as.items)
        return sl_fail_memory(builder->err);
    for (uint32_t i = 0; i < count; i++)
        node->as.items[i] = entries[i].value;
    return 0;
}

int sl_builder_fail_node(const struct sl_builder *builder, struct sl_place place)
{
    if (builder->doc->node_count < SL_DOC_NODES_MAX)
        return sl_fail_memory(builder->err);
    return sl_fail_at(builder->err, SL_E_LIMIT, place, "more than %llu values in one document",
                      (unsigned long long)SL_DOC_NODES_MAX);
}

struct sl_node *sl_builder_mark(const struct sl_builder *builder, struct sl_node *node, struct sl_place place)
{
    if (node)
        node->mark = sl_place_mark(place, builder->file);
    else
        (void)sl_builder_fail_node(builder, place);
    return node;
}
