#include "doc/json.h"

#include "base/limits.h"
#include "builder.h"
#include "json_scan.h"
#include "number.h"

#include <sealift/text.h>
#include <stdlib.h>

struct reader {
    struct sl_json_scan scan;
    struct sl_builder builder;
};

static bool canonical_integer(struct sl_str text, const struct sl_node *node)
{
    bool minus_zero = text.ptr[0] == '-' && node->as.integer == 0;
    return !minus_zero && node->as.integer >= -SL_JSON_CANONICAL_MAX &&
           node->as.integer <= SL_JSON_CANONICAL_MAX;
}

/* The number as a node, without its mark; NULL without memory or (with *range) where it is too large. */
static struct sl_node *number_node(struct reader *reader, struct sl_str text, bool whole, bool *range)
{
    bool negative = text.ptr[0] == '-';
    uint64_t magnitude;
    int64_t integer = 0;
    uint64_t uinteger = 0;
    int fits = 0;
    if (whole && sl_digits_parse(&magnitude, sl_str_slice(text, negative, text.len), 10))
        fits = sl_integer_join(&integer, &uinteger, negative, magnitude);
    struct sl_node *node = NULL;
    double number = 0;
    if (fits == 1)
        node = sl_node_int(reader->builder.doc, integer);
    else if (fits == 2)
        node = sl_node_uint(reader->builder.doc, uinteger);
    else if (sl_double_parse(&number, text))
        node = sl_node_float(reader->builder.doc, number);
    else
        *range = true;
    bool says_more = fits == 0 || (negative && integer == 0);
    if (!node || !says_more)
        return node;
    node->as.source = sl_arena_str(&reader->builder.doc->arena, text).ptr;
    return node->as.source ? node : NULL;
}

static int read_number(struct reader *reader, struct sl_node **out)
{
    bool whole;
    bool range = false;
    size_t end = sl_json_number_end(&reader->scan, &whole);
    if (end == 0)
        return sl_json_fail(&reader->scan, "a number that JSON does not allow");
    struct sl_str text = {reader->scan.text + reader->scan.at, end - reader->scan.at};
    *out = sl_builder_mark(&reader->builder, number_node(reader, text, whole, &range),
                           sl_json_place(&reader->scan));
    if (range)
        return sl_json_fail(&reader->scan, "a number too large to be represented");
    if (!*out)
        return -1;
    if (reader->scan.canonical && ((*out)->kind != SL_INT || !canonical_integer(text, *out)))
        return sl_json_fail(&reader->scan, "a number that canonical JSON does not write like this");
    reader->scan.at = end;
    return 0;
}

static int read_word(struct reader *reader, struct sl_node **out)
{
    static const struct {
        struct sl_str text;
        enum sl_kind kind;
        bool value;
    } words[] = {
        {SL_STR_INIT("true"), SL_BOOL, true},
        {SL_STR_INIT("false"), SL_BOOL, false},
        {SL_STR_INIT("null"), SL_NULL, false},
    };
    struct sl_str rest = {reader->scan.text + reader->scan.at, reader->scan.len - reader->scan.at};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!sl_str_starts_with(rest, words[i].text))
            continue;
        struct sl_node *node = words[i].kind == SL_NULL ? sl_node_null(reader->builder.doc)
                                                        : sl_node_bool(reader->builder.doc, words[i].value);
        *out = sl_builder_mark(&reader->builder, node, sl_json_place(&reader->scan));
        reader->scan.at += words[i].text.len;
        return *out ? 0 : -1;
    }
    return sl_json_fail_byte(&reader->scan, "a value");
}

/* -- maps and lists -- */

static int read_value(struct reader *reader, struct sl_node **out, unsigned depth);

static int read_item(struct reader *reader, unsigned depth)
{
    struct sl_entry entry = {0};
    if (read_value(reader, &entry.value, depth) < 0)
        return -1;
    return sl_builder_push(&reader->builder, entry);
}

static int read_member(struct reader *reader, size_t base, unsigned depth)
{
    if (reader->scan.text[reader->scan.at] != '"')
        return sl_json_fail_byte(&reader->scan, "a key in double quotes");
    struct sl_entry entry = {.key_mark = sl_place_mark(sl_json_place(&reader->scan), reader->builder.file)};
    struct sl_place place = sl_json_place(&reader->scan);
    if (sl_json_string(&reader->scan, &entry.key) < 0)
        return -1;
    bool first = reader->builder.count == base;
    if (reader->scan.canonical && !first &&
        sl_str_compare(reader->builder.open[reader->builder.count - 1].key, entry.key) >= 0)
        return sl_fail_at(reader->scan.err, SL_E_REFUSED, place,
                          "a key that does not come after the one before, as canonical JSON has it");
    if (sl_json_skip_space(&reader->scan) < 0)
        return -1;
    if (reader->scan.text[reader->scan.at] != ':')
        return sl_json_fail_byte(&reader->scan, "\":\"");
    reader->scan.at++;
    if (sl_json_skip_space(&reader->scan) < 0 || read_value(reader, &entry.value, depth) < 0)
        return -1;
    return sl_builder_push(&reader->builder, entry);
}

/* The comma or the end behind an item. 1 another item follows, 0 the end. */
static int read_separator(struct reader *reader, char closing)
{
    if (sl_json_skip_space(&reader->scan) < 0)
        return -1;
    char byte = reader->scan.text[reader->scan.at];
    if (byte != ',' && byte != closing)
        return sl_json_fail_byte(&reader->scan, closing == '}' ? "\",\" or \"}\"" : "\",\" or \"]\"");
    reader->scan.at++;
    if (byte == closing)
        return 0;
    if (sl_json_skip_space(&reader->scan) < 0)
        return -1;
    if (reader->scan.text[reader->scan.at] != closing)
        return 1;
    (void)sl_json_fail_byte(&reader->scan, closing == '}' ? "a key" : "a value");
    return sl_hint(reader->scan.err, "JSON has no comma behind the last item");
}

/* The list or map whose opening bracket is at reader->scan.at. */
static int read_container(struct reader *reader, struct sl_node **out, unsigned depth)
{
    bool is_map = reader->scan.text[reader->scan.at] == '{';
    struct sl_node *node = is_map ? sl_node_map(reader->builder.doc) : sl_node_list(reader->builder.doc);
    *out = sl_builder_mark(&reader->builder, node, sl_json_place(&reader->scan));
    if (!node)
        return -1;
    if (depth >= SL_DOC_DEPTH_MAX)
        return sl_fail_at(reader->scan.err, SL_E_LIMIT, sl_json_place(&reader->scan),
                          "nested deeper than %d levels", SL_DOC_DEPTH_MAX);
    size_t base = reader->builder.count;
    char closing = is_map ? '}' : ']';
    reader->scan.at++;
    if (sl_json_skip_space(&reader->scan) < 0)
        return -1;
    if (reader->scan.text[reader->scan.at] == closing) {
        reader->scan.at++;
        return 0;
    }
    int more = 1;
    while (more > 0) {
        if ((is_map ? read_member(reader, base, depth + 1) : read_item(reader, depth + 1)) < 0)
            return -1;
        more = read_separator(reader, closing);
    }
    if (more < 0 ||
        (is_map && !reader->scan.canonical && sl_builder_check_unique(&reader->builder, base) < 0))
        return -1;
    return sl_builder_close(&reader->builder, node, base);
}

static int read_value(struct reader *reader, struct sl_node **out, unsigned depth)
{
    char byte = reader->scan.text[reader->scan.at];
    if (byte == '{' || byte == '[')
        return read_container(reader, out, depth);
    if (byte == '-' || (byte >= '0' && byte <= '9'))
        return read_number(reader, out);
    if (byte != '"')
        return read_word(reader, out);
    struct sl_place place = sl_json_place(&reader->scan);
    struct sl_str text;
    if (sl_json_string(&reader->scan, &text) < 0)
        return -1;
    struct sl_node *node = sl_builder_mark(&reader->builder, sl_node_null(reader->builder.doc), place);
    if (!node)
        return -1;
    node->kind = SL_STRING;
    node->as.text = text;
    *out = node;
    return 0;
}

static int read_document(struct sl_node **root, struct reader *reader, struct sl_str text)
{
    if (text.len > SL_DOC_BYTES_MAX)
        return sl_fail_at(reader->scan.err, SL_E_LIMIT, sl_json_place(&reader->scan),
                          "larger than %llu bytes", (unsigned long long)SL_DOC_BYTES_MAX);
    reader->scan.text = sl_arena_alloc(&reader->builder.doc->arena, text.len + 1);
    if (!reader->scan.text)
        return sl_fail_memory(reader->scan.err);
    if (text.len)
        memcpy(reader->scan.text, text.ptr, text.len);
    reader->scan.len = text.len;
    struct sl_node *node = NULL;
    if (sl_json_skip_space(&reader->scan) < 0 || read_value(reader, &node, 0) < 0 ||
        sl_json_skip_space(&reader->scan) < 0)
        return -1;
    if (reader->scan.at != reader->scan.len)
        return sl_json_fail_byte(&reader->scan, "nothing more");
    *root = node;
    return 0;
}

static int read_with(struct sl_node **root, struct reader *reader, struct sl_doc *doc, struct sl_str text)
{
    reader->scan.line = 1;
    sl_builder_init(&reader->builder, doc, reader->scan.name, reader->scan.err);
    int result = read_document(root, reader, text);
    sl_builder_release(&reader->builder);
    return result;
}

int sl_json_read(struct sl_node **root, struct sl_doc *doc, struct sl_str text, struct sl_str name,
                 struct sl_err *err)
{
    struct reader reader = {.scan = {.err = err, .name = name}};
    return read_with(root, &reader, doc, text);
}

int sl_json_read_canonical(struct sl_node **root, struct sl_doc *doc, struct sl_str text, struct sl_str name,
                           struct sl_err *err)
{
    struct reader reader = {.scan = {.err = err, .name = name, .canonical = true}};
    return read_with(root, &reader, doc, text);
}
