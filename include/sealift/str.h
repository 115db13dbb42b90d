/*
 * A borrowed piece of text or bytes: pointer and length, passed by value, never owned, not NUL terminated.
 *
 * Whoever hands one out says how long it lives (usually: as long as the arena or document it came from).
 */
#ifndef SEALIFT_STR_H
#define SEALIFT_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct sl_str {
    const char *ptr; /* may be NULL when len is 0 */
    size_t len;      /* bytes */
};

/* A literal as an sl_str; SL_STR_INIT() is the same for static tables. */
#define SL_STR(literal) ((struct sl_str){"" literal, sizeof(literal) - 1})
#define SL_STR_INIT(literal)                                                                                 \
    {                                                                                                        \
        "" literal, sizeof(literal) - 1                                                                      \
    }

/* For printf: sl_fail(err, code, "no application " SL_FMT, SL_ARG(name)). Cut at 1,000 bytes: messages are
 * short. */
#define SL_FMT    "%.*s"
#define SL_ARG(s) ((s).len > 1000 ? 1000 : (int)(s).len), ((s).ptr ? (s).ptr : "")

/* `text` must be NUL terminated or NULL; NULL gives the empty string. */
static inline struct sl_str sl_str_from(const char *text)
{
    return (struct sl_str){text, text ? strlen(text) : 0};
}

static inline bool sl_str_equal(struct sl_str a, struct sl_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Order by unsigned bytes, shorter first where one is the start of the other. Never depends on the locale. */
int sl_str_compare(struct sl_str a, struct sl_str b);

bool sl_str_starts_with(struct sl_str text, struct sl_str prefix);
bool sl_str_ends_with(struct sl_str text, struct sl_str suffix);

/* The first place of `byte`, or text.len where there is none. */
size_t sl_str_find(struct sl_str text, char byte);

/*
 * Cuts the first line off *rest, without its LF; a CR before that stays. The last line needs no LF, and behind one there is no
 * empty line more. False, and *line empty, where *rest is.
 */
bool sl_str_next_line(struct sl_str *line, struct sl_str *rest);

/* text[from, to), both cut to the length. */
struct sl_str sl_str_slice(struct sl_str text, size_t from, size_t to);

#endif
