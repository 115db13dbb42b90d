#include "samples.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

const char *const sample_names[SAMPLE_KINDS] = {
    [SAMPLE_ZEROS] = "zeros",       [SAMPLE_RANDOM] = "random",     [SAMPLE_TEXT] = "text",
    [SAMPLE_BASE64] = "base64",     [SAMPLE_REPEATED] = "repeated", [SAMPLE_MIXED] = "mixed",
    [SAMPLE_HALVES] = "two halves",
};

/* SplitMix64: G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014. */
uint64_t sample_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void fill_random(unsigned char *out, size_t len, uint64_t *seed)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (unsigned char)sample_next(seed);
}

static void fill_text(unsigned char *out, size_t len, uint64_t *seed)
{
    static const char *const words[] = {"image: ",    "replicas: ", "  name: ",   "harbor",
                                        "prometheus", "\n",         "values:\n",  "true",
                                        "false",      "- ",         "production", "8080"};
    for (size_t at = 0; at < len;) {
        const char *word = words[sample_next(seed) % (sizeof words / sizeof words[0])];
        for (const char *c = word; *c && at < len; c++)
            out[at++] = (unsigned char)*c;
    }
}

static void fill_base64(unsigned char *out, size_t len, uint64_t *seed)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i++)
        out[i] = (unsigned char)digits[sample_next(seed) % 64];
}

static void fill_repeated(unsigned char *out, size_t len, uint64_t *seed)
{
    size_t first = len < 20000 ? len : 20000;
    fill_random(out, first, seed);
    for (size_t i = first; i < len; i++)
        out[i] = out[i - first];
}

static void fill_halves(unsigned char *out, size_t len, uint64_t *seed)
{
    for (size_t i = 0; i < len; i++)
        out[i] = (unsigned char)((sample_next(seed) & 127) | (i / 40000 % 2 ? 128 : 0));
}

static void fill(enum sample_kind kind, unsigned char *out, size_t len, uint64_t *seed)
{
    switch (kind) {
    case SAMPLE_RANDOM:
        fill_random(out, len, seed);
        return;
    case SAMPLE_TEXT:
        fill_text(out, len, seed);
        return;
    case SAMPLE_BASE64:
        fill_base64(out, len, seed);
        return;
    case SAMPLE_REPEATED:
        fill_repeated(out, len, seed);
        return;
    case SAMPLE_HALVES:
        fill_halves(out, len, seed);
        return;
    default:
        memset(out, 0, len);
        return;
    }
}

unsigned char *sample_make(enum sample_kind kind, size_t len)
{
    unsigned char *out = malloc(len + 1);
    cr_assert_not_null(out);
    uint64_t seed = 4711;
    if (kind != SAMPLE_MIXED) {
        fill(kind, out, len, &seed);
        return out;
    }
    for (size_t at = 0; at < len;) {
        size_t piece = 1 + sample_next(&seed) % 60000;
        piece = piece < len - at ? piece : len - at;
        fill((enum sample_kind)(sample_next(&seed) % SAMPLE_MIXED), out + at, piece, &seed);
        at += piece;
    }
    return out;
}
