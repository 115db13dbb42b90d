#include "lines.h"

#include "base64.h"
#include "layout.h"

#include <sealift/text.h>

static enum sl_code limit_code(const struct sl_lines *lines)
{
    return lines->failure == SL_E_INPUT ? SL_E_LIMIT : lines->failure;
}

int sl_lines_start(struct sl_lines *lines, struct sl_str text, size_t max, enum sl_code failure,
                   struct sl_err *err)
{
    *lines = (struct sl_lines){.rest = text, .failure = failure};
    if (text.len > max)
        return sl_fail(err, limit_code(lines), "larger than the limit of %zu bytes", max);
    return 0;
}

int sl_lines_next(struct sl_lines *lines, struct sl_str *line, struct sl_err *err)
{
    lines->number++;
    if (lines->rest.len == 0)
        return sl_fail(err, lines->failure, "line %u is missing", lines->number);
    size_t length = sl_str_find(lines->rest, '\n');
    if (length == lines->rest.len && !lines->may_end_open)
        return sl_fail(err, lines->failure, "line %u does not end with a line feed", lines->number);
    *line = sl_str_slice(lines->rest, 0, length);
    lines->rest = sl_str_slice(lines->rest, length + 1, lines->rest.len);
    if (sl_str_ends_with(*line, SL_STR("\r"))) {
        (void)sl_fail(err, lines->failure, "line %u ends with CR LF instead of LF", lines->number);
        return sl_hint(err,
                       "the file was changed on its way, maybe by a transfer in text mode; copy it again");
    }
    return 0;
}

static bool is_control(uint32_t c)
{
    return (c < 0x20 && c != '\t') || (c >= 0x7f && c <= 0x9f);
}

/* Columns count characters, as an editor does. */
static int check_characters(const struct sl_lines *lines, struct sl_str line, struct sl_err *err)
{
    unsigned column = 1;
    for (size_t at = 0; at < line.len; column++) {
        uint32_t c = 0;
        size_t length = sl_utf8_decode(sl_str_slice(line, at, line.len), &c);
        if (length == 0)
            return sl_fail(err, lines->failure, "line %u, column %u: the comment is not UTF-8", lines->number,
                           column);
        if (is_control(c))
            return sl_fail(err, lines->failure, "line %u, column %u: control character U+%04X in the comment",
                           lines->number, column, (unsigned)c);
        at += length;
    }
    return 0;
}

int sl_lines_comment(struct sl_lines *lines, struct sl_str prefix, size_t size, struct sl_str *text,
                     struct sl_err *err)
{
    struct sl_str line = {0};
    if (sl_lines_next(lines, &line, err) < 0)
        return -1;
    if (!sl_str_starts_with(line, prefix))
        return sl_fail(err, lines->failure, "line %u does not begin with \"" SL_FMT "\"", lines->number,
                       SL_ARG(prefix));
    if (line.len + 2 > size)
        return sl_fail(err, limit_code(lines), "line %u is longer than the limit of %zu bytes", lines->number,
                       size - 2);
    if (check_characters(lines, line, err) < 0)
        return -1;
    *text = sl_str_slice(line, prefix.len, line.len);
    return 0;
}

int sl_lines_end(const struct sl_lines *lines, struct sl_err *err)
{
    if (lines->rest.len == 0)
        return 0;
    return sl_fail(err, lines->failure, "there is more after line %u, which must be the last", lines->number);
}

const char *sl_lines_kind(struct sl_str line)
{
    static const struct {
        size_t length;
        const char *kind;
    } kinds[] = {
        {SL_BASE64_LENGTH(sizeof(struct sl_public_line)), "a public key"},
        {SL_BASE64_LENGTH(sizeof(struct sl_secret_line)), "a secret key"},
        {SL_BASE64_LENGTH(sizeof(struct sl_signature_line)), "a signature"},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (line.len == kinds[i].length)
            return kinds[i].kind;
    return NULL;
}

int sl_lines_wrap(const char *name, struct sl_err *err)
{
    /* Half of a message, so that the reason stays readable behind the longest path. */
    char shown[SL_ERR_MESSAGE_MAX / 2];
    return sl_wrap(err, "%s", sl_escape(shown, sizeof shown, sl_str_from(name)));
}
