#include "engine.h"

#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>

int kz_no_memory(struct sl_build *build, struct sl_err *err)
{
    return sl_node_fail(&build->doc, err);
}

void *kz_alloc(struct sl_build *build, size_t size)
{
    return sl_arena_alloc(&build->doc.arena, size);
}

void *kz_copy(struct sl_build *build, const void *items, size_t count, size_t size)
{
    void *copy = sl_arena_array(&build->doc.arena, count ? count : 1, size);
    if (copy && count)
        memcpy(copy, items, count * size);
    return copy;
}

struct sl_str kz_str(struct sl_build *build, struct sl_str text)
{
    return sl_arena_str(&build->doc.arena, text);
}

struct sl_str kz_join(struct sl_build *build, struct sl_str a, struct sl_str b, struct sl_str c)
{
    size_t len = a.len + b.len + c.len;
    char *text = kz_alloc(build, len + 1);
    if (!text)
        return (struct sl_str){NULL, 0};
    if (a.len)
        memcpy(text, a.ptr, a.len);
    if (b.len)
        memcpy(text + a.len, b.ptr, b.len);
    if (c.len)
        memcpy(text + a.len + b.len, c.ptr, c.len);
    return (struct sl_str){text, len};
}

bool kz_grow(struct sl_build *build, void *items_pointer, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return true;
    size_t larger = *capacity ? *capacity * 2 : 4;
    void *items = sl_arena_array(&build->doc.arena, larger, size);
    if (!items)
        return false;
    void *old;
    memcpy(&old, items_pointer, sizeof old);
    if (count)
        memcpy(items, old, count * size);
    memcpy(items_pointer, &items, sizeof items);
    *capacity = larger;
    return true;
}

int kz_texts_add(struct sl_build *build, struct kz_texts *texts, struct kz_text text, struct sl_err *err)
{
    if (!kz_grow(build, &texts->items, texts->count, &texts->capacity, sizeof *texts->items))
        return kz_no_memory(build, err);
    texts->items[texts->count++] = text;
    return 0;
}

bool kz_texts_have(const struct kz_texts *texts, struct sl_str text)
{
    for (size_t i = 0; i < texts->count; i++)
        if (sl_str_equal(texts->items[i].text, text))
            return true;
    return false;
}

struct sl_str kz_file_name(struct sl_build *build, struct sl_str path)
{
    struct sl_str from = build->options.named_from, root = build->options.root;
    if (!from.ptr)
        return path;
    bool both = root.len && path.len;
    struct sl_str whole = kz_join(build, root, both ? SL_STR("/") : SL_STR(""), path);
    if (!whole.ptr)
        return whole;
    bool below = whole.len > from.len && sl_str_starts_with(whole, from) &&
                 (from.len == 0 || whole.ptr[from.len] == '/');
    if (below)
        return sl_str_slice(whole, from.len ? from.len + 1 : 0, whole.len);
    if (sl_str_equal(whole, from))
        return SL_STR(".");
    return kz_join(build, SL_STR("/"), whole, SL_STR(""));
}

static int fail_at(const struct sl_build *build, struct sl_mark mark, struct sl_err *err, enum sl_code code,
                   const char *message)
{
    if (mark.file == 0)
        return sl_fail(err, code, "%s", message);
    char place[512];
    return sl_fail(err, code, "%s: %s", sl_mark_text(place, sizeof place, &build->doc, mark), message);
}

int kz_fail(const struct sl_build *build, struct sl_mark mark, struct sl_err *err, const char *format, ...)
{
    char message[SL_ERR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return fail_at(build, mark, err, SL_E_INPUT, message);
}

int kz_refuse(const struct sl_build *build, struct sl_mark mark, struct sl_err *err, const char *format, ...)
{
    char message[SL_ERR_MESSAGE_MAX];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return fail_at(build, mark, err, SL_E_UNSUPPORTED, message);
}

int kz_wrap(const struct sl_build *build, struct sl_mark mark, struct sl_err *err)
{
    if (mark.file == 0)
        return -1;
    char place[512];
    return sl_wrap(err, "%s", sl_mark_text(place, sizeof place, &build->doc, mark));
}

struct kz_gvk kz_gvk_of(struct sl_str api_version, struct sl_str kind)
{
    struct kz_gvk gvk = {{NULL, 0}, api_version, kind};
    size_t slash = sl_str_find(api_version, '/');
    if (slash < api_version.len) {
        gvk.group = sl_str_slice(api_version, 0, slash);
        gvk.version = sl_str_slice(api_version, slash + 1, api_version.len);
    }
    return gvk;
}

bool kz_gvk_equal(const struct kz_gvk *a, const struct kz_gvk *b)
{
    return sl_str_equal(a->kind, b->kind) && sl_str_equal(a->version, b->version) &&
           sl_str_equal(a->group, b->group);
}

bool kz_gvk_selected(const struct kz_gvk *gvk, const struct kz_gvk *selector)
{
    return (selector->kind.len == 0 || sl_str_equal(gvk->kind, selector->kind)) &&
           (selector->group.len == 0 || sl_str_equal(gvk->group, selector->group)) &&
           (selector->version.len == 0 || sl_str_equal(gvk->version, selector->version));
}
