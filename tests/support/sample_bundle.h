/*
 * A small bundle that has every kind of member: plain, empty, executable, a name that is not ASCII, one that
 * needs ustar's prefix, one that needs a pax header for its length, binary content that is streamed.
 *
 *     struct sample_bundle sample;
 *     sample_bundle_make(&sample);
 *     ...sample.container, sample.file...
 *     sample_bundle_release(&sample);
 */
#ifndef SAMPLE_BUNDLE_H
#define SAMPLE_BUNDLE_H

#include "bundle/writer.h"

#define SAMPLE_SIGNATURES 2

struct sample_bundle {
    struct sl_plan *plan;
    struct sl_bundle_signature signatures[SAMPLE_SIGNATURES];
    struct sl_buf container; /* the tar */
    struct sl_buf file;      /* the same with gzip around it */
    struct sl_buf manifest;  /* what the plan makes */
    struct sl_buf sums;
};

/* Fails the test when anything goes wrong. */
void sample_bundle_make(struct sample_bundle *sample);
void sample_bundle_release(struct sample_bundle *sample);

/* The plan alone, with its files added in this or the opposite order. */
struct sl_plan *sample_plan(bool backwards);

/* Opens the streamed content; context is not used. */
int sample_content(void *context, const struct sl_plan_member *member, struct sl_source **out,
                   struct sl_err *err);

/* The bytes that the member's content has, whether streamed or not. */
struct sl_str sample_content_of(const struct sample_bundle *sample, const struct sl_plan_member *member);

/* gzip around any bytes; the caller releases it. */
struct sl_buf sample_gzip(struct sl_str bytes);

#endif
