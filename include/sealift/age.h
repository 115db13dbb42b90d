/*
 * age files (age-encryption.org/v1): secrecy on the way. Stock age 1.1.1 opens what this writes, and the other
 * way.
 *
 * Whoever has a recipient ("age1...") can encrypt for it; only the identity ("AGE-SECRET-KEY-1...") that
 * belongs to it opens the file. An age file says nothing of who made it: that is what signatures are for.
 *
 * Order of calls, encrypting: sl_age_recipient_parse() or sl_age_recipients_read(), then sl_age_encrypt().
 * Decrypting: sl_age_identities_read(), sl_age_decrypt(), sl_age_identities_wipe() in every case.
 * sl_age_identity_generate() makes an identity, sl_age_identity_file_write() the file that keeps it.
 *
 * Nothing here opens a file, asks for a passphrase or draws randomness: the caller does and passes it in.
 * Source of the format: https://age-encryption.org/v1. Read is what X25519 recipients or one passphrase open;
 * stanzas of other kinds (SSH, post-quantum, plugins) are skipped as the format wants it, so that a file only
 * for those ends as "no identity matches". Written is X25519 only.
 */
#ifndef SEALIFT_AGE_H
#define SEALIFT_AGE_H

#include <sealift/key.h>
#include <sys/types.h>

/* Characters of the texts, and a NUL. */
#define SL_AGE_RECIPIENT_TEXT (62 + 1)
#define SL_AGE_IDENTITY_TEXT  (74 + 1)

struct sl_age_recipient {
    unsigned char point[32]; /* X25519 */
};

struct sl_age_identity {
    unsigned char scalar[32];          /* the secret */
    struct sl_age_recipient recipient; /* what belongs to it */
};

/* -- recipients -- */

/* The text of one recipient, without white space. SL_E_INPUT: not in lower case, a wrong checksum or length, a
 * point of low order, another kind of recipient. */
int sl_age_recipient_parse(struct sl_age_recipient *out, struct sl_str text, struct sl_err *err) SL_MUST_USE;

/* Returns `out`. */
const char *sl_age_recipient_text(char out[SL_AGE_RECIPIENT_TEXT], const struct sl_age_recipient *recipient);

#define SL_AGE_RECIPIENTS_MAX 64

struct sl_age_recipients {
    struct sl_age_recipient items[SL_AGE_RECIPIENTS_MAX];
    size_t count;
};

/* One that is there already is not added again; more than SL_AGE_RECIPIENTS_MAX is SL_E_LIMIT. */
int sl_age_recipients_add(struct sl_age_recipients *list, const struct sl_age_recipient *recipient,
                          struct sl_err *err) SL_MUST_USE;

/* Adds those of a file: one per line; empty lines and lines that begin with "#" are skipped. A file without
 * any is SL_E_INPUT. `name` is for messages, which tell the line. */
int sl_age_recipients_read(struct sl_age_recipients *list, struct sl_str text, const char *name,
                           struct sl_err *err) SL_MUST_USE;

/* -- identities -- */

#define SL_AGE_IDENTITIES_MAX 64

struct sl_age_identities {
    struct sl_age_identity items[SL_AGE_IDENTITIES_MAX];
    size_t count;
};

/* Adds those of a file as age-keygen writes it: one per line, in upper case; empty lines and comments are
 * skipped. SL_E_INPUT tells the line, and never what is in it; more than SL_AGE_IDENTITIES_MAX is SL_E_LIMIT.
 */
int sl_age_identities_read(struct sl_age_identities *list, struct sl_str text, const char *name,
                           struct sl_err *err) SL_MUST_USE;

/* Overwrites them, in a way the compiler cannot remove, and leaves none. */
void sl_age_identities_wipe(struct sl_age_identities *list);

/* Draws 32 bytes. Wipe it with sl_age_identity_wipe(). */
int sl_age_identity_generate(struct sl_age_identity *out, const struct sl_random *random,
                             struct sl_err *err) SL_MUST_USE;
void sl_age_identity_wipe(struct sl_age_identity *identity);

/* The secret as text. Wipe `out` after use. Returns `out`. */
const char *sl_age_identity_text(char out[SL_AGE_IDENTITY_TEXT], const struct sl_age_identity *identity);

/* Appends the three lines of age-keygen's file: when it was made (seconds since 1970), the recipient, the
 * secret. Wipe `out` after use, also after a failure. */
int sl_age_identity_file_write(struct sl_buf *out, const struct sl_age_identity *identity, int64_t created,
                               struct sl_err *err) SL_MUST_USE;

/* -- files -- */

/* True when this is the beginning of an age file, binary or armored. SL_AGE_MAGIC_MAX bytes are enough. */
#define SL_AGE_MAGIC_MAX 64
bool sl_age_is_file(struct sl_str beginning);

/* What may open a file; borrowed. */
struct sl_age_keys {
    const struct sl_age_identity *identities;
    size_t identity_count;
    const struct sl_str *passphrases; /* for files that were encrypted with one instead */
    size_t passphrase_count;
};

/* How far decrypting came. Each but the first and the last goes with SL_E_REFUSED. */
enum sl_age_outcome {
    SL_AGE_OPENED,      /* all of it was read and is authentic */
    SL_AGE_BAD_ARMOR,   /* neither binary nor well-formed armor */
    SL_AGE_BAD_HEADER,  /* the header is malformed, or asks for more than a limit */
    SL_AGE_NO_MATCH,    /* none of the keys opens it */
    SL_AGE_BAD_MAC,     /* a key opens it, but the header was changed */
    SL_AGE_BAD_PAYLOAD, /* changed, cut off, or followed by something */
    SL_AGE_NOT_READ,    /* reading or writing failed, or memory ran out */
};

/* Where bytes come from: up to `len` of them, 0 at the end, or -1 with err filled. */
struct sl_age_input {
    ssize_t (*read)(void *context, void *out, size_t len, struct sl_err *err);
    void *context;
};

/* Where bytes go: all of them and 0, or -1 with err filled. */
struct sl_age_output {
    int (*write)(void *context, const void *bytes, size_t len, struct sl_err *err);
    void *context;
};

/*
 * Decrypts to the end of the input. What is written before a failure is authentic, but may be cut off: only
 * after 0 it is the whole. `outcome` may be NULL.
 *
 * Limits: a header of 64 KiB with 256 stanzas, a passphrase whose scrypt takes 1 GiB (work factor 20).
 */
int sl_age_decrypt(const struct sl_age_output *out, const struct sl_age_input *in,
                   const struct sl_age_keys *keys, enum sl_age_outcome *outcome,
                   struct sl_err *err) SL_MUST_USE;

/* Encrypts to the end of the input, binary, for every recipient in the list. SL_E_USAGE without any. The same
 * input gives another file each time; a fixed `random` is for tests only. */
int sl_age_encrypt(const struct sl_age_output *out, const struct sl_age_input *in,
                   const struct sl_age_recipients *recipients, const struct sl_random *random,
                   struct sl_err *err) SL_MUST_USE;

/* The same between descriptors, which stay the caller's. */
int sl_age_decrypt_fd(int out, int in, const struct sl_age_keys *keys, enum sl_age_outcome *outcome,
                      struct sl_err *err) SL_MUST_USE;
int sl_age_encrypt_fd(int out, int in, const struct sl_age_recipients *recipients,
                      const struct sl_random *random, struct sl_err *err) SL_MUST_USE;

#endif
