/*
 * A finding about a text that a variable made stands where that text is, in the manifest or the values file: to the
 * reader it looks right there. So the hint says where the variable is stated.
 */
#include "groups.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"

#include <stdlib.h>

static int compare_marks(struct sl_mark a, struct sl_mark b)
{
    if (a.file != b.file)
        return a.file < b.file ? -1 : 1;
    if (a.line != b.line)
        return a.line < b.line ? -1 : 1;
    return (a.column > b.column) - (a.column < b.column);
}

static int compare_uses(const void *left, const void *right)
{
    const struct sl_substituted *a = left;
    const struct sl_substituted *b = right;
    return compare_marks(a->at, b->at);
}

/* The number of a file in the document's list; 0: it is not there. */
static uint16_t find_file(const struct sl_doc *doc, struct sl_str name)
{
    for (uint32_t i = 0; i < doc->file_count; i++)
        if (sl_str_equal(doc->files[i], name))
            return (uint16_t)(i + 1);
    return 0;
}

/* What was put in at the place of a finding; NULL: nothing, or nobody knows. */
static const struct sl_substituted *find_use(const struct sl_substituted *uses, size_t count,
                                             const struct sl_doc *doc, const struct sl_finding *finding)
{
    struct sl_substituted wanted = {0};
    /* Those are about what no variable made. */
    if (finding->line == 0 || strncmp(finding->rule, "substitute/", 11) == 0)
        return NULL;
    wanted.at = (struct sl_mark){
        .line = finding->line, .column = (uint16_t)finding->column, .file = find_file(doc, finding->file)};
    return wanted.at.file ? bsearch(&wanted, uses, count, sizeof *uses, compare_uses) : NULL;
}

static int add_hint(const struct sl_validation_subject *subject, size_t index,
                    const struct sl_substituted *use, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf hint;
    char place[SL_PATH_MAX];
    struct sl_shown name;
    sl_buf_init(&hint, 2 * (size_t)SL_PATH_MAX);
    sl_buf_printf(&hint, "${%s} is stated at %s", sl_shown(&name, use->variable->key),
                  sl_mark_text(place, sizeof place, &subject->reading->doc, use->variable->value->mark));
    if (sl_buf_check(&hint, "a hint", err) < 0)
        return -1;
    return sl_findings_add_hint(subject->reading->findings, index, sl_buf_view(&hint), err);
}

int sl_rules_name_variables(const struct sl_validation_subject *subject, struct sl_err *err)
{
    const struct sl_substitution_trail *trail = &subject->layout->trail;
    struct sl_findings *findings = subject->reading->findings;
    struct sl_doc *doc = &subject->reading->doc;
    if (trail->count == 0 || sl_findings_count(findings) == 0)
        return 0;
    struct sl_substituted *uses = sl_arena_array(&doc->arena, trail->count, sizeof *uses);
    if (!uses)
        return sl_fail_memory(err);
    memcpy(uses, trail->items, trail->count * sizeof *uses);
    qsort(uses, trail->count, sizeof *uses, compare_uses);
    for (size_t i = 0; i < sl_findings_count(findings); i++) {
        const struct sl_substituted *use = find_use(uses, trail->count, doc, sl_findings_at(findings, i));
        if (use && add_hint(subject, i, use, err) < 0)
            return -1;
    }
    return 0;
}
