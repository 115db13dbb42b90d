#include "yaml_text.h"

#include <sealift/text.h>

/* ASCII that means nothing special wherever it stands in a scalar but at its start. */
static bool is_harmless(unsigned char byte)
{
    return byte > ' ' && byte < 0x7f && byte != '#' && byte != ':';
}

size_t sl_text_break(struct sl_str text, size_t at)
{
    unsigned char byte = (unsigned char)text.ptr[at];
    if (byte == '\n' || byte == '\r')
        return 1;
    struct sl_str rest = sl_str_slice(text, at, text.len);
    if (byte == 0xc2 && sl_str_starts_with(rest, SL_STR("\xc2\x85")))
        return 2;
    if (byte == 0xe2 && (sl_str_starts_with(rest, SL_STR("\xe2\x80\xa8")) ||
                         sl_str_starts_with(rest, SL_STR("\xe2\x80\xa9"))))
        return 3;
    return 0;
}

/* How the characters before the one at hand bear on it. */
struct state {
    struct sl_text_traits traits;
    bool after_space;
    bool after_break;
    bool special; /* needs an escape */
    bool indicator;
    bool break_space; /* a space behind a break */
    bool space_break; /* a break behind a space */
};

static void see_break(struct state *state)
{
    state->traits.multiline = true;
    state->space_break |= state->after_space;
    state->after_space = false;
    state->after_break = true;
}

static void see_space(struct state *state)
{
    state->break_space |= state->after_break;
    state->after_space = true;
    state->after_break = false;
}

static void see_other(struct state *state)
{
    state->after_space = false;
    state->after_break = false;
}

/* A character beyond ASCII; returns its length. */
static size_t see_wide(struct state *state, struct sl_str text, size_t at)
{
    uint32_t c = 0;
    size_t length = sl_utf8_decode(sl_str_slice(text, at, text.len), &c);
    state->traits.ascii = false;
    if (length == 0) {
        state->traits.forbidden = true;
        return 1;
    }
    bool c1 = c < 0xa0 && c != 0x85;
    state->traits.forbidden |= c1 || c == 0xfffe || c == 0xffff;
    state->traits.next_line |= c == 0x85;
    state->special |= c < 0xa0 || c == 0xfeff || c > 0xffff;
    if (c == 0x85 || c == 0x2028 || c == 0x2029)
        see_break(state);
    else
        see_other(state);
    return length;
}

/* ASCII that is not harmless. */
static void see_ascii(struct state *state, struct sl_str text, size_t at)
{
    switch (text.ptr[at]) {
    case ' ':
        see_space(state);
        return;
    case '\n':
        state->traits.newline = true;
        see_break(state);
        return;
    case '\r':
        state->special = true;
        see_break(state);
        return;
    case ':':
        state->indicator |= at + 1 == text.len || text.ptr[at + 1] == ' ';
        break;
    case '#':
        state->indicator |= state->after_space;
        break;
    default:
        state->traits.forbidden |= text.ptr[at] == 0x7f;
        state->special = true;
        break;
    }
    see_other(state);
}

/* Does the text begin like something else than a plain scalar? */
static bool begins_with_indicator(struct sl_str text)
{
    if (strchr("#,[]{}&*!|>'\"%@`", text.ptr[0]) && text.ptr[0] != '\0')
        return true;
    if (sl_str_starts_with(text, SL_STR("---")) || sl_str_starts_with(text, SL_STR("...")))
        return true;
    bool blank_follows = text.len == 1 || text.ptr[1] == ' ';
    return blank_follows && (text.ptr[0] == '-' || text.ptr[0] == '?' || text.ptr[0] == ':');
}

struct sl_text_traits sl_text_examine(struct sl_str text)
{
    struct state state = {.traits = {.ascii = true}};
    if (text.len == 0) {
        state.traits.plain = true;
        state.traits.single_quoted = true;
        return state.traits;
    }
    size_t at = 0;
    while (at < text.len) {
        size_t run = at;
        while (run < text.len && is_harmless((unsigned char)text.ptr[run]))
            run++;
        if (run > at)
            see_other(&state);
        at = run;
        if (at == text.len)
            break;
        if ((unsigned char)text.ptr[at] >= 0x80) {
            at += see_wide(&state, text, at);
        } else {
            see_ascii(&state, text, at);
            at++;
        }
    }
    bool leading = text.ptr[0] == ' ' || sl_text_break(text, 0) > 0;
    bool trailing = state.after_space || state.after_break;
    bool escapes = state.special || state.space_break;
    state.traits.plain = !leading && !trailing && !state.traits.multiline && !escapes && !state.indicator &&
                         !begins_with_indicator(text);
    state.traits.single_quoted = !escapes && !state.break_space;
    state.traits.literal = !escapes && !state.after_space;
    return state.traits;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* The first character behind leading line breaks, or 0. */
static char first_character(struct sl_str text)
{
    size_t at = 0;
    while (at < text.len && sl_text_break(text, at) > 0)
        at += sl_text_break(text, at);
    return at < text.len ? text.ptr[at] : '\0';
}

/* Would go-yaml v3 write the text as a folded scalar? */
static bool may_be_folded(struct sl_str text)
{
    bool space = false;
    for (size_t at = 0; at < text.len; at++) {
        unsigned char byte = (unsigned char)text.ptr[at];
        bool escaped = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f || byte >= 0xf0 ||
                       sl_text_break(text, at) == 2;
        bool mark = sl_str_starts_with(sl_str_slice(text, at, at + 3), SL_STR("\xef\xbb\xbf"));
        if (escaped || mark || (space && sl_text_break(text, at) > 0))
            return false;
        space = byte == ' ';
    }
    return !space;
}

/* Behind a line that does not begin with a blank: appends the line breaks text[at, end) as they come back. */
static void put_refolded_breaks(struct sl_buf *out, struct sl_str text, size_t at, size_t end, bool extra)
{
    struct sl_str breaks = sl_str_slice(text, at, end);
    bool last = end == text.len;
    bool before_blank = !last && is_blank(text.ptr[end]);
    if (extra && (before_blank || (last && sl_text_break(text, at) < breaks.len)))
        sl_buf_byte(out, '\n');
    if (extra || before_blank || last)
        sl_buf_str(out, breaks);
    else if (breaks.len == 1)
        sl_buf_byte(out, ' ');
    else
        sl_buf_str(out, sl_str_slice(breaks, 1, breaks.len));
}

bool sl_text_refold(struct sl_buf *out, struct sl_str text)
{
    char first = first_character(text);
    if (first == '\0' || !may_be_folded(text))
        return false;
    size_t line = 0; /* where the line at hand begins */
    for (size_t at = 0; at < text.len;) {
        size_t length = sl_text_break(text, at);
        if (length == 0) {
            sl_buf_byte(out, text.ptr[at++]);
            continue;
        }
        size_t end = at;
        while (length > 0) {
            end += length;
            length = end < text.len ? sl_text_break(text, end) : 0;
        }
        if (at > line && text.ptr[at] == '\n' && !is_blank(text.ptr[line]))
            put_refolded_breaks(out, text, at, end, !is_blank(first));
        else
            sl_buf_str(out, sl_str_slice(text, at, end));
        at = end;
        line = end;
    }
    return true;
}

void sl_text_fold_next_lines(struct sl_buf *out, struct sl_str text)
{
    for (size_t at = 0; at < text.len;) {
        size_t run = at;
        size_t breaks = 0;
        while (run < text.len && (text.ptr[run] == ' ' || sl_text_break(text, run) == 2)) {
            breaks += text.ptr[run] != ' ';
            run += text.ptr[run] == ' ' ? 1 : 2;
        }
        if (breaks == 0) {
            size_t end = run > at ? run : at + 1;
            sl_buf_str(out, sl_str_slice(text, at, end));
            at = end;
            continue;
        }
        if (breaks == 1)
            sl_buf_byte(out, ' ');
        for (size_t i = 1; i < breaks; i++)
            sl_buf_byte(out, '\n');
        at = run;
    }
}
