/*
 * age files as two stages. crypto/age.h has what they are made of; sealift/age.h who may open them.
 *
 * The reader is strict. Refused (SL_E_REFUSED): a malformed header or armor, a header that was changed, chunks
 * that were changed, left out or put in another order, a file that is cut off, anything after its end. What it
 * hands out is authentic: nothing of a chunk is seen before its tag was checked. That there is nothing missing
 * is only known at the end: a consumer must read until 0.
 *
 * Neither has a thread of its own: under a gzip stage, which has one, a file is decrypted there.
 */
#ifndef IO_AGE_H
#define IO_AGE_H

#include "io/stream.h"
#include <sealift/age.h>

/*
 * Reads the header, finds the key and checks the MAC; the content is decrypted as it is read. Binary or armored,
 * whichever it is. `below` is taken over, also on failure. `keys` is used in here only. `outcome` may be NULL;
 * else it must outlive the source, and says after a failure, here or later, what kind it was.
 *
 * Memory: 128 KiB.
 */
int sl_source_age(struct sl_source **out, struct sl_source *below, const struct sl_age_keys *keys,
                  enum sl_age_outcome *outcome, struct sl_err *err) SL_MUST_USE;

/* Takes the armor off: the bytes of the binary file. Sets *outcome to SL_AGE_BAD_ARMOR when it refuses. */
int sl_source_age_armor(struct sl_source **out, struct sl_source *below, enum sl_age_outcome *outcome,
                        struct sl_err *err) SL_MUST_USE;

/* Writes header and nonce to `below` at once, and the content as it comes, a chunk behind. Draws from `random`
 * in here only. Memory: 64 KiB. */
int sl_sink_age(struct sl_sink **out, struct sl_sink *below, const struct sl_age_recipients *recipients,
                const struct sl_random *random, struct sl_err *err) SL_MUST_USE;

#endif
