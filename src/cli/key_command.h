/*
 * External signers: running the program of --key-command. The protocol is <sealift/key_command.h>'s.
 */
#ifndef CLI_KEY_COMMAND_H
#define CLI_KEY_COMMAND_H

#include "cli.h"

#include <sealift/key_command.h>

struct cli_key_command {
    const char *text; /* as it was given */
    int64_t timeout;  /* milliseconds for each run */
    struct sl_public_key key;
};

/* Asks the program for its public key for `purpose` ("bundle", "trust" or "grant"). `out` and `command` must stay where they are while `out` is used. */
int cli_key_command_open(struct sl_signing_key *out, struct cli_key_command *command, const char *text,
                         const char *purpose, uint64_t seconds, struct sl_err *err) SL_MUST_USE;

#endif
