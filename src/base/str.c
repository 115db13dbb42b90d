#include <sealift/str.h>

int sl_str_compare(struct sl_str a, struct sl_str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.ptr, b.ptr, common) : 0;
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

bool sl_str_starts_with(struct sl_str text, struct sl_str prefix)
{
    return text.len >= prefix.len && sl_str_equal(sl_str_slice(text, 0, prefix.len), prefix);
}

bool sl_str_ends_with(struct sl_str text, struct sl_str suffix)
{
    return text.len >= suffix.len &&
           sl_str_equal(sl_str_slice(text, text.len - suffix.len, text.len), suffix);
}

size_t sl_str_find(struct sl_str text, char byte)
{
    const char *found = text.len ? memchr(text.ptr, byte, text.len) : NULL;
    return found ? (size_t)(found - text.ptr) : text.len;
}

struct sl_str sl_str_slice(struct sl_str text, size_t from, size_t to)
{
    if (to > text.len)
        to = text.len;
    if (from >= to)
        return (struct sl_str){text.ptr, 0};
    return (struct sl_str){text.ptr + from, to - from};
}

bool sl_str_next_line(struct sl_str *line, struct sl_str *rest)
{
    size_t end = sl_str_find(*rest, '\n');
    bool any = rest->len > 0;
    *line = sl_str_slice(*rest, 0, end);
    *rest = sl_str_slice(*rest, end + 1, rest->len);
    return any;
}
