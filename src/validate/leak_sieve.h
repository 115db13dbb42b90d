/*
 * Whether a file may hold any string of a customer, told from its bytes as they are written: nearly no file of a release
 * does, and what does not is not parsed.
 *
 * It may say yes where there is none, and never no where there is one: strings are compared by their letters and digits
 * alone, whatever stands between these, as hashes, and where YAML writes letters and digits in another way (escapes,
 * base64, dates, tags that change a text) it says yes.
 */
#ifndef LEAK_SIEVE_H
#define LEAK_SIEVE_H

#include <sealift/str.h>
#include <stdbool.h>
#include <stdint.h>

/* Bits of each table: a hundred customers have some ten thousand strings. */
enum { LEAK_SIEVE_BITS = 1 << 18 };

struct leak_sieve {
    uint64_t starts[LEAK_SIEVE_BITS / 64]; /* hashes of the first parts of strings */
    uint64_t rows[LEAK_SIEVE_BITS / 64];   /* of all their parts */
    unsigned char folded[256];             /* a letter or digit as it is compared; 0: neither */
};

void leak_sieve_init(struct leak_sieve *sieve);

/* Adds a string of somebody's, of LEAK_PARTS_MAX parts at most: see leak_index.h. */
void leak_sieve_add(struct leak_sieve *sieve, struct sl_str text);

/* `yaml`: the bytes are parsed as YAML; else every line is a text. */
bool leak_sieve_may_hold(const struct leak_sieve *sieve, struct sl_str bytes, bool yaml);

#endif
