#include "yaml_value.h"

#include "number.h"
#include "yaml_time.h"

#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>

struct sl_place sl_yaml_place(const struct sl_builder *builder, yaml_mark_t mark, uint32_t line)
{
    return (struct sl_place){
        .name = builder->name,
        .line = line + (uint32_t)mark.line,
        .column = mark.column < UINT32_MAX ? (uint32_t)mark.column + 1 : UINT32_MAX,
    };
}

/* -- !!binary -- */

static int base64_value(char byte)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = byte ? strchr(letters, byte) : NULL;
    return found ? (int)(found - letters) : -1;
}

/* Decodes groups of four letters, the last one padded; line breaks count for nothing. False for anything
 * else. `out` has room for text.len bytes. */
static bool base64_decode(char *out, size_t *length, struct sl_str text)
{
    uint32_t bits = 0;
    unsigned letters = 0;
    unsigned padding = 0;
    *length = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n' || text.ptr[i] == '\r')
            continue;
        bool is_padding = text.ptr[i] == '=';
        int value = is_padding ? 0 : base64_value(text.ptr[i]);
        if (value < 0 || (padding > 0 && (!is_padding || letters == 0)) || (is_padding && letters < 2))
            return false;
        padding += is_padding;
        bits = bits << 6 | (uint32_t)value;
        if (++letters < 4)
            continue;
        for (unsigned byte = 0; byte < 3 - padding; byte++)
            out[(*length)++] = (char)(bits >> (16 - 8 * byte) & 0xff);
        bits = 0;
        letters = 0;
    }
    return letters == 0;
}

/* The bytes as text: what is not UTF-8 becomes U+FFFD, byte by byte, as in Go's JSON. */
static void append_as_text(struct sl_buf *out, struct sl_str bytes)
{
    for (size_t at = 0; at < bytes.len;) {
        uint32_t ignored;
        size_t length = sl_utf8_decode(sl_str_slice(bytes, at, bytes.len), &ignored);
        if (length == 0)
            sl_buf_text(out, "\xef\xbf\xbd");
        else
            sl_buf_str(out, sl_str_slice(bytes, at, at + length));
        at += length ? length : 1;
    }
}

static int read_binary(struct sl_value *value, const struct sl_builder *builder, struct sl_place place)
{
    char *bytes = malloc(value->text.len + 1);
    if (!bytes)
        return sl_fail_memory(builder->err);
    size_t length;
    bool good = base64_decode(bytes, &length, value->text);
    struct sl_buf text;
    sl_buf_init(&text, 3 * value->text.len);
    if (good)
        append_as_text(&text, (struct sl_str){bytes, length});
    value->text = sl_arena_str(&builder->doc->arena, sl_buf_view(&text));
    value->in_arena = true;
    bool whole = text.fail == SL_OK && value->text.ptr;
    sl_buf_release(&text);
    free(bytes);
    if (!good)
        return sl_fail_at(builder->err, SL_E_INPUT, place, "!!binary needs padded base64");
    return whole ? 0 : sl_fail_memory(builder->err);
}

/* -- tags -- */

static const char core_prefix[] = "tag:yaml.org,2002:";

/* Does the meaning satisfy the tag? An integer may be tagged !!float and becomes one. */
static bool fits_tag(struct sl_scalar *scalar, const char *tag)
{
    static const struct {
        const char *tag;
        enum sl_meaning meanings[2];
    } fits[] = {
        {"int", {SL_MEANS_INT, SL_MEANS_UINT}},        {"float", {SL_MEANS_FLOAT, SL_MEANS_NON_FINITE}},
        {"bool", {SL_MEANS_BOOL, SL_MEANS_BOOL}},      {"null", {SL_MEANS_NULL, SL_MEANS_NULL}},
        {"timestamp", {SL_MEANS_TIME, SL_MEANS_TIME}},
    };
    if (strcmp(tag, "float") == 0 && scalar->meaning == SL_MEANS_INT) {
        scalar->meaning = SL_MEANS_FLOAT;
        scalar->number = (double)scalar->integer;
    }
    for (size_t i = 0; i < sizeof fits / sizeof fits[0]; i++)
        if (strcmp(fits[i].tag, tag) == 0)
            return scalar->meaning == fits[i].meanings[0] || scalar->meaning == fits[i].meanings[1];
    scalar->meaning = SL_MEANS_STRING; /* a tag that changes nothing, !!str among them */
    return true;
}

static int read_tagged(struct sl_value *value, const struct sl_builder *builder, const char *tag,
                       enum sl_yaml_rules rules, struct sl_place place)
{
    if (strncmp(tag, core_prefix, sizeof core_prefix - 1) != 0)
        return 0; /* somebody's own: the text is a string */
    tag += sizeof core_prefix - 1;
    if (strcmp(tag, "binary") == 0)
        return read_binary(value, builder, place);
    value->scalar = sl_yaml_resolve(value->text, rules);
    if (fits_tag(&value->scalar, tag))
        return 0;
    char shown[80];
    return sl_fail_at(builder->err, SL_E_INPUT, place, "\"%s\" is not what its tag !!%s says",
                      sl_escape(shown, sizeof shown, value->text), tag);
}

int sl_value_read(struct sl_value *out, const struct sl_builder *builder, const yaml_event_t *event,
                  enum sl_yaml_rules rules, struct sl_place place)
{
    const char *bytes = (const char *)event->data.scalar.value;
    *out =
        (struct sl_value){.scalar = {.meaning = SL_MEANS_STRING}, .text = {bytes, event->data.scalar.length}};
    const char *tag = (const char *)event->data.scalar.tag;
    /* "! 12": YAML says a string, go-yaml v3 takes it for no tag at all. */
    bool counts = tag && (rules != SL_YAML_RESOURCE || strcmp(tag, "!") != 0);
    if (counts)
        return read_tagged(out, builder, tag, rules, place);
    if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
        out->scalar = sl_yaml_resolve(out->text, rules);
    return 0;
}

/* -- nodes -- */

/* An integer in plain decimal: then the number says all that its text does. */
static bool is_plain_decimal(struct sl_str text)
{
    size_t first = text.len > 0 && text.ptr[0] == '-';
    if (first == text.len || (text.ptr[first] == '0' && text.len > 1))
        return false;
    for (size_t i = first; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return true;
}

static struct sl_node *number_node(struct sl_doc *doc, const struct sl_value *value, enum sl_yaml_rules rules)
{
    struct sl_node *node;
    if (value->scalar.meaning == SL_MEANS_INT)
        node = sl_node_int(doc, value->scalar.integer);
    else if (value->scalar.meaning == SL_MEANS_FLOAT)
        node = sl_node_float(doc, value->scalar.number);
    else if (rules == SL_YAML_RESOURCE)
        node = sl_node_uint(doc, value->scalar.uinteger);
    else /* what reads values has int64 and, for the rest, double */
        node = sl_node_float(doc, (double)value->scalar.uinteger);
    if (!node || (node->kind != SL_FLOAT && is_plain_decimal(value->text)))
        return node;
    node->as.source = sl_arena_str(&doc->arena, value->text).ptr;
    return node->as.source ? node : NULL;
}

static struct sl_node *string_node(struct sl_doc *doc, struct sl_str text, bool in_arena)
{
    if (!in_arena)
        return sl_node_string(doc, text);
    struct sl_node *node = sl_node_null(doc);
    if (!node)
        return NULL;
    node->kind = SL_STRING;
    node->as.text = text;
    return node;
}

/* A date in a resource is the RFC 3339 text that Go's JSON makes of it; NULL where there is none. */
static struct sl_node *time_node(struct sl_doc *doc, const struct sl_value *value, bool *unspeakable)
{
    char text[SL_TIME_TEXT_MAX];
    struct sl_time time;
    size_t length = sl_time_parse(&time, value->text) ? sl_time_rfc3339(text, &time) : 0;
    *unspeakable = length == 0;
    return length > 0 ? sl_node_string(doc, (struct sl_str){text, length}) : NULL;
}

int sl_value_node(struct sl_node **out, const struct sl_builder *builder, const struct sl_value *value,
                  enum sl_yaml_rules rules, struct sl_place place)
{
    struct sl_doc *doc = builder->doc;
    struct sl_node *node = NULL;
    bool unspeakable = false;
    switch (value->scalar.meaning) {
    case SL_MEANS_NULL:
        node = sl_node_null(doc);
        break;
    case SL_MEANS_BOOL:
        node = sl_node_bool(doc, value->scalar.boolean);
        break;
    case SL_MEANS_INT:
    case SL_MEANS_UINT:
    case SL_MEANS_FLOAT:
        node = number_node(doc, value, rules);
        break;
    case SL_MEANS_NON_FINITE:
        (void)sl_fail_at(builder->err, SL_E_INPUT, place,
                         "\"" SL_FMT "\" is a number that JSON, and so Kubernetes, does not have",
                         SL_ARG(value->text));
        return sl_hint(builder->err, "put it in quotes if it is meant as text");
    case SL_MEANS_TIME:
        node = rules == SL_YAML_RESOURCE ? time_node(doc, value, &unspeakable)
                                         : string_node(doc, value->text, value->in_arena);
        break;
    case SL_MEANS_STRING:
        node = string_node(doc, value->text, value->in_arena);
        break;
    }
    if (unspeakable)
        return sl_fail_at(builder->err, SL_E_INPUT, place, "a time zone that is a day or more away");
    *out = sl_builder_mark(builder, node, place);
    return *out ? 0 : -1;
}

/* -- keys -- */

static int fail_key(const struct sl_builder *builder, const struct sl_value *value, struct sl_place place)
{
    char shown[80];
    (void)sl_fail_at(builder->err, SL_E_INPUT, place, "the key \"%s\" is no string",
                     sl_escape(shown, sizeof shown, value->text));
    return sl_hint(builder->err, "put the key in quotes");
}

/* What sigs.k8s.io/yaml makes of a key that is no string: 0 where it makes nothing of it. */
static size_t key_text(char out[SL_NUMBER_TEXT_MAX], const struct sl_value *value)
{
    switch (value->scalar.meaning) {
    case SL_MEANS_BOOL:
        return (size_t)snprintf(out, SL_NUMBER_TEXT_MAX, "%s", value->scalar.boolean ? "true" : "false");
    case SL_MEANS_INT:
        return (size_t)snprintf(out, SL_NUMBER_TEXT_MAX, "%lld", (long long)value->scalar.integer);
    case SL_MEANS_FLOAT:
        return sl_double_go_text_single(out, value->scalar.number);
    case SL_MEANS_NON_FINITE: {
        bool negative = value->text.ptr[0] == '-';
        bool no_number = value->text.ptr[1] == 'n' || value->text.ptr[1] == 'N';
        return (size_t)snprintf(out, SL_NUMBER_TEXT_MAX, "%s",
                                no_number  ? ".nan"
                                : negative ? "-.inf"
                                           : ".inf");
    }
    default:
        return 0;
    }
}

int sl_value_key(struct sl_str *out, struct sl_builder *builder, const struct sl_value *value,
                 enum sl_yaml_rules rules, bool at_root, struct sl_place place)
{
    char text[SL_NUMBER_TEXT_MAX];
    struct sl_str key = value->text;
    /* A key that is nothing at all is '' once go-yaml v3 has written it. */
    bool nothing = rules == SL_YAML_RESOURCE && value->text.len == 0;
    bool is_string = nothing || value->scalar.meaning == SL_MEANS_STRING ||
                     (value->scalar.meaning == SL_MEANS_TIME && rules != SL_YAML_RESOURCE);
    if (!is_string && rules != SL_YAML_RESOURCE) {
        size_t length = key_text(text, value);
        if (length == 0)
            return fail_key(builder, value, place);
        key = (struct sl_str){text, length};
    } else if (!is_string && (!at_root || value->scalar.meaning == SL_MEANS_NULL)) {
        return fail_key(builder, value, place);
    }
    *out = value->in_arena ? key : sl_builder_key(builder, key);
    return out->ptr ? 0 : sl_fail_memory(builder->err);
}
