#include <criterion/criterion.h>

#include "alloc_fault.h"
#include "base/limits.h"
#include "fixture.h"
#include <errno.h>
#include <sodium.h>
#include <stdio.h>

/* Linked with --wrap, so that the tests see when scrypt runs and can let it run out of memory. */
int __real_crypto_pwhash_scryptsalsa208sha256(unsigned char *out, unsigned long long out_len,
                                              const char *password, unsigned long long password_len,
                                              const unsigned char *salt, unsigned long long ops, size_t mem);
int __wrap_crypto_pwhash_scryptsalsa208sha256(unsigned char *out, unsigned long long out_len,
                                              const char *password, unsigned long long password_len,
                                              const unsigned char *salt, unsigned long long ops, size_t mem);
static unsigned scrypt_calls;
static bool scrypt_fails;

int __wrap_crypto_pwhash_scryptsalsa208sha256(unsigned char *out, unsigned long long out_len,
                                              const char *password, unsigned long long password_len,
                                              const unsigned char *salt, unsigned long long ops, size_t mem)
{
    scrypt_calls++;
    if (scrypt_fails) {
        errno = ENOMEM;
        return -1;
    }
    return __real_crypto_pwhash_scryptsalsa208sha256(out, out_len, password, password_len, salt, ops, mem);
}

/* -- key ids -- */

Test(key_id, is_a_little_endian_number_with_leading_zeros)
{
    static const struct {
        unsigned char id[SL_KEY_ID_BYTES];
        const char *text;
    } rows[] = {
        {{0x8c, 0x64, 0x55, 0x02, 0x83, 0x7c, 0xf2, 0xa0}, STOCK_ID},
        {{1, 2, 3, 4, 5, 6, 7, 0}, "0007060504030201"},
        {{0}, "0000000000000000"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[SL_KEY_ID_HEX + 1];
        cr_expect_str_eq(sl_key_id_text(text, rows[i].id), rows[i].text);
    }
}

/* -- public keys -- */

#define COMMENT  "untrusted comment: "
#define TEN      "0123456789"
#define HUNDRED  TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define THOUSAND HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
#define LONGEST  COMMENT THOUSAND "012" /* 1,022 bytes: with LF and NUL, minisign's buffer of 1,024 */

Test(public_key, these_texts_are_the_same_key)
{
    static const struct sl_str texts[] = {
        SL_STR_INIT(STOCK_PUBLIC),
        SL_STR_INIT(STOCK_PUBLIC_COMMENT STOCK_PUBLIC_BASE64),
        SL_STR_INIT(STOCK_PUBLIC_BASE64),
        SL_STR_INIT(STOCK_PUBLIC_BASE64 "\n"),
        SL_STR_INIT(COMMENT "\n" STOCK_PUBLIC_BASE64 "\n"),
        SL_STR_INIT(COMMENT "ops\tof 2026 \xc3\xa4\xe2\x82\xac\xf0\x9f\x9a\xa2\n" STOCK_PUBLIC_BASE64 "\n"),
        SL_STR_INIT(LONGEST "\n" STOCK_PUBLIC_BASE64 "\n"),
        /* 56 bytes of comment are not mistaken for a bare key. */
        SL_STR_INIT(COMMENT "0123456789012345678901234567890123456\n" STOCK_PUBLIC_BASE64 "\n"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sl_public_key key;
        struct sl_err err = {0};
        char id[SL_KEY_ID_HEX + 1];
        cr_assert_eq(sl_public_key_read(&key, texts[i], "a.pub", &err), 0, "text %zu: %s", i, err.message);
        cr_expect_str_eq(sl_key_id_text(id, key.id), STOCK_ID);
        cr_expect_eq(key.point[0], 0x7f);
        cr_expect_eq(key.point[31], 0x41);
    }
}

struct malformed {
    const char *what;
    struct sl_str text;
    enum sl_code code;
    const char *message;
};

static const struct malformed malformed_public[] = {
    {"nothing", SL_STR_INIT(""), SL_E_INPUT, "a.pub: line 1 is missing"},
    {"comment only", SL_STR_INIT(STOCK_PUBLIC_COMMENT), SL_E_INPUT, "a.pub: line 2 is missing"},
    {"no prefix", SL_STR_INIT("minisign public key\n" STOCK_PUBLIC_BASE64 "\n"), SL_E_INPUT,
     "a.pub: line 1 does not begin with \"untrusted comment: \""},
    {"byte order mark", SL_STR_INIT("\xef\xbb\xbf" STOCK_PUBLIC), SL_E_INPUT, "a.pub: line 1 does not begin"},
    {"CRLF", SL_STR_INIT(COMMENT "k\r\n" STOCK_PUBLIC_BASE64 "\r\n"), SL_E_INPUT,
     "a.pub: line 1 ends with CR LF instead of LF"},
    {"CRLF at the end", SL_STR_INIT(COMMENT "k\n" STOCK_PUBLIC_BASE64 "\r\n"), SL_E_INPUT,
     "a.pub: line 2 ends with CR LF instead of LF"},
    {"CR in the comment", SL_STR_INIT(COMMENT "k\rl\n" STOCK_PUBLIC_BASE64 "\n"), SL_E_INPUT,
     "a.pub: line 1, column 21: control character U+000D in the comment"},
    {"ESC in the comment", SL_STR_INIT(COMMENT "\xc3\xa4\x1b[2J\n" STOCK_PUBLIC_BASE64 "\n"), SL_E_INPUT,
     "a.pub: line 1, column 21: control character U+001B"},
    {"NUL in the comment", SL_STR_INIT(COMMENT "\0\n" STOCK_PUBLIC_BASE64 "\n"), SL_E_INPUT, "U+0000"},
    {"DEL in the comment", SL_STR_INIT(COMMENT "\x7f\n" STOCK_PUBLIC_BASE64 "\n"), SL_E_INPUT, "U+007F"},
    {"C1 in the comment", SL_STR_INIT(COMMENT "\xc2\x9b\n" STOCK_PUBLIC_BASE64 "\n"), SL_E_INPUT, "U+009B"},
    {"malformed UTF-8", SL_STR_INIT(COMMENT "\xc3\n" STOCK_PUBLIC_BASE64 "\n"), SL_E_INPUT,
     "a.pub: line 1, column 20: the comment is not UTF-8"},
    {"comment too long", SL_STR_INIT(LONGEST "x\n" STOCK_PUBLIC_BASE64 "\n"), SL_E_LIMIT,
     "a.pub: line 1 is longer than the limit of 1022 bytes"},
    {"text behind", SL_STR_INIT(STOCK_PUBLIC "x\n"), SL_E_INPUT, "a.pub: there is more after line 2"},
    {"empty line behind", SL_STR_INIT(STOCK_PUBLIC "\n"), SL_E_INPUT, "a.pub: there is more after line 2"},
    {"text behind a bare key", SL_STR_INIT(STOCK_PUBLIC_BASE64 "\nx"), SL_E_INPUT, "more after line 1"},
    {"two keys", SL_STR_INIT(STOCK_PUBLIC STOCK_PUBLIC), SL_E_INPUT, "a.pub: there is more after line 2"},
    {"empty line between", SL_STR_INIT(STOCK_PUBLIC_COMMENT "\n" STOCK_PUBLIC_BASE64 "\n"), SL_E_INPUT,
     "a.pub: line 2 is not a public key"},
    {"space behind", SL_STR_INIT(COMMENT "\n" STOCK_PUBLIC_BASE64 " \n"), SL_E_INPUT,
     "line 2 is not a public"},
    {"one character short",
     SL_STR_INIT(COMMENT "\nRWSMZFUCg3zyoH+FjXwNsM5gzOyO/i742JG/XWAFidAbnCx0yhSq3IR\n"), SL_E_INPUT,
     "line 2 is not a public key"},
    {"one character more", SL_STR_INIT(COMMENT "\n" STOCK_PUBLIC_BASE64 "A\n"), SL_E_INPUT,
     "not a public key"},
    {"padded", SL_STR_INIT(COMMENT "\nRWSMZFUCg3zyoH+FjXwNsM5gzOyO/i742JG/XWAFidAbnCx0yhSq3IR=\n"),
     SL_E_INPUT, "line 2 is not a public key"},
    {"URL-safe digits", SL_STR_INIT(COMMENT "\nRWSMZFUCg3zyoH-FjXwNsM5gzOyO_i742JG_XWAFidAbnCx0yhSq3IRB\n"),
     SL_E_INPUT, "line 2 is not a public key"},
    {"NUL in base64", SL_STR_INIT(COMMENT "\nRWSMZFUCg3zyoH\0FjXwNsM5gzOyO/i742JG/XWAFidAbnCx0yhSq3IRB\n"),
     SL_E_INPUT, "line 2 is not a public key"},
    {"another algorithm", SL_STR_INIT(COMMENT "\nRUSMZFUCg3zyoH+FjXwNsM5gzOyO/i742JG/XWAFidAbnCx0yhSq3IRB\n"),
     SL_E_INPUT, "line 2 is not an Ed25519 public key"},
    {"a secret key", SL_STR_INIT(STOCK_SECRET), SL_E_INPUT, "a.pub: this is a secret key, not a public key"},
    {"a bare secret key", SL_STR_INIT(STOCK_SECRET_BASE64), SL_E_INPUT,
     "this is a secret key, not a public key"},
    {"a signature", SL_STR_INIT(STOCK_SIGNATURE), SL_E_INPUT, "a.pub: this is a signature, not a public key"},
    {"an SSH key", SL_STR_INIT("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH me@here\n"), SL_E_INPUT,
     "does not begin"},
};

Test(public_key, malformed_files_are_refused_with_the_reason)
{
    for (size_t i = 0; i < sizeof malformed_public / sizeof malformed_public[0]; i++) {
        const struct malformed *row = &malformed_public[i];
        struct sl_public_key key = {.id = {1}};
        struct sl_err err = {0};
        cr_expect_eq(sl_public_key_read(&key, row->text, "a.pub", &err), -1, "accepted: %s", row->what);
        cr_expect_eq(err.code, row->code, "%s: %s", row->what, sl_code_name(err.code));
        cr_expect_not_null(strstr(err.message, row->message), "%s: %s", row->what, err.message);
        cr_expect_eq(key.id[0], 1, "%s: wrote a result", row->what);
    }
}

Test(public_key, a_secret_key_given_instead_is_never_shown_and_has_a_hint)
{
    struct sl_public_key key;
    struct sl_err err = {0};
    cr_assert_eq(sl_public_key_read(&key, SL_STR(STOCK_SECRET), "ops.key", &err), -1);
    cr_expect_str_eq(err.message, "ops.key: this is a secret key, not a public key");
    cr_expect_str_eq(err.hint, "the public key is in the file that ends in .pub");
}

Test(public_key, points_that_are_no_key_are_refused)
{
    static const struct {
        const char *what;
        const char *hex;
    } rows[] = {
        {"zero, order 4", "0000000000000000000000000000000000000000000000000000000000000000"},
        {"one, order 1", "0100000000000000000000000000000000000000000000000000000000000000"},
        {"minus one, order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
        {"order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"},
        {"order 8, other sign", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"},
        {"order 8, other point", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"},
        {"p, not reduced", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
        {"p + 1, not reduced", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
        {"all bits", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
        /* Stock's key with a point of order 8 or 2 added: on the curve, reduced and not small. */
        {"mixed with order 8", "c9415b8b341d0f324c6c44215af6ae4da45484d909883791f9d1bcadc829dabd"},
        {"mixed with order 2", "6e7a7283f24f319f33137101d107276e40a29ffa762fe463d38b35eb55237bbe"},
        {"2, not on the curve", "0200000000000000000000000000000000000000000000000000000000000000"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned char bytes[42] = {'E', 'd'};
        char text[64];
        cr_assert_eq(sodium_hex2bin(bytes + 10, 32, rows[i].hex, 64, NULL, NULL, NULL), 0);
        sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, sodium_base64_VARIANT_ORIGINAL);
        struct sl_public_key key;
        struct sl_err err = {0};
        cr_expect_eq(sl_public_key_read(&key, sl_str_from(text), "a.pub", &err), -1, "accepted: %s",
                     rows[i].what);
        cr_expect_eq(err.code, SL_E_INPUT);
        cr_expect_not_null(strstr(err.message, "no usable public key"), "%s: %s", rows[i].what, err.message);
    }
}

Test(public_key, sameness_is_of_the_point_and_not_of_the_id)
{
    struct sl_public_key a = {.id = {1}, .point = {7}};
    struct sl_public_key b = {.id = {2}, .point = {7}};
    struct sl_public_key c = {.id = {1}, .point = {8}};
    cr_expect(sl_public_key_same(&a, &b));
    cr_expect(!sl_public_key_same(&a, &c));
}

/* -- secret keys -- */

Test(secret_key, one_that_stock_minisign_made_is_read)
{
    struct sl_secret_key key;
    struct sl_public_key public_key;
    struct sl_err err = {0};
    cr_assert(!sl_secret_key_is_encrypted(SL_STR(STOCK_SECRET)));
    cr_assert_eq(sl_secret_key_read(&key, SL_STR(STOCK_SECRET), SL_STR("ignored"), "a.key", &err), 0, "%s",
                 err.message);
    cr_assert_eq(sl_public_key_read(&public_key, SL_STR(STOCK_PUBLIC), "a.pub", &err), 0);
    cr_expect_arr_eq(key.id, public_key.id, sizeof key.id);
    cr_expect_arr_eq(key.seed_and_point + 32, public_key.point, sizeof public_key.point);
    cr_expect_eq(scrypt_calls, 0);
}

static const struct malformed malformed_secret[] = {
    {"nothing", SL_STR_INIT(""), SL_E_INPUT, "a.key: line 1 is missing"},
    {"comment only", SL_STR_INIT(STOCK_SECRET_COMMENT), SL_E_INPUT, "a.key: line 2 is missing"},
    {"bare", SL_STR_INIT(STOCK_SECRET_BASE64 "\n"), SL_E_INPUT, "a.key: line 1 does not begin with"},
    {"a public key", SL_STR_INIT(STOCK_PUBLIC), SL_E_INPUT, "a.key: this is a public key, not a secret key"},
    {"a signature", SL_STR_INIT(STOCK_SIGNATURE), SL_E_INPUT, "a.key: this is a signature, not a secret key"},
    {"CRLF", SL_STR_INIT(COMMENT "k\n" STOCK_SECRET_BASE64 "\r\n"), SL_E_INPUT,
     "a.key: line 2 ends with CR LF"},
    {"ESC in the comment", SL_STR_INIT(COMMENT "\x1b[2J\n" STOCK_SECRET_BASE64), SL_E_INPUT, "U+001B"},
    {"comment too long", SL_STR_INIT(LONGEST "x\n" STOCK_SECRET_BASE64 "\n"), SL_E_LIMIT,
     "limit of 1022 bytes"},
    {"text behind", SL_STR_INIT(STOCK_SECRET "x"), SL_E_INPUT, "a.key: there is more after line 2"},
    {"garbage", SL_STR_INIT(COMMENT "\nhello\n"), SL_E_INPUT, "a.key: line 2 is not a secret key"},
};

Test(secret_key, malformed_files_are_refused_with_the_reason)
{
    for (size_t i = 0; i < sizeof malformed_secret / sizeof malformed_secret[0]; i++) {
        const struct malformed *row = &malformed_secret[i];
        struct sl_secret_key key = {.id = {1}};
        struct sl_err err = {0};
        cr_expect(!sl_secret_key_is_encrypted(row->text), "%s", row->what);
        cr_expect_eq(sl_secret_key_read(&key, row->text, SL_STR(""), "a.key", &err), -1, "accepted: %s",
                     row->what);
        cr_expect_eq(err.code, row->code, "%s: %s", row->what, sl_code_name(err.code));
        cr_expect_not_null(strstr(err.message, row->message), "%s: %s", row->what, err.message);
        cr_expect_eq(key.id[0], 1, "%s: wrote a result", row->what);
    }
}

/* The 158 bytes of a key file, and the file of changed bytes. */
static void take_bytes(unsigned char bytes[158], struct sl_str text)
{
    size_t len;
    size_t start = sl_str_find(text, '\n') + 1;
    cr_assert_eq(sodium_base642bin(bytes, 158, text.ptr + start, text.len - start, "\n", &len, NULL,
                                   sodium_base64_VARIANT_ORIGINAL),
                 0);
    cr_assert_eq(len, 158);
}

static struct sl_str file_of(char text[300], const unsigned char bytes[158])
{
    size_t start = strlen(COMMENT "k\n");
    memcpy(text, COMMENT "k\n", start);
    sodium_bin2base64(text + start, 300 - start, bytes, 158, sodium_base64_VARIANT_ORIGINAL);
    return sl_str_from(text);
}

static const struct {
    const char *what;
    size_t offset;
    unsigned char value;
    enum sl_code code;
    const char *message;
} changed_fields[] = {
    {"signature algorithm", 1, 'D', SL_E_INPUT, "a.key: line 2 is not an Ed25519 secret key of minisign"},
    {"key derivation", 2, 'X', SL_E_INPUT, "a.key: line 2 is encrypted in a way that is not known"},
    {"key derivation, second byte", 3, 'c', SL_E_INPUT, "encrypted in a way that is not known"},
    {"checksum algorithm", 5, '3', SL_E_INPUT, "a.key: line 2 is not an Ed25519 secret key of minisign"},
    {"seed", 62, 0x55, SL_E_INPUT, "a.key: the key file is damaged"},
    {"point", 94, 0x55, SL_E_INPUT, "a.key: the key file is damaged"},
    {"checksum", 126, 0x55, SL_E_INPUT, "a.key: the key file is damaged"},
};

Test(secret_key, a_changed_field_is_refused_with_the_reason)
{
    unsigned char good[158];
    take_bytes(good, SL_STR(STOCK_SECRET));
    for (size_t i = 0; i < sizeof changed_fields / sizeof changed_fields[0]; i++) {
        unsigned char bytes[158];
        char text[300];
        memcpy(bytes, good, sizeof bytes);
        bytes[changed_fields[i].offset] = changed_fields[i].value;
        struct sl_secret_key key;
        struct sl_err err = {0};
        cr_expect_eq(sl_secret_key_read(&key, file_of(text, bytes), SL_STR(""), "a.key", &err), -1,
                     "accepted: %s", changed_fields[i].what);
        cr_expect_eq(err.code, changed_fields[i].code);
        cr_expect_not_null(strstr(err.message, changed_fields[i].message), "%s: %s", changed_fields[i].what,
                           err.message);
    }
}

Test(secret_key, spare_base64_bits_are_refused)
{
    struct sl_buf text;
    sl_buf_init(&text, 4096);
    sl_buf_text(&text, STOCK_SECRET);
    cr_assert_eq(text.ptr[text.len - 3], 'A');
    text.ptr[text.len - 3] = 'B';
    struct sl_secret_key key;
    struct sl_err err = {0};
    cr_expect_eq(sl_secret_key_read(&key, sl_buf_view(&text), SL_STR(""), "a.key", &err), -1);
    cr_expect_not_null(strstr(err.message, "strictly encoded"), "%s", err.message);
    sl_buf_release(&text);
}

/* Offsets 6 to 53 hold salt and limits, which mean nothing without a password. */
static void check_every_byte(const char *password)
{
    struct sl_buf public_text, secret_text;
    struct sl_err err = {0};
    struct sl_secret_key right, key;
    cr_assert_eq(make_pair(&public_text, &secret_text, 1, password, &err), 0, "%s", err.message);
    cr_assert_eq(sl_secret_key_read(&right, sl_buf_view(&secret_text), sl_str_from(password), "a.key", &err),
                 0);
    unsigned char bytes[158];
    take_bytes(bytes, sl_buf_view(&secret_text));
    unsigned refused = 0;
    for (size_t i = 0; i < sizeof bytes; i++) {
        char text[300];
        bytes[i] ^= 1;
        if (sl_secret_key_read(&key, file_of(text, bytes), sl_str_from(password), "a.key", &err) < 0)
            refused++;
        else
            cr_expect(i >= 6 && i < 54 && memcmp(&key, &right, sizeof key) == 0, "byte %zu", i);
        bytes[i] ^= 1;
    }
    cr_expect_geq(refused, 158 - 48);
    sl_buf_release(&public_text);
    sl_buf_release(&secret_text);
}

Test(secret_key, no_changed_byte_gives_another_key)
{
    check_every_byte("");
}

Test(secret_key, no_changed_byte_of_an_encrypted_file_gives_another_key)
{
    check_every_byte("correct horse");
}

Test(secret_key, a_wrong_password_is_called_that)
{
    static const struct sl_str wrong[] = {SL_STR_INIT(""), SL_STR_INIT("Secret"), SL_STR_INIT("secret "),
                                          SL_STR_INIT("secret\n")};
    struct sl_buf public_text, secret_text;
    struct sl_err err = {0};
    cr_assert_eq(make_pair(&public_text, &secret_text, 1, "secret", &err), 0, "%s", err.message);
    cr_expect(sl_secret_key_is_encrypted(sl_buf_view(&secret_text)));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct sl_secret_key key = {.id = {77}};
        cr_expect_eq(sl_secret_key_read(&key, sl_buf_view(&secret_text), wrong[i], "a.key", &err), -1);
        cr_expect_eq(err.code, SL_E_INPUT);
        cr_expect_str_eq(err.message, "a.key: wrong password, or the key file is damaged");
        cr_expect_eq(key.id[0], 77);
    }
    sl_buf_release(&public_text);
    sl_buf_release(&secret_text);
}

Test(secret_key, scrypt_limits_above_minisigns_are_refused_before_any_work)
{
    static const struct {
        uint64_t ops, mem;
    } rows[] = {
        {SL_SCRYPT_OPS_MAX + 1, FAST_MEM},
        {FAST_OPS, SL_SCRYPT_MEM_MAX + 1},
        {UINT64_MAX, UINT64_MAX},
    };
    struct sl_buf public_text, secret_text;
    struct sl_err err = {0};
    cr_assert_eq(make_pair(&public_text, &secret_text, 1, "secret", &err), 0, "%s", err.message);
    unsigned char bytes[158];
    take_bytes(bytes, sl_buf_view(&secret_text));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (unsigned j = 0; j < 8; j++) {
            bytes[38 + j] = (unsigned char)(rows[i].ops >> 8 * j);
            bytes[46 + j] = (unsigned char)(rows[i].mem >> 8 * j);
        }
        char text[300];
        struct sl_secret_key key;
        scrypt_calls = 0;
        cr_expect_eq(sl_secret_key_read(&key, file_of(text, bytes), SL_STR("secret"), "a.key", &err), -1);
        cr_expect_eq(err.code, SL_E_LIMIT, "row %zu: %s", i, err.message);
        cr_expect_eq(scrypt_calls, 0);
    }
    sl_buf_release(&public_text);
    sl_buf_release(&secret_text);
}

Test(secret_key, scrypt_without_memory_is_an_error_that_says_how_much_it_wants)
{
    struct sl_buf public_text, secret_text;
    struct sl_err err = {0};
    cr_assert_eq(make_pair(&public_text, &secret_text, 1, "secret", &err), 0, "%s", err.message);
    scrypt_fails = true;
    struct sl_secret_key key;
    cr_expect_eq(sl_secret_key_read(&key, sl_buf_view(&secret_text), SL_STR("secret"), "a.key", &err), -1);
    cr_expect_eq(err.code, SL_E_NO_MEMORY);
    cr_expect_not_null(strstr(err.hint, "16.0 MiB"), "%s", err.hint);
    sl_buf_release(&public_text);
    sl_buf_release(&secret_text);
    cr_expect_eq(make_pair(&public_text, &secret_text, 1, "secret", &err), -1);
    cr_expect_eq(err.code, SL_E_NO_MEMORY);
    cr_expect_eq(secret_text.len, 0);
    sl_buf_release(&public_text);
    sl_buf_release(&secret_text);
}

Test(secret_key, wiping_leaves_zeros)
{
    struct sl_secret_key key;
    memset(&key, 0xa5, sizeof key);
    sl_secret_key_wipe(&key);
    cr_expect(sodium_is_zero((const unsigned char *)&key, sizeof key));
}

Test(secret_key, a_name_from_outside_is_escaped_and_a_long_one_leaves_the_reason_readable)
{
    struct sl_secret_key key;
    struct sl_err err = {0};
    cr_expect_eq(sl_secret_key_read(&key, SL_STR(""), SL_STR(""), "evil\x1b[2J", &err), -1);
    cr_expect_str_eq(err.message, "evil\\x1b[2J: line 1 is missing");
    cr_expect_eq(sl_secret_key_read(&key, SL_STR(""), SL_STR(""), THOUSAND THOUSAND, &err), -1);
    cr_expect_not_null(strstr(err.message, "...: line 1 is missing"), "%s", err.message);
}

Test(key_files, larger_than_four_kibibytes_are_refused_unread)
{
    char text[4097];
    memset(text, 'x', sizeof text);
    struct sl_public_key public_key;
    struct sl_secret_key secret;
    struct sl_err err = {0};
    struct sl_str large = {text, sizeof text};
    cr_expect_eq(sl_public_key_read(&public_key, large, "a.pub", &err), -1);
    cr_expect_str_eq(err.message, "a.pub: larger than the limit of 4096 bytes");
    cr_expect_eq(err.code, SL_E_LIMIT);
    cr_expect_eq(sl_secret_key_read(&secret, large, SL_STR(""), "a.key", &err), -1);
    cr_expect_str_eq(err.message, "a.key: larger than the limit of 4096 bytes");
    cr_expect_eq(err.code, SL_E_LIMIT);
    large.len--;
    cr_expect_eq(sl_public_key_read(&public_key, large, "a.pub", &err), -1);
    cr_expect_eq(err.code, SL_E_INPUT);
}

/* -- making keys -- */

Test(generate, the_pair_belongs_together_and_is_in_minisigns_words)
{
    static const char *const passwords[] = {"", "correct horse"};
    for (size_t i = 0; i < sizeof passwords / sizeof passwords[0]; i++) {
        struct sl_buf public_text, secret_text;
        struct sl_secret_key secret;
        struct sl_public_key public_key;
        struct sl_err err = {0};
        cr_assert_eq(make_pair(&public_text, &secret_text, 0, passwords[i], &err), 0, "%s", err.message);
        cr_expect(sl_str_starts_with(sl_buf_view(&public_text),
                                     SL_STR("untrusted comment: minisign public key 706050403020100\nRW")));
        cr_expect(sl_str_starts_with(sl_buf_view(&secret_text), SL_STR(STOCK_SECRET_COMMENT "RW")));
        cr_expect_eq(sl_secret_key_is_encrypted(sl_buf_view(&secret_text)), i == 1);
        cr_assert_eq(
            sl_secret_key_read(&secret, sl_buf_view(&secret_text), sl_str_from(passwords[i]), "k", &err), 0,
            "%s", err.message);
        cr_assert_eq(sl_public_key_read(&public_key, sl_buf_view(&public_text), "p", &err), 0, "%s",
                     err.message);
        cr_expect_arr_eq(secret.id, public_key.id, sizeof secret.id);
        cr_expect_arr_eq(secret.seed_and_point + 32, public_key.point, sizeof public_key.point);
        sl_buf_release(&public_text);
        sl_buf_release(&secret_text);
    }
}

/* RFC 8032, section 7.1, test 3: the public key of a known seed. */
Test(generate, the_point_is_the_one_of_the_seed)
{
    static const unsigned char seed[32] = {0xc5, 0xaa, 0x8d, 0xf4, 0x3f, 0x9f, 0x83, 0x7b, 0xed, 0xb7, 0x44,
                                           0x2f, 0x31, 0xdc, 0xb7, 0xb1, 0x66, 0xd3, 0x85, 0x35, 0x07, 0x6f,
                                           0x09, 0x4b, 0x85, 0xce, 0x3a, 0x2e, 0x0b, 0x44, 0x58, 0xf7};
    static const unsigned char point[32] = {0xfc, 0x51, 0xcd, 0x8e, 0x62, 0x18, 0xa1, 0xa3, 0x8d, 0xa4, 0x7e,
                                            0xd0, 0x02, 0x30, 0xf0, 0x58, 0x08, 0x16, 0xed, 0x13, 0xba, 0x33,
                                            0x03, 0xac, 0x5d, 0xeb, 0x91, 0x15, 0x48, 0x90, 0x80, 0x25};
    unsigned char bytes[158] = {'E', 'd', 0, 0, 'B', '2'};
    memcpy(bytes + 62, seed, sizeof seed);
    memcpy(bytes + 94, point, sizeof point);
    char text[300];
    struct sl_secret_key key;
    struct sl_err err = {0};
    cr_expect_eq(sl_secret_key_read(&key, file_of(text, bytes), SL_STR(""), "k", &err), 0, "%s", err.message);
}

Test(generate, failing_randomness_stops_it_before_a_secret_is_written)
{
    for (unsigned fail_at = 1; fail_at <= 3; fail_at++) {
        struct counter counter = {.fail_at = fail_at};
        struct sl_key_options options = {
            .random = {counter_fill, &counter},
            .password = SL_STR("x"),
            .ops_limit = FAST_OPS,
            .mem_limit = FAST_MEM,
        };
        struct sl_buf public_text, secret_text;
        struct sl_err err = {0};
        sl_buf_init(&public_text, 4096);
        sl_buf_init(&secret_text, 4096);
        cr_expect_eq(sl_key_generate(&public_text, &secret_text, &options, &err), -1, "call %u", fail_at);
        cr_expect_str_eq(err.message, "no randomness today");
        cr_expect_eq(secret_text.len, 0);
        sl_buf_release(&public_text);
        sl_buf_release(&secret_text);
    }
}

Test(generate, what_minisign_could_not_use_is_a_usage_error)
{
    static const struct {
        const char *what;
        struct sl_str password;
        uint64_t ops, mem;
    } rows[] = {
        {"LF", SL_STR_INIT("a\nb"), 0, 0},
        {"CR", SL_STR_INIT("a\r"), 0, 0},
        {"NUL", SL_STR_INIT("a\0b"), 0, 0},
        {"1,023 bytes", SL_STR_INIT(THOUSAND TEN TEN "123"), 0, 0},
        {"operations", SL_STR_INIT("a"), SL_SCRYPT_OPS_MAX + 1, 0},
        {"memory", SL_STR_INIT("a"), 0, SL_SCRYPT_MEM_MAX + 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct counter counter = {0};
        struct sl_key_options options = {
            .random = {counter_fill, &counter},
            .password = rows[i].password,
            .ops_limit = rows[i].ops,
            .mem_limit = rows[i].mem,
        };
        struct sl_buf public_text, secret_text;
        struct sl_err err = {0};
        sl_buf_init(&public_text, 4096);
        sl_buf_init(&secret_text, 4096);
        cr_expect_eq(sl_key_generate(&public_text, &secret_text, &options, &err), -1, "%s", rows[i].what);
        cr_expect_eq(err.code, SL_E_USAGE, "%s: %s", rows[i].what, err.message);
        cr_expect_eq(counter.calls + scrypt_calls, 0);
        sl_buf_release(&public_text);
        sl_buf_release(&secret_text);
    }
}

Test(generate, without_limits_given_it_writes_minisigns_defaults)
{
    struct counter counter = {0};
    struct sl_key_options options = {.random = {counter_fill, &counter}, .password = SL_STR("x")};
    struct sl_buf public_text, secret_text;
    struct sl_err err = {0};
    sl_buf_init(&public_text, 4096);
    sl_buf_init(&secret_text, 4096);
    scrypt_fails = true; /* the default is a gigabyte: enough to see what was asked for */
    cr_expect_eq(sl_key_generate(&public_text, &secret_text, &options, &err), -1);
    cr_expect_not_null(strstr(err.hint, "1.0 GiB"), "%s", err.hint);
    sl_buf_release(&public_text);
    sl_buf_release(&secret_text);
}

Test(generate, a_buffer_that_is_too_small_is_an_error)
{
    static const struct {
        size_t public_max, secret_max;
    } rows[] = {{10, 4096}, {4096, 10}, {4096, sizeof STOCK_SECRET - 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct counter counter = {0};
        struct sl_key_options options = {.random = {counter_fill, &counter}};
        struct sl_buf public_text, secret_text;
        struct sl_err err = {0};
        sl_buf_init(&public_text, rows[i].public_max);
        sl_buf_init(&secret_text, rows[i].secret_max);
        cr_expect_eq(sl_key_generate(&public_text, &secret_text, &options, &err), -1, "row %zu", i);
        cr_expect_eq(err.code, SL_E_LIMIT);
        sl_buf_release(&public_text);
        sl_buf_release(&secret_text);
    }
}

Test(generate, any_allocation_may_fail)
{
    size_t nth = 1;
    for (;; nth++) {
        struct sl_buf public_text, secret_text;
        struct sl_err err = {0};
        alloc_fault_arm(nth);
        int result = make_pair(&public_text, &secret_text, 1, "x", &err);
        bool hit = alloc_fault_disarm();
        cr_expect_eq(result, hit ? -1 : 0, "allocation %zu: %s", nth, err.message);
        if (hit)
            cr_expect_eq(err.code, SL_E_NO_MEMORY);
        sl_buf_release(&public_text);
        sl_buf_release(&secret_text);
        if (!hit)
            break;
    }
    cr_expect_gt(nth, 2);
}
