#include "kube_format.h"

#include <arpa/inet.h>
#include <stdio.h>

enum { ADDRESS_MAX = 64 };

struct kube_format {
    struct sl_str name;
    const char *words;
    bool (*fits_text)(struct sl_str text);             /* NULL: any text */
    bool (*fits_number)(const struct sl_node *number); /* NULL: any number */
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* Digits with at most one point among them; how many bytes, 0 where there is no digit. */
static size_t decimal_length(struct sl_str text)
{
    size_t at = 0, digits = 0;
    bool point = false;
    for (; at < text.len && (is_digit(text.ptr[at]) || (text.ptr[at] == '.' && !point)); at++) {
        point |= text.ptr[at] == '.';
        digits += text.ptr[at] != '.';
    }
    return digits ? at : 0;
}

static struct sl_str behind_sign(struct sl_str text)
{
    bool has_sign = text.len && (text.ptr[0] == '+' || text.ptr[0] == '-');
    return sl_str_slice(text, has_sign, text.len);
}

/* Ki to Ei, n to E, or a power of ten. */
static bool is_quantity_suffix(struct sl_str suffix)
{
    if (suffix.len == 0)
        return true;
    if (suffix.len == 1 && strchr("numkMGTPE", suffix.ptr[0]))
        return suffix.ptr[0] != '\0';
    if (suffix.len == 2 && suffix.ptr[1] == 'i')
        return suffix.ptr[0] && strchr("KMGTPE", suffix.ptr[0]);
    if (suffix.ptr[0] != 'e' && suffix.ptr[0] != 'E')
        return false;
    struct sl_str exponent = behind_sign(sl_str_slice(suffix, 1, suffix.len));
    size_t at = 0;
    while (at < exponent.len && is_digit(exponent.ptr[at]))
        at++;
    return at > 0 && at == exponent.len;
}

static bool is_quantity(struct sl_str text)
{
    struct sl_str number = behind_sign(text);
    size_t len = decimal_length(number);
    return len > 0 && is_quantity_suffix(sl_str_slice(number, len, number.len));
}

/* One part of a duration, "1.5h"; how many bytes. */
static size_t duration_part(struct sl_str text)
{
    static const char *const units[] = {"ns", "us", "\xc2\xb5s", "\xce\xbcs", "ms", "s", "m", "h"};
    size_t number = decimal_length(text), unit = 0;
    struct sl_str rest = sl_str_slice(text, number, text.len);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strlen(units[i]) > unit && sl_str_starts_with(rest, sl_str_from(units[i])))
            unit = strlen(units[i]);
    return number && unit ? number + unit : 0;
}

/* As Go's time.ParseDuration() reads it. */
static bool is_duration(struct sl_str text)
{
    struct sl_str rest = behind_sign(text);
    if (sl_str_equal(rest, SL_STR("0")))
        return true;
    while (rest.len) {
        size_t part = duration_part(rest);
        if (part == 0)
            return false;
        rest = sl_str_slice(rest, part, rest.len);
    }
    return behind_sign(text).len > 0;
}

/* Base64 with padding; line breaks are passed over, as Go does. */
static bool is_base64(struct sl_str text)
{
    size_t count = 0, padding = 0;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        if (byte == '\n' || byte == '\r')
            continue;
        bool is_code = is_letter(byte) || is_digit(byte) || byte == '+' || byte == '/';
        if (byte == '=' ? ++padding > 2 : (!is_code || padding))
            return false;
        count++;
    }
    return count % 4 == 0;
}

static bool is_cidr(struct sl_str text)
{
    char address[ADDRESS_MAX];
    unsigned char bytes[16];
    size_t slash = sl_str_find(text, '/');
    struct sl_str bits = sl_str_slice(text, slash + 1, text.len);
    if (slash >= sizeof address || slash == text.len || memchr(text.ptr, '\0', slash) || bits.len == 0 ||
        bits.len > 3)
        return false;
    (void)snprintf(address, sizeof address, "%.*s", (int)slash, text.ptr);
    unsigned count = 0;
    for (size_t i = 0; i < bits.len; i++) {
        if (!is_digit(bits.ptr[i]))
            return false;
        count = 10 * count + (unsigned)(bits.ptr[i] - '0');
    }
    if (inet_pton(AF_INET, address, bytes) == 1)
        return count <= 32;
    return inet_pton(AF_INET6, address, bytes) == 1 && count <= 128;
}

/* Six or eight bytes with colons or hyphens, or dots between pairs. */
static bool is_mac(struct sl_str text)
{
    size_t digits = 0, separators = 0;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        bool is_hex = is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
        if (!is_hex && byte != ':' && byte != '-' && byte != '.')
            return false;
        digits += is_hex;
        separators += !is_hex;
    }
    return (digits == 12 && (separators == 5 || separators == 2)) ||
           (digits == 16 && (separators == 7 || separators == 3));
}

static bool is_int32(const struct sl_node *number)
{
    return number->kind == SL_FLOAT
               ? number->as.number >= INT32_MIN && number->as.number <= INT32_MAX
               : number->kind == SL_INT && number->as.integer >= INT32_MIN && number->as.integer <= INT32_MAX;
}

static bool is_int64(const struct sl_node *number)
{
    return number->kind == SL_FLOAT ? number->as.number >= -0x1p63 && number->as.number < 0x1p63
                                    : number->kind == SL_INT;
}

static const struct kube_format formats[] = {
    {SL_STR_INIT("quantity"), "a quantity like 500m, 2 or 1.5Gi", is_quantity, NULL},
    {SL_STR_INIT("go-duration"), "a duration like 90s or 1h30m", is_duration, NULL},
    {SL_STR_INIT("byte"), "base64", is_base64, NULL},
    {SL_STR_INIT("cidr"), "a network like 10.0.0.0/8", is_cidr, NULL},
    {SL_STR_INIT("mac"), "a hardware address like 02:00:5e:10:00:00", is_mac, NULL},
    {SL_STR_INIT("int32"), "an integer of 32 bits", NULL, is_int32},
    {SL_STR_INIT("int64"), "an integer of 64 bits", NULL, is_int64},
};

const struct kube_format *kube_format_of(struct sl_str name)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (sl_str_equal(name, formats[i].name))
            return &formats[i];
    return NULL;
}

bool kube_format_fits(const struct kube_format *format, const struct sl_node *value)
{
    if (value->kind == SL_STRING)
        return !format->fits_text || format->fits_text(value->as.text);
    bool is_number = value->kind == SL_INT || value->kind == SL_UINT || value->kind == SL_FLOAT;
    return !is_number || !format->fits_number || format->fits_number(value);
}

const char *kube_format_words(const struct kube_format *format)
{
    return format->words;
}
