#include <sealift/key.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base64.h"
#include "layout.h"
#include "lines.h"
#include "sodium_start.h"

#include <inttypes.h>
#include <sealift/text.h>
#include <stdio.h>

/* Minisign's own words, also for a key without a password. */
#define SECRET_COMMENT SL_UNTRUSTED_PREFIX "minisign encrypted secret key\n"

struct seed {
    unsigned char bytes[crypto_sign_SEEDBYTES];
};

static void wipe_seed(struct seed *seed)
{
    sodium_memzero(seed, sizeof *seed);
}

static void wipe_line(struct sl_secret_line *line)
{
    sodium_memzero(line, sizeof *line);
}

static void wipe_body(struct sl_secret_body *body)
{
    sodium_memzero(body, sizeof *body);
}

void sl_secret_key_wipe(struct sl_secret_key *key)
{
    sodium_memzero(key, sizeof *key);
}

static uint64_t load_number(const unsigned char bytes[8])
{
    uint64_t number = 0;
    for (size_t i = 8; i-- > 0;)
        number = number << 8 | bytes[i];
    return number;
}

static void store_number(unsigned char bytes[8], uint64_t number)
{
    for (size_t i = 0; i < 8; i++, number >>= 8)
        bytes[i] = (unsigned char)number;
}

static bool is_encrypted(const struct sl_secret_line *line)
{
    return memcmp(line->derivation, "Sc", sizeof line->derivation) == 0;
}

static void checksum_of(unsigned char out[32], const struct sl_secret_body *body)
{
    sl_sodium_start();
    crypto_generichash_state state;
    (void)crypto_generichash_init(&state, NULL, 0, sizeof body->checksum);
    (void)crypto_generichash_update(&state, (const unsigned char *)"Ed", 2);
    (void)crypto_generichash_update(&state, body->id, sizeof body->id);
    (void)crypto_generichash_update(&state, body->seed_and_point, sizeof body->seed_and_point);
    (void)crypto_generichash_final(&state, out, sizeof body->checksum);
    sodium_memzero(&state, sizeof state);
}

/* Encrypts and decrypts: the stream that scrypt makes of the password, XORed. */
static int apply_password(struct sl_secret_line *line, struct sl_str password, struct sl_err *err)
{
    uint64_t mem_limit = load_number(line->mem_limit);
    SL_CLEANUP(wipe_body) struct sl_secret_body stream;
    sl_sodium_start();
    if (crypto_pwhash_scryptsalsa208sha256((unsigned char *)&stream, sizeof stream,
                                           password.len ? password.ptr : "", password.len, line->salt,
                                           load_number(line->ops_limit), (size_t)mem_limit) != 0) {
        char size[16];
        (void)sl_fail(err, SL_E_NO_MEMORY, "not enough memory to derive the key from the password");
        return sl_hint(err, "it takes %s for a moment", sl_size_text(size, mem_limit));
    }
    unsigned char *body = (unsigned char *)&line->body;
    for (size_t i = 0; i < sizeof stream; i++)
        body[i] ^= ((const unsigned char *)&stream)[i];
    return 0;
}

static int decode_secret_line(struct sl_secret_line *out, struct sl_str text, struct sl_err *err)
{
    struct sl_lines lines;
    if (sl_lines_start(&lines, text, SL_KEY_FILE_MAX, SL_E_INPUT, err) < 0)
        return -1;
    lines.may_end_open = true;
    struct sl_str comment, line;
    if (sl_lines_comment(&lines, SL_STR(SL_UNTRUSTED_PREFIX), SL_UNTRUSTED_COMMENT_MAX, &comment, err) < 0 ||
        sl_lines_next(&lines, &line, err) < 0)
        return -1;
    const char *kind = sl_lines_kind(line);
    if (line.len != SL_BASE64_LENGTH(sizeof *out) && kind)
        return sl_fail(err, SL_E_INPUT, "this is %s, not a secret key", kind);
    if (!sl_base64_decode((unsigned char *)out, sizeof *out, line))
        return sl_fail(err, SL_E_INPUT,
                       "line 2 is not a secret key: %zu characters of base64, strictly encoded",
                       SL_BASE64_LENGTH(sizeof *out));
    if (sl_lines_end(&lines, err) < 0)
        return -1;
    if (memcmp(out->algorithm, "Ed", 2) != 0 || memcmp(out->checksum_algorithm, "B2", 2) != 0)
        return sl_fail(err, SL_E_INPUT, "line 2 is not an Ed25519 secret key of minisign");
    if (!is_encrypted(out) && !sodium_is_zero(out->derivation, sizeof out->derivation))
        return sl_fail(err, SL_E_INPUT, "line 2 is encrypted in a way that is not known: only scrypt is");
    return 0;
}

bool sl_secret_key_is_encrypted(struct sl_str text)
{
    struct sl_err ignored;
    SL_CLEANUP(wipe_line) struct sl_secret_line line;
    return decode_secret_line(&line, text, &ignored) == 0 && is_encrypted(&line);
}

static int decrypt(struct sl_secret_line *line, struct sl_str password, struct sl_err *err)
{
    uint64_t ops_limit = load_number(line->ops_limit);
    uint64_t mem_limit = load_number(line->mem_limit);
    if (ops_limit > SL_SCRYPT_OPS_MAX || mem_limit > SL_SCRYPT_MEM_MAX) {
        char size[16];
        return sl_fail(err, SL_E_LIMIT,
                       "the password check would take %" PRIu64
                       " operations and %s of memory, above the limits of %" PRIu64 " and 1 GiB",
                       ops_limit, sl_size_text(size, mem_limit), SL_SCRYPT_OPS_MAX);
    }
    if (apply_password(line, password, err) < 0)
        return -1;
    unsigned char checksum[sizeof line->body.checksum];
    checksum_of(checksum, &line->body);
    bool right = sodium_memcmp(checksum, line->body.checksum, sizeof checksum) == 0;
    sodium_memzero(checksum, sizeof checksum);
    if (!right)
        return sl_fail(err, SL_E_INPUT, "wrong password, or the key file is damaged");
    return 0;
}

/* A key without a password has a checksum when its password was removed or sealift made it, and zeros when
 * minisign made it so. The point belongs to the seed either way. */
static int check_damage(const struct sl_secret_body *body, struct sl_err *err)
{
    SL_CLEANUP(wipe_body) struct sl_secret_body derived = {0};
    checksum_of(derived.checksum, body);
    bool intact = sodium_is_zero(body->checksum, sizeof body->checksum) ||
                  sodium_memcmp(derived.checksum, body->checksum, sizeof body->checksum) == 0;
    unsigned char point[crypto_sign_PUBLICKEYBYTES];
    (void)crypto_sign_seed_keypair(point, derived.seed_and_point, body->seed_and_point);
    if (!intact ||
        sodium_memcmp(derived.seed_and_point, body->seed_and_point, sizeof body->seed_and_point) != 0)
        return sl_fail(err, SL_E_INPUT, "the key file is damaged: what it holds does not fit together");
    return 0;
}

int sl_secret_key_read(struct sl_secret_key *out, struct sl_str text, struct sl_str password,
                       const char *name, struct sl_err *err)
{
    SL_CLEANUP(wipe_line) struct sl_secret_line line;
    if (decode_secret_line(&line, text, err) < 0 ||
        (is_encrypted(&line) && decrypt(&line, password, err) < 0) || check_damage(&line.body, err) < 0)
        return sl_lines_wrap(name, err);
    memcpy(out->id, line.body.id, sizeof out->id);
    memcpy(out->seed_and_point, line.body.seed_and_point, sizeof out->seed_and_point);
    return 0;
}

/* What cannot be typed at minisign's prompt would make a key that only sealift can open. */
static int check_password(struct sl_str password, struct sl_err *err)
{
    if (password.len > SL_PASSWORD_MAX)
        return sl_fail(err, SL_E_USAGE, "the password is longer than the limit of %u bytes",
                       (unsigned)SL_PASSWORD_MAX);
    if (sl_str_find(password, '\0') < password.len || sl_str_find(password, '\n') < password.len ||
        sl_str_find(password, '\r') < password.len)
        return sl_fail(err, SL_E_USAGE, "a password cannot have a line end or NUL in it");
    return 0;
}

static int fill_secret(struct sl_secret_line *line, const struct sl_key_options *options, struct sl_err *err)
{
    const struct sl_random *random = &options->random;
    SL_CLEANUP(wipe_seed) struct seed seed;
    unsigned char point[crypto_sign_PUBLICKEYBYTES];
    if (random->fill(random->context, line->body.id, sizeof line->body.id, err) < 0 ||
        random->fill(random->context, seed.bytes, sizeof seed.bytes, err) < 0)
        return -1;
    (void)crypto_sign_seed_keypair(point, line->body.seed_and_point, seed.bytes);
    memcpy(line->algorithm, "Ed", sizeof line->algorithm);
    memcpy(line->checksum_algorithm, "B2", sizeof line->checksum_algorithm);
    checksum_of(line->body.checksum, &line->body);
    return 0;
}

static int encrypt(struct sl_secret_line *line, const struct sl_key_options *options, struct sl_err *err)
{
    const struct sl_random *random = &options->random;
    if (random->fill(random->context, line->salt, sizeof line->salt, err) < 0)
        return -1;
    memcpy(line->derivation, "Sc", sizeof line->derivation);
    store_number(line->ops_limit, options->ops_limit ? options->ops_limit : SL_SCRYPT_OPS_MAX);
    store_number(line->mem_limit, options->mem_limit ? options->mem_limit : SL_SCRYPT_MEM_MAX);
    return apply_password(line, options->password, err);
}

static void write_public(struct sl_buf *out, const struct sl_secret_body *body)
{
    struct sl_public_key key;
    memcpy(key.id, body->id, sizeof key.id);
    memcpy(key.point, body->seed_and_point + crypto_sign_SEEDBYTES, sizeof key.point);
    sl_public_key_write(out, &key);
}

static int sign_here(const void *context, unsigned char out[SL_SIGNATURE_BYTES],
                     const struct sl_signing_request *request, struct sl_err *err)
{
    (void)err;
    const struct sl_secret_key *key = context;
    (void)crypto_sign_detached(out, NULL, (const unsigned char *)request->message.ptr, request->message.len,
                               key->seed_and_point);
    return 0;
}

void sl_signing_key_of(struct sl_signing_key *out, const struct sl_secret_key *key)
{
    *out = (struct sl_signing_key){.sign = sign_here, .context = key};
    sl_secret_key_public(&out->public_key, key);
}

static void write_secret(struct sl_buf *out, const struct sl_secret_line *line)
{
    /* All the room at once: growing would leave copies of the key behind in freed memory. */
    size_t length = sizeof SECRET_COMMENT - 1 + SL_BASE64_LENGTH(sizeof *line) + 1;
    if (!sl_buf_reserve(out, length))
        return;
    sl_buf_str(out, SL_STR(SECRET_COMMENT));
    sl_base64_append(out, (const unsigned char *)line, sizeof *line);
    sl_buf_byte(out, '\n');
}

int sl_key_generate(struct sl_buf *public_text, struct sl_buf *secret_text,
                    const struct sl_key_options *options, struct sl_err *err)
{
    if (check_password(options->password, err) < 0)
        return -1;
    if (options->ops_limit > SL_SCRYPT_OPS_MAX || options->mem_limit > SL_SCRYPT_MEM_MAX)
        return sl_fail(err, SL_E_USAGE, "the scrypt limits asked for are above minisign's defaults");
    SL_CLEANUP(wipe_line) struct sl_secret_line line = {0};
    if (fill_secret(&line, options, err) < 0)
        return -1;
    write_public(public_text, &line.body);
    if (options->password.len && encrypt(&line, options, err) < 0)
        return -1;
    write_secret(secret_text, &line);
    if (sl_buf_check(public_text, "the public key's text", err) < 0)
        return -1;
    return sl_buf_check(secret_text, "the secret key's text", err);
}
