#include "crypto/minisig.h"

#include "base/limits.h"
#include "base64.h"
#include "layout.h"
#include "lines.h"

#include <sodium.h>
#include <stdio.h>

_Static_assert(sizeof(((struct sl_minisig *)0)->signature) == crypto_sign_BYTES, "Ed25519");

/* The signed bytes behind the global signature: the signature and the trusted comment's text. */
struct global_message {
    unsigned char bytes[crypto_sign_BYTES + SL_TRUSTED_COMMENT_MAX];
    size_t len;
};

/* The caller has checked the comment's length. */
static void global_message_fill(struct global_message *out, const unsigned char signature[crypto_sign_BYTES],
                                struct sl_str trusted_comment)
{
    memcpy(out->bytes, signature, crypto_sign_BYTES);
    if (trusted_comment.len)
        memcpy(out->bytes + crypto_sign_BYTES, trusted_comment.ptr, trusted_comment.len);
    out->len = crypto_sign_BYTES + trusted_comment.len;
}

static int read_signature_line(struct sl_minisig *out, struct sl_str line, struct sl_err *err)
{
    struct sl_signature_line decoded;
    const char *kind = sl_lines_kind(line);
    if (line.len != SL_BASE64_LENGTH(sizeof decoded) && kind)
        return sl_fail(err, SL_E_REFUSED, "this is %s, not a signature", kind);
    if (!sl_base64_decode((unsigned char *)&decoded, sizeof decoded, line))
        return sl_fail(err, SL_E_REFUSED,
                       "line 2 is not a signature: %zu characters of base64, strictly encoded",
                       SL_BASE64_LENGTH(sizeof decoded));
    if (memcmp(decoded.algorithm, "Ed", sizeof decoded.algorithm) == 0) {
        (void)sl_fail(err, SL_E_REFUSED, "a signature in minisign's legacy form, which is not accepted");
        return sl_hint(err, "sign it again in the prehashed form: minisign -SHm FILE");
    }
    if (memcmp(decoded.algorithm, "ED", sizeof decoded.algorithm) != 0)
        return sl_fail(err, SL_E_REFUSED, "line 2 is a signature by an algorithm that is not known");
    memcpy(out->key_id, decoded.key_id, sizeof out->key_id);
    memcpy(out->signature, decoded.signature, sizeof out->signature);
    return 0;
}

static int parse(struct sl_minisig *out, struct sl_str text, struct sl_err *err)
{
    struct sl_lines lines;
    struct sl_str untrusted_comment, line;
    if (sl_lines_start(&lines, text, SL_SIGNATURE_FILE_MAX, SL_E_REFUSED, err) < 0 ||
        sl_lines_comment(&lines, SL_STR(SL_UNTRUSTED_PREFIX), SL_UNTRUSTED_COMMENT_MAX, &untrusted_comment,
                         err) < 0 ||
        sl_lines_next(&lines, &line, err) < 0 || read_signature_line(out, line, err) < 0 ||
        sl_lines_comment(&lines, SL_STR(SL_TRUSTED_PREFIX), SL_TRUSTED_COMMENT_MAX, &out->trusted_comment,
                         err) < 0 ||
        sl_lines_next(&lines, &line, err) < 0)
        return -1;
    if (!sl_base64_decode(out->global_signature, sizeof out->global_signature, line))
        return sl_fail(err, SL_E_REFUSED,
                       "line 4 is not a signature: %zu characters of base64, strictly encoded",
                       SL_BASE64_LENGTH(sizeof out->global_signature));
    return sl_lines_end(&lines, err);
}

int sl_minisig_read(struct sl_minisig *out, struct sl_str text, const char *name, struct sl_err *err)
{
    struct sl_minisig signature;
    if (parse(&signature, text, err) < 0)
        return sl_lines_wrap(name, err);
    *out = signature;
    return 0;
}

void sl_signed_message_of(struct sl_signed_message *out, struct sl_str message)
{
    sl_blake2b_512(out->digest, message.ptr, message.len);
}

void sl_text_digests(struct sl_text_digests *out, struct sl_str text)
{
    out->size = text.len;
    sl_sha256(&out->sha256, text.ptr, text.len);
    sl_signed_message_of(&out->message, text);
}

static int verify(const struct sl_minisig *signature, const struct sl_public_key *key,
                  const struct sl_signed_message *message, struct sl_err *err)
{
    if (memcmp(signature->key_id, key->id, sizeof key->id) != 0) {
        char signer[SL_KEY_ID_HEX + 1], expected[SL_KEY_ID_HEX + 1];
        return sl_fail(err, SL_E_REFUSED, "made with the key %s, not with the key %s",
                       sl_key_id_text(signer, signature->key_id), sl_key_id_text(expected, key->id));
    }
    /* libsodium refuses keys of low order, and lets those of mixed order pass, for which its equation has
     * solutions that that of other verifiers has not. Nothing that was read is one; this is for who filled the
     * struct in another way. */
    if (!crypto_core_ed25519_is_valid_point(key->point))
        return sl_fail(err, SL_E_REFUSED,
                       "the public key given is no usable one: its point is of mixed order");
    if (crypto_sign_verify_detached(signature->signature, message->digest, sizeof message->digest,
                                    key->point) != 0)
        return sl_fail(err, SL_E_REFUSED,
                       "the signature does not match: the content was changed, or another key signed it");
    if (signature->trusted_comment.len > SL_TRUSTED_COMMENT_MAX)
        return sl_fail(err, SL_E_REFUSED, "the trusted comment is longer than the limit of %u bytes",
                       SL_TRUSTED_COMMENT_MAX);
    struct global_message global;
    global_message_fill(&global, signature->signature, signature->trusted_comment);
    if (crypto_sign_verify_detached(signature->global_signature, global.bytes, global.len, key->point) != 0)
        return sl_fail(err, SL_E_REFUSED, "the trusted comment was changed: its signature does not match");
    return 0;
}

int sl_minisig_verify(const struct sl_minisig *signature, const struct sl_public_key *key,
                      const struct sl_signed_message *message, const char *name, struct sl_err *err)
{
    if (verify(signature, key, message, err) < 0)
        return sl_lines_wrap(name, err);
    return 0;
}

static int check_trusted_comment(struct sl_str comment, struct sl_err *err)
{
    /* With its prefix, LF and NUL it has to fit into minisign's buffer. */
    const size_t max = SL_TRUSTED_COMMENT_MAX - sizeof SL_TRUSTED_PREFIX - 1;
    if (comment.len > max)
        return sl_fail(err, SL_E_USAGE, "the trusted comment is longer than the limit of %zu bytes", max);
    for (size_t i = 0; i < comment.len; i++)
        if (comment.ptr[i] < 0x20 || comment.ptr[i] > 0x7e)
            return sl_fail(
                err, SL_E_USAGE,
                "the trusted comment may have printable ASCII only; character %zu is something else", i + 1);
    return 0;
}

/* Asks for a signature and believes it only when it is the key's. */
static int ask(unsigned char out[crypto_sign_BYTES], const struct sl_signing_key *key,
               const struct sl_signing_request *request, struct sl_err *err)
{
    if (key->sign(key->context, out, request, err) < 0)
        return -1;
    const unsigned char *message = (const unsigned char *)request->message.ptr;
    char id[SL_KEY_ID_HEX + 1];
    if (crypto_sign_verify_detached(out, message, request->message.len, key->public_key.point) == 0)
        return 0;
    return sl_fail(err, SL_E_REFUSED, "what was returned as the signature of key %s is not one",
                   sl_key_id_text(id, key->public_key.id));
}

int sl_minisig_sign_prehashed(struct sl_buf *out, const struct sl_signing_key *key,
                              const struct sl_signed_message *message, struct sl_str trusted_comment,
                              const char *purpose, struct sl_err *err)
{
    if (check_trusted_comment(trusted_comment, err) < 0)
        return -1;
    struct sl_signature_line line = {.algorithm = {'E', 'D'}};
    memcpy(line.key_id, key->public_key.id, sizeof line.key_id);
    struct sl_signing_request request = {
        purpose, trusted_comment, {(const char *)message->digest, sizeof message->digest}};
    if (ask(line.signature, key, &request, err) < 0)
        return -1;

    struct global_message global;
    global_message_fill(&global, line.signature, trusted_comment);
    unsigned char global_signature[crypto_sign_BYTES];
    request.message = (struct sl_str){(const char *)global.bytes, global.len};
    if (ask(global_signature, key, &request, err) < 0)
        return -1;

    sl_buf_text(out, SL_UNTRUSTED_PREFIX "signature from sealift secret key\n");
    sl_base64_append(out, (const unsigned char *)&line, sizeof line);
    sl_buf_text(out, "\n" SL_TRUSTED_PREFIX);
    sl_buf_str(out, trusted_comment);
    sl_buf_byte(out, '\n');
    sl_base64_append(out, global_signature, sizeof global_signature);
    sl_buf_byte(out, '\n');
    return sl_buf_check(out, "the signature", err);
}

int sl_minisig_sign(struct sl_buf *out, const struct sl_signing_key *key, struct sl_str message,
                    struct sl_str trusted_comment, const char *purpose, struct sl_err *err)
{
    struct sl_signed_message digested;
    sl_signed_message_of(&digested, message);
    return sl_minisig_sign_prehashed(out, key, &digested, trusted_comment, purpose, err);
}

int sl_minisig_write(struct sl_buf *out, const struct sl_secret_key *key, struct sl_str message,
                     struct sl_str trusted_comment, struct sl_err *err)
{
    struct sl_signing_key signing;
    sl_signing_key_of(&signing, key);
    return sl_minisig_sign(out, &signing, message, trusted_comment, "bundle", err);
}

int sl_minisig_sign_document(struct sl_buf *out, const struct sl_signing_key *key, struct sl_str document,
                             const char *purpose, const char *facts, struct sl_err *err)
{
    char comment[256];
    char hex[SL_SHA256_HEX + 1];
    struct sl_digest digest;
    sl_sha256(&digest, document.ptr, document.len);
    (void)snprintf(comment, sizeof comment, "sealift %s %ssha256=%s", purpose, facts,
                   sl_digest_hex(hex, &digest));
    return sl_minisig_sign(out, key, document, sl_str_from(comment), purpose, err);
}
