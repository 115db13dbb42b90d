/*
 * gzip (RFC 1952) as two stages.
 *
 * The writer makes exactly one member with MTIME 0, no name, OS 3, and cuts the input into blocks of a fixed
 * size that worker threads compress side by side; each block is deflated with the previous 32 KiB as
 * dictionary and ends on a byte border (sync flush); pieces of it that a look shows will not shrink (already
 * compressed or encrypted data) go out as stored blocks. What comes out depends only on the input, the level
 * and the zlib version: never on the number of threads, the sizes of the writes or the time.
 *
 * The reader is strict. It accepts one member with the flags FLG=0 and CM=8, and checks CRC32 and ISIZE itself. Refused (SL_E_REFUSED): a wrong header, any optional header field, a bad
 * CRC or length, truncation, anything after the member (a second member or padding, NUL bytes too), more than
 * `max` bytes of output, compressed data that gives so little that SL_DEFLATE_SURPLUS_MAX is exceeded: to give n bytes, at most
 * 2 n and that limit and one buffer (128 KiB) are read. The check of the end happens when the consumer reads to the end: a consumer must
 * read until 0. Not looked at, because nothing can hide there: MTIME, XFL and OS of the header.
 *
 * Up to one block (256 KiB) the writer starts no thread. Where a thread cannot be started, the work is done with
 * fewer, or in the calling thread: the result is the same. The reader starts none: bundles are unpacked in a process of
 * their own (io/isolated.h), beside who hashes.
 */
#ifndef IO_GZIP_H
#define IO_GZIP_H

#include "io/stream.h"

#define SL_GZIP_LEVEL 6

/* Threads of one writer at most. */
#define SL_GZIP_WORKERS_MAX 8

/* `workers` threads (0: as many as there are CPUs to run on, at most SL_GZIP_WORKERS_MAX) compress; the
 * calling thread writes. Memory: about 1.4 MiB per worker. */
int sl_sink_gzip(struct sl_sink **out, struct sl_sink *below, unsigned workers,
                 struct sl_err *err) SL_MUST_USE;

/* Lends; stored blocks, where they begin at the border of a byte, from where they lie in what `below` lends. Memory: about
 * 200 KiB. */
int sl_source_gzip(struct sl_source **out, struct sl_source *below, uint64_t max,
                   struct sl_err *err) SL_MUST_USE;

/* Whether `err` is what the reader says of compressed data that is not as it was written, here or in a process apart: by its
 * hint, which nothing else has. */
bool sl_gzip_tells_damage(const struct sl_err *err);

#endif
