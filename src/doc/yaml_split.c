#include "yaml_split.h"

#include <sealift/text.h>

void sl_splitter_init(struct sl_splitter *splitter, struct sl_str text, struct sl_str name)
{
    *splitter = (struct sl_splitter){.text = text, .line = 1, .place = {.name = name, .column = 1}};
}

/* Where "\n---" begins, from `at` on, in a line that has an end; text.len where there is none. */
static size_t find_separator(struct sl_str text, size_t at)
{
    if (at >= text.len)
        return text.len;
    const char *found = memmem(text.ptr + at, text.len - at, "\n---", 4);
    size_t place = found ? (size_t)(found - text.ptr) : text.len;
    bool ends = found && memchr(found + 4, '\n', text.len - place - 4);
    return ends ? place : text.len;
}

/* Is the character white space to Go's strings.TrimSpace()? */
static bool is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
           c == 0x3000;
}

/* Does the rest of a separator's line say nothing, or begin a comment? */
static bool is_empty(struct sl_str rest)
{
    uint32_t c = 0;
    size_t length;
    while ((length = sl_utf8_decode(rest, &c)) > 0 && is_space(c))
        rest = sl_str_slice(rest, length, rest.len);
    return rest.len == 0 || rest.ptr[0] == '#';
}

static uint32_t count_lines(struct sl_str text)
{
    uint32_t lines = 0;
    for (size_t at = sl_str_find(text, '\n'); at < text.len; lines++) {
        text = sl_str_slice(text, at + 1, text.len);
        at = sl_str_find(text, '\n');
    }
    return lines;
}

int sl_splitter_next(struct sl_splitter *splitter, struct sl_str *piece, struct sl_err *err)
{
    if (splitter->at > splitter->text.len)
        return 0;
    size_t end = find_separator(splitter->text, splitter->at);
    struct sl_str rest = sl_str_slice(splitter->text, end, splitter->text.len);
    bool last = rest.len == 0;
    /* The line end in front of the separator belongs to the piece: a literal block may need it. */
    *piece = sl_str_slice(splitter->text, splitter->at, last ? end : end + 1);
    splitter->place.line = splitter->line;
    splitter->line += count_lines(*piece);
    if (last) {
        splitter->at = splitter->text.len + 1;
        return 1;
    }
    struct sl_str line = sl_str_slice(rest, 1, rest.len);
    line = sl_str_slice(line, 0, sl_str_find(line, '\n'));
    if (!is_empty(sl_str_slice(line, 3, line.len))) {
        struct sl_place place = {.name = splitter->place.name, .line = splitter->line, .column = 1};
        (void)sl_fail_at(err, SL_E_INPUT, place, "text behind the document separator ---");
        return sl_hint(err, "begin the document in the next line; inside a block of text, indent the line");
    }
    splitter->at = end + 1 + line.len + 1;
    splitter->line++;
    return 1;
}
