#include "age_stanza.h"

#include "crypto/age.h"

#include <sodium.h>

enum { COLUMNS = 64 };

_Static_assert(SL_AGE_LINE_BYTES == SL_AGE_ARMOR_BYTES, "both have 64 columns");
_Static_assert(SL_AGE_LINE_BYTES * 4 / 3 == COLUMNS, "a full line has no bits to spare");

static const struct sl_str version_line = SL_STR_INIT(SL_AGE_VERSION_LINE);

/* -- base64 -- */

/* The canonical base64 of some bytes, at most a line of them. */
static bool decode(unsigned char out[SL_AGE_LINE_BYTES], size_t *len, struct sl_str text, int variant)
{
    if (text.len > COLUMNS ||
        sodium_base642bin(out, SL_AGE_LINE_BYTES, text.ptr, text.len, NULL, len, NULL, variant) != 0)
        return false;
    /* What is canonical is what comes back: this does not rest on how strict a version of libsodium is. */
    char again[COLUMNS + 1];
    (void)sodium_bin2base64(again, sizeof again, out, *len, variant);
    return sl_str_equal(sl_str_from(again), text);
}

bool sl_age_base64_decode(unsigned char *out, size_t len, struct sl_str text)
{
    unsigned char bytes[SL_AGE_LINE_BYTES];
    size_t decoded;
    if (!decode(bytes, &decoded, text, sodium_base64_VARIANT_ORIGINAL_NO_PADDING) || decoded != len)
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
    return decode(out, len, line, sodium_base64_VARIANT_ORIGINAL);
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
        if (!decode(bytes, &len, line, sodium_base64_VARIANT_ORIGINAL_NO_PADDING))
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
