#include "uri.h"

/* Cuts *rest at the first of `ends`, or takes all of it. */
static struct sl_str take_until(struct sl_str *rest, const char *ends)
{
    size_t at = 0;
    while (at < rest->len && !(rest->ptr[at] && strchr(ends, rest->ptr[at])))
        at++;
    struct sl_str part = sl_str_slice(*rest, 0, at);
    *rest = sl_str_slice(*rest, at, rest->len);
    return part;
}

static bool is_scheme(struct sl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.ptr[i];
        bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool other = (byte >= '0' && byte <= '9') || byte == '+' || byte == '-' || byte == '.';
        if (!letter && (i == 0 || !other))
            return false;
    }
    return text.len > 0;
}

struct uri uri_split(struct sl_str text)
{
    struct uri uri = {0};
    struct sl_str rest = text.ptr ? text : SL_STR("");
    struct sl_str after = rest;
    struct sl_str scheme = take_until(&after, ":/?#");
    if (after.len && after.ptr[0] == ':' && is_scheme(scheme)) {
        uri.scheme = scheme;
        rest = sl_str_slice(after, 1, after.len);
    }
    if (sl_str_starts_with(rest, SL_STR("//"))) {
        rest = sl_str_slice(rest, 2, rest.len);
        uri.authority = take_until(&rest, "/?#");
    }
    uri.path = take_until(&rest, "?#");
    if (rest.len && rest.ptr[0] == '?') {
        rest = sl_str_slice(rest, 1, rest.len);
        uri.query = take_until(&rest, "#");
    }
    if (rest.len)
        uri.fragment = sl_str_slice(rest, 1, rest.len);
    return uri;
}

struct sl_str uri_without_fragment(struct sl_str text)
{
    return sl_str_slice(text, 0, sl_str_find(text, '#'));
}

struct sl_str uri_fragment(struct sl_str text)
{
    size_t at = sl_str_find(text, '#');
    return at < text.len ? sl_str_slice(text, at + 1, text.len) : (struct sl_str){0};
}

/* -- putting together: everything is appended to memory that is large enough -- */

struct writer {
    char *at;
};

static void put(struct writer *writer, struct sl_str text)
{
    if (text.ptr && text.len)
        memcpy(writer->at, text.ptr, text.len);
    writer->at += text.len;
}

/* Section 5.2.4, in place: segments "." go, ".." goes with the one before it. */
static char *remove_dots(char *path, char *end)
{
    char *out = path;
    for (char *at = path; at < end;) {
        char *next = at + (*at == '/');
        while (next < end && *next != '/')
            next++;
        size_t slash = *at == '/';
        struct sl_str name = {at + slash, (size_t)(next - at) - slash};
        bool here = sl_str_equal(name, SL_STR("."));
        bool up = sl_str_equal(name, SL_STR(".."));
        if (!here && !up) {
            memmove(out, at, (size_t)(next - at));
            out += next - at;
        } else if (up) {
            while (out > path && *--out != '/')
                continue;
        }
        if ((here || up) && next == end && (slash || out > path))
            *out++ = '/';
        at = next;
    }
    return out;
}

static void put_path(struct writer *writer, const struct uri *base, const struct uri *reference)
{
    char *path = writer->at;
    bool rooted = reference->path.len && reference->path.ptr[0] == '/';
    if (!rooted) {
        size_t keep = base->path.len;
        while (keep > 0 && base->path.ptr[keep - 1] != '/')
            keep--;
        if (base->authority.ptr && keep == 0)
            put(writer, SL_STR("/"));
        put(writer, sl_str_slice(base->path, 0, keep));
    }
    put(writer, reference->path);
    writer->at = remove_dots(path, writer->at);
}

struct sl_str uri_resolve(struct sl_arena *arena, struct sl_str base_text, struct sl_str reference_text)
{
    struct uri base = uri_split(base_text);
    struct uri reference = uri_split(reference_text);
    char *memory = sl_arena_alloc(arena, base_text.len + reference_text.len + 8);
    if (!memory)
        return (struct sl_str){0};
    struct writer writer = {memory};
    bool own = reference.scheme.ptr != NULL;
    bool own_authority = own || reference.authority.ptr;
    bool same_path = !own_authority && reference.path.len == 0;
    struct sl_str scheme = own ? reference.scheme : base.scheme;
    struct sl_str authority = own_authority ? reference.authority : base.authority;
    struct sl_str query = same_path && !reference.query.ptr ? base.query : reference.query;
    put(&writer, scheme);
    put(&writer, scheme.ptr ? SL_STR(":") : SL_STR(""));
    put(&writer, authority.ptr ? SL_STR("//") : SL_STR(""));
    put(&writer, authority);
    if (same_path) {
        put(&writer, base.path);
    } else if (own_authority) {
        char *path = writer.at;
        put(&writer, reference.path);
        writer.at = remove_dots(path, writer.at);
    } else {
        put_path(&writer, &base, &reference);
    }
    put(&writer, query.ptr ? SL_STR("?") : SL_STR(""));
    put(&writer, query);
    put(&writer, reference.fragment.ptr ? SL_STR("#") : SL_STR(""));
    put(&writer, reference.fragment);
    return (struct sl_str){memory, (size_t)(writer.at - memory)};
}

static int hex_value(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

struct sl_str uri_decode(struct sl_arena *arena, struct sl_str text)
{
    char *out = sl_arena_alloc(arena, text.len + 1);
    if (!out)
        return (struct sl_str){0};
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        int high = text.ptr[i] == '%' && i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_value(text.ptr[i + 2]) : -1;
        if (low >= 0)
            i += 2;
        out[len++] = low >= 0 ? (char)(high * 16 + low) : text.ptr[i];
    }
    return (struct sl_str){out, len};
}
