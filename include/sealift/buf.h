/*
 * A growing buffer with a maximum from birth and a sticky error.
 *
 * Order of calls: sl_buf_init() with the largest size it may ever have; any number of appends, none of which
 * needs checking; then sl_buf_check() once, which says whether all of it is there. sl_buf_release() in every
 * case. What is in it is NUL terminated behind `len`, so `ptr` can be used as a C string when it holds text.
 *
 * A draining buffer never holds all of it: what was appended goes on to a function, piece by piece, so that a text of any size
 * takes some KiB, or twice its longest append. Order of calls: sl_buf_init_draining(), appends, sl_buf_drain(), which hands over
 * the rest and says whether all of it was taken, and sl_buf_release(). Only who appends can use one: nothing can be looked at
 * or taken back.
 */
#ifndef SEALIFT_BUF_H
#define SEALIFT_BUF_H

#include <sealift/err.h>
#include <sealift/str.h>
#include <stdint.h>

/* Where a draining buffer hands on to; zeroed but for the first two. */
struct sl_drain {
    int (*take)(void *context, struct sl_str bytes, struct sl_err *err); /* 0, or -1: no more is handed on */
    void *context;
    uint64_t taken; /* bytes handed on */
    struct sl_err failure;
};

struct sl_buf {
    char *ptr; /* NULL until the first append */
    size_t len;
    size_t capacity;
    size_t max;             /* bytes it may hold at most */
    enum sl_code fail;      /* SL_OK, SL_E_LIMIT, SL_E_NO_MEMORY, or what the drain failed with; sticky */
    struct sl_drain *drain; /* NULL: what is appended stays; else `max` is what may still be handed on */
};

void sl_buf_init(struct sl_buf *buf, size_t max);
void sl_buf_release(struct sl_buf *buf);

/* `max` bounds all that is appended; `drain` must outlive the buffer. */
void sl_buf_init_draining(struct sl_buf *buf, size_t max, struct sl_drain *drain);

/* Hands on what is left: 0 when every append was taken; else -1 as sl_buf_check(), or with what the drain failed with. */
int sl_buf_drain(struct sl_buf *buf, const char *what, struct sl_err *err) SL_MUST_USE;

/* Empties it and forgets a failure; memory is kept for the next use. */
void sl_buf_reset(struct sl_buf *buf);

void sl_buf_append(struct sl_buf *buf, const void *bytes, size_t len);
void sl_buf_str(struct sl_buf *buf, struct sl_str text);
void sl_buf_text(struct sl_buf *buf, const char *text);
void sl_buf_byte(struct sl_buf *buf, char byte);
void sl_buf_printf(struct sl_buf *buf, const char *format, ...) SL_PRINTF(2, 3);

/* Lower-case hexadecimal. */
void sl_buf_hex(struct sl_buf *buf, const unsigned char *bytes, size_t len);

/* Room for `len` more bytes behind the end, or NULL after a sticky failure; grown by sl_buf_commit(). */
void *sl_buf_reserve(struct sl_buf *buf, size_t len);
void sl_buf_commit(struct sl_buf *buf, size_t len);

/* 0 when every append is in; else -1 with SL_E_LIMIT or SL_E_NO_MEMORY, naming `what` ("manifest"), or with what a drain
 * failed with. */
int sl_buf_check(const struct sl_buf *buf, const char *what, struct sl_err *err) SL_MUST_USE;

/* The content as a borrowed string; lives until the next append or release. */
struct sl_str sl_buf_view(const struct sl_buf *buf);

#endif
