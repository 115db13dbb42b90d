/* Addresses, host names (RFC 1123, with IDNA's A-labels) and mailboxes (RFC 5321). */
#include "format.h"

enum { HOSTNAME_MAX = 253, LABEL_MAX = 63 };

bool format_ipv4(struct sl_str text)
{
    unsigned parts = 0;
    for (;; parts++) {
        size_t end = sl_str_find(text, '.');
        struct sl_str part = sl_str_slice(text, 0, end);
        unsigned value = 0;
        if (part.len < 1 || part.len > 3 || (part.len > 1 && part.ptr[0] == '0'))
            return false;
        for (size_t i = 0; i < part.len; i++) {
            if (!is_digit(part.ptr[i]))
                return false;
            value = value * 10 + (unsigned)(part.ptr[i] - '0');
        }
        if (value > 255)
            return false;
        if (end == text.len)
            return parts == 3;
        text = sl_str_slice(text, end + 1, text.len);
    }
}

static bool is_group(struct sl_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_hex(text.ptr[i]))
            return false;
    return text.len >= 1 && text.len <= 4;
}

/* Groups of 16 bits parted by ":"; -1 where it is not that. The last one may be an IPv4 address. */
static int count_groups(struct sl_str text, bool last)
{
    int count = 0;
    if (text.len == 0)
        return 0;
    for (;;) {
        size_t end = sl_str_find(text, ':');
        struct sl_str group = sl_str_slice(text, 0, end);
        bool final = end == text.len;
        if (final && last && format_ipv4(group))
            return count + 2;
        if (!is_group(group))
            return -1;
        count++;
        if (final)
            return count;
        text = sl_str_slice(text, end + 1, text.len);
    }
}

bool format_ipv6(struct sl_str text)
{
    if (text.len > 45)
        return false;
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.ptr[i] != ':' || text.ptr[i + 1] != ':')
            continue;
        int left = count_groups(sl_str_slice(text, 0, i), false);
        int right = count_groups(sl_str_slice(text, i + 2, text.len), true);
        return left >= 0 && right >= 0 && left + right < 8;
    }
    return count_groups(text, true) == 8;
}

static bool is_label(struct sl_str label)
{
    if (label.len < 1 || label.len > LABEL_MAX || label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (!is_letter(label.ptr[i]) && !is_digit(label.ptr[i]) && label.ptr[i] != '-')
            return false;
    bool encoded = label.len >= 4 && (label.ptr[0] | 0x20) == 'x' && (label.ptr[1] | 0x20) == 'n' &&
                   label.ptr[2] == '-' && label.ptr[3] == '-';
    return !encoded || format_a_label(sl_str_slice(label, 4, label.len));
}

bool format_hostname(struct sl_str text)
{
    if (text.len > HOSTNAME_MAX)
        return false;
    for (;;) {
        size_t end = sl_str_find(text, '.');
        if (!is_label(sl_str_slice(text, 0, end)))
            return false;
        if (end == text.len)
            return true;
        text = sl_str_slice(text, end + 1, text.len);
    }
}

static bool is_quoted_local(struct sl_str text)
{
    if (text.len < 2 || text.ptr[0] != '"' || text.ptr[text.len - 1] != '"')
        return false;
    for (size_t i = 1; i + 1 < text.len; i++) {
        if (text.ptr[i] == '\\' && ++i + 1 == text.len)
            return false;
        bool escaped = text.ptr[i - 1] == '\\';
        if (text.ptr[i] < ' ' || text.ptr[i] > '~' || (text.ptr[i] == '"' && !escaped))
            return false;
    }
    return true;
}

static bool is_dotted_local(struct sl_str text)
{
    bool after_dot = true;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        bool dot = byte == '.';
        if (!dot && !is_letter(byte) && !is_digit(byte) && !is_one_of(byte, "!#$%&'*+-/=?^_`{|}~"))
            return false;
        if (dot && after_dot)
            return false;
        after_dot = dot;
    }
    return text.len > 0 && !after_dot;
}

bool format_email(struct sl_str text)
{
    size_t at = text.len;
    while (at > 0 && text.ptr[at - 1] != '@')
        at--;
    if (at == 0)
        return false;
    struct sl_str local = sl_str_slice(text, 0, at - 1);
    struct sl_str domain = sl_str_slice(text, at, text.len);
    if (!is_dotted_local(local) && !is_quoted_local(local))
        return false;
    if (domain.len < 2 || domain.ptr[0] != '[' || domain.ptr[domain.len - 1] != ']')
        return format_hostname(domain);
    domain = sl_str_slice(domain, 1, domain.len - 1);
    if (sl_str_starts_with(domain, SL_STR("IPv6:")))
        return format_ipv6(sl_str_slice(domain, 5, domain.len));
    return format_ipv4(domain);
}
