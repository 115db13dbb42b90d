/*
 * minisign signature files: written as stock minisign writes them, read more strictly than it does.
 *
 * Refused here and accepted by minisign 0.11: a CR or any other control character in a comment, anything
 * after the fourth line, CRLF line ends, base64 with spare bits set, the legacy algorithm "Ed" (which signs
 * the file itself and not its BLAKE2b digest). One control character is accepted, TAB: minisign's default
 * trusted comment has it between its fields.
 *
 * Order of calls: sl_minisig_read() parses and trusts nothing; sl_signed_message_of() takes the digest of what is said to be
 * signed, once for all its signatures; sl_minisig_verify() with a key whose id matches proves one of them for it. The trusted comment must not be shown or used before that, and only
 * escaped.
 */
#ifndef CRYPTO_MINISIG_H
#define CRYPTO_MINISIG_H

#include "crypto/digest.h"
#include <sealift/key.h>

struct sl_minisig {
    unsigned char key_id[SL_KEY_ID_BYTES];
    unsigned char signature[64];
    unsigned char global_signature[64];
    struct sl_str
        trusted_comment; /* borrowed from the text that was read; UTF-8 without control characters but TAB */
};

/* SL_E_REFUSED with the reason; `name` (the member or file name) begins the message. */
int sl_minisig_read(struct sl_minisig *out, struct sl_str text, const char *name,
                    struct sl_err *err) SL_MUST_USE;

/* What minisign signs in the place of a message: its BLAKE2b-512. A manifest of 11 MiB is hashed in some 15 ms, a hundred times as
 * long as its signature takes to verify. */
struct sl_signed_message {
    unsigned char digest[SL_BLAKE2B_BYTES];
};
void sl_signed_message_of(struct sl_signed_message *out, struct sl_str message);

/* What has to be known of a text to sign it, and to say which one it is. */
struct sl_text_digests {
    uint64_t size;
    struct sl_digest sha256;
    struct sl_signed_message message;
};
void sl_text_digests(struct sl_text_digests *out, struct sl_str text);

/* Both signatures, of the message and of the trusted comment, must be this key's; else SL_E_REFUSED. */
int sl_minisig_verify(const struct sl_minisig *signature, const struct sl_public_key *key,
                      const struct sl_signed_message *message, const char *name,
                      struct sl_err *err) SL_MUST_USE;

/*
 * Appends the four lines, for which `key` is asked twice: for the signature of the message's digest, and for that
 * of the first signature and the comment. Both are verified before they are used; one that is not the key's is
 * SL_E_REFUSED. The trusted comment must be printable ASCII of at most 8,173 bytes (SL_E_USAGE
 * otherwise), which with its prefix is what minisign's buffer holds. The untrusted comment is "signature from
 * sealift secret key".
 */
int sl_minisig_sign(struct sl_buf *out, const struct sl_signing_key *key, struct sl_str message,
                    struct sl_str trusted_comment, const char *purpose, struct sl_err *err) SL_MUST_USE;

/* The same for a message whose digest is known. */
int sl_minisig_sign_prehashed(struct sl_buf *out, const struct sl_signing_key *key,
                              const struct sl_signed_message *message, struct sl_str trusted_comment,
                              const char *purpose, struct sl_err *err) SL_MUST_USE;

/*
 * The same for a document that sealift made for `purpose` ("trust", "grant", "receipt"): the trusted comment is
 * "sealift PURPOSE FACTS sha256=HEX" with the digest of the document. `facts` may be empty; else it ends with a blank.
 */
int sl_minisig_sign_document(struct sl_buf *out, const struct sl_signing_key *key, struct sl_str document,
                             const char *purpose, const char *facts, struct sl_err *err) SL_MUST_USE;

/* The same as sl_minisig_sign() with a secret key that is here. */
int sl_minisig_write(struct sl_buf *out, const struct sl_secret_key *key, struct sl_str message,
                     struct sl_str trusted_comment, struct sl_err *err) SL_MUST_USE;

#endif
