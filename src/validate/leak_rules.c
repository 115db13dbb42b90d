/*
 * leak/other-customer: what is another customer's in what is packed for this one. leak/not-searched: what was too long
 * for that.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "groups.h"
#include "leak_find.h"
#include "leak_known.h"
#include "leak_made.h"
#include "model/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* So many of what may be either's are told one by one in a file, of more how many. */
enum { PLACE_ROOM = sizeof(struct sl_shown) + 16, PERHAPS_OF_FILE = 10 };

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

/* Where the other one has it, in brackets. */
static void place_of(char room[PLACE_ROOM], const struct leak *leak)
{
    const struct leak_use *use = leak_use_of(leak->token, leak->owner);
    struct sl_shown file;
    room[0] = '\0';
    if (!use || !use->first)
        return;
    (void)sl_shown(&file, use->first->file);
    if (use->first->line)
        (void)snprintf(room, PLACE_ROOM, " (%s:%u)", file.text, (unsigned)use->first->line);
    else
        (void)snprintf(room, PLACE_ROOM, " (%s)", file.text);
}

static int report(struct telling *telling, struct sl_finding *finding, const struct leak *leak,
                  const char *where, struct sl_err *err)
{
    struct sl_shown token, owner;
    bool clear = leak->verdict == LEAK_CLEAR;
    finding->rule = "leak/other-customer";
    if (sl_map_put(&telling->told, leak->token->key, telling, err) < 0)
        return -1;
    (void)sl_shown(&token, leak->token->text);
    (void)sl_shown(&owner, telling->leaks->names[leak->owner]);
    if (clear)
        return sl_finding_report(telling->subject->reading->findings, finding, err,
                                 "%s%s belongs to customer %s", where, token.text, owner.text);
    char other[PLACE_ROOM];
    place_of(other, leak);
    return sl_finding_report(telling->subject->reading->findings, finding, err,
                             "%s%s stands in the overlay of customer %s too%s", where, token.text, owner.text,
                             other);
}

/* Whether the delivery has something of the file; of a folder, anything in it. */
static bool is_used(const struct sl_reading *reading, struct sl_str file)
{
    struct sl_str path = sl_str_slice(file, 0, sl_str_find(file, '!'));
    if (sl_reading_uses(reading, path))
        return true;
    for (size_t i = 0; i < reading->file_count; i++)
        if (sl_str_starts_with(reading->files[i], path) && reading->files[i].len > path.len &&
            reading->files[i].ptr[path.len] == '/')
            return true;
    return false;
}

/* Nothing of the file goes into the delivery; where it cannot be built, that is not known. */
static bool is_left_out(const struct telling *telling, struct sl_str file)
{
    return telling->subject->layout->composed && !is_used(telling->subject->reading, file);
}

/* A place that nothing packs. */
struct aside {
    enum sl_severity clear, perhaps;
    const char *hint;
};

static int report_text(struct telling *telling, const struct leak *leak, const char *hint, struct sl_err *err)
{
    static const struct aside packed = {SL_ERROR, SL_WARNING, NULL},
                              in_comment = {SL_NOTE, SL_NOTE,
                                            "comments are not packed; take it out all the same"},
                              not_read = {SL_WARNING, SL_NOTE,
                                          "this delivery does not use the file; take it out all the same"};
    const struct leak_text *at = leak->at;
    bool comment = at->kind == LEAK_COMMENT;
    const struct aside *aside = comment ? &in_comment : is_left_out(telling, at->file) ? &not_read : &packed;
    struct sl_finding finding = sl_finding_in_file(
        at->file, leak->verdict == LEAK_CLEAR ? aside->clear : aside->perhaps, "leak/other-customer");
    finding.line = at->line;
    finding.column = at->column;
    finding.pointer = at->pointer;
    finding.hint = sl_str_from(aside->hint ? aside->hint : hint);
    return report(telling, &finding, leak,
                  comment                      ? "a comment: "
                  : at->kind == LEAK_FILE_NAME ? "the file's name: "
                                               : "",
                  err);
}

static int report_shared(struct telling *telling, const struct leak_list *list, const char *hint,
                         struct sl_err *err)
{
    const struct leak_text *told = NULL;
    for (const struct leak *leak = list->first; leak; leak = leak->next) {
        /* One for each text: of two the second is for the owner of the first. */
        if (leak->at == told || leak->owner == telling->customer ||
            leak_is_own(&telling->leaks->judge, leak->token, telling->customer, LEAK_UNKNOWN) ==
                LEAK_OWN_SURE ||
            !is_used(telling->subject->reading, leak->at->file))
            continue;
        told = leak->at;
        if (report_text(telling, leak, hint, err) < 0)
            return -1;
    }
    return 0;
}

static int report_long(struct telling *telling, const struct leak_texts *texts, struct sl_err *err)
{
    for (const struct leak_long *file = texts->long_files; file; file = file->next) {
        struct sl_finding finding = sl_finding_in_file(file->file, SL_WARNING, "leak/not-searched");
        finding.hint = SL_STR("look at the rest of it yourself, or carry it compressed");
        if (is_used(telling->subject->reading, file->file) &&
            sl_finding_report(telling->subject->reading->findings, &finding, err,
                              "only the first %u MiB of %" PRIu64
                              " were searched for what is another customer's",
                              (unsigned)(SL_VALIDATE_STREAMED_MAX / SL_MIB), file->size / SL_MIB) < 0)
            return -1;
    }
    return 0;
}

static bool has_place(const struct leak_list *list, const struct leak_made *made, size_t customer)
{
    struct sl_str file = made->doc->files[made->mark.file - 1];
    for (const struct leak *leak = list->first; leak; leak = leak->next)
        if (leak->owner != customer && leak->at->line == made->mark.line &&
            leak->at->column == made->mark.column && sl_str_equal(leak->at->file, file))
            return true;
    return false;
}

/* Whether what was put together stands in a file nearly as it is, and that was told. */
static bool is_told(const struct telling *telling, const struct leak_made *made)
{
    const struct leaks *leaks = telling->leaks;
    if (sl_map_get(&telling->told, made->leak.token->key))
        return true;
    return made->mark.file > 0 && made->mark.file <= made->doc->file_count &&
           (has_place(&leaks->customers[telling->customer].leaks, made, telling->customer) ||
            has_place(&leaks->shared, made, telling->customer) ||
            has_place(&leaks->taken, made, telling->customer));
}

static int report_made(void *context, const struct leak_made *made, struct sl_err *err)
{
    struct telling *telling = context;
    if (is_told(telling, made))
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

/* What may be either's, in one file. */
struct group {
    struct sl_str file;
    size_t told, left; /* one by one, and not */
};

static int end_group(struct telling *telling, const struct group *group, struct sl_err *err)
{
    if (group->left == 0)
        return 0;
    struct sl_finding finding = sl_finding_in_file(
        group->file, is_left_out(telling, group->file) ? SL_NOTE : SL_WARNING, "leak/other-customer");
    finding.hint = SL_STR("compare it with the files that are named with the others: one may be a copy");
    return sl_finding_report(telling->subject->reading->findings, &finding, err,
                             "%zu more strings in it stand in overlays of other customers too", group->left);
}

static int report_own(struct telling *telling, struct sl_err *err)
{
    struct group group = {0};
    const struct leak_list *own = &telling->leaks->customers[telling->customer].leaks;
    for (const struct leak *leak = own->first; leak; leak = leak->next) {
        bool clear = leak->verdict == LEAK_CLEAR;
        if (!sl_str_equal(leak->at->file, group.file)) {
            if (end_group(telling, &group, err) < 0)
                return -1;
            group = (struct group){.file = leak->at->file};
        }
        /* Said once: where else it stands in the overlay says nothing more. */
        if (!clear && sl_map_get(&telling->told, leak->token->key))
            continue;
        if (!clear && group.told == PERHAPS_OF_FILE) {
            group.left++;
            if (sl_map_put(&telling->told, leak->token->key, telling, err) < 0)
                return -1;
            continue;
        }
        group.told += !clear;
        if (report_text(telling, leak,
                        "write this customer's own; if both may have it, except it in sealift.yaml", err) < 0)
            return -1;
    }
    return end_group(telling, &group, err);
}

static int report_all(struct telling *telling, struct sl_err *err)
{
    const struct leaks *leaks = telling->leaks;
    if (report_own(telling, err) < 0)
        return -1;
    if (report_shared(telling, &leaks->shared,
                      "all customers are given this: the customer's own belongs into the overlay", err) < 0 ||
        report_shared(telling, &leaks->taken,
                      "whoever takes this gets it: the customer's own belongs into the overlay", err) < 0 ||
        report_long(telling, &leaks->given, err) < 0 || report_long(telling, &leaks->lent, err) < 0 ||
        report_long(telling, &leaks->customers[telling->customer].texts, err) < 0)
        return -1;
    return leaks_in_made(leaks, telling->subject, telling->customer, report_made, telling, err);
}

int leaks_of(const struct leaks **out, const struct sl_validation_subject *subject, struct sl_err *err)
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
    *out = made;
    return 0;
}

int sl_rules_leaks(const struct sl_validation_subject *subject, struct sl_err *err)
{
    const struct leaks *leaks;
    if (leaks_of(&leaks, subject, err) < 0)
        return -1;
    for (size_t i = 0; i < leaks->count && leaks->count > 1; i++) {
        SL_CLEANUP(telling_release)
        struct telling telling = {.subject = subject, .leaks = leaks, .customer = i};
        sl_map_init(&telling.told);
        if (sl_str_equal(leaks->names[i], subject->layout->customer) && report_all(&telling, err) < 0)
            return -1;
    }
    return 0;
}
