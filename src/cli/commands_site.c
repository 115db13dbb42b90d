/* What the site's binary can do: what a site needs, and nothing that makes bundles. */
#include "cmd.h"

const struct cli_command *const cli_commands[] = {
    &cmd_inspect, &cmd_verify, &cmd_install, &cmd_rollback, &cmd_history,
    &cmd_status,  &cmd_enrol,  &cmd_receipt, NULL,
};
