#include "site_options.h"

#include <stdio.h>

static int64_t now(void *context)
{
    (void)context;
    return cli_now();
}

static void told(void *context, const char *why)
{
    (void)context;
    (void)fprintf(stderr, "sealift: waiting: %s\n", why);
}

void cli_site_begin(struct cli_site *site, const char *command, const char *root, bool wait)
{
    cli_holder(site->holder, command);
    site->options = (struct sl_site_options){
        .root = root,
        .clock = {now, NULL},
        .holder = site->holder,
        .wait = wait,
        .waiting = {told, NULL},
        .progress = cli_progress_start(&site->progress),
    };
}
