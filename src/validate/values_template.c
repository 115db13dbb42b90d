/*
 * Templates of a chart, as far as they say which values they read: ".Values.a.b", what stands below it in a `with` and
 * behind a variable, and index, get and hasKey. This is no parser of Go templates: what it does not understand says nothing.
 */
#include "values_read.h"

#include <sealift/text.h>

enum { BLOCKS_MAX = 64, VARIABLES_MAX = 64 };

/* A way into the values. */
struct way {
    bool known;
    size_t count;
    struct sl_str keys[VALUES_READ_DEPTH];
};

struct variable {
    struct sl_str name;
    struct way way;
};

struct scan {
    struct values_reader *reader;
    struct way dots[BLOCKS_MAX]; /* what "." is, the innermost block last */
    size_t depth;                /* blocks that are open; beyond BLOCKS_MAX nothing is known of their dot */
    struct variable variables[VARIABLES_MAX];
    size_t variable_count;
};

/* {{ ... }} */
struct action {
    struct sl_str text;
    bool whole;       /* what it names is handed on */
    struct way first; /* that it names */
};

static bool is_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '_';
}

/* The next word of letters and digits at or behind *at. */
static bool next_word(struct sl_str text, size_t *at, struct sl_str *word)
{
    size_t from = *at;
    while (from < text.len && !is_name(text.ptr[from]))
        from++;
    size_t to = from;
    while (to < text.len && is_name(text.ptr[to]))
        to++;
    *at = to;
    *word = sl_str_slice(text, from, to);
    return to > from;
}

static bool is_one_of(struct sl_str word, const char *const *list)
{
    for (; *list; list++)
        if (sl_str_equal(word, sl_str_from(*list)))
            return true;
    return false;
}

static bool hands_on(struct sl_str text)
{
    static const char *const words[] = {"toYaml",   "toJson",  "toPrettyJson", "toRawJson", "toToml",
                                        "range",    "include", "template",     "merge",     "mergeOverwrite",
                                        "deepCopy", "omit",    "pick",         "keys",      "values",
                                        "tpl",      NULL};
    struct sl_str word;
    for (size_t at = 0; next_word(text, &at, &word);)
        if (is_one_of(word, words))
            return true;
    return false;
}

static void extend(struct way *way, struct sl_str key)
{
    if (way->count == VALUES_READ_DEPTH)
        way->known = false;
    else
        way->keys[way->count++] = key;
}

/* ".a.b" at *at, also behind the bracket that closes what comes before: "(.Values.a).b". */
static void follow(struct way *way, struct sl_str text, size_t *at)
{
    for (;;) {
        size_t from = *at;
        while (from < text.len && text.ptr[from] == ')')
            from++;
        if (from + 1 >= text.len || text.ptr[from] != '.' || !is_name(text.ptr[from + 1]))
            return;
        size_t to = from + 1;
        while (to < text.len && is_name(text.ptr[to]))
            to++;
        extend(way, sl_str_slice(text, from + 1, to));
        *at = to;
    }
}

/* index .Values.a "b" "c" */
static void follow_index(struct way *way, struct sl_str text, size_t *at)
{
    for (;;) {
        size_t from = *at;
        while (from < text.len && text.ptr[from] == ' ')
            from++;
        size_t to = from + 1;
        while (to < text.len && text.ptr[to] != '"')
            to++;
        if (from >= text.len || text.ptr[from] != '"' || to >= text.len)
            return;
        extend(way, sl_str_slice(text, from + 1, to));
        *at = to + 1;
    }
}

static struct way way_of_dot(const struct scan *scan)
{
    struct way nothing = {.known = false};
    return scan->depth > 0 && scan->depth <= BLOCKS_MAX ? scan->dots[scan->depth - 1] : nothing;
}

static struct way way_of_variable(const struct scan *scan, struct sl_str name)
{
    for (size_t i = scan->variable_count; i > 0; i--)
        if (sl_str_equal(scan->variables[i - 1].name, name))
            return scan->variables[i - 1].way;
    return (struct way){.known = false};
}

/* Where a way begins at *at: at ".Values", at "." or at a variable. False: none does. */
static bool begin(struct way *way, const struct scan *scan, struct sl_str text, size_t *at)
{
    size_t from = *at;
    struct sl_str rest = sl_str_slice(text, from, text.len);
    struct sl_str values = SL_STR(".Values");
    bool after = from > 0 && (is_name(text.ptr[from - 1]) || strchr(".)\"", text.ptr[from - 1]));
    if (sl_str_starts_with(rest, SL_STR("$"))) {
        size_t to = from + 1;
        while (to < text.len && is_name(text.ptr[to]))
            to++;
        struct sl_str name = sl_str_slice(text, from, to);
        bool root = name.len == 1 && sl_str_starts_with(sl_str_slice(text, to, text.len), values);
        *way = root ? (struct way){.known = true} : way_of_variable(scan, name);
        *at = root ? to + values.len : to;
        return true;
    }
    if (after || rest.len == 0 || rest.ptr[0] != '.')
        return false;
    bool root =
        sl_str_starts_with(rest, values) && (rest.len == values.len || !is_name(rest.ptr[values.len]));
    *way = root ? (struct way){.known = true} : way_of_dot(scan);
    *at = root ? from + values.len : from;
    return true;
}

static bool is_indexed(struct sl_str text, size_t at)
{
    static const char *const words[] = {"index", "get", "hasKey", NULL};
    while (at > 0 && (text.ptr[at - 1] == ' ' || text.ptr[at - 1] == '('))
        at--;
    size_t from = at;
    while (from > 0 && is_name(text.ptr[from - 1]))
        from--;
    return is_one_of(sl_str_slice(text, from, at), words);
}

static int scan_ways(struct scan *scan, struct action *action, struct sl_err *err)
{
    struct sl_str text = action->text;
    for (size_t at = 0; at < text.len;) {
        struct way way = {.known = false};
        size_t from = at;
        if (!begin(&way, scan, text, &at)) {
            at++;
            continue;
        }
        follow(&way, text, &at);
        if (is_indexed(text, from))
            follow_index(&way, text, &at);
        follow(&way, text, &at);
        at += at == from;
        if (!way.known)
            continue;
        if (!action->first.known)
            action->first = way;
        if (values_reader_add(scan->reader, way.keys, way.count, action->whole, err) < 0)
            return -1;
    }
    return 0;
}

static void open_block(struct scan *scan, struct way dot)
{
    if (scan->depth < BLOCKS_MAX)
        scan->dots[scan->depth] = dot;
    scan->depth++;
}

/* "$name := ...": the variable is what comes first behind it. */
static void assign(struct scan *scan, const struct action *action, struct sl_str name)
{
    if (scan->variable_count < VARIABLES_MAX)
        scan->variables[scan->variable_count++] = (struct variable){name, action->first};
}

static int scan_action(struct scan *scan, struct sl_str text, struct sl_err *err)
{
    static const char *const blocks[] = {"if", "with", "range", "define", "block", NULL};
    struct action action = {.text = text, .whole = hands_on(text)};
    struct sl_str word = {0}, name = {0};
    size_t at = 0;
    (void)next_word(text, &at, &word);
    size_t sign = sl_str_find(text, '=');
    bool assigns = sign < text.len && sign > 0 && text.ptr[sign - 1] == ':' && word.len > 0 &&
                   word.ptr > text.ptr && word.ptr[-1] == '$';
    if (assigns) {
        name = (struct sl_str){word.ptr - 1, word.len + 1};
        action.text = sl_str_slice(text, sign + 1, text.len);
    }
    if (sl_str_equal(word, SL_STR("end"))) {
        scan->depth -= scan->depth > 0;
        return 0;
    }
    if (scan_ways(scan, &action, err) < 0)
        return -1;
    if (assigns)
        assign(scan, &action, name);
    else if (sl_str_equal(word, SL_STR("with")))
        open_block(scan, action.first);
    else if (sl_str_equal(word, SL_STR("if")))
        open_block(scan, way_of_dot(scan));
    else if (is_one_of(word, blocks))
        open_block(scan, (struct way){.known = false});
    return 0;
}

int values_read_template(struct values_reader *reader, struct sl_str text, struct sl_err *err)
{
    struct scan scan = {.reader = reader};
    for (size_t at = 0; at + 1 < text.len; at++) {
        if (text.ptr[at] != '{' || text.ptr[at + 1] != '{')
            continue;
        size_t from = at + 2, to = from;
        while (to + 1 < text.len && !(text.ptr[to] == '}' && text.ptr[to + 1] == '}'))
            to++;
        from += from < to && text.ptr[from] == '-';
        struct sl_str action = sl_str_slice(text, from, to);
        while (action.len > 0 && strchr(" \t\r\n", action.ptr[0]))
            action = sl_str_slice(action, 1, action.len);
        if (!sl_str_starts_with(action, SL_STR("/*")) && scan_action(&scan, action, err) < 0)
            return -1;
        at = to + 1;
    }
    return 0;
}
