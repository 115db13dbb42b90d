#include "age_wrap.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "hkdf.h"
#include "sodium_start.h"

#include <sealift/text.h>

/* A file key is wrapped with a key that is used once, so that the nonce can be zero. */
static const unsigned char zero_nonce[crypto_aead_chacha20poly1305_IETF_NPUBBYTES];

struct secret {
    unsigned char bytes[32];
};

static void wipe_secret(struct secret *secret)
{
    sodium_memzero(secret, sizeof *secret);
}

static bool open_wrapped(struct sl_age_file_key *out, const unsigned char body[SL_AGE_WRAPPED_BYTES],
                         const struct secret *key)
{
    return crypto_aead_chacha20poly1305_ietf_decrypt(out->bytes, NULL, NULL, body, SL_AGE_WRAPPED_BYTES, NULL,
                                                     0, zero_nonce, key->bytes) == 0;
}

/* -- X25519 -- */

bool sl_age_is_x25519(const struct sl_age_stanza *stanza)
{
    return sl_str_equal(stanza->type, SL_STR("X25519"));
}

const char *sl_age_x25519_read(struct sl_age_x25519 *out, const struct sl_age_stanza *stanza)
{
    if (stanza->argument_count != 1)
        return "an X25519 stanza has one argument";
    if (!sl_age_base64_decode(out->share, sizeof out->share, stanza->arguments[0]))
        return "the argument of an X25519 stanza is the base64 of 32 bytes, strictly encoded";
    if (stanza->body_len != sizeof out->body)
        return "the body of an X25519 stanza has 32 bytes";
    memcpy(out->body, stanza->body, sizeof out->body);
    return NULL;
}

/* The key that wraps: from what both sides can compute, bound to this share and this recipient. False where
 * the point is of low order, so that anybody could compute it. */
static bool wrapping_key(struct secret *out, const struct secret *scalar, const unsigned char point[32],
                         const unsigned char share[32], const unsigned char recipient[32])
{
    SL_CLEANUP(wipe_secret) struct secret shared;
    if (crypto_scalarmult(shared.bytes, scalar->bytes, point) != 0)
        return false;
    unsigned char salt[64];
    memcpy(salt, share, 32);
    memcpy(salt + 32, recipient, 32);
    sl_hkdf_sha256(out->bytes, (struct sl_str){(const char *)shared.bytes, sizeof shared.bytes},
                   (struct sl_str){(const char *)salt, sizeof salt}, SL_STR("age-encryption.org/v1/X25519"));
    return true;
}

int sl_age_x25519_unwrap(struct sl_age_file_key *out, const struct sl_age_x25519 *wrapped,
                         const struct sl_age_identity *identity, struct sl_err *err)
{
    SL_CLEANUP(wipe_secret) struct secret scalar;
    SL_CLEANUP(wipe_secret) struct secret key;
    memcpy(scalar.bytes, identity->scalar, sizeof scalar.bytes);
    if (!wrapping_key(&key, &scalar, wrapped->share, wrapped->share, identity->recipient.point))
        return sl_fail(err, SL_E_REFUSED,
                       "age header: the share of an X25519 stanza is a point of low order");
    return open_wrapped(out, wrapped->body, &key) ? 1 : 0;
}

int sl_age_x25519_wrap(struct sl_age_x25519 *out, const struct sl_age_file_key *key,
                       const struct sl_age_recipient *recipient, const struct sl_random *random,
                       struct sl_err *err)
{
    SL_CLEANUP(wipe_secret) struct secret ephemeral;
    SL_CLEANUP(wipe_secret) struct secret wrapping;
    if (random->fill(random->context, ephemeral.bytes, sizeof ephemeral.bytes, err) < 0)
        return -1;
    (void)crypto_scalarmult_base(out->share, ephemeral.bytes);
    if (!wrapping_key(&wrapping, &ephemeral, recipient->point, out->share, recipient->point))
        return sl_fail(err, SL_E_INPUT, "a recipient that anybody could open: its point is of low order");
    (void)crypto_aead_chacha20poly1305_ietf_encrypt(out->body, NULL, key->bytes, sizeof key->bytes, NULL, 0,
                                                    NULL, zero_nonce, wrapping.bytes);
    return 0;
}

/* -- scrypt -- */

bool sl_age_is_scrypt(const struct sl_age_stanza *stanza)
{
    return sl_str_equal(stanza->type, SL_STR("scrypt"));
}

/* Decimal, without a sign or leading zeros. 0 for anything else, and for what is too large. */
static unsigned work_factor_of(struct sl_str text)
{
    if (text.len == 0 || text.len > 2 || text.ptr[0] == '0')
        return 0;
    unsigned value = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return 0;
        value = value * 10 + (unsigned)(text.ptr[i] - '0');
    }
    return value <= SL_AGE_WORK_FACTOR_MAX ? value : 0;
}

const char *sl_age_scrypt_read(struct sl_age_scrypt *out, const struct sl_age_stanza *stanza)
{
    if (stanza->argument_count != 2)
        return "a scrypt stanza has two arguments";
    if (!sl_age_base64_decode(out->salt, sizeof out->salt, stanza->arguments[0]))
        return "the salt of a scrypt stanza is the base64 of 16 bytes, strictly encoded";
    out->work_factor = work_factor_of(stanza->arguments[1]);
    if (out->work_factor == 0)
        return "the work factor of a scrypt stanza is a number from 1 to 20, the limit here";
    if (stanza->body_len != sizeof out->body)
        return "the body of a scrypt stanza has 32 bytes";
    memcpy(out->body, stanza->body, sizeof out->body);
    return NULL;
}

int sl_age_scrypt_unwrap(struct sl_age_file_key *out, const struct sl_age_scrypt *wrapped,
                         struct sl_str passphrase, struct sl_err *err)
{
    static const struct sl_str label = SL_STR_INIT("age-encryption.org/v1/scrypt");
    unsigned char salt[28 + sizeof wrapped->salt];
    memcpy(salt, label.ptr, label.len);
    memcpy(salt + label.len, wrapped->salt, sizeof wrapped->salt);
    SL_CLEANUP(wipe_secret) struct secret key;
    sl_sodium_start();
    if (crypto_pwhash_scryptsalsa208sha256_ll(
            (const unsigned char *)(passphrase.len ? passphrase.ptr : ""), passphrase.len, salt, sizeof salt,
            UINT64_C(1) << wrapped->work_factor, 8, 1, key.bytes, sizeof key.bytes) != 0) {
        char size[16];
        (void)sl_fail(err, SL_E_NO_MEMORY, "not enough memory to derive the key from the passphrase");
        return sl_hint(err, "it takes %s for a moment", sl_size_text(size, SL_KIB << wrapped->work_factor));
    }
    return open_wrapped(out, wrapped->body, &key) ? 1 : 0;
}
