#include "values/set.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"
#include "tables.h"

/* What a step of the parser comes to, besides -1. */
enum { ENDED, GOES_ON };

struct parser {
    struct sl_doc *doc;
    const struct sl_set_line *line;
    size_t at;
    struct sl_buf word;  /* the last one read */
    uint64_t items;      /* of lists, made so far */
    struct sl_node *gap; /* the null that stands for items nobody set */
    unsigned nesting;    /* of calls in one another */
};

static void parser_release(struct parser *parser)
{
    sl_buf_release(&parser->word);
}

static int fail(const struct parser *parser, const char *what, struct sl_str name, struct sl_err *err)
{
    struct sl_shown line, shown;
    return sl_fail(err, SL_E_INPUT, "%s cannot be read: %s %s", sl_shown(&line, parser->line->text), what,
                   sl_shown(&shown, name));
}

/* Reads up to one of the bytes in `stops` and past it: that byte, 0 at the end, -1. What was read is parser->word. */
static int read_word(struct parser *parser, const char *stops, struct sl_err *err)
{
    struct sl_str text = parser->line->text;
    int stop = 0;
    sl_buf_reset(&parser->word);
    while (parser->at < text.len && stop == 0) {
        char byte = text.ptr[parser->at++];
        if (byte != '\0' && strchr(stops, byte))
            stop = (unsigned char)byte;
        else if (byte != '\\')
            sl_buf_byte(&parser->word, byte);
        else if (parser->at < text.len)
            sl_buf_byte(&parser->word, text.ptr[parser->at++]);
    }
    return sl_buf_check(&parser->word, "a name or value", err) < 0 ? -1 : stop;
}

static bool is_word(struct sl_str text, const char *lower)
{
    if (text.len != strlen(lower))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if ((text.ptr[i] | 0x20) != lower[i])
            return false;
    return true;
}

/* A decimal integer of 64 bits with an optional sign. */
static bool read_integer(struct sl_str text, int64_t *out)
{
    size_t sign = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+');
    int64_t value = 0;
    if (text.len == sign)
        return false;
    for (size_t i = sign; i < text.len; i++) {
        int64_t digit = text.ptr[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, INT64_C(10), &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    /* Counted downwards, because there is one negative number more. */
    if (text.ptr[0] != '-' && __builtin_sub_overflow(INT64_C(0), value, &value))
        return false;
    *out = value;
    return true;
}

/* The value that parser->word is; NULL without memory. */
static struct sl_node *make_value(struct parser *parser)
{
    struct sl_str word = sl_buf_view(&parser->word);
    enum sl_set_mode mode = parser->line->mode;
    struct sl_node *node;
    int64_t integer;
    if (mode != SL_SET_TYPED)
        node = sl_node_string(parser->doc, mode == SL_SET_FILE ? parser->line->content : word);
    else if (is_word(word, "true") || is_word(word, "false"))
        node = sl_node_bool(parser->doc, word.len == 4);
    else if (is_word(word, "null"))
        node = sl_node_null(parser->doc);
    else if ((word.len == 1 || (word.len > 0 && word.ptr[0] != '0')) && read_integer(word, &integer))
        node = sl_node_int(parser->doc, integer);
    else
        node = sl_node_string(parser->doc, word);
    if (node)
        node->mark = parser->line->mark;
    return node;
}

static int add_item(struct parser *parser, struct sl_node *list, struct sl_node *item, struct sl_err *err)
{
    if (++parser->items > SL_SET_ITEMS_MAX)
        return sl_fail(err, SL_E_LIMIT, "a parameter makes more than %llu items of lists",
                       (unsigned long long)SL_SET_ITEMS_MAX);
    return sl_list_add(parser->doc, list, item, err);
}

/* "{x,y}", behind the opening brace. */
static int read_list(struct sl_node **out, struct parser *parser, struct sl_err *err)
{
    struct sl_node *list = sl_node_list(parser->doc);
    if (!list)
        return sl_node_fail(parser->doc, err);
    list->mark = parser->line->mark;
    int stop;
    do {
        stop = read_word(parser, ",}", err);
        if (stop < 0)
            return -1;
        if (stop == 0)
            return fail(parser, "a list must end with }, after", sl_buf_view(&parser->word), err);
        if (add_item(parser, list, make_value(parser), err) < 0)
            return -1;
    } while (stop != '}');
    if (parser->at < parser->line->text.len && parser->line->text.ptr[parser->at] == ',')
        parser->at++;
    *out = list;
    return 0;
}

/* What stands behind "=". ENDED: nothing does, which is the empty text. */
static int read_value(struct sl_node **out, struct parser *parser, struct sl_err *err)
{
    bool nothing = parser->at == parser->line->text.len;
    if (!nothing && parser->line->text.ptr[parser->at] == '{') {
        parser->at++;
        return read_list(out, parser, err) < 0 ? -1 : GOES_ON;
    }
    if (nothing) {
        *out = sl_node_string(parser->doc, SL_STR(""));
        if (*out)
            (*out)->mark = parser->line->mark;
    } else {
        if (read_word(parser, ",", err) < 0)
            return -1;
        *out = make_value(parser);
    }
    if (!*out)
        return sl_node_fail(parser->doc, err);
    return nothing ? ENDED : GOES_ON;
}

/* The number in brackets, behind the opening one. */
static int read_index(size_t *out, struct parser *parser, struct sl_err *err)
{
    int stop = read_word(parser, "]", err);
    struct sl_str word = sl_buf_view(&parser->word);
    int64_t index;
    if (stop < 0)
        return -1;
    if (stop == 0 || !read_integer(word, &index))
        return fail(parser, "no number of an item:", word, err);
    if (index < 0 || index > SL_SET_INDEX_MAX) {
        struct sl_shown shown;
        return sl_fail(err, SL_E_INPUT, "%s names an item beyond 0 to %d",
                       sl_shown(&shown, parser->line->text), SL_SET_INDEX_MAX);
    }
    *out = (size_t)index;
    return 0;
}

static int set_item(struct parser *parser, struct sl_node *list, size_t index, struct sl_node *value,
                    struct sl_err *err)
{
    while (list->count <= index)
        if (add_item(parser, list, parser->gap, err) < 0)
            return -1;
    list->as.items[index] = value;
    return 0;
}

static int set_key(struct parser *parser, struct sl_node *map, struct sl_str key, struct sl_node *value,
                   struct sl_err *err)
{
    return key.len > 0 ? tables_set(parser->doc, map, key, value, err) : 0;
}

static int read_key(struct parser *parser, struct sl_node *map, unsigned dots, struct sl_err *err);

/* A new map or list with the mark of the line. */
static struct sl_node *make(struct parser *parser, enum sl_kind kind)
{
    struct sl_node *node = kind == SL_MAP ? sl_node_map(parser->doc) : sl_node_list(parser->doc);
    if (node)
        node->mark = parser->line->mark;
    return node;
}

static int read_item(struct parser *parser, struct sl_node *list, size_t index, unsigned dots,
                     struct sl_err *err);

/* "[N][": the list in a list. */
static int read_inner_list(struct parser *parser, struct sl_node *list, size_t index, unsigned dots,
                           struct sl_err *err)
{
    size_t next = 0;
    if (read_index(&next, parser, err) < 0)
        return -1;
    struct sl_node *inner = index < list->count ? list->as.items[index] : NULL;
    if (inner && inner->kind != SL_NULL && inner->kind != SL_LIST)
        return fail(parser, "an item is", sl_str_from(sl_kind_name(inner->kind)), err);
    if (!inner || inner->kind == SL_NULL)
        inner = make(parser, SL_LIST);
    if (!inner)
        return sl_node_fail(parser->doc, err);
    int more = read_item(parser, inner, next, dots, err);
    if (more != GOES_ON)
        return more;
    return set_item(parser, list, index, inner, err) < 0 ? -1 : GOES_ON;
}

/* "[N].": the map in a list. */
static int read_inner_map(struct parser *parser, struct sl_node *list, size_t index, unsigned dots,
                          struct sl_err *err)
{
    struct sl_node *inner = index < list->count ? list->as.items[index] : NULL;
    bool there = inner != NULL;
    if (!inner || inner->kind != SL_MAP)
        inner = make(parser, SL_MAP);
    if (!inner)
        return sl_node_fail(parser->doc, err);
    if (there && set_item(parser, list, index, inner, err) < 0)
        return -1;
    int more = read_key(parser, inner, dots, err);
    if (more != GOES_ON)
        return more;
    return set_item(parser, list, index, inner, err) < 0 ? -1 : GOES_ON;
}

/* What follows "[N]". */
static int read_item(struct parser *parser, struct sl_node *list, size_t index, unsigned dots,
                     struct sl_err *err)
{
    if (++parser->nesting > SL_SET_BRACKETS_MAX)
        return sl_fail(err, SL_E_LIMIT, "a parameter has more than %d brackets in one another",
                       SL_SET_BRACKETS_MAX);
    int stop = read_word(parser, "[.=", err);
    int result = stop < 0 ? -1 : ENDED;
    if (stop >= 0 && parser->word.len > 0)
        result = fail(parser, "after an item stands", sl_buf_view(&parser->word), err);
    else if (stop == '[')
        result = read_inner_list(parser, list, index, dots, err);
    else if (stop == '.')
        result = read_inner_map(parser, list, index, dots, err);
    else if (stop == '=') {
        struct sl_node *value = NULL;
        result = read_value(&value, parser, err) < 0 || set_item(parser, list, index, value, err) < 0
                     ? -1
                     : GOES_ON;
    }
    parser->nesting--;
    return result;
}

/* What is at `key` and must be of `kind`; a new one where there is nothing; NULL after a failure. */
static struct sl_node *find_or_make(struct parser *parser, const struct sl_node *map, struct sl_str key,
                                    enum sl_kind kind, struct sl_err *err)
{
    const struct sl_entry *there = sl_node_entry(map, key);
    if (there && there->value->kind == kind)
        return there->value;
    struct sl_shown line, shown;
    if (there) {
        (void)sl_fail(err, SL_E_INPUT, "%s cannot be set: %s is %s, not %s",
                      sl_shown(&line, parser->line->text), sl_shown(&shown, key),
                      sl_kind_name(there->value->kind), sl_kind_name(kind));
        return NULL;
    }
    struct sl_node *made = make(parser, kind);
    if (!made)
        (void)sl_node_fail(parser->doc, err);
    return made;
}

static int read_list_key(struct parser *parser, struct sl_node *map, struct sl_str key, unsigned dots,
                         struct sl_err *err)
{
    size_t index = 0;
    if (read_index(&index, parser, err) < 0)
        return -1;
    struct sl_node *list = find_or_make(parser, map, key, SL_LIST, err);
    if (!list)
        return -1;
    int more = read_item(parser, list, index, dots, err);
    if (more >= 0 && set_key(parser, map, key, list, err) < 0)
        return -1;
    return more;
}

static int read_map_key(struct parser *parser, struct sl_node *map, struct sl_str key, unsigned dots,
                        struct sl_err *err)
{
    if (dots == SL_SET_DEPTH_MAX) {
        struct sl_shown shown;
        return sl_fail(err, SL_E_INPUT, "%s has more than %d dots in a name",
                       sl_shown(&shown, parser->line->text), SL_SET_DEPTH_MAX);
    }
    struct sl_node *inner = find_or_make(parser, map, key, SL_MAP, err);
    if (!inner)
        return -1;
    int more = read_key(parser, inner, dots + 1, err);
    if (more == GOES_ON && inner->count == 0)
        return fail(parser, "nothing is set in", key, err);
    if (more >= 0 && inner->count > 0 && set_key(parser, map, key, inner, err) < 0)
        return -1;
    return more;
}

/* One name and its value. ENDED at the end of the line. */
static int read_key(struct parser *parser, struct sl_node *map, unsigned dots, struct sl_err *err)
{
    int stop = read_word(parser, "=[,.", err);
    if (stop < 0)
        return -1;
    struct sl_str key = sl_arena_str(&parser->doc->arena, sl_buf_view(&parser->word));
    if (!key.ptr)
        return sl_fail_memory(err);
    struct sl_node *value = NULL;
    switch (stop) {
    case '[':
        return read_list_key(parser, map, key, dots, err);
    case '.':
        return read_map_key(parser, map, key, dots, err);
    case '=': {
        int more = read_value(&value, parser, err);
        return more < 0 || set_key(parser, map, key, value, err) < 0 ? -1 : more;
    }
    case ',':
        return fail(parser, "no value for", key, err);
    default:
        return key.len == 0 ? ENDED : fail(parser, "no value for", key, err);
    }
}

int sl_set_apply(struct sl_node *values, struct sl_doc *doc, const struct sl_set_line *line,
                 struct sl_err *err)
{
    SL_CLEANUP(parser_release) struct parser parser = {.doc = doc, .line = line, .gap = sl_node_null(doc)};
    sl_buf_init(&parser.word, SL_DOC_BYTES_MAX);
    if (!parser.gap)
        return sl_node_fail(doc, err);
    parser.gap->mark = line->mark;
    int more;
    do
        more = read_key(&parser, values, 0, err);
    while (more == GOES_ON);
    return more < 0 ? -1 : 0;
}
