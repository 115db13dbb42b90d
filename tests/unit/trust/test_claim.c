#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "crypto/digest.h"
#include "delivery.h"

#include <fcntl.h>
#include <sealift/verify.h>
#include <stdio.h>

#define NAME "customer-a-v1.0-17.tar.gz"

/* A policy over keys of delivery.h. */
struct given {
    struct sl_public_key keys[SL_PUBKEYS_MAX + 1];
    struct sl_policy policy;
};

static void give(struct given *out, const unsigned *numbers, size_t count, const char *customer)
{
    for (size_t i = 0; i < count; i++)
        delivery_key(numbers[i], NULL, &out->keys[i]);
    out->policy =
        (struct sl_policy){.keys = out->keys, .key_count = count, .customer = sl_str_from(customer)};
}

static void give_first(struct given *out)
{
    static const unsigned first[] = {1};
    give(out, first, 1, NULL);
}

/* Opens and proves; the descriptor must be gone afterwards whatever happens. */
static int verify(struct sl_verified **out, const struct sl_buf *bundle, const struct sl_policy *policy,
                  const struct sl_receiver *receiver, struct sl_err *err)
{
    int fd = delivery_open(bundle);
    struct sl_claim *claim = NULL;
    *out = NULL;
    int result = sl_claim_open(&claim, fd, NAME, policy, err);
    if (result == 0)
        result = sl_claim_prove(out, claim, receiver, NULL, err);
    sl_claim_free(claim);
    cr_expect(result == 0 || fcntl(fd, F_GETFD) < 0, "the descriptor was left open");
    cr_expect_eq(result == 0, *out != NULL);
    return result;
}

/* -- policy -- */

struct policy_case {
    const char *what;
    unsigned given[4], signers[4];
    size_t trusted;       /* of the signatures; 0: refused */
    const char *message;  /* part of it */
    const char *customer; /* asked for */
};

static const struct policy_case policy_cases[] = {
    {"one key, its signature", {1}, {1}, 1, NULL, NULL},
    {"two keys, both signed", {1, 2}, {1, 2}, 2, NULL, NULL},
    {"two keys, one signed", {2, 1}, {1}, 1, NULL, NULL},
    {"an unknown signature beside a good one", {2}, {1, 2}, 1, NULL, NULL},
    {"the same key given twice", {1, 1}, {1}, 1, NULL, NULL},
    {"the right customer", {1}, {1}, 1, NULL, "customer-a"},
    {"nobody signed", {1}, {0}, 0, "the bundle is not signed", NULL},
    {"somebody else signed",
     {2, 3},
     {1},
     0,
     "it is signed by 0101010101010101, and given was 0202020202020202, 0303030303030303",
     NULL},
    {"two others signed", {3}, {1, 2}, 0, "signed by 0101010101010101, 0202020202020202, and given", NULL},
    {"another customer", {1}, {1}, 0, "this bundle is not for customer-b", "customer-b"},
    {"a beginning of the customer", {1}, {1}, 0, "this bundle is not for customer", "customer"},
    {"hostile text as customer", {1}, {1}, 0, "not for \\x1b[31m", "\x1b[31m"},
};

static size_t count_numbers(const unsigned numbers[4])
{
    size_t count = 0;
    while (count < 4 && numbers[count])
        count++;
    return count;
}

static void check_policy(const struct policy_case *test)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){.signers = test->signers,
                                                      .signer_count = count_numbers(test->signers)});
    struct given given;
    give(&given, test->given, count_numbers(test->given), test->customer);
    struct sl_verified *verified = NULL;
    struct sl_err err = {0};
    int result = verify(&verified, &bundle, &given.policy, NULL, &err);
    cr_expect_eq(result, test->trusted ? 0 : -1, "%s: %s", test->what, err.message);
    if (result == 0) {
        const struct sl_bundle_head *head = sl_verified_head(verified);
        size_t trusted = 0;
        for (size_t i = 0; i < head->signer_count; i++)
            trusted += head->signers[i].trusted;
        cr_expect_eq(trusted, test->trusted, "%s", test->what);
        cr_expect_eq(err.code, SL_OK, "%s", test->what);
    } else {
        cr_expect_eq(err.code, SL_E_REFUSED, "%s: %s", test->what, err.message);
        cr_expect(strstr(err.message, test->message), "%s: %s", test->what, err.message);
        cr_expect(err.hint[0], "%s: no hint", test->what);
        /* The bundle is named, but not where its name would tell whose it is. */
        cr_expect_eq(strncmp(err.message, NAME ": ", strlen(NAME ": ")) != 0, test->customer != NULL, "%s",
                     err.message);
        cr_expect(!test->customer || !strstr(err.message, "customer-a"), "%s", err.message);
    }
    sl_verified_free(verified);
    sl_buf_release(&bundle);
}

Test(claim, who_must_have_signed_and_for_whom)
{
    for (size_t i = 0; i < sizeof policy_cases / sizeof policy_cases[0]; i++)
        check_policy(&policy_cases[i]);
}

Test(claim, keys_are_told_apart_by_their_points_not_their_ids)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){0});
    struct given given;
    static const unsigned numbers[] = {2, 1};
    give(&given, numbers, 2, NULL);
    memcpy(given.keys[0].id, given.keys[1].id, sizeof given.keys[0].id);

    struct sl_verified *verified = NULL;
    struct sl_err err = {0};
    cr_assert_eq(verify(&verified, &bundle, &given.policy, NULL, &err), 0, "%s", err.message);
    cr_expect_eq(err.code, SL_OK);
    sl_verified_free(verified);

    given.policy.key_count = 1;
    cr_assert_eq(verify(&verified, &bundle, &given.policy, NULL, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect(strstr(err.message, "manifest.json.0101010101010101.minisig"), "%s", err.message);
    sl_buf_release(&bundle);
}

Test(claim, no_key_or_too_many_is_misuse_and_still_takes_the_descriptor)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){0});
    struct given given;
    give_first(&given);
    const size_t counts[] = {0, SL_PUBKEYS_MAX + 1};
    for (size_t i = 0; i < 2; i++) {
        struct sl_verified *verified = NULL;
        struct sl_err err = {0};
        given.policy.key_count = counts[i];
        cr_expect_eq(verify(&verified, &bundle, &given.policy, NULL, &err), -1);
        cr_expect_eq(err.code, SL_E_USAGE, "%s", err.message);
    }
    sl_buf_release(&bundle);
}

/* -- evil signatures: key 1 is given and, but for where it is the victim, has signed well -- */

static void replace(struct sl_buf *text, const char *from, const char *to)
{
    char *at = strstr(text->ptr, from);
    cr_assert_not_null(at, "\"%s\" is not in the signature", from);
    size_t before = (size_t)(at - text->ptr);
    struct sl_buf changed;
    sl_buf_init(&changed, text->max);
    sl_buf_append(&changed, text->ptr, before);
    sl_buf_text(&changed, to);
    sl_buf_text(&changed, at + strlen(from));
    sl_buf_release(text);
    *text = changed;
}

static void name_another_key(struct delivery_signatures *all, struct sl_str manifest)
{
    (void)manifest;
    memcpy(all->items[0].key_id, "0000000000000009", SL_KEY_ID_HEX);
}

static void lower_case_name(struct delivery_signatures *all, struct sl_str manifest)
{
    delivery_sign(all, 0xab, manifest);
    memcpy(all->items[1].key_id, "abababababababab", SL_KEY_ID_HEX);
}

static void sign_something_else(struct delivery_signatures *all, struct sl_str manifest)
{
    (void)manifest;
    sl_buf_release(&all->items[0].text);
    all->count = 0;
    delivery_sign(all, 1, SL_STR("another manifest"));
}

static void append_text(struct delivery_signatures *all, struct sl_str manifest)
{
    (void)manifest;
    sl_buf_text(&all->items[0].text, "more\n");
}

static void use_crlf(struct delivery_signatures *all, struct sl_str manifest)
{
    (void)manifest;
    replace(&all->items[0].text, "comment: sample\n", "comment: sample\r\n");
}

static void smuggle_comment(struct delivery_signatures *all, struct sl_str manifest)
{
    (void)manifest;
    replace(&all->items[0].text, "comment: sample\n", "comment: sample\rcomment: approved\n");
}

static void change_comment(struct delivery_signatures *all, struct sl_str manifest)
{
    (void)manifest;
    replace(&all->items[0].text, "comment: sample\n", "comment: simple\n");
}

static void escape_in_comment(struct delivery_signatures *all, struct sl_str manifest)
{
    (void)manifest;
    replace(&all->items[0].text, "comment: sample\n", "comment: sampl\x1b\n");
}

static void use_legacy_algorithm(struct delivery_signatures *all, struct sl_str manifest)
{
    (void)manifest;
    /* base64 of "ED" and of "Ed", each with the first bits of the id 01... behind it */
    replace(&all->items[0].text, "\nRUQB", "\nRWQB");
}

static void truncate_it(struct delivery_signatures *all, struct sl_str manifest)
{
    (void)manifest;
    all->items[0].text.len -= 2;
}

static void empty_it(struct delivery_signatures *all, struct sl_str manifest)
{
    (void)manifest;
    all->items[0].text.len = 0;
}

/* The victim has signed well; a key nobody knows adds something that is no signature. */
static void add_malformed_by_unknown(struct delivery_signatures *all, struct sl_str manifest)
{
    delivery_sign(all, 2, manifest);
    sl_buf_text(&all->items[1].text, "more\n");
}

static void sign_too_often(struct delivery_signatures *all, struct sl_str manifest)
{
    for (unsigned number = 2; number <= SL_SIGNATURES_MAX + 1; number++)
        delivery_sign(all, number, manifest);
}

typedef void alter(struct delivery_signatures *all, struct sl_str manifest);

static const struct {
    const char *what;
    alter *alter;
} evil_signatures[] = {
    {"its member is named after another key", name_another_key},
    {"a member name in lower case", lower_case_name},
    {"it is of another message", sign_something_else},
    {"text behind line 4", append_text},
    {"CRLF", use_crlf},
    {"a second comment behind a CR", smuggle_comment},
    {"a changed trusted comment", change_comment},
    {"a terminal escape in the trusted comment", escape_in_comment},
    {"the legacy algorithm", use_legacy_algorithm},
    {"cut short", truncate_it},
    {"empty", empty_it},
    {"a malformed one by an unknown key beside a good one", add_malformed_by_unknown},
    {"more than the limit", sign_too_often},
};

static void apply(void *context, struct delivery_signatures *all, struct sl_str manifest)
{
    (*(alter *const *)context)(all, manifest);
}

Test(claim, one_bad_signature_refuses_the_bundle)
{
    struct given given;
    give_first(&given);
    for (size_t i = 0; i < sizeof evil_signatures / sizeof evil_signatures[0]; i++) {
        alter *how = evil_signatures[i].alter;
        struct sl_buf bundle;
        delivery_make(&bundle, &(struct delivery_options){.alter_signatures = apply, .context = &how});
        struct sl_verified *verified = NULL;
        struct sl_err err = {0};
        cr_expect_eq(verify(&verified, &bundle, &given.policy, NULL, &err), -1, "%s",
                     evil_signatures[i].what);
        cr_expect_eq(err.code, SL_E_REFUSED, "%s: %s", evil_signatures[i].what, err.message);
        cr_expect_null(strpbrk(err.message, "\x1b\r\n"), "%s", evil_signatures[i].what);
        sl_verified_free(verified);
        sl_buf_release(&bundle);
    }
}

static void add_wrong_by_unknown(void *context, struct delivery_signatures *all, struct sl_str manifest)
{
    (void)context;
    (void)manifest;
    delivery_sign(all, 2, SL_STR("another manifest"));
}

Test(claim, what_an_unknown_key_signed_cannot_be_judged_and_counts_for_nothing)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){.alter_signatures = add_wrong_by_unknown});
    struct given given;
    give_first(&given);
    struct sl_verified *verified = NULL;
    struct sl_err err = {0};
    cr_assert_eq(verify(&verified, &bundle, &given.policy, NULL, &err), 0, "%s", err.message);
    const struct sl_bundle_head *head = sl_verified_head(verified);
    cr_assert_eq(head->signer_count, 2);
    cr_expect(head->signers[0].trusted);
    cr_expect_not(head->signers[1].trusted);
    cr_expect_str_eq(head->signers[1].key_id, "0202020202020202");
    sl_verified_free(verified);
    sl_buf_release(&bundle);
}

static void sign_with_sixteen(void *context, struct delivery_signatures *all, struct sl_str manifest)
{
    (void)context;
    for (unsigned number = 2; number <= SL_SIGNATURES_MAX; number++)
        delivery_sign(all, number, manifest);
}

Test(claim, a_long_list_of_keys_is_cut_and_says_so)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){.alter_signatures = sign_with_sixteen});
    unsigned numbers[SL_PUBKEYS_MAX];
    for (unsigned i = 0; i < SL_PUBKEYS_MAX; i++)
        numbers[i] = 100 + i;
    struct given given;
    give(&given, numbers, SL_PUBKEYS_MAX, NULL);
    struct sl_verified *verified = NULL;
    struct sl_err err = {0};
    cr_expect_eq(verify(&verified, &bundle, &given.policy, NULL, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect_lt(strlen(err.message), sizeof err.message - 100, "the message is not cut by chance");
    cr_expect_str_eq(err.message + strlen(err.message) - strlen(" and more"), " and more", "%s", err.message);
    sl_buf_release(&bundle);
}

Test(claim, a_long_list_of_signers_is_cut_and_says_so)
{
    enum { BESIDE = 4 };
    struct sl_buf bundle;
    struct delivery_signatures signatures = {0};
    struct sl_detached detached[BESIDE];
    static const unsigned stranger[] = {100};
    struct given given;
    struct sl_verified *verified = NULL;
    struct sl_err err = {0};
    delivery_make(&bundle, &(struct delivery_options){.alter_signatures = sign_with_sixteen});
    for (unsigned i = 0; i < BESIDE; i++) {
        delivery_sign(&signatures, 50 + i, SL_STR("another bundle"));
        detached[i] = (struct sl_detached){"beside", sl_buf_view(&signatures.items[i].text)};
    }
    give(&given, stranger, 1, NULL);
    given.policy.detached = detached;
    given.policy.detached_count = BESIDE;
    cr_expect_eq(verify(&verified, &bundle, &given.policy, NULL, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect(strstr(err.message, " and more, and given was 6464646464646464"), "%s", err.message);
    for (size_t i = 0; i < BESIDE; i++)
        sl_buf_release(&signatures.items[i].text);
    sl_buf_release(&bundle);
}

/* -- what the receiver gets -- */

struct receipt {
    struct sl_buf order; /* "+path" at the beginning, "-path" at the end of each file */
    struct sl_sha256 hash;
    uint64_t size;
    size_t fail_at; /* the call that fails, counted from 1; 0: none */
    size_t calls;
    bool open;
};

static int call(struct receipt *receipt, struct sl_err *err)
{
    return ++receipt->calls == receipt->fail_at ? sl_fail(err, SL_E_IO, "the receiver has had enough") : 0;
}

static int begin(void *context, const struct sl_manifest_file *file, struct sl_err *err)
{
    struct receipt *receipt = context;
    cr_expect_not(receipt->open);
    receipt->open = true;
    sl_sha256_init(&receipt->hash);
    receipt->size = 0;
    sl_buf_byte(&receipt->order, '+');
    sl_buf_str(&receipt->order, file->path);
    return call(receipt, err);
}

static int data(void *context, const void *bytes, size_t len, struct sl_err *err)
{
    struct receipt *receipt = context;
    cr_expect(receipt->open);
    sl_sha256_update(&receipt->hash, bytes, len);
    receipt->size += len;
    return call(receipt, err);
}

static int end(void *context, const struct sl_manifest_file *file, struct sl_err *err)
{
    struct receipt *receipt = context;
    struct sl_digest digest;
    sl_sha256_final(&receipt->hash, &digest);
    cr_expect_eq(memcmp(digest.bytes, file->sha256, sizeof digest.bytes), 0);
    cr_expect_eq(receipt->size, file->size);
    receipt->open = false;
    sl_buf_byte(&receipt->order, '-');
    sl_buf_str(&receipt->order, file->path);
    sl_buf_byte(&receipt->order, '\n');
    return call(receipt, err);
}

Test(claim, the_receiver_gets_the_whole_bundle_in_its_order)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){0});
    struct given given;
    give_first(&given);
    struct receipt receipt = {0};
    sl_buf_init(&receipt.order, SL_MIB);
    struct sl_receiver receiver = {begin, data, end, &receipt};
    struct sl_verified *verified = NULL;
    struct sl_err err = {0};
    cr_assert_eq(verify(&verified, &bundle, &given.policy, &receiver, &err), 0, "%s", err.message);
    cr_expect_str_eq(receipt.order.ptr,
                     "+manifest.json-manifest.json\n"
                     "+manifest.json.0101010101010101.minisig-manifest.json.0101010101010101.minisig\n"
                     "+SHA256SUMS-SHA256SUMS\n"
                     "+docs/empty.txt-docs/empty.txt\n"
                     "+docs/tools/check.sh-docs/tools/check.sh\n"
                     "+manifests/10-namespace.yaml-manifests/10-namespace.yaml\n"
                     "+manifests/20-config.yaml-manifests/20-config.yaml\n");
    size_t calls = receipt.calls;
    sl_verified_free(verified);

    for (size_t at = 1; at <= calls; at++) {
        receipt.calls = 0;
        receipt.fail_at = at;
        receipt.open = false;
        cr_expect_eq(verify(&verified, &bundle, &given.policy, &receiver, &err), -1, "call %zu", at);
        cr_expect_eq(err.code, SL_E_IO);
        cr_expect_eq(receipt.calls, at, "the receiver was called again after it had failed");
    }
    sl_buf_release(&receipt.order);
    sl_buf_release(&bundle);
}

struct told {
    uint64_t calls, last, total;
};

static void tell(void *context, const char *phase, uint64_t done, uint64_t total)
{
    struct told *told = context;
    cr_expect_str_eq(phase, "verifying");
    cr_expect_geq(done, told->last);
    told->last = done;
    told->total = total;
    told->calls++;
}

Test(claim, progress_comes_about_a_hundred_times_and_ends_at_the_total)
{
    enum { FILES = 1000 };
    static char paths[FILES][32];
    static struct delivery_file files[FILES];
    static char text[1001]; /* so that SHA256SUMS, which comes in one piece, is a small part */
    memset(text, 'x', sizeof text - 1);
    for (size_t i = 0; i < FILES; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "docs/%04zu", i);
        files[i] = (struct delivery_file){paths[i], text, false};
    }
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){.files = files, .file_count = FILES});
    struct given given;
    give_first(&given);
    struct told told = {0};
    struct sl_progress progress = {tell, &told};
    struct sl_claim *claim = NULL;
    struct sl_verified *verified = NULL;
    struct sl_err err = {0};
    cr_assert_eq(sl_claim_open(&claim, delivery_open(&bundle), NAME, &given.policy, &err), 0);
    cr_assert_eq(sl_claim_prove(&verified, claim, NULL, &progress, &err), 0, "%s", err.message);
    cr_expect_gt(told.calls, 50);
    cr_expect_lt(told.calls, 110);
    cr_expect_eq(told.last, told.total);
    cr_expect_gt(told.total, UINT64_C(1000) * FILES);

    struct sl_verified *again = NULL;
    cr_expect_eq(sl_claim_prove(&again, claim, NULL, NULL, &err), -1, "a claim can be used once");
    cr_expect_eq(err.code, SL_E_INTERNAL);

    sl_claim_free(claim);
    cr_expect(sl_str_equal(sl_verified_head(verified)->manifest->customer, SL_STR("customer-a")),
              "what was verified lives without its claim");
    sl_verified_free(verified);
    sl_buf_release(&bundle);
}

/* -- looking -- */

struct looked {
    size_t signer_count, calls;
    const char *text; /* shown; NULL: the manifest */
    int result;
};

static int show(void *context, struct sl_buf *out, const struct sl_bundle_head *head, struct sl_err *err)
{
    struct looked *looked = context;
    looked->calls++;
    cr_expect(sl_str_equal(head->manifest->release, SL_STR("v1.0")));
    cr_expect_eq(head->signer_count, looked->signer_count);
    for (size_t i = 0; i < head->signer_count; i++) {
        cr_expect_not(head->signers[i].trusted);
        cr_expect_str_eq(head->signers[i].key_id, "0101010101010101");
    }
    struct sl_digest digest;
    sl_sha256(&digest, head->manifest_json.ptr, head->manifest_json.len);
    cr_expect_eq(memcmp(digest.bytes, head->manifest_sha256, sizeof digest.bytes), 0);
    sl_buf_str(out, looked->text ? sl_str_from(looked->text) : head->manifest_json);
    return looked->result < 0 ? sl_fail(err, SL_E_LIMIT, "nothing to show") : 0;
}

static int look(struct sl_buf *out, const struct sl_buf *bundle, struct looked *looked, struct sl_err *err)
{
    sl_buf_init(out, 64 * SL_MIB);
    return sl_inspect(out, delivery_open(bundle), NAME, NULL, &(struct sl_inspector){show, looked}, err);
}

Test(inspection, shows_a_bundle_without_trusting_anybody)
{
    for (size_t with_signature = 0; with_signature < 2; with_signature++) {
        struct sl_buf bundle, shown;
        struct looked looked = {.signer_count = with_signature};
        struct sl_err err = {0};
        delivery_make(&bundle, &(struct delivery_options){.unsigned_bundle = !with_signature});
        cr_assert_eq(look(&shown, &bundle, &looked, &err), 0, "%s", err.message);
        cr_expect_eq(looked.calls, 1);
        cr_expect(sl_str_starts_with(sl_buf_view(&shown), SL_STR("{\"")));
        sl_buf_release(&shown);
        sl_buf_release(&bundle);
    }
}

/* What a process that was taken over would like to say to a terminal. */
static const struct {
    const char *text;
    bool harmless;
} texts[] = {
    {"", true},
    {"one line\nand another \xc3\xa4\n", true},
    {"\x1b[31mred\x1b[0m \x1b[1;38;5;208mand more\x1b[m", true},
    {"\x1b]0;title\x07", false},
    {"\x1b[2J", false},
    {"\x1b[31", false},
    {"\x1b[", false},
    {"\x1b", false},
    {"\x1b[3\x1bm", false},
    {"over\rwritten", false},
    {"a\tb", false},
    {"\x7f", false},
    {"\xc2\x9b"
     "2J",
     false},
    {"\xc2\xa0", true},
    {"\x80", false},
    {"\xe2\x82", false},
};

Test(inspection, lets_nothing_through_that_a_terminal_obeys)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){0});
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sl_buf shown;
        struct looked looked = {.signer_count = 1, .text = texts[i].text};
        struct sl_err err = {0};
        int result = look(&shown, &bundle, &looked, &err);
        cr_expect_eq(result, texts[i].harmless ? 0 : -1, "text %zu: %s", i, err.message);
        cr_expect(sl_str_equal(sl_buf_view(&shown), sl_str_from(texts[i].harmless ? texts[i].text : "")),
                  "text %zu", i);
        if (!texts[i].harmless)
            cr_expect(strstr(err.message, "has control characters in it"), "text %zu: %s", i, err.message);
        sl_buf_release(&shown);
    }
    sl_buf_release(&bundle);
}

Test(inspection, says_why_nothing_is_shown)
{
    struct sl_buf bundle, shown;
    struct looked looked = {.signer_count = 1, .result = -1};
    struct sl_err err = {0};
    delivery_make(&bundle, &(struct delivery_options){0});
    cr_expect_eq(look(&shown, &bundle, &looked, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_str_eq(err.message, NAME ": nothing to show");
    cr_expect_eq(shown.len, 0);
    sl_buf_release(&shown);
    sl_buf_release(&bundle);
}

Test(inspection, refuses_what_is_no_bundle)
{
    struct sl_buf garbage, shown;
    sl_buf_init(&garbage, SL_KIB);
    sl_buf_init(&shown, SL_KIB);
    sl_buf_text(&garbage, "this is not a bundle");
    struct looked looked = {.signer_count = 0};
    struct sl_err err = {0};
    int fd = delivery_open(&garbage);
    cr_expect_eq(sl_inspect(&shown, fd, "a\x1b]0;file", NULL, &(struct sl_inspector){show, &looked}, &err),
                 -1);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
    cr_expect_null(strchr(err.message, '\x1b'), "%s", err.message);
    cr_expect_lt(fcntl(fd, F_GETFD), 0);
    cr_expect_eq(looked.calls, 0);
    sl_buf_release(&garbage);
    sl_buf_release(&shown);
}

static void spoil_signature(void *context, struct delivery_signatures *all, struct sl_str manifest)
{
    (void)context, (void)manifest;
    sl_buf_reset(&all->items[0].text);
    sl_buf_text(&all->items[0].text, "no signature\n");
}

Test(inspection, shows_nothing_of_a_bundle_with_a_malformed_signature)
{
    struct sl_buf bundle, shown;
    struct looked looked = {.signer_count = 0};
    struct sl_err err = {0};
    delivery_make(&bundle, &(struct delivery_options){.alter_signatures = spoil_signature});
    cr_expect_eq(look(&shown, &bundle, &looked, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect(strstr(err.message, "minisig: line 1"), "%s", err.message);
    cr_expect_eq(looked.calls, 0);
    sl_buf_release(&shown);
    sl_buf_release(&bundle);
}

Test(inspection, fails_cleanly_without_memory)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){0});
    for (size_t nth = 1;; nth++) {
        struct sl_buf shown;
        struct looked looked = {.signer_count = 1};
        struct sl_err err = {0};
        sl_buf_init(&shown, SL_MIB);
        int fd = delivery_open(&bundle);
        alloc_fault_arm(nth);
        int result = sl_inspect(&shown, fd, NAME, NULL, &(struct sl_inspector){show, &looked}, &err);
        if (result == 0)
            result = sl_buf_check(&shown, "the output", &err);
        bool happened = alloc_fault_disarm();
        sl_buf_release(&shown);
        if (!happened) {
            cr_expect_eq(result, 0, "%s", err.message);
            break;
        }
        cr_expect_eq(result, -1, "allocation %zu", nth);
        cr_expect_eq(err.code, SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
    sl_buf_release(&bundle);
}

/* -- signatures beside the bundle -- */

struct detached_case {
    const char *what;
    unsigned inside, beside[4]; /* numbers of keys; 0: nobody */
    size_t trusted;             /* 0: refused */
    const char *change;         /* of the message that is signed beside it */
    const char *message;
};

static const struct detached_case detached_cases[] = {
    {"the only signature is beside it", 0, {1}, 1, NULL, NULL},
    {"one inside, one beside", 1, {2}, 2, NULL, NULL},
    {"the same key inside and beside", 1, {1}, 2, NULL, NULL},
    {"an unknown one beside a good one inside", 1, {3}, 1, NULL, NULL},
    {"only unknown ones", 3, {3}, 0, NULL, "it is signed by 0303030303030303, and given was"},
    {"of another bundle, by a given key", 1, {2}, 0, "x", "beside-0: the signature does not match"},
    {"of another bundle, by an unknown key", 1, {3}, 1, "x", NULL},
};

static int show_manifest(void *context, struct sl_buf *out, const struct sl_bundle_head *head,
                         struct sl_err *err)
{
    (void)context, (void)err;
    sl_buf_str(out, head->manifest_json);
    return 0;
}

static void sign_beside(struct delivery_signatures *out, const struct sl_buf *bundle,
                        const struct detached_case *test)
{
    struct sl_buf message;
    const struct sl_inspector inspector = {show_manifest, NULL};
    struct sl_err err = {0};
    sl_buf_init(&message, SL_MIB);
    cr_assert_eq(sl_inspect(&message, delivery_open(bundle), NAME, NULL, &inspector, &err), 0, "%s",
                 err.message);
    sl_buf_text(&message, test->change ? test->change : "");
    for (size_t i = 0; test->beside[i]; i++)
        delivery_sign(out, test->beside[i], sl_buf_view(&message));
    sl_buf_release(&message);
}

static void check_detached(const struct detached_case *test)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){.signers = &test->inside,
                                                      .signer_count = test->inside ? 1 : 0,
                                                      .unsigned_bundle = !test->inside});
    struct delivery_signatures signatures = {0};
    sign_beside(&signatures, &bundle, test);
    static const char *const names[] = {"beside-0", "beside-1", "beside-2"};
    struct sl_detached detached[3];
    for (size_t i = 0; i < signatures.count; i++)
        detached[i] = (struct sl_detached){names[i], sl_buf_view(&signatures.items[i].text)};
    static const unsigned numbers[] = {1, 2};
    struct given given;
    give(&given, numbers, 2, NULL);
    given.policy.detached = detached;
    given.policy.detached_count = signatures.count;

    struct sl_verified *verified = NULL;
    struct sl_err err = {0};
    int result = verify(&verified, &bundle, &given.policy, NULL, &err);
    cr_expect_eq(result, test->trusted ? 0 : -1, "%s: %s", test->what, err.message);
    size_t trusted = 0;
    for (size_t i = 0; verified && i < sl_verified_head(verified)->signer_count; i++)
        trusted += sl_verified_head(verified)->signers[i].trusted;
    cr_expect_eq(trusted, test->trusted, "%s: %zu", test->what, trusted);
    cr_expect(!test->message || strstr(err.message, test->message), "%s: %s", test->what, err.message);
    sl_verified_free(verified);
    for (size_t i = 0; i < signatures.count; i++)
        sl_buf_release(&signatures.items[i].text);
    sl_buf_release(&bundle);
}

Test(claim, signatures_beside_the_bundle_count_like_those_in_it)
{
    for (size_t i = 0; i < sizeof detached_cases / sizeof detached_cases[0]; i++)
        check_detached(&detached_cases[i]);
}

/* -- what is handed on of them -- */

struct head_names {
    char text[512];
};

static int note_name(void *context, const struct sl_manifest_file *file, struct sl_err *err)
{
    struct head_names *names = context;
    (void)err;
    if (sl_str_starts_with(file->path, SL_STR("manifest.json."))) {
        (void)strncat(names->text, file->path.ptr, file->path.len);
        (void)strcat(names->text, " ");
    }
    return 0;
}

static int ignore_data(void *context, const void *bytes, size_t len, struct sl_err *err)
{
    (void)context, (void)bytes, (void)len, (void)err;
    return 0;
}

static int ignore_end(void *context, const struct sl_manifest_file *file, struct sl_err *err)
{
    (void)context, (void)file, (void)err;
    return 0;
}

Test(claim, detached_signatures_that_count_are_handed_on_under_the_names_they_would_have)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){0});
    struct delivery_signatures signatures = {0};
    sign_beside(&signatures, &bundle, &(struct detached_case){.beside = {1, 2, 3}});
    struct sl_detached detached[3];
    for (size_t i = 0; i < 3; i++)
        detached[i] = (struct sl_detached){"beside", sl_buf_view(&signatures.items[i].text)};
    static const unsigned numbers[] = {1, 2};
    struct given given;
    give(&given, numbers, 2, NULL);
    given.policy.detached = detached;
    given.policy.detached_count = 3;
    struct head_names names = {{0}};
    struct sl_receiver receiver = {note_name, ignore_data, ignore_end, &names};
    struct sl_verified *verified = NULL;
    struct sl_err err = {0};
    cr_assert_eq(verify(&verified, &bundle, &given.policy, &receiver, &err), 0, "%s", err.message);
    cr_expect_str_eq(names.text,
                     "manifest.json.0101010101010101.minisig manifest.json.0202020202020202.minisig ");
    sl_verified_free(verified);
    for (size_t i = 0; i < signatures.count; i++)
        sl_buf_release(&signatures.items[i].text);
    sl_buf_release(&bundle);
}

Test(claim, a_malformed_signature_beside_the_bundle_refuses_it)
{
    struct sl_buf bundle;
    delivery_make(&bundle, &(struct delivery_options){0});
    struct sl_detached detached = {"disk/\x1b[31mx.minisig", SL_STR("no signature\n")};
    struct given given;
    give_first(&given);
    given.policy.detached = &detached;
    given.policy.detached_count = 1;
    struct sl_verified *verified = NULL;
    struct sl_err err = {0};
    cr_assert_eq(verify(&verified, &bundle, &given.policy, NULL, &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect(strstr(err.message, "disk/\\x1b[31mx.minisig: line 1"), "%s", err.message);
    given.policy.detached_count = SL_DETACHED_MAX + 1;
    cr_assert_eq(verify(&verified, &bundle, &given.policy, NULL, &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE, "%s", err.message);
    sl_buf_release(&bundle);
}
