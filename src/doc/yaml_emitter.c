#include "yaml_emitter.h"

#include <sealift/text.h>

/* A line that has grown beyond this column goes on in the next one at the next single blank. */
enum { BEST_WIDTH = 80 };

void sl_emitter_init(struct sl_emitter *emitter, struct sl_buf *out)
{
    *emitter =
        (struct sl_emitter){.out = out, .indent = -1, .whitespace = true, .ascii = true, .indention = true};
}

static void put(struct sl_emitter *emitter, char byte)
{
    sl_buf_byte(emitter->out, byte);
    emitter->column++;
}

/* Any number of characters that stand for themselves. */
static void put_text(struct sl_emitter *emitter, struct sl_str text)
{
    sl_buf_str(emitter->out, text);
    if (emitter->ascii) {
        emitter->column += text.len;
        return;
    }
    for (size_t i = 0; i < text.len; i++)
        emitter->column += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
}

static void put_break(struct sl_emitter *emitter)
{
    sl_buf_byte(emitter->out, '\n');
    emitter->column = 0;
}

void sl_emit_indent(struct sl_emitter *emitter)
{
    static const char blanks[] = "                                ";
    size_t indent = emitter->indent < 0 ? 0 : (size_t)emitter->indent;
    if (!emitter->indention || emitter->column > indent ||
        (emitter->column == indent && !emitter->whitespace))
        put_break(emitter);
    while (emitter->column < indent) {
        size_t count = indent - emitter->column;
        if (count > sizeof blanks - 1)
            count = sizeof blanks - 1;
        sl_buf_append(emitter->out, blanks, count);
        emitter->column += count;
    }
    emitter->whitespace = true;
    emitter->indention = true;
}

void sl_emit_indicator(struct sl_emitter *emitter, const char *indicator, bool spaced, bool opens)
{
    if (spaced && !emitter->whitespace)
        put(emitter, ' ');
    put_text(emitter, sl_str_from(indicator));
    emitter->whitespace = false;
    emitter->indention = emitter->indention && opens;
}

static void end_scalar(struct sl_emitter *emitter)
{
    emitter->whitespace = false;
    emitter->indention = false;
}

/* The end of the run from `at` on without blanks, quotes and bytes that could begin a line break. */
static size_t run_end(struct sl_str text, size_t at)
{
    while (at < text.len && text.ptr[at] != ' ' && text.ptr[at] != '\'' && text.ptr[at] != '\n' &&
           (unsigned char)text.ptr[at] != 0xe2)
        at++;
    return at;
}

/* A blank inside a plain or single-quoted scalar: folds, or stands for itself. */
static void put_blank(struct sl_emitter *emitter, struct sl_str text, size_t at, bool folds)
{
    bool next_is_blank = at + 1 < text.len && text.ptr[at + 1] == ' ';
    bool after_blank = at > 0 && text.ptr[at - 1] == ' ';
    bool inside = at > 0 && at + 1 < text.len;
    if (folds && inside && !after_blank && !next_is_blank && emitter->column > BEST_WIDTH)
        sl_emit_indent(emitter);
    else
        put(emitter, ' ');
}

/* What plain and single-quoted scalars have in common: `quote` doubles quotes. */
static void put_flow_text(struct sl_emitter *emitter, struct sl_str text, bool folds, bool quote)
{
    bool breaks = false;
    for (size_t at = 0; at < text.len;) {
        size_t length = sl_text_break(text, at);
        if (text.ptr[at] == ' ') {
            put_blank(emitter, text, at, folds);
            at++;
            continue;
        }
        if (length > 0) {
            sl_buf_str(emitter->out, sl_str_slice(text, at, at + length));
            emitter->column = 0;
            emitter->indention = true;
            breaks = true;
            at += length;
            continue;
        }
        if (breaks)
            sl_emit_indent(emitter);
        if (quote && text.ptr[at] == '\'')
            put(emitter, '\'');
        size_t end = run_end(text, at + 1);
        put_text(emitter, sl_str_slice(text, at, end));
        at = end;
        emitter->indention = false;
        breaks = false;
    }
}

void sl_emit_plain(struct sl_emitter *emitter, struct sl_str text, bool folds)
{
    if (!emitter->whitespace)
        put(emitter, ' ');
    if (emitter->column + text.len <= BEST_WIDTH)
        put_text(emitter, text);
    else
        put_flow_text(emitter, text, folds, false);
    end_scalar(emitter);
}

void sl_emit_single_quoted(struct sl_emitter *emitter, struct sl_str text, bool folds)
{
    sl_emit_indicator(emitter, "'", true, false);
    put_flow_text(emitter, text, folds, true);
    sl_emit_indicator(emitter, "'", false, false);
    end_scalar(emitter);
}

/* The letter behind the backslash of a short escape, or 0. */
static char short_escape(uint32_t c)
{
    static const struct {
        uint16_t c;
        char letter;
    } letters[] = {
        {0x00, '0'},  {0x07, 'a'}, {0x08, 'b'}, {0x09, 't'},   {0x0a, 'n'},
        {0x0b, 'v'},  {0x0c, 'f'}, {0x0d, 'r'}, {0x1b, 'e'},   {'"', '"'},
        {'\\', '\\'}, {0x85, 'N'}, {0xa0, '_'}, {0x2028, 'L'}, {0x2029, 'P'},
    };
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (letters[i].c == c)
            return letters[i].letter;
    return '\0';
}

static void put_escape(struct sl_emitter *emitter, uint32_t c)
{
    size_t before = emitter->out->len;
    char letter = short_escape(c);
    if (letter)
        sl_buf_printf(emitter->out, "\\%c", letter);
    else if (c <= 0xff)
        sl_buf_printf(emitter->out, "\\x%02X", (unsigned)c);
    else if (c <= 0xffff)
        sl_buf_printf(emitter->out, "\\u%04X", (unsigned)c);
    else
        sl_buf_printf(emitter->out, "\\U%08X", (unsigned)c);
    emitter->column += emitter->out->len - before;
}

static bool needs_escape(uint32_t c)
{
    return c < 0x20 || c == '"' || c == '\\' || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 ||
           c == 0xfeff || c == 0xfffe || c == 0xffff || c > 0xffff;
}

/* A blank inside a double-quoted scalar. Where it folds and a second one follows, that one is escaped, or it
 * would belong to the line break. */
static void put_quoted_blank(struct sl_emitter *emitter, struct sl_str text, size_t at, bool folds)
{
    bool inside = at > 0 && at + 1 < text.len;
    if (!folds || !inside || emitter->column <= BEST_WIDTH) {
        put(emitter, ' ');
        return;
    }
    sl_emit_indent(emitter);
    if (text.ptr[at + 1] == ' ')
        put(emitter, '\\');
}

void sl_emit_double_quoted(struct sl_emitter *emitter, struct sl_str text, bool folds)
{
    /* go-yaml looks for a byte order mark always at the start of the text: with one there, all is escaped. */
    bool escape_all = sl_str_starts_with(text, SL_STR("\xef\xbb\xbf"));
    bool after_blank = false;
    sl_emit_indicator(emitter, "\"", true, false);
    for (size_t at = 0; at < text.len;) {
        uint32_t c = 0;
        size_t length = sl_utf8_decode(sl_str_slice(text, at, text.len), &c);
        if (length == 0) /* no UTF-8: the writer has refused it */
            length = 1;
        if (escape_all || needs_escape(c)) {
            put_escape(emitter, c);
            after_blank = false;
        } else if (c == ' ') {
            put_quoted_blank(emitter, text, at, folds && !after_blank);
            after_blank = true;
        } else {
            put_text(emitter, sl_str_slice(text, at, at + length));
            after_blank = false;
        }
        at += length;
    }
    sl_emit_indicator(emitter, "\"", false, false);
    end_scalar(emitter);
}

/* The line break that ends the text[0, end), or 0; *start is where it begins. */
static size_t break_before(struct sl_str text, size_t end, size_t *start)
{
    for (size_t length = 1; length <= 3 && length <= end; length++) {
        *start = end - length;
        if (sl_text_break(sl_str_slice(text, 0, end), *start) == length)
            return length;
    }
    return 0;
}

/* Behind the "|": "2" where the first line's own blanks would look like indentation, then what becomes of the
 * line breaks at the end. */
static void put_literal_hints(struct sl_emitter *emitter, struct sl_str text)
{
    size_t last;
    size_t before_last;
    if (text.ptr[0] == ' ' || sl_text_break(text, 0) > 0)
        sl_emit_indicator(emitter, "2", false, false);
    if (break_before(text, text.len, &last) == 0)
        sl_emit_indicator(emitter, "-", false, false);
    else if (last == 0 || break_before(text, last, &before_last) > 0)
        sl_emit_indicator(emitter, "+", false, false);
}

/* The next line break from `at` on, or the end. */
static size_t line_end(struct sl_str text, size_t at)
{
    while (at < text.len && text.ptr[at] != '\n' &&
           !((unsigned char)text.ptr[at] == 0xe2 && sl_text_break(text, at) > 0))
        at++;
    return at;
}

void sl_emit_literal(struct sl_emitter *emitter, struct sl_str text)
{
    sl_emit_indicator(emitter, "|", true, false);
    put_literal_hints(emitter, text);
    put_break(emitter);
    emitter->indention = true;
    emitter->whitespace = true;
    for (size_t at = 0; at < text.len;) {
        size_t end = line_end(text, at);
        if (end > at) {
            sl_emit_indent(emitter);
            sl_buf_str(emitter->out, sl_str_slice(text, at, end));
            emitter->indention = false;
        }
        if (end == text.len)
            break;
        size_t length = sl_text_break(text, end);
        sl_buf_str(emitter->out, sl_str_slice(text, end, end + length));
        emitter->column = 0;
        emitter->indention = true;
        at = end + length;
    }
}
