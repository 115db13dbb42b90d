#include "manifest_glob.h"

/* Steps of one match; a pattern without nested stars over a URL takes some hundreds. */
enum { STEPS_MAX = 100000 };

struct match {
    struct sl_str text;
    char separator;
    size_t steps;
};

static bool matches(struct match *match, struct sl_str pattern, size_t at, struct sl_str rest);

/* What follows the alternative `pattern` is `rest`: tried when the alternative is used up. */
static bool matches_end(struct match *match, size_t at, struct sl_str rest)
{
    if (rest.len)
        return matches(match, rest, at, (struct sl_str){NULL, 0});
    return at == match->text.len;
}

static bool matches_star(struct match *match, struct sl_str pattern, size_t at, struct sl_str rest)
{
    bool wide = pattern.len > 1 && pattern.ptr[1] == '*';
    struct sl_str next = sl_str_slice(pattern, wide ? 2 : 1, pattern.len);
    for (;; at++) {
        if (matches(match, next, at, rest))
            return true;
        if (at >= match->text.len || match->steps >= STEPS_MAX ||
            (!wide && match->separator && match->text.ptr[at] == match->separator))
            return false;
    }
}

/* The place behind the class that begins at `pattern`; 0: it has no end. */
static size_t class_matches(struct sl_str pattern, char byte, bool *in)
{
    size_t i = 1;
    bool negated = i < pattern.len && (pattern.ptr[i] == '!' || pattern.ptr[i] == '^');
    i += negated;
    bool found = false;
    for (; i < pattern.len && pattern.ptr[i] != ']'; i++) {
        char low = pattern.ptr[i];
        char high = low;
        if (i + 2 < pattern.len && pattern.ptr[i + 1] == '-' && pattern.ptr[i + 2] != ']') {
            high = pattern.ptr[i + 2];
            i += 2;
        }
        found = found || (byte >= low && byte <= high);
    }
    *in = found != negated;
    return i < pattern.len ? i + 1 : 0;
}

static bool matches_class(struct match *match, struct sl_str pattern, size_t at, struct sl_str rest)
{
    bool in;
    if (at >= match->text.len)
        return false;
    size_t end = class_matches(pattern, match->text.ptr[at], &in);
    return end && in && matches(match, sl_str_slice(pattern, end, pattern.len), at + 1, rest);
}

static bool matches_braces(struct match *match, struct sl_str pattern, size_t at)
{
    size_t end = sl_str_find(pattern, '}');
    if (end == pattern.len)
        return false;
    struct sl_str behind = sl_str_slice(pattern, end + 1, pattern.len);
    struct sl_str alternatives = sl_str_slice(pattern, 1, end);
    for (;;) {
        size_t comma = sl_str_find(alternatives, ',');
        if (matches(match, sl_str_slice(alternatives, 0, comma), at, behind))
            return true;
        if (comma == alternatives.len)
            return false;
        alternatives = sl_str_slice(alternatives, comma + 1, alternatives.len);
    }
}

/* Nests as deep as the pattern has special characters, and no deeper than its length. */
static bool matches(struct match *match, struct sl_str pattern, size_t at, struct sl_str rest)
{
    while (pattern.len && match->steps++ < STEPS_MAX) {
        char first = pattern.ptr[0];
        if (first == '*')
            return matches_star(match, pattern, at, rest);
        if (first == '[')
            return matches_class(match, pattern, at, rest);
        if (first == '{')
            return rest.len == 0 && matches_braces(match, pattern, at);
        bool literal = first == '\\' && pattern.len > 1;
        if (literal)
            pattern = sl_str_slice(pattern, 1, pattern.len);
        if (at >= match->text.len)
            return false;
        char byte = match->text.ptr[at];
        bool any = !literal && first == '?';
        if (any ? (match->separator && byte == match->separator) : byte != pattern.ptr[0])
            return false;
        pattern = sl_str_slice(pattern, 1, pattern.len);
        at++;
    }
    return pattern.len == 0 && matches_end(match, at, rest);
}

bool glob_matches(struct sl_str pattern, struct sl_str text, char separator)
{
    if (sl_str_equal(pattern, SL_STR("*")))
        return true;
    if (pattern.len > 4096)
        return false;
    struct match match = {text, separator, 0};
    return matches(&match, pattern, 0, (struct sl_str){NULL, 0});
}
