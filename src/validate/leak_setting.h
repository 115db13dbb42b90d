/*
 * Whether two places of different files are about the same thing, as far as their names tell.
 */
#ifndef LEAK_SETTING_H
#define LEAK_SETTING_H

#include <sealift/str.h>
#include <stdbool.h>

/* Two JSON Pointers: the same, or the last two keys of each share a word that says what it is about (/registry/host and
 * /image/registry; not /cluster/name and /metadata/name). An empty one is about nothing. */
bool leak_is_same_setting(struct sl_str a, struct sl_str b);

#endif
