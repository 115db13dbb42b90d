/*
 * Finds in a text what has the shape of a secret: one pass, no regular expressions, no memory.
 *
 *     struct secret_hit hit;
 *     for (size_t at = 0; secret_next(text, at, &hit); at = hit.at + hit.length)
 *         ...
 */
#ifndef SECRET_SCAN_H
#define SECRET_SCAN_H

#include <sealift/str.h>
#include <stdbool.h>

struct secret_hit {
    const char *what;  /* "a GitHub token": a literal */
    size_t at, length; /* bytes */
    bool telling;      /* its first four characters say what it is, and nothing of the secret */
};

/* The first one that begins at or behind `from`. */
bool secret_next(struct sl_str text, size_t from, struct secret_hit *out);

/* Whether a text that stands where a secret is wanted is none: empty, filled in later, encrypted, or a word
 * that tells people to put one there. */
bool secret_is_placeholder(struct sl_str text);

/* -- secret_shape.c: shapes that begin with a text of their own -- */

/* A shape that begins at `at`, and not in the middle of a word. */
bool secret_shape_at(struct sl_str text, size_t at, struct secret_hit *out);

/* Whether a shape may begin with this byte: most do not. */
bool secret_shape_may_start(char byte);

/* What a digit of base64 stands for; -1: it is none. */
int secret_base64_digit(char byte);

/* Digits of base64, and "=". */
bool secret_is_base64(char byte);

/* Whether there is too little variety in a text to be a secret: "xxxxxxxx", and examples of documentation. */
bool secret_is_sample(struct sl_str text);

#endif
