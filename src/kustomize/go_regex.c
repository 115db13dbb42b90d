#include "go_regex_class.h"

#include "base/limits.h"

#include <sealift/text.h>

enum { REPEAT_MAX = 1000, NUMBER_MAX = 100000000 };

struct flags {
    bool fold, many_lines, dot_all, lazy; /* i m s U */
};

/* A group that is open; the first is the whole pattern. */
struct group {
    struct flags flags; /* to go back to when it ends */
    size_t start;       /* in the output, of the group */
    bool has_item;      /* something that can be repeated */
    bool is_repeated;   /* the item already is a repetition */
    size_t item;        /* in the output, its start */
    unsigned item_times,
        times; /* how often counted repetitions take what is in the item, in any item of the group */
};

struct parser {
    struct kz_regex_reader reader;
    struct flags flags;
    struct group groups[SL_REGEX_GROUPS_MAX];
    size_t depth;               /* of groups, the first does not count */
    bool repeats, after_repeat; /* this step, the one before */
};

static struct group *top(struct parser *p)
{
    return &p->groups[p->depth];
}

static bool take(struct parser *p, char byte)
{
    bool is_there = p->reader.at < p->reader.pattern.len && kz_regex_peek(&p->reader, 0) == byte;
    p->reader.at += is_there;
    return is_there;
}

static void end_item(struct group *group)
{
    group->times = group->item_times > group->times ? group->item_times : group->times;
    group->item_times = 1;
    group->has_item = false;
}

/* What is written from here on is one item. */
static void begin_item(struct parser *p)
{
    struct group *group = top(p);
    end_item(group);
    group->has_item = true;
    group->is_repeated = false;
    group->item = p->reader.out->len;
}

static bool write_item(struct parser *p, const char *text, size_t len)
{
    begin_item(p);
    sl_buf_text(p->reader.out, text);
    p->reader.at += len;
    return true;
}

static bool write_char(struct parser *p, uint32_t code)
{
    begin_item(p);
    kz_regex_write_char(&p->reader, code);
    return true;
}

/* -- repetitions -- */

/* Digits without a zero in front; more than Go reads gives NUMBER_MAX. */
static bool number(const struct parser *p, size_t *at, unsigned *out)
{
    struct sl_str text = p->reader.pattern;
    size_t from = *at;
    *out = 0;
    for (; *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9'; (*at)++) {
        unsigned value = *out * 10 + (unsigned)(text.ptr[*at] - '0');
        *out = *out >= NUMBER_MAX / 10 ? NUMBER_MAX : value;
    }
    return *at > from && (*at == from + 1 || text.ptr[from] != '0');
}

struct times {
    unsigned least, most;
    bool endless;
    size_t end; /* in the pattern */
};

/* {2}, {2,}, {2,4}; anything else is not one, and means its characters. */
static bool read_times(const struct parser *p, struct times *out)
{
    struct sl_str text = p->reader.pattern;
    size_t at = p->reader.at + 1;
    *out = (struct times){0, 0, false, 0};
    if (!number(p, &at, &out->least))
        return false;
    out->most = out->least;
    if (at < text.len && text.ptr[at] == ',') {
        at++;
        out->endless = at < text.len && text.ptr[at] == '}';
        if (!out->endless && !number(p, &at, &out->most))
            return false;
    }
    out->end = at + 1;
    return at < text.len && text.ptr[at] == '}';
}

/* Puts "(?:" in front of the item and ")" behind it. */
static void wrap_item(struct parser *p)
{
    static const char open[] = "(?:";
    struct sl_buf *out = p->reader.out;
    size_t item = top(p)->item, len = sizeof open - 1;
    sl_buf_text(out, open);
    if (out->fail != SL_OK)
        return;
    memmove(out->ptr + item + len, out->ptr + item, out->len - len - item);
    memcpy(out->ptr + item, open, len);
    sl_buf_byte(out, ')');
}

static bool repeat(struct parser *p, size_t len)
{
    struct kz_regex_reader *reader = &p->reader;
    struct group *group = top(p);
    size_t from = reader->at;
    reader->at += len;
    bool lazy = take(p, '?');
    if (p->after_repeat)
        return kz_regex_refuse(reader, "a repetition cannot follow another one directly", from);
    if (!group->has_item)
        return kz_regex_refuse(reader, "there is nothing to repeat", from);
    if (group->is_repeated)
        wrap_item(p);
    group->is_repeated = true;
    p->repeats = true;
    sl_buf_str(reader->out, sl_str_slice(reader->pattern, from, from + len));
    if (lazy != p->flags.lazy)
        sl_buf_byte(reader->out, '?');
    return true;
}

static bool repeat_counted(struct parser *p)
{
    struct times times;
    struct group *group = top(p);
    size_t from = p->reader.at;
    if (!read_times(p, &times)) {
        p->reader.at++;
        return write_char(p, '{');
    }
    if (times.least > REPEAT_MAX || times.most > REPEAT_MAX || times.least > times.most)
        return kz_regex_refuse(&p->reader, "this number of repetitions is not possible (the most is 1000)",
                               from);
    if (!repeat(p, times.end - from))
        return false;
    if (times.endless)
        times.most = times.least;
    if (times.most == 0 && !times.endless)
        group->item_times = 1;
    else if (times.most > 1)
        group->item_times *= times.most;
    if (group->item_times > REPEAT_MAX)
        return kz_regex_refuse(&p->reader, "repetitions inside one another come to more than 1000", from);
    return true;
}

/* -- groups -- */

static bool open_group(struct parser *p)
{
    if (p->depth + 1 == SL_REGEX_GROUPS_MAX)
        return kz_regex_refuse(&p->reader, "groups are nested too deeply", p->reader.at);
    p->groups[++p->depth] = (struct group){.flags = p->flags, .start = p->reader.out->len, .item_times = 1};
    sl_buf_text(p->reader.out, "(?:");
    return true;
}

static bool close_group(struct parser *p)
{
    if (p->depth == 0)
        return kz_regex_refuse(&p->reader, "a \")\" without its \"(\"", p->reader.at);
    struct group group = *top(p);
    p->depth--;
    p->flags = group.flags;
    end_item(&group);
    begin_item(p);
    top(p)->item = group.start;
    top(p)->item_times = group.times;
    sl_buf_byte(p->reader.out, ')');
    p->reader.at++;
    return true;
}

static bool is_name(struct sl_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char byte = name.ptr[i];
        bool is_word = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || byte == '_';
        if (!is_word)
            return false;
    }
    return name.len > 0;
}

/* (?P<name>...) or (?<name>...), from the name on. */
static bool named_group(struct parser *p)
{
    struct kz_regex_reader *reader = &p->reader;
    struct sl_str rest = sl_str_slice(reader->pattern, reader->at, reader->pattern.len);
    size_t end = sl_str_find(rest, '>');
    struct sl_str name = sl_str_slice(rest, 0, end);
    if (end == rest.len || !is_name(name))
        return kz_regex_refuse(reader, "this is no name of a group", reader->at);
    reader->at += end + 1;
    return open_group(p);
}

static bool *flag_of(struct flags *flags, char letter)
{
    switch (letter) {
    case 'i':
        return &flags->fold;
    case 'm':
        return &flags->many_lines;
    case 's':
        return &flags->dot_all;
    case 'U':
        return &flags->lazy;
    default:
        return NULL;
    }
}

/* (?i), (?i-s:...), from behind the question mark on. */
static bool group_flags(struct parser *p)
{
    struct kz_regex_reader *reader = &p->reader;
    struct flags flags = p->flags;
    bool negative = false, has_flag = false;
    size_t from = reader->at - 2;
    while (reader->at < reader->pattern.len) {
        char byte = reader->pattern.ptr[reader->at++];
        bool *flag = flag_of(&flags, byte);
        if (flag) {
            *flag = !negative;
            has_flag = true;
        } else if (byte == '-' && !negative) {
            negative = true;
            has_flag = false;
        } else if ((byte == ':' || byte == ')') && (has_flag || !negative)) {
            if (byte == ':' && !open_group(p))
                return false;
            p->flags = flags;
            return true;
        } else {
            break;
        }
    }
    return kz_regex_refuse(reader, "Go has no such group", from);
}

static bool group(struct parser *p)
{
    struct kz_regex_reader *reader = &p->reader;
    struct sl_str rest = sl_str_slice(reader->pattern, reader->at, reader->pattern.len);
    reader->at++;
    if (!take(p, '?'))
        return open_group(p);
    size_t name = rest.len > 4 && sl_str_starts_with(rest, SL_STR("(?P<"))  ? 2
                  : rest.len > 3 && sl_str_starts_with(rest, SL_STR("(?<")) ? 1
                                                                            : 0;
    reader->at += name;
    return name ? named_group(p) : group_flags(p);
}

/* -- the rest -- */

/* \Q...\E, from behind the Q on. */
static bool quoted(struct parser *p)
{
    while (p->reader.at < p->reader.pattern.len) {
        if (kz_regex_peek(&p->reader, 0) == '\\' && kz_regex_peek(&p->reader, 1) == 'E') {
            p->reader.at += 2;
            return true;
        }
        uint32_t code;
        if (!kz_regex_char(&p->reader, &code))
            return false;
        (void)write_char(p, code);
    }
    return true;
}

static bool backslash(struct parser *p)
{
    switch (kz_regex_peek(&p->reader, 1)) {
    case 'A':
        return write_item(p, "(?:\\A)", 2);
    case 'b':
        return write_item(p, "(?:\\b)", 2);
    case 'B':
        return write_item(p, "(?:\\B)", 2);
    case 'z':
        return write_item(p, "(?:\\z)", 2);
    case 'Q':
        p->reader.at += 2;
        return quoted(p);
    default:
        break;
    }
    struct group *now = top(p);
    struct group before = *now;
    uint32_t code;
    begin_item(p);
    int is_set = kz_regex_set_escape(&p->reader);
    if (is_set)
        return is_set > 0;
    *now = before;
    return kz_regex_escape(&p->reader, &code) && write_char(p, code);
}

static bool step(struct parser *p)
{
    uint32_t code;
    switch (kz_regex_peek(&p->reader, 0)) {
    case '(':
        return group(p);
    case ')':
        return close_group(p);
    case '|':
        end_item(top(p));
        sl_buf_byte(p->reader.out, '|');
        p->reader.at++;
        return true;
    case '^':
        return write_item(p, p->flags.many_lines ? "(?:\\A|(?<=\\n))" : "(?:\\A)", 1);
    case '$':
        return write_item(p, p->flags.many_lines ? "(?:\\z|(?=\\n))" : "(?:\\z)", 1);
    case '.':
        return write_item(p, p->flags.dot_all ? "[\\x{0}-\\x{10ffff}]" : "[^\\n]", 1);
    case '[':
        begin_item(p);
        return kz_regex_set(&p->reader);
    case '*':
    case '+':
    case '?':
        return repeat(p, 1);
    case '{':
        return repeat_counted(p);
    case '\\':
        return backslash(p);
    default:
        return kz_regex_char(&p->reader, &code) && write_char(p, code);
    }
}

bool kz_go_regex(struct sl_buf *out, struct sl_str pattern, struct kz_regex_problem *problem)
{
    struct parser p = {.reader = {.pattern = pattern, .out = out, .problem = problem}};
    p.groups[0] = (struct group){.start = out->len, .item_times = 1};
    while (p.reader.at < pattern.len) {
        p.reader.fold = p.flags.fold;
        p.repeats = false;
        if (!step(&p))
            return false;
        p.after_repeat = p.repeats;
    }
    if (p.depth > 0)
        return kz_regex_refuse(&p.reader, "a \"(\" without its \")\"", pattern.len);
    return true;
}
