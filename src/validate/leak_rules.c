/*
 * leak/other-customer: what is another customer's in what is packed for this one.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "groups.h"
#include "leak_find.h"
#include "leak_made.h"
#include "model/report.h"

#include <stdio.h>
#include <stdlib.h>

static void leaks_free(void *made)
{
    struct leaks *leaks = made;
    if (!leaks)
        return;
    leaks_release(leaks);
    free(leaks);
}

static int make_leaks(void **made, struct sl_tree *whole, const void *context, struct sl_err *err)
{
    struct leaks *leaks = calloc(1, sizeof *leaks);
    if (!leaks)
        return sl_fail_memory(err);
    if (leaks_find(leaks, whole, context, err) < 0) {
        leaks_free(leaks);
        return -1;
    }
    *made = leaks;
    return 0;
}

/* What is told to one customer. */
struct telling {
    const struct sl_validation_subject *subject;
    const struct leaks *leaks;
    size_t customer;
    struct sl_map told; /* tokens, by their keys: what is made of a file says it no second time */
};

static void telling_release(struct telling *telling)
{
    sl_map_release(&telling->told);
}

static int report(struct telling *telling, struct sl_finding *finding, const struct leak *leak,
                  const char *where, struct sl_err *err)
{
    struct sl_shown token, owner;
    bool clear = leak->verdict == LEAK_CLEAR;
    finding->rule = "leak/other-customer";
    if (sl_map_put(&telling->told, leak->token->key, telling, err) < 0)
        return -1;
    return sl_finding_report(
        telling->subject->reading->findings, finding, err,
        clear ? "%s%s belongs to customer %s" : "%s%s stands in the overlay of customer %s too", where,
        sl_shown(&token, leak->token->text), sl_shown(&owner, telling->leaks->names[leak->owner]));
}

static int report_text(struct telling *telling, const struct leak *leak, const char *hint, struct sl_err *err)
{
    const struct leak_text *at = leak->at;
    bool comment = at->kind == LEAK_COMMENT;
    struct sl_finding finding = sl_finding_in_file(
        at->file, leak->verdict == LEAK_CLEAR ? SL_ERROR : SL_WARNING, "leak/other-customer");
    if (comment)
        finding.severity = SL_NOTE;
    finding.line = at->line;
    finding.column = at->column;
    finding.pointer = at->pointer;
    finding.hint = sl_str_from(comment ? "comments are not packed; take it out all the same" : hint);
    return report(telling, &finding, leak,
                  comment                      ? "a comment: "
                  : at->kind == LEAK_FILE_NAME ? "the file's name: "
                                               : "",
                  err);
}

/* Whether the delivery has something of the file; of a folder, anything in it. */
static bool is_used(const struct sl_reading *reading, struct sl_str file)
{
    struct sl_str path = sl_str_slice(file, 0, sl_str_find(file, '!'));
    if (sl_map_get(&reading->file_index, path))
        return true;
    for (size_t i = 0; i < reading->file_count; i++)
        if (sl_str_starts_with(reading->files[i], path) && reading->files[i].len > path.len &&
            reading->files[i].ptr[path.len] == '/')
            return true;
    return false;
}

static int report_shared(struct telling *telling, struct sl_err *err)
{
    const struct leak_text *told = NULL;
    for (const struct leak *leak = telling->leaks->shared.first; leak; leak = leak->next) {
        /* One for each text: of two the second is for the owner of the first. */
        if (leak->at == told || leak->owner == telling->customer ||
            !is_used(telling->subject->reading, leak->at->file))
            continue;
        told = leak->at;
        if (report_text(telling, leak,
                        "all customers are given this: the customer's own belongs into the overlay", err) < 0)
            return -1;
    }
    return 0;
}

static int report_made(void *context, const struct leak_made *made, struct sl_err *err)
{
    struct telling *telling = context;
    if (sl_map_get(&telling->told, made->leak.token->key))
        return 0;
    struct sl_finding finding =
        sl_finding_at(made->doc, made->mark, made->leak.verdict == LEAK_CLEAR ? SL_ERROR : SL_WARNING,
                      "leak/other-customer");
    char where[256] = "what is merged here: ";
    struct sl_shown kind, name;
    if (made->kind.len)
        (void)snprintf(where, sizeof where, "%s %s, as it is packed: ", sl_shown(&kind, made->kind),
                       sl_shown(&name, made->name));
    finding.pointer = made->pointer;
    finding.hint = SL_STR("it is put together here: look at names, prefixes and variables that go into it");
    return report(telling, &finding, &made->leak, where, err);
}

static int report_all(struct telling *telling, struct sl_err *err)
{
    const struct leaks *leaks = telling->leaks;
    const struct leak_list *own = &leaks->customers[telling->customer].leaks;
    for (const struct leak *leak = own->first; leak; leak = leak->next)
        if (report_text(telling, leak,
                        "write this customer's own; if both may have it, except it in sealift.yaml", err) < 0)
            return -1;
    if (report_shared(telling, err) < 0)
        return -1;
    return leaks_in_made(leaks, telling->subject, telling->customer, report_made, telling, err);
}

int sl_rules_leaks(const struct sl_validation_subject *subject, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf key;
    void *made = NULL;
    sl_buf_init(&key, SL_PATH_MAX);
    sl_buf_text(&key, "leak: strings ");
    sl_buf_str(&key, subject->layout->release);
    if (sl_buf_check(&key, "the name of a release", err) < 0 ||
        sl_validation_once(&made, subject->shared, sl_buf_view(&key), make_leaks, subject, leaks_free, err) <
            0)
        return -1;
    const struct leaks *leaks = made;
    for (size_t i = 0; i < leaks->count && leaks->count > 1; i++) {
        SL_CLEANUP(telling_release)
        struct telling telling = {.subject = subject, .leaks = leaks, .customer = i};
        sl_map_init(&telling.told);
        if (sl_str_equal(leaks->names[i], subject->layout->customer) && report_all(&telling, err) < 0)
            return -1;
    }
    return 0;
}
