#include "constraint.h"

#include <stdbool.h>
#include <stdint.h>

/* 1.2.3-rc.1; of a range parts may be missing, or be a wildcard. */
struct version {
    uint64_t numbers[3];
    unsigned known; /* numbers that are there; those behind them are 0 */
    struct sl_str pre;
};

struct bound {
    char sign; /* = ! > < ^ ~, and 'g' and 'l' for >= and <= */
    struct version version;
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_label(char byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '-' ||
           byte == '.';
}

static bool stands(struct sl_str text, size_t at, const char *bytes)
{
    return at < text.len && strchr(bytes, text.ptr[at]) != NULL;
}

static size_t skip_label(struct sl_str text, size_t at)
{
    while (at < text.len && is_label(text.ptr[at]))
        at++;
    return at;
}

/* A number of at most 18 digits, which no version of a chart has; false: something else. */
static bool read_number(uint64_t *out, struct sl_str text, size_t *at)
{
    size_t from = *at;
    *out = 0;
    while (*at < text.len && is_digit(text.ptr[*at]) && *at - from < 18)
        *out = *out * 10 + (uint64_t)(text.ptr[(*at)++] - '0');
    return *at > from && !(*at < text.len && is_digit(text.ptr[*at]));
}

/* A version at *at, of a range where wildcards are permitted. */
static bool read_version(struct version *out, struct sl_str text, size_t *at, bool wildcards)
{
    *out = (struct version){.known = 0};
    *at += stands(text, *at, "vV");
    bool wild = false;
    for (unsigned part = 0; part < 3; part++) {
        if (part > 0 && !stands(text, *at, "."))
            break;
        *at += part > 0;
        if (wildcards && stands(text, *at, "xX*")) {
            wild = true;
            ++*at;
            continue;
        }
        uint64_t number;
        if (!read_number(&number, text, at))
            return false;
        if (!wild)
            out->numbers[out->known++] = number;
    }
    if (stands(text, *at, "-")) {
        size_t end = skip_label(text, *at + 1);
        out->pre = sl_str_slice(text, *at + 1, end);
        *at = end;
    }
    if (stands(text, *at, "+"))
        *at = skip_label(text, *at + 1);
    return true;
}

/* -- order -- */

static struct sl_str next_part(struct sl_str *rest)
{
    struct sl_str part = sl_str_slice(*rest, 0, sl_str_find(*rest, '.'));
    *rest = sl_str_slice(*rest, part.len + 1, rest->len);
    return part;
}

static bool is_number(struct sl_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.ptr[i]))
            return false;
    return text.len > 0;
}

static int compare_parts(struct sl_str a, struct sl_str b)
{
    bool numbers = is_number(a) && is_number(b);
    if (!numbers && is_number(a) != is_number(b))
        return is_number(a) ? -1 : 1;
    if (numbers && a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return sl_str_compare(a, b);
}

/* What has a pre-release comes before what has none. Source: semver.org 2.0.0, 11. */
static int compare_pre(struct sl_str a, struct sl_str b)
{
    if (a.len == 0 || b.len == 0)
        return (a.len == 0) - (b.len == 0);
    while (a.len > 0 && b.len > 0) {
        int order = compare_parts(next_part(&a), next_part(&b));
        if (order != 0)
            return order;
    }
    return (a.len > 0) - (b.len > 0);
}

static int compare(const struct version *a, const struct version *b)
{
    for (int i = 0; i < 3; i++)
        if (a->numbers[i] != b->numbers[i])
            return a->numbers[i] < b->numbers[i] ? -1 : 1;
    return compare_pre(a->pre, b->pre);
}

/* Whether the first `count` numbers are the same. */
static bool same_front(const struct version *a, const struct version *b, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (a->numbers[i] != b->numbers[i])
            return false;
    return true;
}

/* "^1.2.3": up to the first number that is not 0. */
static bool is_compatible(const struct version *version, const struct version *bound)
{
    unsigned front = 1;
    while (front < bound->known && bound->numbers[front - 1] == 0)
        front++;
    return same_front(version, bound, front < bound->known ? front : bound->known);
}

static bool is_within(const struct version *version, const struct bound *bound)
{
    const struct version *limit = &bound->version;
    int order = compare(version, limit);
    bool front = same_front(version, limit, limit->known);
    /* A pre-release is meant by nobody who does not name one. */
    if (version->pre.len > 0 && limit->pre.len == 0)
        return false;
    switch (bound->sign) {
    case '=':
        return limit->known < 3 ? front : order == 0;
    case '!':
        return limit->known < 3 ? !front : order != 0;
    case '>':
        return order > 0 && !(limit->known < 3 && front);
    case '<':
        return order < 0;
    case 'g':
        return order >= 0;
    case 'l':
        return order <= 0 || (limit->known < 3 && front);
    case '~':
        return order >= 0 && same_front(version, limit, limit->known < 2 ? limit->known : 2);
    default:
        return order >= 0 && is_compatible(version, limit);
    }
}

/* -- ranges -- */

static char read_sign(struct sl_str text, size_t *at)
{
    char first = *at < text.len ? text.ptr[*at] : 0;
    bool equal = stands(text, *at + 1, "=");
    if (first == '=') {
        char second = *at + 1 < text.len ? text.ptr[*at + 1] : 0;
        *at += second == '<' || second == '>' ? 2 : 1;
        return second == '<' ? 'l' : second == '>' ? 'g' : '=';
    }
    if ((first == '>' || first == '<') && equal) {
        *at += 2;
        return first == '>' ? 'g' : 'l';
    }
    if (first == '!' && equal) {
        *at += 2;
        return '!';
    }
    if (first == '~') {
        *at += stands(text, *at + 1, ">") ? 2 : 1;
        return '~';
    }
    if (first == '^' || first == '>' || first == '<') {
        ++*at;
        return first;
    }
    return '=';
}

static size_t skip_spaces(struct sl_str text, size_t at)
{
    while (stands(text, at, " \t"))
        at++;
    return at;
}

/* " - 1.4" behind a version. */
static bool is_hyphen(struct sl_str text, size_t at)
{
    return at + 2 < text.len && text.ptr[at] == ' ' && text.ptr[at + 1] == '-' && text.ptr[at + 2] == ' ';
}

/* What stands between "||", all of which has to hold. */
static int is_in_all(const struct version *version, struct sl_str text)
{
    bool within = true, any = false;
    for (size_t at = skip_spaces(text, 0); at < text.len; any = true) {
        struct bound bound = {.sign = read_sign(text, &at)};
        at = skip_spaces(text, at);
        if (!read_version(&bound.version, text, &at, true))
            return -1;
        if (is_hyphen(text, at)) {
            struct bound end = {.sign = 'l'};
            at = skip_spaces(text, at + 3);
            if (bound.sign != '=' || !read_version(&end.version, text, &at, true))
                return -1;
            bound.sign = 'g';
            within = within && is_within(version, &end);
        }
        within = within && is_within(version, &bound);
        size_t next = skip_spaces(text, at);
        bool comma = stands(text, next, ",");
        next = skip_spaces(text, next + comma);
        if (next == at && at < text.len)
            return -1;
        at = next;
    }
    return any ? within : -1;
}

int sl_version_in_range(struct sl_str version, struct sl_str range)
{
    struct version parsed;
    size_t at = 0;
    int found = 0;
    if (!read_version(&parsed, version, &at, false) || at != version.len)
        return -1;
    for (size_t from = 0; from <= range.len;) {
        size_t to = from;
        while (to < range.len && !(range.ptr[to] == '|' && stands(range, to + 1, "|")))
            to++;
        int within = is_in_all(&parsed, sl_str_slice(range, from, to));
        if (within < 0)
            return -1;
        found = found || within;
        from = to + 2;
    }
    return found;
}
