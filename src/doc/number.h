/*
 * Numbers as text, in both directions, whatever the locale: what strtod() and printf() take for the radix
 * character never comes into it.
 */
#ifndef DOC_NUMBER_H
#define DOC_NUMBER_H

#include <sealift/str.h>
#include <stdbool.h>
#include <stdint.h>

#define SL_NUMBER_TEXT_MAX 32

/*
 * The double nearest to a decimal number: [-+]?digits[.digits][(e|E)[-+]digits], where one of the two groups
 * of digits may be empty; underscores are passed over. The caller has checked the syntax. False when it is
 * too large for a double; what is too small becomes 0.
 */
bool sl_double_parse(double *out, struct sl_str text);

/* The whole of `text` as an unsigned number in `base` (2, 8, 10 or 16). False for anything else, and when it
 * does not fit. */
bool sl_digits_parse(uint64_t *out, struct sl_str text, unsigned base);

/* The sign and magnitude as int64_t or uint64_t: SL_INT's range first. 1: *integer holds it, 2: *uinteger
 * does (it is above INT64_MAX), 0: fits neither. */
int sl_integer_join(int64_t *integer, uint64_t *uinteger, bool negative, uint64_t magnitude);

/* The three spellings below write the shortest digits that read back as the same number, which is finite.
 * They return the length and end `out` with a NUL. */

/* As Go's encoding/json and ECMAScript write a float: 0.000001, 1e-7, 123456789, 1e+21; 0 for -0,
 * as ECMAScript. */
size_t sl_double_json_text(char out[SL_NUMBER_TEXT_MAX], double number);

/* As Go's strconv.FormatFloat(x, 'g', -1, 64) does: 123456.5, 1e+06, 1e-05. */
size_t sl_double_go_text(char out[SL_NUMBER_TEXT_MAX], double number);

/* The same of the nearest single-precision number: FormatFloat(x, 'g', -1, 32). Beyond it: YAML's ".inf",
 * "-.inf". */
size_t sl_double_go_text_single(char out[SL_NUMBER_TEXT_MAX], double number);

#endif
