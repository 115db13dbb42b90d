/*
 * What can be asked of a site without changing it or waiting for anybody.
 */
#include <sealift/site.h>

#include "base/cleanup.h"
#include "change.h"
#include "enrolled.h"
#include "generation.h"
#include "stage.h"

#include <stdio.h>

/*
 * Without the lock, `current` and the history may be of two moments, with a whole change of another process
 * between them. They disagree for certain when they do so twice with the same number of lines and nothing
 * pending the second time: whatever changed `current` after the first look at the history has by then
 * removed its pending.json, so it has added its line.
 */
static int load_agreed(struct site *site, struct sl_err *err)
{
    size_t lines = SIZE_MAX;
    for (;;) {
        if (site_load(site, err) < 0 || site_check_enrolment(site, err) < 0)
            return -1;
        if (site->has_pending || site_check_agreement(site, err) == 0)
            return 0;
        if (err->code != SL_E_REFUSED || site->history.count == lines)
            return -1;
        lines = site->history.count;
        sl_err_clear(err);
    }
}

static int open_for_reading(struct site *site, struct sl_err *err)
{
    if (site_open(site, err) < 0 || site_require(site, err) < 0)
        return -1;
    return load_agreed(site, err);
}

/* -- status -- */

static int no_current(const struct site *site, bool unfinished, struct sl_err *err)
{
    /* A first install may add its line while this process looks. */
    bool first = site->has_pending && site->pending.from.len == 0;
    if (site->history.count > 0 && !first)
        return site_check_agreement(site, err);
    if (!unfinished)
        return sl_fail(err, SL_E_NOT_FOUND, "nothing is installed in %s", site->shown);
    (void)sl_fail(err, SL_E_NOT_FOUND,
                  "nothing is installed in %s; an install was stopped, or is still at work", site->shown);
    return sl_hint(err, "what it left is cleared up by the next install");
}

static void copy_label(char out[64], struct sl_str label)
{
    (void)snprintf(out, 64, SL_FMT, SL_ARG(label));
}

static void fill_state(struct sl_site_state *out, const struct site *site,
                       const struct site_generation *generation)
{
    const struct sl_manifest *manifest = generation->manifest;
    *out = (struct sl_site_state){
        .sequence = manifest->sequence,
        .files = manifest->file_count,
        .bytes = manifest->total_bytes,
    };
    site_generation_copy(out->generation, site->current);
    copy_label(out->customer, manifest->customer);
    copy_label(out->release, manifest->release);
    memcpy(out->manifest_sha256, generation->change->manifest.bytes, sizeof out->manifest_sha256);
}

/* As a difference: everything in it is missing. */
static int current_is_gone(const struct site *site, struct sl_err *err)
{
    (void)sl_fail(err, SL_E_DRIFT,
                  "%s/" SITE_CURRENT " leads to " SITE_GENERATIONS "/" SL_FMT ", which is no longer there",
                  site->shown, SL_ARG(site->current));
    return site_hint_altered(site, site->current, true, err);
}

int sl_site_status(struct sl_site_state *out, const struct sl_site_options *options,
                   const struct sl_drift_report *report, struct sl_err *err)
{
    SL_CLEANUP(site_release) struct site site;
    site_init(&site, options->root);
    if (open_for_reading(&site, err) < 0)
        return -1;
    int staged = site_staging_used(&site, err);
    if (staged < 0)
        return -1;
    bool unfinished = site.has_pending || staged;
    *out = (struct sl_site_state){.pending = unfinished};
    if (site.current.len == 0)
        return no_current(&site, unfinished, err);
    int present = site_generation_present(&site, site.current, err);
    if (present <= 0)
        return present < 0 ? -1 : current_is_gone(&site, err);
    SL_CLEANUP(site_generation_release) struct site_generation generation;
    if (site_generation_open(&generation, &site, site.current, err) < 0)
        return -1;
    SL_CLEANUP(site_drifts_release) struct site_drifts drifts;
    site_drifts_init(&drifts);
    if (site_generation_compare(&drifts, &site, &generation, &options->progress, err) < 0)
        return sl_wrap(err, "%s/" SITE_CURRENT, site.shown);
    fill_state(out, &site, &generation);
    out->pending = unfinished;
    out->drifted = drifts.total;
    if (drifts.total > 0) {
        struct sl_err advice = {0};
        (void)site_hint_altered(&site, site.current, false, &advice);
        (void)snprintf(out->remedy, sizeof out->remedy, "%s", advice.hint);
    }
    for (size_t i = 0; report && report->found && i < drifts.count; i++)
        report->found(report->context, drifts.items[i].kind, drifts.items[i].path);
    return 0;
}

/* -- history -- */

struct sl_site_log {
    struct site site; /* whose arena holds the texts */
    struct sl_site_event *events;
    size_t count;
};

static int fill_event(struct sl_site_event *out, const struct site *site, size_t index, struct sl_err *err)
{
    const struct sl_site_change *change = &site->history.changes[index];
    int present = site_generation_present(site, change->to, err);
    if (present < 0)
        return -1;
    *out = (struct sl_site_event){
        .number = index + 1,
        .action = sl_site_action_name(change->action),
        .bundle = change->bundle,
        .from = change->from,
        .to = change->to,
        .signers = change->signers,
        .signer_count = change->signer_count,
        .time = change->time,
        .present = present == 1,
    };
    memcpy(out->manifest_sha256, change->manifest.bytes, sizeof out->manifest_sha256);
    return 0;
}

static int fill_log(struct sl_site_log *log, struct sl_err *err)
{
    if (open_for_reading(&log->site, err) < 0 || site_ledger_settle(&log->site, load_agreed, err) < 0)
        return -1;
    size_t count = log->site.history.count;
    log->events = sl_arena_array(&log->site.arena, count, sizeof *log->events);
    if (!log->events)
        return sl_fail_memory(err);
    for (; log->count < count; log->count++)
        if (fill_event(&log->events[log->count], &log->site, log->count, err) < 0)
            return -1;
    return 0;
}

int sl_site_history(struct sl_site_log **out, const struct sl_site_options *options, struct sl_err *err)
{
    SL_CLEANUP(sl_site_log_freep) struct sl_site_log *log = calloc(1, sizeof *log);
    if (!log)
        return sl_fail_memory(err);
    site_init(&log->site, options->root);
    if (fill_log(log, err) < 0)
        return -1;
    *out = sl_steal(&log);
    return 0;
}

size_t sl_site_log_count(const struct sl_site_log *log)
{
    return log->count;
}

const struct sl_site_event *sl_site_log_at(const struct sl_site_log *log, size_t index)
{
    return &log->events[index];
}

struct sl_str sl_site_log_current(const struct sl_site_log *log)
{
    return log->site.current;
}

void sl_site_log_free(struct sl_site_log *log)
{
    if (!log)
        return;
    site_release(&log->site);
    free(log);
}

void sl_site_log_freep(struct sl_site_log **log)
{
    sl_site_log_free(*log);
    *log = NULL;
}
