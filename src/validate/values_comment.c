#include "values_read.h"

enum { LEVELS_MAX = 32 };

/* A line that has a key. */
struct level {
    size_t indent;
    struct sl_str key;
    bool comment;
};

struct outline {
    struct level levels[LEVELS_MAX];
    size_t count;
};

static bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

static size_t skip(struct sl_str line, size_t at, char byte)
{
    while (at < line.len && line.ptr[at] == byte)
        at++;
    return at;
}

/* "key:" or "key: value", with or without quotes; empty: something else. */
static struct sl_str key_at(struct sl_str line, size_t at)
{
    char quote = at < line.len && (line.ptr[at] == '"' || line.ptr[at] == '\'') ? line.ptr[at] : 0;
    size_t from = at + (quote != 0);
    size_t to = from;
    if (to == line.len || !is_letter(line.ptr[to]))
        return (struct sl_str){0};
    while (to < line.len && (is_letter(line.ptr[to]) || (line.ptr[to] >= '0' && line.ptr[to] <= '9') ||
                             strchr("-./", line.ptr[to])))
        to++;
    size_t end = to;
    if (quote && (to == line.len || line.ptr[to++] != quote))
        return (struct sl_str){0};
    bool ends = to < line.len && line.ptr[to] == ':' &&
                (to + 1 == line.len || line.ptr[to + 1] == ' ' || line.ptr[to + 1] == '\r');
    return ends ? sl_str_slice(line, from, end) : (struct sl_str){0};
}

/* What is deeper, or as deep, is over; and so are comments where a line that counts comes. */
static void leave(struct outline *outline, size_t indent, bool comment)
{
    while (outline->count > 0) {
        const struct level *last = &outline->levels[outline->count - 1];
        if (last->indent < indent && (comment || !last->comment))
            return;
        outline->count--;
    }
}

static void enter(struct outline *outline, struct level level)
{
    leave(outline, level.indent, level.comment);
    if (outline->count < LEVELS_MAX)
        outline->levels[outline->count++] = level;
}

static int note(struct values_reader *reader, const struct outline *outline, struct sl_err *err)
{
    struct sl_str keys[LEVELS_MAX];
    for (size_t i = 0; i < outline->count; i++)
        keys[i] = outline->levels[i].key;
    return values_reader_add(reader, keys, outline->count, false, err);
}

static int read_line(struct values_reader *reader, struct outline *outline, struct sl_str line,
                     struct sl_err *err)
{
    size_t indent = skip(line, 0, ' ');
    if (indent == line.len)
        return 0;
    if (line.ptr[indent] != '#') {
        /* What is in a list stands below no key that anybody could name. */
        enter(outline, (struct level){indent, key_at(line, indent), false});
        return 0;
    }
    size_t text = skip(line, indent, '#');
    size_t from = skip(line, text, ' ');
    struct sl_str key = key_at(line, from);
    if (key.len == 0)
        return 0;
    enter(outline, (struct level){indent + (from > text ? from - text - 1 : 0), key, true});
    return note(reader, outline, err);
}

int values_read_comments(struct values_reader *reader, struct sl_str text, struct sl_err *err)
{
    struct outline outline = {.count = 0};
    for (struct sl_str line; sl_str_next_line(&line, &text);)
        if (read_line(reader, &outline, line, err) < 0)
            return -1;
    return 0;
}
