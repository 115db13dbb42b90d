#include "base/cleanup.h"
#include "base/limits.h"
#include "tree/tree.h"

static struct sl_str take_line(struct sl_str *rest)
{
    size_t end = sl_str_find(*rest, '\n');
    struct sl_str line = sl_str_slice(*rest, 0, end);
    *rest = sl_str_slice(*rest, end + 1, rest->len);
    return line;
}

bool sl_tree_is_lfs_pointer(struct sl_str bytes)
{
    return sl_str_equal(take_line(&bytes), SL_STR("version https://git-lfs.github.com/spec/v1"));
}

/* What follows `key` in a line that starts with it; .ptr is NULL in others. */
static struct sl_str value_of(struct sl_str line, struct sl_str key)
{
    return sl_str_starts_with(line, key) ? sl_str_slice(line, key.len, line.len) : (struct sl_str){NULL, 0};
}

/* Decimal digits, without a zero in front, and nothing else. */
static bool read_size(struct sl_str text, uint64_t *out)
{
    uint64_t size = 0;
    if (text.len == 0 || (text.len > 1 && text.ptr[0] == '0'))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || __builtin_mul_overflow(size, 10U, &size) ||
            __builtin_add_overflow(size, (unsigned)(text.ptr[i] - '0'), &size))
            return false;
    }
    *out = size;
    return true;
}

bool sl_tree_read_lfs_pointer(struct sl_str bytes, struct sl_lfs_pointer *out)
{
    struct sl_err ignored = {0};
    bool has_digest = false;
    bool has_size = false;
    if (bytes.len > SL_LFS_POINTER_MAX || !sl_tree_is_lfs_pointer(bytes))
        return false;
    while (bytes.len) {
        struct sl_str line = take_line(&bytes);
        struct sl_str digest = value_of(line, SL_STR("oid sha256:"));
        struct sl_str size = value_of(line, SL_STR("size "));
        if (digest.ptr && (has_digest || sl_digest_parse(&out->sha256, digest, &ignored) < 0))
            return false;
        if (size.ptr && (has_size || !read_size(size, &out->size)))
            return false;
        has_digest = has_digest || digest.ptr;
        has_size = has_size || size.ptr;
    }
    return has_digest && has_size;
}
