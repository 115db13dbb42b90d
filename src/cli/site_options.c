#include "site_options.h"

static int64_t now(void *context)
{
    (void)context;
    return cli_now();
}

void cli_site_begin(struct cli_site *site, const char *command, const char *root, bool wait)
{
    cli_holder(site->holder, command);
    site->options = (struct sl_site_options){
        .root = root,
        .clock = {now, NULL},
        .holder = site->holder,
        .wait = wait,
        .progress = cli_progress_start(&site->progress),
    };
}
