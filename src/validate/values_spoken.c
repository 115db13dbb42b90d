#include "values_spoken.h"

#include "validate/validate.h"

enum { DEPTH_MAX = 64 };

static bool is_word(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '_' || byte == '-';
}

static int add_words(struct values_spoken *spoken, struct sl_str text, struct sl_err *err)
{
    for (size_t from = 0, to; from < text.len; from = to) {
        while (from < text.len && !is_word(text.ptr[from]))
            from++;
        for (to = from; to < text.len && is_word(text.ptr[to]);)
            to++;
        if (to > from && sl_map_put(&spoken->words, sl_str_slice(text, from, to), spoken, err) < 0)
            return -1;
    }
    return 0;
}

static int add_text(struct values_spoken *spoken, struct sl_str text, struct sl_err *err)
{
    for (size_t at = 0; at < text.len;) {
        const char *open = memmem(text.ptr + at, text.len - at, "{{", 2);
        if (!open)
            return 0;
        size_t from = (size_t)(open - text.ptr);
        const char *close = memmem(open, text.len - from, "}}", 2);
        size_t to = close ? (size_t)(close - text.ptr) : text.len;
        if (add_words(spoken, sl_str_slice(text, from, to), err) < 0)
            return -1;
        at = to;
    }
    return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): no deeper than DEPTH_MAX. */
static int add_node(struct values_spoken *spoken, const struct sl_node *node, unsigned depth,
                    struct sl_err *err)
{
    if (!node || depth > DEPTH_MAX)
        return 0;
    if (node->kind == SL_STRING)
        return add_text(spoken, node->as.text, err);
    for (uint32_t i = 0; (node->kind == SL_MAP || node->kind == SL_LIST) && i < node->count; i++) {
        const struct sl_node *below = node->kind == SL_MAP ? node->as.entries[i].value : node->as.items[i];
        if (add_node(spoken, below, depth + 1, err) < 0)
            return -1;
    }
    return 0;
}

/* NOLINTNEXTLINE(misc-no-recursion): charts lie in one another no deeper than SL_CHART_DEPTH_MAX. */
static int add_chart(struct values_spoken *spoken, const struct sl_chart *chart, struct sl_err *err)
{
    if (add_node(spoken, chart->values, 0, err) < 0)
        return -1;
    for (size_t i = 0; i < chart->subchart_count; i++)
        if (add_chart(spoken, &chart->subcharts[i], err) < 0)
            return -1;
    return 0;
}

static int gather(struct values_spoken *spoken, const struct sl_values *values, struct sl_err *err)
{
    sl_map_init(&spoken->words);
    spoken->gathered = true;
    if (values->chart && add_chart(spoken, values->chart, err) < 0)
        return -1;
    for (size_t i = 0; i < values->layer_count; i++)
        if (add_node(spoken, values->layers[i].root, 0, err) < 0)
            return -1;
    return 0;
}

int values_spoken_has(struct values_spoken *spoken, const struct sl_values *values, struct sl_str key,
                      struct sl_err *err)
{
    if (!spoken->gathered && gather(spoken, values, err) < 0)
        return -1;
    return sl_map_get(&spoken->words, key) != NULL;
}

void values_spoken_release(struct values_spoken *spoken)
{
    if (spoken->gathered)
        sl_map_release(&spoken->words);
    *spoken = (struct values_spoken){.gathered = false};
}
