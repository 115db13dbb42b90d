/*
 * The letters of JSON: white space, strings and numbers of one text, with the place of each.
 *
 * The text is decoded where it stands: a string is never longer than its source, and its NUL comes where its
 * closing quote (or more) was. So a whole document costs one allocation for all of its texts.
 */
#ifndef DOC_JSON_SCAN_H
#define DOC_JSON_SCAN_H

#include "place.h"

struct sl_json_scan {
    struct sl_err *err;
    bool canonical; /* refuse what is not in canonical form, with SL_E_REFUSED instead of SL_E_INPUT */
    char *text;     /* `len` bytes and a NUL */
    size_t len;
    size_t at;
    struct sl_str name;
    uint32_t line;
    size_t line_start;
    size_t continuations; /* bytes of this line that begin no character */
};

/* Where scan->at is. */
struct sl_place sl_json_place(const struct sl_json_scan *scan);

/* -1, with the place in front of the message. */
int sl_json_fail(struct sl_json_scan *scan, const char *what);

/* The byte at scan->at is wrong: says what was expected, and hints at what people often write instead. */
int sl_json_fail_byte(struct sl_json_scan *scan, const char *expected);

/* Goes over white space, of which canonical JSON has none. */
int sl_json_skip_space(struct sl_json_scan *scan);

/* The string whose opening quote is at scan->at; goes behind it. *out lies in the text, NUL terminated. */
int sl_json_string(struct sl_json_scan *scan, struct sl_str *out);

/* The end of the number at scan->at; *whole says that it has neither fraction nor exponent. 0: no number. */
size_t sl_json_number_end(const struct sl_json_scan *scan, bool *whole);

#endif
