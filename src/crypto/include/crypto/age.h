/*
 * What an age file is made of, without reading or writing one: the header, and the chunks of the payload.
 * io/age.h makes stages of it. Source: https://age-encryption.org/v1.
 *
 * A file is a header (text, up to and including the line with its MAC), 16 bytes of nonce, and chunks. Order of
 * calls, reading: sl_age_header_length() until the header is there; sl_age_header_open(); with the file key
 * and the nonce sl_age_stream_start(); sl_age_chunk_open() for each chunk. Writing: sl_age_header_write(),
 * sl_age_stream_start(), sl_age_chunk_seal(). Wipe file key and stream after use.
 */
#ifndef CRYPTO_AGE_H
#define CRYPTO_AGE_H

#include <sealift/age.h>

/* Lets libsodium look at the CPU and at the system's randomness now. For who works in a process that will not
 * be allowed to (io/isolated.h); nobody else has to call it. */
void sl_age_prepare(void);

#define SL_AGE_FILE_KEY_BYTES 16
#define SL_AGE_NONCE_BYTES    16
#define SL_AGE_CHUNK_BYTES    ((size_t)64 * 1024) /* of content in each chunk but the last */
#define SL_AGE_TAG_BYTES      16                  /* which a chunk has more than its content */

struct sl_age_file_key {
    unsigned char bytes[SL_AGE_FILE_KEY_BYTES];
};
void sl_age_file_key_wipe(struct sl_age_file_key *key); /* for SL_CLEANUP() */

/* The length of the header that `text` begins with, or 0 when its end is not among these bytes. Looks for the
 * line with the MAC only; nothing is checked. */
size_t sl_age_header_length(struct sl_str text);

/*
 * Checks every line of the header, finds the stanza that one of the keys opens, and proves the MAC. SL_E_REFUSED
 * with the reason, and which kind in `outcome` (set to SL_AGE_OPENED when it worked). A passphrase is tried only
 * on a header that has nothing but its stanza, and costs what that asks for, up to SL_AGE_WORK_FACTOR_MAX; not
 * enough memory for that is SL_E_NO_MEMORY and SL_AGE_NOT_READ.
 */
int sl_age_header_open(struct sl_age_file_key *out, struct sl_str header, const struct sl_age_keys *keys,
                       enum sl_age_outcome *outcome, struct sl_err *err) SL_MUST_USE;

/* Appends the header of a file with this key: a stanza for each recipient, in their order. Draws an ephemeral
 * secret for each. SL_E_USAGE without recipients. */
int sl_age_header_write(struct sl_buf *out, const struct sl_age_file_key *key,
                        const struct sl_age_recipients *recipients, const struct sl_random *random,
                        struct sl_err *err) SL_MUST_USE;

/* One line of armor: the canonical base64, with padding, of at most SL_AGE_ARMOR_BYTES. */
#define SL_AGE_ARMOR_BYTES 48
bool sl_age_armor_decode(unsigned char out[SL_AGE_ARMOR_BYTES], size_t *len, struct sl_str line);

/* The chunks, in their order. */
struct sl_age_stream {
    unsigned char key[32];
    unsigned char
        nonce[12]; /* big-endian number of the chunk in the first 11 bytes; 1 in the last: the end */
};
void sl_age_stream_start(struct sl_age_stream *stream, const struct sl_age_file_key *key,
                         const unsigned char nonce[SL_AGE_NONCE_BYTES]);
void sl_age_stream_wipe(struct sl_age_stream *stream);

/*
 * The next chunk: `sealed_len` bytes at `sealed`, at most SL_AGE_CHUNK_BYTES + SL_AGE_TAG_BYTES, become
 * sealed_len - SL_AGE_TAG_BYTES at `out`, which is another place. False when they are not authentic as this chunk
 * of this file, with `last` saying that it is the end; then the same chunk may be tried again.
 */
bool sl_age_chunk_open(struct sl_age_stream *stream, unsigned char *out, const unsigned char *sealed,
                       size_t sealed_len, bool last);

/* The other way: `out` has room for len + SL_AGE_TAG_BYTES, and may be the same place. */
void sl_age_chunk_seal(struct sl_age_stream *stream, unsigned char *out, const unsigned char *content,
                       size_t len, bool last);

#endif
