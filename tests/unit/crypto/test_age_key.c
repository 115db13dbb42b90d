#include <criterion/criterion.h>

#include "age_fixture.h"
#include "base/limits.h"
#include "bech32.h"
#include "fixture.h"
#include "hkdf.h"

#include <sealift/age.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

/* -- HKDF -- */

static void from_hex(unsigned char *out, size_t size, size_t *len, const char *hex)
{
    cr_assert_eq(sodium_hex2bin(out, size, hex, strlen(hex), NULL, len, NULL), 0);
}

/* RFC 5869, A.1, A.2 cut to one block, A.3. */
Test(hkdf, gives_the_first_block_of_the_examples_of_its_rfc)
{
    static const struct {
        const char *secret, *salt, *info, *key;
    } rows[] = {
        {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
         "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"},
        {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
         "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char secret[64], salt[64], info[64], expected[64], key[SL_HKDF_BYTES];
        size_t secret_len, salt_len, info_len, key_len;
        from_hex(secret, sizeof secret, &secret_len, rows[i].secret);
        from_hex(salt, sizeof salt, &salt_len, rows[i].salt);
        from_hex(info, sizeof info, &info_len, rows[i].info);
        from_hex(expected, sizeof expected, &key_len, rows[i].key);
        sl_hkdf_sha256(key, (struct sl_str){(char *)secret, secret_len},
                       salt_len ? (struct sl_str){(char *)salt, salt_len} : (struct sl_str){NULL, 0},
                       (struct sl_str){(char *)info, info_len});
        cr_expect_arr_eq(key, expected, sizeof key, "row %zu", i);
    }
}

/* -- bech32 -- */

Test(bech32, every_changed_character_is_noticed)
{
    static const struct {
        const char *text;
        struct sl_str prefix;
    } rows[] = {{AGE_RECIPIENT, SL_STR_INIT("age")}, {AGE_IDENTITY, SL_STR_INIT("AGE-SECRET-KEY-")}};
    static const char others[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7lQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L1-bio\n ";
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        unsigned char bytes[SL_BECH32_BYTES];
        char text[128];
        (void)snprintf(text, sizeof text, "%s", rows[row].text);
        cr_assert(sl_bech32_read(bytes, rows[row].prefix, sl_str_from(text)));
        for (size_t at = 0; text[at]; at++) {
            char right = text[at];
            for (const char *other = others; *other; other++) {
                text[at] = *other;
                cr_expect_eq(sl_bech32_read(bytes, rows[row].prefix, sl_str_from(text)), *other == right,
                             "%c at %zu", *other, at);
            }
            text[at] = '\0';
            cr_expect_not(
                sl_bech32_read(bytes, rows[row].prefix, (struct sl_str){text, strlen(rows[row].text)}));
            text[at] = right;
        }
    }
}

/* The same with a bit set that 32 bytes do not have, and a checksum that fits. */
Test(bech32, there_is_one_text_for_32_bytes)
{
    unsigned char bytes[SL_BECH32_BYTES] = {0};
    char text[128];
    sl_bech32_write(text, SL_STR("age"), bytes);
    cr_expect_str_eq(text, "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z");
    cr_expect(sl_bech32_read(bytes, SL_STR("age"), sl_str_from(text)));
    cr_expect_not(sl_bech32_read(bytes, SL_STR("age"),
                                 SL_STR("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqpfwgqrs")));
    cr_expect_not(sl_bech32_read(bytes, SL_STR("age"),
                                 SL_STR("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqg2vceql")));
}

/* -- recipients -- */

static int parse(const char *text, struct sl_err *err)
{
    struct sl_age_recipient recipient;
    return sl_age_recipient_parse(&recipient, sl_str_from(text), err);
}

Test(age_recipient, comes_back_as_it_was_written)
{
    struct sl_age_recipient recipient;
    struct sl_err err = {0};
    char text[SL_AGE_RECIPIENT_TEXT];
    cr_assert_eq(sl_age_recipient_parse(&recipient, SL_STR(AGE_RECIPIENT), &err), 0, "%s", err.message);
    cr_expect_str_eq(sl_age_recipient_text(text, &recipient), AGE_RECIPIENT);
}

Test(age_recipient, what_is_none_is_told_as_what_it_is)
{
    static const struct {
        const char *text, *message;
    } rows[] = {
        {"", "this is not a recipient of age, which begins with \"age1\" and has 62 characters"},
        {"age1", "62 characters, this has 4"},
        {AGE_RECIPIENT "q", "62 characters, this has 63"},
        {" \t" AGE_RECIPIENT, "\" \\x09" AGE_RECIPIENT "\" is not a recipient of age"},
        {"AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82HZRYE869XEEXVN73EQUNUJWJ",
         "\"AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82HZRYE869XEEXVN73EQUNUJWJ\" is not a recipient of age"},
        {"age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwk", "mistyped"},
        {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO", "an SSH key is no recipient here"},
        {"age1\x1b[2Jb", "\"age1\\x1b[2Jb\" is no"},
        {"a\x1b[2Jb", "this is not a recipient of age"},
        {" age", "this is not a recipient of age"},
        {"AGE-SECRET-KEY-1", "this is an identity, the secret half"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_err err = {0};
        cr_expect_eq(parse(rows[i].text, &err), -1, "%s", rows[i].text);
        cr_expect_eq(err.code, SL_E_INPUT);
        cr_expect(strstr(err.message, rows[i].message), "%s", err.message);
    }
}

Test(age_recipient, a_secret_is_never_repeated)
{
    static const struct {
        const char *text, *message, *secret;
    } rows[] = {
        {AGE_IDENTITY, "this is an identity", "EGAEX"},
        {"age-secret-key-1gfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpq4egaex", "this is an identity",
         "gfpyy"},
        {" \t" AGE_IDENTITY, "this is an identity", "GFPYY"},
        {"x" AGE_IDENTITY, "this is an identity", "GFPYY"},
        {"age1 " AGE_IDENTITY, "this is an identity", "GFPYY"},
        {"AGE-PLUGIN-YUBIKEY-1QQQQQQ", "this is not a recipient of age", "QQQQQQ"},
        {"GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX", "this is not a recipient of age",
         "GFPYY"},
        {"RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
         "this is not a recipient of age", "RWQAAEIy"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_err err = {0};
        cr_expect_eq(parse(rows[i].text, &err), -1, "%s", rows[i].text);
        cr_expect(strstr(err.message, rows[i].message), "row %zu: %s", i, err.message);
        cr_expect_not(strstr(err.message, rows[i].secret), "row %zu: %s", i, err.message);
        cr_expect_not(strstr(err.hint, rows[i].secret), "row %zu: %s", i, err.hint);
    }
}

/* Points of order 1, 2, 4 and 8, and forms of them above the prime. */
Test(age_recipient, a_point_of_low_order_is_refused)
{
    static const char *const points[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        unsigned char point[SL_BECH32_BYTES];
        size_t len;
        char text[SL_AGE_RECIPIENT_TEXT];
        struct sl_err err = {0};
        from_hex(point, sizeof point, &len, points[i]);
        sl_bech32_write(text, SL_STR("age"), point);
        cr_expect_eq(parse(text, &err), -1, "%s", points[i]);
        cr_expect(strstr(err.message, "low order"), "%s: %s", points[i], err.message);
    }
}

/* `count` different ones. */
static void fill_list(struct sl_age_recipients *list, size_t count)
{
    struct sl_err err = {0};
    for (size_t i = 0; i < count; i++) {
        struct sl_age_recipient recipient = {.point = {(unsigned char)i, 1}};
        cr_assert_eq(sl_age_recipients_add(list, &recipient, &err), 0, "%s", err.message);
    }
}

Test(age_recipient, a_list_holds_each_once_and_no_more_than_its_limit)
{
    static struct sl_age_recipients list;
    struct sl_err err = {0};
    struct sl_age_recipient one_more = {.point = {0, 2}};
    list.count = 0;
    fill_list(&list, SL_AGE_RECIPIENTS_MAX);
    fill_list(&list, SL_AGE_RECIPIENTS_MAX);
    cr_expect_eq(list.count, SL_AGE_RECIPIENTS_MAX);
    cr_expect_eq(sl_age_recipients_add(&list, &one_more, &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_eq(sl_age_recipients_read(&list, SL_STR(AGE_RECIPIENT), "list", &err), -1);
    cr_expect_str_eq(err.message, "list: there are more than 64 recipients");
}

Test(age_recipient, a_file_has_one_per_line_and_comments)
{
    struct sl_age_recipients list = {.count = 0};
    struct sl_err err = {0};
    struct sl_str text = SL_STR("# ours\n\n" AGE_RECIPIENT "\r\n#" AGE_RECIPIENT "\n" AGE_RECIPIENT);
    cr_assert_eq(sl_age_recipients_read(&list, text, "list", &err), 0, "%s", err.message);
    cr_expect_eq(list.count, 1);
}

/* -- files of either -- */

struct file_case {
    const char *text;
    enum sl_code code;
    const char *message;
};

Test(age_recipient, a_bad_file_is_told_with_its_line)
{
    static const struct file_case rows[] = {
        {"", SL_E_INPUT, "a\\x1bb: there is no recipient in it"},
        {"# nothing\n\n", SL_E_INPUT, "there is no recipient in it"},
        {"#\n" AGE_RECIPIENT "\nage1x\n", SL_E_INPUT, "a\\x1bb: line 3: \"age1x\""},
        {AGE_RECIPIENT " \n", SL_E_INPUT, "line 1: "},
        {"\r\r\n", SL_E_INPUT, "line 1: "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_age_recipients list = {.count = 0};
        struct sl_err err = {0};
        cr_expect_eq(sl_age_recipients_read(&list, sl_str_from(rows[i].text),
                                            "a\x1b"
                                            "b",
                                            &err),
                     -1);
        cr_expect_eq(err.code, rows[i].code, "row %zu", i);
        cr_expect(strstr(err.message, rows[i].message), "row %zu: %s", i, err.message);
        cr_expect_eq(list.count, 0, "all or nothing");
    }
}

static struct sl_age_identities identities;

static void wipe_identities(void)
{
    sl_age_identities_wipe(&identities);
}

TestSuite(age_identity, .init = wipe_identities);

Test(age_identity, a_file_of_age_keygen_is_read_with_its_recipient)
{
    struct sl_err err = {0};
    char text[SL_AGE_RECIPIENT_TEXT];
    struct sl_str file =
        SL_STR("# created: 2026-11-21T13:00:00Z\n# public key: " AGE_RECIPIENT "\n" AGE_IDENTITY "\n");
    cr_assert_eq(sl_age_identities_read(&identities, file, "site.txt", &err), 0, "%s", err.message);
    cr_assert_eq(sl_age_identities_read(&identities, file, "site.txt", &err), 0, "%s", err.message);
    cr_expect_eq(identities.count, 2);
    cr_expect_str_eq(sl_age_recipient_text(text, &identities.items[0].recipient), AGE_RECIPIENT);
    char secret[SL_AGE_IDENTITY_TEXT];
    cr_expect_str_eq(sl_age_identity_text(secret, &identities.items[1]), AGE_IDENTITY);
    sl_age_identities_wipe(&identities);
    cr_expect(sodium_is_zero((unsigned char *)&identities, sizeof identities));
}

Test(age_identity, a_bad_file_is_told_with_its_line_and_never_repeated)
{
    static const struct file_case rows[] = {
        {"", SL_E_INPUT, "site: there is no identity in it"},
        {"#\n" AGE_RECIPIENT "\n", SL_E_INPUT, "site: line 2: this is a recipient"},
        {"\n\nage-encryption.org/v1\n", SL_E_UNSUPPORTED, "line 3: the identity file is itself encrypted"},
        {"-----BEGIN AGE ENCRYPTED FILE-----\n", SL_E_UNSUPPORTED,
         "line 1: the identity file is itself encrypted"},
        {"AGE-PLUGIN-YUBIKEY-1XXX", SL_E_UNSUPPORTED, "an identity of another kind"},
        {"AGE-SECRET-KEY-PQ-1XXX", SL_E_UNSUPPORTED, "an identity of another kind"},
        {"-----BEGIN OPENSSH PRIVATE KEY-----\n", SL_E_UNSUPPORTED, "an identity of another kind"},
        {"AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEY", SL_E_INPUT,
         "mistyped"},
        {"age-secret-key-1gfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpq4egaex", SL_E_INPUT,
         "mistyped"},
        {AGE_IDENTITY " ", SL_E_INPUT, "mistyped"},
        {" " AGE_IDENTITY, SL_E_INPUT, "mistyped"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_err err = {0};
        cr_expect_eq(sl_age_identities_read(&identities, sl_str_from(rows[i].text), "site", &err), -1);
        cr_expect_eq(err.code, rows[i].code, "row %zu", i);
        cr_expect(strstr(err.message, rows[i].message), "row %zu: %s", i, err.message);
        cr_expect_not(strstr(err.message, "GFPYY"), "a secret is not repeated: %s", err.message);
    }
}

Test(age_identity, there_are_limits_on_the_file_and_on_the_number)
{
    struct sl_err err = {0};
    char *large = malloc(SL_AGE_KEY_FILE_MAX + 1);
    cr_assert_not_null(large);
    memset(large, '#', SL_AGE_KEY_FILE_MAX + 1);
    struct sl_str text = {large, SL_AGE_KEY_FILE_MAX + 1};
    cr_expect_eq(sl_age_identities_read(&identities, text, "site", &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_str_eq(err.message, "site: larger than the limit of 65536 bytes");
    free(large);
    for (size_t i = 0; i < SL_AGE_IDENTITIES_MAX; i++)
        cr_assert_eq(sl_age_identities_read(&identities, SL_STR(AGE_IDENTITY "\n"), "site", &err), 0);
    cr_expect_eq(sl_age_identities_read(&identities, SL_STR(AGE_IDENTITY "\n"), "site", &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
}

Test(age_identity, a_new_one_is_made_of_the_randomness_given_and_written_as_age_keygen_does)
{
    struct counter counter = {.next = 1};
    struct sl_random random = {counter_fill, &counter};
    struct sl_age_identity identity;
    struct sl_err err = {0};
    struct sl_buf file;
    sl_buf_init(&file, 4096);
    cr_assert_eq(sl_age_identity_generate(&identity, &random, &err), 0);
    cr_assert_eq(sl_age_identity_file_write(&file, &identity, 1795266531, &err), 0, "%s", err.message);
    cr_expect_str_eq(file.ptr,
                     "# created: 2026-11-21T13:08:51Z\n"
                     "# public key: age1q73he0q5yzfu3d64msd3p6rvksnrwjk3d2598mgtmlqt9wrdr37q2vrn72\n"
                     "AGE-SECRET-KEY-1QYPQXPQ9QCRSSZG2PVXQ6RS0ZQG3YYC5Z5TPWXQERGD3C8G7RUSQGPQYEE\n");
    cr_assert_eq(sl_age_identities_read(&identities, sl_buf_view(&file), "file", &err), 0, "%s", err.message);
    cr_expect_arr_eq(&identities.items[0], &identity, sizeof identity);
    sl_buf_release(&file);
    sl_age_identity_wipe(&identity);
    cr_expect(sodium_is_zero((unsigned char *)&identity, sizeof identity));

    counter = (struct counter){.fail_at = 1};
    cr_expect_eq(sl_age_identity_generate(&identity, &random, &err), -1);
    cr_expect_str_eq(err.message, "no randomness today");
    sl_buf_init(&file, 100);
    cr_expect_eq(sl_age_identity_file_write(&file, &identity, 0, &err), -1, "no room");
    sl_buf_release(&file);
}
