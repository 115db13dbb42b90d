#include "signers.h"

#include <sealift/file.h>
#include <sealift/trust.h>

int cli_signers_open(struct cli_signers *out, const struct cli_signer_options *options, const char *purpose,
                     struct sl_err *err)
{
    out->count = 0;
    size_t asked = options->keys.count + options->commands.count;
    if (asked > CLI_SIGNERS_MAX)
        return sl_fail(err, SL_E_USAGE, "at most %d keys sign at once, and %zu were given", CLI_SIGNERS_MAX,
                       asked);
    for (size_t i = 0; i < options->keys.count; i++) {
        struct sl_secret_key *secret = &out->secrets[out->count];
        if (cli_secret_key(secret, options->keys.items[i], options->password_file, err) < 0)
            return -1;
        sl_signing_key_of(&out->keys[out->count++], secret);
    }
    for (size_t i = 0; i < options->commands.count; i++) {
        if (cli_key_command_open(&out->keys[out->count], &out->commands[i], options->commands.items[i],
                                 purpose, options->timeout, err) < 0)
            return -1;
        out->count++;
    }
    return 0;
}

int cli_signers_fit(const struct cli_signers *signers, const char *path, struct sl_err *err)
{
    char place[SL_SIGNATURE_PATH_MAX];
    for (size_t i = 0; i < signers->count; i++)
        if (sl_signature_path(place, sl_str_from(path), signers->keys[i].public_key.id, err) < 0)
            return -1;
    return 0;
}

int cli_signature_write(const char *path, const struct sl_signing_key *key, const struct sl_buf *text,
                        struct sl_err *err)
{
    char place[SL_SIGNATURE_PATH_MAX];
    if (sl_signature_path(place, sl_str_from(path), key->public_key.id, err) < 0)
        return -1;
    return sl_file_create(place, sl_buf_view(text), 0644, false, err);
}

void cli_signers_close(struct cli_signers *signers)
{
    for (size_t i = 0; i < CLI_SIGNERS_MAX; i++)
        sl_secret_key_wipe(&signers->secrets[i]);
    signers->count = 0;
}
