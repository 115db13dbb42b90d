#include "tally.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "model/report.h"

#include <stdlib.h>

/* Of one line; more of them nobody reads. */
enum { KINDS_LISTED = 20 };

struct line {
    struct line *next;
    enum tally_reason reason;
    struct sl_str key, problem, file; /* the file of the first object */
    struct sl_mark mark;
    uint64_t rules;
    size_t count;
};

struct sl_kubetally {
    struct sl_arena arena;
    struct line *first, *last;
    struct sl_map by_key;
};

int sl_kubetally_new(struct sl_kubetally **out, struct sl_err *err)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return sl_fail_memory(err);
    sl_arena_init(&(*out)->arena, SL_KUBE_MEMORY_MAX);
    sl_map_init(&(*out)->by_key);
    return 0;
}

void sl_kubetally_free(struct sl_kubetally *tally)
{
    if (!tally)
        return;
    sl_map_release(&tally->by_key);
    sl_arena_release(&tally->arena);
    free(tally);
}

void sl_kubetally_freep(struct sl_kubetally **tally)
{
    sl_kubetally_free(*tally);
    *tally = NULL;
}

static struct line *new_line(struct sl_kubetally *tally, const struct tally_place *place,
                             const struct kind *kind)
{
    struct line *line = sl_arena_alloc(&tally->arena, sizeof *line);
    if (!line)
        return NULL;
    uint16_t file = place->mark.file;
    line->mark = place->mark;
    line->rules = kind ? kind->rules : 0;
    line->key = sl_arena_str(&tally->arena, place->key);
    line->problem = sl_arena_str(&tally->arena, kind ? kind->problem : (struct sl_str){0});
    line->file =
        sl_arena_str(&tally->arena, file && file <= place->doc->file_count ? place->doc->files[file - 1]
                                                                           : (struct sl_str){0});
    return line->key.ptr && line->problem.ptr && line->file.ptr ? line : NULL;
}

int tally_add(struct sl_kubetally *tally, const struct tally_place *place, enum tally_reason reason,
              const struct kind *kind, struct sl_err *err)
{
    struct line *line = sl_map_get(&tally->by_key, place->key);
    if (!line) {
        line = new_line(tally, place, kind);
        if (!line)
            return sl_fail_memory(err);
        if (sl_map_put(&tally->by_key, line->key, line, err) < 0)
            return -1;
        line->reason = reason;
        *(tally->last ? &tally->last->next : &tally->first) = line;
        tally->last = line;
    }
    line->count++;
    return 0;
}

static int report_bad(const struct line *line, struct sl_findings *findings, struct sl_err *err)
{
    struct sl_shown key, problem;
    struct sl_finding finding = {.severity = SL_WARNING,
                                 .rule = "kube/bad-schema",
                                 .file = line->file,
                                 .line = line->mark.line,
                                 .column = line->mark.column};
    return sl_finding_report(
        findings, &finding, err, "the schema of %s cannot be used, %zu %s not checked: %s",
        sl_shown(&key, line->key), line->count, line->count == 1 ? "object is" : "objects are",
        sl_shown(&problem, line->problem));
}

/* Kinds of which the same is to be said. */
struct sum {
    const struct line *first;
    size_t kinds, objects;
    struct sl_buf list; /* "Deployment (3), Service (1)" */
};

static void add_to_sum(struct sum *sum, const struct line *line)
{
    size_t slash = line->key.len;
    struct sl_shown kind;
    while (slash > 0 && line->key.ptr[slash - 1] != '/')
        slash--;
    sum->first = sum->first ? sum->first : line;
    sum->kinds++;
    sum->objects += line->count;
    if (sum->kinds > KINDS_LISTED)
        return;
    (void)sl_shown(&kind, sl_str_slice(line->key, slash, line->key.len));
    bool rules = line->reason == TALLY_RULES;
    sl_buf_printf(&sum->list, "%s%s (%llu%s)", sum->kinds > 1 ? ", " : "", kind.text,
                  (unsigned long long)(rules ? line->rules : line->count),
                  !rules             ? ""
                  : line->rules == 1 ? " rule"
                                     : " rules");
}

/* One line for all kinds: a list of notes would hide what else is found. */
static int report_sum(struct sum *sum, struct sl_finding finding, struct sl_findings *findings,
                      struct sl_err *err)
{
    bool one = sum->kinds == 1;
    if (sum->kinds > KINDS_LISTED)
        sl_buf_printf(&sum->list, " and %zu more", sum->kinds - KINDS_LISTED);
    if (sl_buf_check(&sum->list, "a list of kinds", err) < 0)
        return -1;
    finding.severity = SL_NOTE;
    if (one) {
        finding.file = sum->first->file;
        finding.line = sum->first->mark.line;
        finding.column = sum->first->mark.column;
    }
    if (sum->first->reason == TALLY_RULES)
        return sl_finding_report(
            findings, &finding, err,
            "%zu kind%s rules in CEL (x-kubernetes-validations), which were not checked: %s", sum->kinds,
            one ? " has" : "s have", sum->list.ptr);
    return sl_finding_report(
        findings, &finding, err, "%zu resource%s of %zu kind%s %s no schema and %s not checked: %s",
        sum->objects, sum->objects == 1 ? "" : "s", sum->kinds, one ? "" : "s",
        sum->objects == 1 ? "has" : "have", sum->objects == 1 ? "was" : "were", sum->list.ptr);
}

static void sum_release(struct sum *sum)
{
    sl_buf_release(&sum->list);
}

static int report_all_of(const struct sl_kubetally *tally, enum tally_reason reason,
                         struct sl_finding finding, struct sl_findings *findings, struct sl_err *err)
{
    SL_CLEANUP(sum_release) struct sum sum = {.first = NULL};
    sl_buf_init(&sum.list, SL_FINDING_TEXT_MAX);
    for (const struct line *line = tally->first; line; line = line->next)
        if (line->reason == reason)
            add_to_sum(&sum, line);
    return sum.kinds ? report_sum(&sum, finding, findings, err) : 0;
}

int sl_kubetally_report(const struct sl_kubetally *tally, struct sl_findings *findings, struct sl_err *err)
{
    const struct sl_finding unknown = {
        .rule = "kube/no-schema",
        .hint = SL_STR("add CustomResourceDefinitions, or what sealift schema import makes, to the schemas"),
    };
    const struct sl_finding rules = {.rule = "kube/rules-not-checked"};
    for (const struct line *line = tally->first; line; line = line->next)
        if (line->reason == TALLY_BAD && report_bad(line, findings, err) < 0)
            return -1;
    if (report_all_of(tally, TALLY_UNKNOWN, unknown, findings, err) < 0)
        return -1;
    return report_all_of(tally, TALLY_RULES, rules, findings, err);
}

void sl_kubetally_counts(const struct sl_kubetally *tally, size_t *checked, size_t *unchecked)
{
    *checked = *unchecked = 0;
    for (const struct line *line = tally->first; line; line = line->next)
        *(line->reason <= TALLY_RULES ? checked : unchecked) += line->count;
}
