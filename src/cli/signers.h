/*
 * Who signs: the options --key, --key-command and what belongs to them, for every command that signs.
 */
#ifndef CLI_SIGNERS_H
#define CLI_SIGNERS_H

#include "key_command.h"

struct cli_signer_options {
    struct cli_list keys, commands;
    const char *password_file;
    uint64_t timeout;
};

/* The rows of a command's table; `type` has a member `signers` of that struct. */
#define CLI_SIGNER_OPTIONS(type)                                                                             \
    CLI_SIGNER_KEY_OPTION(type, "sign with this secret key; may be given several times"),                    \
        CLI_SIGNER_MORE_OPTIONS(type)
#define CLI_SIGNER_KEY_OPTION(type, help)                                                                    \
    {                                                                                                        \
        "key", "FILE", help, CLI_LIST, offsetof(struct type, signers.keys), false                            \
    }
#define CLI_SIGNER_MORE_OPTIONS(type)                                                                        \
    {"password-file",                                                                                        \
     "FILE",                                                                                                 \
     "take the keys' password from the first line of FILE",                                                  \
     CLI_TEXT,                                                                                               \
     offsetof(struct type, signers.password_file),                                                           \
     false},                                                                                                 \
        {"key-command",                                                                                      \
         "COMMAND",                                                                                          \
         "have this program sign (an HSM, a KMS); may be given several times",                               \
         CLI_LIST,                                                                                           \
         offsetof(struct type, signers.commands),                                                            \
         false},                                                                                             \
    {                                                                                                        \
        "key-timeout", "SECONDS", "how long a key command may take (default: 120)", CLI_NUMBER,              \
            offsetof(struct type, signers.timeout), false                                                    \
    }

/* As many as a bundle can have. */
#define CLI_SIGNERS_MAX 16

/* Must stay where it is while it is open. */
struct cli_signers {
    struct sl_signing_key keys[CLI_SIGNERS_MAX];
    size_t count;
    struct sl_secret_key secrets[CLI_SIGNERS_MAX];
    struct cli_key_command commands[CLI_SIGNERS_MAX];
};

/* Reads the keys, asking for passwords, and asks the commands for theirs; `purpose` is for these. cli_signers_close() in every case, also
 * after a failure. */
int cli_signers_open(struct cli_signers *out, const struct cli_signer_options *options, const char *purpose,
                     struct sl_err *err) SL_MUST_USE;
/* Whether each of them can have its signature beside the document at `path`: asked before anything is signed or written. */
int cli_signers_fit(const struct cli_signers *signers, const char *path, struct sl_err *err) SL_MUST_USE;
/* Writes a signature file of that key beside it. SL_E_EXISTS where there is one. */
int cli_signature_write(const char *path, const struct sl_signing_key *key, const struct sl_buf *text,
                        struct sl_err *err) SL_MUST_USE;
void cli_signers_close(struct cli_signers *signers); /* wipes; does nothing to {0} */

#endif
