/*
 * A generation on disk against its manifest, file by file.
 */
#ifndef SITE_COMPARE_H
#define SITE_COMPARE_H

#include "base/arena.h"
#include "model/site_state.h"
#include <sealift/site.h>

struct site_signatures;

struct site_expected {
    const struct sl_manifest *manifest;
    struct sl_str manifest_json;
    const struct sl_str
        *signers; /* key ids whose signature files have to be there, and be such; others may be */
    size_t signer_count;
    const struct site_signatures
        *proved; /* those that are another key's count as changed; NULL: only the form counts */
};

/* The key id in the name of a signature file of a generation; empty when it is not one. */
struct sl_str site_signature_key_id(struct sl_str path);
/* Whether a text has the form of a signature by that key; what it signs is not asked. */
bool site_is_signature(struct sl_str text, struct sl_str key_id);

struct site_drift {
    enum sl_drift kind;
    struct sl_str path;
};

struct site_drifts {
    struct sl_arena arena;
    struct site_drift *items; /* ascending by path, then by kind; at most SL_FINDINGS_MAX */
    size_t count;
    size_t capacity;
    uint64_t total; /* also those that are beyond the maximum */
};

void site_drifts_init(struct site_drifts *drifts);
void site_drifts_release(struct site_drifts *drifts);

/*
 * Fills `out`. A difference is no failure; what cannot be read is. A file whose mode keeps it from being read
 * counts for its mode alone. Directories must have mode 0755, and an unknown one is one difference, however
 * much is in it.
 */
int site_compare(struct site_drifts *out, int generation, const struct site_expected *expected,
                 const struct sl_progress *progress, struct sl_err *err) SL_MUST_USE;

#endif
