#include "enrolled.h"

#include "base/cleanup.h"
#include "generation.h"
#include "io/file.h"

#include <stdio.h>

static const char *const copies[2] = {SITE_LEDGER_1, SITE_LEDGER_2};

/* Why a copy is not good, in one word of a message. */
struct copy {
    struct sl_ledger ledger;
    bool good;
    struct sl_err why;
};

static int read_copy(struct copy *out, const struct site *site, const char *name, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_STATE_FILE_MAX);
    out->why = (struct sl_err){0};
    out->good = sl_file_read_beneath(&text, site->state, name, SL_STATE_FILE_MAX, &out->why) == 0 &&
                sl_ledger_read(&out->ledger, sl_buf_view(&text), name, &out->why) == 0;
    if (!out->good && out->why.code == SL_E_NO_MEMORY)
        return sl_fail_memory(err);
    return 0;
}

/* Both must be seen before one of them is believed: which of the two is the newer cannot be told from one. */
static int is_damaged(const struct site *site, const struct copy *bad, const struct copy *good,
                      const char *good_name, const char *bad_name, struct sl_err *err)
{
    (void)sl_fail(err, SL_E_REFUSED, "%s/" SITE_STATE ": the ledger cannot be trusted: %s", site->shown,
                  bad->why.message);
    /* Nothing is damaged where the ledger is of another version of sealift. */
    if (bad->why.hint[0])
        return sl_hint(err, "%s", bad->why.hint);
    if (!good->good)
        return sl_hint(err, "both copies are lost: put " SITE_STATE
                            "/ back from a backup, or ask the vendor for a new "
                            "enrolment in another directory");
    return sl_hint(err,
                   "if the newest file in " SITE_STATE "/" SITE_RECEIPTS
                   " is number %llu: cp %s %s in " SITE_STATE "/; else put " SITE_STATE
                   "/ back from a backup",
                   (unsigned long long)good->ledger.receipts, good_name, bad_name);
}

static int disagree(const struct site *site, const struct copy read[2], struct sl_err *err)
{
    (void)sl_fail(
        err, SL_E_REFUSED,
        "%s/" SITE_STATE ": the two copies of the ledger differ by more than one write (%llu and %llu)",
        site->shown, (unsigned long long)read[0].ledger.counter, (unsigned long long)read[1].ledger.counter);
    return sl_hint(err, "one of them was put back to an earlier day: put " SITE_STATE
                        "/ back from one backup as a whole");
}

int site_ledger_load(struct site *site, struct sl_err *err)
{
    struct copy read[2];
    for (int i = 0; i < 2; i++)
        if (read_copy(&read[i], site, copies[i], err) < 0)
            return -1;
    for (int i = 0; i < 2; i++)
        if (!read[i].good)
            return is_damaged(site, &read[i], &read[1 - i], copies[1 - i], copies[i], err);
    struct sl_ledger older = read[1].ledger;
    site->ledger_behind = older.counter + 1 == read[0].ledger.counter;
    bool same = memcmp(&read[0].ledger, &read[1].ledger, sizeof older) == 0;
    if (!same && !site->ledger_behind)
        return disagree(site, read, err);
    site->ledger = read[0].ledger;
    return 0;
}

int site_ledger_was_put_back(const struct site *site, struct sl_err *err)
{
    (void)sl_fail(err, SL_E_REFUSED,
                  "%s/" SITE_STATE ": the ledger says less than what was done since: it was put back to an "
                  "earlier day",
                  site->shown);
    return sl_hint(err, "put " SITE_STATE "/ back from one backup as a whole");
}

static bool has_grant(const struct sl_ledger *ledger, const struct sl_digest *grant)
{
    static const struct sl_digest none;
    bool has = sl_digest_equal(grant, &none);
    for (size_t i = 0; !has && i < ledger->grant_count; i++)
        has = sl_digest_equal(&ledger->grants[i], grant);
    return has;
}

bool site_ledger_has_grant(const struct site *site, const unsigned char grant[32])
{
    struct sl_digest digest;
    memcpy(digest.bytes, grant, sizeof digest.bytes);
    return has_grant(&site->ledger, &digest);
}

/* A line that the ledger does not know yet was accepted before it was written: epoch, sequence, floor and grant must be
 * noted. */
static bool misses_change(const struct site *site)
{
    const struct sl_ledger *ledger = &site->ledger;
    const struct sl_site_history *history = &site->history;
    if (history->count <= site->ledger.history_lines)
        return false;
    const struct sl_site_change *last = &history->changes[history->count - 1];
    bool misses =
        last->epoch > ledger->epoch ||
        (last->epoch == ledger->epoch &&
         (site_generation_sequence(last->to) > ledger->highest_sequence || last->floor > ledger->floor));
    return (last->action == SL_SITE_INSTALL && misses) || !has_grant(ledger, &last->grant);
}

int site_ledger_check(const struct site *site, struct sl_err *err)
{
    const struct sl_site_history *history = &site->history;
    const struct sl_ledger *ledger = &site->ledger;
    uint64_t known = ledger->history_lines;
    bool shorter = history->count < known;
    bool other =
        !shorter && known > 0 && !sl_digest_equal(&history->changes[known - 1].line, &ledger->history);
    if (!shorter && !other && history->count <= known + 1)
        return misses_change(site) ? site_ledger_was_put_back(site, err) : 0;
    (void)sl_fail(err, SL_E_REFUSED,
                  "%s/" SITE_STATE "/" SITE_HISTORY " has %zu lines, and by the ledger %llu%s", site->shown,
                  history->count, (unsigned long long)known, other ? " others" : "");
    return sl_hint(err, "it was changed, or put back to an earlier day: put " SITE_STATE
                        "/ back from one backup as a whole");
}

static int write_copy(const struct site *site, const char *name, const struct sl_buf *text,
                      struct sl_err *err)
{
    if (sl_file_replace(site->state, name, sl_buf_view(text), 0644, err) < 0)
        return sl_wrap(err, "%s/" SITE_STATE, site->shown);
    return 0;
}

int site_ledger_save(struct site *site, const struct sl_ledger *next, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_STATE_FILE_MAX);
    struct sl_ledger ledger = *next;
    ledger.counter = site->ledger.counter + 1;
    if (sl_ledger_write(&text, &ledger, err) < 0 || write_copy(site, copies[0], &text, err) < 0)
        return -1;
    site->ledger = ledger;
    site->ledger_behind = true;
    if (write_copy(site, copies[1], &text, err) < 0)
        return -1;
    site->ledger_behind = false;
    return 0;
}

int site_ledger_repair(struct site *site, struct sl_err *err)
{
    if (!site->ledger_behind)
        return 0;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_STATE_FILE_MAX);
    if (sl_ledger_write(&text, &site->ledger, err) < 0 || write_copy(site, copies[1], &text, err) < 0)
        return -1;
    site->ledger_behind = false;
    return 0;
}

/*
 * Without the lock, history and ledger may be of two moments. The ledger takes a write of its own between any two lines of the
 * history: where it is the same before and after the history was read, no more than the last line can be new to it.
 */
int site_ledger_settle(struct site *site, int (*load)(struct site *, struct sl_err *), struct sl_err *err)
{
    while (site->identity.enrolled) {
        if (site_ledger_load(site, err) < 0)
            return -1;
        uint64_t counter = site->ledger.counter;
        if (load(site, err) < 0 || site_ledger_load(site, err) < 0)
            return -1;
        if (site->ledger.counter == counter)
            return site_ledger_check(site, err);
    }
    return 0;
}

int site_ledger_accept(struct site *site, const struct sl_manifest *manifest, const struct sl_digest *digest,
                       const struct sl_trust *trust, struct sl_err *err)
{
    struct sl_ledger next = site->ledger;
    if (manifest->epoch > next.epoch) {
        next.epoch = manifest->epoch;
        next.highest_sequence = 0;
        next.floor = trust->epoch == manifest->epoch ? trust->floor : 0;
    }
    if (manifest->epoch == next.epoch && manifest->sequence > next.highest_sequence) {
        next.highest_sequence = manifest->sequence;
        next.highest = *digest;
    }
    if (manifest->epoch == next.epoch && manifest->floor > next.floor)
        next.floor = manifest->floor;
    return memcmp(&next, &site->ledger, sizeof next) == 0 ? 0 : site_ledger_save(site, &next, err);
}
