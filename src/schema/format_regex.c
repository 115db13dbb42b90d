/* Is a text a regular expression of ECMA-262? PCRE2 knows, but for what only it has, and what it lacks. */
#include "format.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "regex.h"

/* A group that begins with "(?" at text.ptr: those that ECMA-262 has. */
static bool is_known_group(struct sl_str text)
{
    struct sl_str rest = sl_str_slice(text, 2, text.len);
    char next = rest.len ? rest.ptr[0] : '\0';
    if (next == '<') {
        char first = rest.len > 1 ? rest.ptr[1] : '\0';
        return is_letter(first) || is_one_of(first, "=!_$") || (unsigned char)first >= 0x80;
    }
    return is_one_of(next, ":=!");
}

/* Copies the pattern with looking behind turned into looking ahead: the same syntax, and PCRE2 refuses looking
 * behind by a length that varies. False where there is something that ECMA-262 does not have. */
static bool translate(struct sl_buf *out, struct sl_str text)
{
    bool in_class = false;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        char next = i + 1 < text.len ? text.ptr[i + 1] : '\0';
        sl_buf_byte(out, byte);
        if (byte == '\\' && next) {
            if (is_letter(next) && !is_one_of(next, "dDwWsSpPbBfnrtvcxuk"))
                return false;
            sl_buf_byte(out, next);
            i++;
        } else if (byte == '[' || byte == ']') {
            in_class = byte == '[';
        } else if (byte == '(' && next == '?' && !in_class) {
            struct sl_str rest = sl_str_slice(text, i, text.len);
            if (!is_known_group(rest))
                return false;
            sl_buf_byte(out, '?');
            i++;
            if (rest.len > 3 && rest.ptr[2] == '<' && is_one_of(rest.ptr[3], "=!"))
                i++;
        } else if (byte == '(' && next == '*' && !in_class) {
            return false;
        }
    }
    return true;
}

int format_regex(struct sl_str text, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf pattern;
    sl_buf_init(&pattern, SL_SCHEMA_PATTERN_MAX);
    struct regex *regex = NULL;
    char why[128];
    if (!translate(&pattern, text) || pattern.fail == SL_E_LIMIT)
        return 0;
    if (sl_buf_check(&pattern, "a pattern", err) < 0)
        return -1;
    int result = regex_compile(&regex, pattern.ptr ? sl_buf_view(&pattern) : SL_STR(""), why, err);
    regex_free(regex);
    return result;
}
