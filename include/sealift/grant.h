/*
 * Who signed a grant (sealift/grant_file.h).
 *
 * Order of calls on the ops side: sl_grant_write(), then sl_grant_sign() for each key of role grant, up to that role's
 * threshold. At the site the rollback loads the file with its signatures and calls sl_grant_check(); its digest goes into the
 * ledger, so that it works once.
 */
#ifndef SEALIFT_GRANT_H
#define SEALIFT_GRANT_H

#include <sealift/grant_file.h>
#include <sealift/trust.h>

/* Appends a signature file over the grant's bytes, by a key that is here or by an external signer. */
int sl_grant_sign(struct sl_buf *out, struct sl_str json, const struct sl_signing_key *key,
                  struct sl_err *err) SL_MUST_USE;

/* A grant with its signatures, as they lie beside each other on a disk: NAME and NAME.KEYID.minisig. */
struct sl_grant_file;
int sl_grant_load(struct sl_grant_file **out, const char *path, struct sl_err *err) SL_MUST_USE;
struct sl_str sl_grant_file_json(const struct sl_grant_file *file);
void sl_grant_file_free(struct sl_grant_file *file);
void sl_grant_file_freep(struct sl_grant_file **file);

/* Signatures first; then *out is what was granted. SL_E_REFUSED below the threshold of role grant. */
int sl_grant_check(struct sl_grant *out, const struct sl_trust *trust, const struct sl_grant_file *file,
                   struct sl_err *err) SL_MUST_USE;

#endif
