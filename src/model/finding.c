#include <sealift/finding.h>

#include "base/arena.h"
#include "base/limits.h"
#include "model/report.h"

#include <stdlib.h>

/* A finding and when it came, so that the order of equals never depends on qsort(). */
struct entry {
    struct sl_finding finding;
    size_t number;
};

struct sl_findings {
    struct sl_arena arena; /* the texts */
    struct entry *entries;
    size_t count;
    size_t capacity;
    size_t of[SL_ERROR + 1]; /* per severity, with those that were only counted */
};

enum { CAPACITY_FIRST = 16, TEXTS = 4 };

/* Every text at its longest, its NUL and the arena's rounding, and hints that grow: never reached before
 * SL_FINDINGS_MAX is. */
#define ARENA_MAX (2 * (SL_FINDING_TEXT_MAX + 32) * TEXTS * SL_FINDINGS_MAX)

int sl_findings_new(struct sl_findings **out, struct sl_err *err)
{
    struct sl_findings *findings = calloc(1, sizeof *findings);
    if (!findings)
        return sl_fail_memory(err);
    sl_arena_init(&findings->arena, ARENA_MAX);
    *out = findings;
    return 0;
}

void sl_findings_free(struct sl_findings *findings)
{
    if (!findings)
        return;
    sl_arena_release(&findings->arena);
    free(findings->entries);
    free(findings);
}

void sl_findings_freep(struct sl_findings **findings)
{
    sl_findings_free(*findings);
    *findings = NULL;
}

static int make_room(struct sl_findings *findings, struct sl_err *err)
{
    if (findings->count < findings->capacity)
        return 0;
    size_t capacity = findings->capacity ? 2 * findings->capacity : CAPACITY_FIRST;
    struct entry *entries = realloc(findings->entries, capacity * sizeof *entries);
    if (!entries)
        return sl_fail_memory(err);
    findings->entries = entries;
    findings->capacity = capacity;
    return 0;
}

/* Cut between two characters. */
static struct sl_str copy_text(struct sl_findings *findings, struct sl_str text)
{
    if (text.len > SL_FINDING_TEXT_MAX) {
        text.len = SL_FINDING_TEXT_MAX;
        while (text.len && ((unsigned char)text.ptr[text.len] & 0xc0) == 0x80)
            text.len--;
    }
    return sl_arena_str(&findings->arena, text);
}

int sl_finding_add(struct sl_findings *findings, const struct sl_finding *finding, struct sl_err *err)
{
    if (findings->count == SL_FINDINGS_MAX) {
        findings->of[finding->severity]++;
        return 0;
    }
    if (make_room(findings, err) < 0)
        return -1;
    struct sl_finding copy = *finding;
    copy.file = copy_text(findings, finding->file);
    copy.pointer = copy_text(findings, finding->pointer);
    copy.message = copy_text(findings, finding->message);
    copy.hint = copy_text(findings, finding->hint);
    if (!copy.file.ptr || !copy.pointer.ptr || !copy.message.ptr || !copy.hint.ptr)
        return sl_fail_memory(err);
    findings->entries[findings->count] = (struct entry){copy, findings->count};
    findings->count++;
    findings->of[finding->severity]++;
    return 0;
}

static int compare_numbers(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    int order = sl_str_compare(a->finding.file, b->finding.file);
    if (order == 0)
        order = compare_numbers(a->finding.line, b->finding.line);
    if (order == 0)
        order = compare_numbers(a->finding.column, b->finding.column);
    if (order == 0)
        order = strcmp(a->finding.rule, b->finding.rule);
    return order ? order : compare_numbers(a->number, b->number);
}

void sl_findings_sort(struct sl_findings *findings)
{
    if (findings->count > 1)
        qsort(findings->entries, findings->count, sizeof findings->entries[0], compare_entries);
}

void sl_findings_revise(struct sl_findings *findings, bool (*keep)(void *context, struct sl_finding *finding),
                        void *context)
{
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++) {
        struct entry entry = findings->entries[i];
        findings->of[entry.finding.severity]--;
        if (!keep(context, &entry.finding))
            continue;
        findings->of[entry.finding.severity]++;
        findings->entries[kept++] = entry;
    }
    findings->count = kept;
}

int sl_findings_add_hint(struct sl_findings *findings, size_t index, struct sl_str text, struct sl_err *err)
{
    struct sl_finding *finding = &findings->entries[index].finding;
    struct sl_str before = finding->hint;
    if (before.len > 0)
        before = sl_arena_join(&findings->arena, before, SL_STR("; "));
    if (before.ptr)
        before = sl_arena_join(&findings->arena, before, text);
    if (!before.ptr)
        return sl_fail_memory(err);
    finding->hint = before;
    return 0;
}

size_t sl_findings_count(const struct sl_findings *findings)
{
    return findings->count;
}

const struct sl_finding *sl_findings_at(const struct sl_findings *findings, size_t index)
{
    return &findings->entries[index].finding;
}

size_t sl_findings_of(const struct sl_findings *findings, enum sl_severity severity)
{
    return findings->of[severity];
}

const char *sl_severity_name(enum sl_severity severity)
{
    static const char *const names[] = {[SL_NOTE] = "note", [SL_WARNING] = "warning", [SL_ERROR] = "error"};
    return names[severity];
}
