#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/json.h"
#include "doc/pointer.h"
#include "doc/yaml.h"
#include "provenance.h"

#include <sealift/text.h>
#include <stdlib.h>

struct sl_str sl_values_application(const struct sl_values *values)
{
    return values->application;
}

struct sl_str sl_values_release_name(const struct sl_values *values)
{
    return values->release_name;
}

/* YAML with comments. */
struct annotating {
    struct sl_buf *out;
    struct sl_buf text; /* of one entry */
    struct sl_doc doc;  /* of maps with one entry */
    struct sources *sources;
    struct steps steps;
};

static void annotating_release(struct annotating *annotating)
{
    sl_buf_release(&annotating->text);
    sources_release(annotating->sources);
    sl_doc_release(&annotating->doc);
}

static void indent(struct annotating *annotating)
{
    for (size_t i = 1; i < annotating->steps.count; i++)
        sl_buf_text(annotating->out, "  ");
}

/* Who wins at the place at hand. */
static void comment(struct annotating *annotating, const struct sl_node *seen)
{
    const struct say *says;
    size_t count = sources_says(annotating->sources, &annotating->steps, &says);
    const struct say *winner = NULL;
    for (size_t i = 0; i < count; i++)
        if (says[i].node && sl_node_equal(says[i].node, seen))
            winner = &says[i];
    sl_buf_text(annotating->out, "# ");
    if (!winner) {
        sl_buf_text(annotating->out, "Helm\n");
        return;
    }
    char where[256];
    const char *place =
        winner->layer->doc ? sl_mark_text(where, sizeof where, winner->layer->doc, winner->node->mark) : "";
    sl_buf_printf(annotating->out, "%s, %s\n", sl_layer_kind_name(winner->layer->kind), place);
}

/* One entry as sl_yaml_write() writes it, indented; a comment behind it, or above where it has several lines. */
static int write_leaf(struct annotating *annotating, struct sl_str key, struct sl_node *value,
                      struct sl_err *err)
{
    struct sl_node *lone = sl_node_map(&annotating->doc);
    sl_buf_reset(&annotating->text);
    if (sl_map_add(&annotating->doc, lone, key, value, err) < 0 ||
        sl_yaml_write(&annotating->text, lone, err) < 0 ||
        sl_buf_check(&annotating->text, "a value", err) < 0)
        return -1;
    struct sl_str rest = sl_buf_view(&annotating->text);
    size_t first = sl_str_find(rest, '\n');
    bool single = first + 1 == rest.len;
    if (!single) {
        indent(annotating);
        comment(annotating, value);
    }
    while (rest.len > 0) {
        size_t end = sl_str_find(rest, '\n');
        if (end > 0)
            indent(annotating);
        sl_buf_str(annotating->out, sl_str_slice(rest, 0, end));
        sl_buf_text(annotating->out, single ? "  " : "\n");
        rest = sl_str_slice(rest, end + 1, rest.len);
    }
    if (single)
        comment(annotating, value);
    return 0;
}

/* "key:", for a map below it. */
static int write_key(struct annotating *annotating, struct sl_str key, struct sl_err *err)
{
    struct sl_node *lone = sl_node_map(&annotating->doc);
    sl_buf_reset(&annotating->text);
    if (sl_map_add(&annotating->doc, lone, key, sl_node_map(&annotating->doc), err) < 0 ||
        sl_yaml_write(&annotating->text, lone, err) < 0 || sl_buf_check(&annotating->text, "a key", err) < 0)
        return -1;
    struct sl_str text = sl_buf_view(&annotating->text);
    indent(annotating);
    sl_buf_str(annotating->out, sl_str_slice(text, 0, text.len - SL_STR(" {}\n").len));
    sl_buf_byte(annotating->out, '\n');
    return 0;
}

static int compare_entries(const void *left, const void *right)
{
    const struct sl_entry *a = left;
    const struct sl_entry *b = right;
    return sl_str_compare(a->key, b->key);
}

/* NOLINTNEXTLINE(misc-no-recursion): SL_DOC_DEPTH_MAX is checked. */
static int write_map(struct annotating *annotating, const struct sl_node *map, struct sl_err *err)
{
    if (annotating->steps.count == SL_DOC_DEPTH_MAX)
        return sl_fail(err, SL_E_LIMIT, "values are nested deeper than %d levels", SL_DOC_DEPTH_MAX);
    struct sl_entry *entries = sl_arena_array(&annotating->doc.arena, map->count, sizeof *entries);
    if (!entries)
        return sl_fail_memory(err);
    if (map->count > 0)
        memcpy(entries, map->as.entries, map->count * sizeof *entries);
    if (map->count > 1)
        qsort(entries, map->count, sizeof *entries, compare_entries);
    for (uint32_t i = 0; i < map->count; i++) {
        struct sl_node *value = entries[i].value;
        annotating->steps.items[annotating->steps.count++] = entries[i].key;
        bool leaf = value->kind != SL_MAP || value->count == 0;
        int result = leaf ? write_leaf(annotating, entries[i].key, value, err)
                          : write_key(annotating, entries[i].key, err);
        if (result == 0 && !leaf)
            result = write_map(annotating, value, err);
        annotating->steps.count--;
        if (result < 0)
            return -1;
    }
    return 0;
}

static int annotate(struct sl_buf *out, const struct sl_values *values, struct sl_err *err)
{
    SL_CLEANUP(annotating_release) struct annotating annotating = {.out = out};
    sl_doc_init(&annotating.doc);
    sl_buf_init(&annotating.text, SL_DOC_BYTES_MAX);
    annotating.steps.items = sl_arena_array(&annotating.doc.arena, SL_DOC_DEPTH_MAX, sizeof(struct sl_str));
    if (!annotating.steps.items)
        return sl_fail_memory(err);
    if (sources_new(&annotating.sources, &annotating.doc.arena, values, err) < 0 ||
        write_map(&annotating, values->effective, err) < 0)
        return -1;
    if (values->effective->count == 0)
        sl_buf_text(out, "{}\n");
    return 0;
}

int sl_values_write(struct sl_buf *out, const struct sl_values *values, enum sl_values_form form,
                    struct sl_err *err)
{
    switch (form) {
    case SL_VALUES_YAML:
        return sl_yaml_write(out, values->effective, err);
    case SL_VALUES_JSON:
        return sl_json_write(out, values->effective, err);
    case SL_VALUES_ANNOTATED:
        return annotate(out, values, err);
    }
    return sl_fail(err, SL_E_INTERNAL, "values in a form that there is not");
}
