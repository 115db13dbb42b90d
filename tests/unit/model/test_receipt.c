/*
 * Receipts: written, read, signed, and what a set of them tells.
 */
#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "crypto/digest.h"

#include <sealift/receipt.h>
#include <stdio.h>

enum { LINE_MAX_BYTES = 8192, FILE_MAX_BYTES = 1 << 20 };

static void make_key(struct sl_secret_key *secret, struct sl_public_key *key, unsigned char number)
{
    static const unsigned char seeds[2][64] = {
        /* RFC 8032, 7.1, tests 1 and 2: seed and public key. */
        {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
         0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
         0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
         0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a},
        {0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda, 0x9d, 0xb6, 0xc3, 0x46, 0xec, 0x11, 0x4e, 0x0f,
         0x5b, 0x8a, 0x31, 0x9f, 0x35, 0xab, 0xa6, 0x24, 0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8, 0xa6, 0xfb,
         0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a, 0x92, 0xb7, 0x0a, 0xa7, 0x4d, 0x1b, 0x7e, 0xbc,
         0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4, 0x96, 0x8c, 0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c},
    };
    memset(secret->id, number, sizeof secret->id);
    memcpy(secret->seed_and_point, seeds[number - 1], sizeof secret->seed_and_point);
    memcpy(key->id, secret->id, sizeof key->id);
    memcpy(key->point, seeds[number - 1] + 32, sizeof key->point);
}

static struct sl_receipt sample(uint64_t number)
{
    static const struct sl_str signers[] = {SL_STR_INIT("0123456789ABCDEF")};
    struct sl_receipt receipt = {
        .number = number,
        .customer = SL_STR("customer-a"),
        .action = SL_RECEIPT_INSTALL,
        .bundle = SL_STR("customer-a-v1.0-17"),
        .from = SL_STR("16-v0.9-0123456789ab"),
        .to = SL_STR("17-v1.0-0123456789ab"),
        .files = 36,
        .bytes = 123456,
        .verdict = SL_STR("limits=passed payload=passed"),
        .signers = signers,
        .signer_count = 1,
        .time = 1763716734 + (int64_t)number,
        .proved_time = 1763000000,
        .epoch = 1,
        .highest_sequence = 17,
        .floor = 3,
        .trust_epoch = 1,
        .trust_version = 2,
        .tool = SL_STR("0.1.0"),
    };
    struct sl_secret_key secret;
    struct sl_public_key key;
    struct sl_digest site;
    make_key(&secret, &key, 1);
    sl_sha256(&site, key.point, sizeof key.point);
    memcpy(receipt.site, site.bytes, sizeof receipt.site);
    memset(receipt.manifest_sha256, 0xab, sizeof receipt.manifest_sha256);
    return receipt;
}

/* Appends the receipt as a line of an export, signed by key `number`; returns its digest in `sha256`. */
static void export_line(struct sl_buf *out, const struct sl_receipt *receipt, unsigned char number,
                        unsigned char sha256[32])
{
    struct sl_secret_key secret;
    struct sl_public_key key;
    struct sl_buf json;
    struct sl_buf signature;
    struct sl_digest digest;
    struct sl_err err = {0};
    make_key(&secret, &key, number);
    sl_buf_init(&json, LINE_MAX_BYTES);
    sl_buf_init(&signature, LINE_MAX_BYTES);
    cr_assert_eq(sl_receipt_write(&json, receipt, &err), 0, "%s", err.message);
    cr_assert_eq(sl_receipt_sign(&signature, sl_buf_view(&json), &secret, &err), 0, "%s", err.message);
    cr_assert_eq(sl_receipt_export(out, sl_buf_view(&json), sl_buf_view(&signature), &err), 0, "%s",
                 err.message);
    sl_sha256(&digest, json.ptr, json.len);
    memcpy(sha256, digest.bytes, 32);
    sl_buf_release(&json);
    sl_buf_release(&signature);
}

/* -- one receipt -- */

Test(receipt, what_is_written_is_read_back)
{
    struct sl_receipt receipt = sample(7);
    struct sl_receipt back;
    struct sl_str signers[SL_RECEIPT_SIGNERS_MAX];
    struct sl_buf json;
    struct sl_buf again;
    struct sl_err err = {0};
    sl_buf_init(&json, LINE_MAX_BYTES);
    sl_buf_init(&again, LINE_MAX_BYTES);
    cr_assert_eq(sl_receipt_write(&json, &receipt, &err), 0, "%s", err.message);
    cr_assert_eq(sl_receipt_read(&back, signers, sl_buf_view(&json), "a receipt", &err), 0, "%s",
                 err.message);
    cr_assert_eq(sl_receipt_write(&again, &back, &err), 0, "%s", err.message);
    cr_expect(sl_str_equal(sl_buf_view(&json), sl_buf_view(&again)));
    cr_expect_eq(back.number, 7);
    cr_expect_eq(back.action, SL_RECEIPT_INSTALL);
    cr_expect_eq(back.signer_count, 1);
    sl_buf_release(&json);
    sl_buf_release(&again);
}

Test(receipt, the_longest_stays_below_the_limit)
{
    char text[512];
    memset(text, 'x', sizeof text);
    struct sl_str signers[SL_RECEIPT_SIGNERS_MAX];
    for (size_t i = 0; i < SL_RECEIPT_SIGNERS_MAX; i++)
        signers[i] = SL_STR("FFFFFFFFFFFFFFFF");
    struct sl_receipt receipt = sample(9007199254740991);
    receipt.customer = (struct sl_str){text, 63};
    receipt.bundle = (struct sl_str){text, 144};
    receipt.from = receipt.to = (struct sl_str){text, 127};
    receipt.detail = (struct sl_str){text, sizeof text};
    receipt.verdict = (struct sl_str){text, SL_RECEIPT_DETAIL_MAX};
    receipt.tool = (struct sl_str){text, 32};
    receipt.files = receipt.bytes = receipt.epoch = receipt.floor = receipt.highest_sequence =
        receipt.trust_version = 9007199254740991;
    receipt.time = receipt.proved_time = 9007199254740991;
    receipt.trust_epoch = 9007199254740991;
    receipt.signers = signers;
    receipt.signer_count = SL_RECEIPT_SIGNERS_MAX;
    struct sl_buf json;
    struct sl_err err = {0};
    sl_buf_init(&json, LINE_MAX_BYTES);
    cr_assert_eq(sl_receipt_write(&json, &receipt, &err), 0, "%s", err.message);
    cr_expect_leq(json.len, SL_RECEIPT_BYTES_MAX, "%zu", json.len);
    sl_buf_release(&json);
}

Test(receipt, any_message_may_be_its_detail)
{
    struct sl_receipt receipt = sample(1);
    receipt.detail = SL_STR("member \"a\\b\"\x1b[31m\xc3");
    struct sl_receipt back;
    struct sl_str signers[SL_RECEIPT_SIGNERS_MAX];
    struct sl_buf json;
    struct sl_err err = {0};
    sl_buf_init(&json, LINE_MAX_BYTES);
    cr_assert_eq(sl_receipt_write(&json, &receipt, &err), 0, "%s", err.message);
    cr_assert_eq(sl_receipt_read(&back, signers, sl_buf_view(&json), "a receipt", &err), 0, "%s",
                 err.message);
    cr_expect(sl_str_equal(back.detail, SL_STR("member 'a/b'?[31m?")), SL_FMT, SL_ARG(back.detail));
    sl_buf_release(&json);
}

Test(receipt, every_changed_byte_is_refused_by_reader_or_signature)
{
    struct sl_receipt receipt = sample(1);
    struct sl_secret_key secret;
    struct sl_public_key key;
    struct sl_buf line;
    unsigned char sha256[32];
    struct sl_err err = {0};
    make_key(&secret, &key, 1);
    sl_buf_init(&line, LINE_MAX_BYTES);
    export_line(&line, &receipt, 1, sha256);
    const char *end = strstr(line.ptr, "\",\"signature\"");
    cr_assert_not_null(end);
    for (size_t i = strlen("{\"receipt\":\""); i < (size_t)(end - line.ptr); i++) {
        struct sl_receipt_check *check;
        cr_assert_eq(sl_receipt_check_new(&check, &key, &err), 0);
        line.ptr[i] ^= 1;
        cr_assert_eq(sl_receipt_check_add(check, sl_buf_view(&line), "export", &err), 0, "%s", err.message);
        line.ptr[i] ^= 1;
        cr_assert_eq(sl_receipt_check_finish(check, &err), 0);
        cr_expect_eq(sl_receipt_check_count(check), 0, "byte %zu", i);
        cr_expect_eq(sl_receipt_check_problems(check), 1);
        sl_receipt_check_free(check);
    }
    sl_buf_release(&line);
}

/* -- many -- */

struct set {
    struct sl_buf text;
    unsigned char last[32];
};

static void begin(struct set *set)
{
    sl_buf_init(&set->text, FILE_MAX_BYTES);
    memset(set->last, 0, sizeof set->last);
}

static void add(struct set *set, struct sl_receipt receipt)
{
    memcpy(receipt.previous, set->last, sizeof receipt.previous);
    export_line(&set->text, &receipt, 1, set->last);
}

static struct sl_receipt_check *judge(struct set *set)
{
    struct sl_secret_key secret;
    struct sl_public_key key;
    struct sl_receipt_check *check;
    struct sl_err err = {0};
    make_key(&secret, &key, 1);
    cr_assert_eq(sl_receipt_check_new(&check, &key, &err), 0);
    cr_assert_eq(sl_receipt_check_add(check, sl_buf_view(&set->text), "export.jsonl", &err), 0, "%s",
                 err.message);
    cr_assert_eq(sl_receipt_check_finish(check, &err), 0, "%s", err.message);
    sl_buf_release(&set->text);
    return check;
}

static void expect_one(struct set *set, enum sl_receipt_fault fault, uint64_t number)
{
    struct sl_receipt_check *check = judge(set);
    cr_assert_eq(sl_receipt_check_problems(check), 1, "%zu problems", sl_receipt_check_problems(check));
    const struct sl_receipt_problem *problem = sl_receipt_check_problem(check, 0);
    cr_expect_eq(problem->fault, fault, "%s", sl_receipt_fault_name(problem->fault));
    cr_expect_eq(problem->number, number);
    sl_receipt_check_free(check);
}

Test(receipts, an_unbroken_line_has_no_problem_in_any_order_and_repeated)
{
    struct set set;
    struct set other;
    begin(&set);
    begin(&other);
    for (uint64_t i = 1; i <= 4; i++)
        add(&set, sample(i));
    char *second = strchr(set.text.ptr, '\n') + 1;
    sl_buf_append(&other.text, second, set.text.len - (size_t)(second - set.text.ptr));
    sl_buf_append(&other.text, set.text.ptr, set.text.len);
    sl_buf_release(&set.text);
    struct sl_receipt_check *check = judge(&other);
    cr_expect_eq(sl_receipt_check_problems(check), 0);
    cr_assert_eq(sl_receipt_check_count(check), 4);
    cr_expect_eq(sl_receipt_check_at(check, 3)->receipt.number, 4);
    cr_expect(sl_str_equal(sl_receipt_check_at(check, 3)->receipt.signers[0], SL_STR("0123456789ABCDEF")));
    sl_receipt_check_free(check);
}

Test(receipts, a_missing_one_is_a_gap)
{
    struct set set;
    begin(&set);
    add(&set, sample(1));
    size_t before = set.text.len;
    add(&set, sample(2));
    set.text.len = before;
    add(&set, sample(3));
    expect_one(&set, SL_RECEIPT_GAP, 3);
}

Test(receipts, the_first_ones_missing_are_a_gap)
{
    struct set set;
    begin(&set);
    add(&set, sample(3));
    expect_one(&set, SL_RECEIPT_GAP, 3);
}

Test(receipts, two_of_one_number_are_a_fork)
{
    struct set set;
    begin(&set);
    add(&set, sample(1));
    unsigned char first[32];
    memcpy(first, set.last, sizeof first);
    add(&set, sample(2));
    memcpy(set.last, first, sizeof first);
    struct sl_receipt other = sample(2);
    other.files = 1;
    add(&set, other);
    expect_one(&set, SL_RECEIPT_FORK, 2);
}

Test(receipts, one_that_follows_another_is_a_fork)
{
    struct set set;
    begin(&set);
    add(&set, sample(1));
    memset(set.last, 7, sizeof set.last);
    add(&set, sample(2));
    expect_one(&set, SL_RECEIPT_FORK, 2);
}

Test(receipts, a_floor_that_fell_is_told)
{
    struct set set;
    begin(&set);
    add(&set, sample(1));
    struct sl_receipt lower = sample(2);
    lower.floor = 2;
    add(&set, lower);
    expect_one(&set, SL_RECEIPT_FLOOR, 2);
}

/* A new epoch of trust.json may say the time anew; nothing else may. */
Test(receipts, a_proved_time_falls_only_with_a_new_epoch_of_trust)
{
    for (uint64_t epoch = 1; epoch <= 2; epoch++) {
        struct set set;
        begin(&set);
        add(&set, sample(1));
        struct sl_receipt later = sample(2);
        later.proved_time--;
        later.trust_version++;
        later.trust_epoch = epoch;
        add(&set, later);
        if (epoch == 1) {
            expect_one(&set, SL_RECEIPT_FLOOR, 2);
            continue;
        }
        later.number++;
        later.trust_epoch = 1;
        add(&set, later);
        expect_one(&set, SL_RECEIPT_FLOOR, 3);
    }
}

Test(receipts, a_grant_that_was_used_twice_is_told)
{
    struct set set;
    begin(&set);
    for (uint64_t i = 1; i <= 3; i++) {
        struct sl_receipt receipt = sample(i);
        memset(receipt.grant, i == 2 ? 6 : 5, sizeof receipt.grant);
        add(&set, receipt);
    }
    expect_one(&set, SL_RECEIPT_GRANT, 3);
}

Test(receipts, a_clock_that_went_back_is_told)
{
    struct set set;
    begin(&set);
    add(&set, sample(1));
    struct sl_receipt earlier = sample(2);
    earlier.time = 5;
    add(&set, earlier);
    expect_one(&set, SL_RECEIPT_CLOCK, 2);
}

Test(receipts, a_signature_by_another_key_counts_for_nothing)
{
    struct set set;
    begin(&set);
    struct sl_receipt receipt = sample(1);
    export_line(&set.text, &receipt, 2, set.last);
    expect_one(&set, SL_RECEIPT_UNSIGNED, 0);
}

Test(receipts, one_that_names_another_site_is_told)
{
    struct set set;
    begin(&set);
    struct sl_receipt receipt = sample(1);
    receipt.site[0] ^= 1;
    add(&set, receipt);
    expect_one(&set, SL_RECEIPT_OTHER, 1);
}

Test(receipts, an_export_says_whose_it_is)
{
    struct sl_receipt receipt = sample(1);
    struct sl_buf text;
    unsigned char sha256[32];
    unsigned char site[32];
    struct sl_err err = {0};
    sl_buf_init(&text, SL_MIB);
    cr_expect_eq(sl_receipt_export_site(site, sl_buf_view(&text), &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    sl_buf_text(&text, "\nno receipt\n{}\n{\"receipt\":\"{}\",\"signature\":\"\"}\n");
    cr_expect_eq(sl_receipt_export_site(site, sl_buf_view(&text), &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED, "%s", err.message);
    export_line(&text, &receipt, 1, sha256);
    receipt.site[0] ^= 1;
    export_line(&text, &receipt, 1, sha256);
    cr_assert_eq(sl_receipt_export_site(site, sl_buf_view(&text), &err), 0, "%s", err.message);
    receipt.site[0] ^= 1;
    cr_expect_eq(memcmp(site, receipt.site, sizeof site), 0, "the first that can be read");
    for (size_t nth = 1;; nth++) {
        alloc_fault_arm(nth);
        int result = sl_receipt_export_site(site, sl_buf_view(&text), &err);
        if (!alloc_fault_disarm())
            break;
        cr_expect(result == 0 || err.code == SL_E_NO_MEMORY, "allocation %zu: %s", nth, err.message);
    }
    sl_buf_release(&text);
}

Test(receipts, what_is_no_export_is_told_by_its_line)
{
    struct set set;
    begin(&set);
    add(&set, sample(1));
    sl_buf_text(&set.text, "not json\n");
    struct sl_receipt_check *check = judge(&set);
    cr_assert_eq(sl_receipt_check_problems(check), 1);
    cr_expect(strstr(sl_receipt_check_problem(check, 0)->text, "line 2"), "%s",
              sl_receipt_check_problem(check, 0)->text);
    sl_receipt_check_free(check);
}
