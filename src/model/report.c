#include "model/report.h"

#include <sealift/text.h>
#include <stdio.h>

struct sl_finding sl_finding_at(const struct sl_doc *doc, struct sl_mark mark, enum sl_severity severity,
                                const char *rule)
{
    struct sl_finding finding = {.severity = severity, .rule = rule};
    if (mark.file > 0 && mark.file <= doc->file_count) {
        finding.file = doc->files[mark.file - 1];
        finding.line = mark.line;
        finding.column = mark.column;
    }
    return finding;
}

struct sl_finding sl_finding_in_file(struct sl_str file, enum sl_severity severity, const char *rule)
{
    return (struct sl_finding){.severity = severity, .rule = rule, .file = file};
}

int sl_finding_report(struct sl_findings *findings, const struct sl_finding *finding, struct sl_err *err,
                      const char *format, ...)
{
    char message[SL_ERR_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (length < 0)
        return sl_fail(err, SL_E_INTERNAL, "the message of a finding of %s cannot be formatted",
                       finding->rule);
    struct sl_finding whole = *finding;
    whole.message = sl_str_from(message);
    return sl_finding_add(findings, &whole, err);
}

/* Reads digits at *at; 0 where there are none. */
static uint32_t read_number(struct sl_str text, size_t *at)
{
    uint32_t number = 0;
    for (; *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9' && number < 100000000; (*at)++)
        number = 10 * number + (uint32_t)(text.ptr[*at] - '0');
    return number;
}

struct sl_str sl_finding_split_place(struct sl_finding *finding, struct sl_str message)
{
    for (size_t i = 0; i < message.len; i++) {
        size_t at = i + 1;
        uint32_t line = message.ptr[i] == ':' ? read_number(message, &at) : 0;
        if (line == 0 || at == message.len || message.ptr[at++] != ':')
            continue;
        uint32_t column = read_number(message, &at);
        if (column == 0 || !sl_str_starts_with(sl_str_slice(message, at, message.len), SL_STR(": ")))
            continue;
        finding->file = sl_str_slice(message, 0, i);
        finding->line = line;
        finding->column = column;
        return sl_str_slice(message, at + 2, message.len);
    }
    return message;
}

const char *sl_shown(struct sl_shown *shown, struct sl_str text)
{
    return sl_escape(shown->text, sizeof shown->text, text);
}

ptrdiff_t sl_nearest(struct sl_str wrong, const struct sl_str *names, size_t count)
{
    unsigned limit = wrong.len >= 9 ? 3 : (unsigned)(wrong.len + 2) / 3;
    ptrdiff_t nearest = -1;
    for (size_t i = 0; i < count; i++) {
        unsigned distance = sl_edit_distance(wrong, names[i], limit);
        if (distance > limit)
            continue;
        nearest = (ptrdiff_t)i;
        if (distance == 0)
            break;
        limit = distance - 1;
    }
    return nearest;
}
