/*
 * A small valid manifest, with names that a bundle can hold: ASCII, not ASCII, long.
 */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <sealift/manifest.h>

#define SAMPLE_FILES 4

struct sample {
    struct sl_manifest manifest;
    struct sl_manifest_file files[SAMPLE_FILES];
    struct sl_str upgrade_from[2];
};

/* Fills `sample` in place; it needs no release. */
void sample_init(struct sample *sample);

/* Makes bundle, sizes and SHA256SUMS agree again after a change. */
void sample_settle(struct sample *sample);

#endif
