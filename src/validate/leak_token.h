/*
 * What in a text may tell a customer: names, hosts, addresses, phrases, and how unusual each is.
 */
#ifndef LEAK_TOKEN_H
#define LEAK_TOKEN_H

#include <sealift/str.h>

enum leak_weight {
    LEAK_COMMON, /* anybody may write that: a word, a quantity, a version, local-path, ghcr.io */
    LEAK_WORD,   /* letters only, but long or like nothing that is said */
    LEAK_NAME,   /* put together with dashes or the like: quay-north */
    LEAK_STRONG, /* a host, an address, letters and digits, a phrase */
};

enum leak_weight leak_weigh(struct sl_str token);

/* Like nothing that anybody says: many consonants in a row, or letters that never follow one another. */
bool leak_looks_random(struct sl_str token);

/* Letters, digits and bytes beyond ASCII: what has one on each side of its end is part of something longer. */
bool leak_is_inner(char byte);

/* The next word at or behind *at: letters and digits with dots, dashes and underscores between them. False at the end. */
bool leak_next_word(struct sl_str text, size_t *at, struct sl_str *word);

/* Whether a word of the text is the digest of something, which is the same for all who have that. */
bool leak_is_digest(struct sl_str text, struct sl_str word);

/* The text without what stands before its first and behind its last letter or digit. */
struct sl_str leak_trim(struct sl_str text);

/* Whether something of the kind of a host or domain: labels between dots, the last one of letters. */
bool leak_is_host(struct sl_str token);

#endif
