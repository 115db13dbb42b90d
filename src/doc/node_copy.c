#include "node_copy.h"

#include "base/limits.h"

/* One copy: marks of one tree mostly lie in one file, so the last translation of a file number is kept. */
struct copier {
    struct sl_doc *to;
    const struct sl_doc *from;
    unsigned levels; /* of nesting that may be copied */
    uint64_t left;   /* nodes that may be made */
    uint16_t file_from;
    uint16_t file_to;
};

static struct sl_mark translate(struct copier *copier, struct sl_mark mark)
{
    if (copier->to == copier->from)
        return mark;
    if (mark.file == 0 || mark.file > copier->from->file_count)
        return (struct sl_mark){0};
    if (mark.file != copier->file_from) {
        copier->file_from = mark.file;
        copier->file_to = sl_doc_add_file(copier->to, copier->from->files[mark.file - 1]);
    }
    mark.file = copier->file_to;
    return mark;
}

/* Texts never change, so a copy within one document shares them. False without memory. */
static bool copy_text(struct copier *copier, struct sl_str *out, struct sl_str text)
{
    *out = copier->to == copier->from ? text : sl_arena_str(&copier->to->arena, text);
    return out->ptr || text.len == 0;
}

static struct sl_node *copy_at(struct copier *copier, const struct sl_node *node, unsigned depth);

static bool copy_items(struct copier *copier, struct sl_node *copy, const struct sl_node *node,
                       unsigned depth)
{
    copy->as.capacity = node->count;
    copy->as.items = sl_arena_array(&copier->to->arena, node->count, sizeof(struct sl_node *));
    if (!copy->as.items)
        return false;
    for (uint32_t i = 0; i < node->count; i++) {
        copy->as.items[i] = copy_at(copier, node->as.items[i], depth);
        if (!copy->as.items[i])
            return false;
    }
    return true;
}

static bool copy_entries(struct copier *copier, struct sl_node *copy, const struct sl_node *node,
                         unsigned depth)
{
    copy->as.capacity = node->count;
    copy->as.entries = sl_arena_array(&copier->to->arena, node->count, sizeof(struct sl_entry));
    if (!copy->as.entries)
        return false;
    for (uint32_t i = 0; i < node->count; i++) {
        const struct sl_entry *entry = &node->as.entries[i];
        struct sl_entry *made = &copy->as.entries[i];
        made->key_mark = translate(copier, entry->key_mark);
        made->value = copy_at(copier, entry->value, depth);
        if (!made->value || !copy_text(copier, &made->key, entry->key))
            return false;
    }
    return true;
}

static bool copy_source(struct copier *copier, struct sl_node *copy, const struct sl_node *node)
{
    struct sl_str text;
    if (!node->as.source)
        return true;
    if (!copy_text(copier, &text, sl_str_from(node->as.source)))
        return false;
    copy->as.source = text.ptr;
    return true;
}

static struct sl_node *copy_at(struct copier *copier, const struct sl_node *node, unsigned depth)
{
    if (depth > copier->levels || copier->left == 0)
        return NULL;
    copier->left--;
    struct sl_node *copy = sl_node_null(copier->to);
    if (!copy)
        return NULL;
    bool whole = true;
    struct sl_mark mark = translate(copier, node->mark);
    *copy = *node;
    copy->mark = mark;
    switch (node->kind) {
    case SL_NULL:
    case SL_BOOL:
        break;
    case SL_INT:
    case SL_UINT:
    case SL_FLOAT:
        whole = copy_source(copier, copy, node);
        break;
    case SL_STRING:
        whole = copy_text(copier, &copy->as.text, node->as.text);
        break;
    case SL_LIST:
        whole = copy_items(copier, copy, node, depth + 1);
        break;
    case SL_MAP:
        whole = copy_entries(copier, copy, node, depth + 1);
        break;
    }
    return whole ? copy : NULL;
}

struct sl_node *sl_node_copy_within(struct sl_doc *doc, const struct sl_node *node, unsigned levels,
                                    uint64_t *budget)
{
    struct copier copier = {.to = doc, .from = doc, .levels = levels, .left = *budget};
    struct sl_node *copy = copy_at(&copier, node, 0);
    *budget = copier.left;
    return copy;
}

struct sl_node *sl_node_copy(struct sl_doc *to, const struct sl_doc *from, const struct sl_node *node)
{
    struct copier copier = {.to = to, .from = from, .levels = SL_DOC_DEPTH_MAX, .left = SL_DOC_NODES_MAX};
    return node ? copy_at(&copier, node, 0) : NULL;
}
