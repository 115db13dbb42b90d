#include "openapi.h"

#include "base/limits.h"

#include <inttypes.h>
#include <sealift/json.h>
#include <stdlib.h>

static int by_key(const void *a, const void *b)
{
    const struct sl_entry *first = a, *second = b;
    return sl_str_compare(first->key, second->key);
}

static int write_map(struct sl_buf *out, const struct sl_node *map, struct sl_err *err)
{
    struct sl_entry *sorted = calloc(map->count + 1U, sizeof *sorted);
    int result = 0;
    if (!sorted)
        return sl_fail_memory(err);
    for (uint32_t i = 0; i < map->count; i++)
        sorted[i] = map->as.entries[i];
    qsort(sorted, map->count, sizeof *sorted, by_key);
    sl_buf_byte(out, '{');
    for (uint32_t i = 0; result == 0 && i < map->count; i++) {
        if (i)
            sl_buf_byte(out, ',');
        sl_buf_json_string(out, sorted[i].key);
        sl_buf_byte(out, ':');
        result = write_compact(out, sorted[i].value, err);
    }
    sl_buf_byte(out, '}');
    free(sorted);
    return result;
}

static int write_list(struct sl_buf *out, const struct sl_node *list, struct sl_err *err)
{
    sl_buf_byte(out, '[');
    for (uint32_t i = 0; i < list->count; i++) {
        if (i)
            sl_buf_byte(out, ',');
        if (write_compact(out, list->as.items[i], err) < 0)
            return -1;
    }
    sl_buf_byte(out, ']');
    return 0;
}

/* What comes from JSON stands as it stood there, to the last digit. */
static void write_number(struct sl_buf *out, const struct sl_node *number)
{
    struct sl_str source = sl_node_source(number);
    if (source.len)
        sl_buf_str(out, source);
    else if (number->kind == SL_INT)
        sl_buf_printf(out, "%" PRId64, number->as.integer);
    else if (number->kind == SL_UINT)
        sl_buf_printf(out, "%" PRIu64, number->as.uinteger);
    else
        sl_buf_printf(out, "%.17g", number->as.number);
}

int write_compact(struct sl_buf *out, const struct sl_node *node, struct sl_err *err)
{
    switch (node->kind) {
    case SL_NULL:
        sl_buf_text(out, "null");
        break;
    case SL_BOOL:
        sl_buf_text(out, node->as.boolean ? "true" : "false");
        break;
    case SL_INT:
    case SL_UINT:
    case SL_FLOAT:
        write_number(out, node);
        break;
    case SL_STRING:
        sl_buf_json_string(out, node->as.text);
        break;
    case SL_LIST:
        return write_list(out, node, err);
    case SL_MAP:
        return write_map(out, node, err);
    }
    return sl_buf_check(out, "kinds.json", err);
}
