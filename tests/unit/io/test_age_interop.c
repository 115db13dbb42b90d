/*
 * age files to stock age and back. Without age on the machine they pass and prove nothing, which one line says.
 */
#include <criterion/criterion.h>

#include "base/cleanup.h"
#include "crypto/age.h"
#include "temp_dir.h"
#include "temp_shell.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct temp_dir temp;
static struct sl_age_identities identities;
static struct sl_age_recipients recipients;

static void set_up(void)
{
    temp_dir_make(&temp);
    sl_age_identities_wipe(&identities);
    recipients.count = 0;
}

static void tear_down(void)
{
    temp_dir_remove(&temp);
}

TestSuite(age_interop, .init = set_up, .fini = tear_down, .timeout = 120);

static bool has_age(void)
{
    return temp_shell(&temp, "command -v age && command -v age-keygen") == 0;
}

Test(age_interop, without_age_a_line_says_that_nothing_was_proved)
{
    if (!has_age())
        fputs("age is not installed: the tests of interoperation did nothing\n", stderr);
}

static int open_file(const char *name, int flags)
{
    char path[PATH_MAX];
    int fd = open(temp_dir_join(&temp, name, path), flags, 0600);
    cr_assert_geq(fd, 0, "%s", path);
    return fd;
}

static int draw(void *context, void *out, size_t len, struct sl_err *err)
{
    (void)context;
    (void)err;
    arc4random_buf(out, len);
    return 0;
}

static const struct sl_random random_bytes = {draw, NULL};

/* Reads one of age-keygen's files as an identity and its recipient. */
static void load_identity(const char *name)
{
    char text[1024];
    struct sl_err err = {0};
    SL_CLEANUP(sl_closep) int fd = open_file(name, O_RDONLY);
    ssize_t len = read(fd, text, sizeof text);
    cr_assert_gt(len, 0);
    struct sl_str file = {text, (size_t)len};
    cr_assert_eq(sl_age_identities_read(&identities, file, name, &err), 0, "%s", err.message);
    const struct sl_age_identity *last = &identities.items[identities.count - 1];
    cr_assert_eq(sl_age_recipients_add(&recipients, &last->recipient, &err), 0);
}

static int we_decrypt(const char *from, const char *to, struct sl_str passphrase, struct sl_err *err)
{
    SL_CLEANUP(sl_closep) int in = open_file(from, O_RDONLY);
    SL_CLEANUP(sl_closep) int out = open_file(to, O_WRONLY | O_CREAT | O_TRUNC);
    struct sl_age_keys keys = {identities.items, identities.count, &passphrase, 1};
    return sl_age_decrypt_fd(out, in, &keys, NULL, err);
}

static int we_encrypt(const char *from, const char *to, struct sl_err *err)
{
    SL_CLEANUP(sl_closep) int in = open_file(from, O_RDONLY);
    SL_CLEANUP(sl_closep) int out = open_file(to, O_WRONLY | O_CREAT | O_TRUNC);
    return sl_age_encrypt_fd(out, in, &recipients, &random_bytes, err);
}

static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 131072, 200000};

Test(age_interop, both_read_what_the_other_wrote_at_any_size)
{
    if (!has_age())
        return;
    cr_assert_eq(
        temp_shell(
            &temp,
            "age-keygen -o one.txt && age-keygen -o two.txt && (age-keygen -y one.txt; age-keygen -y two.txt) >both"),
        0);
    load_identity("one.txt");
    load_identity("two.txt");
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct sl_err err = {0};
        cr_assert_eq(temp_shell(&temp, "head -c %zu /dev/urandom >plain", sizes[i]), 0);
        cr_assert_eq(we_encrypt("plain", "ours.age", &err), 0, "%s", err.message);
        cr_expect_eq(temp_shell(&temp, "age -d -i one.txt ours.age | cmp - plain"), 0, "%zu bytes, one",
                     sizes[i]);
        cr_expect_eq(temp_shell(&temp, "age -d -i two.txt ours.age | cmp - plain"), 0, "%zu bytes, two",
                     sizes[i]);
        static const char *const forms[] = {"", "-a"};
        for (size_t form = 0; form < 2; form++) {
            cr_assert_eq(temp_shell(&temp, "age %s -R both -o theirs.age plain", forms[form]), 0);
            cr_expect_eq(we_decrypt("theirs.age", "back", SL_STR(""), &err), 0, "%zu bytes: %s", sizes[i],
                         err.message);
            cr_expect_eq(temp_shell(&temp, "cmp back plain"), 0, "%zu bytes %s", sizes[i], forms[form]);
        }
    }
}

Test(age_interop, an_identity_made_here_is_one_for_age)
{
    if (!has_age())
        return;
    struct sl_age_identity identity;
    struct sl_err err = {0};
    char text[SL_AGE_RECIPIENT_TEXT];
    struct sl_buf file;
    sl_buf_init(&file, 4096);
    cr_assert_eq(sl_age_identity_generate(&identity, &random_bytes, &err), 0);
    cr_assert_eq(sl_age_identity_file_write(&file, &identity, 0, &err), 0);
    temp_dir_write(&temp, "ours.txt", file.ptr, file.len);
    sl_buf_release(&file);
    cr_expect_eq(temp_shell(&temp, "test \"$(age-keygen -y ours.txt)\" = %s",
                            sl_age_recipient_text(text, &identity.recipient)),
                 0);
    cr_expect_eq(temp_shell(&temp, "echo hello | age -r %s | age -d -i ours.txt | grep -qx hello", text), 0);
    sl_age_identity_wipe(&identity);
}

/* age asks at a terminal only: script(1) gives it one. */
Test(age_interop, a_file_of_age_with_a_passphrase_is_read)
{
    if (!has_age() || temp_shell(&temp, "script -qec true /dev/null") != 0)
        return; /* also where there are no pseudo-terminals, as in some containers */
    struct sl_err err = {0};
    cr_assert_eq(
        temp_shell(
            &temp,
            "head -c 70000 /dev/urandom >plain && (sleep 1; echo correct horse; sleep 1; echo correct horse) "
            "| script -qec 'age -p -o words.age plain' /dev/null && test -s words.age"),
        0);
    cr_expect_eq(we_decrypt("words.age", "back", SL_STR("correct horse"), &err), 0, "%s", err.message);
    cr_expect_eq(temp_shell(&temp, "cmp back plain"), 0);
    cr_expect_eq(we_decrypt("words.age", "back", SL_STR("wrong horse"), &err), -1);
    cr_expect(strstr(err.message, "the passphrase is not the one"), "%s", err.message);
}
