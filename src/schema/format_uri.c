/* URIs and references (RFC 3986), URI templates (RFC 6570). */
#include "format.h"

#include "uri.h"

#define UNRESERVED_MARKS "-._~"
#define SUB_DELIMITERS   "!$&'()*+,;="

/* Letters, digits, %XX, and what `others` has. */
static bool has_only(struct sl_str text, const char *others)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (byte == '%') {
            if (i + 2 >= text.len || !is_hex(text.ptr[i + 1]) || !is_hex(text.ptr[i + 2]))
                return false;
            i += 2;
        } else if (!is_letter(byte) && !is_digit(byte) && !is_one_of(byte, others)) {
            return false;
        }
    }
    return true;
}

/* What stands between brackets: an IPv6 address, or a later one. */
static bool is_ip_literal(struct sl_str text)
{
    if (text.len < 1 || (text.ptr[0] | 0x20) != 'v')
        return format_ipv6(text);
    size_t dot = sl_str_find(text, '.');
    struct sl_str version = sl_str_slice(text, 1, dot);
    struct sl_str address = sl_str_slice(text, dot + 1, text.len);
    for (size_t i = 0; i < version.len; i++)
        if (!is_hex(version.ptr[i]))
            return false;
    return version.len && address.len && sl_str_find(address, '%') == address.len &&
           has_only(address, UNRESERVED_MARKS SUB_DELIMITERS ":");
}

static bool is_port(struct sl_str text)
{
    if (text.len == 0)
        return true;
    for (size_t i = 1; i < text.len; i++)
        if (!is_digit(text.ptr[i]))
            return false;
    return text.ptr[0] == ':';
}

static bool is_authority(struct sl_str text)
{
    size_t at = sl_str_find(text, '@');
    if (at < text.len) {
        if (!has_only(sl_str_slice(text, 0, at), UNRESERVED_MARKS SUB_DELIMITERS ":"))
            return false;
        text = sl_str_slice(text, at + 1, text.len);
    }
    size_t end;
    if (text.len && text.ptr[0] == '[') {
        end = sl_str_find(text, ']');
        return end < text.len && is_ip_literal(sl_str_slice(text, 1, end)) &&
               is_port(sl_str_slice(text, end + 1, text.len));
    }
    end = sl_str_find(text, ':');
    return has_only(sl_str_slice(text, 0, end), UNRESERVED_MARKS SUB_DELIMITERS) &&
           is_port(sl_str_slice(text, end, text.len));
}

static bool is_reference(struct sl_str text, bool absolute)
{
    struct uri uri = uri_split(text);
    if (absolute && !uri.scheme.ptr)
        return false;
    if (uri.authority.ptr && !is_authority(uri.authority))
        return false;
    /* Without a scheme, a colon in the first segment would make one of it. */
    struct sl_str first = sl_str_slice(uri.path, 0, sl_str_find(uri.path, '/'));
    if (!uri.scheme.ptr && !uri.authority.ptr && sl_str_find(first, ':') < first.len)
        return false;
    return has_only(uri.path, UNRESERVED_MARKS SUB_DELIMITERS ":@/") &&
           has_only(uri.query, UNRESERVED_MARKS SUB_DELIMITERS ":@/?") &&
           has_only(uri.fragment, UNRESERVED_MARKS SUB_DELIMITERS ":@/?");
}

bool format_uri(struct sl_str text)
{
    return is_reference(text, true);
}

bool format_uri_reference(struct sl_str text)
{
    return is_reference(text, false);
}

/* -- templates -- */

/* "name", "name.part", then nothing, "*" or ":" with 1 to 9999. */
static bool is_variable(struct sl_str text)
{
    size_t colon = sl_str_find(text, ':');
    struct sl_str name = sl_str_slice(text, 0, colon);
    struct sl_str prefix = sl_str_slice(text, colon + 1, text.len);
    if (colon < text.len) {
        if (prefix.len < 1 || prefix.len > 4 || prefix.ptr[0] == '0')
            return false;
        for (size_t i = 0; i < prefix.len; i++)
            if (!is_digit(prefix.ptr[i]))
                return false;
    } else if (sl_str_ends_with(name, SL_STR("*"))) {
        name.len--;
    }
    bool after_dot = true;
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '.' && after_dot)
            return false;
        after_dot = name.ptr[i] == '.';
    }
    return !after_dot && has_only(name, "_.");
}

static bool is_expression(struct sl_str text)
{
    if (text.len && is_one_of(text.ptr[0], "+#./;?&"))
        text = sl_str_slice(text, 1, text.len);
    for (;;) {
        size_t end = sl_str_find(text, ',');
        if (!is_variable(sl_str_slice(text, 0, end)))
            return false;
        if (end == text.len)
            return true;
        text = sl_str_slice(text, end + 1, text.len);
    }
}

bool format_uri_template(struct sl_str text)
{
    while (text.len) {
        char byte = text.ptr[0];
        size_t len = 1;
        if (byte == '{') {
            len = sl_str_find(text, '}') + 1;
            if (len > text.len || !is_expression(sl_str_slice(text, 1, len - 1)))
                return false;
        } else if (byte == '%') {
            len = 3;
            if (text.len < 3 || !is_hex(text.ptr[1]) || !is_hex(text.ptr[2]))
                return false;
        } else if ((unsigned char)byte <= ' ' || byte == 0x7f || is_one_of(byte, "\"<>\\^`|}")) {
            return false;
        }
        text = sl_str_slice(text, len, text.len);
    }
    return true;
}
