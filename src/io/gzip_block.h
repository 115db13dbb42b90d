/*
 * One block of the gzip writer: from input to finished DEFLATE bytes and a CRC, alone, in any thread.
 */
#ifndef IO_GZIP_BLOCK_H
#define IO_GZIP_BLOCK_H

#include <sealift/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#define ZLIB_CONST
#include <zlib.h>

/* Input per block, which is what one thread works on at a time. Because each block starts with the window
 * before it, size hardly shows in the output: on 100 MB of text, level 6, blocks of 64 KiB to 1 MiB all came
 * within 0.02 % of one single stream. Smaller ones cost hand-overs between threads, larger ones memory. */
#define SL_GZIP_BLOCK ((size_t)256 * 1024)

/* How far back DEFLATE can refer. */
#define SL_GZIP_WINDOW ((size_t)32 * 1024)

/* Within a block, what goes out as it is or deflated is decided for pieces of this size. */
#define SL_GZIP_SEGMENT ((size_t)32 * 1024)

/* The largest DEFLATE stored block, and what each costs. */
#define SL_GZIP_STORED_MAX    ((size_t)65535)
#define SL_GZIP_STORED_HEADER ((size_t)5)

/* Room for the worst output: every segment stored by itself. */
#define SL_GZIP_BLOCK_OUT (SL_GZIP_BLOCK + SL_GZIP_BLOCK / SL_GZIP_SEGMENT * SL_GZIP_STORED_HEADER)

struct sl_gzip_block {
    unsigned char *in; /* SL_GZIP_WINDOW bytes, of which the last `window` are the input before the block;
                        * then SL_GZIP_BLOCK bytes, of which the first `len` are the block */
    size_t window;
    size_t len;
    unsigned char *out; /* SL_GZIP_BLOCK_OUT bytes */
    size_t out_len;     /* set by sl_gzip_block_compress() */
    uint32_t crc;       /* likewise: CRC-32 of the block's input */
};

/* false without memory. */
bool sl_gzip_block_init(struct sl_gzip_block *block);
void sl_gzip_block_release(struct sl_gzip_block *block);

/*
 * Whether deflating these `len` bytes would gain next to nothing, as with compressed or encrypted data. Looks
 * at each byte's frequency and for repeats, also of the `window` bytes before them; a function of those bytes
 * alone. Errs on the side of deflating.
 */
bool sl_gzip_is_dense(const unsigned char *bytes, size_t len, size_t window);

/* Makes a raw deflate state; false without memory. deflateEnd() in every case but that. */
bool sl_gzip_deflate_init(z_stream *state);

/* Sets out_len and crc. The output is a sequence of whole DEFLATE blocks, none marked as the last, and ends
 * on a byte border. `state` is only scratch memory: nothing is carried from block to block. */
int sl_gzip_block_compress(struct sl_gzip_block *block, z_stream *state, struct sl_err *err) SL_MUST_USE;

#endif
