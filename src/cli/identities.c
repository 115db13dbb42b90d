/*
 * Identity files of age: plain, or encrypted themselves with a password, as `age -p` does it and `age -d -i` takes them.
 */
#include "cli.h"

#include <sealift/age.h>
#include <sealift/file.h>
#include <sealift/text.h>
#include <string.h>

/* The limit of the library is smaller than what this reads: it has the message. */
#define FILE_MAX ((size_t)1 << 20)

static ssize_t read_text(void *context, void *out, size_t len, struct sl_err *err)
{
    struct sl_str *text = context;
    (void)err;
    size_t got = len < text->len ? len : text->len;
    if (got > 0)
        memcpy(out, text->ptr, got);
    *text = sl_str_slice(*text, got, text->len);
    return (ssize_t)got;
}

static int write_text(void *context, const void *bytes, size_t len, struct sl_err *err)
{
    struct sl_buf *out = context;
    sl_buf_append(out, bytes, len);
    return sl_buf_check(out, "the identity file", err);
}

/* In place of `text` comes what is inside. */
static int decrypt(struct sl_buf *text, const char *path, const char *password_file, struct sl_err *err)
{
    struct sl_buf plain;
    struct sl_buf password;
    sl_buf_init(&plain, FILE_MAX);
    sl_buf_init(&password, 4096);
    struct sl_str rest = sl_buf_view(text);
    struct sl_str passphrase;
    char shown[512];
    /* All the room at once: growing would leave copies of the secret behind in freed memory. */
    int result = sl_buf_reserve(&plain, text->len) ? 0 : sl_buf_check(&plain, "the identity file", err);
    if (result == 0)
        result = cli_password(&password, path, password_file, false, err);
    if (result == 0) {
        passphrase = sl_buf_view(&password);
        const struct sl_age_keys keys = {.passphrases = &passphrase, .passphrase_count = 1};
        const struct sl_age_output out = {write_text, &plain};
        const struct sl_age_input in = {read_text, &rest};
        result = sl_age_decrypt(&out, &in, &keys, NULL, err);
        if (result < 0)
            (void)sl_wrap(err, "%s, which is encrypted itself",
                          sl_escape(shown, sizeof shown, sl_str_from(path)));
        /* A mistake of the one who calls: exit status 1 would tell a script that the bundle was refused. */
        if (result < 0 && err->code == SL_E_REFUSED)
            err->code = SL_E_USAGE;
    }
    cli_wipe(&password);
    cli_wipe(text);
    *text = plain;
    return result;
}

/* Binary, and not for a passphrase: a bundle that was given in the place of an identity, mostly. */
static bool is_for_recipients(struct sl_str text)
{
    return sl_str_starts_with(text, SL_STR("age-encryption.org/")) &&
           !sl_str_starts_with(text, SL_STR("age-encryption.org/v1\n-> scrypt "));
}

static int read_file(struct sl_age_identities *out, const char *path, const char *password_file,
                     struct sl_err *err)
{
    struct sl_buf text;
    sl_buf_init(&text, FILE_MAX);
    int result = sl_file_read(&text, path, FILE_MAX, err);
    if (result == 0 && is_for_recipients(sl_buf_view(&text)))
        result = sl_fail(err, SL_E_INPUT, "it is encrypted for a recipient, not with a passphrase");
    if (result == 0 && sl_age_is_file(sl_buf_view(&text)))
        result = decrypt(&text, path, password_file, err);
    if (result == 0)
        result = sl_age_identities_read(out, sl_buf_view(&text), path, err);
    cli_wipe(&text);
    return result < 0 ? cli_key_failed(err, path) : 0;
}

int cli_identities(struct sl_age_identities *out, const struct cli_list *paths, const char *password_file,
                   struct sl_err *err)
{
    out->count = 0;
    for (size_t i = 0; i < paths->count; i++)
        if (read_file(out, paths->items[i], password_file, err) < 0)
            return -1;
    return 0;
}
