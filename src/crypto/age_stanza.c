#include "age_stanza.h"

#include "crypto/age.h"

#include <sodium.h>

enum { COLUMNS = 64 };

_Static_assert(SL_AGE_LINE_BYTES == SL_AGE_ARMOR_BYTES, "both have 64 columns");
_Static_assert(SL_AGE_LINE_BYTES * 4 / 3 == COLUMNS, "a full line has no bits to spare");

static const struct sl_str version_line = SL_STR_INIT(SL_AGE_VERSION_LINE);

/* -- base64 -- */

/* What a digit stands for, and one; 0 for what is none. */
static const unsigned char values[128] = {
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
    0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  63, 0,  0,  0,  64, 53, 54, 55, 56,
    57, 58, 59, 60, 61, 62, 0,  0,  0,  0,  0,  0,  0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13,
    14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 0,  0,  0,  0,  0,  0,  27, 28, 29, 30, 31, 32, 33,
    34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 0,  0,  0,  0,  0,
};

/* Digits into bytes, three for four; the bits that are left over must be zero. What is decoded is public or
 * encrypted, so that a table does no harm here. */
static bool decode_digits(unsigned char *out, struct sl_str digits)
{
    unsigned bits = 0;
    for (size_t i = 0; i < digits.len; i++) {
        unsigned char byte = (unsigned char)digits.ptr[i];
        unsigned value = byte < sizeof values ? values[byte] : 0;
        if (value == 0)
            return false;
        bits = bits << 6 | (value - 1);
        if (i % 4 > 0)
            *out++ = (unsigned char)(bits >> (6 - 2 * (i % 4)));
    }
    static const unsigned left_over[4] = {0, 0x3f, 0xf, 0x3};
    return (bits & left_over[digits.len % 4]) == 0;
}

/* The canonical base64 of some bytes, at most a line of them. */
static bool decode(unsigned char out[SL_AGE_LINE_BYTES], size_t *len, struct sl_str text, bool padded)
{
    size_t padding = 0;
    if (padded && text.len % 4 != 0)
        return false;
    while (padded && padding < 2 && padding < text.len && text.ptr[text.len - 1 - padding] == '=')
        padding++;
    struct sl_str digits = sl_str_slice(text, 0, text.len - padding);
    if (text.len > COLUMNS || digits.len % 4 == 1)
        return false;
    *len = digits.len * 3 / 4;
    return decode_digits(out, digits);
}

bool sl_age_base64_decode(unsigned char *out, size_t len, struct sl_str text)
{
    unsigned char bytes[SL_AGE_LINE_BYTES];
    size_t decoded;
    if (!decode(bytes, &decoded, text, false) || decoded != len)
        return false;
    memcpy(out, bytes, len);
    return true;
}

void sl_age_base64_append(struct sl_buf *out, const unsigned char *bytes, size_t len)
{
    char text[COLUMNS + 1];
    (void)sodium_bin2base64(text, sizeof text, bytes, len, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    sl_buf_text(out, text);
}

bool sl_age_armor_decode(unsigned char out[SL_AGE_ARMOR_BYTES], size_t *len, struct sl_str line)
{
    return decode(out, len, line, true);
}

/* -- lines -- */

int sl_age_lines_fail(const struct sl_age_lines *lines, const char *reason, struct sl_err *err)
{
    return sl_fail(err, SL_E_REFUSED, "age header, line %u: %s", lines->number, reason);
}

static int next_line(struct sl_age_lines *lines, struct sl_str *line, struct sl_err *err)
{
    lines->number++;
    size_t length = sl_str_find(lines->rest, '\n');
    if (length == lines->rest.len)
        return sl_age_lines_fail(lines, "the header ends in the middle", err);
    *line = sl_str_slice(lines->rest, 0, length);
    lines->rest = sl_str_slice(lines->rest, length + 1, lines->rest.len);
    return 0;
}

int sl_age_lines_start(struct sl_age_lines *lines, struct sl_str header, struct sl_err *err)
{
    *lines = (struct sl_age_lines){.rest = header, .number = 1};
    if (!sl_str_starts_with(header, version_line))
        return sl_age_lines_fail(lines, "not the version of age that is known here, v1", err);
    lines->rest = sl_str_slice(header, version_line.len, header.len);
    return 0;
}

/* Splits "TYPE ARGUMENT..." at single spaces. */
static int read_arguments(struct sl_age_lines *lines, struct sl_age_stanza *out, struct sl_str line,
                          struct sl_err *err)
{
    for (size_t count = 0;; count++) {
        size_t length = sl_str_find(line, ' ');
        struct sl_str word = sl_str_slice(line, 0, length);
        if (word.len == 0)
            return sl_age_lines_fail(lines, "an empty argument", err);
        for (size_t i = 0; i < word.len; i++)
            if (word.ptr[i] < 0x21 || word.ptr[i] > 0x7e)
                return sl_age_lines_fail(lines, "a character that no argument may have", err);
        if (count == 0)
            out->type = word;
        else if (count <= sizeof out->arguments / sizeof out->arguments[0])
            out->arguments[count - 1] = word;
        out->argument_count = count;
        if (length == line.len)
            return 0;
        line = sl_str_slice(line, length + 1, line.len);
    }
}

static int read_body(struct sl_age_lines *lines, struct sl_age_stanza *out, struct sl_err *err)
{
    for (;;) {
        struct sl_str line = {NULL, 0};
        unsigned char bytes[SL_AGE_LINE_BYTES];
        size_t len = 0;
        if (next_line(lines, &line, err) < 0)
            return -1;
        if (!decode(bytes, &len, line, false))
            return sl_age_lines_fail(lines, "not strict base64 of at most 64 columns, without padding", err);
        if (out->body_len == 0)
            memcpy(out->body, bytes, len);
        out->body_len += len;
        if (line.len < COLUMNS)
            return 0;
    }
}

int sl_age_stanza_next(struct sl_age_lines *lines, struct sl_age_stanza *out, struct sl_err *err)
{
    if (sl_str_starts_with(lines->rest, SL_STR("---")))
        return 0;
    struct sl_str line = {NULL, 0};
    if (next_line(lines, &line, err) < 0)
        return -1;
    if (!sl_str_starts_with(line, SL_STR("-> ")))
        return sl_age_lines_fail(lines, "neither a stanza (\"-> \") nor the MAC (\"---\")", err);
    *out = (struct sl_age_stanza){.body_len = 0};
    if (read_arguments(lines, out, sl_str_slice(line, 3, line.len), err) < 0 ||
        read_body(lines, out, err) < 0)
        return -1;
    return 1;
}

int sl_age_lines_mac(struct sl_age_lines *lines, unsigned char out[32], struct sl_err *err)
{
    struct sl_str line = {NULL, 0};
    if (next_line(lines, &line, err) < 0)
        return -1;
    if (!sl_str_starts_with(line, SL_STR("--- ")) ||
        !sl_age_base64_decode(out, 32, sl_str_slice(line, 4, line.len)))
        return sl_age_lines_fail(lines, "not \"--- \" and the base64 of a MAC, strictly encoded", err);
    if (lines->rest.len > 0)
        return sl_age_lines_fail(lines, "there is more after the line with the MAC", err);
    return 0;
}
