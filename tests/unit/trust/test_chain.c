#include <criterion/criterion.h>

#include "trust_kit.h"

#include "alloc_fault.h"
#include "base/limits.h"
#include "crypto/minisig.h"
#include "delivery.h"
#include <stdio.h>
#include <stdlib.h>

static const unsigned nobody[] = {0};
static const unsigned two_roots[] = {11, 12, 0};

static int open_step(const struct trust_kit_step *step, struct sl_err *err)
{
    struct sl_trust *trust = NULL;
    int result = sl_trust_open(&trust, &step->step, err);
    cr_expect_eq(result == 0, trust != NULL);
    sl_trust_free(trust);
    return result;
}

static void expect_refused(int result, const struct sl_err *err, const char *why, const char *what)
{
    cr_expect_eq(result, -1, "%s: accepted", what);
    cr_expect_eq(err->code, SL_E_REFUSED, "%s: %s", what, err->message);
    cr_expect(strstr(err->message, why), "%s: %s", what, err->message);
}

/* -- one document -- */

Test(chain, a_document_is_opened_with_the_signatures_of_its_own_threshold)
{
    static const struct {
        const char *what;
        unsigned signers[8];
        const char *refused; /* NULL: opened */
    } rows[] = {
        {"two of three", {11, 12}, NULL},
        {"all three", {11, 12, 13}, NULL},
        {"nobody", {0}, "has 0 of 2 root signatures of version 1; missing 2 of"},
        {"one of two", {12}, "has 1 of 2 root signatures of version 1; missing 1 of 0D0D"},
        {"one key twice", {11, 11}, "has 1 of 2"},
        {"one root key and a release key", {11, 1}, "has 1 of 2"},
        {"one root key and a stranger", {11, 99}, "has 1 of 2"},
        {"the wrong roles", {1, 2, 21}, "has 0 of 2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_trust *trust = trust_kit_first();
        struct trust_kit_step step;
        struct sl_err err = {0};
        trust_kit_write(&step, trust, rows[i].signers);
        int result = open_step(&step, &err);
        if (rows[i].refused)
            expect_refused(result, &err, rows[i].refused, rows[i].what);
        else
            cr_expect_eq(result, 0, "%s: %s", rows[i].what, err.message);
        trust_kit_release(&step);
        free(trust);
    }
}

/* Its second id is not in the document, so the second file is that of a stranger. */
Test(chain, a_long_list_of_those_who_could_sign_is_cut)
{
    struct sl_trust *trust = trust_kit_first();
    struct trust_kit_step step;
    struct sl_err err = {0};
    for (unsigned number = 31; number < 55; number++)
        trust_kit_add(trust, number, SL_ROLE_ROOT);
    trust->thresholds[SL_ROLE_ROOT] = 16;
    trust_kit_write(&step, trust, nobody);
    expect_refused(open_step(&step, &err), &err, "has 0 of 16 root signatures of version 1; missing 16 of",
                   "nobody");
    cr_expect_lt(strlen(err.message), sizeof err.message - 1, "the message is not cut by chance");
    size_t end =
        strspn(strstr(err.message, "missing 16 of ") + strlen("missing 16 of "), "0123456789ABCDEF, ");
    cr_expect_eq(end % (SL_KEY_ID_HEX + 2), SL_KEY_ID_HEX, "it ends with a whole id: %s", err.message);
    trust_kit_release(&step);
    free(trust);
}

Test(chain, one_key_under_two_ids_counts_once)
{
    struct sl_trust *trust = trust_kit_first();
    struct trust_kit_step step;
    struct sl_secret_key key;
    struct sl_err err = {0};
    trust_kit_write(&step, trust, (const unsigned[]){11, 12, 0});
    delivery_key(11, &key, NULL);
    memset(key.id, 77, sizeof key.id);
    sl_buf_reset(&step.texts[1]);
    cr_assert_eq(sl_minisig_write(&step.texts[1], &key, step.step.json, SL_STR("again"), &err), 0);
    (void)sl_key_id_text(step.signatures[1].key_id, key.id);
    step.signatures[1].text = sl_buf_view(&step.texts[1]);
    expect_refused(open_step(&step, &err), &err, "has 1 of 2", "a second id");

    /* And where a document would list it: one key has one name. */
    struct sl_public_key again;
    delivery_key(11, NULL, &again);
    memset(again.id, 77, sizeof again.id);
    cr_expect_eq(sl_trust_add_key(trust, &again, SL_ROLE_ROOT, &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE);
    trust_kit_release(&step);
    free(trust);
}

Test(chain, a_signature_that_is_not_what_its_name_says_refuses_the_document)
{
    struct sl_trust *trust = trust_kit_first();
    struct trust_kit_step step;
    struct sl_err err = {0};
    trust_kit_write(&step, trust, two_roots);
    struct sl_trust_signature first = step.signatures[0];

    step.signatures[0].text = SL_STR("nonsense\n");
    expect_refused(open_step(&step, &err), &err, "trust/1.json: the signature named for key 0B0B",
                   "malformed");
    step.signatures[0] = step.signatures[1];
    memcpy(step.signatures[0].key_id, first.key_id, sizeof first.key_id);
    expect_refused(open_step(&step, &err), &err, "has the key id 0C0C", "misnamed");

    /* Of other bytes, by the right key, while two others would be enough. */
    struct trust_kit_step other;
    trust_kit_sign_text(&other, 1, SL_STR("{}"), (const unsigned[]){13, 0});
    step.signatures[0] = first;
    step.signatures[2] = other.signatures[0];
    step.step.signature_count = 3;
    expect_refused(open_step(&step, &err), &err, "0D0D0D0D0D0D0D0D", "of other bytes");
    trust_kit_release(&other);
    trust_kit_release(&step);
    free(trust);
}

Test(chain, more_signatures_than_a_document_may_have_are_refused)
{
    struct sl_trust *trust = trust_kit_first();
    struct trust_kit_step step;
    struct sl_err err = {0};
    trust_kit_write(&step, trust, nobody);
    for (unsigned number = 40; number < 40 + SL_SIGNATURES_MAX; number++)
        trust_kit_sign(&step, number);
    expect_refused(open_step(&step, &err), &err, "has 0 of 2", "16 strangers");
    trust_kit_sign(&step, 11);
    expect_refused(open_step(&step, &err), &err, "16 are the most", "17 signatures");
    trust_kit_release(&step);
    free(trust);
}

Test(chain, a_signature_counts_when_a_root_key_made_it)
{
    static const unsigned signers[] = {11, 99, 1, 12, 0};
    static const bool counts[] = {true, false, false, true};
    struct sl_trust *trust = trust_kit_first();
    struct trust_kit_step step;
    trust_kit_write(&step, trust, signers);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        cr_expect_eq(sl_trust_signature_counts(trust, &step.step, i), counts[i], "signature %zu", i);
    trust_kit_release(&step);
    free(trust);
}

Test(chain, a_role_without_keys_is_never_met)
{
    struct sl_trust *trust = trust_kit_first();
    struct trust_kit_step step;
    struct sl_trust_tally tally;
    struct sl_err err = {0};
    trust_kit_write(&step, trust, two_roots);
    cr_assert_eq(sl_trust_tally_signatures(&tally, trust, SL_ROLE_SITE, &step.step, &err), 0);
    cr_expect_eq(tally.threshold, 0);
    cr_expect(!sl_trust_tally_met(&tally));
    trust_kit_release(&step);
    free(trust);
}

/* What minisign does not sign: anybody may change it, so nothing is made of it. */
static bool in_untrusted_comment(struct sl_str text, size_t at)
{
    return at >= sizeof "untrusted comment: " - 1 && at < sl_str_find(text, '\n');
}

Test(chain, no_flipped_bit_and_no_truncation_is_accepted)
{
    struct sl_trust *trust = trust_kit_first();
    struct trust_kit_step step;
    trust_kit_write(&step, trust, two_roots);
    struct sl_buf *texts[] = {&step.json, &step.texts[0], &step.texts[1]};
    for (size_t t = 0; t < 3; t++) {
        struct sl_str whole = sl_buf_view(texts[t]);
        for (size_t at = 0; at < whole.len; at++) {
            if (t > 0 && in_untrusted_comment(whole, at))
                continue;
            struct sl_err err = {0};
            char old = texts[t]->ptr[at];
            texts[t]->ptr[at] = (char)(old ^ (1 << (at % 8)));
            cr_assert_eq(open_step(&step, &err), -1, "text %zu, byte %zu", t, at);
            cr_expect_eq(err.code, SL_E_REFUSED, "text %zu, byte %zu: %s", t, at, err.message);
            texts[t]->ptr[at] = old;
        }
        for (size_t len = 0; len < whole.len; len++) {
            struct sl_err err = {0};
            struct sl_str *view = t == 0 ? &step.step.json : &step.signatures[t - 1].text;
            view->len = len;
            cr_assert_eq(open_step(&step, &err), -1, "text %zu, cut at %zu", t, len);
            view->len = whole.len;
        }
    }
    struct sl_err err = {0};
    cr_expect_eq(open_step(&step, &err), 0, "%s", err.message);
    trust_kit_release(&step);
    free(trust);
}

Test(chain, the_name_of_a_document_says_its_version)
{
    struct sl_trust *trust = trust_kit_first();
    struct trust_kit_step step;
    struct sl_err err = {0};
    trust_kit_write(&step, trust, two_roots);
    step.step.version = 2;
    expect_refused(open_step(&step, &err), &err, "trust/2.json says that it is version 1", "misnamed");
    trust_kit_release(&step);
    free(trust);
}

/* -- one after another -- */

struct rule {
    const char *what;
    void (*before)(struct sl_trust *trust);
    void (*change)(struct sl_trust *next);
    const char *refused; /* NULL: it may follow */
};

static void revoke_two(struct sl_trust *trust)
{
    unsigned char name[32];
    struct sl_err err = {0};
    trust_kit_name(name, 2);
    trust->epoch = 5;
    static const struct sl_trust_point points[] = {{5, 20}, {3, 6}};
    cr_assert_eq(sl_trust_revoke_key(trust, name, points, 2, &err), 0, "%s", err.message);
    cr_assert_eq(sl_trust_revoke_bundle(trust, name, &err), 0);
    trust->floor = 7;
}

static void change_nothing(struct sl_trust *next)
{
    (void)next;
}

static void lower_epoch(struct sl_trust *next)
{
    next->epoch = 4;
    next->revoked_keys[1].epoch = 4;
}

static void raise_all(struct sl_trust *next)
{
    next->epoch = 6;
    next->floor = 8;
    next->revoked_keys[1].void_after_sequence = 19;
    unsigned char digest[32] = {1};
    struct sl_err err = {0};
    cr_assert_eq(sl_trust_revoke_bundle(next, digest, &err), 0);
}

static void lower_floor(struct sl_trust *next)
{
    next->floor = 6;
}

static void forgive_key(struct sl_trust *next)
{
    next->revoked_key_count = 0;
}

static void exchange_revoked_key(struct sl_trust *next)
{
    for (size_t i = 0; i < next->revoked_key_count; i++)
        next->revoked_keys[i].sha256[0] ^= 1;
}

static void floor_anew(struct sl_trust *next)
{
    next->epoch = 6;
    next->floor = 0;
}

static void revoke_in_later_epoch(struct sl_trust *next)
{
    next->epoch = 6;
    next->revoked_keys[1].epoch = 6;
    next->revoked_keys[1].void_after_sequence = 1;
}

static void revoke_in_earlier_epoch(struct sl_trust *next)
{
    next->revoked_keys[0].epoch = 2;
    next->revoked_keys[0].void_after_sequence = 1;
}

static void revoke_wholly(struct sl_trust *next)
{
    next->epoch = 6;
    next->revoked_keys[0] = next->revoked_keys[1];
    next->revoked_keys[0].epoch = 6;
    next->revoked_keys[0].void_after_sequence = 0;
    next->revoked_key_count = 1;
}

static void void_one_epoch(struct sl_trust *next)
{
    next->revoked_keys[0] = next->revoked_keys[1];
    next->revoked_key_count = 1;
}

static void raise_void_after(struct sl_trust *next)
{
    next->revoked_keys[1].void_after_sequence = 21;
}

static void raise_void_after_in_the_past(struct sl_trust *next)
{
    next->revoked_keys[0].void_after_sequence = 7;
}

static void forgive_bundle(struct sl_trust *next)
{
    next->revoked_bundle_count = 0;
}

static void change_customer(struct sl_trust *next)
{
    (void)snprintf(next->customer, sizeof next->customer, "customer-b");
}

static void widen_customer(struct sl_trust *next)
{
    (void)snprintf(next->customer, sizeof next->customer, "*");
}

static void skip_version(struct sl_trust *next)
{
    next->version = 3;
}

static void repeat_version(struct sl_trust *next)
{
    next->version = 1;
}

static void drop_revoked_key(struct sl_trust *next)
{
    unsigned char name[32];
    struct sl_err err = {0};
    trust_kit_name(name, 2);
    cr_assert_eq(sl_trust_drop_key(next, name, SL_ROLE_RELEASE, &err), 0, "%s", err.message);
}

static const struct rule rules[] = {
    {"the same again", revoke_two, change_nothing, NULL},
    {"everything further", revoke_two, raise_all, NULL},
    {"a revoked key leaves the release role", revoke_two, drop_revoked_key, NULL},
    {"an earlier epoch", revoke_two, lower_epoch, "has epoch 4, after epoch 5"},
    {"a lower floor", revoke_two, lower_floor, "has floor 6, after floor 7 in the same epoch"},
    {"no floor yet in a new epoch", revoke_two, floor_anew, NULL},
    {"a revocation of a key is gone", revoke_two, forgive_key, "takes the revocation of a key back"},
    {"another key in its place", revoke_two, exchange_revoked_key, "takes the revocation of a key back"},
    {"a revoked key counts for more", revoke_two, raise_void_after, "up to sequence 21 of epoch 5, not 20"},
    {"a revoked key counts for more of an earlier epoch", revoke_two, raise_void_after_in_the_past,
     "up to sequence 7 of epoch 3, not 6"},
    {"a revoked key counts in a later epoch", revoke_two, revoke_in_later_epoch,
     "up to sequence 1 of epoch 6, not 0"},
    {"a revoked key counts in another earlier epoch", revoke_two, revoke_in_earlier_epoch,
     "up to sequence 1 of epoch 2, not 0"},
    {"a revoked key counts in one epoch less", revoke_two, void_one_epoch, NULL},
    {"a revoked key counts for nothing any more", revoke_two, revoke_wholly, NULL},
    {"a revocation of a bundle is gone", revoke_two, forgive_bundle, "takes the revocation of a bundle back"},
    {"another customer", change_nothing, change_customer, "is for another customer than version 1"},
    {"all customers", change_nothing, widen_customer, "is for another customer than version 1"},
    {"two versions further", change_nothing, skip_version,
     "trust/3.json does not follow version 1: version 2 is missing"},
    {"the same version", change_nothing, repeat_version, "does not follow version 1"},
};

Test(chain, what_may_follow_a_version)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct sl_trust *trust = trust_kit_first();
        rules[i].before(trust);
        struct sl_trust *next = trust_kit_next(trust);
        rules[i].change(next);
        struct trust_kit_step step;
        struct sl_err err = {0};
        trust_kit_write(&step, next, two_roots);
        int result = sl_trust_advance(trust, &step.step, &err);
        if (rules[i].refused)
            expect_refused(result, &err, rules[i].refused, rules[i].what);
        else
            cr_expect_eq(result, 0, "%s: %s", rules[i].what, err.message);
        cr_expect_eq(trust->version, rules[i].refused ? 1 : 2, "%s", rules[i].what);
        trust_kit_release(&step);
        free(next);
        free(trust);
    }
}

/* Root 11, 12, 13 with threshold 2 hands over to 12, 13, 14 with threshold 2: of all sixteen sets of signers
 * exactly those are enough that have two of each. */
Test(chain, a_step_needs_the_threshold_of_both_versions)
{
    for (unsigned set = 0; set < 16; set++) {
        struct sl_trust *trust = trust_kit_first();
        struct sl_trust *next = trust_kit_next(trust);
        unsigned char name[32];
        struct sl_err err = {0};
        trust_kit_name(name, 11);
        cr_assert_eq(sl_trust_drop_key(next, name, SL_ROLE_ROOT, &err), 0);
        trust_kit_add(next, 14, SL_ROLE_ROOT);
        unsigned signers[5] = {0};
        size_t count = 0;
        unsigned old = 0;
        unsigned new = 0;
        for (unsigned bit = 0; bit < 4; bit++) {
            if (!(set >> bit & 1U))
                continue;
            signers[count++] = 11 + bit;
            old += bit < 3;
            new += bit > 0;
        }
        struct trust_kit_step step;
        trust_kit_write(&step, next, signers);
        int result = sl_trust_advance(trust, &step.step, &err);
        cr_expect_eq(result == 0, old >= 2 && new >= 2, "signers %u: %s", set, err.message);
        trust_kit_release(&step);
        free(next);
        free(trust);
    }
}

/* Nothing of the document is read before the root of the one at hand has signed it. */
Test(chain, a_thief_below_the_threshold_changes_nothing)
{
    struct sl_trust *trust = trust_kit_first();
    struct sl_trust *evil = trust_kit_next(trust);
    struct sl_err err = {0};
    unsigned char name[32];
    for (unsigned number = 12; number <= 13; number++) {
        trust_kit_name(name, number);
        cr_assert_eq(sl_trust_drop_key(evil, name, SL_ROLE_ROOT, &err), 0);
    }
    evil->thresholds[SL_ROLE_ROOT] = 1;
    struct trust_kit_step step;
    trust_kit_write(&step, evil, (const unsigned[]){11, 0});
    expect_refused(sl_trust_advance(trust, &step.step, &err), &err, "has 1 of 2 root signatures of version 1",
                   "a stolen root key");
    trust_kit_release(&step);

    trust_kit_sign_text(&step, 2, SL_STR("not JSON"), (const unsigned[]){11, 0});
    expect_refused(sl_trust_advance(trust, &step.step, &err), &err, "has 1 of 2", "unread");
    trust_kit_release(&step);
    trust_kit_sign_text(&step, 2, SL_STR("not JSON"), two_roots);
    expect_refused(sl_trust_advance(trust, &step.step, &err), &err, "a map is expected", "read then");
    trust_kit_release(&step);
    free(evil);
    free(trust);
}

/* -- several at once -- */

enum { LINE = 7 };

struct line {
    struct sl_trust *trusts[LINE];
    struct trust_kit_step kits[LINE];
    struct sl_trust_step steps[LINE];
};

/* Versions 1 to 7, each with one more on its floor. */
static void make_line(struct line *line)
{
    for (size_t i = 0; i < LINE; i++) {
        line->trusts[i] = i ? trust_kit_next(line->trusts[i - 1]) : trust_kit_first();
        line->trusts[i]->floor = i;
        trust_kit_write(&line->kits[i], line->trusts[i], two_roots);
        line->steps[i] = line->kits[i].step;
    }
}

static void release_line(struct line *line)
{
    for (size_t i = 0; i < LINE; i++) {
        trust_kit_release(&line->kits[i]);
        free(line->trusts[i]);
    }
}

Test(chain, versions_that_were_passed_over_are_taken_one_by_one)
{
    static const size_t to[] = {0, 1, 2, LINE - 1}; /* nothing new, and 0, 1 and 5 skipped */
    struct line line;
    make_line(&line);
    for (size_t i = 0; i < sizeof to / sizeof to[0]; i++) {
        struct sl_trust *trust = trust_kit_next(line.trusts[0]);
        *trust = *line.trusts[0];
        size_t applied = 99;
        struct sl_err err = {0};
        cr_assert_eq(sl_trust_follow(trust, line.steps[0].json, line.steps, to[i] + 1, &applied, &err), 0,
                     "%s", err.message);
        cr_expect_eq(applied, to[i]);
        cr_expect_eq(trust->version, to[i] + 1);
        cr_expect_eq(trust->floor, to[i]);
        free(trust);
    }
    release_line(&line);
}

Test(chain, following_is_all_or_nothing)
{
    struct line line;
    make_line(&line);
    struct sl_trust *trust = trust_kit_next(line.trusts[0]);
    *trust = *line.trusts[1];
    size_t applied = 99;
    struct sl_err err = {0};

    /* A gap: version 4 is missing. */
    struct sl_trust_step steps[LINE];
    memcpy(steps, line.steps, sizeof steps);
    memmove(&steps[3], &steps[4], 3 * sizeof steps[0]);
    expect_refused(sl_trust_follow(trust, line.steps[1].json, steps, LINE - 1, &applied, &err), &err,
                   "trust/5.json does not follow version 3: version 4 is missing", "a gap");
    cr_expect_eq(trust->version, 2);
    cr_expect_eq(applied, 0);

    /* A signature is missing further on. */
    memcpy(steps, line.steps, sizeof steps);
    steps[5].signature_count = 1;
    expect_refused(sl_trust_follow(trust, line.steps[1].json, steps, LINE, &applied, &err), &err,
                   "trust/6.json has 1 of 2 root signatures of version 5", "an unsigned one");
    cr_expect_eq(trust->version, 2);

    /* Older ones are not looked at; one with the version at hand must be the one at hand. */
    memcpy(steps, line.steps, sizeof steps);
    steps[0].json = SL_STR("nonsense");
    cr_expect_eq(sl_trust_follow(trust, line.steps[1].json, steps, 2, &applied, &err), 0, "%s", err.message);
    steps[1].json = SL_STR("nonsense");
    expect_refused(sl_trust_follow(trust, line.steps[1].json, steps, 2, &applied, &err), &err,
                   "is not the version 2 that is known here", "a fork");
    cr_expect(err.hint[0]);
    cr_expect_eq(sl_trust_follow(trust, SL_STR(""), steps, 2, &applied, &err), 0, "nothing to compare with");
    free(trust);
    release_line(&line);
}

Test(chain, without_memory_it_fails_and_nothing_is_lost)
{
    struct line line;
    make_line(&line);
    for (size_t nth = 1;; nth++) {
        struct sl_trust *opened = NULL;
        struct sl_err err = {0};
        size_t applied = 0;
        alloc_fault_arm(nth);
        int result = sl_trust_open(&opened, &line.steps[0], &err);
        if (result == 0)
            result = sl_trust_follow(opened, line.steps[0].json, line.steps, 3, &applied, &err);
        bool happened = alloc_fault_disarm();
        sl_trust_free(opened);
        if (!happened)
            break;
        cr_expect_eq(result, -1);
        cr_expect_eq(err.code, SL_E_NO_MEMORY, "%s", err.message);
    }
    release_line(&line);
}

/* -- making -- */

Test(chain, a_signature_that_was_made_counts)
{
    struct sl_trust *trust = trust_kit_first();
    struct trust_kit_step step;
    struct sl_secret_key key;
    struct sl_err err = {0};
    trust_kit_write(&step, trust, (const unsigned[]){11, 0});
    struct sl_signing_key signing;
    delivery_key(13, &key, NULL);
    sl_signing_key_of(&signing, &key);
    sl_buf_init(&step.texts[1], SL_SIGNATURE_FILE_MAX);
    cr_assert_eq(sl_trust_sign(&step.texts[1], trust, step.step.json, &signing, &err), 0, "%s", err.message);
    cr_expect(
        strstr(step.texts[1].ptr, "trusted comment: sealift trust customer=customer-a version=1 sha256="));
    (void)sl_key_id_text(step.signatures[1].key_id, key.id);
    step.signatures[1].text = sl_buf_view(&step.texts[1]);
    step.step.signature_count = 2;
    cr_expect_eq(open_step(&step, &err), 0, "%s", err.message);
    struct sl_buf small;
    sl_buf_init(&small, 10);
    cr_expect_eq(sl_trust_sign(&small, trust, step.step.json, &signing, &err), -1);
    sl_buf_release(&small);
    trust_kit_release(&step);
    free(trust);
}

Test(chain, a_key_that_is_revoked_counts_up_to_its_sequence_and_in_no_other_epoch)
{
    struct sl_trust *trust = trust_kit_first();
    revoke_two(trust); /* key 2, void after 20 of epoch 5, 6 of epoch 3 */
    uint32_t both = 0;
    unsigned char name[32];
    for (unsigned number = 1; number <= 2; number++) {
        trust_kit_name(name, number);
        both |= UINT32_C(1) << (sl_trust_key_find(trust, name) - trust->keys);
    }
    static const struct {
        uint64_t epoch, sequence;
        unsigned valid;
    } rows[] = {
        {5, 20, 2}, {5, 21, 1}, {5, 0, 1},          {6, 20, 1}, {6, 1, 1}, {6, 0, 1}, {UINT64_MAX, 0, 1},
        {4, 21, 1}, {4, 20, 1}, {UINT64_MAX, 1, 1}, {3, 6, 2},  {3, 7, 1}, {0, 0, 1}, {0, 1, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect_eq(sl_trust_count_valid(trust, both, rows[i].epoch, rows[i].sequence), rows[i].valid,
                     "row %zu", i);
        cr_expect_eq(sl_trust_count_valid(trust, 0, rows[i].epoch, rows[i].sequence), 0, "row %zu", i);
        cr_expect_eq(sl_trust_key_counts(trust, name, rows[i].epoch, rows[i].sequence), rows[i].valid == 2,
                     "row %zu", i);
    }
    free(trust);
}
