/*
 * What everybody writes who runs clusters, and what therefore tells no customer: words that names are made of, domains
 * of software and of public services.
 */
#ifndef LEAK_WORDS_H
#define LEAK_WORDS_H

#include <sealift/str.h>
#include <stdbool.h>

/* A word of letters that others name things with too: prod, storage, nginx. Case does not matter. */
bool leak_is_trade_word(struct sl_str word);

/* A host in a domain that is the prefix of keys and the home of software (topology.kubernetes.io), or a public service
 * itself (hooks.slack.com, but not what a customer has below it). */
bool leak_is_public_host(struct sl_str host);

/* What stands behind the dot in names of text files: yaml, conf. */
bool leak_is_file_ending(struct sl_str ending);

/* Europe/Berlin, America/Argentina/Buenos_Aires. */
bool leak_is_time_zone(struct sl_str text);

#endif
