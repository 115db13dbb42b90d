/*
 * Blocks go around in a ring: the calling thread fills one, a worker compresses it, and when the calling
 * thread comes round to it again it writes the result out, so that they leave in the order they came. They
 * are numbered from 0, and number n is in slot n % count:
 *
 *     written <= taken <= submitted, and submitted - written <= count
 *
 * [written, taken) are with workers or done, [taken, submitted) wait for a worker, and the block that is
 * being filled is number `submitted`. Without workers a block is compressed where it is submitted.
 */
#include "base/cleanup.h"
#include "gzip_block.h"
#include "io/gzip.h"
#include "io/thread.h"

#include <stdlib.h>
#include <string.h>

struct gzip_sink;

struct slot {
    struct sl_gzip_block block;
    bool done;
    struct sl_err failure; /* code SL_OK: none */
};

struct worker {
    struct gzip_sink *gzip;
    pthread_t thread;
    z_stream deflate;
};

struct gzip_sink {
    struct sl_sink sink;
    struct sl_sink *below;
    unsigned workers_wanted;
    bool begun; /* the header is out */
    uint32_t crc;
    uint64_t length;
    z_stream deflate; /* of the calling thread, for when it works alone */
    bool alone_ready; /* the above is initialised */

    struct slot *slots;
    size_t count;
    struct worker workers[SL_GZIP_WORKERS_MAX];
    unsigned running;

    pthread_mutex_t lock; /* for what follows, and for `done` */
    pthread_cond_t ready; /* a block waits for a worker, or `stop` */
    pthread_cond_t done;  /* a block is done */
    uint64_t submitted;
    uint64_t taken;
    uint64_t written; /* the calling thread's own */
    bool stop;
};

static struct slot *slot_of(const struct gzip_sink *gzip, uint64_t number)
{
    return &gzip->slots[number % gzip->count];
}

static void compress_slot(struct slot *slot, z_stream *deflate)
{
    slot->failure.code = SL_OK;
    if (sl_gzip_block_compress(&slot->block, deflate, &slot->failure) < 0)
        slot->block.out_len = 0;
}

static void *work(void *context)
{
    struct worker *worker = context;
    struct gzip_sink *gzip = worker->gzip;
    (void)pthread_mutex_lock(&gzip->lock);
    for (;;) {
        while (!gzip->stop && gzip->taken == gzip->submitted)
            (void)pthread_cond_wait(&gzip->ready, &gzip->lock);
        if (gzip->stop)
            break;
        struct slot *slot = slot_of(gzip, gzip->taken++);
        (void)pthread_mutex_unlock(&gzip->lock);
        compress_slot(slot, &worker->deflate);
        (void)pthread_mutex_lock(&gzip->lock);
        slot->done = true;
        (void)pthread_cond_signal(&gzip->done);
    }
    (void)pthread_mutex_unlock(&gzip->lock);
    return NULL;
}

/* -- starting: with the first full block, number 0 in slot 0 -- */

static bool start_worker(struct gzip_sink *gzip, struct worker *worker)
{
    worker->gzip = gzip;
    if (!sl_gzip_deflate_init(&worker->deflate))
        return false;
    if (sl_thread_start(&worker->thread, work, worker))
        return true;
    (void)deflateEnd(&worker->deflate);
    return false;
}

/* Two slots for each worker: one it works on, and one that is filled or written meanwhile. What cannot be had
 * is done without. */
static void start_workers(struct gzip_sink *gzip)
{
    size_t wanted = 2 * (size_t)gzip->workers_wanted;
    struct slot *slots = realloc(gzip->slots, wanted * sizeof *slots);
    if (!slots)
        return;
    gzip->slots = slots;
    while (gzip->count < wanted) {
        slots[gzip->count] = (struct slot){0};
        if (!sl_gzip_block_init(&slots[gzip->count].block))
            break;
        gzip->count++;
    }
    while (gzip->running < gzip->workers_wanted && gzip->running < gzip->count / 2 &&
           start_worker(gzip, &gzip->workers[gzip->running]))
        gzip->running++;
}

/* -- writing -- */

/* RFC 1952, 2.3: magic, deflate, no flags, no time, no extra flags, Unix. */
static const unsigned char gzip_header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};

static int write_out(struct gzip_sink *gzip, struct sl_err *err)
{
    struct slot *slot = slot_of(gzip, gzip->written);
    (void)pthread_mutex_lock(&gzip->lock);
    while (!slot->done)
        (void)pthread_cond_wait(&gzip->done, &gzip->lock);
    (void)pthread_mutex_unlock(&gzip->lock);
    gzip->written++;
    if (slot->failure.code != SL_OK) {
        *err = slot->failure;
        return -1;
    }
    if (!gzip->begun && sl_sink_write(gzip->below, gzip_header, sizeof gzip_header, err) < 0)
        return -1;
    gzip->begun = true;
    gzip->crc = (uint32_t)crc32_combine(gzip->crc, slot->block.crc, (z_off_t)slot->block.len);
    gzip->length += slot->block.len;
    return sl_sink_write(gzip->below, slot->block.out, slot->block.out_len, err);
}

/* Makes the slot after the one just submitted ready to be filled: writes out what is in it, and puts the end
 * of the block before in front. */
static int next_slot(struct gzip_sink *gzip, struct sl_err *err)
{
    struct sl_gzip_block *before = &slot_of(gzip, gzip->submitted - 1)->block;
    if (gzip->submitted - gzip->written == gzip->count && write_out(gzip, err) < 0)
        return -1;
    struct slot *slot = slot_of(gzip, gzip->submitted);
    memmove(slot->block.in, before->in + SL_GZIP_BLOCK, SL_GZIP_WINDOW);
    slot->block.window = SL_GZIP_WINDOW;
    slot->block.len = 0;
    return 0;
}

static int compress_alone(struct gzip_sink *gzip, struct slot *slot, struct sl_err *err)
{
    if (!gzip->alone_ready && !sl_gzip_deflate_init(&gzip->deflate))
        return sl_fail_memory(err);
    gzip->alone_ready = true;
    compress_slot(slot, &gzip->deflate);
    slot->done = true;
    gzip->taken++;
    gzip->submitted++;
    return 0;
}

static int submit(struct gzip_sink *gzip, struct sl_err *err)
{
    struct slot *slot = slot_of(gzip, gzip->submitted);
    if (!gzip->running)
        return compress_alone(gzip, slot, err);
    (void)pthread_mutex_lock(&gzip->lock);
    slot->done = false;
    gzip->submitted++;
    (void)pthread_cond_signal(&gzip->ready);
    (void)pthread_mutex_unlock(&gzip->lock);
    return 0;
}

static int gzip_write(struct sl_sink *self, const void *bytes, size_t len, struct sl_err *err)
{
    struct gzip_sink *gzip = (struct gzip_sink *)self;
    const unsigned char *from = bytes;
    while (len) {
        struct sl_gzip_block *block = &slot_of(gzip, gzip->submitted)->block;
        /* A full block is only sent on when more comes: one block needs no thread. */
        if (block->len == SL_GZIP_BLOCK) {
            if (gzip->submitted == 0)
                start_workers(gzip);
            if (submit(gzip, err) < 0 || next_slot(gzip, err) < 0)
                return -1;
            continue;
        }
        size_t piece = SL_GZIP_BLOCK - block->len < len ? SL_GZIP_BLOCK - block->len : len;
        memcpy(block->in + SL_GZIP_WINDOW + block->len, from, piece);
        block->len += piece;
        from += piece;
        len -= piece;
    }
    return 0;
}

static void put_le32(unsigned char *out, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        out[i] = (unsigned char)(value >> (8 * i));
}

/* An empty last block with fixed codes (RFC 1951, 3.2.6: 1, 01, seven zero bits), CRC32, ISIZE. */
static int write_end(struct gzip_sink *gzip, struct sl_err *err)
{
    unsigned char end[10] = {3, 0};
    put_le32(end + 2, gzip->crc);
    put_le32(end + 6, (uint32_t)(gzip->length & 0xffffffff));
    return sl_sink_write(gzip->below, end, sizeof end, err);
}

static int gzip_finish(struct sl_sink *self, struct sl_err *err)
{
    struct gzip_sink *gzip = (struct gzip_sink *)self;
    if (submit(gzip, err) < 0)
        return -1;
    while (gzip->written < gzip->submitted) {
        if (write_out(gzip, err) < 0)
            return -1;
    }
    return write_end(gzip, err) < 0 ? -1 : sl_sink_finish(gzip->below, err);
}

/* -- the stage -- */

static void stop_workers(struct gzip_sink *gzip)
{
    (void)pthread_mutex_lock(&gzip->lock);
    gzip->stop = true;
    (void)pthread_cond_broadcast(&gzip->ready);
    (void)pthread_mutex_unlock(&gzip->lock);
    for (unsigned i = 0; i < gzip->running; i++) {
        (void)pthread_join(gzip->workers[i].thread, NULL);
        (void)deflateEnd(&gzip->workers[i].deflate);
    }
}

static void gzip_free(struct sl_sink *self)
{
    struct gzip_sink *gzip = (struct gzip_sink *)self;
    stop_workers(gzip);
    if (gzip->alone_ready)
        (void)deflateEnd(&gzip->deflate);
    for (size_t i = 0; i < gzip->count; i++)
        sl_gzip_block_release(&gzip->slots[i].block);
    free(gzip->slots);
    (void)pthread_cond_destroy(&gzip->done);
    (void)pthread_cond_destroy(&gzip->ready);
    (void)pthread_mutex_destroy(&gzip->lock);
    sl_sink_free(gzip->below);
    free(gzip);
}

static unsigned workers_for(unsigned asked)
{
    unsigned workers = asked ? asked : sl_thread_cpus();
    return workers < SL_GZIP_WORKERS_MAX ? workers : SL_GZIP_WORKERS_MAX;
}

static void gzip_freep(struct gzip_sink **gzip)
{
    if (*gzip)
        gzip_free(&(*gzip)->sink);
}

int sl_sink_gzip(struct sl_sink **out, struct sl_sink *below, unsigned workers, struct sl_err *err)
{
    static const struct sl_sink_ops ops = {.write = gzip_write, .finish = gzip_finish, .free = gzip_free};
    SL_CLEANUP(gzip_freep) struct gzip_sink *gzip = calloc(1, sizeof *gzip);
    if (!gzip)
        return sl_fail_memory(err);
    /* With default attributes these cannot fail on Linux. */
    (void)pthread_mutex_init(&gzip->lock, NULL);
    (void)pthread_cond_init(&gzip->ready, NULL);
    (void)pthread_cond_init(&gzip->done, NULL);
    gzip->sink.ops = &ops;
    gzip->workers_wanted = workers_for(workers);
    gzip->slots = calloc(1, sizeof *gzip->slots);
    if (!gzip->slots || !sl_gzip_block_init(&gzip->slots[0].block))
        return sl_fail_memory(err);
    gzip->count = 1;
    gzip->below = below;
    *out = &sl_steal(&gzip)->sink;
    return 0;
}
