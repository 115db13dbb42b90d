#include "doc/json.h"

#include "base/limits.h"
#include "entries.h"
#include "number.h"
#include <sealift/json.h>

#include <stdlib.h>

struct writer {
    struct sl_buf *out;
    struct sl_err *err;
    bool canonical;
};

static int write_node(struct writer *writer, const struct sl_node *node, unsigned depth);

static void new_line(struct writer *writer, unsigned depth)
{
    if (writer->canonical)
        return;
    sl_buf_byte(writer->out, '\n');
    for (unsigned i = 0; i < depth; i++)
        sl_buf_text(writer->out, "  ");
}

static int write_list(struct writer *writer, const struct sl_node *list, unsigned depth)
{
    sl_buf_byte(writer->out, '[');
    for (uint32_t i = 0; i < list->count; i++) {
        if (i > 0)
            sl_buf_byte(writer->out, ',');
        new_line(writer, depth + 1);
        if (write_node(writer, list->as.items[i], depth + 1) < 0)
            return -1;
    }
    if (list->count > 0)
        new_line(writer, depth);
    sl_buf_byte(writer->out, ']');
    return 0;
}

/* Writes the entries in the order of `sorted`, or as they are where that is NULL. */
static int write_entries(struct writer *writer, const struct sl_node *map, const struct sl_entry **sorted,
                         unsigned depth)
{
    sl_buf_byte(writer->out, '{');
    for (uint32_t i = 0; i < map->count; i++) {
        const struct sl_entry *entry = sorted ? sorted[i] : &map->as.entries[i];
        if (i > 0)
            sl_buf_byte(writer->out, ',');
        new_line(writer, depth + 1);
        sl_buf_json_string(writer->out, entry->key);
        sl_buf_text(writer->out, writer->canonical ? ":" : ": ");
        if (write_node(writer, entry->value, depth + 1) < 0)
            return -1;
    }
    if (map->count > 0)
        new_line(writer, depth);
    sl_buf_byte(writer->out, '}');
    return 0;
}

static int write_map(struct writer *writer, const struct sl_node *map, unsigned depth)
{
    if (!writer->canonical || sl_entries_ascend(map->as.entries, map->count))
        return write_entries(writer, map, NULL, depth);
    const struct sl_entry **sorted = sl_entries_sorted(map->as.entries, map->count);
    if (!sorted)
        return sl_fail_memory(writer->err);
    int result = 0;
    for (uint32_t i = 1; i < map->count && result == 0; i++)
        if (sl_str_equal(sorted[i - 1]->key, sorted[i]->key))
            result = sl_fail(writer->err, SL_E_INTERNAL, "a map was made with the same key twice");
    if (result == 0)
        result = write_entries(writer, map, sorted, depth);
    free(sorted);
    return result;
}

static int write_number(struct writer *writer, const struct sl_node *node)
{
    if (node->kind == SL_INT) {
        int64_t value = node->as.integer;
        if (writer->canonical && (value > SL_JSON_CANONICAL_MAX || value < -SL_JSON_CANONICAL_MAX))
            return sl_fail(writer->err, SL_E_INPUT, "%lld is too large for canonical JSON", (long long)value);
        sl_buf_printf(writer->out, "%lld", (long long)value);
        return 0;
    }
    if (writer->canonical)
        return sl_fail(writer->err, SL_E_INPUT, "canonical JSON has no numbers but integers up to 2^53 - 1");
    if (node->kind == SL_UINT) {
        sl_buf_printf(writer->out, "%llu", (unsigned long long)node->as.uinteger);
        return 0;
    }
    char text[SL_NUMBER_TEXT_MAX];
    sl_buf_append(writer->out, text, sl_double_json_text(text, node->as.number));
    return 0;
}

static int write_node(struct writer *writer, const struct sl_node *node, unsigned depth)
{
    if (depth > SL_DOC_DEPTH_MAX)
        return sl_fail(writer->err, SL_E_LIMIT, "the document is nested deeper than %d levels",
                       SL_DOC_DEPTH_MAX);
    switch (node->kind) {
    case SL_NULL:
        sl_buf_text(writer->out, "null");
        return 0;
    case SL_BOOL:
        sl_buf_text(writer->out, node->as.boolean ? "true" : "false");
        return 0;
    case SL_INT:
    case SL_UINT:
    case SL_FLOAT:
        return write_number(writer, node);
    case SL_STRING:
        sl_buf_json_string(writer->out, node->as.text);
        return 0;
    case SL_LIST:
        return write_list(writer, node, depth);
    case SL_MAP:
        return write_map(writer, node, depth);
    }
    return sl_fail(writer->err, SL_E_INTERNAL, "a node of no kind");
}

int sl_json_write_canonical(struct sl_buf *out, const struct sl_node *node, struct sl_err *err)
{
    struct writer writer = {.out = out, .err = err, .canonical = true};
    if (write_node(&writer, node, 0) < 0)
        return -1;
    return sl_buf_check(out, "the JSON document", err);
}

int sl_json_write(struct sl_buf *out, const struct sl_node *node, struct sl_err *err)
{
    struct writer writer = {.out = out, .err = err};
    if (write_node(&writer, node, 0) < 0)
        return -1;
    sl_buf_byte(out, '\n');
    return sl_buf_check(out, "the JSON document", err);
}
