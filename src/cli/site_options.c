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

void cli_drift_json(struct sl_json *json, enum sl_drift kind, struct sl_str path)
{
    sl_json_map(json);
    sl_json_key_text(json, "drift", sl_str_from(sl_drift_name(kind)));
    sl_json_key_text(json, "path", path);
    sl_json_end(json);
}
