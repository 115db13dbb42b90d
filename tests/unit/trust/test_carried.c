/*
 * Bundles that carry versions of trust.json, judged by one.
 */
#include <criterion/criterion.h>

#include "trust_kit.h"

#include "alloc_fault.h"
#include "base/limits.h"
#include "bundle/container.h"
#include "delivery.h"

#include <sealift/verify.h>
#include <stdio.h>
#include <stdlib.h>

static const unsigned two_roots[] = {11, 12, 0};

/* Version 1, and version 2 that revokes release key 2 above sequence 20 and bundles of nobody. */
struct line {
    struct sl_trust *first, *second;
    struct trust_kit_step kits[2];
    struct sl_trust_step steps[2];
};

static void make_line(struct line *line)
{
    struct sl_err err = {0};
    unsigned char name[32];
    line->first = trust_kit_first();
    line->second = trust_kit_next(line->first);
    trust_kit_name(name, 2);
    cr_assert_eq(
        sl_trust_revoke_key(line->second, name, &(struct sl_trust_point){line->second->epoch, 20}, 1, &err),
        0);
    trust_kit_write(&line->kits[0], line->first, two_roots);
    trust_kit_write(&line->kits[1], line->second, two_roots);
    line->steps[0] = line->kits[0].step;
    line->steps[1] = line->kits[1].step;
}

static void release_line(struct line *line)
{
    trust_kit_release(&line->kits[0]);
    trust_kit_release(&line->kits[1]);
    free(line->first);
    free(line->second);
}

static void epoch_one(void *context, struct sl_manifest *facts)
{
    (void)context;
    facts->epoch = 1;
}

/* What a store was given. */
struct stored {
    size_t calls, count;
    uint64_t version;
    bool fails;
};

static int store(void *context, const struct sl_trust *trust, const struct sl_trust_step *steps, size_t count,
                 struct sl_err *err)
{
    struct stored *stored = context;
    stored->calls++;
    stored->count = count;
    stored->version = trust->version;
    cr_expect_eq(steps[count - 1].version, trust->version);
    cr_expect_gt(steps[count - 1].signature_count, 1);
    return stored->fails ? sl_fail(err, SL_E_NO_SPACE, "the disk is full") : 0;
}

static int verify(const struct sl_buf *bundle, const struct sl_policy *policy, struct sl_err *err)
{
    struct sl_claim *claim = NULL;
    struct sl_verified *verified = NULL;
    int result = sl_claim_open(&claim, delivery_open(bundle), "bundle.tar.gz", policy, err);
    if (result == 0)
        result = sl_claim_prove(&verified, claim, NULL, NULL, err);
    sl_claim_free(claim);
    sl_verified_free(verified);
    return result;
}

static void expect_refused(const struct sl_buf *bundle, const struct sl_policy *policy, const char *why,
                           const char *what)
{
    struct sl_err err = {0};
    cr_expect_eq(verify(bundle, policy, &err), -1, "%s: accepted", what);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s: %s", what, err.message);
    cr_expect(strstr(err.message, why), "%s: %s", what, err.message);
}

struct carried_case {
    const char *what;
    uint64_t sequence;
    unsigned signers[3];
    size_t steps;        /* carried */
    const char *refused; /* NULL: accepted */
    uint64_t version;    /* that was stored; 0: none */
};

static const struct carried_case cases[] = {
    {"nothing is carried", 18, {1}, 0, NULL, 0},
    {"what is known is carried", 18, {1}, 1, NULL, 0},
    {"a new one is carried", 18, {1}, 2, NULL, 2},
    {"a key that is not revoked yet", 21, {2}, 1, NULL, 0},
    {"the bundle unmasks its own thief", 21, {2}, 2, "only 0 of 1 release signatures count", 2},
    {"what the key signed before still counts", 20, {2}, 2, NULL, 2},
    {"a stolen key beside a good one", 21, {1, 2}, 2, NULL, 2},
    {"a root key is no release key", 18, {11}, 2, "version 2 of trust.json lists for releases ", 2},
};

Test(carried, versions_are_taken_and_stored_before_the_bundle_is_judged)
{
    struct line line;
    make_line(&line);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct carried_case *test = &cases[i];
        size_t signers = 0;
        while (test->signers[signers])
            signers++;
        struct sl_buf bundle;
        delivery_make(&bundle, &(struct delivery_options){.sequence = test->sequence,
                                                          .signers = test->signers,
                                                          .signer_count = signers,
                                                          .alter_facts = epoch_one,
                                                          .steps = line.steps,
                                                          .step_count = test->steps});
        struct stored stored = {0};
        struct sl_verdict verdict;
        struct sl_policy policy = {.trust = line.first,
                                   .trust_json = line.steps[0].json,
                                   .store = {store, &stored},
                                   .verdict = &verdict};
        if (test->refused) {
            expect_refused(&bundle, &policy, test->refused, test->what);
        } else {
            struct sl_err err = {0};
            cr_expect_eq(verify(&bundle, &policy, &err), 0, "%s: %s", test->what, err.message);
        }
        cr_expect_eq(stored.version, test->version, "%s", test->what);
        cr_expect_eq(stored.calls, test->version ? 1 : 0, "%s", test->what);
        cr_expect_eq(verdict.accepted, !test->refused, "%s", test->what);
        cr_expect_eq(verdict.trust_version, test->version ? test->version : 1, "%s", test->what);
        cr_expect_eq(verdict.trust_taken, test->version ? 1 : 0, "%s", test->what);
        sl_buf_release(&bundle);
    }
    release_line(&line);
}

Test(carried, what_cannot_be_stored_stops_everything)
{
    struct line line;
    make_line(&line);
    struct sl_buf bundle;
    delivery_make(&bundle,
                  &(struct delivery_options){.alter_facts = epoch_one, .steps = line.steps, .step_count = 2});
    struct stored stored = {.fails = true};
    struct sl_verdict verdict;
    struct sl_policy policy = {.trust = line.first, .store = {store, &stored}, .verdict = &verdict};
    struct sl_err err = {0};
    cr_expect_eq(verify(&bundle, &policy, &err), -1);
    cr_expect_eq(err.code, SL_E_NO_SPACE);
    cr_expect_eq(verdict.steps[SL_STEP_TRUST].outcome, SL_NOT_REACHED, "a full disk is no verdict");
    cr_expect(strstr(verdict.steps[SL_STEP_TRUST].text, "the disk is full"));
    sl_buf_release(&bundle);
    release_line(&line);
}

Test(carried, a_line_that_does_not_hold_refuses_the_bundle)
{
    struct line line;
    make_line(&line);
    struct trust_kit_step weak;
    struct trust_kit_step fork;
    struct sl_trust *other = trust_kit_first();
    other->floor = 1;
    trust_kit_write(&weak, line.second, (const unsigned[]){11, 0});
    trust_kit_write(&fork, other, two_roots);
    struct sl_trust *third = trust_kit_next(line.second);
    struct trust_kit_step gap;
    trust_kit_write(&gap, third, two_roots);
    const struct {
        const struct sl_trust_step *step;
        const char *why;
    } rows[] = {
        {&weak.step, "trust/2.json has 1 of 2 root signatures of version 1"},
        {&fork.step, "is not the version 1 that is known here"},
        {&gap.step, "trust/3.json does not follow version 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_buf bundle;
        delivery_make(&bundle, &(struct delivery_options){
                                   .alter_facts = epoch_one, .steps = rows[i].step, .step_count = 1});
        struct sl_policy policy = {.trust = line.first, .trust_json = line.steps[0].json};
        expect_refused(&bundle, &policy, rows[i].why, rows[i].why);

        /* Plain keys have nothing to do with trust.json. */
        struct sl_public_key key;
        struct sl_err err = {0};
        delivery_key(1, NULL, &key);
        struct sl_policy plain = {.keys = &key, .key_count = 1};
        cr_expect_eq(verify(&bundle, &plain, &err), 0, "%s", err.message);
        sl_buf_release(&bundle);
    }
    trust_kit_release(&weak);
    trust_kit_release(&fork);
    trust_kit_release(&gap);
    free(third);
    free(other);
    release_line(&line);
}

Test(carried, a_threshold_of_two_wants_two_keys)
{
    struct line line;
    make_line(&line);
    line.first->thresholds[SL_ROLE_RELEASE] = 2;
    static const unsigned both[] = {1, 2};
    for (size_t count = 1; count <= 2; count++) {
        struct sl_buf bundle;
        delivery_make(&bundle, &(struct delivery_options){
                                   .alter_facts = epoch_one, .signers = both, .signer_count = count});
        struct sl_policy policy = {.trust = line.first};
        struct sl_err err = {0};
        if (count == 1)
            expect_refused(&bundle, &policy,
                           "the bundle has 1 of 2 release signatures of version 1; missing 1 of 0202",
                           "one of two");
        else
            cr_expect_eq(verify(&bundle, &policy, &err), 0, "%s", err.message);
        sl_buf_release(&bundle);
    }
    release_line(&line);
}

/* No set of signers below the threshold is ever enough. */
Test(carried, a_revoked_key_is_not_asked_for)
{
    static const unsigned one[] = {1};
    struct sl_trust *trust = trust_kit_first();
    struct sl_buf bundle;
    struct sl_err err = {0};
    unsigned char name[32];
    trust_kit_add(trust, 3, SL_ROLE_RELEASE);
    trust_kit_name(name, 2);
    cr_assert_eq(sl_trust_revoke_key(trust, name, &(struct sl_trust_point){trust->epoch, 20}, 1, &err), 0);
    trust->thresholds[SL_ROLE_RELEASE] = 2;
    delivery_make(&bundle,
                  &(struct delivery_options){.alter_facts = epoch_one, .signers = one, .signer_count = 1});
    struct sl_policy policy = {.trust = trust};
    expect_refused(&bundle, &policy, "missing 1 of 0303030303030303", "one of two");
    (void)verify(&bundle, &policy, &err);
    cr_expect_null(strstr(err.message, "0202020202020202"), "%s", err.message);
    sl_buf_release(&bundle);
    free(trust);
}

Test(carried, nothing_is_accepted_without_the_threshold)
{
    static const unsigned numbers[] = {1, 2, 11, 21, 99};
    for (unsigned threshold = 1; threshold <= 2; threshold++) {
        for (unsigned set = 0; set < 32; set++) {
            struct sl_trust *trust = trust_kit_first();
            trust->thresholds[SL_ROLE_RELEASE] = threshold;
            unsigned signers[5];
            size_t count = 0;
            for (unsigned bit = 0; bit < 5; bit++)
                if (set >> bit & 1U)
                    signers[count++] = numbers[bit];
            struct sl_buf bundle;
            delivery_make(&bundle, &(struct delivery_options){.alter_facts = epoch_one,
                                                              .signers = signers,
                                                              .signer_count = count,
                                                              .unsigned_bundle = count == 0});
            struct sl_policy policy = {.trust = trust};
            struct sl_err err = {0};
            bool enough = (set & 1U) + (set >> 1 & 1U) >= threshold;
            cr_expect_eq(verify(&bundle, &policy, &err) == 0, enough, "signers %u of %u: %s", set, threshold,
                         err.message);
            sl_buf_release(&bundle);
            free(trust);
        }
    }
}

Test(carried, the_customer_of_trust_json_is_asked_for)
{
    struct sl_trust *trust = trust_kit_first();
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){.customer = "customer-b", .alter_facts = epoch_one});
    struct sl_policy policy = {.trust = trust};
    struct sl_err err = {0};
    cr_expect_eq(verify(&bundle, &policy, &err), -1);
    cr_expect_str_eq(err.message, "this bundle is not for customer-a");
    sl_buf_release(&bundle);
    free(trust);
}

Test(carried, another_customers_line_is_told_as_the_wrong_customer)
{
    struct sl_trust *trust = trust_kit_first();
    struct sl_trust *other = trust_kit_first();
    struct trust_kit_step step;
    struct sl_buf bundle;
    (void)snprintf(other->customer, sizeof other->customer, "customer-b");
    trust_kit_write(&step, other, two_roots);
    delivery_make(&bundle, &(struct delivery_options){.customer = "customer-b",
                                                      .alter_facts = epoch_one,
                                                      .steps = &step.step,
                                                      .step_count = 1});
    struct sl_verdict verdict;
    struct sl_policy policy = {.trust = trust, .trust_json = SL_STR("another text"), .verdict = &verdict};
    struct sl_err err = {0};
    cr_expect_eq(verify(&bundle, &policy, &err), -1);
    cr_expect_str_eq(err.message, "this bundle is not for customer-a");
    cr_expect_eq(verdict.steps[SL_STEP_TRUST].outcome, SL_SKIPPED);
    cr_expect_eq(verdict.steps[SL_STEP_SIGNATURES].outcome, SL_NOT_REACHED);
    cr_expect_eq(verdict.steps[SL_STEP_AUDIENCE].outcome, SL_REFUSED);
    cr_expect_not(memmem(&verdict, sizeof verdict, "customer-b", 10));
    sl_buf_release(&bundle);
    trust_kit_release(&step);
    free(other);
    free(trust);
}

Test(carried, a_claim_can_be_judged_again_by_what_the_site_knows_then)
{
    struct sl_trust *trust = trust_kit_first();
    struct sl_buf bundle;
    struct sl_claim *claim = NULL;
    struct sl_err err = {0};
    delivery_make(&bundle, &(struct delivery_options){.alter_facts = epoch_one});
    struct sl_policy policy = {.trust = trust};
    cr_assert_eq(sl_claim_open(&claim, delivery_open(&bundle), "bundle.tar.gz", &policy, &err), 0);
    cr_expect_eq(sl_claim_trust(claim)->version, 1);
    struct sl_site_view site = {.epoch = 1, .highest_sequence = 17};
    cr_expect_eq(sl_claim_judge(claim, &site, &err), 0, "%s", err.message);
    site.highest_sequence = 18;
    cr_expect_eq(sl_claim_judge(claim, &site, &err), -1);
    cr_expect(strstr(err.message, "bundle.tar.gz: the bundle has sequence 17"), "%s", err.message);
    sl_claim_free(claim);
    sl_buf_release(&bundle);
    free(trust);
}

Test(carried, a_policy_that_makes_no_sense_is_a_usage_error)
{
    struct sl_trust *trust = trust_kit_first();
    struct sl_public_key key;
    struct sl_buf bundle;
    struct sl_err err = {0};
    delivery_key(1, NULL, &key);
    delivery_make(&bundle, &(struct delivery_options){.alter_facts = epoch_one});
    struct sl_policy both = {.trust = trust, .keys = &key, .key_count = 1};
    cr_expect_eq(verify(&bundle, &both, &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE, "%s", err.message);
    char name[200];
    memset(name, 'a', sizeof name);
    struct sl_policy endless = {.trust = trust, .customer = {name, sizeof name}};
    cr_expect_eq(verify(&bundle, &endless, &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE, "%s", err.message);
    sl_buf_release(&bundle);
    free(trust);
}

/* -- the container -- */

struct edit {
    const char *what;
    const char *member; /* below the top folder */
    enum { REMOVE, TWICE, LAST, RENAME, ALTER, SHORTEN, ADD } how;
    const char *renamed;
    const char *why;
    const char *plain_why; /* with plain keys; NULL: not looked at */
};

static const struct edit edits[] = {
    {"missing", "trust/2.json.0B0B0B0B0B0B0B0B.minisig", REMOVE, NULL,
     "trust/2.json has 1 of 2 root signatures of version 1", "is missing behind the signatures"},
    {"a document missing", "trust/2.json", REMOVE, NULL,
     "a signature over version 2 of trust.json and not that version", NULL},
    {"twice", "trust/2.json", TWICE, NULL, "comes twice or out of order", NULL},
    {"a signature twice", "trust/2.json.0B0B0B0B0B0B0B0B.minisig", TWICE, NULL, "comes twice or out of order",
     NULL},
    {"out of order", "trust/1.json", LAST, NULL, "comes twice or out of order", NULL},
    {"another version", "trust/1.json", RENAME, "trust/7.json", "comes twice or out of order", NULL},
    {"no version", "trust/1.json", RENAME, "trust/x.json", "is not named as a version of trust.json is",
     NULL},
    {"version 0", "trust/1.json", RENAME, "trust/0.json", "is not named as a version of trust.json is", NULL},
    {"something else there", "trust/1.json", RENAME, "trust/readm",
     "is not named as a version of trust.json is", NULL},
    {"altered", "trust/2.json", ALTER, NULL, "trust/2.json", "does not have the size and SHA-256"},
    {"the last one missing", "trust/2.json.0C0C0C0C0C0C0C0C.minisig", REMOVE, NULL,
     "trust/2.json has 1 of 2 root signatures of version 1", "is missing behind the signatures"},
    {"shorter", "trust/2.json.0C0C0C0C0C0C0C0C.minisig", SHORTEN, NULL, "0C0C0C0C0C0C0C0C",
     "does not have the size and SHA-256"},
    {"one more, a signature", "trust/2.json.0C0C0C0C0C0C0C0C.minisig", ADD,
     "trust/2.json.0D0D0D0D0D0D0D0D.minisig", "0D0D0D0D0D0D0D0D has the key id 0C0C0C0C0C0C0C0C in it",
     "is not listed in the manifest"},
    {"a signature over what is not there", "trust/2.json.0C0C0C0C0C0C0C0C.minisig", ADD,
     "trust/3.json.0C0C0C0C0C0C0C0C.minisig", "a signature over version 3 of trust.json and not that version",
     NULL},
};

struct editing {
    const struct edit *edit;
};

/* Where a member begins and how long it is with header and padding. */
static void find_member(const struct sl_buf *tar, const char *path, size_t *at, size_t *len)
{
    char full[128];
    (void)snprintf(full, sizeof full, "customer-a-v1.0-17/%s", path);
    for (size_t i = 0; i + SL_TAR_BLOCK <= tar->len; i += SL_TAR_BLOCK) {
        if (strcmp(tar->ptr + i, full) != 0 || memcmp(tar->ptr + i + 257, "ustar", 5) != 0)
            continue;
        size_t size = strtoul(tar->ptr + i + 124, NULL, 8);
        *at = i;
        *len = SL_TAR_BLOCK + size + sl_tar_padding(size);
        return;
    }
    cr_assert_fail("no member %s", path);
}

static void edit_container(void *context, struct sl_buf *tar)
{
    const struct edit *edit = ((struct editing *)context)->edit;
    size_t at = 0;
    size_t len = 0;
    find_member(tar, edit->member, &at, &len);
    struct sl_buf out;
    sl_buf_init(&out, tar->max);
    struct sl_str before = sl_str_slice(sl_buf_view(tar), 0, at);
    struct sl_str member = sl_str_slice(sl_buf_view(tar), at, at + len);
    struct sl_str after = sl_str_slice(sl_buf_view(tar), at + len, tar->len);
    sl_buf_str(&out, before);
    if (edit->how == TWICE)
        sl_buf_str(&out, member);
    if (edit->how == ADD)
        sl_buf_str(&out, member);
    if (edit->how == RENAME || edit->how == ADD || edit->how == SHORTEN) {
        struct sl_err err = {0};
        size_t size = strtoul(member.ptr + 124, NULL, 8) - (edit->how == SHORTEN);
        struct sl_tar_member other = {.top = SL_STR("customer-a-v1.0-17"),
                                      .path = sl_str_from(edit->renamed ? edit->renamed : edit->member),
                                      .size = size,
                                      .mtime = 1763716734};
        cr_assert_eq(sl_tar_header_write(&out, &other, &err), 0);
        sl_buf_str(&out, sl_str_slice(member, SL_TAR_BLOCK, member.len));
    } else if (edit->how != REMOVE && edit->how != LAST) {
        sl_buf_str(&out, member);
    }
    if (edit->how == SHORTEN) /* what was its last byte is padding now */
        out.ptr[at + len - SL_TAR_BLOCK + (strtoul(member.ptr + 124, NULL, 8) - 1) % SL_TAR_BLOCK] = '\0';
    if (edit->how == ALTER)
        out.ptr[at + SL_TAR_BLOCK + 100] ^= 1;
    if (edit->how == LAST) {
        size_t next = 0;
        size_t next_len = 0;
        find_member(tar, "trust/2.json.0C0C0C0C0C0C0C0C.minisig", &next, &next_len);
        size_t skip = next + next_len - at - len;
        sl_buf_str(&out, sl_str_slice(after, 0, skip));
        sl_buf_str(&out, member);
        after = sl_str_slice(after, skip, after.len);
    }
    sl_buf_str(&out, after);
    sl_buf_release(tar);
    *tar = out;
}

Test(carried, members_below_trust_have_one_place_and_one_spelling)
{
    struct line line;
    make_line(&line);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        struct editing editing = {&edits[i]};
        struct sl_buf bundle;
        delivery_make(&bundle, &(struct delivery_options){.alter_container = edit_container,
                                                          .context = &editing,
                                                          .steps = line.steps,
                                                          .step_count = 2});
        struct sl_public_key key;
        delivery_key(1, NULL, &key);
        struct sl_policy plain = {.keys = &key, .key_count = 1};
        struct sl_policy policy = {.trust = line.first};
        struct sl_err err = {0};
        cr_expect_eq(verify(&bundle, &plain, &err), -1, "%s: accepted with plain keys", edits[i].what);
        cr_expect_eq(err.code, SL_E_REFUSED, "%s", edits[i].what);
        cr_expect(!edits[i].plain_why || strstr(err.message, edits[i].plain_why), "%s: %s", edits[i].what,
                  err.message);
        expect_refused(&bundle, &policy, edits[i].why, edits[i].what);
        sl_buf_release(&bundle);
    }
    release_line(&line);
}

/* Something that the manifest of another bundle lists, which is signed as well. */
struct exchange {
    struct sl_buf other;
};

static void take_the_others_trust(void *context, struct sl_buf *tar)
{
    struct exchange *exchange = context;
    size_t at = 0;
    size_t len = 0;
    size_t from = 0;
    size_t from_len = 0;
    find_member(tar, "trust/1.json", &at, &len);
    find_member(&exchange->other, "trust/1.json", &from, &from_len);
    cr_assert_eq(len, from_len);
    memcpy(tar->ptr + at, exchange->other.ptr + from, len);
}

Test(carried, parts_of_two_bundles_do_not_make_one)
{
    struct line line;
    make_line(&line);
    struct sl_trust *other = trust_kit_first();
    struct trust_kit_step step;
    struct sl_buf file;
    struct sl_buf bundle;
    other->floor = 7;
    trust_kit_write(&step, other, two_roots);
    struct exchange exchange;
    delivery_make(&file, &(struct delivery_options){.steps = &step.step, .step_count = 1});
    delivery_expand(&exchange.other, sl_buf_view(&file));
    delivery_make(&bundle, &(struct delivery_options){.steps = line.steps,
                                                      .step_count = 1,
                                                      .alter_container = take_the_others_trust,
                                                      .context = &exchange});
    struct sl_public_key key;
    delivery_key(1, NULL, &key);
    struct sl_policy plain = {.keys = &key, .key_count = 1};
    expect_refused(&bundle, &plain, "does not have the size and SHA-256 that the manifest says", "mixed");
    sl_buf_release(&exchange.other);
    sl_buf_release(&file);
    sl_buf_release(&bundle);
    trust_kit_release(&step);
    free(other);
    release_line(&line);
}

/* In the container in front, among the files in its place. */
struct seen {
    char paths[16][80];
    size_t count;
    size_t bytes;
};

static int begin(void *context, const struct sl_manifest_file *file, struct sl_err *err)
{
    struct seen *seen = context;
    (void)err;
    (void)snprintf(seen->paths[seen->count++], sizeof seen->paths[0], SL_FMT, SL_ARG(file->path));
    seen->bytes = (size_t)file->size;
    return 0;
}

static int data(void *context, const void *bytes, size_t len, struct sl_err *err)
{
    (void)bytes;
    (void)err;
    ((struct seen *)context)->bytes -= len;
    return 0;
}

static int end(void *context, const struct sl_manifest_file *file, struct sl_err *err)
{
    (void)file;
    (void)err;
    cr_expect_eq(((struct seen *)context)->bytes, 0);
    return 0;
}

Test(carried, versions_are_files_of_the_bundle_like_others)
{
    struct line line;
    make_line(&line);
    struct sl_buf bundle;
    delivery_make(&bundle,
                  &(struct delivery_options){.alter_facts = epoch_one, .steps = line.steps, .step_count = 2});
    struct sl_policy policy = {.trust = line.first};
    struct sl_claim *claim = NULL;
    struct sl_verified *verified = NULL;
    struct sl_err err = {0};
    struct seen seen = {.count = 0};
    struct sl_receiver receiver = {begin, data, end, &seen};
    cr_assert_eq(sl_claim_open(&claim, delivery_open(&bundle), "b", &policy, &err), 0, "%s", err.message);
    cr_expect_eq(sl_claim_prove(&verified, claim, &receiver, NULL, &err), 0, "%s", err.message);
    static const char *const expected[] = {"manifest.json",
                                           "manifest.json.0101010101010101.minisig",
                                           "SHA256SUMS",
                                           "docs/empty.txt",
                                           "docs/tools/check.sh",
                                           "manifests/10-namespace.yaml",
                                           "manifests/20-config.yaml",
                                           "trust/1.json",
                                           "trust/1.json.0B0B0B0B0B0B0B0B.minisig",
                                           "trust/1.json.0C0C0C0C0C0C0C0C.minisig",
                                           "trust/2.json",
                                           "trust/2.json.0B0B0B0B0B0B0B0B.minisig",
                                           "trust/2.json.0C0C0C0C0C0C0C0C.minisig"};
    cr_assert_eq(seen.count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < seen.count; i++)
        cr_expect_str_eq(seen.paths[i], expected[i]);
    sl_verified_free(verified);
    sl_claim_free(claim);
    sl_buf_release(&bundle);
    release_line(&line);
}

Test(carried, without_memory_a_claim_fails_cleanly)
{
    struct line line;
    make_line(&line);
    struct sl_buf bundle;
    delivery_make(&bundle,
                  &(struct delivery_options){.alter_facts = epoch_one, .steps = line.steps, .step_count = 2});
    for (size_t nth = 1;; nth++) {
        struct sl_claim *claim = NULL;
        struct sl_err err = {0};
        struct sl_policy policy = {.trust = line.first, .trust_json = line.steps[0].json};
        int fd = delivery_open(&bundle);
        alloc_fault_arm(nth);
        int result = sl_claim_open(&claim, fd, "b", &policy, &err);
        bool happened = alloc_fault_disarm();
        sl_claim_free(claim);
        if (!happened) {
            cr_expect_eq(result, 0, "%s", err.message);
            break;
        }
    }
    sl_buf_release(&bundle);
    release_line(&line);
}
