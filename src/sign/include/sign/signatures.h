/*
 * The signatures of one bundle, while it is made.
 *
 * Order of calls: sl_signatures_init(); sl_signatures_keep() for those it has, sl_signatures_make() for new ones,
 * in any order; then `items` is what the writer takes. sl_signatures_release() in every case.
 */
#ifndef SIGN_SIGNATURES_H
#define SIGN_SIGNATURES_H

#include "base/limits.h"
#include "bundle/writer.h"
#include "crypto/minisig.h"
#include <sealift/key.h>

struct sl_signatures {
    struct sl_bundle_signature items[SL_SIGNATURES_MAX]; /* ascending by key id */
    struct sl_buf texts[SL_SIGNATURES_MAX];              /* in the order of adding */
    size_t count;
};

void sl_signatures_init(struct sl_signatures *signatures);
void sl_signatures_release(struct sl_signatures *signatures);

/* Adds a signature that exists; `text` is copied. SL_E_LIMIT when there are too many. */
int sl_signatures_keep(struct sl_signatures *signatures, const unsigned char key_id[SL_KEY_ID_BYTES],
                       struct sl_str text, struct sl_err *err) SL_MUST_USE;

/* Signs the bytes of `manifest`, of which these are the digests, with what people should know of it as trusted comment. The
 * key's id must be new. */
int sl_signatures_make(struct sl_signatures *signatures, const struct sl_signing_key *key,
                       const struct sl_manifest *manifest, const struct sl_text_digests *digests,
                       struct sl_err *err) SL_MUST_USE;

/* The one with that id, or NULL. */
const struct sl_bundle_signature *sl_signatures_find(const struct sl_signatures *signatures,
                                                     const unsigned char key_id[SL_KEY_ID_BYTES]);

/* SL_E_USAGE for more keys than a bundle can have signatures, for the same key twice, and for two keys with one
 * id: a key id signs once. */
int sl_signing_keys_check(const struct sl_signing_key *keys, size_t count, struct sl_err *err) SL_MUST_USE;

#endif
