#include "go_regex_class.h"

#include <sealift/text.h>

enum { CODE_MAX = 0x10FFFF, SURROGATE_FIRST = 0xD800, SURROGATE_LAST = 0xDFFF };

bool kz_regex_refuse(const struct kz_regex_reader *reader, const char *why, size_t at)
{
    *reader->problem = (struct kz_regex_problem){why, at};
    return false;
}

char kz_regex_peek(const struct kz_regex_reader *reader, size_t ahead)
{
    size_t left = reader->pattern.len - reader->at;
    return ahead < left ? reader->pattern.ptr[reader->at + ahead] : '\0';
}

static struct sl_str rest_of(const struct kz_regex_reader *reader)
{
    return sl_str_slice(reader->pattern, reader->at, reader->pattern.len);
}

bool kz_regex_char(struct kz_regex_reader *reader, uint32_t *out)
{
    size_t len = sl_utf8_decode(rest_of(reader), out);
    if (len == 0)
        return kz_regex_refuse(reader, "a character is malformed or missing", reader->at);
    reader->at += len;
    return true;
}

/* -- escapes -- */

static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    if (byte >= 'a' && byte <= 'f')
        return byte - 'a' + 10;
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

/* Behind the x: two digits, or any number in braces. */
static bool hex(struct kz_regex_reader *reader, uint32_t *out)
{
    bool braces = kz_regex_peek(reader, 0) == '{';
    size_t from = reader->at;
    uint32_t code = 0;
    reader->at += braces;
    size_t digits = 0;
    while (braces || digits < 2) {
        int digit = hex_digit(kz_regex_peek(reader, 0));
        if (digit < 0)
            break;
        code = code * 16 + (uint32_t)digit;
        if (code > CODE_MAX)
            return kz_regex_refuse(reader, "there is no such character", from);
        digits++;
        reader->at++;
    }
    *out = code;
    bool ended = braces ? kz_regex_peek(reader, 0) == '}' && digits > 0 : digits == 2;
    reader->at += braces;
    return ended || kz_regex_refuse(reader, "\\x needs two hexadecimal digits, or some in braces", from);
}

static bool is_octal(char byte)
{
    return byte >= '0' && byte <= '7';
}

/* At the first digit: up to three; one alone, but 0, would be a back reference. */
static bool octal(struct kz_regex_reader *reader, uint32_t *out)
{
    if (kz_regex_peek(reader, 0) != '0' && !is_octal(kz_regex_peek(reader, 1)))
        return kz_regex_refuse(reader, "Go has no back references", reader->at);
    *out = 0;
    for (size_t i = 0; i < 3 && is_octal(kz_regex_peek(reader, 0)); i++)
        *out = *out * 8 + (uint32_t)(reader->pattern.ptr[reader->at++] - '0');
    return true;
}

static bool is_word(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

bool kz_regex_escape(struct kz_regex_reader *reader, uint32_t *out)
{
    static const char letters[] = "aftnrv", codes[] = "\a\f\t\n\r\v";
    reader->at++;
    if (reader->at == reader->pattern.len)
        return kz_regex_refuse(reader, "it ends in a backslash", reader->at - 1);
    char byte = kz_regex_peek(reader, 0);
    const char *letter = byte ? strchr(letters, byte) : NULL;
    if (letter || ((unsigned char)byte < 0x80 && !is_word(byte))) {
        *out = (unsigned char)(letter ? codes[letter - letters] : byte);
        reader->at++;
        return true;
    }
    if (is_octal(byte))
        return octal(reader, out);
    if (byte != 'x')
        return kz_regex_refuse(reader, "Go has no such escape", reader->at - 1);
    reader->at++;
    return hex(reader, out);
}

/* -- writing -- */

static void write_code(const struct kz_regex_reader *reader, uint32_t code)
{
    sl_buf_printf(reader->out, "\\x{%x}", (unsigned)code);
}

/* No text has surrogates, and PCRE2 does not let a pattern have them. */
static void write_range(const struct kz_regex_reader *reader, uint32_t first, uint32_t last)
{
    if (first < SURROGATE_FIRST && last >= SURROGATE_FIRST && last <= SURROGATE_LAST)
        last = SURROGATE_FIRST - 1;
    if (first >= SURROGATE_FIRST && first <= SURROGATE_LAST)
        first = SURROGATE_LAST + 1;
    if (first > last)
        return;
    write_code(reader, first);
    if (last == first)
        return;
    sl_buf_byte(reader->out, '-');
    write_code(reader, last);
}

void kz_regex_write_char(const struct kz_regex_reader *reader, uint32_t code)
{
    bool plain = code < 0x80 && is_word((char)code);
    bool fold = reader->fold && (code >= 0x80 || (plain && code > '9'));
    if (code >= SURROGATE_FIRST && code <= SURROGATE_LAST) {
        sl_buf_text(reader->out, "[^\\x{0}-\\x{10ffff}]");
        return;
    }
    sl_buf_text(reader->out, fold ? "(?i:" : "");
    if (plain)
        sl_buf_byte(reader->out, (char)code);
    else
        write_code(reader, code);
    sl_buf_text(reader->out, fold ? ")" : "");
}

/* -- sets with names: ASCII ones -- */

struct ascii_set {
    struct sl_str name;
    const char *ranges; /* pairs: first, last */
    size_t len;
};

#define SET(name, ranges)                                                                                    \
    {                                                                                                        \
        SL_STR_INIT(name), ranges, sizeof(ranges) - 1                                                        \
    }

static const struct ascii_set posix_sets[] = {
    SET("alnum", "09AZaz"),  SET("alpha", "AZaz"),           SET("ascii", "\0\x7F"), SET("blank", "\t\t  "),
    SET("digit", "09"),      SET("cntrl", "\0\x1F\x7F\x7F"), SET("graph", "!~"),     SET("lower", "az"),
    SET("print", " ~"),      SET("punct", "!/:@[`{~"),       SET("space", "\t\r  "), SET("upper", "AZ"),
    SET("word", "09AZ__az"), SET("xdigit", "09AFaf"),
};

/* \d, \s and \w; the capital letter is what is not in it. */
static const struct ascii_set perl_sets[] = {SET("d", "09"), SET("s", "\t\n\f\r  "), SET("w", "09AZ__az")};

static const struct ascii_set *find_set(const struct ascii_set *sets, size_t count, struct sl_str name)
{
    for (size_t i = 0; i < count; i++)
        if (sl_str_equal(sets[i].name, name))
            return &sets[i];
    return NULL;
}

static bool has(const struct ascii_set *set, uint32_t code)
{
    for (size_t i = 0; i < set->len; i += 2)
        if (code >= (unsigned char)set->ranges[i] && code <= (unsigned char)set->ranges[i + 1])
            return true;
    return false;
}

/* The long s and the Kelvin sign are the same as "s" and "k" where case does not count. */
static bool has_folded(const struct ascii_set *set, uint32_t code)
{
    uint32_t other = is_word((char)code) && code > '9' ? code ^ 0x20U : code;
    return has(set, code) || has(set, other);
}

static void write_complement(const struct kz_regex_reader *reader, const struct ascii_set *set)
{
    for (uint32_t code = 0; code < 0x80; code++)
        if (!(reader->fold ? has_folded(set, code) : has(set, code)))
            write_range(reader, code, code);
    uint32_t next = 0x80;
    if (reader->fold && has_folded(set, 's')) {
        write_range(reader, next, 0x17E);
        next = 0x180;
    }
    if (reader->fold && has_folded(set, 'k')) {
        write_range(reader, next, 0x2129);
        next = 0x212B;
    }
    write_range(reader, next, CODE_MAX);
}

static void write_set(const struct kz_regex_reader *reader, const struct ascii_set *set, bool negative)
{
    if (negative) {
        write_complement(reader, set);
        return;
    }
    for (size_t i = 0; i < set->len; i += 2)
        write_range(reader, (unsigned char)set->ranges[i], (unsigned char)set->ranges[i + 1]);
}

/* \pN or \p{Greek}, \P{^Greek} */
static bool unicode_set(struct kz_regex_reader *reader)
{
    size_t from = reader->at;
    bool negative = kz_regex_peek(reader, 1) == 'P';
    reader->at += 2;
    uint32_t code;
    size_t start = reader->at;
    if (!kz_regex_char(reader, &code))
        return false;
    struct sl_str name = sl_str_slice(reader->pattern, start, reader->at);
    if (code == '{') {
        struct sl_str rest = rest_of(reader);
        name = sl_str_slice(rest, 0, sl_str_find(rest, '}'));
        if (name.len == rest.len)
            return kz_regex_refuse(reader, "a \"}\" is missing", from);
        reader->at += name.len + 1;
    }
    if (name.len && name.ptr[0] == '^') {
        negative = !negative;
        name = sl_str_slice(name, 1, name.len);
    }
    return kz_regex_write_unicode(reader, name, negative) ||
           kz_regex_refuse(reader, "Go has no set of characters of this name", from);
}

/* \d, \p{..}, without brackets: 1, 0 when there is none, -1. */
static int named_set(struct kz_regex_reader *reader)
{
    if (kz_regex_peek(reader, 0) != '\\')
        return 0;
    char letter = kz_regex_peek(reader, 1);
    if (letter == 'p' || letter == 'P')
        return unicode_set(reader) ? 1 : -1;
    char small[] = {is_word(letter) && letter > '9' ? (char)(letter | 0x20) : letter, '\0'};
    const struct ascii_set *set =
        find_set(perl_sets, sizeof perl_sets / sizeof perl_sets[0], sl_str_from(small));
    if (!set)
        return 0;
    reader->at += 2;
    write_set(reader, set, letter != small[0]);
    return 1;
}

/* PCRE2 has no empty set. */
static void end_set(const struct kz_regex_reader *reader, size_t start, bool negative)
{
    struct sl_buf *out = reader->out;
    if (out->len == start && out->fail == SL_OK) {
        out->len -= negative;
        sl_buf_text(out, negative ? "\\x{0}-\\x{10ffff}" : "^\\x{0}-\\x{10ffff}");
    }
    sl_buf_text(out, reader->fold ? "])" : "]");
}

int kz_regex_set_escape(struct kz_regex_reader *reader)
{
    size_t before = reader->out->len;
    sl_buf_text(reader->out, reader->fold ? "(?i:[" : "[");
    size_t start = reader->out->len;
    int is_set = named_set(reader);
    if (is_set > 0)
        end_set(reader, start, false);
    else if (reader->out->fail == SL_OK)
        reader->out->len = before;
    return is_set;
}

/* -- [...] -- */

/* [:alpha:], [:^alpha:]: 1, 0 when there is none, -1. */
static int posix_set(struct kz_regex_reader *reader)
{
    struct sl_str rest = rest_of(reader);
    size_t end = 2;
    if (!sl_str_starts_with(rest, SL_STR("[:")))
        return 0;
    while (end < rest.len && !sl_str_starts_with(sl_str_slice(rest, end, rest.len), SL_STR(":]")))
        end++;
    if (end >= rest.len)
        return 0;
    bool negative = rest.ptr[2] == '^';
    struct sl_str name = sl_str_slice(rest, negative ? 3 : 2, end);
    const struct ascii_set *set = find_set(posix_sets, sizeof posix_sets / sizeof posix_sets[0], name);
    if (!set) {
        (void)kz_regex_refuse(reader, "Go has no set of characters of this name", reader->at);
        return -1;
    }
    reader->at += end + 2;
    write_set(reader, set, negative);
    return 1;
}

static bool set_char(struct kz_regex_reader *reader, uint32_t *out)
{
    return kz_regex_peek(reader, 0) == '\\' ? kz_regex_escape(reader, out) : kz_regex_char(reader, out);
}

static bool set_range(struct kz_regex_reader *reader)
{
    size_t from = reader->at;
    uint32_t first, last;
    if (!set_char(reader, &first))
        return false;
    last = first;
    struct sl_str rest = rest_of(reader);
    if (rest.len >= 2 && rest.ptr[0] == '-' && rest.ptr[1] != ']') {
        reader->at++;
        if (!set_char(reader, &last))
            return false;
    }
    if (last < first)
        return kz_regex_refuse(reader, "this range ends before it begins", from);
    write_range(reader, first, last);
    return true;
}

static bool set_member(struct kz_regex_reader *reader)
{
    int is_set = posix_set(reader);
    if (is_set == 0)
        is_set = named_set(reader);
    return is_set ? is_set > 0 : set_range(reader);
}

bool kz_regex_set(struct kz_regex_reader *reader)
{
    size_t from = reader->at++;
    bool negative = kz_regex_peek(reader, 0) == '^';
    reader->at += negative;
    sl_buf_text(reader->out, reader->fold ? "(?i:[" : "[");
    sl_buf_text(reader->out, negative ? "^" : "");
    size_t start = reader->out->len;
    for (bool first = true; first || kz_regex_peek(reader, 0) != ']'; first = false) {
        if (reader->at == reader->pattern.len)
            return kz_regex_refuse(reader, "a \"]\" is missing", from);
        if (!set_member(reader))
            return false;
    }
    reader->at++;
    end_set(reader, start, negative);
    return true;
}
