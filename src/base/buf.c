#include <sealift/buf.h>

#include "base/checked.h"

#include <stdio.h>
#include <stdlib.h>

/* What a draining buffer collects before it hands on. */
enum { DRAIN_BYTES = 16 * 1024 };

void sl_buf_init(struct sl_buf *buf, size_t max)
{
    *buf = (struct sl_buf){.max = max};
}

void sl_buf_init_draining(struct sl_buf *buf, size_t max, struct sl_drain *drain)
{
    *buf = (struct sl_buf){.max = max, .drain = drain};
}

void sl_buf_release(struct sl_buf *buf)
{
    free(buf->ptr);
    *buf = (struct sl_buf){.max = buf->max};
}

void sl_buf_reset(struct sl_buf *buf)
{
    buf->len = 0;
    buf->fail = SL_OK;
    if (buf->ptr)
        buf->ptr[0] = '\0';
}

/* Doubles, so that n appends cost n; the maximum bounds the last step. One byte more than asked, for the NUL.
 */
static bool grow(struct sl_buf *buf, size_t needed)
{
    size_t capacity = buf->capacity ? buf->capacity : 128;
    while (capacity < needed) {
        if (sl_mul_overflows(capacity, 2, &capacity)) {
            capacity = needed;
            break;
        }
    }
    char *ptr = realloc(buf->ptr, capacity);
    if (!ptr) {
        buf->fail = SL_E_NO_MEMORY;
        return false;
    }
    buf->ptr = ptr;
    buf->capacity = capacity;
    return true;
}

static bool hand_on(struct sl_buf *buf)
{
    struct sl_drain *drain = buf->drain;
    if (buf->len == 0)
        return true;
    if (drain->take(drain->context, sl_buf_view(buf), &drain->failure) < 0) {
        buf->fail = drain->failure.code;
        return false;
    }
    drain->taken += buf->len;
    buf->max -= buf->len;
    buf->len = 0;
    return true;
}

/* Room for `len` more bytes and the NUL, of which there is not enough: `needed` with what is there. */
static bool make_room(struct sl_buf *buf, size_t len, size_t needed)
{
    if (buf->drain && needed > DRAIN_BYTES) {
        if (!hand_on(buf))
            return false;
        needed = len + 1;
    }
    return needed <= buf->capacity || grow(buf, needed);
}

void *sl_buf_reserve(struct sl_buf *buf, size_t len)
{
    if (buf->fail != SL_OK)
        return NULL;
    size_t needed;
    if (sl_add_overflows(buf->len, len, &needed) || needed > buf->max ||
        sl_add_overflows(needed, 1, &needed)) {
        buf->fail = SL_E_LIMIT;
        return NULL;
    }
    if (needed > buf->capacity && !make_room(buf, len, needed))
        return NULL;
    return buf->ptr + buf->len;
}

void sl_buf_commit(struct sl_buf *buf, size_t len)
{
    buf->len += len;
    buf->ptr[buf->len] = '\0';
}

void sl_buf_append(struct sl_buf *buf, const void *bytes, size_t len)
{
    void *room = sl_buf_reserve(buf, len);
    if (!room)
        return;
    if (len)
        memcpy(room, bytes, len);
    sl_buf_commit(buf, len);
}

void sl_buf_str(struct sl_buf *buf, struct sl_str text)
{
    sl_buf_append(buf, text.ptr, text.len);
}

void sl_buf_text(struct sl_buf *buf, const char *text)
{
    sl_buf_append(buf, text, strlen(text));
}

void sl_buf_byte(struct sl_buf *buf, char byte)
{
    sl_buf_append(buf, &byte, 1);
}

void sl_buf_printf(struct sl_buf *buf, const char *format, ...)
{
    char small[256];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (len < 0)
        return;
    if ((size_t)len < sizeof small) {
        sl_buf_append(buf, small, (size_t)len);
        return;
    }
    /* Too long for the stack: format again, straight into the buffer, whose reserve leaves room for the NUL.
     */
    char *room = sl_buf_reserve(buf, (size_t)len);
    if (!room)
        return;
    va_start(args, format);
    (void)vsnprintf(room, (size_t)len + 1, format, args);
    va_end(args);
    sl_buf_commit(buf, (size_t)len);
}

void sl_buf_hex(struct sl_buf *buf, const unsigned char *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    size_t doubled;
    if (sl_mul_overflows(len, 2, &doubled))
        doubled = (size_t)-1;
    char *room = sl_buf_reserve(buf, doubled);
    if (!room)
        return;
    for (size_t i = 0; i < len; i++) {
        room[2 * i] = digits[bytes[i] >> 4];
        room[2 * i + 1] = digits[bytes[i] & 15];
    }
    sl_buf_commit(buf, doubled);
}

int sl_buf_check(const struct sl_buf *buf, const char *what, struct sl_err *err)
{
    const struct sl_drain *drain = buf->drain;
    if (buf->fail == SL_OK)
        return 0;
    if (drain && drain->failure.code != SL_OK) {
        *err = drain->failure;
        return -1;
    }
    if (buf->fail == SL_E_LIMIT)
        return sl_fail(err, SL_E_LIMIT, "%s is larger than the limit of %zu bytes", what,
                       buf->max + (drain ? (size_t)drain->taken : 0));
    return sl_fail_memory(err);
}

int sl_buf_drain(struct sl_buf *buf, const char *what, struct sl_err *err)
{
    if (buf->fail == SL_OK)
        (void)hand_on(buf);
    return sl_buf_check(buf, what, err);
}

struct sl_str sl_buf_view(const struct sl_buf *buf)
{
    return (struct sl_str){buf->ptr, buf->len};
}
