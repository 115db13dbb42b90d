#include "io/stream.h"
#include "io/sys.h"

#include "fd.h"

#include <stdlib.h>

/* -- a descriptor, in and out -- */

struct fd_source {
    struct sl_source source;
    int fd;
    char label[SL_LABEL_BYTES];
};

static ssize_t fd_read(struct sl_source *self, void *out, size_t len, struct sl_err *err)
{
    struct fd_source *from = (struct fd_source *)self;
    ssize_t got = sl_sys_read(from->fd, out, len);
    if (got < 0)
        return sl_fail_errno(err, SL_E_IO, "read %s", from->label);
    return got;
}

static void fd_source_free(struct sl_source *self)
{
    struct fd_source *from = (struct fd_source *)self;
    (void)sl_sys_close(from->fd);
    free(from);
}

int sl_source_fd(struct sl_source **out, int fd, const char *name, struct sl_err *err)
{
    static const struct sl_source_ops ops = {.read = fd_read, .free = fd_source_free};
    struct fd_source *from = calloc(1, sizeof *from);
    if (!from)
        return sl_fail_memory(err);
    from->source.ops = &ops;
    from->fd = fd;
    (void)sl_label(from->label, name);
    *out = &from->source;
    return 0;
}

struct fd_sink {
    struct sl_sink sink;
    int fd; /* -1 after finish */
    char label[SL_LABEL_BYTES];
};

static int fd_write(struct sl_sink *self, const void *bytes, size_t len, struct sl_err *err)
{
    struct fd_sink *to = (struct fd_sink *)self;
    return sl_fd_write_all(to->fd, bytes, len, to->label, err);
}

static int fd_finish(struct sl_sink *self, struct sl_err *err)
{
    struct fd_sink *to = (struct fd_sink *)self;
    return sl_fd_close(&to->fd, to->label, err);
}

static void fd_sink_free(struct sl_sink *self)
{
    struct fd_sink *to = (struct fd_sink *)self;
    if (to->fd >= 0)
        (void)sl_sys_close(to->fd);
    free(to);
}

int sl_sink_fd(struct sl_sink **out, int fd, const char *name, struct sl_err *err)
{
    static const struct sl_sink_ops ops = {.write = fd_write, .finish = fd_finish, .free = fd_sink_free};
    struct fd_sink *to = calloc(1, sizeof *to);
    if (!to)
        return sl_fail_memory(err);
    to->sink.ops = &ops;
    to->fd = fd;
    (void)sl_label(to->label, name);
    *out = &to->sink;
    return 0;
}

/* -- memory, in and out -- */

struct memory_source {
    struct sl_source source;
    struct sl_str rest;
};

static ssize_t memory_borrow(struct sl_source *self, const void **bytes, size_t max, struct sl_err *err)
{
    (void)err;
    struct memory_source *from = (struct memory_source *)self;
    size_t len = from->rest.len < max ? from->rest.len : max;
    *bytes = from->rest.ptr;
    from->rest = sl_str_slice(from->rest, len, from->rest.len);
    return (ssize_t)len;
}

static void memory_free(struct sl_source *self)
{
    free(self);
}

int sl_source_memory(struct sl_source **out, struct sl_str bytes, struct sl_err *err)
{
    static const struct sl_source_ops ops = {.borrow = memory_borrow, .free = memory_free};
    struct memory_source *from = calloc(1, sizeof *from);
    if (!from)
        return sl_fail_memory(err);
    from->source.ops = &ops;
    from->rest = bytes;
    *out = &from->source;
    return 0;
}

struct buf_sink {
    struct sl_sink sink;
    struct sl_buf *buf;
};

static int buf_write(struct sl_sink *self, const void *bytes, size_t len, struct sl_err *err)
{
    struct sl_buf *buf = ((struct buf_sink *)self)->buf;
    sl_buf_append(buf, bytes, len);
    return sl_buf_check(buf, "the output", err);
}

static int buf_finish(struct sl_sink *self, struct sl_err *err)
{
    return sl_buf_check(((struct buf_sink *)self)->buf, "the output", err);
}

static void buf_free(struct sl_sink *self)
{
    free(self);
}

int sl_sink_buf(struct sl_sink **out, struct sl_buf *buf, struct sl_err *err)
{
    static const struct sl_sink_ops ops = {.write = buf_write, .finish = buf_finish, .free = buf_free};
    struct buf_sink *to = calloc(1, sizeof *to);
    if (!to)
        return sl_fail_memory(err);
    to->sink.ops = &ops;
    to->buf = buf;
    *out = &to->sink;
    return 0;
}
