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
