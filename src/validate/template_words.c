#include "template_syntax.h"

#include <stdint.h>
#include <string.h>

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Letters beyond ASCII are letters to Go as well, or nothing that may stand there. */
static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           (unsigned char)byte >= 0x80;
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static bool stands_at(const struct template_words *words, size_t at, const char *text)
{
    return sl_str_starts_with(sl_str_slice(words->text, at, words->text.len), sl_str_from(text));
}

static size_t skip_spaces(const struct template_words *words, size_t at)
{
    while (at < words->text.len && is_space(words->text.ptr[at]))
        at++;
    return at;
}

static size_t skip_name(const struct template_words *words, size_t at)
{
    while (at < words->text.len && (is_letter(words->text.ptr[at]) || is_digit(words->text.ptr[at])))
        at++;
    return at;
}

/* Where the text stands at `at` or behind it; the end of all where it does not. */
static size_t find(const struct template_words *words, size_t at, const char *text)
{
    const size_t length = strlen(text);
    while (at < words->text.len) {
        size_t first =
            sl_str_find(sl_str_slice(words->text, at, words->text.len), text[0]); /* its length: none */
        at += first;
        if (at + length <= words->text.len && memcmp(words->text.ptr + at, text, length) == 0)
            return at;
        at++;
    }
    return words->text.len;
}

bool template_words_open(struct template_words *words)
{
    for (;;) {
        size_t at = find(words, words->at, "{{");
        if (at >= words->text.len)
            return false;
        at += 2;
        if (at + 1 < words->text.len && words->text.ptr[at] == '-' && is_space(words->text.ptr[at + 1]))
            at = skip_spaces(words, at + 1);
        words->at = at;
        if (!stands_at(words, at, "/*"))
            return true;
        words->at = find(words, find(words, at, "*/"), "}}");
        words->broken = words->broken || words->at >= words->text.len;
    }
}

void template_words_skip(struct template_words *words)
{
    size_t at = find(words, words->at, "}}");
    words->at = at < words->text.len ? at + 2 : at;
}

/* A string, quoted or raw. */
static struct template_word read_text(struct template_words *words)
{
    char quote = words->text.ptr[words->at];
    struct template_word word = {.kind = TEMPLATE_WORD_TEXT, .sign = quote};
    size_t from = words->at + 1, to = from;
    while (to < words->text.len && words->text.ptr[to] != quote) {
        bool escaped = quote != '`' && words->text.ptr[to] == '\\';
        if (escaped)
            word.kind = TEMPLATE_WORD_LITERAL;
        to += escaped ? 2 : 1;
    }
    if (to >= words->text.len) {
        words->at = words->text.len;
        return (struct template_word){.kind = TEMPLATE_WORD_BROKEN};
    }
    if (quote == '\'')
        word.kind = TEMPLATE_WORD_LITERAL;
    word.text = sl_str_slice(words->text, from, to);
    words->at = to + 1;
    return word;
}

static struct template_word word_to(struct template_words *words, enum template_word_kind kind, size_t from,
                                    size_t to)
{
    words->at = to;
    return (struct template_word){.kind = kind, .text = sl_str_slice(words->text, from, to)};
}

static struct template_word read_sign(struct template_words *words, size_t length)
{
    struct template_word word = {.kind = TEMPLATE_WORD_SIGN, .sign = words->text.ptr[words->at]};
    words->at += length;
    return word;
}

static struct template_word read_word(struct template_words *words)
{
    size_t at = words->at;
    char byte = words->text.ptr[at], next = at + 1 < words->text.len ? words->text.ptr[at + 1] : 0;
    if (byte == '"' || byte == '`' || byte == '\'')
        return read_text(words);
    if (byte == '.' && is_letter(next))
        return word_to(words, TEMPLATE_WORD_FIELD, at + 1, skip_name(words, at + 1));
    if (is_digit(byte) || ((byte == '-' || byte == '+' || byte == '.') && is_digit(next))) {
        size_t to = at + 1;
        while (to < words->text.len && (words->text.ptr[to] == '.' || is_digit(words->text.ptr[to]) ||
                                        is_letter(words->text.ptr[to])))
            to++;
        return word_to(words, TEMPLATE_WORD_NUMBER, at, to);
    }
    if (byte == '.')
        return word_to(words, TEMPLATE_WORD_DOT, at, at + 1);
    if (byte == '$')
        return word_to(words, TEMPLATE_WORD_VARIABLE, at, skip_name(words, at + 1));
    if (is_letter(byte))
        return word_to(words, TEMPLATE_WORD_NAME, at, skip_name(words, at));
    if (byte == ':' && next == '=')
        return read_sign(words, 2);
    if (strchr("()|,=", byte) && byte)
        return read_sign(words, 1);
    return (struct template_word){.kind = TEMPLATE_WORD_BROKEN};
}

struct template_word template_words_next(struct template_words *words)
{
    size_t at = skip_spaces(words, words->at);
    bool apart = at > words->at;
    words->at = at;
    if (at >= words->text.len)
        return (struct template_word){.kind = TEMPLATE_WORD_BROKEN};
    if (stands_at(words, at, "}}") || (apart && stands_at(words, at, "-}}"))) {
        words->at = at + (words->text.ptr[at] == '-' ? 3 : 2);
        return (struct template_word){.kind = TEMPLATE_WORD_END};
    }
    struct template_word word = read_word(words);
    word.apart = apart;
    return word;
}

/* -- escapes -- */

static bool hexadecimal(uint32_t *out, struct sl_str text, size_t from, size_t count)
{
    *out = 0;
    for (size_t i = from; i < from + count; i++) {
        char byte = i < text.len ? text.ptr[i] : 0;
        uint32_t digit = is_digit(byte)               ? (uint32_t)(byte - '0')
                         : byte >= 'a' && byte <= 'f' ? (uint32_t)(byte - 'a' + 10)
                         : byte >= 'A' && byte <= 'F' ? (uint32_t)(byte - 'A' + 10)
                                                      : 16;
        if (digit == 16)
            return false;
        *out = *out * 16 + digit;
    }
    return true;
}

/* The letter behind the backslash at `at`; how long the escape is, 0: it is none. What it means goes to `out`, which has room
 * for four bytes, and is at most as long. */
static size_t read_escape(char *out, size_t *written, struct sl_str text, size_t at)
{
    static const char letters[] = "abfnrtv\\\"'", means[] = "\a\b\f\n\r\t\v\\\"'";
    char letter = at + 1 < text.len ? text.ptr[at + 1] : 0;
    const char *found = letter ? strchr(letters, letter) : NULL;
    uint32_t code = 0;
    *written = 1;
    if (found) {
        *out = means[found - letters];
        return 2;
    }
    size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    if (digits == 0 || !hexadecimal(&code, text, at + 2, digits) || code > 0x10FFFF)
        return 0;
    if (digits == 2 || code < 0x80) {
        *out = (char)code;
        return 2 + digits;
    }
    *written = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = *written; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)((*written == 2 ? 0xC0U : *written == 3 ? 0xE0U : 0xF0U) | code);
    return 2 + digits;
}

bool template_words_unescape(struct sl_str *out, struct sl_arena *arena, struct sl_str text)
{
    char *made = sl_arena_alloc(arena, text.len + 1);
    *out = (struct sl_str){0};
    size_t length = 0;
    for (size_t at = 0; at < text.len && made;) {
        size_t written = 1, read = 1;
        if (text.ptr[at] == '\\')
            read = read_escape(made + length, &written, text, at);
        else
            made[length] = text.ptr[at];
        if (read == 0)
            return false;
        at += read;
        length += written;
    }
    *out = (struct sl_str){made, length};
    return true;
}
