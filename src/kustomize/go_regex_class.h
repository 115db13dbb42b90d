/*
 * Sets of characters in Go's regular expressions: [...], \d, [:alpha:], \p{Greek}; and single characters.
 */
#ifndef GO_REGEX_CLASS_H
#define GO_REGEX_CLASS_H

#include "go_regex.h"

#include <stdint.h>

/* A pattern under way. */
struct kz_regex_reader {
    struct sl_str pattern;
    size_t at;
    bool fold; /* (?i) */
    struct sl_buf *out;
    struct kz_regex_problem *problem;
};

/* Notes the problem; returns false. */
bool kz_regex_refuse(const struct kz_regex_reader *reader, const char *why, size_t at);
/* The next byte, or NUL at the end; `ahead` bytes further on. */
char kz_regex_peek(const struct kz_regex_reader *reader, size_t ahead);
/* One character as it stands; malformed UTF-8 is refused. */
bool kz_regex_char(struct kz_regex_reader *reader, uint32_t *out);
/* After a backslash, which is the next byte: one character. */
bool kz_regex_escape(struct kz_regex_reader *reader, uint32_t *out);
/* Writes what is, or is not, in a category or script of Unicode, for between brackets; false: Go does not know the name. */
bool kz_regex_write_unicode(const struct kz_regex_reader *reader, struct sl_str name, bool negative);
/* Writes one character as an item that can be repeated. */
void kz_regex_write_char(const struct kz_regex_reader *reader, uint32_t code);
/* A set from its "[" on, to behind the "]"; written as an item that can be repeated. */
bool kz_regex_set(struct kz_regex_reader *reader);
/* \d, \p{...} and the like where they stand outside of a set: 1 when it was one, 0 when there is none, -1. */
int kz_regex_set_escape(struct kz_regex_reader *reader);

#endif
