#include "canon.h"

#include "base/limits.h"

#include <sealift/text.h>
#include <stdarg.h>
#include <stdio.h>

enum { SHOWN_MAX = 96 };

void sl_canon_open(struct sl_canon *canon, struct sl_str text, const char *name, struct sl_arena *arena)
{
    *canon = (struct sl_canon){.text = text, .name = name, .arena = arena};
}

int sl_canon_refuse(const struct sl_canon *canon, struct sl_err *err, const char *format, ...)
{
    char reason[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    return sl_fail(err, SL_E_REFUSED, "%s, byte %zu: %s", canon->name, canon->at + 1, reason);
}

/* The next byte, or -1 at the end. */
static int peek(const struct sl_canon *canon)
{
    return canon->at < canon->text.len ? (unsigned char)canon->text.ptr[canon->at] : -1;
}

static const char *kind_at(const struct sl_canon *canon)
{
    int byte = peek(canon);
    switch (byte) {
    case -1:
        return "the end of the text";
    case '{':
        return "a map";
    case '[':
        return "a list";
    case '"':
        return "a text";
    case 't':
    case 'f':
        return "a boolean";
    case 'n':
        return "null";
    default:
        return byte == '-' || (byte >= '0' && byte <= '9') ? "a number" : "something else";
    }
}

static int refuse_kind(const struct sl_canon *canon, const char *wanted, struct sl_err *err)
{
    char shown[SHOWN_MAX];
    if (canon->field.len == 0)
        return sl_canon_refuse(canon, err, "%s is expected, not %s", wanted, kind_at(canon));
    return sl_canon_refuse(canon, err, "\"%s\" must be %s, not %s",
                           sl_escape(shown, sizeof shown, canon->field), wanted, kind_at(canon));
}

static int open_level(struct sl_canon *canon, struct sl_canon_level *level, char open, struct sl_err *err)
{
    if (peek(canon) != open)
        return refuse_kind(canon, open == '{' ? "a map" : "a list", err);
    canon->at++;
    *level = (struct sl_canon_level){.begun = false};
    return 0;
}

/* Steps over the comma or the closing bracket: 1 when another member follows. */
static int next_member(struct sl_canon *canon, struct sl_canon_level *level, char close, struct sl_err *err)
{
    int byte = peek(canon);
    if (byte == close) {
        canon->at++;
        return 0;
    }
    if (level->begun) {
        if (byte != ',')
            return sl_canon_refuse(canon, err, "\",\" or \"%c\" is expected, not %s", close, kind_at(canon));
        canon->at++;
    }
    level->begun = true;
    return 1;
}

int sl_canon_map(struct sl_canon *canon, struct sl_canon_level *level, struct sl_err *err)
{
    return open_level(canon, level, '{', err);
}

int sl_canon_list(struct sl_canon *canon, struct sl_canon_level *level, struct sl_err *err)
{
    return open_level(canon, level, '[', err);
}

int sl_canon_item(struct sl_canon *canon, struct sl_canon_level *level, struct sl_err *err)
{
    return next_member(canon, level, ']', err);
}

static bool is_key(struct sl_str key)
{
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] < 0x20 || key.ptr[i] > 0x7e || key.ptr[i] == '\\')
            return false;
    }
    return key.len > 0;
}

int sl_canon_key(struct sl_canon *canon, struct sl_canon_level *level, struct sl_str *key, struct sl_err *err)
{
    bool first = !level->begun;
    int more = next_member(canon, level, '}', err);
    if (more <= 0)
        return more;
    size_t start = canon->at;
    if (peek(canon) != '"')
        return sl_canon_refuse(canon, err, "a key is expected, not %s", kind_at(canon));
    if (sl_canon_text(canon, key, err) < 0)
        return -1;
    const char *fault = NULL;
    if (!is_key(*key))
        fault = "is not printable ASCII without quote and backslash";
    else if (!first && sl_str_compare(level->last, *key) >= 0)
        fault = "comes twice or out of order";
    else if (peek(canon) != ':')
        fault = "is not followed by \":\"";
    if (fault) {
        char shown[SHOWN_MAX];
        canon->at = start;
        return sl_canon_refuse(canon, err, "the key \"%s\" %s", sl_escape(shown, sizeof shown, *key), fault);
    }
    canon->at++;
    level->last = *key;
    canon->field = *key;
    return 1;
}

/* The one escape that canonical JSON has for the bytes at `escape`, behind a backslash: its length, or 0. */
static size_t escape_len(struct sl_str escape)
{
    if (escape.len == 0)
        return 0;
    if (escape.ptr[0] != 'u')
        return escape.ptr[0] && strchr("\"\\bfnrt", escape.ptr[0]) ? 1 : 0;
    if (escape.len < 5 || escape.ptr[1] != '0' || escape.ptr[2] != '0')
        return 0;
    char high = escape.ptr[3];
    char low = escape.ptr[4];
    bool is_hex = (low >= '0' && low <= '9') || (low >= 'a' && low <= 'f');
    if ((high != '0' && high != '1') || !is_hex)
        return 0;
    /* \b \t \n \f \r are shorter for these. */
    return high == '0' && strchr("89acd", low) ? 0 : 5;
}

/* Length of the escape or of the character beyond ASCII at the start of `rest`, which is inside quotes, or 0.
 */
static size_t special_len(struct sl_str rest)
{
    unsigned char byte = (unsigned char)rest.ptr[0];
    if (byte < 0x20)
        return 0;
    if (byte == '\\') {
        size_t len = escape_len(sl_str_slice(rest, 1, rest.len));
        return len ? len + 1 : 0;
    }
    uint32_t character;
    return sl_utf8_decode(rest, &character);
}

/* Steps over characters that stand for themselves: most of a manifest. */
static void skip_plain(struct sl_canon *canon)
{
    const unsigned char *bytes = (const unsigned char *)canon->text.ptr;
    size_t at = canon->at;
    while (at < canon->text.len && bytes[at] >= 0x20 && bytes[at] < 0x80 && bytes[at] != '"' &&
           bytes[at] != '\\')
        at++;
    canon->at = at;
}

int sl_canon_text(struct sl_canon *canon, struct sl_str *text, struct sl_err *err)
{
    if (peek(canon) != '"')
        return refuse_kind(canon, "a text", err);
    canon->at++;
    size_t from = canon->at;
    for (;;) {
        skip_plain(canon);
        int byte = peek(canon);
        if (byte < 0)
            return sl_canon_refuse(canon, err, "the text ends inside a string");
        if (byte == '"')
            break;
        size_t len = special_len(sl_str_slice(canon->text, canon->at, canon->text.len));
        if (len == 0)
            return sl_canon_refuse(canon, err,
                                   "a string has a byte that is not UTF-8, a bare control character or an "
                                   "escape that canonical JSON has not");
        canon->at += len;
    }
    *text = sl_str_slice(canon->text, from, canon->at);
    canon->at++;
    return 0;
}

int sl_canon_integer(struct sl_canon *canon, int64_t *value, struct sl_err *err)
{
    size_t start = canon->at;
    bool negative = peek(canon) == '-';
    if (negative)
        canon->at++;
    size_t digits = canon->at;
    uint64_t number = 0;
    while (peek(canon) >= '0' && peek(canon) <= '9' && number <= SL_INTEGER_MAX) {
        number = number * 10 + (uint64_t)(peek(canon) - '0');
        canon->at++;
    }
    size_t len = canon->at - digits;
    int after = peek(canon);
    bool leading_zero = len > 0 && canon->text.ptr[digits] == '0' && (len > 1 || negative);
    canon->at = start;
    if (len == 0)
        return refuse_kind(canon, "an integer", err);
    if (number > SL_INTEGER_MAX)
        return sl_canon_refuse(canon, err, "a number is beyond 2^53 - 1");
    if (leading_zero || after == '.' || after == 'e' || after == 'E')
        return sl_canon_refuse(canon, err, "a number is not an integer in its shortest form");
    canon->at = digits + len;
    *value = negative ? -(int64_t)number : (int64_t)number;
    return 0;
}

static bool take(struct sl_canon *canon, struct sl_str word)
{
    if (!sl_str_starts_with(sl_str_slice(canon->text, canon->at, canon->text.len), word))
        return false;
    canon->at += word.len;
    return true;
}

int sl_canon_bool(struct sl_canon *canon, bool *value, struct sl_err *err)
{
    *value = take(canon, SL_STR("true"));
    if (*value || take(canon, SL_STR("false")))
        return 0;
    return refuse_kind(canon, "true or false", err);
}

static int skip_scalar(struct sl_canon *canon, struct sl_err *err)
{
    struct sl_str text;
    int64_t number;
    int byte = peek(canon);
    if (byte == '"')
        return sl_canon_text(canon, &text, err);
    if (byte == '-' || (byte >= '0' && byte <= '9'))
        return sl_canon_integer(canon, &number, err);
    if (take(canon, SL_STR("true")) || take(canon, SL_STR("false")) || take(canon, SL_STR("null")))
        return 0;
    return sl_canon_refuse(canon, err, "a value is expected, not %s", kind_at(canon));
}

int sl_canon_skip(struct sl_canon *canon, struct sl_err *err)
{
    struct sl_canon_level levels[SL_CANON_DEPTH_MAX] = {0};
    char close[SL_CANON_DEPTH_MAX];
    size_t depth = 0;
    do {
        int byte = peek(canon);
        if (byte == '{' || byte == '[') {
            if (depth == SL_CANON_DEPTH_MAX)
                return sl_canon_refuse(canon, err, "maps and lists are nested deeper than %d",
                                       SL_CANON_DEPTH_MAX);
            close[depth] = byte == '{' ? '}' : ']';
            if (open_level(canon, &levels[depth++], (char)byte, err) < 0)
                return -1;
        } else if (skip_scalar(canon, err) < 0) {
            return -1;
        }
        int more = 0;
        while (depth > 0 && more == 0) {
            struct sl_str key = {0};
            struct sl_canon_level *level = &levels[depth - 1];
            more = close[depth - 1] == '}' ? sl_canon_key(canon, level, &key, err)
                                           : sl_canon_item(canon, level, err);
            if (more < 0)
                return -1;
            depth -= more == 0;
        }
    } while (depth > 0);
    return 0;
}

int sl_canon_count(const struct sl_canon *canon, size_t *count, size_t max, struct sl_err *err)
{
    struct sl_canon ahead = *canon;
    struct sl_canon_level level = {0};
    if (sl_canon_list(&ahead, &level, err) < 0)
        return -1;
    *count = 0;
    int more;
    while ((more = sl_canon_item(&ahead, &level, err)) > 0) {
        char shown[SHOWN_MAX];
        if (*count == max)
            return sl_canon_refuse(canon, err, "\"%s\" has more than %zu items",
                                   sl_escape(shown, sizeof shown, canon->field), max);
        if (sl_canon_skip(&ahead, err) < 0)
            return -1;
        (*count)++;
    }
    return more;
}

int sl_canon_end(const struct sl_canon *canon, struct sl_err *err)
{
    if (canon->at == canon->text.len)
        return 0;
    return sl_canon_refuse(canon, err, "something follows the end of the JSON text");
}
