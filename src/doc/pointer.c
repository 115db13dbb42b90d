#include "doc/pointer.h"

#include "number.h"

#include <sealift/text.h>

/* Does the escaped token spell this key? */
static bool token_is(struct sl_str token, struct sl_str key)
{
    size_t at = 0;
    for (size_t i = 0; i < token.len; i++) {
        char byte = token.ptr[i];
        if (byte == '~') {
            i++;
            if (i == token.len || (token.ptr[i] != '0' && token.ptr[i] != '1'))
                return false;
            byte = token.ptr[i] == '0' ? '~' : '/';
        }
        if (at == key.len || key.ptr[at++] != byte)
            return false;
    }
    return at == key.len;
}

static struct sl_node *map_step(const struct sl_node *map, struct sl_str token)
{
    for (uint32_t i = 0; i < map->count; i++)
        if (token_is(token, map->as.entries[i].key))
            return map->as.entries[i].value;
    return NULL;
}

static struct sl_node *list_step(const struct sl_node *list, struct sl_str token)
{
    uint64_t index;
    bool leading_zero = token.len > 1 && token.ptr[0] == '0';
    if (leading_zero || !sl_digits_parse(&index, token, 10) || index >= list->count)
        return NULL;
    return list->as.items[index];
}

struct sl_node *sl_pointer_get(const struct sl_node *root, struct sl_str pointer)
{
    /* The tree is const for those who look, the node for those who build: the one cast between them. */
    struct sl_node *node = (struct sl_node *)root;
    while (node && pointer.len > 0) {
        if (pointer.ptr[0] != '/')
            return NULL;
        pointer = sl_str_slice(pointer, 1, pointer.len);
        size_t end = sl_str_find(pointer, '/');
        struct sl_str token = sl_str_slice(pointer, 0, end);
        pointer = sl_str_slice(pointer, end, pointer.len);
        if (node->kind == SL_MAP)
            node = map_step(node, token);
        else if (node->kind == SL_LIST)
            node = list_step(node, token);
        else
            node = NULL;
    }
    return node;
}

static void push_byte(struct sl_buf *pointer, char byte)
{
    if (byte == '~')
        sl_buf_text(pointer, "~0");
    else if (byte == '/')
        sl_buf_text(pointer, "~1");
    else
        sl_buf_byte(pointer, byte);
}

void sl_pointer_push(struct sl_buf *pointer, struct sl_str token)
{
    sl_buf_byte(pointer, '/');
    for (size_t i = 0; i < token.len; i++)
        push_byte(pointer, token.ptr[i]);
}

/* "[12]" at the start of `rest`: appends the index and returns how long it is, or 0. */
static size_t push_index(struct sl_buf *pointer, struct sl_str rest)
{
    uint64_t ignored;
    size_t end = sl_str_find(rest, ']');
    struct sl_str index = sl_str_slice(rest, 1, end);
    if (end == rest.len || !sl_digits_parse(&ignored, index, 10))
        return 0;
    sl_pointer_push(pointer, index);
    return end + 1;
}

/* A key up to the next '.' or '['; a backslash takes the next byte as it is. Returns how long it is, or 0
 * where there is no key or nothing behind a backslash. */
static size_t push_key(struct sl_buf *pointer, struct sl_str rest)
{
    size_t i = 0;
    sl_buf_byte(pointer, '/');
    while (i < rest.len && rest.ptr[i] != '.' && rest.ptr[i] != '[') {
        if (rest.ptr[i] == '\\' && ++i == rest.len)
            return 0;
        push_byte(pointer, rest.ptr[i++]);
    }
    return i;
}

static int fail_path(struct sl_err *err, struct sl_str path, size_t at, const char *what)
{
    char shown[160];
    return sl_fail(err, SL_E_USAGE, "path \"%s\": %s at character %zu", sl_escape(shown, sizeof shown, path),
                   what, at + 1);
}

static int check_escapes(struct sl_str pointer, struct sl_err *err)
{
    for (size_t i = 0; i < pointer.len; i++) {
        bool good = i + 1 < pointer.len && (pointer.ptr[i + 1] == '0' || pointer.ptr[i + 1] == '1');
        if (pointer.ptr[i] == '~' && !good) {
            (void)fail_path(err, pointer, i, "\"~\" that is neither \"~0\" nor \"~1\"");
            return sl_hint(err, "in a JSON pointer ~0 stands for ~ and ~1 for /");
        }
    }
    return 0;
}

int sl_pointer_from_path(struct sl_buf *pointer, struct sl_str path, struct sl_err *err)
{
    if (path.len > 0 && path.ptr[0] == '/') {
        if (check_escapes(path, err) < 0)
            return -1;
        sl_buf_str(pointer, path);
        return sl_buf_check(pointer, "the path", err);
    }
    bool key_next = true; /* at the start and behind a dot */
    for (size_t at = 0; at < path.len;) {
        struct sl_str rest = sl_str_slice(path, at, path.len);
        size_t length = 0;
        if (rest.ptr[0] == '[' && (!key_next || at == 0)) {
            length = push_index(pointer, rest);
            if (length == 0)
                return fail_path(err, path, at, "no index like [0]");
        } else if (key_next) {
            length = push_key(pointer, rest);
            if (length == 0)
                return fail_path(err, path, at, "no key");
        } else if (rest.ptr[0] == '.' && rest.len > 1) {
            length = 1;
        } else {
            return fail_path(err, path, at, "no dot or [index] that goes on");
        }
        key_next = length == 1 && rest.ptr[0] == '.' && !key_next;
        at += length;
    }
    return sl_buf_check(pointer, "the path", err);
}
