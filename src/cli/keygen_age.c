#include "keygen_age.h"

#include <sealift/file.h>
#include <sealift/text.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct age_files {
    char identity[4096], recipient[4096];
    struct sl_buf identity_text, recipient_text;
    char shown[SL_AGE_RECIPIENT_TEXT];
};

int keygen_check_free(const char *path, struct sl_err *err)
{
    if (access(path, F_OK) != 0)
        return 0;
    char shown[512];
    (void)sl_fail(err, SL_E_EXISTS, "%s is there already, and a key is never overwritten",
                  sl_escape(shown, sizeof shown, sl_str_from(path)));
    return sl_hint(err, "choose another name with --out");
}

int keygen_check_base(const char *base, struct sl_err *err)
{
    const char *slash = strrchr(base, '/');
    const char *name = slash ? slash + 1 : base;
    if (*name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
        return 0;
    char shown[512];
    (void)sl_fail(err, SL_E_USAGE, "--out wants a name for the key's files, and \"%s\" names a directory",
                  sl_escape(shown, sizeof shown, sl_str_from(base)));
    return sl_hint(err, "for example --out %s%skey", strlen(shown) < 128 ? shown : "DIR", *name ? "/" : "");
}

static int make_texts(struct age_files *files, struct sl_err *err)
{
    struct sl_random random = cli_random();
    struct sl_age_identity identity;
    int result = sl_age_identity_generate(&identity, &random, err);
    if (result == 0)
        result = sl_age_identity_file_write(&files->identity_text, &identity, cli_now(), err);
    if (result == 0) {
        (void)sl_age_recipient_text(files->shown, &identity.recipient);
        sl_buf_printf(&files->recipient_text, "%s\n", files->shown);
        result = sl_buf_check(&files->recipient_text, "the recipient's text", err);
    }
    sl_age_identity_wipe(&identity);
    return result;
}

static int write_files(struct age_files *files, struct sl_err *err)
{
    if (keygen_check_free(files->identity, err) < 0 || keygen_check_free(files->recipient, err) < 0 ||
        make_texts(files, err) < 0 ||
        sl_file_create(files->identity, sl_buf_view(&files->identity_text), 0600, false, err) < 0)
        return -1;
    if (sl_file_create(files->recipient, sl_buf_view(&files->recipient_text), 0644, false, err) == 0)
        return 0;
    /* An identity that nobody encrypts for is of no use, and would be in the way next time. */
    (void)unlink(files->identity);
    return -1;
}

static void report(struct cli *cli, const struct age_files *files)
{
    char identity[1024];
    char recipient[1024];
    sl_escape(identity, sizeof identity, sl_str_from(files->identity));
    sl_escape(recipient, sizeof recipient, sl_str_from(files->recipient));
    sl_buf_printf(&cli->out, "recipient %s\n", files->shown);
    cli_field(cli, "identity", "%s  it stays at the site: it opens whatever is encrypted for it", identity);
    cli_field(cli, "recipient", "%s  give it to who packs: for --encrypt-to, or cluster-config.yaml",
              recipient);
}

int keygen_age(struct cli *cli, const char *base, struct sl_err *err)
{
    struct age_files files;
    if (strlen(base) > sizeof files.identity - 16)
        return sl_fail(err, SL_E_USAGE, "the name given with --out is too long");
    (void)snprintf(files.identity, sizeof files.identity, "%s.identity", base);
    (void)snprintf(files.recipient, sizeof files.recipient, "%s.recipient", base);
    sl_buf_init(&files.identity_text, 4096);
    sl_buf_init(&files.recipient_text, 4096);
    int result = write_files(&files, err);
    if (result == 0)
        report(cli, &files);
    if (files.identity_text.ptr)
        explicit_bzero(files.identity_text.ptr, files.identity_text.capacity);
    sl_buf_release(&files.identity_text);
    sl_buf_release(&files.recipient_text);
    return result;
}
