/* What `sealift` can do: everything. */
#include "cmd.h"

const struct cli_command *const cli_commands[] = {
    &cmd_build,    &cmd_init,     &cmd_keygen, &cmd_render,  &cmd_pack,    &cmd_sign,   &cmd_schema,
    &cmd_trust,    &cmd_validate, &cmd_values, &cmd_explain, &cmd_inspect, &cmd_verify, &cmd_install,
    &cmd_rollback, &cmd_history,  &cmd_status, &cmd_enrol,   &cmd_receipt, &cmd_grant,  NULL,
};
