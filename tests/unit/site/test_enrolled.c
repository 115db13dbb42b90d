/*
 * What an enrolled site takes and what it refuses, over some of its life: replay, fast-forward, clocks that are wrong.
 */
#include <criterion/criterion.h>

#include "delivery.h"
#include "enrolled_kit.h"

#include <sealift/receipt.h>
#include <stdlib.h>

enum { DAY = 86400 };

#define NOW     SITE_KIT_TIME
#define IN_2099 INT64_C(4086000000)
#define MOST    UINT64_C(9007199254740991)

static struct site_kit kit;
static struct sl_trust *trust; /* the newest version */
static struct sl_public_key site_key;

static void set_up(void)
{
    site_kit_make(&kit);
    trust = trust_kit_first();
}

static void tear_down(void)
{
    free(trust);
    site_kit_remove(&kit);
}

TestSuite(enrolled, .init = set_up, .fini = tear_down);

/* One disk that somebody hands over, and what the site's clock says then. */
struct visit {
    const char *what;
    uint64_t sequence;
    int64_t mtime, expires, clock; /* clock 0: 1970 */
    bool with_trust;               /* it carries the newest trust.json, signed by two roots */
    const char *content;           /* of a file in it, to tell two of one sequence apart */
    const char *refused;           /* NULL: it is installed */
    enum sl_step_outcome expiry;   /* of that step, where it is reached */
};

static void facts_of(void *context, struct sl_manifest *facts)
{
    const struct visit *visit = context;
    facts->mtime = visit->mtime;
    facts->expires = visit->expires;
    facts->epoch = trust->epoch;
}

static void make(struct sl_buf *bundle, const struct visit *visit)
{
    const struct delivery_file file = {"manifests/a.yaml", visit->content ? visit->content : "kind: A\n",
                                       false};
    struct trust_kit_step step = {.step = {.version = 0}};
    struct delivery_options options = {.sequence = visit->sequence,
                                       .files = &file,
                                       .file_count = 1,
                                       .alter_facts = facts_of,
                                       .context = (void *)visit,
                                       .steps = &step.step,
                                       .step_count = visit->with_trust};
    if (visit->with_trust)
        trust_kit_write(&step, trust, (const unsigned[]){11, 12, 0});
    delivery_make(bundle, &options);
    if (visit->with_trust)
        trust_kit_release(&step);
}

static void check_visit(const struct visit *visit)
{
    struct sl_buf bundle;
    struct sl_install_result result;
    struct sl_verdict verdict = {.accepted = false};
    struct sl_policy policy = {.verdict = &verdict};
    struct sl_err err = {0};
    struct sl_site_ledger before;
    struct sl_site_ledger after;
    make(&bundle, visit);
    cr_assert_eq(sl_site_ledger(&before, &kit.options, &err), 0, "%s", err.message);
    kit.now = visit->clock;
    int status =
        sl_site_install(&result, &kit.options, delivery_open(&bundle), "bundle.tar.gz", &policy, &err);
    cr_expect_eq(status, visit->refused ? -1 : 0, "%s: %s", visit->what,
                 status < 0 ? err.message : "installed");
    if (visit->refused)
        cr_expect(err.code == SL_E_REFUSED && strstr(err.message, visit->refused), "%s: %s", visit->what,
                  err.message);
    cr_expect_eq(verdict.steps[SL_STEP_EXPIRY].outcome, visit->expiry, "%s: %s", visit->what,
                 verdict.steps[SL_STEP_EXPIRY].text);
    cr_assert_eq(sl_site_ledger(&after, &kit.options, &err), 0, "%s: %s", visit->what, err.message);
    cr_expect_eq(after.receipts, before.receipts + 1, "%s: no receipt", visit->what);
    cr_expect_str_eq(after.last.action, visit->refused ? "refuse" : "install", "%s", visit->what);
    cr_expect_eq(after.last.time, visit->clock);
    cr_expect_geq(after.proved_time, before.proved_time, "%s", visit->what);
    cr_expect(
        !visit->refused ||
            (after.highest_sequence == before.highest_sequence &&
             after.proved_time <= (trust->issued > before.proved_time ? trust->issued : before.proved_time)),
        "%s: what is refused teaches nothing", visit->what);
    sl_buf_release(&bundle);
}

static void live(const struct visit *visits, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check_visit(&visits[i]);
}

static void expect_whole_receipts(void)
{
    struct sl_buf text;
    uint64_t count;
    struct sl_receipt_check *check = NULL;
    struct sl_err err = {0};
    sl_buf_init(&text, 1U << 20);
    cr_assert_eq(sl_site_receipts(&text, &count, &kit.options, 0, &err), 0, "%s", err.message);
    cr_assert_eq(sl_receipt_check_new(&check, &site_key, &err), 0);
    cr_assert_eq(sl_receipt_check_add(check, sl_buf_view(&text), "export", &err), 0);
    cr_assert_eq(sl_receipt_check_finish(check, &err), 0);
    for (size_t i = 0; i < sl_receipt_check_problems(check); i++)
        cr_expect_eq(sl_receipt_check_problem(check, i)->fault, SL_RECEIPT_CLOCK, "%s",
                     sl_receipt_check_problem(check, i)->text);
    sl_receipt_check_free(check);
    sl_buf_release(&text);
}

Test(enrolled, a_clock_at_1970_or_2099_only_warns)
{
    static const struct visit visits[] = {
        {"the right time", 17, NOW, NOW + DAY, NOW + 60, false, NULL, NULL, SL_PASSED},
        {"1970", 18, NOW, NOW + 9 * DAY, 3600, false, NULL, NULL, SL_WARNED},
        {"2099", 19, NOW, NOW + 9 * DAY, IN_2099, false, NULL, NULL, SL_WARNED},
    };
    static const struct visit later[] = {
        {"1970, expired by what is proved", 20, NOW, NOW + DAY, 3600, true, NULL, "the bundle expired at",
         SL_REFUSED},
        {"1970, not expired", 20, NOW, NOW + 9 * DAY, 3600, true, NULL, NULL, SL_WARNED},
    };
    trust->issued = NOW;
    enrolled_kit_make(&kit, trust, &site_key);
    live(visits, sizeof visits / sizeof visits[0]);
    trust->version = 2;
    trust->issued = NOW + 2 * DAY;
    live(later, sizeof later / sizeof later[0]);
    expect_whole_receipts();
}

Test(enrolled, a_clock_at_2099_refuses_where_the_policy_says_so_and_one_at_1970_cannot)
{
    static const struct visit visits[] = {
        {"2099", 17, NOW, NOW + DAY, IN_2099, false, NULL, "by this machine's clock it is 2099-", SL_REFUSED},
        {"the right time", 17, NOW, NOW + DAY, NOW, false, NULL, NULL, SL_PASSED},
        {"1970", 18, NOW, NOW + DAY, 3600, false, NULL, NULL, SL_WARNED},
        {"1970, expired by what is proved", 19, NOW, NOW, 3600, false, NULL, "the bundle expired at",
         SL_REFUSED},
    };
    trust->clock_refuses = true;
    trust->issued = NOW;
    enrolled_kit_make(&kit, trust, &site_key);
    live(visits, sizeof visits / sizeof visits[0]);
    expect_whole_receipts();
}

Test(enrolled, what_was_accepted_once_is_no_way_back)
{
    static const struct visit visits[] = {
        {"the first", 17, NOW, 0, NOW, false, NULL, NULL, SL_SKIPPED},
        {"the next", 18, NOW, 0, NOW, false, NULL, NULL, SL_SKIPPED},
        {"the first, replayed", 17, NOW, 0, NOW, false, NULL, "a later one was accepted before: sequence 18",
         SL_NOT_REACHED},
        {"another of that sequence", 18, NOW, 0, NOW, false, "kind: B\n",
         "another bundle with this sequence was accepted before", SL_NOT_REACHED},
    };
    enrolled_kit_make(&kit, trust, &site_key);
    live(visits, sizeof visits / sizeof visits[0]);
    expect_whole_receipts();
}

Test(enrolled, after_a_fast_forward_a_new_epoch_begins_anew)
{
    static const struct visit thief[] = {
        {"ours", 17, NOW, 0, NOW, false, NULL, NULL, SL_SKIPPED},
        {"the thief's, with the highest of all", MOST, NOW, 0, NOW, false, NULL, NULL, SL_SKIPPED},
        {"ours, locked out", 18, NOW, 0, NOW, false, NULL, "a later one was accepted before", SL_NOT_REACHED},
    };
    static const struct visit after[] = {
        {"ours, of a new epoch", 18, NOW, 0, NOW, true, "kind: C\n", NULL, SL_SKIPPED},
        {"ours, the next", 19, NOW, 0, NOW, false, NULL, NULL, SL_SKIPPED},
        {"ours, replayed", 18, NOW, 0, NOW, false, "kind: C\n",
         "a later one was accepted before: sequence 19", SL_NOT_REACHED},
    };
    enrolled_kit_make(&kit, trust, &site_key);
    live(thief, sizeof thief / sizeof thief[0]);
    trust->version = 2;
    trust->epoch = 2;
    live(after, sizeof after / sizeof after[0]);
    /* What the thief made is of an epoch that is over. */
    trust->epoch = 1;
    check_visit(&(struct visit){"the thief's, again", MOST - 1, NOW, 0, NOW, false, "kind: D\n",
                                "the bundle is of epoch 1, and version 2 of trust.json says 2",
                                SL_NOT_REACHED});
    expect_whole_receipts();
}
