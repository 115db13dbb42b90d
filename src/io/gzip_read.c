/*
 * Chunks of output go around in a ring between the one who inflates (a thread, after the first chunk) and the
 * one who reads. They are numbered from 0, and number n is in slot n % count:
 *
 *     returned <= filled, and filled - returned <= count
 *
 * [returned, filled) are with the reader, and the one being filled is number `filled`. Only who fills reads
 * the stage below and touches `inflate`; that is the reader's thread until the thread is started, and the
 * thread from then on.
 */
#include "aligned.h"
#include "base/cleanup.h"
#include "io/gzip.h"
#include "io/thread.h"

#include <libdeflate.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

#define CHUNK_BYTES ((size_t)256 * 1024)
#define CHUNKS      4
#define INPUT_BYTES ((size_t)128 * 1024) /* asked from below at a time */

struct chunk {
    unsigned char *memory;
    unsigned char *bytes; /* within it */
    size_t len;
    uint32_t crc;
};

struct gzip_source {
    struct sl_source source;
    struct sl_source *below;
    uint64_t max;

    /* Who fills. */
    z_stream inflate;
    bool begun;        /* the header was read */
    uint64_t produced; /* bytes inflated */
    struct chunk chunks[CHUNKS];
    unsigned count; /* of chunks that there are */

    /* Who reads. */
    const struct chunk *current; /* NULL: none */
    size_t at;                   /* within it */
    uint32_t crc;
    bool threaded;
    pthread_t thread;

    pthread_mutex_t lock; /* for what follows */
    pthread_cond_t changed;
    uint64_t filled;
    uint64_t returned;
    bool over;             /* nothing comes after `filled`: the end, or `failure` */
    struct sl_err failure; /* of who fills */
    uint32_t crc_said;     /* by the trailer */
    uint32_t size_said;
    atomic_bool stop; /* the reader is gone; also looked at without the lock */
};

static int refuse(struct sl_err *err, const char *why)
{
    return sl_fail(err, SL_E_REFUSED, "gzip: %s", why);
}

/* -- filling -- */

static uint32_t get_le32(const unsigned char *in)
{
    return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

/* RFC 1952, 2.3. */
static int read_header(struct gzip_source *gzip, struct sl_err *err)
{
    unsigned char header[10];
    if (sl_source_read_exactly(gzip->below, header, sizeof header, "the gzip header", err) < 0)
        return -1;
    if (header[0] != 0x1f || header[1] != 0x8b)
        return refuse(err, "this is not gzip data");
    if (header[2] != Z_DEFLATED)
        return refuse(err, "the header names an unknown method of compression");
    if (header[3] != 0)
        return refuse(err, "the header has optional fields, such as a file name; sealift writes none");
    gzip->begun = true;
    return 0;
}

/* The input that inflate did not use comes first. */
static int read_after(struct gzip_source *gzip, unsigned char *out, size_t len, struct sl_err *err)
{
    z_stream *inflate = &gzip->inflate;
    size_t there = inflate->avail_in < len ? inflate->avail_in : len;
    if (there)
        memcpy(out, inflate->next_in, there);
    inflate->next_in += there;
    inflate->avail_in -= (uInt)there;
    if (there == len)
        return 0;
    return sl_source_read_exactly(gzip->below, out + there, len - there, "the gzip trailer", err) < 0 ? -1
                                                                                                      : 0;
}

static int read_trailer(struct gzip_source *gzip, struct sl_err *err)
{
    unsigned char trailer[8];
    if (read_after(gzip, trailer, sizeof trailer, err) < 0)
        return -1;
    gzip->crc_said = get_le32(trailer);
    gzip->size_said = get_le32(trailer + 4);
    unsigned char beyond;
    ssize_t more = gzip->inflate.avail_in ? 1 : sl_source_read(gzip->below, &beyond, 1, err);
    if (more < 0)
        return -1;
    return more ? refuse(err, "there are bytes after the end of the compressed data") : 0;
}

static int more_input(struct gzip_source *gzip, struct sl_err *err)
{
    const void *bytes;
    ssize_t got = sl_source_borrow(gzip->below, &bytes, INPUT_BYTES, err);
    if (got < 0)
        return -1;
    if (got == 0)
        return refuse(err, "the compressed data ends in the middle");
    gzip->inflate.next_in = bytes;
    gzip->inflate.avail_in = (uInt)got;
    return 0;
}

static int inflate_failed(const z_stream *inflate, int result, struct sl_err *err)
{
    if (result == Z_MEM_ERROR)
        return sl_fail_memory(err);
    /* msg is one of zlib's constants, nothing of the data. */
    return sl_fail(err, SL_E_REFUSED, "gzip: the compressed data is damaged: %s",
                   inflate->msg ? inflate->msg : "it makes no sense");
}

/* Inflates into `out` until it is full: 1 there is more to come, 0 that was the end, -1. */
static int inflate_into(struct gzip_source *gzip, unsigned char *out, size_t room, struct sl_err *err)
{
    z_stream *inflate_state = &gzip->inflate;
    inflate_state->next_out = out;
    inflate_state->avail_out = (uInt)room;
    while (inflate_state->avail_out && !atomic_load_explicit(&gzip->stop, memory_order_relaxed)) {
        if (inflate_state->avail_in == 0 && more_input(gzip, err) < 0)
            return -1;
        int result = inflate(inflate_state, Z_NO_FLUSH);
        if (result == Z_STREAM_END)
            return 0;
        if (result != Z_OK)
            return inflate_failed(inflate_state, result, err);
    }
    return 1;
}

/* Fills one chunk: 1 there is more to come, 0 that was the end, -1. One byte beyond the maximum is asked for,
 * to see whether it comes. */
static int fill(struct gzip_source *gzip, struct chunk *chunk, struct sl_err *err)
{
    chunk->len = 0;
    if (!gzip->begun && read_header(gzip, err) < 0)
        return -1;
    uint64_t left = gzip->max - gzip->produced;
    size_t room = left < CHUNK_BYTES ? (size_t)left + 1 : CHUNK_BYTES;
    int more = inflate_into(gzip, chunk->bytes, room, err);
    if (more < 0)
        return -1;
    chunk->len = room - gzip->inflate.avail_out;
    chunk->crc = libdeflate_crc32(0, chunk->bytes, chunk->len);
    gzip->produced += chunk->len;
    if (gzip->produced > gzip->max)
        return sl_fail(err, SL_E_REFUSED, "gzip: the data unpacks to more than the limit of %llu bytes",
                       (unsigned long long)gzip->max);
    if (more == 0 && read_trailer(gzip, err) < 0)
        return -1;
    return more;
}

/* Takes a filled chunk into the ring. */
static void publish(struct gzip_source *gzip, int more, const struct sl_err *err)
{
    if (more < 0)
        gzip->failure = *err;
    else
        gzip->filled++;
    gzip->over = more <= 0;
}

static bool get_chunk(struct chunk *chunk)
{
    chunk->memory = malloc(CHUNK_BYTES + SL_ALIGNMENT);
    if (chunk->memory)
        chunk->bytes = sl_aligned(chunk->memory);
    return chunk->memory != NULL;
}

/* -- the thread -- */

static void *work(void *context)
{
    struct gzip_source *gzip = context;
    struct sl_err err = {0};
    (void)pthread_mutex_lock(&gzip->lock);
    while (!gzip->over) {
        while (!atomic_load(&gzip->stop) && gzip->filled - gzip->returned == gzip->count)
            (void)pthread_cond_wait(&gzip->changed, &gzip->lock);
        if (atomic_load(&gzip->stop))
            break;
        struct chunk *chunk = &gzip->chunks[gzip->filled % gzip->count];
        (void)pthread_mutex_unlock(&gzip->lock);
        int more = fill(gzip, chunk, &err);
        (void)pthread_mutex_lock(&gzip->lock);
        publish(gzip, more, &err);
        (void)pthread_cond_signal(&gzip->changed);
    }
    (void)pthread_mutex_unlock(&gzip->lock);
    return NULL;
}

/* After the first chunk, when there is more. What cannot be had is done without. */
static void start_thread(struct gzip_source *gzip)
{
    while (gzip->count < CHUNKS) {
        if (!get_chunk(&gzip->chunks[gzip->count]))
            break;
        gzip->count++;
    }
    if (gzip->count > 1)
        gzip->threaded = sl_thread_start(&gzip->thread, work, gzip);
}

static void stop_thread(struct gzip_source *gzip)
{
    if (!gzip->threaded)
        return;
    (void)pthread_mutex_lock(&gzip->lock);
    atomic_store(&gzip->stop, true);
    (void)pthread_cond_signal(&gzip->changed);
    (void)pthread_mutex_unlock(&gzip->lock);
    (void)pthread_join(gzip->thread, NULL);
}

/* -- reading -- */

/* Without a thread: fills the chunk that is wanted. */
static void fill_alone(struct gzip_source *gzip)
{
    struct sl_err err;
    int more = fill(gzip, &gzip->chunks[gzip->filled % gzip->count], &err);
    publish(gzip, more, &err);
}

/* Gives the current chunk back and takes the next: 1, or 0 when nothing more comes. */
static int take_chunk(struct gzip_source *gzip)
{
    (void)pthread_mutex_lock(&gzip->lock);
    if (gzip->current) {
        gzip->current = NULL;
        gzip->returned++;
        (void)pthread_cond_signal(&gzip->changed);
    }
    if (!gzip->threaded && !gzip->over)
        fill_alone(gzip);
    while (gzip->returned == gzip->filled && !gzip->over)
        (void)pthread_cond_wait(&gzip->changed, &gzip->lock);
    bool got = gzip->returned < gzip->filled;
    if (got)
        gzip->current = &gzip->chunks[gzip->returned % gzip->count];
    (void)pthread_mutex_unlock(&gzip->lock);
    return got;
}

static ssize_t at_end(struct gzip_source *gzip, struct sl_err *err)
{
    if (gzip->failure.code != SL_OK) {
        *err = gzip->failure;
        return -1;
    }
    if (gzip->crc != gzip->crc_said)
        return refuse(err, "the data is damaged: its CRC32 is not the one in the trailer");
    if ((uint32_t)(gzip->source.position & 0xffffffff) != gzip->size_said)
        return refuse(err, "the data is damaged: its length is not the one in the trailer");
    return 0;
}

static ssize_t gzip_borrow(struct sl_source *self, const void **bytes, size_t max, struct sl_err *err)
{
    struct gzip_source *gzip = (struct gzip_source *)self;
    while (!gzip->current || gzip->at == gzip->current->len) {
        if (!take_chunk(gzip))
            return at_end(gzip, err);
        gzip->at = 0;
        gzip->crc = (uint32_t)crc32_combine(gzip->crc, gzip->current->crc, (z_off_t)gzip->current->len);
        if (gzip->returned == 0 && !gzip->threaded && !gzip->over)
            start_thread(gzip);
    }
    size_t rest = gzip->current->len - gzip->at;
    size_t len = rest < max ? rest : max;
    *bytes = gzip->current->bytes + gzip->at;
    gzip->at += len;
    return (ssize_t)len;
}

static void gzip_free(struct sl_source *self)
{
    struct gzip_source *gzip = (struct gzip_source *)self;
    stop_thread(gzip);
    (void)inflateEnd(&gzip->inflate);
    for (unsigned i = 0; i < gzip->count; i++)
        free(gzip->chunks[i].memory);
    (void)pthread_cond_destroy(&gzip->changed);
    (void)pthread_mutex_destroy(&gzip->lock);
    sl_source_free(gzip->below);
    free(gzip);
}

static void gzip_freep(struct gzip_source **gzip)
{
    if (*gzip)
        gzip_free(&(*gzip)->source);
}

int sl_source_gzip(struct sl_source **out, struct sl_source *below, uint64_t max, struct sl_err *err)
{
    static const struct sl_source_ops ops = {.borrow = gzip_borrow, .free = gzip_free};
    SL_CLEANUP(gzip_freep) struct gzip_source *gzip = calloc(1, sizeof *gzip);
    if (!gzip)
        return sl_fail_memory(err);
    /* With default attributes these cannot fail on Linux. */
    (void)pthread_mutex_init(&gzip->lock, NULL);
    (void)pthread_cond_init(&gzip->changed, NULL);
    gzip->source.ops = &ops;
    gzip->max = max;
    gzip->count = 1;
    /* Negative window bits: raw, the header is read here. */
    if (!get_chunk(&gzip->chunks[0]) || inflateInit2(&gzip->inflate, -15) != Z_OK)
        return sl_fail_memory(err);
    gzip->below = below;
    *out = &sl_steal(&gzip)->source;
    return 0;
}
