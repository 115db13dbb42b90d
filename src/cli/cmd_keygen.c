#include "cmd.h"
#include "key_command.h"
#include "keygen_age.h"

#include <sealift/file.h>
#include <sealift/text.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct context {
    const char *out;
    const char *password_file;
    const char *command, *purpose;
    uint64_t timeout;
    bool no_password, age;
};

static const struct cli_option options[] = {
    {"out", "BASE", "writes BASE.key and BASE.pub (default: sealift)", CLI_TEXT,
     offsetof(struct context, out), false},
    {"no-password", NULL, "the secret key is not encrypted", CLI_FLAG, offsetof(struct context, no_password),
     false},
    {"password-file", "FILE", "take the password from the first line of FILE", CLI_TEXT,
     offsetof(struct context, password_file), false},
    {"age", NULL, "make an age identity instead, for opening encrypted bundles", CLI_FLAG,
     offsetof(struct context, age), false},
    {"key-command", "COMMAND", "make no key: write BASE.pub for the one that this program signs with",
     CLI_TEXT, offsetof(struct context, command), false},
    {"purpose", "NAME", "what that program signs: bundle (default), trust or grant", CLI_TEXT,
     offsetof(struct context, purpose), false},
    {"key-timeout", "SECONDS", "how long a key command may take (default: 120)", CLI_NUMBER,
     offsetof(struct context, timeout), false},
    CLI_OPTIONS_END,
};

struct key_files {
    char secret[4096], public[4096];
    struct sl_buf secret_text, public_text, password;
};

static int generate(struct key_files *files, const struct context *context, struct sl_err *err)
{
    /* Asked before a password is. */
    if (keygen_check_free(files->secret, err) < 0 || keygen_check_free(files->public, err) < 0)
        return -1;
    if (!context->no_password) {
        if (cli_password(&files->password, files->secret, context->password_file, true, err) < 0)
            return -1;
        if (files->password.len == 0) {
            (void)sl_fail(err, SL_E_USAGE, "the password is empty");
            return sl_hint(err, "--no-password makes a key without one");
        }
    }
    struct sl_key_options key = {.random = cli_random(), .password = sl_buf_view(&files->password)};
    if (sl_key_generate(&files->public_text, &files->secret_text, &key, err) < 0)
        return -1;
    if (sl_file_create(files->secret, sl_buf_view(&files->secret_text), 0600, false, err) < 0)
        return -1;
    if (sl_file_create(files->public, sl_buf_view(&files->public_text), 0644, false, err) == 0)
        return 0;
    /* A secret key without its public half is of no use, and would be in the way next time. */
    (void)unlink(files->secret);
    return -1;
}

/* Only the public half: the other one stays where it is. */
static int take_public(struct key_files *files, const struct context *context, struct sl_err *err)
{
    struct sl_signing_key key;
    struct cli_key_command command;
    if (keygen_check_free(files->public, err) < 0 ||
        cli_key_command_open(&key, &command, context->command, context->purpose ? context->purpose : "bundle",
                             context->timeout, err) < 0)
        return -1;
    sl_public_key_write(&files->public_text, &key.public_key);
    if (sl_buf_check(&files->public_text, "the public key's text", err) < 0)
        return -1;
    return sl_file_create(files->public, sl_buf_view(&files->public_text), 0644, false, err);
}

static bool is_purpose(const char *text)
{
    return strcmp(text, "bundle") == 0 || strcmp(text, "trust") == 0 || strcmp(text, "grant") == 0;
}

static int report(struct cli *cli, const struct context *context, const struct key_files *files,
                  struct sl_err *err)
{
    struct sl_public_key key;
    if (sl_public_key_read(&key, sl_buf_view(&files->public_text), files->public, err) < 0)
        return -1;
    char id[SL_KEY_ID_HEX + 1];
    char secret[1024];
    char public[1024];
    sl_escape(secret, sizeof secret, sl_str_from(files->secret));
    sl_escape(public, sizeof public, sl_str_from(files->public));
    sl_buf_printf(&cli->out, "key %s\n", sl_key_id_text(id, key.id));
    if (context->command)
        cli_field(cli, "secret", "with the key command");
    else
        cli_field(cli, "secret", "%s  keep it, and a copy, where only those who sign can read it", secret);
    cli_field(cli, "public", "%s  give it to every site, on another way than the bundles", public);
    return 0;
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct key_files files;
    const char *base = context->out ? context->out : "sealift";
    if (context->age && (context->no_password || context->password_file))
        return sl_fail(err, SL_E_USAGE, "an age identity has no password");
    if (context->command && (context->age || context->no_password || context->password_file))
        return sl_fail(err, SL_E_USAGE, "with --key-command there is a key already, and nothing to make");
    if (context->purpose && !context->command)
        return sl_fail(err, SL_E_USAGE,
                       "--purpose is for --key-command: a key that is made here is for anything");
    if (context->purpose && !is_purpose(context->purpose))
        return sl_fail(err, SL_E_USAGE, "--purpose is bundle, trust or grant");
    if (keygen_check_base(base, err) < 0)
        return -1;
    if (context->age)
        return keygen_age(cli, base, err);
    if (strlen(base) > sizeof files.secret - 8)
        return sl_fail(err, SL_E_USAGE, "the name given with --out is too long");
    (void)snprintf(files.secret, sizeof files.secret, "%s.key", base);
    (void)snprintf(files.public, sizeof files.public, "%s.pub", base);
    sl_buf_init(&files.secret_text, 4096);
    sl_buf_init(&files.public_text, 4096);
    sl_buf_init(&files.password, 4096);
    int result = context->command ? take_public(&files, context, err) : generate(&files, context, err);
    if (result == 0)
        result = report(cli, context, &files, err);
    cli_wipe(&files.secret_text);
    cli_wipe(&files.password);
    sl_buf_release(&files.public_text);
    return result;
}

const struct cli_command cmd_keygen = {
    .name = "keygen",
    .words = "",
    .summary = "make a key pair for signing bundles, or one for encrypting them",
    .description =
        "Makes an Ed25519 key pair in minisign's files: BASE.key, the secret key, encrypted with a password,\n"
        "and BASE.pub, the public key. Stock minisign can use both, and sealift can use stock minisign's.\n"
        "The password is asked at the terminal; without one, it is the first line of standard input.\n"
        "An existing file is never overwritten.\n\n"
        "With --age it makes the pair that keeps a bundle secret on its way: BASE.identity, which stays at the site, as\n"
        "age-keygen would write it, and BASE.recipient, for pack --encrypt-to. Stock age can use both.\n\n"
        "With --key-command there is a key already, in an HSM or a KMS: its public key is asked for and written.",
    .examples = "  sealift keygen --out ops\n"
                "  sealift keygen --out test --no-password\n"
                "  sealift keygen --age --out site\n",
    .options = options,
    .context_size = sizeof(struct context),
    .lasting = true,
    .run = run,
};
