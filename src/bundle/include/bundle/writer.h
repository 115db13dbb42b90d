/*
 * Writes a finished plan as a bundle: gzip of a canonical tar, members in the order of
 * docs/formats/bundle.md.
 */
#ifndef BUNDLE_WRITER_H
#define BUNDLE_WRITER_H

#include "bundle/reader.h"
#include "io/stream.h"
#include "plan/plan.h"
#include <sealift/progress.h>

/* Opens the content of a member whose `origin` is not empty. The writer frees the source. */
struct sl_content {
    int (*open)(void *context, const struct sl_plan_member *member, struct sl_source **out,
                struct sl_err *err);
    void *context;
};

struct sl_bundle_signature {
    char key_id[17];    /* for the member's name */
    struct sl_str text; /* a minisign signature file over manifest.json */
};

struct sl_bundle_input {
    const struct sl_plan *plan;
    const struct sl_bundle_signature *signatures; /* ascending by key id, each only once */
    size_t signature_count;
    struct sl_content content;
    struct sl_progress progress;
    unsigned workers; /* 0: as many as there are CPUs */
};

/*
 * Writes into `sink` and finishes it; the caller frees it. Content that changed since it was hashed is
 * SL_E_INPUT
 * ("changed while it was packed"), and the sink is left unfinished.
 */
int sl_bundle_write(struct sl_sink *sink, const struct sl_bundle_input *input,
                    struct sl_err *err) SL_MUST_USE;

struct sl_bundle_copy {
    struct sl_bundle_reader *reader;              /* bound, and nothing read of its files */
    const struct sl_manifest *manifest;           /* what it is bound to */
    const struct sl_bundle_signature *signatures; /* in place of those it has; as in sl_bundle_input */
    size_t signature_count;
    struct sl_progress progress;
    unsigned workers;
};

/*
 * Reads the rest of a bundle and writes it with other signatures; every other byte of the container is the same.
 * The reader checks what it reads, so what it refuses leaves the sink unfinished.
 */
int sl_bundle_write_copy(struct sl_sink *sink, const struct sl_bundle_copy *copy,
                         struct sl_err *err) SL_MUST_USE;

#endif
