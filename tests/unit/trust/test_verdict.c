#include <criterion/criterion.h>

#include "trust_kit.h"

#include "doc/json.h"

#include <sealift/verify.h>
#include <stdio.h>
#include <stdlib.h>

/* Everything that is judged, in memory that the cases below change. */
struct scene {
    struct sl_manifest manifest;
    struct sl_str upgrade_from[2];
    struct sl_manifest_stop stops[1];
    unsigned char digest[32];
    struct sl_trust *trust;
    struct sl_site_view site;
    struct sl_judged judged;
};

enum { DAY = 86400, NOW = 1800000000 };

/* A site of customer-a that has v1.0 (sequence 17) and is given v1.1 (sequence 18). */
static void scene_init(struct scene *scene)
{
    *scene = (struct scene){
        .manifest = {.bundle = SL_STR("customer-a-v1.1-18"),
                     .customer = SL_STR("customer-a"),
                     .release = SL_STR("v1.1"),
                     .epoch = 1,
                     .sequence = 18,
                     .expires = NOW + DAY,
                     .mtime = NOW - DAY,
                     .upgrade_from_count = 2,
                     .stop_count = 1},
        .upgrade_from = {SL_STR("v0.9"), SL_STR("v1.0")},
        .stops = {{SL_STR("v0.8"), 8}},
        .digest = {0xab},
        .trust = trust_kit_first(),
        .site = {.installed_release = SL_STR("v1.0"),
                 .installed_epoch = 1,
                 .installed_sequence = 17,
                 .installed_sha256 = {0xcd},
                 .epoch = 1,
                 .highest_sequence = 17,
                 .highest_sha256 = {0xcd},
                 .floor = 16,
                 .proved_time = NOW - 2 * DAY},
    };
    scene->manifest.upgrade_from = scene->upgrade_from;
    scene->manifest.stops = scene->stops;
    scene->trust->floor = 15;
    scene->trust->issued = NOW - 3 * DAY;
    unsigned char name[32];
    trust_kit_name(name, 1);
    scene->judged = (struct sl_judged){
        .manifest = &scene->manifest,
        .manifest_sha256 = scene->digest,
        .trust = scene->trust,
        .signed_by = UINT32_C(1) << (sl_trust_key_find(scene->trust, name) - scene->trust->keys),
        .customer = SL_STR("customer-a"),
        .site = &scene->site,
        .now = NOW,
    };
}

/* -- one way to break each step, all of which can be combined -- */

static void break_audience(struct scene *scene)
{
    scene->manifest.customer = SL_STR("customer-b");
}

static void break_revocations(struct scene *scene)
{
    struct sl_err err = {0};
    cr_assert_eq(sl_trust_revoke_bundle(scene->trust, scene->digest, &err), 0);
}

static void break_epoch(struct scene *scene)
{
    scene->trust->epoch = 2;
}

static void break_sequence(struct scene *scene)
{
    scene->site.highest_sequence = 19;
}

static void break_requires(struct scene *scene)
{
    scene->site.installed_release = SL_STR("v0.1");
}

static void break_floor(struct scene *scene)
{
    scene->trust->floor = 30;
}

static void break_expiry(struct scene *scene)
{
    scene->site.proved_time = NOW + 2 * DAY;
}

static const struct {
    enum sl_verdict_step step;
    void (*break_it)(struct scene *scene);
    const char *says;
} steps[] = {
    {SL_STEP_AUDIENCE, break_audience, "this bundle is not for customer-a"},
    {SL_STEP_REVOCATIONS, break_revocations, "this bundle is revoked by version 1 of trust.json"},
    {SL_STEP_EPOCH, break_epoch, "is of epoch 1, and version 1 of trust.json says 2"},
    {SL_STEP_SEQUENCE, break_sequence, "has sequence 18, and a later one was accepted before: sequence 19"},
    {SL_STEP_REQUIRES, break_requires, "v0.1 is installed, and v1.1 may only follow v0.9, v1.0"},
    {SL_STEP_FLOOR, break_floor, "has sequence 18, below the floor of trust.json, 30"},
    {SL_STEP_EXPIRY, break_expiry, "the bundle expired at 2027-01-16T08:00:00Z"},
};
enum { STEPS = sizeof steps / sizeof steps[0] };

static void expect_refused_at(const struct scene *scene, size_t first, const char *what)
{
    struct sl_verdict verdict = {.accepted = false};
    struct sl_err err = {0};
    cr_assert_eq(sl_judge(&verdict, &scene->judged, &err), -1, "%s", what);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect(strstr(err.message, steps[first].says), "%s: %s", what, err.message);
    cr_expect(err.hint[0], "%s: no hint", what);
    cr_expect_str_eq(verdict.steps[steps[first].step].text, err.message);
    for (size_t i = 0; i < STEPS; i++) {
        enum sl_step_outcome outcome = verdict.steps[steps[i].step].outcome;
        if (i < first)
            cr_expect(outcome == SL_PASSED || outcome == SL_SKIPPED || outcome == SL_WARNED, "%s: step %zu",
                      what, i);
        else
            cr_expect_eq(outcome, i == first ? SL_REFUSED : SL_NOT_REACHED, "%s: step %zu", what, i);
    }
    cr_expect_eq(verdict.bundle[0] != '\0', first > 0, "%s", what);
    cr_expect_eq(verdict.proved_time, 0);
    cr_expect_not(verdict.accepted);
}

Test(verdict, a_bundle_against_which_nothing_speaks_passes_every_step)
{
    struct scene scene;
    scene_init(&scene);
    struct sl_verdict verdict = {.accepted = false};
    struct sl_err err = {0};
    cr_assert_eq(sl_judge(&verdict, &scene.judged, &err), 0, "%s", err.message);
    for (size_t i = 0; i < STEPS; i++)
        cr_expect_eq(verdict.steps[steps[i].step].outcome, SL_PASSED, "%s: %s",
                     sl_verdict_step_name(steps[i].step), verdict.steps[steps[i].step].text);
    cr_expect_eq(verdict.proved_time, NOW - 2 * DAY,
                 "what the site knew; the bundle's own time proves nothing");
    cr_expect_eq(verdict.trust_version, 1);
    cr_expect_eq(verdict.now, NOW);
    cr_expect_str_eq(verdict.bundle, "customer-a-v1.1-18");
    cr_expect_not(verdict.accepted, "the payload was not read");
    free(scene.trust);
}

Test(verdict, the_first_no_is_the_answer)
{
    for (size_t i = 0; i < STEPS; i++) {
        for (size_t j = i; j < STEPS; j++) {
            struct scene scene;
            char what[64];
            scene_init(&scene);
            steps[i].break_it(&scene);
            if (j != i)
                steps[j].break_it(&scene);
            (void)snprintf(what, sizeof what, "%s and %s", sl_verdict_step_name(steps[i].step),
                           sl_verdict_step_name(steps[j].step));
            expect_refused_at(&scene, i, what);
            free(scene.trust);
        }
    }
}

Test(verdict, another_customer_is_named_nowhere)
{
    static const char *const asked[] = {"customer-a", ""};
    for (size_t i = 0; i < 2; i++) {
        struct scene scene;
        scene_init(&scene);
        break_audience(&scene);
        scene.manifest.bundle = SL_STR("customer-b-v1.1-18");
        scene.judged.customer = sl_str_from(asked[i]);
        struct sl_verdict verdict = {.accepted = false};
        struct sl_err err = {0};
        cr_assert_eq(sl_judge(&verdict, &scene.judged, &err), -1);
        cr_expect_not(memmem(&verdict, sizeof verdict, "customer-b", 10));
        cr_expect_not(strstr(err.message, "customer-b"), "%s", err.message);
        free(scene.trust);
    }
}

/* -- what else a step can say -- */

struct say {
    const char *what;
    void (*change)(struct scene *scene);
    enum sl_verdict_step step;
    enum sl_step_outcome outcome;
    const char *says;
};

static void for_everybody(struct scene *scene)
{
    scene->trust->customer[0] = '*';
    scene->trust->customer[1] = '\0';
    scene->judged.customer = SL_STR("");
}

static void without_trust(struct scene *scene)
{
    scene->judged.trust = NULL;
    scene->site.highest_sequence = 19;
}

static void without_site(struct scene *scene)
{
    scene->judged.site = NULL;
    scene->trust->floor = 0;
}

static void fresh_site(struct scene *scene)
{
    scene->site = (struct sl_site_view){.epoch = 0};
}

static void same_release(struct scene *scene)
{
    scene->site.installed_release = SL_STR("v1.1");
}

static void any_release(struct scene *scene)
{
    scene->manifest.upgrade_from_count = 0;
    scene->manifest.stop_count = 0;
    scene->site.installed_release = SL_STR("whatever");
}

/* What the vendor wants to have been installed before, and what was. */
static const unsigned char wanted[32] = {0x77};
static const unsigned char installed_before[2][32] = {{0xcd}, {0x77}};

static void wants_a_receipt(struct scene *scene)
{
    memcpy(scene->manifest.requires_receipt, wanted, sizeof wanted);
    scene->site.accepted = installed_before;
    scene->site.accepted_count = 1;
}

static void has_the_receipt(struct scene *scene)
{
    wants_a_receipt(scene);
    scene->site.accepted_count = 2;
}

static void wants_only_a_receipt(struct scene *scene)
{
    wants_a_receipt(scene);
    scene->manifest.upgrade_from_count = 0;
    scene->manifest.stop_count = 0;
}

static void has_only_the_receipt(struct scene *scene)
{
    wants_only_a_receipt(scene);
    scene->site.accepted_count = 2;
}

static void wants_a_receipt_of_nobody(struct scene *scene)
{
    wants_only_a_receipt(scene);
    scene->judged.site = NULL;
}

static void wants_a_receipt_of_a_fresh_site(struct scene *scene)
{
    wants_a_receipt(scene);
    scene->site = (struct sl_site_view){.epoch = 0};
}

static void wants_a_receipt_and_is_installed(struct scene *scene)
{
    wants_a_receipt(scene);
    memcpy(scene->site.installed_sha256, scene->digest, 32);
}

static void only_stops(struct scene *scene)
{
    scene->manifest.upgrade_from_count = 0;
    scene->site.installed_sequence = 7;
}

static void stop_reached(struct scene *scene)
{
    scene->site.installed_sequence = 8;
}

static void installed_again(struct scene *scene)
{
    memcpy(scene->site.installed_sha256, scene->digest, 32);
    scene->site.installed_release = SL_STR("v0.1");
    scene->site.highest_sequence = 40;
}

static void same_sequence_again(struct scene *scene)
{
    scene->site.highest_sequence = 18;
    memcpy(scene->site.highest_sha256, scene->digest, 32);
}

static void same_sequence_unknown(struct scene *scene)
{
    scene->site.highest_sequence = 18;
    memset(scene->site.highest_sha256, 0, 32);
}

static void same_sequence_other(struct scene *scene)
{
    scene->site.highest_sequence = 18;
}

static void key_void(struct scene *scene)
{
    struct sl_err err = {0};
    unsigned char name[32];
    trust_kit_name(name, 1);
    cr_assert_eq(
        sl_trust_revoke_key(scene->trust, name, &(struct sl_trust_point){scene->trust->epoch, 17}, 1, &err),
        0);
}

/* What is installed is of an earlier epoch, with a sequence that is high there. */
static void stop_of_a_new_epoch(struct scene *scene)
{
    scene->manifest.upgrade_from_count = 0;
    scene->manifest.epoch = 2;
    scene->trust->epoch = 2;
    scene->trust->floor = 0;
}

static void stop_by_its_name(struct scene *scene)
{
    stop_of_a_new_epoch(scene);
    scene->site.installed_release = SL_STR("v0.8");
}

/* A bundle of that release, packed before the one that is meant. */
static void stop_by_its_name_alone(struct scene *scene)
{
    only_stops(scene);
    scene->site.installed_release = SL_STR("v0.8");
}

/* trust.json is of a new epoch, and its floor above: what is installed can be repaired all the same. */
static void installed_before_the_epoch(struct scene *scene)
{
    memcpy(scene->site.installed_sha256, scene->digest, 32);
    scene->trust->epoch = 2;
    scene->trust->floor = 40;
    scene->site.floor = 41;
}

static void installed_and_revoked(struct scene *scene)
{
    installed_before_the_epoch(scene);
    break_revocations(scene);
}

static void installed_by_a_revoked_key(struct scene *scene)
{
    installed_before_the_epoch(scene);
    scene->trust->epoch = 1;
    key_void(scene);
    scene->trust->epoch = 2;
}

static void far_ahead(struct scene *scene)
{
    scene->manifest.mtime = INT64_C(8589934591);
}

/* A thief signed a bundle with the highest of all sequences, and a site took it. */
static void fast_forward(struct scene *scene)
{
    scene->site.highest_sequence = UINT64_C(9007199254740991);
    scene->site.floor = UINT64_C(9007199254740991);
}

static void fast_forward_and_new_epoch(struct scene *scene)
{
    fast_forward(scene);
    scene->trust->epoch = 2;
    scene->manifest.epoch = 2;
    scene->manifest.stop_count = 0;
}

static void newer_epoch_than_trust(struct scene *scene)
{
    scene->manifest.epoch = 2;
}

static void site_floor(struct scene *scene)
{
    scene->site.floor = 19;
    scene->site.highest_sequence = 0;
}

static void no_floor(struct scene *scene)
{
    scene->site.floor = 0;
    scene->trust->floor = 0;
}

static void at_the_floor(struct scene *scene)
{
    scene->site.floor = 18;
}

static void key_void_later(struct scene *scene)
{
    struct sl_err err = {0};
    unsigned char name[32];
    trust_kit_name(name, 1);
    cr_assert_eq(
        sl_trust_revoke_key(scene->trust, name, &(struct sl_trust_point){scene->trust->epoch, 18}, 1, &err),
        0);
}

static void threshold_of_none(struct scene *scene)
{
    scene->trust->thresholds[SL_ROLE_RELEASE] = 0;
}

static void never_expires(struct scene *scene)
{
    scene->manifest.expires = 0;
}

static void clock_1970(struct scene *scene)
{
    scene->judged.now = 3600;
}

static void clock_2099(struct scene *scene)
{
    scene->judged.now = 4086000000;
}

static void clock_2099_refuses(struct scene *scene)
{
    scene->judged.now = 4086000000;
    scene->trust->clock_refuses = true;
}

static void clock_1970_refuses(struct scene *scene)
{
    scene->judged.now = 3600;
    scene->trust->clock_refuses = true;
    scene->site.proved_time = NOW + DAY;
}

static void clock_not_asked(struct scene *scene)
{
    scene->judged.now = 0;
}

static void clock_2099_plain_keys(struct scene *scene)
{
    scene->judged.trust = NULL;
    scene->judged.now = 4086000000;
}

static void trust_expires_first(struct scene *scene)
{
    scene->trust->expires = NOW - DAY;
}

static void trust_expires_later(struct scene *scene)
{
    scene->trust->expires = NOW + 3 * DAY;
}

static void only_trust_expires(struct scene *scene)
{
    scene->manifest.expires = 0;
    scene->trust->expires = NOW + 3 * DAY;
}

static void proved_by_trust(struct scene *scene)
{
    scene->trust->issued = NOW + DAY;
}

static const struct say sayings[] = {
    {"nobody asks whose", for_everybody, SL_STEP_AUDIENCE, SL_SKIPPED,
     "it is for customer-a, and nothing says"},
    {"plain keys: revocations", without_trust, SL_STEP_REVOCATIONS, SL_SKIPPED, "plain keys"},
    {"plain keys: epoch", without_trust, SL_STEP_EPOCH, SL_SKIPPED, "no epoch without trust.json"},
    {"plain keys: an older one", without_trust, SL_STEP_SEQUENCE, SL_WARNED,
     "a later one was accepted before (19)"},
    {"plain keys: the site's floor", without_trust, SL_STEP_FLOOR, SL_PASSED, "the floor of this site is 16"},
    {"plain keys: the clock", clock_2099_plain_keys, SL_STEP_EXPIRY, SL_WARNED,
     "clock, which alone refuses nothing"},
    {"a void key", key_void, SL_STEP_REVOCATIONS, SL_REFUSED, "only 0 of 1 release signatures count"},
    {"a key that is void later", key_void_later, SL_STEP_REVOCATIONS, SL_PASSED, "1 of 1 release signatures"},
    {"nobody may sign", threshold_of_none, SL_STEP_REVOCATIONS, SL_REFUSED, "only 1 of 0"},
    {"an epoch to come", newer_epoch_than_trust, SL_STEP_EPOCH, SL_REFUSED,
     "is of epoch 2, and version 1 of trust.json says 1"},
    {"no site: sequence", without_site, SL_STEP_SEQUENCE, SL_SKIPPED, "none is known"},
    {"no site: requires", without_site, SL_STEP_REQUIRES, SL_SKIPPED, "what is installed is not known here"},
    {"no site: floor", without_site, SL_STEP_FLOOR, SL_SKIPPED, "there is no floor"},
    {"a fresh site: sequence", fresh_site, SL_STEP_SEQUENCE, SL_SKIPPED, "none is known"},
    {"a fresh site: requires", fresh_site, SL_STEP_REQUIRES, SL_PASSED, "nothing is installed yet"},
    {"a fresh site: floor", fresh_site, SL_STEP_FLOOR, SL_PASSED, "the floor of trust.json is 15"},
    {"the same release", same_release, SL_STEP_REQUIRES, SL_PASSED, "it may follow v1.1"},
    {"any release", any_release, SL_STEP_REQUIRES, SL_PASSED, "it may follow any release"},
    {"no receipt of what is wanted", wants_a_receipt, SL_STEP_REQUIRES, SL_REFUSED,
     "this site has no receipt of it"},
    {"no receipt, and nothing else is asked", wants_only_a_receipt, SL_STEP_REQUIRES, SL_REFUSED,
     "this site has no receipt of it"},
    {"a receipt of what is wanted", has_the_receipt, SL_STEP_REQUIRES, SL_PASSED, "it may follow v1.0"},
    {"a receipt, and nothing else is asked", has_only_the_receipt, SL_STEP_REQUIRES, SL_PASSED,
     "it may follow any release"},
    {"a receipt is wanted, and there is no site", wants_a_receipt_of_nobody, SL_STEP_REQUIRES, SL_SKIPPED,
     "what is installed is not known here"},
    {"a receipt is wanted of a fresh site", wants_a_receipt_of_a_fresh_site, SL_STEP_REQUIRES, SL_REFUSED,
     "this site has no receipt of it"},
    {"a receipt is wanted by what is installed", wants_a_receipt_and_is_installed, SL_STEP_REQUIRES,
     SL_PASSED, "it is the bundle that is installed"},
    {"a stop passed over", only_stops, SL_STEP_REQUIRES, SL_REFUSED,
     "v0.8 (sequence 8 of epoch 1) must be installed on the way"},
    {"a stop of a new epoch", stop_of_a_new_epoch, SL_STEP_REQUIRES, SL_REFUSED,
     "v1.0 (sequence 17 of epoch 1) is installed, and v0.8 (sequence 8 of epoch 2) must be installed"},
    {"a stop by its name", stop_by_its_name, SL_STEP_REQUIRES, SL_PASSED, "it may follow v0.8"},
    {"a stop by its name alone", stop_by_its_name_alone, SL_STEP_REQUIRES, SL_REFUSED,
     "v0.8 (sequence 7 of epoch 1) is installed, and v0.8 (sequence 8 of epoch 1) must be installed"},
    {"installed before the epoch: epoch", installed_before_the_epoch, SL_STEP_EPOCH, SL_PASSED,
     "epoch 1, the bundle that is installed"},
    {"installed before the epoch: floor", installed_before_the_epoch, SL_STEP_FLOOR, SL_PASSED,
     "the bundle that is installed"},
    {"installed before the epoch, revoked", installed_and_revoked, SL_STEP_REVOCATIONS, SL_REFUSED,
     "this bundle is revoked"},
    {"installed before the epoch, key revoked", installed_by_a_revoked_key, SL_STEP_REVOCATIONS, SL_REFUSED,
     "revoked for sequence 18 of epoch 1"},
    {"the bundle's own time", far_ahead, SL_STEP_EXPIRY, SL_PASSED, "the bundle expires at"},
    {"a stop reached", stop_reached, SL_STEP_REQUIRES, SL_PASSED, "it may follow v1.0"},
    {"what is installed: sequence", installed_again, SL_STEP_SEQUENCE, SL_PASSED,
     "the bundle that is installed"},
    {"what is installed: requires", installed_again, SL_STEP_REQUIRES, SL_PASSED,
     "the bundle that is installed"},
    {"the highest again", same_sequence_again, SL_STEP_SEQUENCE, SL_PASSED, "18 is the highest"},
    {"the highest, digest unknown", same_sequence_unknown, SL_STEP_SEQUENCE, SL_PASSED, "18 is the highest"},
    {"another with that sequence", same_sequence_other, SL_STEP_SEQUENCE, SL_REFUSED,
     "another bundle with this sequence"},
    {"a fast forward", fast_forward, SL_STEP_SEQUENCE, SL_REFUSED, "sequence 9007199254740991"},
    {"an epoch after it", fast_forward_and_new_epoch, SL_STEP_SEQUENCE, SL_SKIPPED, "none is known"},
    {"an epoch after it: floor", fast_forward_and_new_epoch, SL_STEP_FLOOR, SL_PASSED,
     "the floor of trust.json is 15"},
    {"below the site's floor", site_floor, SL_STEP_FLOOR, SL_REFUSED, "below the floor of this site, 19"},
    {"at the floor", at_the_floor, SL_STEP_FLOOR, SL_PASSED, "the floor of this site is 18"},
    {"no floor", no_floor, SL_STEP_FLOOR, SL_SKIPPED, "there is no floor"},
    {"never expires", never_expires, SL_STEP_EXPIRY, SL_SKIPPED, "it never expires"},
    {"1970", clock_1970, SL_STEP_EXPIRY, SL_WARNED, "behind a time that is proved"},
    {"2099", clock_2099, SL_STEP_EXPIRY, SL_WARNED, "the bundle expired at"},
    {"2099, refuse", clock_2099_refuses, SL_STEP_EXPIRY, SL_REFUSED, "by this machine's clock it is 2099-"},
    {"1970, but a later time is proved", clock_1970_refuses, SL_STEP_EXPIRY, SL_REFUSED,
     "by what was signed since it is"},
    {"no clock", clock_not_asked, SL_STEP_EXPIRY, SL_PASSED, "the bundle expires at"},
    {"trust.json expires first", trust_expires_first, SL_STEP_EXPIRY, SL_REFUSED, "trust.json expired at"},
    {"trust.json expires later", trust_expires_later, SL_STEP_EXPIRY, SL_PASSED, "the bundle expires at"},
    {"only trust.json expires", only_trust_expires, SL_STEP_EXPIRY, SL_PASSED, "trust.json expires at"},
    {"trust.json proves the time", proved_by_trust, SL_STEP_EXPIRY, SL_REFUSED, "the bundle expired at"},
};

Test(verdict, what_each_step_says)
{
    for (size_t i = 0; i < sizeof sayings / sizeof sayings[0]; i++) {
        const struct say *say = &sayings[i];
        struct scene scene;
        scene_init(&scene);
        say->change(&scene);
        struct sl_verdict verdict = {.accepted = false};
        struct sl_err err = {0};
        if (say->change == trust_expires_first)
            scene.site.proved_time = NOW;
        int result = sl_judge(&verdict, &scene.judged, &err);
        const struct sl_verdict_line *line = &verdict.steps[say->step];
        cr_expect_eq(line->outcome, say->outcome, "%s: %s: %s", say->what,
                     sl_step_outcome_name(line->outcome), line->text);
        cr_expect(strstr(line->text, say->says), "%s: %s", say->what, line->text);
        cr_expect(result == 0 || say->outcome == SL_REFUSED, "%s: %s", say->what, err.message);
        free(scene.trust);
    }
}

Test(verdict, a_second_judgement_leaves_nothing_of_the_first)
{
    struct scene scene;
    struct sl_verdict verdict = {.accepted = false};
    struct sl_err err = {0};
    scene_init(&scene);
    cr_assert_eq(sl_judge(&verdict, &scene.judged, &err), 0);
    break_audience(&scene);
    cr_assert_eq(sl_judge(&verdict, &scene.judged, &err), -1);
    cr_expect_eq(verdict.bundle[0], '\0');
    cr_expect_eq(verdict.steps[SL_STEP_EXPIRY].outcome, SL_NOT_REACHED);
    cr_expect_eq(verdict.steps[SL_STEP_EXPIRY].text[0], '\0');
    free(scene.trust);
}

Test(verdict, many_releases_do_not_overflow_a_message)
{
    struct scene scene;
    static struct sl_str many[200];
    for (size_t i = 0; i < 200; i++)
        many[i] = SL_STR("release-with-a-name-of-some-length");
    scene_init(&scene);
    scene.manifest.upgrade_from = many;
    scene.manifest.upgrade_from_count = 200;
    struct sl_verdict verdict = {.accepted = false};
    struct sl_err err = {0};
    cr_expect_eq(sl_judge(&verdict, &scene.judged, &err), -1);
    cr_expect(strstr(err.message, "may only follow release-with"), "%s", err.message);
    free(scene.trust);
}

Test(verdict, as_json_it_is_one_map_with_every_step)
{
    struct scene scene;
    struct sl_verdict verdict = {.signers = {"00000000000000AB"}, .signer_count = 1};
    struct sl_err err = {0};
    struct sl_buf text;
    struct sl_json json;
    scene_init(&scene);
    break_floor(&scene);
    cr_assert_eq(sl_judge(&verdict, &scene.judged, &err), -1);
    sl_buf_init(&text, 65536);
    sl_json_begin(&json, &text, SL_JSON_COMPACT);
    sl_verdict_json(&json, &verdict);
    cr_assert_eq(sl_json_close(&json, &err), 0);
    struct sl_doc doc;
    struct sl_node *root = NULL;
    sl_doc_init(&doc);
    cr_expect_eq(sl_json_read_canonical(&root, &doc, sl_buf_view(&text), SL_STR("verdict"), &err), 0, "%s",
                 err.message);
    sl_doc_release(&doc);
    cr_expect(strstr(text.ptr,
                     "{\"explanation\":\"the bundle has sequence 18, below the floor of trust.json, 30\","
                     "\"outcome\":\"refused\",\"step\":\"floor\"}"),
              "%s", text.ptr);
    cr_expect(strstr(text.ptr, "\"accepted\":false"));
    cr_expect(strstr(text.ptr, "\"signers\":[\"00000000000000AB\"]"));
    sl_buf_release(&text);
    free(scene.trust);
}

/* What is not known is not there: an empty text or a zero would be a statement. */
Test(verdict, as_json_it_says_what_is_known_and_nothing_else)
{
    static const struct {
        const char *member;
        bool known; /* also of a bundle that nobody could read */
    } members[] = {
        {"\"accepted\":", true},         {"\"schema\":1", true},       {"\"signers\":[", true},
        {"\"steps\":[", true},           {"\"trust_taken\":", true},   {"\"bundle\":\"b\"", false},
        {"\"manifest_sha256\":", false}, {"\"proved_time\":5", false}, {"\"time\":-7", false},
        {"\"trust_version\":3", false},
    };
    const struct sl_verdict verdicts[] = {
        {.accepted = false},
        {.bundle = "b", .manifest_sha256 = {1}, .proved_time = 5, .now = -7, .trust_version = 3},
    };
    for (size_t whole = 0; whole < 2; whole++) {
        struct sl_err err = {0};
        struct sl_buf text;
        struct sl_json json;
        sl_buf_init(&text, 65536);
        sl_json_begin(&json, &text, SL_JSON_COMPACT);
        sl_verdict_json(&json, &verdicts[whole]);
        cr_assert_eq(sl_json_close(&json, &err), 0, "%s", err.message);
        sl_buf_byte(&text, '\0');
        for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
            cr_expect_eq(strstr(text.ptr, members[i].member) != NULL, whole || members[i].known, "%s: %s",
                         members[i].member, text.ptr);
        cr_expect_eq(strstr(text.ptr, "\"time\"") != NULL, whole == 1);
        sl_buf_release(&text);
    }
}
