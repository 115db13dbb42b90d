/*
 * Bytes of different kinds, the same in every run, for the tests of gzip.
 */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stddef.h>
#include <stdint.h>

enum sample_kind {
    SAMPLE_ZEROS,
    SAMPLE_RANDOM,
    SAMPLE_TEXT,
    SAMPLE_BASE64,   /* of random bytes: no repeats, but only 64 values */
    SAMPLE_REPEATED, /* random bytes, the same 20,000 again and again */
    SAMPLE_MIXED,    /* pieces of all of the above, as in a tar archive of mixed files */
    SAMPLE_HALVES,   /* in turn, 40,000 random bytes below 128 and as many above */
    SAMPLE_KINDS
};

extern const char *const sample_names[SAMPLE_KINDS];

/* malloc'ed. */
unsigned char *sample_make(enum sample_kind kind, size_t len);

/* The next of a pseudo-random sequence; *state is its seed. */
uint64_t sample_next(uint64_t *state);

#endif
