#include "json_scan.h"

#include "number.h"

#include <sealift/text.h>

struct sl_place sl_json_place(const struct sl_json_scan *scan)
{
    size_t column = scan->at - scan->line_start - scan->continuations + 1;
    return (struct sl_place){.name = scan->name,
                             .line = scan->line,
                             .column = column < UINT32_MAX ? (uint32_t)column : UINT32_MAX};
}

int sl_json_fail(struct sl_json_scan *scan, const char *what)
{
    enum sl_code code = scan->canonical ? SL_E_REFUSED : SL_E_INPUT;
    return sl_fail_at(scan->err, code, sl_json_place(scan), "%s", what);
}

int sl_json_fail_byte(struct sl_json_scan *scan, const char *expected)
{
    if (scan->at == scan->len)
        return sl_json_fail(scan, "the text ends too early");
    char shown[24];
    char byte = scan->text[scan->at];
    (void)sl_escape(shown, sizeof shown, (struct sl_str){&byte, 1});
    enum sl_code code = scan->canonical ? SL_E_REFUSED : SL_E_INPUT;
    (void)sl_fail_at(scan->err, code, sl_json_place(scan), "expected %s, found \"%s\"", expected, shown);
    if (byte == '\'')
        return sl_hint(scan->err, "JSON strings stand in double quotes");
    if (byte == '/' || byte == '#')
        return sl_hint(scan->err, "JSON has no comments");
    if (scan->at == 0 && byte == '\xef')
        return sl_hint(scan->err, "save the file as UTF-8 without a byte order mark");
    return -1;
}

int sl_json_skip_space(struct sl_json_scan *scan)
{
    size_t from = scan->at;
    for (;; scan->at++) {
        char byte = scan->text[scan->at];
        if (byte == '\n') {
            scan->line++;
            scan->line_start = scan->at + 1;
            scan->continuations = 0;
        } else if (byte != ' ' && byte != '\t' && byte != '\r') {
            break;
        }
    }
    if (scan->canonical && scan->at > from)
        return sl_json_fail(scan, "white space, which canonical JSON does not have");
    return 0;
}

/* -- strings -- */

/* Four hexadecimal digits at `at`, or -1. */
static int32_t hex4(const struct sl_json_scan *scan, size_t at)
{
    uint64_t value;
    if (scan->len - at < 4 || !sl_digits_parse(&value, (struct sl_str){scan->text + at, 4}, 16))
        return -1;
    return (int32_t)value;
}

static size_t utf8_encode(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf00 >> length & 0xff) | c);
    return length;
}

/* Is \uNNNN at scan->at the shortest way to write the character? Only for controls that have no letter, and
 * in lower case. */
static bool is_shortest(const struct sl_json_scan *scan, uint32_t c)
{
    if (c >= 0x20 || c == '\b' || c == '\t' || c == '\n' || c == '\f' || c == '\r')
        return false;
    char last = scan->text[scan->at + 5];
    return last < 'A' || last > 'F';
}

/* \uNNNN at scan->at, or two of them for one character; appends it at *write. */
static int unicode_escape(struct sl_json_scan *scan, size_t *write)
{
    int32_t first = hex4(scan, scan->at + 2);
    if (first < 0)
        return sl_json_fail(scan, "\\u needs four hexadecimal digits");
    uint32_t c = (uint32_t)first;
    if (scan->canonical && !is_shortest(scan, c))
        return sl_json_fail(scan, "an escape that canonical JSON writes in a shorter way");
    size_t length = 6;
    if (c >= 0xd800 && c < 0xe000) {
        const char *next = scan->text + scan->at + 6;
        int32_t second = next[0] == '\\' && next[1] == 'u' ? hex4(scan, scan->at + 8) : -1;
        if (c >= 0xdc00 || second < 0xdc00 || second >= 0xe000)
            return sl_json_fail(scan, "half of a surrogate pair stands alone");
        c = 0x10000 + ((c - 0xd800) << 10) + ((uint32_t)second - 0xdc00);
        length = 12;
    }
    *write += utf8_encode(scan->text + *write, c);
    scan->at += length;
    return 0;
}

static int read_escape(struct sl_json_scan *scan, size_t *write)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    char letter = scan->text[scan->at + 1];
    if (letter == 'u')
        return unicode_escape(scan, write);
    const char *found = letter ? strchr(letters, letter) : NULL;
    if (!found)
        return sl_json_fail(scan, "a backslash with nothing it could stand for");
    if (scan->canonical && letter == '/')
        return sl_json_fail(scan, "an escape that canonical JSON writes in a shorter way");
    scan->text[(*write)++] = meanings[found - letters];
    scan->at += 2;
    return 0;
}

/* Bytes of a string that stand for themselves and are one character each. */
static bool is_plain(char byte)
{
    return (unsigned char)byte >= 0x20 && (unsigned char)byte < 0x80 && byte != '"' && byte != '\\';
}

/* What is neither plain nor the closing quote. */
static int read_special(struct sl_json_scan *scan, size_t *write)
{
    unsigned char byte = (unsigned char)scan->text[scan->at];
    if (byte == '\\')
        return read_escape(scan, write);
    if (scan->at == scan->len)
        return sl_json_fail(scan, "a string has no closing quote");
    if (byte < 0x20)
        return sl_json_fail(scan, byte == '\n' ? "a string has no closing quote"
                                               : "a control character inside a string");
    uint32_t ignored;
    struct sl_str rest = {scan->text + scan->at, scan->len - scan->at};
    size_t length = sl_utf8_decode(rest, &ignored);
    if (length == 0)
        return sl_json_fail(scan, "bytes that are not UTF-8");
    memmove(scan->text + *write, rest.ptr, length);
    *write += length;
    scan->at += length;
    scan->continuations += length - 1;
    return 0;
}

int sl_json_string(struct sl_json_scan *scan, struct sl_str *out)
{
    size_t start = scan->at + 1;
    size_t write = start;
    scan->at = start;
    for (;;) {
        size_t run = scan->at;
        while (is_plain(scan->text[run]))
            run++;
        if (write != scan->at)
            memmove(scan->text + write, scan->text + scan->at, run - scan->at);
        write += run - scan->at;
        scan->at = run;
        if (scan->text[run] == '"')
            break;
        if (read_special(scan, &write) < 0)
            return -1;
    }
    scan->text[write] = '\0';
    scan->at++;
    *out = (struct sl_str){scan->text + start, write - start};
    return 0;
}

/* -- numbers and words -- */

static size_t digits_from(const struct sl_json_scan *scan, size_t at)
{
    while (scan->text[at] >= '0' && scan->text[at] <= '9')
        at++;
    return at;
}

size_t sl_json_number_end(const struct sl_json_scan *scan, bool *whole)
{
    const char *text = scan->text;
    size_t first = scan->at + (text[scan->at] == '-');
    size_t end = digits_from(scan, first);
    if (end == first || (text[first] == '0' && end > first + 1))
        return 0;
    *whole = true;
    if (text[end] == '.') {
        *whole = false;
        size_t fraction = end + 1;
        end = digits_from(scan, fraction);
        if (end == fraction)
            return 0;
    }
    if (text[end] == 'e' || text[end] == 'E') {
        *whole = false;
        size_t exponent = end + 1 + (text[end + 1] == '-' || text[end + 1] == '+');
        end = digits_from(scan, exponent);
        if (end == exponent)
            return 0;
    }
    return end;
}
