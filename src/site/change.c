/*
 * The one way in which ROOT/current changes.
 *
 * Invariants. A kill may come between any two system calls, a power cut at any time; these always hold:
 *
 *  1. `current` is not there (nothing was ever installed) or leads to a directory in generations/.
 *  2. A directory in generations/ is complete: a whole bundle, with manifest and signatures. It came there by
 *     one rename, and nothing is ever written in it again.
 *  3. Only bytes that a struct sl_verified answers for come into generations/.
 *  4. Outside staging/ nothing changes before the staged tree is complete and on disk, but for the lock and what an
 *     enrolled site notes about trust (enrolled.h, 8 to 10).
 *  5. `current` leads to what the last line of the history says, unless pending.json explains the difference:
 *     then it leads to pending's `from` (the change did not happen) or `to` (it did).
 *  6. A generation that a line of the history names is never moved, removed or replaced, and no name is used
 *     twice.
 *  7. What recovery does, it can do again: stopped in the middle, or with nothing left to do.
 *
 * The order that keeps them, and why each step is where it is:
 *
 *  a. sync of the file system: what is staged, files and directories, is on disk (2, 4).
 *  b. site.json, on the first install. It counts only when `current` is there (site_load_identity()), so a
 *     first install that is stopped behind it binds nobody.
 *  c. pending.json, synced. From here on recovery knows the name of the one directory in generations/ that may
 *     have come there without ever being current. It need not look for directories that the history does not
 *     name, so a lost or old history cannot make it remove good ones (6).
 *  d. rename staging/NAME to generations/NAME, sync of generations/. Before e, so that `current` cannot
 *     survive a power cut that its target does not (1).
 *  e. a new link, made in staging/, is renamed over `current`: the commit. Sync of ROOT before f, so that the
 *     history tells only what is so.
 *  f. history.jsonl with the new line, replaced as a whole, synced.
 *  g. pending.json is removed. Last: until here 5 needs it. Not synced: should it come back after a power cut,
 *     recovery finds its line in the history and removes it again; and before `current` changes the next time,
 *     the next pending.json has replaced it, synced.
 *
 * Recovery looks where `current` leads. At pending's `to`: steps e (sync), f (unless its line is the last one
 * already) and g. Elsewhere: generations/NAME, when it is there and no line of the history names it, goes
 * back to staging/ by one rename (2), and then pending.json goes. staging/ is emptied in any case.
 */
#include "change.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "enrolled.h"
#include "generation.h"
#include "io/file.h"
#include "io/sys.h"
#include "stage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

static int in_root(const struct site *site, const char *what, struct sl_err *err)
{
    return sl_wrap(err, "%s/%s", site->shown, what);
}

static int sync_root(const struct site *site, struct sl_err *err)
{
    return sl_dir_sync(site->root, ".", err) < 0 ? sl_wrap(err, "%s", site->shown) : 0;
}

/* -- steps -- */

/* Never replaces. A file system that cannot promise that for directories (NFS) says EINVAL; under the lock,
 * looking first does as well. */
static int move_directory(int from, const char *name, int to)
{
    if (sl_sys_renameat_noreplace(from, name, to, name) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    struct stat info;
    if (sl_sys_fstatat(to, name, &info) == 0) {
        errno = EEXIST;
        return -1;
    }
    return errno == ENOENT ? sl_sys_renameat(from, name, to, name) : -1;
}

/* Between staging/ and generations/, in either direction; durable where it goes to generations/. */
static int move_generation(const struct site *site, const char *from, const char *to, const char *name,
                           struct sl_err *err)
{
    bool missing;
    SL_CLEANUP(sl_closep) int source = site_open_dir(site, from, &missing, err);
    if (source < 0)
        return -1;
    SL_CLEANUP(sl_closep) int target = site_open_dir(site, to, &missing, err);
    if (target < 0)
        return -1;
    if (move_directory(source, name, target) < 0) {
        bool apart = errno == EXDEV;
        (void)sl_fail_errno(err, SL_E_IO, "move %s/%s/%s to %s/", site->shown, from, name, to);
        return apart
                   ? sl_hint(
                         err,
                         "%s/ and %s/ lie on different file systems, and have to be on one: mount the disk at "
                         "the root itself",
                         from, to)
                   : -1;
    }
    if (sl_dir_sync(source, ".", err) < 0 || sl_dir_sync(target, ".", err) < 0)
        return in_root(site, to, err);
    return 0;
}

static int make_generations(struct site *site, struct sl_err *err)
{
    struct stat info;
    if (sl_sys_fstatat(site->root, SITE_GENERATIONS, &info) == 0)
        return 0;
    if (errno != ENOENT)
        return sl_fail_errno(err, SL_E_IO, "look at %s/" SITE_GENERATIONS, site->shown);
    site->made_generations = true;
    if (sl_dir_make(site->root, SITE_GENERATIONS, err) < 0)
        return in_root(site, SITE_GENERATIONS, err);
    return sync_root(site, err);
}

static int write_pending(const struct site *site, const struct sl_site_change *change, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_STATE_FILE_MAX);
    if (sl_site_pending_write(&text, change, err) < 0 ||
        sl_file_replace(site->state, SITE_PENDING, sl_buf_view(&text), 0644, err) < 0)
        return in_root(site, SITE_STATE, err);
    return 0;
}

static int remove_pending(const struct site *site, struct sl_err *err)
{
    if (sl_sys_unlinkat(site->state, SITE_PENDING, 0) < 0 && errno != ENOENT)
        return sl_fail_errno(err, SL_E_IO, "remove %s/" SITE_STATE "/" SITE_PENDING, site->shown);
    return 0;
}

/* The history as it will be. Made before the switch, so that a full history stops the change in time. */
static int next_history(struct sl_buf *out, const struct site *site, const struct sl_site_change *change,
                        struct sl_err *err)
{
    sl_buf_str(out, sl_buf_view(&site->history_text));
    if (sl_site_history_append(out, &site->history, change, err) < 0 ||
        sl_buf_check(out, "the history", err) < 0)
        return in_root(site, SITE_STATE "/" SITE_HISTORY, err);
    return 0;
}

static int write_history(const struct site *site, const struct sl_buf *text, struct sl_err *err)
{
    if (sl_file_replace(site->state, SITE_HISTORY, sl_buf_view(text), 0644, err) < 0)
        return in_root(site, SITE_STATE, err);
    return 0;
}

static int point_current_at(struct site *site, struct sl_str name, struct sl_err *err)
{
    SL_CLEANUP(sl_closep) int staging = site_staging_open(site, err);
    if (staging < 0)
        return -1;
    char target[sizeof SITE_GENERATIONS "/" + SL_GENERATION_NAME_MAX];
    (void)snprintf(target, sizeof target, SITE_GENERATIONS "/" SL_FMT, SL_ARG(name));
    if (sl_sys_symlinkat(target, staging, SITE_CURRENT) < 0)
        return sl_fail_errno(err, SL_E_IO, "make a link in %s/" SITE_STAGING, site->shown);
    if (sl_sys_renameat(staging, SITE_CURRENT, site->root, SITE_CURRENT) < 0)
        return sl_fail_errno(err, SL_E_IO, "make %s/" SITE_CURRENT " lead to " SL_FMT, site->shown,
                             SL_ARG(name));
    site->switched = true;
    return sync_root(site, err);
}

/* -- the change -- */

/* Steps c to g. */
static int carry_out(struct site *site, struct sl_site_change *change, const struct sl_clock *clock,
                     bool staged, struct sl_err *err)
{
    change->time = clock->now(clock->context);
    SL_CLEANUP(sl_buf_release) struct sl_buf history;
    sl_buf_init(&history, SL_HISTORY_BYTES_MAX);
    if (next_history(&history, site, change, err) < 0 || write_pending(site, change, err) < 0)
        return -1;
    char name[SL_GENERATION_NAME_MAX];
    site_generation_copy(name, change->to);
    if (staged && (make_generations(site, err) < 0 ||
                   move_generation(site, SITE_STAGING, SITE_GENERATIONS, name, err) < 0))
        return -1;
    if (point_current_at(site, change->to, err) < 0 || write_history(site, &history, err) < 0)
        return -1;
    return remove_pending(site, err);
}

int site_switch(struct site *site, struct sl_site_change *change, const struct sl_clock *clock,
                struct sl_err *err)
{
    if (carry_out(site, change, clock, false, err) < 0)
        return -1;
    site_staging_remove(site);
    return 0;
}

static int write_identity(struct site *site, struct sl_str customer, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_STATE_FILE_MAX);
    struct sl_site_identity identity = {.customer = customer};
    site->wrote_identity = true;
    if (sl_site_identity_write(&text, &identity, err) < 0 ||
        sl_file_replace(site->state, SITE_IDENTITY, sl_buf_view(&text), 0644, err) < 0)
        return in_root(site, SITE_STATE, err);
    return 0;
}

int site_install_staged(struct site *site, const struct sl_verified *verified, struct sl_site_change *change,
                        const struct sl_clock *clock, struct sl_err *err)
{
    const struct sl_bundle_head *head = sl_verified_head(verified);
    change->bundle = head->manifest->bundle;
    memcpy(change->manifest.bytes, head->manifest_sha256, sizeof change->manifest.bytes);
    /*
     * One call for all files, where fsync would make the disk turn for each. It writes directories, too: they
     * are inodes and blocks of the file system like any other. ROOT was opened before the first file was
     * written, so since Linux 5.8 a write error of any of them is reported here; before, the kernel reports
     * only those of the call itself.
     */
    if (sl_sys_syncfs(site->root) < 0)
        return sl_fail_errno(err, SL_E_IO, "sync the file system of %s to disk", site->shown);
    if (site->customer.len == 0 && write_identity(site, head->manifest->customer, err) < 0)
        return -1;
    if (carry_out(site, change, clock, true, err) < 0)
        return -1;
    site_staging_remove(site);
    return 0;
}

/* -- recovery -- */

static bool same_change(const struct sl_site_change *a, const struct sl_site_change *b)
{
    return a->action == b->action && a->time == b->time && sl_str_equal(a->bundle, b->bundle) &&
           sl_str_equal(a->from, b->from) && sl_str_equal(a->to, b->to) &&
           sl_digest_equal(&a->manifest, &b->manifest);
}

static struct sl_str last_generation(const struct site *site)
{
    const struct sl_site_history *history = &site->history;
    return history->count ? history->changes[history->count - 1].to : (struct sl_str){NULL, 0};
}

static int disagree(const struct site *site, struct sl_err *err)
{
    struct sl_str last = last_generation(site);
    if (last.len == 0) {
        (void)sl_fail(err, SL_E_REFUSED, "%s/" SITE_CURRENT " leads to " SL_FMT ", but there is no history",
                      site->shown, SL_ARG(site->current));
        return site_hint_lost(site, err);
    }
    if (site->current.len == 0)
        (void)sl_fail(err, SL_E_REFUSED, "%s/" SITE_CURRENT " is missing; by the history it led to " SL_FMT,
                      site->shown, SL_ARG(last));
    else
        (void)sl_fail(err, SL_E_REFUSED,
                      "%s/" SITE_CURRENT " leads to " SL_FMT ", but by the history to " SL_FMT, site->shown,
                      SL_ARG(site->current), SL_ARG(last));
    if (site->current.len > 0 && !site_history_knows(site, site->current))
        return sl_hint(err,
                       "put " SITE_STATE "/" SITE_HISTORY " back from a backup if lines of it were lost, "
                       "or make " SITE_CURRENT " lead where its last line says");
    return sl_hint(err, "ln -sfn " SITE_GENERATIONS "/" SL_FMT " %.80s/" SITE_CURRENT, SL_ARG(last),
                   site->shown);
}

static int finish_change(struct site *site, struct sl_err *err)
{
    const struct sl_site_history *history = &site->history;
    bool told = history->count && same_change(&history->changes[history->count - 1], &site->pending);
    if (!told && !sl_str_equal(last_generation(site), site->pending.from))
        return disagree(site, err);
    if (sync_root(site, err) < 0)
        return -1;
    if (!told) {
        SL_CLEANUP(sl_buf_release) struct sl_buf text;
        sl_buf_init(&text, SL_HISTORY_BYTES_MAX);
        if (next_history(&text, site, &site->pending, err) < 0 || write_history(site, &text, err) < 0)
            return -1;
    }
    return remove_pending(site, err);
}

static int drop_change(struct site *site, struct sl_err *err)
{
    int there = site_generation_present(site, site->pending.to, err);
    if (there < 0)
        return -1;
    if (there && !site_history_knows(site, site->pending.to)) {
        char name[SL_GENERATION_NAME_MAX];
        site_generation_copy(name, site->pending.to);
        SL_CLEANUP(sl_closep) int staging = site_staging_open(site, err);
        if (staging < 0)
            return -1;
        if (sl_dir_remove(staging, name, err) < 0)
            return in_root(site, SITE_STAGING, err);
        if (move_generation(site, SITE_GENERATIONS, SITE_STAGING, name, err) < 0)
            return -1;
    }
    return remove_pending(site, err);
}

/* What sl_file_replace() leaves when it is stopped. */
static int remove_temporary(const struct site *site, struct sl_err *err)
{
    char name[64];
    for (size_t i = 0; site_state_files[i] && (i < SITE_PLAIN_FILES || site->identity.enrolled); i++) {
        (void)snprintf(name, sizeof name, "%s.tmp", site_state_files[i]);
        if (sl_sys_unlinkat(site->state, name, 0) < 0 && errno != ENOENT)
            return sl_fail_errno(err, SL_E_IO, "remove %s/" SITE_STATE "/%s", site->shown, name);
    }
    return 0;
}

int site_check_agreement(const struct site *site, struct sl_err *err)
{
    if (!sl_str_equal(site->current, last_generation(site)))
        return disagree(site, err);
    if (site->current.len == 0 || site->customer.len > 0)
        return 0;
    (void)sl_fail(err, SL_E_REFUSED,
                  "%s/" SITE_STATE "/" SITE_IDENTITY " is missing, which says whose site this is",
                  site->shown);
    return sl_hint(err, "put it back from a backup");
}

int site_recover(struct site *site, struct sl_err *err)
{
    if (site_load(site, err) < 0)
        return -1;
    if (site->has_pending) {
        bool happened = sl_str_equal(site->current, site->pending.to);
        if ((happened ? finish_change(site, err) : drop_change(site, err)) < 0)
            return sl_wrap(err, "recover from the change that was stopped");
        if (site_load(site, err) < 0)
            return -1;
    }
    if (site_check_agreement(site, err) < 0)
        return -1;
    if (site_staging_empty(site, err) < 0 || remove_temporary(site, err) < 0)
        return -1;
    return site->identity.enrolled ? site_enrolled_recover(site, site->options, err) : 0;
}

/* Of a first install that failed, what it made for the site to come. Neither does harm where it stays. */
static void undo_first(const struct site *site)
{
    if (site->wrote_identity)
        (void)sl_sys_unlinkat(site->state, SITE_IDENTITY, 0);
    if (site->made_generations)
        (void)sl_sys_unlinkat(site->root, SITE_GENERATIONS, AT_REMOVEDIR);
}

int site_give_up(struct site *site, struct sl_err *err)
{
    if (site->switched) {
        (void)sl_wrap(err, "the generation is current now, but the change is not finished");
        if (err->hint[0])
            return -1;
        return sl_hint(err,
                       "when the cause is gone, the next install or rollback finishes it; `sealift status` "
                       "says what is current");
    }
    /* What cannot be put back now is put back by the next recovery; the first error is the one to report. */
    struct sl_err second = {0};
    if (site_recover(site, &second) == 0 && site->current.len == 0)
        undo_first(site);
    if (err->code == SL_E_NO_SPACE && !err->hint[0])
        return sl_hint(err, "nothing was changed; make room and run it again");
    return -1;
}
