#include "place.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "io/file.h"
#include "io/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sealift/text.h>

void site_init(struct site *site, const char *path)
{
    *site = (struct site){.path = path, .root = -1, .state = -1, .lock = {.fd = -1}};
    (void)sl_escape(site->shown, sizeof site->shown, sl_str_from(path));
    sl_arena_init(&site->arena, SITE_ARENA_MAX);
    sl_buf_init(&site->history_text, SL_HISTORY_BYTES_MAX);
}

void site_release(struct site *site)
{
    sl_lock_release(&site->lock);
    sl_closep(&site->state);
    sl_closep(&site->root);
    sl_arena_release(&site->arena);
    sl_buf_release(&site->history_text);
}

bool site_cannot_write(const struct sl_err *err)
{
    return err->sys_errno == EACCES || err->sys_errno == EPERM || err->sys_errno == EROFS;
}

int site_hint_writing(const struct site *site, struct sl_err *err)
{
    if (!site_cannot_write(err) || err->hint[0])
        return -1;
    if (site->identity.enrolled)
        return sl_hint(
            err,
            "an enrolled site writes down what it did, also that nothing had to be done: run it as the user "
            "that owns %.80s, on a disk that is mounted for writing",
            site->shown);
    return sl_hint(
        err,
        "this writes below %.120s: run it as the user that owns it, on a disk that is mounted for writing",
        site->shown);
}

/* -- opening -- */

int site_open_dir(const struct site *site, const char *name, bool *missing, struct sl_err *err)
{
    int fd = sl_sys_open_beneath(site->root, name, O_RDONLY | O_DIRECTORY, 0);
    *missing = fd < 0 && errno == ENOENT;
    if (fd < 0 && (errno == ELOOP || errno == ENOTDIR)) {
        (void)sl_fail(err, SL_E_EXISTS, "%s/%s is in the way: it is not a directory", site->shown, name);
        return sl_hint(err, "move it away, or choose another directory");
    }
    if (fd < 0)
        return sl_fail_errno(err, SL_E_IO, "open %s/%s", site->shown, name);
    return fd;
}

int site_open(struct site *site, struct sl_err *err)
{
    if (site->root < 0)
        site->root = sl_sys_open(site->path, O_RDONLY | O_DIRECTORY, 0);
    if (site->root < 0 && errno == ENOENT)
        return 0;
    if (site->root < 0)
        return sl_fail_errno(err, SL_E_IO, "open %s", site->shown);

    bool missing;
    site->state = site_open_dir(site, SITE_STATE, &missing, err);
    if (site->state < 0 && !missing)
        return -1;
    sl_err_clear(err);
    return 0;
}

int site_hint_lost(const struct site *site, struct sl_err *err)
{
    if (site->identity.enrolled)
        return sl_hint(
            err,
            "put all of state/ back from a backup; without one it is lost what the site knew: move current away "
            "and state/ with it, enrol again, and tell the vendor the new receipt key");
    return sl_hint(
        err,
        "put state/ back from a backup; without one move current away (mv current current.old) and install "
        "the bundle again; a site that was enrolled has to be enrolled again before that");
}

int site_require(const struct site *site, struct sl_err *err)
{
    struct stat info;
    if (site->state >= 0)
        return 0;
    if (site->root >= 0 && sl_sys_fstatat(site->root, SITE_CURRENT, &info) == 0) {
        (void)sl_fail(err, SL_E_REFUSED, "%s/" SITE_CURRENT " is there, but %s/" SITE_STATE " is not",
                      site->shown, site->shown);
        return site_hint_lost(site, err);
    }
    return sl_fail(err, SL_E_NOT_FOUND, "nothing is installed in %s%s", site->shown,
                   site->root < 0 ? ": there is no such directory" : "");
}

/* -- making -- */

static int make_root(struct site *site, struct sl_err *err)
{
    if (sl_dir_open_or_make(&site->root, site->path, err) >= 0)
        return 0;
    return err->code == SL_E_USAGE
               ? sl_fail(err, SL_E_USAGE, "\"%s\" cannot be the root of a site", site->shown)
               : -1;
}

/* -- a directory "state" that is not ours -- */

#define TENANT_TRIES_MAX 100

struct tenants {
    bool identity;
    char foreign[128]; /* escaped; empty: none */
};

const char *const site_state_files[] = {
    SITE_IDENTITY, SITE_PENDING,  SITE_HISTORY,  SITE_KEY,       SITE_PUB,
    SITE_AGE_KEY,  SITE_LEDGER_1, SITE_LEDGER_2, SITE_ENROLLING, NULL,
};

static bool is_ours(const char *name)
{
    for (size_t i = 0; site_state_files[i]; i++) {
        size_t len = strlen(site_state_files[i]);
        if (strncmp(name, site_state_files[i], len) == 0 && (!name[len] || strcmp(name + len, ".tmp") == 0))
            return true;
    }
    return strcmp(name, SITE_LOCK) == 0 || strcmp(name, SITE_TRUST) == 0 || strcmp(name, SITE_RECEIPTS) == 0;
}

static int look_at_tenant(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    (void)err;
    struct tenants *tenants = context;
    if (strcmp(entry->path, SITE_IDENTITY) == 0)
        tenants->identity = true;
    if (!is_ours(entry->path) && !tenants->foreign[0])
        (void)sl_escape(tenants->foreign, sizeof tenants->foreign, sl_str_from(entry->path));
    return S_ISDIR(entry->info.st_mode) ? 1 : 0;
}

/* Taking the lock writes into a file called "lock", which must not be somebody else's. */
static int check_tenants(const struct site *site, struct sl_err *err)
{
    struct tenants tenants = {0};
    /* Without the lock, whoever holds it may take a file away between the listing and the look at it. */
    for (int tries = 0; sl_dir_walk(site->state, look_at_tenant, &tenants, err) < 0; tries++) {
        if (err->code != SL_E_NOT_FOUND || tries == TENANT_TRIES_MAX)
            return sl_wrap(err, "%s/" SITE_STATE, site->shown);
        sl_err_clear(err);
        tenants = (struct tenants){0};
    }
    if (tenants.identity || !tenants.foreign[0])
        return 0;
    (void)sl_fail(err, SL_E_EXISTS, "%s/" SITE_STATE " is in the way: it holds %s, which is not sealift's",
                  site->shown, tenants.foreign);
    return sl_hint(err, "choose another directory as root");
}

int site_make(struct site *site, struct sl_err *err)
{
    if (site->root < 0 && make_root(site, err) < 0)
        return -1;
    if (site->state >= 0)
        return check_tenants(site, err);
    if (sl_dir_make(site->root, SITE_STATE, err) < 0 || sl_dir_sync(site->root, ".", err) < 0)
        return sl_wrap(err, "make %s/" SITE_STATE, site->shown);
    bool missing;
    site->state = site_open_dir(site, SITE_STATE, &missing, err);
    return site->state < 0 ? -1 : 0;
}

/* Whoever waits is told so, and for whom; without that it looks like a hang. */
static int lock_or_wait(struct site *site, const struct sl_site_options *options, struct sl_err *err)
{
    if (options->wait && options->waiting.told) {
        if (sl_lock_take(&site->lock, site->state, SITE_LOCK, options->holder, false, err) == 0)
            return 0;
        if (err->code != SL_E_BUSY)
            return -1;
        (void)sl_wrap(err, "%s", site->shown);
        options->waiting.told(options->waiting.context, err->message);
        sl_err_clear(err);
    }
    return sl_lock_take(&site->lock, site->state, SITE_LOCK, options->holder, options->wait, err);
}

int site_lock(struct site *site, const struct sl_site_options *options, struct sl_err *err)
{
    site->options = options;
    if (lock_or_wait(site, options, err) == 0)
        return 0;
    return err->code == SL_E_BUSY ? sl_wrap(err, "%s", site->shown)
                                  : sl_wrap(err, "%s/" SITE_STATE, site->shown);
}
