/*
 * A grant: the permission for one rollback that a site's floor would forbid, for one site and one bundle, once.
 * docs/formats/trust.md is the normative description; sealift/grant.h says who signed one.
 */
#ifndef SEALIFT_GRANT_FILE_H
#define SEALIFT_GRANT_FILE_H

#include <sealift/buf.h>
#include <stdint.h>

#define SL_GRANT_SCHEMA      1
#define SL_GRANT_BYTES_MAX   1024
#define SL_GRANT_NONCE_BYTES 32

struct sl_grant {
    char customer[64];
    int64_t expires;                           /* seconds since 1970; 0: never */
    unsigned char manifest_sha256[32];         /* of the bundle that may come back */
    unsigned char nonce[SL_GRANT_NONCE_BYTES]; /* makes two grants of the same content two */
    unsigned char site[32];                    /* SHA-256 of the site's public key, as in its receipts */
};

/* Appends canonical JSON. SL_E_USAGE for a customer that is no label or a time before 1970. */
int sl_grant_write(struct sl_buf *out, const struct sl_grant *grant, struct sl_err *err) SL_MUST_USE;

/* Anything but what sl_grant_write() makes is SL_E_REFUSED. Proves nothing. */
int sl_grant_read(struct sl_grant *out, struct sl_str json, const char *name, struct sl_err *err) SL_MUST_USE;

#endif
