#include "tally.h"

#include "model/report.h"

#include <stdlib.h>

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

static int report_line(const struct line *line, struct sl_findings *findings, struct sl_err *err)
{
    struct sl_shown key, problem;
    struct sl_finding finding = {
        .severity = SL_NOTE, .file = line->file, .line = line->mark.line, .column = line->mark.column};
    const char *objects = line->count == 1 ? "object is" : "objects are";
    (void)sl_shown(&key, line->key);
    switch (line->reason) {
    case TALLY_UNKNOWN:
        finding.rule = "kube/no-schema";
        finding.hint =
            SL_STR("add its CustomResourceDefinition, or a file to the schemas of the Kubernetes version");
        return sl_finding_report(findings, &finding, err,
                                 "no schema is known of %s: %zu %s checked only for names and labels",
                                 key.text, line->count, objects);
    case TALLY_RULES:
        finding.rule = "kube/rules-not-checked";
        return sl_finding_report(findings, &finding, err,
                                 "%s has %llu CEL rules (x-kubernetes-validations), which are not checked",
                                 key.text, (unsigned long long)line->rules);
    case TALLY_BAD:
        finding.rule = "kube/bad-schema";
        finding.severity = SL_WARNING;
        return sl_finding_report(findings, &finding, err,
                                 "the schema of %s cannot be used, %zu %s not checked: %s", key.text,
                                 line->count, objects, sl_shown(&problem, line->problem));
    case TALLY_CHECKED:
    case TALLY_OTHER_VERSION:
        break;
    }
    return 0;
}

int sl_kubetally_report(const struct sl_kubetally *tally, struct sl_findings *findings, struct sl_err *err)
{
    for (const struct line *line = tally->first; line; line = line->next)
        if (report_line(line, findings, err) < 0)
            return -1;
    return 0;
}

void sl_kubetally_counts(const struct sl_kubetally *tally, size_t *checked, size_t *unchecked)
{
    *checked = *unchecked = 0;
    for (const struct line *line = tally->first; line; line = line->next)
        *(line->reason <= TALLY_RULES ? checked : unchecked) += line->count;
}
