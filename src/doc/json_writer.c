#include <sealift/json.h>

#include "base/limits.h"

#include <sealift/text.h>
#include <stdio.h>

/* What a byte needs inside a JSON string: 0 nothing, 'u' the six-character form, otherwise the letter behind
 * the backslash. Bytes from 0x80 are looked at as characters. */
static const char escapes[128] = {'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b',         't',          'n', 'u',
                                  'f', 'r', 'u', 'u', 'u', 'u', 'u', 'u', 'u',         'u',          'u', 'u',
                                  'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', ['"'] = '"', ['\\'] = '\\'};

static void escape_byte(struct sl_buf *out, unsigned char byte)
{
    if (escapes[byte] == 'u') {
        sl_buf_printf(out, "\\u%04x", byte);
        return;
    }
    char pair[2] = {'\\', escapes[byte]};
    sl_buf_append(out, pair, sizeof pair);
}

void sl_buf_json_string(struct sl_buf *out, struct sl_str text)
{
    sl_buf_byte(out, '"');
    size_t from = 0; /* what is before is written */
    size_t at = 0;
    while (at < text.len) {
        unsigned char byte = (unsigned char)text.ptr[at];
        size_t length = 1;
        if (byte < 0x80 && !escapes[byte]) {
            at++;
            continue;
        }
        if (byte >= 0x80) {
            uint32_t ignored;
            length = sl_utf8_decode(sl_str_slice(text, at, text.len), &ignored);
            if (length > 0) {
                at += length;
                continue;
            }
        }
        sl_buf_str(out, sl_str_slice(text, from, at));
        if (length == 0)
            sl_buf_text(out, "\xef\xbf\xbd");
        else
            escape_byte(out, byte);
        at++;
        from = at;
    }
    sl_buf_str(out, sl_str_slice(text, from, at));
    sl_buf_byte(out, '"');
}

void sl_json_begin(struct sl_json *json, struct sl_buf *out, enum sl_json_style style)
{
    *json = (struct sl_json){.out = out, .style = style};
    json->levels[0].empty = true;
}

static void new_line(struct sl_json *json)
{
    if (json->style == SL_JSON_COMPACT)
        return;
    sl_buf_byte(json->out, '\n');
    for (unsigned i = 0; i < json->depth; i++)
        sl_buf_text(json->out, "  ");
}

/* What comes before a key or an item of a list: the comma and the line. */
static void separate(struct sl_json *json)
{
    if (!json->levels[json->depth].empty)
        sl_buf_byte(json->out, ',');
    json->levels[json->depth].empty = false;
    new_line(json);
}

/* What comes before a value. False where none may stand: then nothing is written any more. */
static bool before_value(struct sl_json *json)
{
    bool in_map = json->levels[json->depth].close == '}';
    bool second_root = json->depth == 0 && !json->levels[0].empty;
    if (in_map != json->after_key || second_root)
        json->misused = true;
    if (json->misused)
        return false;
    json->after_key = false;
    if (json->depth == 0)
        json->levels[0].empty = false;
    else if (!in_map)
        separate(json);
    return true;
}

static void open_level(struct sl_json *json, char opening, char closing)
{
    if (!before_value(json))
        return;
    if (json->depth == SL_JSON_WRITER_DEPTH) {
        json->misused = true;
        return;
    }
    sl_buf_byte(json->out, opening);
    json->depth++;
    json->levels[json->depth].close = closing;
    json->levels[json->depth].empty = true;
}

void sl_json_map(struct sl_json *json)
{
    open_level(json, '{', '}');
}

void sl_json_list(struct sl_json *json)
{
    open_level(json, '[', ']');
}

void sl_json_end(struct sl_json *json)
{
    if (json->depth == 0 || json->after_key)
        json->misused = true;
    if (json->misused)
        return;
    char closing = json->levels[json->depth].close;
    bool empty = json->levels[json->depth].empty;
    json->depth--;
    if (!empty)
        new_line(json);
    sl_buf_byte(json->out, closing);
}

void sl_json_key(struct sl_json *json, const char *key)
{
    if (json->levels[json->depth].close != '}' || json->after_key)
        json->misused = true;
    if (json->misused)
        return;
    separate(json);
    sl_buf_json_string(json->out, sl_str_from(key));
    sl_buf_text(json->out, json->style == SL_JSON_COMPACT ? ":" : ": ");
    json->after_key = true;
}

void sl_json_text(struct sl_json *json, struct sl_str text)
{
    if (before_value(json))
        sl_buf_json_string(json->out, text);
}

void sl_json_integer(struct sl_json *json, int64_t value)
{
    if (before_value(json))
        sl_buf_printf(json->out, "%lld", (long long)value);
}

void sl_json_unsigned(struct sl_json *json, uint64_t value)
{
    if (before_value(json))
        sl_buf_printf(json->out, "%llu", (unsigned long long)value);
}

void sl_json_bool(struct sl_json *json, bool value)
{
    if (before_value(json))
        sl_buf_text(json->out, value ? "true" : "false");
}

void sl_json_null(struct sl_json *json)
{
    if (before_value(json))
        sl_buf_text(json->out, "null");
}

void sl_json_raw(struct sl_json *json, struct sl_str value)
{
    if (before_value(json))
        sl_buf_str(json->out, value);
}

void sl_json_key_text(struct sl_json *json, const char *key, struct sl_str text)
{
    sl_json_key(json, key);
    sl_json_text(json, text);
}

void sl_json_key_unsigned(struct sl_json *json, const char *key, uint64_t value)
{
    sl_json_key(json, key);
    sl_json_unsigned(json, value);
}

void sl_json_key_hex(struct sl_json *json, const char *key, const unsigned char *bytes, size_t len)
{
    sl_json_key(json, key);
    if (!before_value(json))
        return;
    sl_buf_byte(json->out, '"');
    sl_buf_hex(json->out, bytes, len);
    sl_buf_byte(json->out, '"');
}

void sl_json_key_bool(struct sl_json *json, const char *key, bool value)
{
    sl_json_key(json, key);
    sl_json_bool(json, value);
}

int sl_json_close(struct sl_json *json, struct sl_err *err)
{
    if (json->misused || json->depth > 0 || json->levels[0].empty)
        return sl_fail(err, SL_E_INTERNAL, "JSON was written in an order that makes no document");
    if (json->style == SL_JSON_INDENTED)
        sl_buf_byte(json->out, '\n');
    return sl_buf_check(json->out, "the JSON document", err);
}
