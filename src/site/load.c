/*
 * Reading what ROOT says of itself.
 */
#include "place.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "generation.h"
#include "io/file.h"
#include "io/sys.h"

#include <errno.h>
#include <sealift/text.h>

/* A small file of ROOT/state into the arena: 1; 0 when it is not there. */
static int read_state(struct site *site, const char *name, struct sl_buf *text, size_t max,
                      struct sl_err *err)
{
    if (sl_file_read_beneath(text, site->state, name, max, err) == 0)
        return 1;
    if (err->code != SL_E_NOT_FOUND)
        return sl_wrap(err, "%s/" SITE_STATE, site->shown);
    sl_err_clear(err);
    return 0;
}

/* The message names the file already, from ROOT on. */
static int state_is_wrong(const struct site *site, struct sl_err *err)
{
    (void)sl_wrap(err, "%s", site->shown);
    if (err->code == SL_E_NO_MEMORY || err->hint[0])
        return -1;
    return sl_hint(err, "sealift did not write it so; put it back from a backup");
}

/* -- whose site -- */

int site_wrong_owner(const struct site *site, struct sl_str customer, struct sl_err *err)
{
    char shown[128];
    char owner[128];
    return sl_fail(err, SL_E_REFUSED, "%s is the site of %s, not of %s", site->shown,
                   sl_escape(owner, sizeof owner, site->customer), sl_escape(shown, sizeof shown, customer));
}

int site_claim_customer(const struct site *site, struct sl_policy *policy, struct sl_err *err)
{
    if (site->customer.len == 0)
        return 0;
    if (policy->customer.len > 0 && !sl_str_equal(policy->customer, site->customer))
        return site_wrong_owner(site, policy->customer, err);
    policy->customer = site->customer;
    return 0;
}

/* 1 when ROOT/state has an entry of this name, 0 when not. */
static int has_entry(const struct site *site, const char *name, struct sl_err *err)
{
    struct stat info;
    if (sl_sys_fstatat(site->state, name, &info) == 0)
        return 1;
    return errno == ENOENT ? 0
                           : sl_fail_errno(err, SL_E_IO, "look at %s/" SITE_STATE "/%s", site->shown, name);
}

/* 1 where something is current, or was: then there was a site.json, whatever an enrolment did after that. */
static int was_installed(const struct site *site, struct sl_err *err)
{
    struct stat info;
    if (sl_sys_fstatat(site->root, SITE_CURRENT, &info) == 0)
        return 1;
    if (errno != ENOENT)
        return sl_fail_errno(err, SL_E_IO, "look at %s/" SITE_CURRENT, site->shown);
    return has_entry(site, SITE_HISTORY, err);
}

/* Without this, whoever can take one file away turns a site that knows whom it trusts into one that takes any key. What an
 * enrolment left that was stopped is no such site yet: `enrolment_stopped`. */
static int check_never_enrolled(struct site *site, bool identity, struct sl_err *err)
{
    static const char *const left[] = {SITE_LEDGER_1, SITE_LEDGER_2, SITE_RECEIPTS, SITE_TRUST, SITE_KEY};
    int stopped = has_entry(site, SITE_ENROLLING, err);
    int there = stopped < 0 ? -1 : 0;
    size_t i = 0;
    while (there == 0 && i < sizeof left / sizeof left[0])
        there = has_entry(site, left[i++], err);
    if (there <= 0)
        return there;
    int lost = stopped == 1 && !identity ? was_installed(site, err) : 0;
    if (lost < 0)
        return -1;
    site->enrolment_stopped = stopped == 1 && !lost;
    if (site->enrolment_stopped)
        return 0;
    (void)sl_fail(err, SL_E_REFUSED,
                  "%s/" SITE_STATE " is that of an enrolled site (%s is there), but " SITE_IDENTITY
                  " does not say so: it was lost or changed",
                  site->shown, left[i - 1]);
    return sl_hint(err, "put " SITE_STATE "/ back from one backup as a whole, or ask the vendor for a new "
                        "enrolment in another directory");
}

int site_check_enrolment(const struct site *site, struct sl_err *err)
{
    if (!site->enrolment_stopped)
        return 0;
    (void)sl_fail(err, SL_E_REFUSED, "an enrolment of %s was stopped before it was done, or is still at work",
                  site->shown);
    return sl_hint(
        err, "run sealift enrol again, as before; it begins anew, and from then on the site's own trust "
             "decides");
}

int site_load_identity(struct site *site, struct sl_err *err)
{
    site->customer = (struct sl_str){NULL, 0};
    site->identity = (struct sl_site_identity){0};
    site->enrolment_stopped = false;
    if (site->state < 0)
        return 0;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_STATE_FILE_MAX);
    int there = read_state(site, SITE_IDENTITY, &text, SL_STATE_FILE_MAX, err);
    if (there <= 0)
        return there < 0 ? -1 : check_never_enrolled(site, false, err);
    struct sl_str json = sl_arena_str(&site->arena, sl_buf_view(&text));
    if (!json.ptr)
        return sl_fail_memory(err);
    struct sl_site_identity identity;
    if (sl_site_identity_read(&identity, &site->arena, json, err) < 0)
        return state_is_wrong(site, err);
    site->identity = identity;
    if (identity.enrolled) {
        site->customer = identity.customer;
        return 0;
    }
    if (check_never_enrolled(site, true, err) < 0)
        return -1;
    /* Written just before the first switch. Where that never came, nothing is installed, and whoever tried
     * first has no claim to the place. */
    struct stat info;
    if (sl_sys_fstatat(site->root, SITE_CURRENT, &info) == 0)
        site->customer = identity.customer;
    else if (errno != ENOENT)
        return sl_fail_errno(err, SL_E_IO, "look at %s/" SITE_CURRENT, site->shown);
    return 0;
}

static int load_current(struct site *site, struct sl_err *err)
{
    char target[sizeof SITE_GENERATIONS "/" + SL_GENERATION_NAME_MAX];
    ssize_t len = sl_sys_readlinkat(site->root, SITE_CURRENT, target, sizeof target);
    if (len < 0 && errno == ENOENT)
        return 0;
    if (len < 0 && errno == EINVAL) {
        (void)sl_fail(err, SL_E_EXISTS,
                      "%s/" SITE_CURRENT " is in the way: it is not a symbolic link, so not sealift's",
                      site->shown);
        return sl_hint(err, "move it away, or choose another directory as root");
    }
    if (len < 0)
        return sl_fail_errno(err, SL_E_IO, "read the link %s/" SITE_CURRENT, site->shown);

    struct sl_str link = {target, (size_t)len};
    struct sl_str name = sl_str_slice(link, sizeof SITE_GENERATIONS "/" - 1, link.len);
    if (!sl_str_starts_with(link, SL_STR(SITE_GENERATIONS "/")) || !site_generation_valid(name)) {
        char shown[200];
        (void)sl_fail(err, SL_E_REFUSED,
                      "%s/" SITE_CURRENT " leads to %s, which is no generation of this site", site->shown,
                      sl_escape(shown, sizeof shown, link));
        return sl_hint(err, "somebody changed it by hand: make it lead to the generation that "
                            "the last line of " SITE_STATE "/" SITE_HISTORY
                            " names, or move it away if it was never sealift's");
    }
    site->current = sl_arena_str(&site->arena, name);
    return site->current.ptr ? 0 : sl_fail_memory(err);
}

/* They become paths. */
static int check_names(const struct sl_site_change *change, const char *file, struct sl_err *err)
{
    if (site_generation_valid(change->to) && (change->from.len == 0 || site_generation_valid(change->from)))
        return 0;
    return sl_fail(err, SL_E_REFUSED, SITE_STATE "/%s names a generation that cannot be one", file);
}

static int load_pending(struct site *site, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_STATE_FILE_MAX);
    int there = read_state(site, SITE_PENDING, &text, SL_STATE_FILE_MAX, err);
    if (there <= 0)
        return there;
    struct sl_str json = sl_arena_str(&site->arena, sl_buf_view(&text));
    if (!json.ptr)
        return sl_fail_memory(err);
    if (sl_site_pending_read(&site->pending, &site->arena, json, err) < 0 ||
        check_names(&site->pending, SITE_PENDING, err) < 0) {
        bool hint = err->code != SL_E_NO_MEMORY && !err->hint[0];
        (void)state_is_wrong(site, err);
        return hint
                   ? sl_hint(
                         err,
                         "it tells of a change that was stopped, and no backup has it: move it away; sealift status "
                         "then says whether what is current and the history agree")
                   : -1;
    }
    site->has_pending = true;
    return 0;
}

static int load_history(struct site *site, struct sl_err *err)
{
    if (read_state(site, SITE_HISTORY, &site->history_text, SL_HISTORY_BYTES_MAX, err) < 0)
        return -1;
    if (sl_site_history_read(&site->history, &site->arena, sl_buf_view(&site->history_text), err) < 0)
        return state_is_wrong(site, err);
    for (size_t i = 0; i < site->history.count; i++)
        if (check_names(&site->history.changes[i], SITE_HISTORY, err) < 0)
            return state_is_wrong(site, err);
    return 0;
}

int site_load(struct site *site, struct sl_err *err)
{
    sl_arena_release(&site->arena);
    sl_arena_init(&site->arena, SITE_ARENA_MAX);
    sl_buf_reset(&site->history_text);
    site->current = (struct sl_str){NULL, 0};
    site->has_pending = false;
    site->pending = (struct sl_site_change){0};
    site->history = (struct sl_site_history){0};
    if (site->state < 0)
        return site_load_identity(site, err);
    if (load_current(site, err) < 0 || load_pending(site, err) < 0 || load_history(site, err) < 0)
        return -1;
    return site_load_identity(site, err);
}

const struct sl_site_change *site_change_to(const struct site *site, struct sl_str generation)
{
    if (site->has_pending && sl_str_equal(site->pending.to, generation))
        return &site->pending;
    for (size_t i = site->history.count; i > 0; i--)
        if (sl_str_equal(site->history.changes[i - 1].to, generation))
            return &site->history.changes[i - 1];
    return NULL;
}

const struct sl_site_change *site_change_making(const struct site *site, struct sl_str generation)
{
    for (size_t i = 0; i < site->history.count; i++)
        if (sl_str_equal(site->history.changes[i].to, generation))
            return &site->history.changes[i];
    return NULL;
}

bool site_history_knows(const struct site *site, struct sl_str generation)
{
    for (size_t i = 0; i < site->history.count; i++)
        if (sl_str_equal(site->history.changes[i].to, generation) ||
            sl_str_equal(site->history.changes[i].from, generation))
            return true;
    return false;
}
