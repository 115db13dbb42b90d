#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "crypto/minisig.h"
#include "fixture.h"
#include <sodium.h>

static struct sl_public_key stock_public_key(void)
{
    struct sl_public_key key;
    struct sl_err err = {0};
    cr_assert_eq(sl_public_key_read(&key, SL_STR(STOCK_PUBLIC), "a.pub", &err), 0, "%s", err.message);
    return key;
}

static struct sl_secret_key stock_secret_key(void)
{
    struct sl_secret_key key;
    struct sl_err err = {0};
    cr_assert_eq(sl_secret_key_read(&key, SL_STR(STOCK_SECRET), SL_STR(""), "a.key", &err), 0, "%s",
                 err.message);
    return key;
}

/* Reads and verifies; 0, or -1 with err. */
static int accept(struct sl_str text, const struct sl_public_key *key, struct sl_str message,
                  struct sl_err *err)
{
    struct sl_minisig signature;
    if (sl_minisig_read(&signature, text, "m.minisig", err) < 0)
        return -1;
    struct sl_signed_message signed_message;
    sl_signed_message_of(&signed_message, message);
    return sl_minisig_verify(&signature, key, &signed_message, "m.minisig", err);
}

static struct sl_signed_message stock_message(void)
{
    struct sl_signed_message message;
    sl_signed_message_of(&message, SL_STR(STOCK_MESSAGE));
    return message;
}

Test(minisig, a_signature_of_stock_minisign_with_its_default_comment_is_accepted)
{
    struct sl_public_key key = stock_public_key();
    struct sl_minisig signature;
    struct sl_signed_message message = stock_message();
    struct sl_err err = {0};
    cr_assert_eq(sl_minisig_read(&signature, SL_STR(STOCK_SIGNATURE), "m.minisig", &err), 0, "%s",
                 err.message);
    cr_expect_eq(sl_minisig_verify(&signature, &key, &message, "m.minisig", &err), 0, "%s", err.message);
    cr_expect(sl_str_equal(signature.trusted_comment, SL_STR(STOCK_TRUSTED_COMMENT)));
    cr_expect_arr_eq(signature.key_id, key.id, sizeof key.id);
}

Test(minisig, what_is_written_is_accepted_and_has_four_exact_lines)
{
    static const struct sl_str comments[] = {
        SL_STR_INIT(""),
        SL_STR_INIT("customer:customer-a release:v1.0 sequence:17"),
        SL_STR_INIT(" !~ "),
    };
    struct sl_secret_key secret = stock_secret_key();
    struct sl_public_key key = stock_public_key();
    for (size_t i = 0; i < sizeof comments / sizeof comments[0]; i++) {
        struct sl_buf text, expected;
        struct sl_err err = {0};
        sl_buf_init(&text, 4096);
        sl_buf_init(&expected, 4096);
        cr_assert_eq(sl_minisig_write(&text, &secret, SL_STR(STOCK_MESSAGE), comments[i], &err), 0, "%s",
                     err.message);
        cr_expect_eq(accept(sl_buf_view(&text), &key, SL_STR(STOCK_MESSAGE), &err), 0, "%s", err.message);
        /* Ed25519 has one signature per message: line 2 is stock minisign's. */
        sl_buf_text(&expected, "untrusted comment: signature from sealift secret key\n" STOCK_LINE_2
                               "trusted comment: ");
        sl_buf_str(&expected, comments[i]);
        sl_buf_byte(&expected, '\n');
        cr_expect(sl_str_starts_with(sl_buf_view(&text), sl_buf_view(&expected)), "got %s", text.ptr);
        cr_expect_eq(text.len, expected.len + 89);
        sl_buf_release(&text);
        sl_buf_release(&expected);
    }
}

Test(minisig, an_empty_message_can_be_signed)
{
    struct sl_secret_key secret = stock_secret_key();
    struct sl_public_key key = stock_public_key();
    struct sl_buf text;
    struct sl_err err = {0};
    sl_buf_init(&text, 4096);
    cr_assert_eq(sl_minisig_write(&text, &secret, (struct sl_str){NULL, 0}, SL_STR("x"), &err), 0);
    cr_expect_eq(accept(sl_buf_view(&text), &key, SL_STR(""), &err), 0, "%s", err.message);
    cr_expect_eq(accept(sl_buf_view(&text), &key, SL_STR(" "), &err), -1);
    sl_buf_release(&text);
}

/* -- malformed files: one mutation each -- */

#define L1 STOCK_LINE_1
#define L2 STOCK_LINE_2
#define L3 STOCK_LINE_3
#define L4 STOCK_LINE_4

static const struct {
    const char *what;
    struct sl_str text;
    const char *message;
} malformed[] = {
    {"nothing", SL_STR_INIT(""), "m.minisig: line 1 is missing"},
    {"one line", SL_STR_INIT(L1), "m.minisig: line 2 is missing"},
    {"two lines", SL_STR_INIT(L1 L2), "m.minisig: line 3 is missing"},
    {"three lines", SL_STR_INIT(L1 L2 L3), "m.minisig: line 4 is missing"},
    {"no LF at the end", SL_STR_INIT(L1 L2 L3 STOCK_GLOBAL_BASE64),
     "m.minisig: line 4 does not end with a line feed"},
    {"a fifth line", SL_STR_INIT(L1 L2 L3 L4 "x\n"), "m.minisig: there is more after line 4"},
    {"an empty line behind", SL_STR_INIT(L1 L2 L3 L4 "\n"), "m.minisig: there is more after line 4"},
    {"a NUL behind", SL_STR_INIT(L1 L2 L3 L4 "\0"), "m.minisig: there is more after line 4"},
    {"a second signature behind", SL_STR_INIT(L1 L2 L3 L4 L1 L2 L3 L4),
     "m.minisig: there is more after line 4"},
    {"an empty line in front", SL_STR_INIT("\n" L1 L2 L3 L4), "m.minisig: line 1 does not begin with"},
    {"byte order mark", SL_STR_INIT("\xef\xbb\xbf" L1 L2 L3 L4), "m.minisig: line 1 does not begin with"},
    {"CRLF on line 1", SL_STR_INIT("untrusted comment: x\r\n" L2 L3 L4), "m.minisig: line 1 ends with CR LF"},
    {"CRLF on line 2", SL_STR_INIT(L1 STOCK_SIGNATURE_BASE64 "\r\n" L3 L4),
     "m.minisig: line 2 ends with CR LF"},
    {"CRLF on line 3", SL_STR_INIT(L1 L2 "trusted comment: " STOCK_TRUSTED_COMMENT "\r\n" L4),
     "m.minisig: line 3 ends with CR LF"},
    {"CRLF on line 4", SL_STR_INIT(L1 L2 L3 STOCK_GLOBAL_BASE64 "\r\n"), "m.minisig: line 4 ends with CR LF"},
    {"CR ends the lines", SL_STR_INIT("untrusted comment: x\r" STOCK_SIGNATURE_BASE64 "\r"),
     "line 1 does not end with a line feed"},
    {"CR and more in the trusted comment",
     SL_STR_INIT(L1 L2 "trusted comment: " STOCK_TRUSTED_COMMENT "\rtrusted comment: customer:EVIL\n" L4),
     "m.minisig: line 3, column 52: control character U+000D in the comment"},
    {"ESC in the trusted comment", SL_STR_INIT(L1 L2 "trusted comment: \x1b[2Jok\n" L4),
     "m.minisig: line 3, column 18: control character U+001B in the comment"},
    {"BEL in the trusted comment", SL_STR_INIT(L1 L2 "trusted comment: \a\n" L4), "U+0007"},
    {"backspace in the trusted comment", SL_STR_INIT(L1 L2 "trusted comment: a\bb\n" L4), "U+0008"},
    {"vertical tab in the trusted comment", SL_STR_INIT(L1 L2 "trusted comment: \v\n" L4), "U+000B"},
    {"unit separator in the trusted comment", SL_STR_INIT(L1 L2 "trusted comment: \x1f\n" L4), "U+001F"},
    {"DEL in the trusted comment", SL_STR_INIT(L1 L2 "trusted comment: \x7f\n" L4), "U+007F"},
    {"C1 in the trusted comment",
     SL_STR_INIT(L1 L2 "trusted comment: \xc2\x9b"
                       "2J\n" L4),
     "U+009B"},
    {"a bare C1 byte in the trusted comment",
     SL_STR_INIT(L1 L2 "trusted comment: \x9b"
                       "2J\n" L4),
     "m.minisig: line 3, column 18: the comment is not UTF-8"},
    {"overlong UTF-8 in the trusted comment", SL_STR_INIT(L1 L2 "trusted comment: \xc0\x8a\n" L4),
     "not UTF-8"},
    {"NUL in the trusted comment", SL_STR_INIT(L1 L2 "trusted comment: \0\n" L4), "U+0000"},
    {"ESC in the untrusted comment", SL_STR_INIT("untrusted comment: \x1b[2J\n" L2 L3 L4),
     "m.minisig: line 1, column 20: control character U+001B in the comment"},
    {"NUL in the untrusted comment", SL_STR_INIT("untrusted comment: \0\n" L2 L3 L4), "U+0000"},
    {"no prefix on line 1", SL_STR_INIT("signature from minisign secret key\n" L2 L3 L4),
     "m.minisig: line 1 does not begin with \"untrusted comment: \""},
    {"prefix without its space", SL_STR_INIT("untrusted comment:\n" L2 L3 L4), "line 1 does not begin with"},
    {"trusted prefix on line 1", SL_STR_INIT("trusted comment: x\n" L2 L3 L4), "line 1 does not begin with"},
    {"untrusted prefix on line 3", SL_STR_INIT(L1 L2 "untrusted comment: x\n" L4),
     "m.minisig: line 3 does not begin with \"trusted comment: \""},
    {"upper-case prefix", SL_STR_INIT(L1 L2 "Trusted comment: x\n" L4), "line 3 does not begin with"},
    {"lines 2 and 4 swapped", SL_STR_INIT(L1 L4 L3 L2), "m.minisig: line 2 is not a signature"},
    {"line 2 empty", SL_STR_INIT(L1 "\n" L3 L4), "m.minisig: line 2 is not a signature"},
    {"line 4 empty", SL_STR_INIT(L1 L2 L3 "\n"), "m.minisig: line 4 is not a signature"},
    {"space behind line 2", SL_STR_INIT(L1 STOCK_SIGNATURE_BASE64 " \n" L3 L4), "line 2 is not a signature"},
    {"space in front of line 4", SL_STR_INIT(L1 L2 L3 " " L4), "m.minisig: line 4 is not a signature"},
    {"spare bits in line 2",
     SL_STR_INIT(L1 "RUSMZFUCg3zyoHtfW96PHAYCkIk7/AhX/cWCak3d1xJCPfWjyFomcEuT42tsAnl1kbIpEf+J8xhXokYGzdVSDYzM"
                    "rlkWldVF4QN=\n" L3 L4),
     "m.minisig: line 2 is not a signature: 100 characters of base64, strictly encoded"},
    {"spare bits in line 4",
     SL_STR_INIT(L1 L2 L3
                 "Do5S7OanBOaI43eKsLf7YY91AVtTv+qo+lxRI2ZkKhvVHzkEf6U/E6gX3/XZWg80k2FkuCFthOf1ZkBfryH9"
                 "Dh==\n"),
     "m.minisig: line 4 is not a signature: 88 characters of base64, strictly encoded"},
    {"no padding in line 2",
     SL_STR_INIT(L1 "RUSMZFUCg3zyoHtfW96PHAYCkIk7/AhX/cWCak3d1xJCPfWjyFomcEuT42tsAnl1kbIpEf+J8xhXokYGzdVSDYzM"
                    "rlkWldVF4QM\n" L3 L4),
     "line 2 is not a signature"},
    {"one byte less in line 2, padded to the length",
     SL_STR_INIT(L1 "RUSMZFUCg3zyoHtfW96PHAYCkIk7/AhX/cWCak3d1xJCPfWjyFomcEuT42tsAnl1kbIpEf+J8xhXokYGzdVSDYzM"
                    "rlkWldVF4Q==\n" L3 L4),
     "line 2 is not a signature"},
    {"no padding in line 4",
     SL_STR_INIT(L1 L2 L3
                 "Do5S7OanBOaI43eKsLf7YY91AVtTv+qo+lxRI2ZkKhvVHzkEf6U/E6gX3/XZWg80k2FkuCFthOf1ZkBfryH9"
                 "Dg\n"),
     "line 4 is not a signature"},
    {"half the padding in line 4",
     SL_STR_INIT(L1 L2 L3
                 "Do5S7OanBOaI43eKsLf7YY91AVtTv+qo+lxRI2ZkKhvVHzkEf6U/E6gX3/XZWg80k2FkuCFthOf1ZkBfryH9"
                 "Dg=\n"),
     "line 4 is not a signature"},
    {"URL-safe digit in line 2",
     SL_STR_INIT(L1 "RUSMZFUCg3zyoHtfW96PHAYCkIk7_AhX/cWCak3d1xJCPfWjyFomcEuT42tsAnl1kbIpEf+J8xhXokYGzdVSDYzM"
                    "rlkWldVF4QM=\n" L3 L4),
     "line 2 is not a signature"},
    {"NUL in line 2",
     SL_STR_INIT(L1
                 "RUSMZFUCg3zyoHtfW96PHAYCkIk7\0AhX/cWCak3d1xJCPfWjyFomcEuT42tsAnl1kbIpEf+J8xhXokYGzdVSDYzM"
                 "rlkWldVF4QM=\n" L3 L4),
     "line 2 is not a signature"},
    {"legacy algorithm",
     SL_STR_INIT(L1 "RWSMZFUCg3zyoHtfW96PHAYCkIk7/AhX/cWCak3d1xJCPfWjyFomcEuT42tsAnl1kbIpEf+J8xhXokYGzdVSDYzM"
                    "rlkWldVF4QM=\n" L3 L4),
     "m.minisig: a signature in minisign's legacy form, which is not accepted"},
    {"unknown algorithm",
     SL_STR_INIT(L1 "AAAMZFUCg3zyoHtfW96PHAYCkIk7/AhX/cWCak3d1xJCPfWjyFomcEuT42tsAnl1kbIpEf+J8xhXokYGzdVSDYzM"
                    "rlkWldVF4QM=\n" L3 L4),
     "m.minisig: line 2 is a signature by an algorithm that is not known"},
    {"a public key", SL_STR_INIT(STOCK_PUBLIC), "m.minisig: this is a public key, not a signature"},
    {"a secret key", SL_STR_INIT(STOCK_SECRET), "m.minisig: this is a secret key, not a signature"},
};

Test(minisig, malformed_files_are_refused_with_the_reason)
{
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        struct sl_minisig signature = {.key_id = {1}};
        struct sl_err err = {0};
        cr_expect_eq(sl_minisig_read(&signature, malformed[i].text, "m.minisig", &err), -1, "accepted: %s",
                     malformed[i].what);
        cr_expect_eq(err.code, SL_E_REFUSED, "%s: %s", malformed[i].what, sl_code_name(err.code));
        cr_expect_not_null(strstr(err.message, malformed[i].message), "%s: %s", malformed[i].what,
                           err.message);
        cr_expect_eq(signature.key_id[0], 1, "%s: wrote a result", malformed[i].what);
    }
}

Test(minisig, a_legacy_signature_has_a_hint_that_says_what_to_do)
{
    struct sl_minisig signature;
    struct sl_err err = {0};
    cr_assert_eq(
        sl_minisig_read(
            &signature,
            SL_STR(L1
                   "RWSMZFUCg3zyoHtfW96PHAYCkIk7/AhX/cWCak3d1xJCPfWjyFomcEuT42tsAnl1kbIpEf+J8xhXokYGzdVSDYzM"
                   "rlkWldVF4QM=\n" L3 L4),
            "m.minisig", &err),
        -1);
    cr_expect_not_null(strstr(err.hint, "minisign -SHm"), "%s", err.hint);
}

/* -- limits -- */

/* A signature file whose untrusted or trusted comment line has `line_len` bytes. */
static struct sl_str with_long_line(struct sl_buf *out, int number, size_t line_len)
{
    sl_buf_init(out, 64 * SL_KIB);
    const char *prefix = number == 1 ? "untrusted comment: " : "trusted comment: ";
    if (number == 3)
        sl_buf_text(out, L1 L2);
    sl_buf_text(out, prefix);
    for (size_t i = strlen(prefix); i < line_len; i++)
        sl_buf_byte(out, 'x');
    sl_buf_text(out, number == 1 ? "\n" L2 L3 L4 : "\n" L4);
    return sl_buf_view(out);
}

Test(minisig, comments_are_as_long_as_minisigns_buffers_and_no_longer)
{
    static const struct {
        int line;
        size_t len;
        int result;
    } rows[] = {{1, 1022, 0}, {1, 1023, -1}, {3, 8190, 0}, {3, 8191, -1}, {1, 20000, -1}, {3, 20000, -1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_buf text;
        struct sl_minisig signature;
        struct sl_err err = {0};
        struct sl_str view = with_long_line(&text, rows[i].line, rows[i].len);
        cr_expect_eq(sl_minisig_read(&signature, view, "m.minisig", &err), rows[i].result, "row %zu: %s", i,
                     err.message);
        cr_expect_eq(err.code, rows[i].result < 0 ? SL_E_REFUSED : SL_OK);
        sl_buf_release(&text);
    }
}

/* sl_minisig_verify() can be given a struct that sl_minisig_read() never saw. */
Test(minisig, a_comment_longer_than_the_limit_is_refused_by_verification_too)
{
    struct sl_public_key key = stock_public_key();
    struct sl_minisig signature;
    struct sl_signed_message message = stock_message();
    struct sl_err err = {0};
    cr_assert_eq(sl_minisig_read(&signature, SL_STR(STOCK_SIGNATURE), "m.minisig", &err), 0);
    char longer[SL_TRUSTED_COMMENT_MAX + 1];
    memset(longer, 'x', sizeof longer);
    signature.trusted_comment = (struct sl_str){longer, sizeof longer};
    cr_expect_eq(sl_minisig_verify(&signature, &key, &message, "m.minisig", &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect_not_null(strstr(err.message, "longer than the limit of 8192 bytes"), "%s", err.message);
}

Test(minisig, a_trusted_comment_that_may_not_be_written_is_a_usage_error)
{
    static const struct sl_str comments[] = {
        SL_STR_INIT("a\nb"),  SL_STR_INIT("a\rb"),     SL_STR_INIT("a\tb"),  SL_STR_INIT("a\0b"),
        SL_STR_INIT("\x1b["), SL_STR_INIT("\xc3\xa4"), SL_STR_INIT("a\x7f"), SL_STR_INIT("\xff"),
    };
    struct sl_secret_key secret = stock_secret_key();
    struct sl_buf text;
    sl_buf_init(&text, 4096);
    for (size_t i = 0; i < sizeof comments / sizeof comments[0]; i++) {
        struct sl_err err = {0};
        cr_expect_eq(sl_minisig_write(&text, &secret, SL_STR("m"), comments[i], &err), -1, "comment %zu", i);
        cr_expect_eq(err.code, SL_E_USAGE);
    }
    cr_expect_eq(text.len, 0);
    sl_buf_release(&text);
}

Test(minisig, the_longest_trusted_comment_comes_back_and_one_more_byte_is_a_usage_error)
{
    struct sl_secret_key secret = stock_secret_key();
    struct sl_public_key key = stock_public_key();
    char comment[8174];
    memset(comment, 'x', sizeof comment);
    struct sl_buf text;
    struct sl_err err = {0};
    sl_buf_init(&text, SL_SIGNATURE_FILE_MAX);
    cr_expect_eq(sl_minisig_write(&text, &secret, SL_STR("m"), (struct sl_str){comment, 8174}, &err), -1);
    cr_expect_eq(err.code, SL_E_USAGE);
    cr_assert_eq(sl_minisig_write(&text, &secret, SL_STR("m"), (struct sl_str){comment, 8173}, &err), 0, "%s",
                 err.message);
    cr_expect_eq(accept(sl_buf_view(&text), &key, SL_STR("m"), &err), 0, "%s", err.message);
    sl_buf_release(&text);
}

/* -- verification -- */

Test(minisig, another_message_is_refused)
{
    static const struct sl_str messages[] = {SL_STR_INIT(""), SL_STR_INIT("hi"), SL_STR_INIT("hi\n\n"),
                                             SL_STR_INIT("Hi\n"), SL_STR_INIT("hi\0")};
    struct sl_public_key key = stock_public_key();
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        struct sl_err err = {0};
        cr_expect_eq(accept(SL_STR(STOCK_SIGNATURE), &key, messages[i], &err), -1, "message %zu", i);
        cr_expect_eq(err.code, SL_E_REFUSED);
        cr_expect_not_null(strstr(err.message, "m.minisig: the signature does not match"), "%s", err.message);
    }
}

Test(minisig, a_changed_trusted_comment_is_refused)
{
    struct sl_public_key key = stock_public_key();
    struct sl_err err = {0};
    cr_expect_eq(accept(SL_STR(L1 L2 "trusted comment: timestamp:1795256159\tfile:n\thashed\n" L4), &key,
                        SL_STR(STOCK_MESSAGE), &err),
                 -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect_not_null(strstr(err.message, "m.minisig: the trusted comment was changed"), "%s", err.message);
}

Test(minisig, a_changed_untrusted_comment_is_accepted_because_nothing_is_said_with_it)
{
    struct sl_public_key key = stock_public_key();
    struct sl_err err = {0};
    cr_expect_eq(accept(SL_STR("untrusted comment: \n" L2 L3 L4), &key, SL_STR(STOCK_MESSAGE), &err), 0, "%s",
                 err.message);
}

Test(minisig, a_key_with_another_id_is_refused_and_both_ids_are_named)
{
    struct sl_public_key key = stock_public_key();
    key.id[7] = 0;
    struct sl_err err = {0};
    cr_expect_eq(accept(SL_STR(STOCK_SIGNATURE), &key, SL_STR(STOCK_MESSAGE), &err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect_str_eq(err.message,
                     "m.minisig: made with the key A0F27C830255648C, not with the key 00F27C830255648C");
}

/* An id is eight free bytes: an attacker can give his key the id of another. */
Test(minisig, another_key_with_the_same_id_is_refused)
{
    struct sl_buf public_text, secret_text;
    struct sl_public_key other, key = stock_public_key();
    struct sl_err err = {0};
    cr_assert_eq(make_pair(&public_text, &secret_text, 1, "", &err), 0);
    cr_assert_eq(sl_public_key_read(&other, sl_buf_view(&public_text), "b.pub", &err), 0);
    memcpy(other.id, key.id, sizeof other.id);
    cr_expect_eq(accept(SL_STR(STOCK_SIGNATURE), &other, SL_STR(STOCK_MESSAGE), &err), -1);
    cr_expect_not_null(strstr(err.message, "the signature does not match"), "%s", err.message);
    sl_buf_release(&public_text);
    sl_buf_release(&secret_text);
}

/* The trusted comment belongs to its signature: one of the same key but of another message does not fit. */
/* Signs `message` with the scalar of `point` = scalar * B + T, T of order 8, so that libsodium's equation holds:
 * the factor of the point has to be a multiple of 8, which one of eight tries gives. */
static void sign_with_mixed_order(unsigned char signature[64], const unsigned char scalar[32],
                                  const unsigned char point[32], const void *message, size_t len)
{
    unsigned char seed[64] = {1};
    for (;; seed[0]++) {
        unsigned char r[32], hash[64], factor[32];
        crypto_core_ed25519_scalar_reduce(r, seed);
        cr_assert_eq(crypto_scalarmult_ed25519_base_noclamp(signature, r), 0);
        crypto_hash_sha512_state state;
        crypto_hash_sha512_init(&state);
        crypto_hash_sha512_update(&state, signature, 32);
        crypto_hash_sha512_update(&state, point, 32);
        crypto_hash_sha512_update(&state, message, len);
        crypto_hash_sha512_final(&state, hash);
        crypto_core_ed25519_scalar_reduce(factor, hash);
        crypto_core_ed25519_scalar_mul(signature + 32, factor, scalar);
        crypto_core_ed25519_scalar_add(signature + 32, signature + 32, r);
        if ((factor[0] & 7) == 0)
            return;
    }
}

Test(minisig, a_key_of_mixed_order_is_refused_even_where_the_equation_holds)
{
    static const unsigned char order_8[32] = {
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
        0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05};
    static const unsigned char scalar[32] = {42};
    struct sl_public_key key = {.id = {7}};
    struct sl_minisig signature = {.key_id = {7}, .trusted_comment = {NULL, 0}};
    struct sl_signed_message message;
    struct sl_err err = {0};
    unsigned char digest[64];
    sl_signed_message_of(&message, SL_STR("hi"));
    cr_assert_eq(crypto_scalarmult_ed25519_base_noclamp(key.point, scalar), 0);
    cr_assert_eq(crypto_core_ed25519_add(key.point, key.point, order_8), 0);
    crypto_generichash(digest, sizeof digest, (const unsigned char *)"hi", 2, NULL, 0);
    sign_with_mixed_order(signature.signature, scalar, key.point, digest, sizeof digest);
    sign_with_mixed_order(signature.global_signature, scalar, key.point, signature.signature, 64);
    cr_assert_eq(crypto_sign_verify_detached(signature.signature, digest, sizeof digest, key.point), 0,
                 "libsodium lets it pass");
    cr_expect_eq(sl_minisig_verify(&signature, &key, &message, "m.minisig", &err), -1);
    cr_expect(strstr(err.message, "mixed order"), "%s", err.message);
}

Test(minisig, comment_lines_of_another_signature_are_refused)
{
    struct sl_secret_key secret = stock_secret_key();
    struct sl_public_key key = stock_public_key();
    struct sl_buf other, mixed;
    struct sl_err err = {0};
    sl_buf_init(&other, 4096);
    sl_buf_init(&mixed, 4096);
    cr_assert_eq(sl_minisig_write(&other, &secret, SL_STR("other"), SL_STR("evil"), &err), 0);
    const char *line_3 = strstr(other.ptr, "\ntrusted comment: ") + 1;
    sl_buf_text(&mixed, L1 L2);
    sl_buf_text(&mixed, line_3);
    cr_expect_eq(accept(sl_buf_view(&mixed), &key, SL_STR(STOCK_MESSAGE), &err), -1);
    cr_expect_not_null(strstr(err.message, "the trusted comment was changed"), "%s", err.message);
    sl_buf_release(&other);
    sl_buf_release(&mixed);
}

/* Only line 1 may be anything; its own bytes are checked above. */
Test(minisig, no_changed_byte_behind_line_1_is_accepted)
{
    static const unsigned char masks[] = {0x01, 0x20, 0x80};
    struct sl_public_key key = stock_public_key();
    char text[] = STOCK_SIGNATURE;
    for (size_t i = sizeof L1 - 1; i < sizeof text - 1; i++) {
        for (size_t j = 0; j < sizeof masks; j++) {
            struct sl_err err = {0};
            text[i] = (char)(text[i] ^ masks[j]);
            cr_expect_eq(accept((struct sl_str){text, sizeof text - 1}, &key, SL_STR(STOCK_MESSAGE), &err),
                         -1, "byte %zu, mask %#x", i, masks[j]);
            text[i] = (char)(text[i] ^ masks[j]);
        }
    }
}

Test(minisig, no_byte_more_or_less_behind_line_1_is_accepted)
{
    static const char more[] = {'A', '=', ' ', '\n', '\r', '\0'};
    struct sl_public_key key = stock_public_key();
    for (size_t i = sizeof L1 - 1; i < sizeof STOCK_SIGNATURE; i++) {
        char text[sizeof STOCK_SIGNATURE];
        struct sl_err err = {0};
        memcpy(text, STOCK_SIGNATURE, i);
        memcpy(text + i + 1, &STOCK_SIGNATURE[i], sizeof text - 1 - i);
        for (size_t j = 0; j < sizeof more; j++) {
            text[i] = more[j];
            cr_expect_eq(accept((struct sl_str){text, sizeof text}, &key, SL_STR(STOCK_MESSAGE), &err), -1,
                         "byte %d at %zu", more[j], i);
        }
        if (i + 1 >= sizeof STOCK_SIGNATURE)
            continue;
        memcpy(text + i, &STOCK_SIGNATURE[i + 1], sizeof text - 1 - i);
        cr_expect_eq(accept((struct sl_str){text, sizeof text - 2}, &key, SL_STR(STOCK_MESSAGE), &err), -1,
                     "without byte %zu", i);
    }
}

Test(minisig, no_beginning_of_a_signature_is_accepted)
{
    struct sl_public_key key = stock_public_key();
    for (size_t length = 0; length < sizeof STOCK_SIGNATURE - 1; length++) {
        struct sl_err err = {0};
        cr_expect_eq(accept((struct sl_str){STOCK_SIGNATURE, length}, &key, SL_STR(STOCK_MESSAGE), &err), -1,
                     "%zu bytes", length);
    }
}

/* -- failures -- */

Test(minisig, any_allocation_may_fail)
{
    struct sl_secret_key secret = stock_secret_key();
    size_t nth = 1;
    for (;; nth++) {
        struct sl_buf text;
        struct sl_err err = {0};
        sl_buf_init(&text, 4096);
        alloc_fault_arm(nth);
        int result = sl_minisig_write(&text, &secret, SL_STR("m"), SL_STR("x"), &err);
        bool hit = alloc_fault_disarm();
        cr_expect_eq(result, hit ? -1 : 0, "allocation %zu", nth);
        if (hit)
            cr_expect_eq(err.code, SL_E_NO_MEMORY);
        sl_buf_release(&text);
        if (!hit)
            break;
    }
    cr_expect_gt(nth, 1);
}

Test(minisig, a_buffer_that_is_too_small_is_an_error)
{
    struct sl_secret_key secret = stock_secret_key();
    struct sl_buf text;
    struct sl_err err = {0};
    sl_buf_init(&text, 200);
    cr_expect_eq(sl_minisig_write(&text, &secret, SL_STR("m"), SL_STR("x"), &err), -1);
    cr_expect_eq(err.code, SL_E_LIMIT);
    sl_buf_release(&text);
}
