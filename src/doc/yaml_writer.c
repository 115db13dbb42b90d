#include "doc/yaml.h"

#include "base/limits.h"
#include "number.h"
#include "yaml_emitter.h"
#include "yaml_order.h"
#include "yaml_resolve.h"

#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>

struct writer {
    struct sl_emitter emitter;
    struct sl_err *err;
    struct sl_buf scratch[2]; /* a string that is changed on its way out */
    struct sl_str key;        /* the key at hand, for messages */
    bool in_metadata;         /* of the root */
    bool in_annotations;      /* which kustomize writes anew, so that no style is left of them */
    /* The sorted entries of all maps that are open, innermost last, and room to sort in. */
    const struct sl_entry **sorted;
    size_t sorted_count;
    size_t sorted_capacity;
};

/* Where a node stands: a sequence in a map is not indented. */
enum context { AT_ROOT, IN_LIST, IN_MAP };

enum {
    SIMPLE_KEY_MAX = 128, /* bytes of a key that goes before its ":" without a "?" */
    JSON_KEY_MAX = 1024   /* characters of a key in JSON that go-yaml reads */
};

static int write_node(struct writer *writer, const struct sl_node *node, enum context context,
                      unsigned depth);

/* -- scalars -- */

/* `where` is "the key" or "the value of key". */
static int fail_text(struct writer *writer, const char *where, const char *what)
{
    char key[160];
    return sl_fail(writer->err, SL_E_INPUT, "%s \"%s\" %s", where, sl_escape(key, sizeof key, writer->key),
                   what);
}

static void write_text(struct writer *writer, struct sl_str text, struct sl_text_traits traits, bool folds)
{
    struct sl_emitter *emitter = &writer->emitter;
    bool plain = !traits.newline && sl_yaml_resolve(text, SL_YAML_VALUES).meaning == SL_MEANS_STRING &&
                 !sl_yaml_is_base60(text);
    emitter->indent += emitter->indent < 0 ? SL_EMITTER_STEP + 1 : SL_EMITTER_STEP;
    emitter->ascii = traits.ascii;
    if (traits.newline && traits.literal)
        sl_emit_literal(emitter, text);
    else if (plain && traits.plain)
        sl_emit_plain(emitter, text, folds);
    else if (plain && traits.single_quoted)
        sl_emit_single_quoted(emitter, text, folds);
    else
        sl_emit_double_quoted(emitter, text, folds);
    emitter->ascii = true;
}

static void write_word(struct writer *writer, const char *word)
{
    sl_emit_plain(&writer->emitter, sl_str_from(word), false);
}

/* The string as it is once kustomize has written and read it a few times. */
static int final_text(struct writer *writer, struct sl_str *text, struct sl_text_traits *traits, bool folded)
{
    *traits = sl_text_examine(*text);
    if (folded && traits->multiline) {
        sl_buf_reset(&writer->scratch[0]);
        if (sl_text_refold(&writer->scratch[0], *text))
            *text = sl_buf_view(&writer->scratch[0]);
    }
    if (traits->next_line) {
        sl_buf_reset(&writer->scratch[1]);
        sl_text_fold_next_lines(&writer->scratch[1], *text);
        *text = sl_buf_view(&writer->scratch[1]);
        *traits = sl_text_examine(*text);
    }
    if (sl_buf_check(&writer->scratch[0], "a string", writer->err) < 0 ||
        sl_buf_check(&writer->scratch[1], "a string", writer->err) < 0)
        return -1;
    if (traits->forbidden)
        return fail_text(writer, "the value of key", "has a control character, which YAML does not allow");
    return 0;
}

static int write_string(struct writer *writer, const struct sl_node *node)
{
    struct sl_str text = node->as.text;
    struct sl_text_traits traits;
    int indent = writer->emitter.indent;
    bool folded = node->style == SL_STYLE_FOLDED && !writer->in_annotations;
    if (final_text(writer, &text, &traits, folded) < 0)
        return -1;
    write_text(writer, text, traits, true);
    writer->emitter.indent = indent;
    return 0;
}

static void write_float(struct writer *writer, double number)
{
    char text[SL_NUMBER_TEXT_MAX];
    size_t length = sl_double_json_text(text, number);
    struct sl_scalar scalar = sl_yaml_resolve((struct sl_str){text, length}, SL_YAML_VALUES);
    if (scalar.meaning == SL_MEANS_FLOAT)
        (void)sl_double_go_text(text, number);
    write_word(writer, text);
}

static int write_scalar(struct writer *writer, const struct sl_node *node)
{
    char text[SL_NUMBER_TEXT_MAX];
    switch (node->kind) {
    case SL_NULL:
        if (node->style == SL_STYLE_FLOW_EMPTY && !writer->in_annotations)
            sl_emit_double_quoted(&writer->emitter, (struct sl_str){NULL, 0}, false);
        else
            write_word(writer, "null");
        return 0;
    case SL_BOOL:
        write_word(writer, node->as.boolean ? "true" : "false");
        return 0;
    case SL_INT:
        (void)snprintf(text, sizeof text, "%lld", (long long)node->as.integer);
        write_word(writer, text);
        return 0;
    case SL_UINT:
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)node->as.uinteger);
        write_word(writer, text);
        return 0;
    case SL_FLOAT:
        write_float(writer, node->as.number);
        return 0;
    default:
        return write_string(writer, node);
    }
}

/* -- maps and lists -- */

/* How many characters Go's encoding/json takes for a key, with its quotes: it escapes what HTML minds. */
static size_t json_length(struct sl_str key)
{
    size_t length = 2;
    for (size_t i = 0; i < key.len; i++) {
        unsigned char byte = (unsigned char)key.ptr[i];
        bool line_break = sl_text_break(key, i) == 3;
        if (byte == '"' || byte == '\\' || byte == '\b' || byte == '\f' || byte == '\n' || byte == '\r' ||
            byte == '\t')
            length += 2;
        else if (byte < 0x20 || byte == '<' || byte == '>' || byte == '&' || line_break)
            length += 6;
        else if ((byte & 0xc0) != 0x80)
            length++;
    }
    return length;
}

static int write_key(struct writer *writer, struct sl_str key, bool *simple)
{
    struct sl_text_traits traits = sl_text_examine(key);
    int indent = writer->emitter.indent;
    writer->key = key;
    if (traits.forbidden || traits.next_line)
        return fail_text(writer, "the key", "has a control character, which YAML does not allow");
    if (key.len > SIMPLE_KEY_MAX && json_length(key) > JSON_KEY_MAX)
        return fail_text(writer, "the key", "is longer than 1,024 characters");
    *simple = !traits.multiline && key.len <= SIMPLE_KEY_MAX;
    if (!*simple)
        sl_emit_indicator(&writer->emitter, "?", true, true);
    write_text(writer, key, traits, !*simple);
    writer->emitter.indent = indent;
    return 0;
}

/* Does the key lead to metadata.annotations of the object itself? kustomize knows no others. */
static bool enter_annotations(struct writer *writer, struct sl_str key, unsigned depth)
{
    if (depth == 0)
        writer->in_metadata = sl_str_equal(key, SL_STR("metadata"));
    return depth == 1 && writer->in_metadata && sl_str_equal(key, SL_STR("annotations"));
}

static int write_entry(struct writer *writer, const struct sl_entry *entry, unsigned depth)
{
    bool simple = false;
    sl_emit_indent(&writer->emitter);
    if (write_key(writer, entry->key, &simple) < 0)
        return -1;
    if (simple) {
        sl_emit_indicator(&writer->emitter, ":", false, false);
    } else {
        sl_emit_indent(&writer->emitter);
        sl_emit_indicator(&writer->emitter, ":", true, true);
    }
    bool outside = !writer->in_annotations;
    if (outside && enter_annotations(writer, entry->key, depth))
        writer->in_annotations = true;
    int result = write_node(writer, entry->value, IN_MAP, depth + 1);
    if (outside)
        writer->in_annotations = false;
    return result;
}

static bool is_sorted(const struct sl_node *map)
{
    for (uint32_t i = 1; i < map->count; i++)
        if (!sl_yaml_key_less(map->as.entries[i - 1].key, map->as.entries[i].key))
            return false;
    return true;
}

/* Puts the map's entries, sorted, on top of writer->sorted. */
static int sort_entries(struct writer *writer, const struct sl_node *map)
{
    size_t needed = writer->sorted_count + 2 * (size_t)map->count;
    if (needed > writer->sorted_capacity) {
        size_t capacity = needed < 64 ? 64 : 2 * needed;
        const struct sl_entry **sorted = realloc(writer->sorted, capacity * sizeof(const struct sl_entry *));
        if (!sorted)
            return sl_fail_memory(writer->err);
        writer->sorted = sorted;
        writer->sorted_capacity = capacity;
    }
    const struct sl_entry **entries = writer->sorted + writer->sorted_count;
    for (uint32_t i = 0; i < map->count; i++)
        entries[i] = &map->as.entries[i];
    sl_yaml_sort(entries, entries + map->count, map->count);
    writer->sorted_count += map->count;
    return 0;
}

static int write_entries(struct writer *writer, const struct sl_node *map, unsigned depth)
{
    bool sorted = is_sorted(map);
    size_t base = writer->sorted_count;
    if (!sorted && sort_entries(writer, map) < 0)
        return -1;
    for (uint32_t i = 0; i < map->count; i++) {
        const struct sl_entry *entry = sorted ? &map->as.entries[i] : writer->sorted[base + i];
        if (write_entry(writer, entry, depth) < 0)
            return -1;
    }
    writer->sorted_count = base;
    return 0;
}

static int write_map(struct writer *writer, const struct sl_node *map, unsigned depth)
{
    struct sl_emitter *emitter = &writer->emitter;
    if (map->count == 0) {
        sl_emit_indicator(emitter, "{}", true, false);
        return 0;
    }
    int indent = emitter->indent;
    emitter->indent = indent < 0 ? 0 : indent + SL_EMITTER_STEP;
    int result = write_entries(writer, map, depth);
    emitter->indent = indent;
    return result;
}

static int write_list(struct writer *writer, const struct sl_node *list, enum context context, unsigned depth)
{
    struct sl_emitter *emitter = &writer->emitter;
    if (list->count == 0) {
        sl_emit_indicator(emitter, "[]", true, false);
        return 0;
    }
    int indent = emitter->indent;
    bool flat = context == IN_MAP && !emitter->indention;
    if (indent < 0)
        emitter->indent = 0;
    else if (!flat)
        emitter->indent += SL_EMITTER_STEP;
    for (uint32_t i = 0; i < list->count; i++) {
        sl_emit_indent(emitter);
        sl_emit_indicator(emitter, "-", true, true);
        if (write_node(writer, list->as.items[i], IN_LIST, depth + 1) < 0)
            return -1;
    }
    emitter->indent = indent;
    return 0;
}

static int write_node(struct writer *writer, const struct sl_node *node, enum context context, unsigned depth)
{
    if (depth > SL_DOC_DEPTH_MAX)
        return sl_fail(writer->err, SL_E_LIMIT, "the document is nested deeper than %d levels",
                       SL_DOC_DEPTH_MAX);
    if (node->kind == SL_LIST)
        return write_list(writer, node, context, depth);
    if (node->kind == SL_MAP)
        return write_map(writer, node, depth);
    return write_scalar(writer, node);
}

int sl_yaml_write(struct sl_buf *out, const struct sl_node *node, struct sl_err *err)
{
    struct writer writer = {.err = err};
    sl_emitter_init(&writer.emitter, out);
    sl_buf_init(&writer.scratch[0], 2 * SL_DOC_BYTES_MAX);
    sl_buf_init(&writer.scratch[1], 2 * SL_DOC_BYTES_MAX);
    int result = write_node(&writer, node, AT_ROOT, 0);
    if (result == 0)
        sl_emit_indent(&writer.emitter);
    sl_buf_release(&writer.scratch[0]);
    sl_buf_release(&writer.scratch[1]);
    free(writer.sorted);
    return result < 0 ? -1 : sl_buf_check(out, "the YAML document", err);
}
