#include <sealift/site.h>

#include "base/cleanup.h"
#include "change.h"
#include "enrolled.h"
#include "generation.h"
#include "permit.h"

#include <sealift/text.h>
#include <stdio.h>

static const struct sl_digest *digest_of(const struct site *site, struct sl_str generation)
{
    const struct sl_site_change *change = site_change_to(site, generation);
    return change ? &change->manifest : NULL;
}

static int is_gone(const struct site *site, struct sl_str name, struct sl_err *err)
{
    (void)sl_fail(err, SL_E_NOT_FOUND, SL_FMT " is in the history, but no longer on disk", SL_ARG(name));
    return site_hint_altered(site, name, true, err);
}

/*
 * The generation that was current before the current one: going back through the history, the first `from`
 * that is of another bundle than what is current, and still on disk. A repair, which leads from a bundle to a
 * fresh copy of it, is no step; a rollback is one, so that a second rollback undoes the first.
 */
static int find_previous(struct sl_str *out, const struct site *site, struct sl_err *err)
{
    const struct sl_site_history *history = &site->history;
    const struct sl_digest *current = digest_of(site, site->current);
    struct sl_str gone = {NULL, 0};
    for (size_t i = history->count; i > 0; i--) {
        struct sl_str from = history->changes[i - 1].from;
        const struct sl_digest *digest = from.len ? digest_of(site, from) : NULL;
        if (!digest || !current || sl_digest_equal(digest, current))
            continue;
        int present = site_generation_present(site, from, err);
        if (present < 0)
            return -1;
        if (present) {
            *out = from;
            return 0;
        }
        if (gone.len == 0)
            gone = from;
    }
    if (gone.len > 0)
        return is_gone(site, gone, err);
    (void)sl_fail(err, SL_E_USAGE,
                  "there is nothing to go back to: no other bundle was current before " SL_FMT,
                  SL_ARG(site->current));
    return sl_hint(err, "`sealift history` shows what was when");
}

/* -- by name -- */

enum fit {
    FIT_WHOLE,    /* the name itself */
    FIT_PART,     /* up to the border of a part, so that "17" does not mean 170 */
    FIT_BEGINNING /* any beginning */
};

static bool fits(struct sl_str generation, struct sl_str text, enum fit fit)
{
    if (text.len == 0 || !sl_str_starts_with(generation, text))
        return false;
    if (generation.len == text.len || fit == FIT_BEGINNING)
        return true;
    return fit == FIT_PART && strchr("-.", generation.ptr[text.len]);
}

static int ambiguous(struct sl_str text, struct sl_str a, struct sl_str b, struct sl_err *err)
{
    char shown[64];
    (void)sl_fail(err, SL_E_USAGE, "\"%s\" can mean " SL_FMT " or " SL_FMT,
                  sl_escape(shown, sizeof shown, text), SL_ARG(a), SL_ARG(b));
    return sl_hint(err, "give more of the name");
}

/* The one bundle on disk whose generation fits; of several copies, the one that was made current last. 1 and
 * *out, or 0. */
static int find_on_disk(struct sl_str *out, const struct site *site, struct sl_str text, enum fit fit,
                        struct sl_err *err)
{
    const struct sl_site_change *found = NULL;
    for (size_t i = site->history.count; i > 0; i--) {
        const struct sl_site_change *change = &site->history.changes[i - 1];
        if (!fits(change->to, text, fit) || (found && sl_digest_equal(&found->manifest, &change->manifest)))
            continue;
        int present = site_generation_present(site, change->to, err);
        if (present < 0)
            return -1;
        if (present && found)
            return ambiguous(text, found->to, change->to, err);
        if (present)
            found = change;
    }
    if (found)
        *out = found->to;
    return found ? 1 : 0;
}

static int not_there(const struct site *site, struct sl_str text, struct sl_err *err)
{
    char shown[64];
    (void)sl_escape(shown, sizeof shown, text);
    for (size_t i = site->history.count; i > 0; i--) {
        struct sl_str name = site->history.changes[i - 1].to;
        if (fits(name, text, FIT_BEGINNING))
            return is_gone(site, name, err);
    }
    (void)sl_fail(err, SL_E_USAGE, "no generation of %s begins with \"%s\"", site->shown, shown);
    return sl_hint(err, "`sealift history` shows their names");
}

static int find_named(struct sl_str *out, const struct site *site, struct sl_str text, struct sl_err *err)
{
    for (enum fit fit = FIT_WHOLE; fit <= FIT_BEGINNING; fit++) {
        int found = find_on_disk(out, site, text, fit, err);
        if (found)
            return found < 0 ? -1 : 0;
    }
    return not_there(site, text, err);
}

/* -- going back -- */

static int is_current(struct sl_str name, struct sl_err *err)
{
    (void)sl_fail(err, SL_E_USAGE, SL_FMT " is what is current already", SL_ARG(name));
    return sl_hint(err, "`sealift status` says whether its files are as they should be");
}

static int is_altered(const struct site *site, struct sl_str name, const struct site_drifts *drifts,
                      struct sl_err *err)
{
    const struct site_drift *first = &drifts->items[0];
    char shown[200];
    char path[SL_ERR_FILE_MAX + 1];
    (void)snprintf(path, sizeof path, "%s/" SITE_GENERATIONS "/" SL_FMT, site->path, SL_ARG(name));
    (void)sl_fail(err, SL_E_DRIFT, SL_FMT " is not what was installed: %llu %s, the first %s (%s)",
                  SL_ARG(name), (unsigned long long)drifts->total,
                  drifts->total == 1 ? "difference" : "differences",
                  sl_escape(shown, sizeof shown, first->path), sl_drift_name(first->kind));
    (void)sl_err_about(err, path);
    return site_hint_altered(site, name, false, err);
}

static int check_intact(const struct site *site, const struct site_generation *generation, struct sl_str name,
                        const struct sl_drift_report *report, struct sl_err *err)
{
    SL_CLEANUP(site_drifts_release) struct site_drifts drifts;
    site_drifts_init(&drifts);
    if (site_generation_compare(&drifts, site, generation, &site->options->progress, err) < 0)
        return sl_wrap(err, SL_FMT, SL_ARG(name));
    for (size_t i = 0; report->found && i < drifts.count; i++)
        report->found(report->context, drifts.items[i].kind, drifts.items[i].path);
    return drifts.total > 0 ? is_altered(site, name, &drifts, err) : 0;
}

/* -- doing it -- */

static int note(struct site *site, const struct sl_site_options *options,
                const struct site_generation *generation, struct sl_err *err)
{
    if (site_load(site, err) < 0)
        return -1;
    static const struct sl_digest none;
    const struct sl_site_change *change = &site->history.changes[site->history.count - 1];
    struct site_deed deed = {
        .action = SL_RECEIPT_ROLLBACK,
        .change = change,
        .files = generation->manifest->file_count,
        .bytes = generation->manifest->total_bytes,
        .detail = sl_digest_equal(&change->grant, &none) ? "" : "with a grant",
    };
    return site_receipt_add(site, options, &deed, err);
}

static int switch_to(struct site *site, struct sl_str name, const struct sl_site_options *options,
                     const struct sl_rollback_request *request, struct sl_err *err)
{
    SL_CLEANUP(site_generation_release) struct site_generation generation;
    if (site_generation_open(&generation, site, name, err) < 0)
        return -1;
    if (check_intact(site, &generation, name, &request->report, err) < 0)
        return -1;
    bool enrolled = site->identity.enrolled;
    struct sl_digest grant = {0};
    if (enrolled && site_permit(&grant, site, &generation, options, request->grant, err) < 0)
        return -1;
    struct sl_site_change change = {
        .action = SL_SITE_ROLLBACK,
        .bundle = generation.manifest->bundle,
        .from = site->current,
        .to = name,
        .manifest = generation.change->manifest,
        .epoch = generation.manifest->epoch,
        .floor = generation.manifest->floor,
        .trust_version = enrolled ? site->ledger.trust_version : 0,
        .grant = grant,
    };
    if (site_switch(site, &change, &options->clock, err) < 0)
        return -1;
    return enrolled ? note(site, options, &generation, err) : 0;
}

static int work(struct sl_rollback_result *out, struct site *site, const struct sl_site_options *options,
                const struct sl_rollback_request *request, struct sl_err *err)
{
    const char *generation = request->generation;
    if (site_recover(site, err) < 0 || site_check_enrolment(site, err) < 0)
        return -1;
    if (site->current.len == 0)
        return sl_fail(err, SL_E_NOT_FOUND, "nothing is installed in %s", site->shown);
    struct sl_str target = {NULL, 0};
    int found = generation ? find_named(&target, site, sl_str_from(generation), err)
                           : find_previous(&target, site, err);
    if (found < 0)
        return -1;
    if (sl_str_equal(target, site->current))
        return is_current(target, err);
    site_generation_copy(out->from, site->current);
    site_generation_copy(out->to, target);
    if (request->grant && !site->identity.enrolled)
        return sl_fail(err, SL_E_USAGE, "%s is not enrolled, so no floor binds it and no grant is needed",
                       site->shown);
    return switch_to(site, target, options, request, err);
}

static int rollback(struct sl_rollback_result *out, struct site *site, const struct sl_site_options *options,
                    const struct sl_rollback_request *request, struct sl_err *err)
{
    if (site_open(site, err) < 0 || site_require(site, err) < 0 || site_lock(site, options, err) < 0)
        return -1;
    return work(out, site, options, request, err) < 0 ? site_give_up(site, err) : 0;
}

int sl_site_rollback(struct sl_rollback_result *out, const struct sl_site_options *options,
                     const struct sl_rollback_request *request, struct sl_err *err)
{
    SL_CLEANUP(site_release) struct site site;
    site_init(&site, options->root);
    *out = (struct sl_rollback_result){0};
    return rollback(out, &site, options, request, err) < 0 ? site_hint_writing(&site, err) : 0;
}
