/*
 * Text that people will see, and the checks on text that comes from outside.
 */
#ifndef SEALIFT_TEXT_H
#define SEALIFT_TEXT_H

#include <sealift/buf.h>
#include <stdbool.h>
#include <stdint.h>

/* Well-formed UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool sl_utf8_valid(struct sl_str text);

/* Decodes one character at text.ptr; returns its length in bytes, or 0 when it is malformed or text is empty.
 */
size_t sl_utf8_decode(struct sl_str text, uint32_t *out);

/*
 * Whether a character could move a cursor, change colours, hide or reorder text, or, invisible inside a word (zero width, soft
 * hyphen, tags, BOM), make two names look the same. Newlines and tabs are among them.
 */
bool sl_is_unsafe(uint32_t character);

/*
 * Appends `text` so that it can do nothing to a terminal: C0 and C1 controls, DEL, bidirectional controls
 * (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069), line and paragraph separators and malformed
 * bytes become \xNN or \u{NNNN}; a backslash becomes two. Everything else stays. Newlines and tabs are
 * controls here too.
 */
void sl_buf_escaped(struct sl_buf *out, struct sl_str text);

/* Appends `text` as one word of a POSIX shell: as it is where no character of it means anything there, else in single
 * quotes. What could act on a terminal is escaped as above, so that such a name is shown and not meant to be pasted. */
void sl_buf_shell_word(struct sl_buf *out, struct sl_str text);

/* The same as sl_buf_escaped() into fixed memory, cut with "..." where it does not fit. Returns `out`. `size` is at least 8. */
const char *sl_escape(char *out, size_t size, struct sl_str text);

/* "1.5 GiB", "17 B": at most 12 characters and the NUL. Returns `out`. */
const char *sl_size_text(char out[16], uint64_t bytes);

/*
 * Edit distance (insert, delete, replace, swap of neighbours; Damerau's restricted form) of two short texts,
 * for "did you mean". Both are cut at 64 bytes. Returns at most `limit` + 1.
 */
unsigned sl_edit_distance(struct sl_str a, struct sl_str b, unsigned limit);

/*
 * UTC time of a POSIX time stamp as "2026-11-21T09:58:54Z" (20 characters and the NUL). Years 1970 to 9999;
 * what is outside is clamped. Returns `out`.
 */
const char *sl_time_text(char out[24], int64_t seconds);

#endif
