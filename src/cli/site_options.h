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

#endif
