#include "tree/path.h"

#include "base/cleanup.h"
#include "base/limits.h"

#include <sealift/text.h>

enum { TEXT_SIZE = 200 };

/* Takes the part in front of the next slash off `rest`, and the slash. */
static struct sl_str take_part(struct sl_str *rest)
{
    size_t end = sl_str_find(*rest, '/');
    struct sl_str part = sl_str_slice(*rest, 0, end);
    *rest = sl_str_slice(*rest, end + 1, rest->len);
    return part;
}

static bool is_dots(struct sl_str part)
{
    return sl_str_equal(part, SL_STR(".")) || sl_str_equal(part, SL_STR(".."));
}

bool sl_path_is_plain(struct sl_str path)
{
    if (path.len == 0)
        return true;
    if (path.ptr[path.len - 1] == '/' || sl_str_find(path, '\0') < path.len)
        return false;
    while (path.len) {
        struct sl_str part = take_part(&path);
        if (part.len == 0 || is_dots(part))
            return false;
    }
    return true;
}

struct sl_str sl_path_directory(struct sl_str path)
{
    size_t end = path.len;
    while (end > 0 && path.ptr[end - 1] != '/')
        end--;
    return sl_str_slice(path, 0, end ? end - 1 : 0);
}

struct sl_str sl_path_name(struct sl_str path)
{
    size_t start = path.len;
    while (start > 0 && path.ptr[start - 1] != '/')
        start--;
    return sl_str_slice(path, start, path.len);
}

static int check_relative(struct sl_str relative, const char *text, struct sl_err *err)
{
    if (relative.len == 0)
        return sl_fail(err, SL_E_INPUT, "the path is empty");
    if (sl_str_find(relative, '\0') < relative.len)
        return sl_fail(err, SL_E_INPUT, "the path \"%s\" has a NUL in it", text);
    if (relative.ptr[0] == '/')
        return sl_fail(err, SL_E_INPUT, "the path \"%s\" is absolute; paths here are relative", text);
    return 0;
}

int sl_path_join(struct sl_arena *arena, struct sl_str directory, struct sl_str relative, struct sl_str *out,
                 struct sl_err *err)
{
    char text[TEXT_SIZE];
    sl_escape(text, sizeof text, relative);
    if (check_relative(relative, text, err) < 0)
        return -1;

    SL_CLEANUP(sl_buf_release) struct sl_buf joined;
    sl_buf_init(&joined, SL_PATH_MAX);
    sl_buf_str(&joined, directory);
    struct sl_str rest = relative;
    while (rest.len) {
        struct sl_str part = take_part(&rest);
        if (part.len == 0 || sl_str_equal(part, SL_STR(".")))
            continue;
        if (part.len > SL_NAME_MAX)
            return sl_fail(err, SL_E_LIMIT, "a name in the path \"%s\" has more than %d bytes", text,
                           SL_NAME_MAX);
        if (!sl_str_equal(part, SL_STR(".."))) {
            if (joined.len)
                sl_buf_byte(&joined, '/');
            sl_buf_str(&joined, part);
            continue;
        }
        if (sl_buf_check(&joined, "the path", err) < 0)
            return -1;
        if (joined.len == 0)
            return sl_fail(err, SL_E_INPUT, "the path \"%s\" leads out of the tree", text);
        joined.len = sl_path_directory(sl_buf_view(&joined)).len;
    }
    if (sl_buf_check(&joined, "the path", err) < 0)
        return -1;
    *out = sl_arena_str(arena, sl_buf_view(&joined));
    return out->ptr ? 0 : sl_fail_memory(err);
}
