/*
 * The two files that pack writes for auditors, sbom.cdx.json and provenance.intoto.json. Both follow from what is
 * packed and nothing else: the same delivery, the same bytes. Neither is ever held whole; the plan has them made, by its own
 * list of files.
 */
#ifndef PACK_ATTEST_H
#define PACK_ATTEST_H

#include "inventory.h"

/* What both are made from. Zeroed before attest_add(), and released after the plan was written. */
struct attest {
    const struct sl_plan *plan; /* whose manifest has the facts */
    struct inventory inventory;
    const char *builder; /* URI of who builds; NULL: unstated */
    const char *helm_compat;
    const struct sl_secret_key *key; /* signs the envelope of the provenance; NULL: the statement alone */
    struct attest_signature *signature;
};

/* Adds both files to a plan that has all others, from which on `attest` must stay where it is. SL_E_USAGE when the key of
 * the provenance signs the bundle too, or a builder is no URI. */
int attest_add(struct attest *attest, struct sl_plan *plan, struct sl_rendering *rendering,
               const struct sl_pack_options *options, struct sl_err *err) SL_MUST_USE;
void attest_release(struct attest *attest);

/* -- between attest.c and those who write -- */

/* Made when the envelope is for the first time, and then kept. */
struct attest_signature {
    unsigned char bytes[SL_SIGNATURE_BYTES];
    bool made;
};

/* Appends the CycloneDX document; `context` is a struct attest, for the plan. */
int sbom_write(const void *context, struct sl_buf *out, struct sl_err *err) SL_MUST_USE;

/* Appends the statement, in an envelope where there is a key. */
int provenance_write(const void *context, struct sl_buf *out, struct sl_err *err) SL_MUST_USE;

/* The files that both list, ascending by path: the next from *place on, or false. The provenance lists the SBOM, too; neither
 * lists what comes of it. */
bool attest_next_file(struct sl_plan_member *out, const struct attest *attest, bool with_sbom, size_t *place);

/* Empties a buffer that is used for one text after another; unlike with sl_buf_reset(), a failure stays. */
static inline void attest_clear(struct sl_buf *buf)
{
    buf->len = 0;
}

/* What is in both: CUSTOMER-RELEASE-SEQUENCE, appended. */
void attest_bundle_name(struct sl_buf *out, const struct sl_manifest *facts);

#endif
