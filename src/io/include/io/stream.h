/*
 * Sources and sinks: bytes in and bytes out, as stages that stack.
 *
 * A stage is a struct whose first member is `struct sl_source` or `struct sl_sink`, zeroed but for `ops`; the
 * small table says how to read or write, finish and free. Errors are sticky: after the first failure every
 * further call fails with the same error. A sink's content is only complete after sl_sink_finish() has
 * returned 0; freeing an unfinished sink abandons what was written. Each stage that is built on another owns
 * it: finishing or freeing the outermost does so for all.
 *
 * Order of calls, source: sl_source_read() or sl_source_borrow() until it returns 0 (end) or -1;
 * sl_source_free().
 * Order of calls, sink: sl_sink_write() any number of times; sl_sink_finish(); sl_sink_free() in every case.
 * A stage is used from one thread at a time; some stages have a worker thread inside.
 */
#ifndef IO_STREAM_H
#define IO_STREAM_H

#include <sealift/buf.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct sl_source;
struct sl_sink;

/* At least one of read and borrow; the other is made from it. Neither is called with a length of 0, nor again
 * after the end or a failure. */
struct sl_source_ops {
    ssize_t (*read)(struct sl_source *self, void *out, size_t len, struct sl_err *err);
    ssize_t (*borrow)(struct sl_source *self, const void **bytes, size_t max, struct sl_err *err);
    void (*free)(struct sl_source *self); /* the stage below too, and `self` */
};

struct sl_source {
    const struct sl_source_ops *ops;
    struct sl_err failure; /* code SL_OK while nothing went wrong */
    uint64_t position;     /* bytes handed out so far */
    bool ended;
    bool waits;           /* what it reads may still be on its way: the file below is no regular one */
    unsigned char *spare; /* what is lent from a stage that cannot lend */
};

/* Up to `len` bytes; fewer only at the end or where that saves a copy; 0 at the end, for good. */
ssize_t sl_source_read(struct sl_source *source, void *out, size_t len, struct sl_err *err) SL_MUST_USE;

/* Exactly `len` bytes, or -1: an end before them is SL_E_REFUSED "ends in the middle of `what`". */
ssize_t sl_source_read_exactly(struct sl_source *source, void *out, size_t len, const char *what,
                               struct sl_err *err) SL_MUST_USE;

/*
 * The next bytes without a copy: at least one and at most `max` (not 0), of which *bytes is the first. They
 * count as read, belong to the source and stay as they are until the next call on it. How many come is the
 * stage's business: what lies in its buffer. 0 at the end, for good. Reads and borrows may be mixed.
 *
 * For whoever hashes and writes large content: one call, one hash update, one write, no buffer of one's own.
 */
ssize_t sl_source_borrow(struct sl_source *source, const void **bytes, size_t max,
                         struct sl_err *err) SL_MUST_USE;

void sl_source_free(struct sl_source *source);
void sl_source_freep(struct sl_source **source);

struct sl_sink_ops {
    int (*write)(struct sl_sink *self, const void *bytes, size_t len, struct sl_err *err);
    int (*finish)(struct sl_sink *self, struct sl_err *err); /* the stage below too */
    void (*free)(struct sl_sink *self);                      /* the stage below too, and `self` */
};

struct sl_sink {
    const struct sl_sink_ops *ops;
    struct sl_err failure;
    uint64_t position; /* bytes taken so far */
    bool finished;
};

/* All of `bytes`. After sl_sink_finish() it is SL_E_INTERNAL. */
int sl_sink_write(struct sl_sink *sink, const void *bytes, size_t len, struct sl_err *err) SL_MUST_USE;

/* Once; a second call is SL_E_INTERNAL. */
int sl_sink_finish(struct sl_sink *sink, struct sl_err *err) SL_MUST_USE;
void sl_sink_free(struct sl_sink *sink);
void sl_sink_freep(struct sl_sink **sink);

/* -- stages; each returns 0 and the new stage, or -1; on failure the stages and descriptors given to it stay
 * the caller's -- */

/* Reads a descriptor from where it stands; takes the descriptor over and closes it. `name` is copied, for
 * messages. */
int sl_source_fd(struct sl_source **out, int fd, const char *name, struct sl_err *err) SL_MUST_USE;

/* Reads memory, which must outlive the source. */
int sl_source_memory(struct sl_source **out, struct sl_str bytes, struct sl_err *err) SL_MUST_USE;

/*
 * A source whose first bytes can be seen before they are read: reads up to SL_SOURCE_AHEAD_MAX of them (fewer
 * only at the end) from `below` now. *beginning lives as long as the source. When this fails, what was read is
 * lost.
 */
#define SL_SOURCE_AHEAD_MAX 64
int sl_source_ahead(struct sl_source **out, struct sl_source *below, struct sl_str *beginning,
                    struct sl_err *err) SL_MUST_USE;

/* Writes a descriptor, in pieces as large as they come; takes it over. finish() does not fsync: see
 * io/file.h. */
int sl_sink_fd(struct sl_sink **out, int fd, const char *name, struct sl_err *err) SL_MUST_USE;

/* Appends to a buffer of the caller's, which must outlive the sink. */
int sl_sink_buf(struct sl_sink **out, struct sl_buf *buf, struct sl_err *err) SL_MUST_USE;

#endif
