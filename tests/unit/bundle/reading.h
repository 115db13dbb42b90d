/*
 * Reading a sample bundle the way verify does, and where its members stand; shared by the tests of the
 * reader.
 */
#ifndef READING_H
#define READING_H

#include "sample_bundle.h"

/* The members of the sample, in order: what the rows below call them. */
enum {
    MANIFEST,
    FIRST_SIGNATURE,
    SECOND_SIGNATURE,
    SUMS,
    LONG,
    PREFIXED,
    CHART,
    DOCS,
    APP,
    RUN,
    EMPTY,
    MEMBERS
};

/* Where a member stands in the container. */
struct span {
    size_t header;  /* first byte of its header */
    size_t content; /* first byte of its content */
    size_t padding; /* first byte behind its content */
    size_t end;     /* first byte behind it */
};

/* Of the sample's container. */
void find_spans(struct span spans[MEMBERS], const struct sample_bundle *sample);

/* Reads to the end and compares everything with the plan; 0, or -1 with the first refusal. */
struct sl_bundle_reader;
int read_all(struct sl_bundle_reader *reader, const struct sample_bundle *sample, struct sl_err *err);
int read_container(struct sl_str bytes, const struct sample_bundle *sample, struct sl_err *err);
int read_bundle(struct sl_str bytes, const struct sample_bundle *sample, struct sl_err *err);

#endif
