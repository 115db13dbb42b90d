/*
 * The receipts of a site: written in its own hand, before the ledger counts them.
 */
#include "enrolled.h"

#include "base/cleanup.h"
#include "io/file.h"
#include "io/sys.h"

#include <errno.h>
#include <sealift/version.h>
#include <stdio.h>

#define NAME_MAX_BYTES 40

static void receipt_name(char out[NAME_MAX_BYTES], uint64_t number, const char *ending)
{
    (void)snprintf(out, NAME_MAX_BYTES, "%09llu.json%s", (unsigned long long)number, ending);
}

/* Made, durably, by the enrolment; after that it is there. */
static int open_receipts(const struct site *site, struct sl_err *err)
{
    bool missing;
    int there = site_open_dir(site, SITE_STATE "/" SITE_RECEIPTS, &missing, err);
    if (there >= 0 || !missing)
        return there;
    sl_err_clear(err);
    if (sl_dir_make(site->state, SITE_RECEIPTS, err) < 0 || sl_dir_sync(site->state, ".", err) < 0)
        return sl_wrap(err, "make %s/" SITE_STATE "/" SITE_RECEIPTS, site->shown);
    return site_open_dir(site, SITE_STATE "/" SITE_RECEIPTS, &missing, err);
}

static int read_key(struct sl_secret_key *out, const struct site *site, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_KIB);
    int result = sl_file_read_beneath(&text, site->state, SITE_KEY, SL_KIB, err);
    if (result == 0)
        result = sl_secret_key_read(out, sl_buf_view(&text), (struct sl_str){NULL, 0}, SITE_KEY, err);
    if (text.ptr)
        explicit_bzero(text.ptr, text.capacity);
    if (result == 0)
        return 0;
    (void)sl_wrap(err, "%s/" SITE_STATE, site->shown);
    return sl_hint(
        err, "receipts are signed with it: put it back from a backup, or enrol the site anew elsewhere");
}

/* -- filling -- */

struct filling {
    struct sl_receipt receipt;
    struct sl_str signers[SL_RECEIPT_SIGNERS_MAX];
    char verdict[SL_RECEIPT_DETAIL_MAX + 1];
};

/* "limits=passed trust=skipped ...", as far as it came. */
static void fill_verdict(struct filling *filling, const struct sl_verdict *verdict)
{
    size_t used = 0;
    for (int step = 0; step < SL_STEP_COUNT; step++) {
        enum sl_step_outcome outcome = verdict->steps[step].outcome;
        if (outcome == SL_NOT_REACHED)
            continue;
        int length =
            snprintf(filling->verdict + used, sizeof filling->verdict - used, "%s%s=%s", used ? " " : "",
                     sl_verdict_step_name((enum sl_verdict_step)step), sl_step_outcome_name(outcome));
        if (length < 0 || (size_t)length >= sizeof filling->verdict - used)
            break;
        used += (size_t)length;
    }
    filling->receipt.verdict = (struct sl_str){filling->verdict, used};
    filling->receipt.bundle = sl_str_from(verdict->bundle);
    memcpy(filling->receipt.manifest_sha256, verdict->manifest_sha256, sizeof verdict->manifest_sha256);
    for (size_t i = 0; i < verdict->signer_count && i < SL_RECEIPT_SIGNERS_MAX; i++)
        filling->signers[i] = sl_str_from(verdict->signers[i]);
    filling->receipt.signer_count =
        verdict->signer_count < SL_RECEIPT_SIGNERS_MAX ? verdict->signer_count : SL_RECEIPT_SIGNERS_MAX;
}

static void fill_change(struct filling *filling, const struct sl_site_change *change)
{
    struct sl_receipt *receipt = &filling->receipt;
    receipt->bundle = change->bundle;
    receipt->from = change->from;
    receipt->to = change->to;
    memcpy(receipt->manifest_sha256, change->manifest.bytes, sizeof receipt->manifest_sha256);
    memcpy(receipt->grant, change->grant.bytes, sizeof receipt->grant);
}

static void fill(struct filling *filling, const struct site *site, const struct site_deed *deed,
                 const struct sl_secret_key *key, int64_t now)
{
    const struct sl_ledger *ledger = &site->ledger;
    struct sl_digest site_name;
    sl_sha256(&site_name, key->seed_and_point + 32, 32);
    *filling = (struct filling){.receipt = {
                                    .number = ledger->receipts + 1,
                                    .customer = site->customer,
                                    .action = deed->action,
                                    .from = site->current,
                                    .to = site->current,
                                    .files = deed->files,
                                    .bytes = deed->bytes,
                                    .detail = sl_str_from(deed->detail),
                                    .time = now > 0 ? now : 0,
                                    .proved_time = ledger->proved_time,
                                    .epoch = ledger->epoch,
                                    .highest_sequence = ledger->highest_sequence,
                                    .floor = ledger->floor,
                                    .trust_epoch = ledger->trust_epoch,
                                    .trust_version = ledger->trust_version,
                                    .tool = SL_STR(SL_VERSION),
                                }};
    memcpy(filling->receipt.previous, ledger->receipt.bytes, sizeof filling->receipt.previous);
    memcpy(filling->receipt.site, site_name.bytes, sizeof filling->receipt.site);
    if (deed->verdict)
        fill_verdict(filling, deed->verdict);
    if (deed->change)
        fill_change(filling, deed->change);
    filling->receipt.signers = filling->signers;
}

/* -- writing -- */

static int write_both(int dir, uint64_t number, const struct sl_buf *json, const struct sl_buf *signature,
                      struct sl_err *err)
{
    char name[NAME_MAX_BYTES];
    receipt_name(name, number, ".minisig");
    if (sl_file_replace(dir, name, sl_buf_view(signature), 0644, err) < 0)
        return -1;
    receipt_name(name, number, "");
    return sl_file_replace(dir, name, sl_buf_view(json), 0644, err);
}

/* The ledger knows the receipt, and with it every line of the history. */
static int count_receipt(struct site *site, struct sl_str json, struct sl_err *err)
{
    struct sl_ledger next = site->ledger;
    next.receipts++;
    sl_sha256(&next.receipt, json.ptr, json.len);
    next.history_lines = site->history.count;
    next.history = site->history.last;
    return site_ledger_save(site, &next, err);
}

int site_receipt_add(struct site *site, const struct sl_site_options *options, const struct site_deed *deed,
                     struct sl_err *err)
{
    struct sl_secret_key key;
    struct filling filling;
    SL_CLEANUP(sl_buf_release) struct sl_buf json;
    SL_CLEANUP(sl_buf_release) struct sl_buf signature;
    sl_buf_init(&json, SL_RECEIPT_BYTES_MAX);
    sl_buf_init(&signature, SL_SIGNATURE_FILE_MAX);
    if (read_key(&key, site, err) < 0)
        return -1;
    fill(&filling, site, deed, &key, options->clock.now(options->clock.context));
    int result = sl_receipt_write(&json, &filling.receipt, err);
    if (result == 0)
        result = sl_receipt_sign(&signature, sl_buf_view(&json), &key, err);
    sl_secret_key_wipe(&key);
    if (result < 0)
        return -1;
    SL_CLEANUP(sl_closep) int dir = open_receipts(site, err);
    if (dir < 0 || write_both(dir, filling.receipt.number, &json, &signature, err) < 0)
        return sl_wrap(err, "write the receipt");
    return count_receipt(site, sl_buf_view(&json), err);
}

int site_note_refusal(struct site *site, const struct sl_site_options *options, const struct site_deed *what,
                      const struct sl_err *refusal)
{
    struct sl_err second = {0};
    struct site_deed deed = *what;
    deed.action = SL_RECEIPT_REFUSE;
    deed.detail = refusal->message;
    if (refusal->code == SL_E_REFUSED)
        (void)!site_receipt_add(site, options, &deed, &second);
    return -1;
}

/* -- the last one -- */

static void fill_last(struct sl_site_receipt *out, const struct sl_receipt *receipt)
{
    *out = (struct sl_site_receipt){.action = sl_receipt_action_name(receipt->action), .time = receipt->time};
    (void)snprintf(out->bundle, sizeof out->bundle, SL_FMT, SL_ARG(receipt->bundle));
    (void)snprintf(out->verdict, sizeof out->verdict, SL_FMT, SL_ARG(receipt->verdict));
    (void)snprintf(out->detail, sizeof out->detail, SL_FMT, SL_ARG(receipt->detail));
}

int site_receipt_last(struct sl_site_receipt *out, const struct site *site, struct sl_err *err)
{
    bool missing;
    char name[NAME_MAX_BYTES];
    struct sl_receipt receipt;
    struct sl_digest digest;
    struct sl_str signers[SL_RECEIPT_SIGNERS_MAX];
    SL_CLEANUP(sl_buf_release) struct sl_buf json;
    sl_buf_init(&json, SL_RECEIPT_BYTES_MAX);
    SL_CLEANUP(sl_closep) int dir = site_open_dir(site, SITE_STATE "/" SITE_RECEIPTS, &missing, err);
    receipt_name(name, site->ledger.receipts, "");
    if (dir >= 0 && sl_file_read_beneath(&json, dir, name, SL_RECEIPT_BYTES_MAX, err) == 0) {
        sl_sha256(&digest, json.ptr, json.len);
        if (sl_digest_equal(&digest, &site->ledger.receipt) &&
            sl_receipt_read(&receipt, signers, sl_buf_view(&json), name, err) == 0) {
            fill_last(out, &receipt);
            return 0;
        }
    } else if (err->code != SL_E_NOT_FOUND && err->code != SL_E_LIMIT && err->code != SL_E_INPUT) {
        return sl_wrap(err, "%s/" SITE_STATE "/" SITE_RECEIPTS, site->shown);
    }
    if (err->code == SL_E_NO_MEMORY)
        return -1;
    (void)sl_fail(err, SL_E_REFUSED,
                  "%s/" SITE_STATE "/" SITE_RECEIPTS "/%s is not the receipt that the ledger counted last",
                  site->shown, name);
    return sl_hint(err, "it was changed, removed or put back to an earlier day: put " SITE_STATE
                        "/ back from one backup as a whole");
}

/* -- after a stop -- */

/* What the site held when the receipt was written was on disk before, so the ledger must still say it. */
static int check_still_held(const struct site *site, const struct sl_receipt *receipt, struct sl_err *err)
{
    const struct sl_ledger *ledger = &site->ledger;
    bool same_epoch = receipt->epoch == ledger->epoch;
    bool same_time = receipt->trust_epoch == ledger->trust_epoch;
    if (receipt->epoch <= ledger->epoch && receipt->trust_epoch <= ledger->trust_epoch &&
        receipt->trust_version <= ledger->trust_version &&
        (!same_time || receipt->proved_time <= ledger->proved_time) &&
        site_ledger_has_grant(site, receipt->grant) &&
        (!same_epoch ||
         (receipt->floor <= ledger->floor && receipt->highest_sequence <= ledger->highest_sequence)))
        return 0;
    return site_ledger_was_put_back(site, err);
}

/* A receipt behind the last that the ledger counts: 1 when it follows, and belongs to what is so; else 0. */
static int take_uncounted(struct site *site, struct sl_err *err)
{
    char name[NAME_MAX_BYTES];
    struct sl_receipt receipt;
    struct sl_str signers[SL_RECEIPT_SIGNERS_MAX];
    SL_CLEANUP(sl_buf_release) struct sl_buf json;
    sl_buf_init(&json, SL_RECEIPT_BYTES_MAX);
    SL_CLEANUP(sl_closep) int dir = open_receipts(site, err);
    if (dir < 0)
        return -1;
    receipt_name(name, site->ledger.receipts + 1, "");
    if (sl_file_read_beneath(&json, dir, name, SL_RECEIPT_BYTES_MAX, err) < 0 ||
        sl_receipt_read(&receipt, signers, sl_buf_view(&json), name, err) < 0) {
        bool ours = err->code == SL_E_NOT_FOUND || err->code == SL_E_REFUSED || err->code == SL_E_LIMIT;
        return ours ? 0 : -1;
    }
    const struct sl_site_history *history = &site->history;
    bool of_a_change = receipt.action == SL_RECEIPT_INSTALL || receipt.action == SL_RECEIPT_ROLLBACK;
    bool due = history->count > site->ledger.history_lines;
    bool follows = memcmp(receipt.previous, site->ledger.receipt.bytes, sizeof receipt.previous) == 0;
    if (!follows || of_a_change != due)
        return 0;
    if (check_still_held(site, &receipt, err) < 0)
        return -1;
    return count_receipt(site, sl_buf_view(&json), err) < 0 ? -1 : 1;
}

/* A receipt will be due for whatever comes: that there is no key to sign it is better known before. */
static int check_key(const struct site *site, struct sl_err *err)
{
    struct sl_secret_key key;
    struct sl_public_key public_key;
    char line[SL_PUBLIC_KEY_LINE + 1];
    if (read_key(&key, site, err) < 0)
        return -1;
    sl_secret_key_public(&public_key, &key);
    sl_secret_key_wipe(&key);
    if (sl_str_equal(sl_str_from(sl_public_key_line(line, &public_key)), site->identity.receipt_key))
        return 0;
    (void)sl_fail(err, SL_E_REFUSED,
                  "%s/" SITE_STATE "/" SITE_KEY " is not the key that " SITE_IDENTITY " names", site->shown);
    return sl_hint(err, "put " SITE_STATE "/ back from one backup as a whole");
}

int site_enrolled_recover(struct site *site, const struct sl_site_options *options, struct sl_err *err)
{
    struct sl_site_receipt newest;
    if (site_ledger_load(site, err) < 0 || site_ledger_check(site, err) < 0 || check_key(site, err) < 0 ||
        site_receipt_last(&newest, site, err) < 0 || site_ledger_repair(site, err) < 0)
        return -1;
    /* An enrolment was stopped right behind its commit. */
    if (sl_sys_unlinkat(site->state, SITE_ENROLLING, 0) < 0 && errno != ENOENT)
        return sl_fail_errno(err, SL_E_IO, "remove %s/" SITE_STATE "/" SITE_ENROLLING, site->shown);
    int taken = take_uncounted(site, err);
    if (taken < 0)
        return -1;
    sl_err_clear(err);
    if (taken || site->history.count == site->ledger.history_lines)
        return 0;
    const struct sl_site_change *last = &site->history.changes[site->history.count - 1];
    struct site_deed deed = {
        .action = last->action == SL_SITE_ROLLBACK ? SL_RECEIPT_ROLLBACK : SL_RECEIPT_INSTALL,
        .change = last,
        .detail = "it was stopped, and finished by recovery",
    };
    return site_receipt_add(site, options, &deed, err);
}
