/*
 * The two files that pack writes for auditors, sbom.cdx.json and provenance.intoto.json. Both follow from what is
 * packed and nothing else: the same delivery, the same bytes.
 */
#ifndef PACK_ATTEST_H
#define PACK_ATTEST_H

#include "inventory.h"

/* Appends the CycloneDX document; `facts` is what the manifest will say. */
int sbom_write(struct sl_buf *out, const struct inventory *inventory, const struct sl_manifest *facts,
               struct sl_err *err) SL_MUST_USE;

struct provenance_facts {
    const struct sl_manifest *manifest; /* what it will say */
    const struct inventory *inventory;  /* with sbom.cdx.json among its files */
    const char *builder;                /* URI of who builds; NULL: unstated */
    const char *helm_compat;
    const struct sl_secret_key *key; /* signs the envelope; NULL: the statement alone */
};

/* Appends the statement, in an envelope where there is a key. */
int provenance_write(struct sl_buf *out, const struct provenance_facts *facts,
                     struct sl_err *err) SL_MUST_USE;

/* Adds both files to a plan that has all others. `facts` is what the manifest will say. SL_E_USAGE when the key of
 * the provenance signs the bundle too, or a builder is no URI. */
int attest_add(struct sl_plan *plan, struct sl_rendering *rendering, const struct sl_manifest *facts,
               const struct sl_pack_options *options, struct sl_err *err) SL_MUST_USE;

/* Empties a buffer that is used for one text after another; unlike with sl_buf_reset(), a failure stays. */
static inline void attest_clear(struct sl_buf *buf)
{
    buf->len = 0;
}

/* What is in both: CUSTOMER-RELEASE-SEQUENCE, appended. */
void attest_bundle_name(struct sl_buf *out, const struct sl_manifest *facts);

#endif
