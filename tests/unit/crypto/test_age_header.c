#include <criterion/criterion.h>

#include "age_fixture.h"
#include "age_stanza.h"
#include "alloc_fault.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/age.h"
#include "fixture.h"
#include "hkdf.h"

#include <errno.h>
#include <sodium.h>

/* Linked with --wrap, so that scrypt can run out of memory, and be counted. */
int __real_crypto_pwhash_scryptsalsa208sha256_ll(const uint8_t *password, size_t password_len,
                                                 const uint8_t *salt, size_t salt_len, uint64_t n, uint32_t r,
                                                 uint32_t p, uint8_t *out, size_t out_len);
int __wrap_crypto_pwhash_scryptsalsa208sha256_ll(const uint8_t *password, size_t password_len,
                                                 const uint8_t *salt, size_t salt_len, uint64_t n, uint32_t r,
                                                 uint32_t p, uint8_t *out, size_t out_len);
static bool scrypt_fails;
static unsigned scrypt_calls;

int __wrap_crypto_pwhash_scryptsalsa208sha256_ll(const uint8_t *password, size_t password_len,
                                                 const uint8_t *salt, size_t salt_len, uint64_t n, uint32_t r,
                                                 uint32_t p, uint8_t *out, size_t out_len)
{
    scrypt_calls++;
    if (scrypt_fails) {
        errno = ENOMEM;
        return -1;
    }
    return __real_crypto_pwhash_scryptsalsa208sha256_ll(password, password_len, salt, salt_len, n, r, p, out,
                                                        out_len);
}

#define SHARE "KpHy0byTt3rKTF2ycdzQCfPkR99kHVnuCFy9IzGXGAQ"
#define BODY  "OPTafe72Pzo3OIrZEn3fAnl40Mj5AaosKH0nCX6IgSU"
#define V1    "age-encryption.org/v1\n"
#define GOOD  "-> X25519 " SHARE "\n" BODY "\n"
#define MAC   "--- I1GBgFV52kdur00ERPb8GZlj+L3rf7OR7MwISKFiUnU\n"
#define WORDS "-> scrypt BwcHBwcHBwcHBwcHBwcHBw "

static struct sl_age_identities identities;
static const struct sl_str passphrases[] = {SL_STR_INIT("wrong"), SL_STR_INIT(AGE_PASSPHRASE)};
static struct sl_age_keys keys;

static void make_keys(void)
{
    struct sl_err err = {0};
    struct counter counter = {.next = 1};
    struct sl_random random = {counter_fill, &counter};
    sl_age_identities_wipe(&identities);
    cr_assert_eq(sl_age_identity_generate(&identities.items[0], &random, &err), 0);
    identities.count = 1;
    cr_assert_eq(sl_age_identities_read(&identities, SL_STR(AGE_IDENTITY), "site", &err), 0);
    keys = (struct sl_age_keys){identities.items, identities.count, passphrases, 2};
    scrypt_fails = false;
    scrypt_calls = 0;
}

TestSuite(age_header, .init = make_keys);

static int open_text(struct sl_str text, enum sl_age_outcome *outcome, struct sl_err *err)
{
    struct sl_age_file_key key;
    int result = sl_age_header_open(&key, text, &keys, outcome, err);
    sl_age_file_key_wipe(&key);
    return result;
}

static void expect(const char *text, enum sl_age_outcome outcome, const char *message)
{
    enum sl_age_outcome actual;
    struct sl_err err = {0};
    int result = open_text(sl_str_from(text), &actual, &err);
    cr_expect_eq(result, outcome == SL_AGE_OPENED ? 0 : -1, "%s", text);
    cr_expect_eq(actual, outcome, "%s: %d, %s", text, actual, err.message);
    cr_expect(strstr(err.message, message), "%s: %s", text, err.message);
    if (result < 0)
        cr_expect_eq(err.code, SL_E_REFUSED);
}

Test(age_header, of_stock_age_and_of_another_program_open)
{
    expect(AGE_HELLO_HEADER, SL_AGE_OPENED, "");
    cr_expect_eq(scrypt_calls, 0);
    expect(AGE_WORDS_HEADER, SL_AGE_OPENED, "");
    cr_expect_eq(scrypt_calls, 2);
}

Test(age_header, what_is_malformed_is_refused_with_its_line)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "line 1: not the version"},
        {"age-encryption.org/v2\n" GOOD MAC, "line 1: not the version"},
        {"age-encryption.org/v1\r\n" GOOD MAC, "line 1: not the version"},
        {V1, "line 2: the header ends"},
        {V1 MAC, "there is no stanza"},
        {V1 GOOD, "line 4: the header ends"},
        {V1 GOOD "---", "line 4: the header ends"},
        {V1 GOOD "---\n", "line 4: not \"--- \""},
        {V1 GOOD "--- \n", "line 4: not \"--- \""},
        {V1 GOOD "--- I1GBg\n", "line 4: not \"--- \""},
        {V1 GOOD "---  I1GBgFV52kdur00ERPb8GZlj+L3rf7OR7MwISKFiUnU\n", "line 4: not \"--- \""},
        {V1 GOOD "--- I1GBgFV52kdur00ERPb8GZlj+L3rf7OR7MwISKFiUnV\n", "line 4: not \"--- \""},
        {V1 GOOD MAC "\n", "line 4: there is more"},
        {V1 GOOD MAC GOOD MAC, "line 4: there is more"},
        {V1 "X25519 " SHARE "\n" BODY "\n" MAC, "line 2: neither"},
        {V1 "->X25519 " SHARE "\n" BODY "\n" MAC, "line 2: neither"},
        {V1 "-> \n\n" MAC, "line 2: an empty argument"},
        {V1 "->  x\n\n" MAC, "line 2: an empty argument"},
        {V1 "-> x \n\n" MAC, "line 2: an empty argument"},
        {V1 "-> x\r\n\n" MAC, "line 2: a character"},
        {V1 "-> x\x7f\n\n" MAC, "line 2: a character"},
        {V1 "-> \xc3\xa4\n\n" MAC, "line 2: a character"},
        {V1 "-> x\n", "line 3: the header ends"},
        {V1 "-> x\n" MAC, "line 3: not strict base64"},
        {V1 "-> x\nAA==\n" MAC, "line 3: not strict base64"},
        {V1 "-> x\nAB\n" MAC, "line 3: not strict base64"},
        {V1 "-> x\nA\n" MAC, "line 3: not strict base64"},
        {V1 "-> x\nA A\n" MAC, "line 3: not strict base64"},
        {V1 "-> x\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n" MAC,
         "line 3: not strict base64"},
        {V1 "-> x\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n" MAC,
         "line 4: not strict base64"},
        {V1 "-> X25519\n" BODY "\n" MAC, "line 3: an X25519 stanza has one argument"},
        {V1 "-> X25519 " SHARE " x\n" BODY "\n" MAC, "line 3: an X25519 stanza has one argument"},
        {V1 "-> X25519 " SHARE " x y z\n" BODY "\n" MAC, "line 3: an X25519 stanza has one argument"},
        {V1 "-> X25519 AAAA\n" BODY "\n" MAC, "line 3: the argument"},
        {V1 "-> X25519 " SHARE "A\n" BODY "\n" MAC, "line 3: the argument"},
        {V1 "-> X25519 KpHy0byTt3rKTF2ycdzQCfPkR99kHVnuCFy9IzGXGAR\n" BODY "\n" MAC, "line 3: the argument"},
        {V1 "-> X25519 " SHARE "\n\n" MAC, "line 3: the body of an X25519"},
        {V1 "-> X25519 " SHARE "\nOPTafe72Pzo3OIrZEn3fAnl40Mj5AaosKH0nCX6IgSUA\n" MAC, "line 3: the body of"},
        {V1 WORDS "4 4\n" BODY "\n" MAC, "line 3: a scrypt stanza has two"},
        {V1 "-> scrypt BwcHBwcHBwcHBwcHBwcHBw\n" BODY "\n" MAC, "line 3: a scrypt stanza has two"},
        {V1 "-> scrypt BwcHBwcHBwcHBwcHBwcH 4\n" BODY "\n" MAC, "line 3: the salt"},
        {V1 WORDS "0\n" BODY "\n" MAC, "line 3: the work factor"},
        {V1 WORDS "04\n" BODY "\n" MAC, "line 3: the work factor"},
        {V1 WORDS "+4\n" BODY "\n" MAC, "line 3: the work factor"},
        {V1 WORDS "4x\n" BODY "\n" MAC, "line 3: the work factor"},
        {V1 WORDS "21\n" BODY "\n" MAC, "line 3: the work factor"},
        {V1 WORDS "100\n" BODY "\n" MAC, "line 3: the work factor"},
        {V1 WORDS "4\n\n" MAC, "line 3: the body of a scrypt"},
        {V1 WORDS "4\n" BODY "\n" GOOD MAC, "a scrypt stanza is not alone"},
        {V1 "-> grease\n\n" WORDS "4\n" BODY "\n" MAC, "a scrypt stanza is not alone"},
        {V1 WORDS "4\n" BODY "\n" WORDS "4\n" BODY "\n" MAC, "a scrypt stanza is not alone"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(rows[i].text, SL_AGE_BAD_HEADER, rows[i].message);
    cr_expect_eq(scrypt_calls, 0, "nothing is derived before the form is right");
}

Test(age_header, a_share_of_low_order_is_refused)
{
    expect(V1 "-> X25519 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n" BODY "\n" MAC, SL_AGE_BAD_HEADER,
           "a point of low order");
}

Test(age_header, a_changed_one_has_the_wrong_mac)
{
    expect(V1 GOOD "-> grease\n\n" MAC, SL_AGE_BAD_MAC, "it was changed");
    expect(V1 GOOD "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", SL_AGE_BAD_MAC, "it was changed");
}

Test(age_header, what_nobody_opens_says_for_whom_it_is)
{
    expect(V1 "-> X25519 " SHARE "\nGPTafe72Pzo3OIrZEn3fAnl40Mj5AaosKH0nCX6IgSU\n" MAC, SL_AGE_NO_MATCH,
           "none of the 2 identities given can open it");
    keys.identity_count = 1;
    expect(AGE_HELLO_HEADER, SL_AGE_NO_MATCH, "the identity given cannot open it");
    expect(V1 "-> x25519 " SHARE "\n" BODY "\n" MAC, SL_AGE_NO_MATCH, "recipients of other kinds");
    expect(V1 "-> mlkem768x25519 AAAA\n" BODY "\n" MAC, SL_AGE_NO_MATCH, "recipients of other kinds");
    keys.passphrase_count = 1;
    expect(AGE_WORDS_HEADER, SL_AGE_NO_MATCH, "the passphrase is not the one");
    keys.passphrase_count = 0;
    expect(AGE_WORDS_HEADER, SL_AGE_NO_MATCH, "encrypted with a passphrase");
    keys.identity_count = 0;
    keys.passphrase_count = 1;
    expect(AGE_HELLO_HEADER, SL_AGE_NO_MATCH, "encrypted for a recipient, not with a passphrase");
}

Test(age_header, an_empty_passphrase_is_one)
{
    static const struct sl_str empty = {NULL, 0};
    keys.passphrases = &empty;
    keys.passphrase_count = 1;
    expect(AGE_WORDS_HEADER, SL_AGE_NO_MATCH, "the passphrase is not the one");
    cr_expect_eq(scrypt_calls, 1);
}

Test(age_header, scrypt_without_its_memory_is_no_verdict)
{
    enum sl_age_outcome outcome;
    struct sl_err err = {0};
    scrypt_fails = true;
    cr_expect_eq(open_text(SL_STR(AGE_WORDS_HEADER), &outcome, &err), -1);
    cr_expect_eq(err.code, SL_E_NO_MEMORY);
    cr_expect_eq(outcome, SL_AGE_NOT_READ);
    cr_expect_str_eq(err.hint, "it takes 16.0 KiB for a moment");
}

/* -- stanzas of other kinds -- */

/* GOOD among others, with the MAC that belongs to it. */
static void seal_header(struct sl_buf *text)
{
    struct sl_age_file_key key;
    enum sl_age_outcome outcome;
    struct sl_err err = {0};
    unsigned char mac_key[SL_HKDF_BYTES], mac[32];
    cr_assert_eq(sl_age_header_open(&key, SL_STR(AGE_HELLO_HEADER), &keys, &outcome, &err), 0);
    sl_hkdf_sha256(mac_key, (struct sl_str){(char *)key.bytes, sizeof key.bytes}, SL_STR(""),
                   SL_STR("header"));
    sl_buf_text(text, "---");
    sl_hmac_sha256(mac, (struct sl_str){(char *)mac_key, sizeof mac_key}, sl_buf_view(text));
    sl_buf_byte(text, ' ');
    sl_age_base64_append(text, mac, sizeof mac);
    sl_buf_byte(text, '\n');
    cr_assert_eq(sl_buf_check(text, "the header", &err), 0);
}

Test(age_header, stanzas_of_other_kinds_are_skipped_wherever_they_are)
{
    static const char *const others[] = {
        "-> empty\n\n",
        "-> grease !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ 2 3 4 5 6\nAAAA\n",
        "-> ssh-ed25519 AAAA\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n\n",
        "-> x\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nAA\n",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        for (unsigned before = 0; before < 2; before++) {
            SL_CLEANUP(sl_buf_release) struct sl_buf text;
            sl_buf_init(&text, 4096);
            sl_buf_printf(&text, V1 "%s" GOOD "%s", before ? others[i] : "", before ? "" : others[i]);
            seal_header(&text);
            expect(text.ptr, SL_AGE_OPENED, "");
        }
    }
}

Test(age_header, there_is_a_limit_on_the_number_of_stanzas)
{
    for (int more = 0; more < 2; more++) {
        SL_CLEANUP(sl_buf_release) struct sl_buf text;
        sl_buf_init(&text, SL_AGE_HEADER_MAX);
        sl_buf_text(&text, V1 GOOD);
        for (int i = 1; i < SL_AGE_STANZAS_MAX + more; i++)
            sl_buf_text(&text, "-> x\n\n");
        seal_header(&text);
        expect(text.ptr, more ? SL_AGE_BAD_HEADER : SL_AGE_OPENED, more ? "the limit of 256 stanzas" : "");
    }
}

/* -- where it ends, what it is -- */

Test(age_header, its_length_is_known_when_its_last_line_is_there)
{
    struct sl_str whole = SL_STR(AGE_HELLO_HEADER AGE_HELLO_PAYLOAD);
    size_t length = sizeof AGE_HELLO_HEADER - 1;
    for (size_t have = 0; have <= whole.len; have++)
        cr_expect_eq(sl_age_header_length(sl_str_slice(whole, 0, have)), have < length ? 0 : length, "%zu",
                     have);
    cr_expect_eq(sl_age_header_length((struct sl_str){NULL, 0}), 0);
}

Test(age_header, an_age_file_is_known_by_its_beginning)
{
    static const struct {
        const char *text;
        bool is;
    } rows[] = {
        {AGE_HELLO_HEADER, true},
        {"age-encryption.org/v2\n", true},
        {"-----BEGIN AGE ENCRYPTED FILE-----\n", true},
        {"\n \t\r\n-----BEGIN AGE ENCRYPTED FILE-----\n", true},
        {"", false},
        {"   ", false},
        {" age-encryption.org/v1\n", false},
        {"-----BEGIN AGE ENCRYPTED FILE----", false},
        {"\x1f\x8b\x08", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(sl_age_is_file(sl_str_from(rows[i].text)), rows[i].is, "%s", rows[i].text);
}

/* -- writing -- */

static struct sl_age_recipients recipients_of_keys(void)
{
    struct sl_age_recipients list = {.count = 0};
    struct sl_err err = {0};
    for (size_t i = 0; i < identities.count; i++)
        cr_assert_eq(sl_age_recipients_add(&list, &identities.items[i].recipient, &err), 0);
    return list;
}

Test(age_header, what_was_written_opens_for_each_of_its_recipients_and_nobody_else)
{
    struct sl_age_file_key key = {{1, 2, 3}}, found;
    struct sl_age_recipients list = recipients_of_keys();
    struct counter counter = {.next = 9};
    struct sl_random random = {counter_fill, &counter};
    struct sl_err err = {0};
    enum sl_age_outcome outcome;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, 4096);
    sl_buf_text(&text, "before ");
    cr_assert_eq(sl_age_header_write(&text, &key, &list, &random, &err), 0, "%s", err.message);
    struct sl_str header = sl_str_slice(sl_buf_view(&text), 7, text.len);
    for (size_t i = 0; i < 2; i++) {
        struct sl_age_keys one = {&identities.items[i], 1, NULL, 0};
        cr_assert_eq(sl_age_header_open(&found, header, &one, &outcome, &err), 0, "%s", err.message);
        cr_expect_arr_eq(found.bytes, key.bytes, sizeof key.bytes);
    }
    struct sl_age_identity stranger;
    cr_assert_eq(sl_age_identity_generate(&stranger, &random, &err), 0);
    struct sl_age_keys other = {&stranger, 1, NULL, 0};
    cr_expect_eq(sl_age_header_open(&found, header, &other, &outcome, &err), -1);
    cr_expect_eq(outcome, SL_AGE_NO_MATCH);
}

Test(age_header, writing_fails_without_recipients_randomness_room_or_with_a_point_of_low_order)
{
    struct sl_age_file_key key = {{1}};
    struct sl_age_recipients list = {.count = 0};
    struct counter counter = {.next = 9};
    struct sl_random random = {counter_fill, &counter};
    struct sl_err err = {0};
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    sl_buf_init(&text, 4096);
    cr_expect_eq(sl_age_header_write(&text, &key, &list, &random, &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE);
    list = recipients_of_keys();
    counter.fail_at = 2;
    cr_expect_eq(sl_age_header_write(&text, &key, &list, &random, &err), -1);
    cr_expect_str_eq(err.message, "no randomness today");
    memset(list.items[1].point, 0, sizeof list.items[1].point);
    cr_expect_eq(sl_age_header_write(&text, &key, &list, &random, &err), -1);
    cr_expect_eq(err.code, SL_E_INPUT);
    list.count = 1;
    for (size_t max = 0; max < 200; max += 10) {
        SL_CLEANUP(sl_buf_release) struct sl_buf small;
        sl_buf_init(&small, max);
        int result = sl_age_header_write(&small, &key, &list, &random, &err);
        cr_expect_eq(result, small.fail == SL_OK ? 0 : -1, "%zu", max);
    }
}

Test(age_header, each_allocation_that_fails_fails_the_writing)
{
    struct sl_age_file_key key = {{1}};
    struct sl_age_recipients list = recipients_of_keys();
    struct counter counter = {.next = 9};
    struct sl_random random = {counter_fill, &counter};
    for (size_t nth = 1;; nth++) {
        struct sl_err err = {0};
        SL_CLEANUP(sl_buf_release) struct sl_buf text;
        sl_buf_init(&text, 4096);
        alloc_fault_arm(nth);
        int result = sl_age_header_write(&text, &key, &list, &random, &err);
        if (!alloc_fault_disarm()) {
            cr_expect_eq(result, 0);
            break;
        }
        cr_expect_eq(result, -1);
        cr_expect_eq(err.code, SL_E_NO_MEMORY);
    }
}

/* -- chunks -- */

Test(age_stream, a_chunk_is_good_only_as_itself)
{
    struct sl_age_file_key key = {{7}};
    static const unsigned char nonce[SL_AGE_NONCE_BYTES] = {3};
    struct sl_age_stream seal, open;
    sl_age_prepare();
    unsigned char first[32], second[32], out[32];
    sl_age_stream_start(&seal, &key, nonce);
    sl_age_chunk_seal(&seal, first, (const unsigned char *)"one", 3, false);
    sl_age_chunk_seal(&seal, second, (const unsigned char *)"two", 3, true);
    sl_age_stream_start(&open, &key, nonce);
    cr_expect_not(sl_age_chunk_open(&open, out, second, 19, true), "not the second first");
    cr_expect_not(sl_age_chunk_open(&open, out, first, 19, true), "not as the last");
    cr_expect_not(sl_age_chunk_open(&open, out, first, 18, false), "not cut");
    cr_expect(sl_age_chunk_open(&open, out, first, 19, false));
    cr_expect_arr_eq(out, "one", 3);
    cr_expect_not(sl_age_chunk_open(&open, out, first, 19, false), "not twice");
    cr_expect_not(sl_age_chunk_open(&open, out, second, 19, false), "not as one in the middle");
    cr_expect(sl_age_chunk_open(&open, out, second, 19, true));
    cr_expect_arr_eq(out, "two", 3);
    sl_age_stream_wipe(&open);
    cr_expect(sodium_is_zero((unsigned char *)&open, sizeof open));
}

/* The number of a chunk is carried over from byte to byte. */
Test(age_stream, counts_beyond_a_byte)
{
    struct sl_age_file_key key = {{7}};
    static const unsigned char nonce[SL_AGE_NONCE_BYTES] = {3};
    struct sl_age_stream stream;
    unsigned char out[SL_AGE_TAG_BYTES];
    sl_age_stream_start(&stream, &key, nonce);
    for (unsigned i = 0; i < 65537; i++)
        sl_age_chunk_seal(&stream, out, out, 0, false);
    static const unsigned char expected[12] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0};
    cr_expect_arr_eq(stream.nonce, expected, sizeof expected);
}
