/*
 * The lines of an age header, read strictly: what one reader skips and another sees is where forgeries hide.
 *
 *     age-encryption.org/v1
 *     -> TYPE ARGUMENT...        a stanza for each recipient: arguments of printable ASCII, one space between
 *     BASE64                     body: lines of 64 columns without padding, the last one shorter, maybe empty
 *     --- BASE64                 MAC over everything before this space
 *
 * Order of calls: sl_age_lines_start(), sl_age_stanza_next() until it is not 1, sl_age_lines_mac().
 */
#ifndef AGE_STANZA_H
#define AGE_STANZA_H

#include <sealift/buf.h>
#include <stdbool.h>

#define SL_AGE_VERSION_LINE "age-encryption.org/v1\n"

/* Bytes of one full line of a body. */
#define SL_AGE_LINE_BYTES 48

struct sl_age_lines {
    struct sl_str rest; /* what was not read yet */
    unsigned number;    /* of the line read last */
};

struct sl_age_stanza {
    struct sl_str type;
    struct sl_str arguments[2]; /* without the type */
    size_t argument_count;      /* may be more than are kept */
    unsigned char body[SL_AGE_LINE_BYTES];
    size_t body_len; /* may be more than is kept */
};

/* The line with the version. -1 as everywhere here: SL_E_REFUSED, "age header, line N: ..." */
int sl_age_lines_start(struct sl_age_lines *lines, struct sl_str header, struct sl_err *err) SL_MUST_USE;

/* 1 and a stanza, or 0 where the line with the MAC comes next. */
int sl_age_stanza_next(struct sl_age_lines *lines, struct sl_age_stanza *out, struct sl_err *err) SL_MUST_USE;

/* The last line; nothing may follow. */
int sl_age_lines_mac(struct sl_age_lines *lines, unsigned char out[32], struct sl_err *err) SL_MUST_USE;

/* For a reason found later in the line read last. Returns -1. */
int sl_age_lines_fail(const struct sl_age_lines *lines, const char *reason, struct sl_err *err);

/* True when `text` is the canonical base64, without padding, of exactly `len` bytes, at most
 * SL_AGE_LINE_BYTES. */
bool sl_age_base64_decode(unsigned char *out, size_t len, struct sl_str text);

/* Appends the base64 of at most SL_AGE_LINE_BYTES. */
void sl_age_base64_append(struct sl_buf *out, const unsigned char *bytes, size_t len);

#endif
