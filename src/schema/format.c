#include "format.h"

typedef bool format_check(struct sl_str text);

struct format_rule {
    struct sl_str name;
    const char *words;
    format_check *holds; /* NULL: a regular expression, which can run out of memory */
};

static bool is_uuid(struct sl_str text)
{
    if (text.len != 36)
        return false;
    for (size_t i = 0; i < 36; i++) {
        bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (hyphen ? text.ptr[i] != '-' : !is_hex(text.ptr[i]))
            return false;
    }
    return true;
}

static bool is_json_pointer(struct sl_str text)
{
    if (text.len && text.ptr[0] != '/')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '~' && (i + 1 == text.len || !is_one_of(text.ptr[i + 1], "01")))
            return false;
    return true;
}

static bool is_relative_json_pointer(struct sl_str text)
{
    size_t at = 0;
    while (at < text.len && is_digit(text.ptr[at]))
        at++;
    if (at == 0 || (at > 1 && text.ptr[0] == '0'))
        return false;
    struct sl_str rest = sl_str_slice(text, at, text.len);
    return sl_str_equal(rest, SL_STR("#")) || is_json_pointer(rest);
}

static const struct format_rule formats[] = {
    {SL_STR_INIT("date-time"), "a date and time like 2026-11-21T09:58:54Z", format_date_time},
    {SL_STR_INIT("date"), "a date like 2026-11-21", format_date},
    {SL_STR_INIT("time"), "a time like 09:58:54Z", format_time},
    {SL_STR_INIT("duration"), "a duration like P1DT12H", format_duration},
    {SL_STR_INIT("email"), "an e-mail address", format_email},
    {SL_STR_INIT("hostname"), "a host name", format_hostname},
    {SL_STR_INIT("ipv4"), "an IPv4 address", format_ipv4},
    {SL_STR_INIT("ipv6"), "an IPv6 address", format_ipv6},
    {SL_STR_INIT("uri"), "a URI", format_uri},
    {SL_STR_INIT("uri-reference"), "a URI or a relative reference", format_uri_reference},
    {SL_STR_INIT("uri-template"), "a URI template", format_uri_template},
    {SL_STR_INIT("uuid"), "a UUID", is_uuid},
    {SL_STR_INIT("json-pointer"), "a JSON Pointer", is_json_pointer},
    {SL_STR_INIT("relative-json-pointer"), "a relative JSON Pointer", is_relative_json_pointer},
    {SL_STR_INIT("regex"), "a regular expression", NULL},
};

const struct format_rule *format_find(struct sl_str name)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (sl_str_equal(name, formats[i].name))
            return &formats[i];
    return NULL;
}

int format_holds(const struct format_rule *format, struct sl_str text, struct sl_err *err)
{
    return format->holds ? format->holds(text) : format_regex(text, err);
}

const char *format_words(const struct format_rule *format)
{
    return format->words;
}
