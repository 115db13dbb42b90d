#include "inspected.h"

#include <sealift/text.h>
#include <string.h>

enum { INDENT_MIN = 2, INDENT_MAX = 24, ESCAPE = 0x1b };

#define DEPTH_MAX 16 /* what `inspect` writes has 3 */
#define KEYS_MAX  64 /* and about 20 */

/* The blanks in front; where they are too few or too many, or there is nothing else, SIZE_MAX. */
static size_t indent_of(struct sl_str rest)
{
    size_t len = 0;
    while (len < rest.len && rest.ptr[len] == ' ')
        len++;
    bool ends = len == rest.len || rest.ptr[len] == '\n';
    return len < INDENT_MIN || len > INDENT_MAX || ends ? SIZE_MAX : len;
}

bool inspected_is_lines(struct sl_str said)
{
    bool begins = true;
    for (size_t i = 0; i < said.len;) {
        uint32_t character = 0;
        struct sl_str rest = sl_str_slice(said, i, said.len);
        size_t len = begins ? indent_of(rest) : sl_utf8_decode(rest, &character);
        /* Of escapes sl_inspect() lets only colours through. */
        if (len == SIZE_MAX || len == 0 ||
            (!begins && sl_is_unsafe(character) && character != '\n' && character != ESCAPE))
            return false;
        begins = !begins && character == '\n';
        i += len;
    }
    return begins;
}

/* -- JSON, of which nothing is kept: RFC 8259 without fractions and exponents -- */

struct reading {
    struct sl_str text;
    size_t at;
};

/* The next byte that is no white space, or 0 at the end. */
static char peek(struct reading *reading)
{
    while (reading->at < reading->text.len &&
           (reading->text.ptr[reading->at] == ' ' || reading->text.ptr[reading->at] == '\n'))
        reading->at++;
    return reading->at < reading->text.len ? reading->text.ptr[reading->at] : '\0';
}

static bool take(struct reading *reading, char byte)
{
    if (peek(reading) != byte || byte == '\0')
        return false;
    reading->at++;
    return true;
}

static bool take_word(struct reading *reading, struct sl_str word)
{
    struct sl_str rest = sl_str_slice(reading->text, reading->at, reading->text.len);
    if (!sl_str_starts_with(rest, word))
        return false;
    reading->at += word.len;
    return true;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_hex(char byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

/* The length of the escape at the start of `rest`, or 0. */
static size_t escape_len(struct sl_str rest)
{
    if (rest.len < 2)
        return 0;
    if (rest.ptr[1] != 'u')
        return rest.ptr[1] && strchr("\"\\/bfnrt", rest.ptr[1]) ? 2 : 0;
    for (size_t i = 2; i < 6; i++)
        if (i >= rest.len || !is_hex(rest.ptr[i]))
            return 0;
    return 6;
}

/* Text that is UTF-8, which sl_inspect() has seen to. *text is what stands between the quotes. */
static bool take_string(struct reading *reading, struct sl_str *text)
{
    if (!take(reading, '"'))
        return false;
    size_t from = reading->at;
    while (reading->at < reading->text.len && reading->text.ptr[reading->at] != '"') {
        struct sl_str rest = sl_str_slice(reading->text, reading->at, reading->text.len);
        size_t len = rest.ptr[0] == '\\' ? escape_len(rest) : (unsigned char)rest.ptr[0] >= 0x20;
        if (len == 0)
            return false;
        reading->at += len;
    }
    *text = sl_str_slice(reading->text, from, reading->at);
    return take(reading, '"');
}

static bool take_integer(struct reading *reading)
{
    (void)take(reading, '-');
    size_t from = reading->at;
    while (reading->at < reading->text.len && is_digit(reading->text.ptr[reading->at]))
        reading->at++;
    size_t len = reading->at - from;
    return len == 1 || (len > 1 && reading->text.ptr[from] != '0');
}

static bool take_scalar(struct reading *reading)
{
    struct sl_str text;
    char byte = peek(reading);
    if (byte == '"')
        return take_string(reading, &text);
    if (byte == '-' || is_digit(byte))
        return take_integer(reading);
    return take_word(reading, SL_STR("true")) || take_word(reading, SL_STR("false")) ||
           take_word(reading, SL_STR("null"));
}

/* What stands in front of a value in what `close` ends. */
static bool take_key(struct reading *reading, char close)
{
    struct sl_str key;
    return close == ']' || (take_string(reading, &key) && take(reading, ':'));
}

static bool take_value(struct reading *reading)
{
    char close[DEPTH_MAX];
    size_t depth = 0;
    do {
        bool map = take(reading, '{');
        if (map || take(reading, '[')) {
            if (depth == DEPTH_MAX)
                return false;
            close[depth++] = map ? '}' : ']';
            if (peek(reading) != close[depth - 1]) {
                if (!take_key(reading, close[depth - 1]))
                    return false;
                continue;
            }
        } else if (!take_scalar(reading)) {
            return false;
        }
        while (depth > 0 && take(reading, close[depth - 1]))
            depth--;
        if (depth > 0 && !(take(reading, ',') && take_key(reading, close[depth - 1])))
            return false;
    } while (depth > 0);
    return true;
}

/* Without escapes, so that a key has one spelling. */
static bool is_new_key(struct sl_str key, const struct sl_str *keys, size_t count)
{
    for (size_t i = 0; i < key.len; i++)
        if (!(key.ptr[i] >= 'a' && key.ptr[i] <= 'z') && !is_digit(key.ptr[i]) && key.ptr[i] != '_')
            return false;
    for (size_t i = 0; i < count; i++)
        if (sl_str_equal(key, keys[i]))
            return false;
    return key.len > 0;
}

bool inspected_is_members(struct sl_str said)
{
    struct reading reading = {.text = said};
    struct sl_str keys[KEYS_MAX] = {SL_STR_INIT("verified"), SL_STR_INIT("error")};
    size_t count = 2;
    while (peek(&reading) != '\0') {
        struct sl_str *key = &keys[count];
        if (count == KEYS_MAX || !take(&reading, ',') || !take_string(&reading, key) ||
            !is_new_key(*key, keys, count) || !take(&reading, ':') || !take_value(&reading))
            return false;
        count++;
    }
    return reading.at == said.len;
}
