/*
 * minisign keys: making them and reading their files. Stock minisign (0.11) can use what this writes, and the
 * other way.
 *
 * Order of calls on the ops side: sl_key_generate() once; later sl_secret_key_read() with the key file's text
 * and its password, sl_signing_key_of(), sign (sealift/sign.h, sealift/release.h), sl_secret_key_wipe(). At the
 * site: sl_public_key_read().
 *
 * Whatever signs takes a struct sl_signing_key, which is a secret key here or somebody outside who has it.
 *
 * Nothing here opens a file, asks for a password or draws randomness: the command does and passes it in.
 * Source of the formats: https://jedisct1.github.io/minisign/ and minisign 0.11's own files.
 */
#ifndef SEALIFT_KEY_H
#define SEALIFT_KEY_H

#include <sealift/buf.h>
#include <stdbool.h>
#include <stdint.h>

#define SL_KEY_ID_BYTES 8
#define SL_KEY_ID_HEX   16

/* Fills `len` bytes at `out` with unpredictable bytes; 0, or -1 with err filled. */
struct sl_random {
    int (*fill)(void *context, void *out, size_t len, struct sl_err *err);
    void *context;
};

struct sl_public_key {
    unsigned char id[SL_KEY_ID_BYTES]; /* the 8 free bytes of minisign, as in the file; not a fingerprint */
    unsigned char point[32];           /* Ed25519 public key: what makes two keys the same */
};

struct sl_secret_key {
    unsigned char id[SL_KEY_ID_BYTES];
    unsigned char seed_and_point[64];
};

#define SL_SIGNATURE_BYTES 64

/* What somebody is asked to sign. */
struct sl_signing_request {
    const char *purpose;   /* one word: "bundle", "trust", "grant" */
    struct sl_str comment; /* what it is, in one line of printable ASCII, for people and logs */
    struct sl_str message; /* the bytes that Ed25519 signs (RFC 8032, pure) */
};

/* Whoever signs with the secret half of `public_key`. */
struct sl_signing_key {
    struct sl_public_key public_key;
    /* Fills the signature; 0, or -1 with err filled. A signature that is not this key's is found out by the
     * caller. */
    int (*sign)(const void *context, unsigned char out[SL_SIGNATURE_BYTES],
                const struct sl_signing_request *request, struct sl_err *err);
    const void *context;
};

/* One that signs with `key`, which must outlive it. */
void sl_signing_key_of(struct sl_signing_key *out, const struct sl_secret_key *key);

/* The key id as minisign shows it in file names and comments here: 16 upper-case hexadecimal digits of the id
 * read as a little-endian number, with leading zeros. Returns `out`. */
const char *sl_key_id_text(char out[SL_KEY_ID_HEX + 1], const unsigned char id[SL_KEY_ID_BYTES]);

/*
 * The two lines of a .pub file; a single line of base64 is accepted too, as minisign's -P is. Anything else,
 * wrong length, wrong algorithm, non-canonical base64, CRLF, a control character other than TAB in the
 * comment, or a point that is no key (of low or mixed order, not on the curve) is SL_E_INPUT; a file above 4
 * KiB or a comment above minisign's limit is SL_E_LIMIT. `name` is for the message.
 */
int sl_public_key_read(struct sl_public_key *out, struct sl_str text, const char *name,
                       struct sl_err *err) SL_MUST_USE;

/* 56 characters of base64 and a NUL: the second line of a .pub file. */
#define SL_PUBLIC_KEY_LINE 56
const char *sl_public_key_line(char out[SL_PUBLIC_KEY_LINE + 1], const struct sl_public_key *key);

/* The public half, of which the key file of minisign has a copy. */
void sl_secret_key_public(struct sl_public_key *out, const struct sl_secret_key *key);

/* Appends the two lines of a .pub file, as minisign writes them. */
void sl_public_key_write(struct sl_buf *out, const struct sl_public_key *key);

bool sl_public_key_same(const struct sl_public_key *a, const struct sl_public_key *b);

/* True when the secret key file is encrypted and sl_secret_key_read() will need its password. */
bool sl_secret_key_is_encrypted(struct sl_str text);

/*
 * Reads a secret key file. `password` is ignored for an unencrypted key. A wrong password is SL_E_INPUT with
 * a message that says so. scrypt parameters above minisign's defaults are SL_E_LIMIT (a hostile file could
 * ask for terabytes). With minisign's defaults this takes a few seconds and 1 GiB of memory; without that
 * memory it is SL_E_NO_MEMORY. A key whose parts do not fit together is SL_E_INPUT: a flipped bit in a key
 * file must not become a signature nobody can verify.
 */
int sl_secret_key_read(struct sl_secret_key *out, struct sl_str text, struct sl_str password,
                       const char *name, struct sl_err *err) SL_MUST_USE;

/* Overwrites the key, in a way the compiler cannot remove. */
void sl_secret_key_wipe(struct sl_secret_key *key);

/*
 * Makes a key pair and appends the two files' texts. With an empty password the key is not encrypted
 * (minisign -W). `ops_limit` and `mem_limit` are scrypt's; 0 means minisign's defaults, and more than those
 * is SL_E_USAGE, as is a password that minisign's prompt could not take (line ends, NUL, more than 1,022
 * bytes). Wipe and release `secret_text` afterwards, also after a failure.
 */
struct sl_key_options {
    struct sl_random random;
    struct sl_str password;
    uint64_t ops_limit, mem_limit;
};
int sl_key_generate(struct sl_buf *public_text, struct sl_buf *secret_text,
                    const struct sl_key_options *options, struct sl_err *err) SL_MUST_USE;

#endif
