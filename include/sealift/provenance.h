/*
 * What travels in a bundle for auditors: where it came from (in-toto statement, SLSA provenance v1) and what is in
 * it (CycloneDX 1.6). docs/formats/provenance.md and docs/formats/sbom.md describe both.
 *
 * Both are files of the manifest like any other: verifying a bundle (sealift/verify.h) vouches for their bytes. What
 * is here is for asking the provenance a question of its own: whether a builder's key signed it, and whether it is
 * about this bundle.
 */
#ifndef SEALIFT_PROVENANCE_H
#define SEALIFT_PROVENANCE_H

#include <sealift/key.h>
#include <sealift/manifest.h>

#define SL_PROVENANCE_NAME "provenance.intoto.json"
#define SL_SBOM_NAME       "sbom.cdx.json"

/* What a provenance file can have at most. */
#define SL_PROVENANCE_MAX ((size_t)96 << 20)

#define SL_BUILDER_MAX 256

struct sl_provenance {
    size_t signatures; /* in the envelope; 0: a statement without one */
    char signer[64];   /* "SHA256:...", of the given key that signed */
    char builder[SL_BUILDER_MAX];
};

/*
 * Checks `text`, the content of provenance.intoto.json of a bundle that was verified, with the public keys of builders
 * (at least one). SL_E_REFUSED when it is no envelope, or none of these keys signed it; when it is no statement with
 * SLSA provenance of sealift's build type, or has an external parameter that is not known; when it is about another
 * customer, release, environment or sequence, or about other files than those of `manifest`.
 */
int sl_provenance_check(struct sl_provenance *out, struct sl_str text, const struct sl_manifest *manifest,
                        const struct sl_public_key *keys, size_t key_count, struct sl_err *err) SL_MUST_USE;

#endif
