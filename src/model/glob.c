#include "model/config.h"

#include "base/limits.h"

#include <string.h>

/* Which places of the pattern what was read so far can have led to. */
struct places {
    bool at[SL_PATH_MAX + 1];
};

static bool is_stars(struct sl_str pattern, size_t at)
{
    return at + 1 < pattern.len && pattern.ptr[at] == '*' && pattern.ptr[at + 1] == '*';
}

/* Whether the stars at `at` are a part of their own with more behind, which may stand for nothing. */
static bool may_vanish(struct sl_str pattern, size_t at)
{
    bool begins = at == 0 || pattern.ptr[at - 1] == '/';
    return begins && at + 2 < pattern.len && pattern.ptr[at + 2] == '/';
}

/* Stars may stand for nothing: whoever is at one is behind it too; behind the slash as well where a part of the path
 * begins. */
static void pass_stars(struct places *places, struct sl_str pattern, bool part_begins)
{
    for (size_t i = 0; i < pattern.len; i++) {
        if (!places->at[i] || pattern.ptr[i] != '*')
            continue;
        bool two = is_stars(pattern, i);
        places->at[i + (two ? 2 : 1)] = true;
        if (two && part_begins && may_vanish(pattern, i))
            places->at[i + 3] = true;
    }
}

/* Only the pattern's places are touched: most patterns are short. */
static void step(struct places *next, const struct places *places, struct sl_str pattern, char byte)
{
    memset(next->at, 0, pattern.len + 1);
    for (size_t i = 0; i < pattern.len; i++) {
        if (!places->at[i])
            continue;
        char wanted = pattern.ptr[i];
        if (wanted == '*' && (byte != '/' || is_stars(pattern, i)))
            next->at[i] = true;
        else if (wanted == byte || (wanted == '?' && byte != '/'))
            next->at[i + 1] = true;
    }
}

/* How many bytes of the pattern stand for themselves, before the first that does not. */
static size_t plain_length(struct sl_str pattern)
{
    size_t len = 0;
    while (len < pattern.len && pattern.ptr[len] != '*' && pattern.ptr[len] != '?')
        len++;
    return len;
}

bool sl_glob_match(struct sl_str pattern, struct sl_str path)
{
    size_t plain = plain_length(pattern);
    if (pattern.len > SL_PATH_MAX || !sl_str_starts_with(path, sl_str_slice(pattern, 0, plain)))
        return false;
    struct places two[2];
    struct places *places = &two[0], *next = &two[1];
    memset(places->at, 0, pattern.len + 1);
    places->at[plain] = true;
    pass_stars(places, pattern, plain == 0 || path.ptr[plain - 1] == '/');
    for (size_t i = plain; i < path.len; i++) {
        step(next, places, pattern, path.ptr[i]);
        pass_stars(next, pattern, path.ptr[i] == '/');
        struct places *last = places;
        places = next;
        next = last;
    }
    return places->at[pattern.len];
}
