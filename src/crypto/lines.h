/*
 * The lines of minisign's files: a comment, base64, and for signatures both again. Read strictly, because
 * what one reader skips and another sees is where forgeries hide.
 *
 * Messages here begin with "line N"; the functions of the module's interface put the file's name in front
 * with sl_lines_wrap().
 */
#ifndef LINES_H
#define LINES_H

#include <sealift/err.h>
#include <sealift/str.h>

#define SL_UNTRUSTED_PREFIX "untrusted comment: "
#define SL_TRUSTED_PREFIX   "trusted comment: "

struct sl_lines {
    struct sl_str rest;   /* what was not read yet */
    unsigned number;      /* of the line read last; 0 before the first */
    bool may_end_open;    /* the last line needs no line feed */
    enum sl_code failure; /* the code of every complaint; for SL_E_INPUT, what is too large is SL_E_LIMIT */
};

/* The first call. The file may have at most `max` bytes. */
int sl_lines_start(struct sl_lines *lines, struct sl_str text, size_t max, enum sl_code failure,
                   struct sl_err *err) SL_MUST_USE;

/* The next line without its LF. A missing line, a missing LF and CR LF are failures. */
int sl_lines_next(struct sl_lines *lines, struct sl_str *line, struct sl_err *err) SL_MUST_USE;

/*
 * The next line, which must be a comment that begins with `prefix`, as `text` without it: UTF-8, and no
 * control character but TAB, which minisign puts into its default trusted comment. `size` is that of the
 * buffer minisign reads the line into, with its LF and NUL.
 */
int sl_lines_comment(struct sl_lines *lines, struct sl_str prefix, size_t size, struct sl_str *text,
                     struct sl_err *err) SL_MUST_USE;

/* Nothing may follow the last line. */
int sl_lines_end(const struct sl_lines *lines, struct sl_err *err) SL_MUST_USE;

/* What a line of base64 is by its length: "a public key", "a secret key", "a signature"; NULL for others. */
const char *sl_lines_kind(struct sl_str line);

/* Puts the file's name, escaped, in front of the message; returns -1. */
int sl_lines_wrap(const char *name, struct sl_err *err);

#endif
