/*
 * leak/other-customer: what is another customer's in this one's overlay.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "groups.h"
#include "leak_find.h"
#include "model/report.h"

#include <stdio.h>
#include <stdlib.h>

static void leaks_free(void *made)
{
    struct leaks *leaks = made;
    if (!leaks)
        return;
    sl_arena_release(&leaks->arena);
    free(leaks);
}

static int make_leaks(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    (void)context;
    struct leaks *leaks = calloc(1, sizeof *leaks);
    if (!leaks)
        return sl_fail_memory(err);
    sl_arena_init(&leaks->arena, SL_DOC_MEMORY_MAX);
    if (leaks_find(leaks, whole, err) < 0) {
        leaks_free(leaks);
        return -1;
    }
    *made = leaks;
    return 0;
}

static int report(const struct sl_validation_subject *subject, const struct leak *leak, struct sl_err *err)
{
    const struct leak_text *at = leak->at;
    struct sl_shown token, owner;
    struct sl_finding finding =
        sl_finding_in_file(at->file, leak->clear ? SL_ERROR : SL_WARNING, "leak/other-customer");
    finding.line = at->line;
    finding.column = at->column;
    finding.pointer = at->pointer;
    finding.hint = SL_STR("write this customer's own; if both may have it, except it in sealift.yaml");
    return sl_finding_report(subject->reading->findings, &finding, err,
                             leak->clear ? "%s%s belongs to customer %s"
                                         : "%s%s stands in the overlay of customer %s too",
                             at->kind == LEAK_FILE_NAME ? "the file's name: " : "",
                             sl_shown(&token, leak->token), sl_shown(&owner, leak->owner));
}

int sl_rules_leaks(const struct sl_validation_subject *subject, struct sl_err *err)
{
    void *made = NULL;
    if (sl_validation_once(&made, subject->shared, SL_STR("leak: strings"), make_leaks, NULL, leaks_free,
                           err) < 0)
        return -1;
    const struct leaks *leaks = made;
    for (size_t i = 0; i < leaks->count; i++) {
        if (!sl_str_equal(leaks->customers[i].name, subject->layout->customer))
            continue;
        for (const struct leak *leak = leaks->customers[i].first; leak; leak = leak->next)
            if (report(subject, leak, err) < 0)
                return -1;
    }
    return 0;
}
