/*
 * The formats of the specification, as far as they are checked: all but idn-hostname, idn-email, iri and
 * iri-reference.
 */
#ifndef FORMAT_H
#define FORMAT_H

#include <sealift/err.h>
#include <sealift/str.h>
#include <stdbool.h>

struct format_rule;

/* NULL for a format nobody here knows. */
const struct format_rule *format_find(struct sl_str name);
/* 1, 0, or -1 without memory. `text` is valid UTF-8. */
int format_holds(const struct format_rule *format, struct sl_str text, struct sl_err *err) SL_MUST_USE;
/* "a date and time (RFC 3339)" */
const char *format_words(const struct format_rule *format);

/* -- format_time.c -- */
bool format_date_time(struct sl_str text);
bool format_date(struct sl_str text);
bool format_time(struct sl_str text);
bool format_duration(struct sl_str text);
/* -- format_net.c -- */
bool format_ipv4(struct sl_str text);
bool format_ipv6(struct sl_str text);
bool format_hostname(struct sl_str text);
bool format_email(struct sl_str text);
/* -- format_uri.c -- */
bool format_uri(struct sl_str text);
bool format_uri_reference(struct sl_str text);
bool format_uri_template(struct sl_str text);
/* -- format_regex.c -- */
/* 1, 0, or -1 without memory. */
int format_regex(struct sl_str text, struct sl_err *err) SL_MUST_USE;
/* -- idna.c -- */
/* Is this, behind "xn--", a label that IDNA 2008 allows? */
bool format_a_label(struct sl_str encoded);

/* -- characters, never by the locale -- */
static inline bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}
static inline bool is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}
static inline bool is_hex(char byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}
/* Is it one of `set`? NUL never is. */
static inline bool is_one_of(char byte, const char *set)
{
    return byte && strchr(set, byte);
}

#endif
