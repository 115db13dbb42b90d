/*
 * Keys and signatures to stock minisign and back. Without minisign on the machine they pass and prove
 * nothing, which one line says.
 */
#include <criterion/criterion.h>

#include "crypto/minisig.h"
#include "fixture.h"
#include "temp_dir.h"
#include "temp_shell.h"
#include <stdio.h>
#include <stdlib.h>

static struct temp_dir temp;

static void make_directory(void)
{
    temp_dir_make(&temp);
}

static void remove_directory(void)
{
    temp_dir_remove(&temp);
}

TestSuite(interop, .init = make_directory, .fini = remove_directory);

static bool has_minisign(void)
{
    return temp_shell(&temp, "command -v minisign") == 0;
}

Test(interop, without_minisign_a_line_says_that_nothing_was_proved)
{
    if (!has_minisign())
        fputs("minisign is not installed: the tests of interoperation did nothing\n", stderr);
}

static struct sl_str load(struct sl_buf *out, const char *name)
{
    char path[PATH_MAX];
    FILE *file = fopen(temp_dir_join(&temp, name, path), "rb");
    cr_assert_not_null(file, "%s", path);
    sl_buf_init(out, 65536);
    int c;
    while ((c = fgetc(file)) != EOF)
        sl_buf_byte(out, (char)c);
    (void)fclose(file);
    return sl_buf_view(out);
}

static void save(const char *name, const struct sl_buf *text)
{
    temp_dir_write(&temp, name, text->ptr, text->len);
}

/* Our key pair as k.pub and k.key, and a message m. */
static void save_pair(const char *password)
{
    struct sl_buf public_text, secret_text;
    struct sl_err err = {0};
    cr_assert_eq(make_pair(&public_text, &secret_text, 0, password, &err), 0, "%s", err.message);
    save("k.pub", &public_text);
    save("k.key", &secret_text);
    temp_dir_write_text(&temp, "m", STOCK_MESSAGE);
    sl_buf_release(&public_text);
    sl_buf_release(&secret_text);
}

static struct sl_secret_key load_secret_key(const char *password)
{
    struct sl_buf text;
    struct sl_secret_key key;
    struct sl_err err = {0};
    cr_assert_eq(sl_secret_key_read(&key, load(&text, "k.key"), sl_str_from(password), "k.key", &err), 0,
                 "%s", err.message);
    sl_buf_release(&text);
    return key;
}

/* m.minisig is k.pub's signature of m, to us. */
static int we_accept(struct sl_err *err)
{
    struct sl_buf key_text, text;
    struct sl_public_key key;
    struct sl_minisig signature;
    struct sl_signed_message message;
    sl_signed_message_of(&message, SL_STR(STOCK_MESSAGE));
    cr_assert_eq(sl_public_key_read(&key, load(&key_text, "k.pub"), "k.pub", err), 0, "%s", err->message);
    int result = sl_minisig_read(&signature, load(&text, "m.minisig"), "m.minisig", err);
    if (result == 0)
        result = sl_minisig_verify(&signature, &key, &message, "m.minisig", err);
    sl_buf_release(&key_text);
    sl_buf_release(&text);
    return result;
}

/* Signs m with k.key. */
static void we_sign(const char *password, struct sl_str comment)
{
    struct sl_secret_key key = load_secret_key(password);
    struct sl_buf text;
    struct sl_err err = {0};
    sl_buf_init(&text, 65536);
    cr_assert_eq(sl_minisig_write(&text, &key, SL_STR(STOCK_MESSAGE), comment, &err), 0, "%s", err.message);
    save("m.minisig", &text);
    sl_buf_release(&text);
}

Test(interop, minisign_signs_with_our_key_and_both_accept_it)
{
    if (!has_minisign())
        return;
    save_pair("");
    struct sl_err err = {0};
    cr_assert_eq(temp_shell(&temp, "minisign -S -s k.key -m m"), 0);
    cr_expect_eq(temp_shell(&temp, "minisign -VHm m -p k.pub"), 0);
    cr_expect_eq(we_accept(&err), 0, "%s", err.message);
}

Test(interop, minisign_signs_with_our_encrypted_key_and_both_accept_it)
{
    if (!has_minisign())
        return;
    save_pair("correct horse");
    struct sl_err err = {0};
    cr_expect_neq(temp_shell(&temp, "echo wrong | minisign -S -s k.key -m m"), 0);
    cr_assert_eq(temp_shell(&temp, "echo correct horse | minisign -S -s k.key -m m"), 0);
    cr_expect_eq(temp_shell(&temp, "minisign -VHm m -p k.pub"), 0);
    cr_expect_eq(we_accept(&err), 0, "%s", err.message);
}

/* The pair's id has a leading zero: minisign prints it without. */
Test(interop, minisign_makes_the_same_public_key_file_of_our_secret_key)
{
    if (!has_minisign())
        return;
    save_pair("");
    cr_assert_eq(temp_shell(&temp, "minisign -R -s k.key -p again.pub"), 0);
    cr_expect_eq(temp_shell(&temp, "cmp again.pub k.pub"), 0);
}

Test(interop, minisign_accepts_what_we_sign_with_its_key)
{
    if (!has_minisign())
        return;
    cr_assert_eq(temp_shell(&temp, "minisign -G -W -s k.key -p k.pub"), 0);
    temp_dir_write_text(&temp, "m", STOCK_MESSAGE);
    we_sign("", SL_STR("customer:customer-a release:v1.0"));
    struct sl_err err = {0};
    cr_expect_eq(we_accept(&err), 0, "%s", err.message);
    cr_expect_eq(temp_shell(&temp, "minisign -VHm m -p k.pub"), 0);
    cr_expect_eq(
        temp_shell(&temp, "test \"$(minisign -VQHm m -p k.pub)\" = 'customer:customer-a release:v1.0'"), 0);
    cr_expect_eq(temp_shell(&temp, "minisign -VHm m -P \"$(tail -n 1 k.pub)\""), 0);
    temp_dir_write_text(&temp, "m", "ho\n");
    cr_expect_eq(temp_shell(&temp, "minisign -VHm m -p k.pub"), 1);
}

Test(interop, minisign_accepts_what_we_sign_with_an_encrypted_key)
{
    if (!has_minisign())
        return;
    save_pair("correct horse");
    we_sign("correct horse", SL_STR("x"));
    cr_expect_eq(temp_shell(&temp, "minisign -VHm m -p k.pub"), 0);
}

/* minisign writes the checksum then, which it leaves zero for a key made without password. */
Test(interop, a_key_whose_password_minisign_removed_is_read)
{
    if (!has_minisign())
        return;
    save_pair("correct horse");
    struct sl_secret_key before = load_secret_key("correct horse");
    cr_assert_eq(temp_shell(&temp, "echo correct horse | minisign -C -W -s k.key"), 0);
    struct sl_secret_key after = load_secret_key("");
    cr_expect_arr_eq(&before, &after, sizeof before);
}

Test(interop, the_longest_and_the_shortest_trusted_comment_are_accepted_by_minisign)
{
    if (!has_minisign())
        return;
    char comment[8173];
    memset(comment, 'x', sizeof comment);
    save_pair("");
    we_sign("", (struct sl_str){comment, sizeof comment});
    cr_expect_eq(temp_shell(&temp, "minisign -VHm m -p k.pub"), 0);
    we_sign("", SL_STR(""));
    cr_expect_eq(temp_shell(&temp, "minisign -VHm m -p k.pub"), 0);
}

/* The line has `len` bytes without its LF. */
static void save_with_line(const char *signature, unsigned number, size_t len)
{
    struct sl_buf text;
    sl_buf_init(&text, 65536);
    for (unsigned line = 1; line <= 4; line++) {
        size_t has = strcspn(signature, "\n");
        sl_buf_append(&text, signature, has);
        for (; line == number && has < len; len--)
            sl_buf_byte(&text, 'x');
        sl_buf_byte(&text, '\n');
        signature += strcspn(signature, "\n") + 1;
    }
    save("m.minisig", &text);
    sl_buf_release(&text);
}

/* A longer trusted comment has lost its signature, but its length is looked at first, here and there. */
Test(interop, a_comment_is_too_long_from_the_same_byte_on)
{
    static const struct {
        unsigned line;
        size_t len;
        const char *they_say, *we_say;
    } rows[] = {{1, 1022, NULL, NULL},
                {1, 1023, "comment too long", "line 1 is longer than the limit of 1022 bytes"},
                {3, 8190, "Comment signature verification failed", "the trusted comment was changed"},
                {3, 8191, "comment too long", "line 3 is longer than the limit of 8190 bytes"}};
    if (!has_minisign())
        return;
    save_pair("");
    we_sign("", SL_STR("x"));
    struct sl_buf signature;
    (void)load(&signature, "m.minisig");
    sl_buf_byte(&signature, '\0');
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct sl_err err = {0};
        save_with_line(signature.ptr, rows[i].line, rows[i].len);
        cr_expect_eq(temp_shell(&temp, "minisign -VHm m -p k.pub 2>&1 | grep -q '%s'",
                                rows[i].they_say ? rows[i].they_say : "verified"),
                     0, "row %zu", i);
        cr_expect_eq(we_accept(&err), rows[i].we_say ? -1 : 0, "row %zu", i);
        cr_expect(!rows[i].we_say || strstr(err.message, rows[i].we_say), "row %zu: %s", i, err.message);
    }
    sl_buf_release(&signature);
}

Test(interop, minisigns_legacy_signature_is_good_for_minisign_and_not_for_us)
{
    if (!has_minisign())
        return;
    save_pair("");
    struct sl_err err = {0};
    cr_assert_eq(temp_shell(&temp, "minisign -S -l -s k.key -m m"), 0);
    cr_expect_eq(temp_shell(&temp, "minisign -Vm m -p k.pub"), 0);
    cr_expect_eq(we_accept(&err), -1);
    cr_expect_eq(err.code, SL_E_REFUSED);
    cr_expect_not_null(strstr(err.message, "legacy"), "%s", err.message);
}

Test(interop, unicode_in_minisigns_comments_is_accepted)
{
    if (!has_minisign())
        return;
    save_pair("");
    struct sl_err err = {0};
    cr_assert_eq(temp_shell(&temp, "minisign -S -s k.key -m m -c 'f\xc3\xbcr a' -t 'Gr\xc3\xb6\xc3\x9f"
                                   "e'"),
                 0);
    cr_expect_eq(we_accept(&err), 0, "%s", err.message);
}
