#include "generators.h"

#include "tree/path.h"

#include <sealift/text.h>

static int add(struct sl_build *build, struct kz_key_values *out, struct sl_str key, struct kz_text value,
               struct sl_err *err)
{
    struct sl_shown shown;
    if (sl_map_get(&out->index, key))
        return kz_fail(build, value.mark, err, "the key \"%s\" is there twice", sl_shown(&shown, key));
    if (!kz_grow(build, &out->items, out->count, &out->capacity, sizeof *out->items))
        return kz_no_memory(build, err);
    out->items[out->count++] = (struct kz_key_value){key, value};
    return sl_map_put(&out->index, key, out, err) < 0 ? -1 : 0;
}

static int add_literal(struct sl_build *build, struct kz_key_values *out, const struct kz_text *literal,
                       struct sl_err *err)
{
    size_t equal = sl_str_find(literal->text, '=');
    struct sl_shown shown;
    if (equal == 0 || equal == literal->text.len)
        return kz_fail(build, literal->mark, err, "a literal must be key=value, this is \"%s\"",
                       sl_shown(&shown, literal->text));
    struct kz_text value = {sl_str_slice(literal->text, equal + 1, literal->text.len), literal->mark};
    size_t len = value.text.len;
    bool quoted = len >= 2 && (value.text.ptr[0] == '"' || value.text.ptr[0] == '\'') &&
                  value.text.ptr[0] == value.text.ptr[len - 1];
    if (quoted)
        value.text = sl_str_slice(value.text, 1, len - 1);
    return add(build, out, sl_str_slice(literal->text, 0, equal), value, err);
}

static int add_file(struct sl_build *build, const struct kz_place *place, struct kz_key_values *out,
                    const struct kz_text *source, struct sl_err *err)
{
    size_t equal = sl_str_find(source->text, '=');
    struct kz_text path = *source;
    struct sl_str key;
    struct sl_shown shown;
    if (equal < source->text.len) {
        key = sl_str_slice(source->text, 0, equal);
        path.text = sl_str_slice(source->text, equal + 1, source->text.len);
        if (key.len == 0 || path.text.len == 0 || sl_str_find(path.text, '=') < path.text.len)
            return kz_fail(build, source->mark, err, "a file must be path or key=path, this is \"%s\"",
                           sl_shown(&shown, source->text));
    } else {
        key = path.text;
        while (key.len > 1 && key.ptr[key.len - 1] == '/')
            key.len--;
        key = sl_path_name(key);
    }
    struct kz_text content;
    if (kz_load(build, place, &path, "file", &content, err) < 0)
        return -1;
    content.mark = source->mark;
    return add(build, out, key, content, err);
}

static bool is_space(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* One line of an env file: KEY=value, KEY, a comment or nothing. */
static int add_line(struct sl_build *build, struct kz_key_values *out, struct sl_str line,
                    struct sl_mark mark, struct sl_err *err)
{
    if (!sl_utf8_valid(line))
        return kz_fail(build, mark, err, "this line is not UTF-8");
    if (mark.line == 1 && sl_str_starts_with(line, SL_STR("\xef\xbb\xbf")))
        line = sl_str_slice(line, 3, line.len);
    while (line.len && is_space(line.ptr[0]))
        line = sl_str_slice(line, 1, line.len);
    if (line.len == 0 || line.ptr[0] == '#')
        return 0;
    size_t equal = sl_str_find(line, '=');
    struct kz_text value = {sl_str_slice(line, equal + 1, line.len), mark};
    return equal ? add(build, out, sl_str_slice(line, 0, equal), value, err) : 0;
}

static int add_env_file(struct sl_build *build, const struct kz_place *place, struct kz_key_values *out,
                        const struct kz_text *path, struct sl_err *err)
{
    struct kz_text content;
    if (kz_load(build, place, path, "env file", &content, err) < 0)
        return -1;
    struct sl_str rest = content.text;
    struct sl_mark mark = {1, 1, content.mark.file};
    for (struct sl_str line; sl_str_next_line(&line, &rest); mark.line++) {
        if (line.len && line.ptr[line.len - 1] == '\r')
            line.len--;
        if (add_line(build, out, line, mark, err) < 0)
            return -1;
    }
    return 0;
}

int kz_key_values(struct sl_build *build, const struct kz_place *place, const struct kz_generator *generator,
                  struct kz_key_values *out, struct sl_err *err)
{
    *out = (struct kz_key_values){0};
    sl_map_init(&out->index);
    for (size_t i = 0; i < generator->envs.count; i++)
        if (add_env_file(build, place, out, &generator->envs.items[i], err) < 0)
            return -1;
    for (size_t i = 0; i < generator->literals.count; i++)
        if (add_literal(build, out, &generator->literals.items[i], err) < 0)
            return -1;
    for (size_t i = 0; i < generator->files.count; i++)
        if (add_file(build, place, out, &generator->files.items[i], err) < 0)
            return -1;
    return 0;
}
