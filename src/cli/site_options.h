/*
 * What the commands that work on a site share.
 */
#ifndef CLI_SITE_OPTIONS_H
#define CLI_SITE_OPTIONS_H

#include "cli.h"
#include <sealift/site.h>

#define ROOT_OPTION(type)                                                                                    \
    {                                                                                                        \
        "root", "DIR", "the directory that holds the installation", CLI_TEXT, offsetof(struct type, root),   \
            true                                                                                             \
    }
#define WAIT_OPTION(type)                                                                                    \
    {                                                                                                        \
        "wait", NULL, "wait while another sealift works on the same root", CLI_FLAG,                         \
            offsetof(struct type, wait), false                                                               \
    }

/* Who works on which site, when, and how it is shown. Give `options` to the library, and end the progress
 * after. */
struct cli_site {
    char holder[128];
    struct cli_progress progress;
    struct sl_site_options options;
};
void cli_site_begin(struct cli_site *site, const char *command, const char *root, bool wait);

/* One difference, as an item of the list "drift". */
void cli_drift_json(struct sl_json *json, enum sl_drift kind, struct sl_str path);

#endif
