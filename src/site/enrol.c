/*
 * Making a site that judges by its own trust.json. site.json is the commit: until it is there, nothing is enrolled, and the
 * next try writes everything anew. A mark, SITE_ENROLLING, is there from the first file to behind the commit: without it,
 * files of an enrolment beside a site.json that knows of none are those of a site whose site.json was lost.
 */
#include "enrolled.h"

#include "base/cleanup.h"
#include "change.h"
#include "generation.h"
#include "io/file.h"
#include "io/sys.h"
#include "model/name.h"

#include <sealift/text.h>
#include <stdio.h>

/* What is made here; secret texts are wiped. */
struct making {
    struct site *site;
    struct sl_buf secret, public, age;
    struct sl_site_identity identity;
    char recipient[SL_AGE_RECIPIENT_TEXT];
    struct sl_trust *trust;
};

static void wipe(struct sl_buf *text)
{
    if (text->ptr)
        explicit_bzero(text->ptr, text->capacity);
    sl_buf_release(text);
}

static void making_release(struct making *making)
{
    wipe(&making->secret);
    wipe(&making->age);
    sl_buf_release(&making->public);
    sl_trust_free(making->trust);
}

/* -- may it be -- */

static int check_fingerprint(struct making *making, const struct sl_enrolment *request, struct sl_err *err)
{
    unsigned char is[32];
    const struct sl_trust_step *first = sl_trust_steps_at(request->steps, 0);
    sl_trust_fingerprint(is, first->json);
    memcpy(making->identity.fingerprint.bytes, is, sizeof is);
    if (memcmp(is, request->fingerprint, sizeof is) == 0)
        return sl_trust_chain(&making->trust, request->steps, err);
    char hex[SL_SHA256_HEX + 1];
    (void)sl_fail(err, SL_E_REFUSED, "this trust.json has the fingerprint %s, not the one that was given",
                  sl_digest_hex(hex, &making->identity.fingerprint));
    return sl_hint(err,
                   "compare it with what the vendor said on another way; if only a later version is at hand, "
                   "ask for version 1 as well");
}

static int choose_customer(struct making *making, const struct sl_enrolment *request, struct sl_err *err)
{
    struct site *site = making->site;
    bool any = strcmp(making->trust->customer, "*") == 0;
    struct sl_str customer = any ? request->customer : sl_str_from(making->trust->customer);
    char shown[128];
    if (customer.len == 0)
        return sl_fail(err, SL_E_USAGE, "this trust.json is for whatever customer: give --customer NAME");
    if (sl_label_check("--customer", customer, err) < 0)
        return -1;
    if (request->customer.len > 0 && !sl_str_equal(request->customer, customer))
        return sl_fail(err, SL_E_REFUSED, "this trust.json is not for %s",
                       sl_escape(shown, sizeof shown, request->customer));
    if (site->customer.len > 0 && !sl_str_equal(site->customer, customer))
        return site_wrong_owner(site, customer, err);
    making->identity.customer = sl_arena_str(&site->arena, customer);
    return making->identity.customer.ptr ? 0 : sl_fail_memory(err);
}

/* -- keys -- */

/* The second line of a public key file. */
static struct sl_str key_line(const struct sl_buf *text)
{
    struct sl_str whole = sl_buf_view(text);
    size_t first = sl_str_find(whole, '\n') + 1;
    struct sl_str rest = sl_str_slice(whole, first, whole.len);
    return sl_str_slice(rest, 0, sl_str_find(rest, '\n'));
}

static int make_keys(struct making *making, const struct sl_enrolment *request, int64_t now,
                     struct sl_err *err)
{
    struct sl_age_identity identity;
    struct sl_key_options options = {.random = request->random};
    if (sl_key_generate(&making->public, &making->secret, &options, err) < 0)
        return -1;
    int result = sl_age_identity_generate(&identity, &request->random, err);
    if (result == 0)
        result = sl_age_identity_file_write(&making->age, &identity, now, err);
    if (result == 0)
        (void)sl_age_recipient_text(making->recipient, &identity.recipient);
    sl_age_identity_wipe(&identity);
    making->identity.enrolled = true;
    making->identity.receipt_key = key_line(&making->public);
    making->identity.age_recipient = sl_str_from(making->recipient);
    return result;
}

static int write_keys(const struct making *making, struct sl_err *err)
{
    int state = making->site->state;
    if (sl_file_replace(state, SITE_KEY, sl_buf_view(&making->secret), 0600, err) < 0 ||
        sl_file_replace(state, SITE_PUB, sl_buf_view(&making->public), 0644, err) < 0 ||
        sl_file_replace(state, SITE_AGE_KEY, sl_buf_view(&making->age), 0600, err) < 0)
        return sl_wrap(err, "%s/" SITE_STATE, making->site->shown);
    return 0;
}

/* -- the first ledger -- */

/* What a site that installed with --pubkey or --trust so far has accepted. */
static void take_history(struct sl_ledger *ledger, const struct site *site, uint64_t epoch)
{
    const struct sl_site_history *history = &site->history;
    site_history_sum(ledger, history, epoch);
    ledger->history_lines = history->count;
    ledger->history = history->last;
}

static int commit(struct making *making, struct sl_err *err)
{
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, SL_STATE_FILE_MAX);
    if (sl_site_identity_write(&text, &making->identity, err) < 0 ||
        sl_file_replace(making->site->state, SITE_IDENTITY, sl_buf_view(&text), 0644, err) < 0)
        return sl_wrap(err, "%s/" SITE_STATE, making->site->shown);
    /* It means nothing beside the new site.json, and recovery removes it as well. */
    (void)sl_sys_unlinkat(making->site->state, SITE_ENROLLING, 0);
    return 0;
}

static int write_all(struct making *making, const struct sl_site_options *options,
                     const struct sl_enrolment *request, struct sl_err *err)
{
    struct site *site = making->site;
    size_t count = sl_trust_steps_count(request->steps);
    site->customer = making->identity.customer;
    take_history(&site->ledger, site, making->trust->epoch);
    if (sl_file_replace(site->state, SITE_ENROLLING, SL_STR("another try is welcome\n"), 0644, err) < 0)
        return sl_wrap(err, "%s/" SITE_STATE, site->shown);
    /* What an enrolment left that was stopped is of other keys. */
    if (sl_dir_remove(site->state, SITE_TRUST, err) < 0 || sl_dir_remove(site->state, SITE_RECEIPTS, err) < 0)
        return sl_wrap(err, "%s/" SITE_STATE, site->shown);
    struct site_deed deed = {.action = SL_RECEIPT_ENROL, .detail = ""};
    if (write_keys(making, err) < 0 ||
        site_trust_store(site, NULL, sl_trust_steps_at(request->steps, 0), count, err) < 0 ||
        site_receipt_add(site, options, &deed, err) < 0)
        return -1;
    return commit(making, err);
}

static void fill_result(struct sl_enrolled *out, const struct making *making)
{
    *out = (struct sl_enrolled){.trust_version = making->trust->version};
    (void)snprintf(out->customer, sizeof out->customer, SL_FMT, SL_ARG(making->identity.customer));
    (void)snprintf(out->receipt_key, sizeof out->receipt_key, SL_FMT, SL_ARG(making->identity.receipt_key));
    (void)snprintf(out->age_recipient, sizeof out->age_recipient, "%s", making->recipient);
}

static int enrol(struct making *making, const struct sl_site_options *options,
                 const struct sl_enrolment *request, struct sl_err *err)
{
    struct site *site = making->site;
    if (site_open(site, err) < 0 || site_load_identity(site, err) < 0)
        return -1;
    if (site->identity.enrolled) {
        (void)sl_fail(err, SL_E_EXISTS, "%s is enrolled already, as the site of " SL_FMT, site->shown,
                      SL_ARG(site->customer));
        return sl_hint(
            err, "new versions of trust.json come with bundles; for a new identity enrol another directory");
    }
    /* Before ROOT is made: a wrong fingerprint leaves nothing. */
    if (check_fingerprint(making, request, err) < 0 || site_make(site, err) < 0 ||
        site_lock(site, options, err) < 0 || site_recover(site, err) < 0 ||
        choose_customer(making, request, err) < 0 || site_trust_check(site, making->trust, err) < 0)
        return -1;
    if (site->identity.enrolled)
        return sl_fail(err, SL_E_EXISTS, "%s was enrolled meanwhile", site->shown);
    if (make_keys(making, request, options->clock.now(options->clock.context), err) < 0)
        return -1;
    return write_all(making, options, request, err);
}

int sl_site_enrol(struct sl_enrolled *out, const struct sl_site_options *options,
                  const struct sl_enrolment *request, struct sl_err *err)
{
    SL_CLEANUP(site_release) struct site site;
    site_init(&site, options->root);
    SL_CLEANUP(making_release) struct making making = {.site = &site};
    sl_buf_init(&making.secret, 4 * SL_KIB);
    sl_buf_init(&making.public, 4 * SL_KIB);
    sl_buf_init(&making.age, 4 * SL_KIB);
    if (enrol(&making, options, request, err) < 0)
        return site_hint_writing(&site, err);
    fill_result(out, &making);
    return 0;
}
