/*
 * The commands, one file each: cmd_NAME.c.
 */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include "cli.h"

extern const struct cli_command cmd_build;
extern const struct cli_command cmd_init;
extern const struct cli_command cmd_keygen;
extern const struct cli_command cmd_render;
extern const struct cli_command cmd_pack;
extern const struct cli_command cmd_sign;
extern const struct cli_command cmd_schema;
extern const struct cli_command cmd_trust;
extern const struct cli_command cmd_validate;
extern const struct cli_command cmd_values;
extern const struct cli_command cmd_explain;
extern const struct cli_command cmd_inspect;
extern const struct cli_command cmd_verify;
extern const struct cli_command cmd_install;
extern const struct cli_command cmd_rollback;
extern const struct cli_command cmd_history;
extern const struct cli_command cmd_status;
extern const struct cli_command cmd_enrol;
extern const struct cli_command cmd_receipt;
extern const struct cli_command cmd_grant;

#endif
