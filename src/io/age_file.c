/*
 * Whole age files, between callbacks or descriptors.
 */
#include "base/cleanup.h"
#include "fd.h"
#include "io/age.h"
#include "io/sys.h"

#include <stdlib.h>

#define PIECE_BYTES ((size_t)64 * 1024)

/* -- callbacks as stages -- */

struct input_source {
    struct sl_source source;
    struct sl_age_input in;
};

static ssize_t input_read(struct sl_source *self, void *out, size_t len, struct sl_err *err)
{
    const struct sl_age_input *in = &((struct input_source *)self)->in;
    return in->read(in->context, out, len, err);
}

static void input_free(struct sl_source *self)
{
    free(self);
}

static int source_of(struct sl_source **out, const struct sl_age_input *in, struct sl_err *err)
{
    static const struct sl_source_ops ops = {.read = input_read, .free = input_free};
    struct input_source *source = calloc(1, sizeof *source);
    if (!source)
        return sl_fail_memory(err);
    source->source.ops = &ops;
    source->in = *in;
    *out = &source->source;
    return 0;
}

struct output_sink {
    struct sl_sink sink;
    struct sl_age_output out;
};

static int output_write(struct sl_sink *self, const void *bytes, size_t len, struct sl_err *err)
{
    const struct sl_age_output *out = &((struct output_sink *)self)->out;
    return out->write(out->context, bytes, len, err);
}

static int output_finish(struct sl_sink *self, struct sl_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

static void output_free(struct sl_sink *self)
{
    free(self);
}

static int sink_of(struct sl_sink **out, const struct sl_age_output *to, struct sl_err *err)
{
    static const struct sl_sink_ops ops = {
        .write = output_write, .finish = output_finish, .free = output_free};
    struct output_sink *sink = calloc(1, sizeof *sink);
    if (!sink)
        return sl_fail_memory(err);
    sink->sink.ops = &ops;
    sink->out = *to;
    *out = &sink->sink;
    return 0;
}

/* -- whole files -- */

int sl_age_decrypt(const struct sl_age_output *out, const struct sl_age_input *in,
                   const struct sl_age_keys *keys, enum sl_age_outcome *outcome, struct sl_err *err)
{
    struct sl_source *below = NULL;
    SL_CLEANUP(sl_source_freep) struct sl_source *source = NULL;
    if (outcome)
        *outcome = SL_AGE_NOT_READ;
    if (source_of(&below, in, err) < 0 || sl_source_age(&source, below, keys, outcome, err) < 0)
        return -1;
    for (;;) {
        const void *bytes;
        ssize_t got = sl_source_borrow(source, &bytes, PIECE_BYTES, err);
        if (got <= 0)
            return (int)got;
        if (out->write(out->context, bytes, (size_t)got, err) < 0)
            return -1;
    }
}

static int copy(struct sl_sink *sink, const struct sl_age_input *in, struct sl_err *err)
{
    SL_CLEANUP(sl_freep) unsigned char *bytes = malloc(PIECE_BYTES);
    if (!bytes)
        return sl_fail_memory(err);
    for (;;) {
        ssize_t got = in->read(in->context, bytes, PIECE_BYTES, err);
        if (got < 0)
            return -1;
        if (got == 0)
            return sl_sink_finish(sink, err);
        if (sl_sink_write(sink, bytes, (size_t)got, err) < 0)
            return -1;
    }
}

int sl_age_encrypt(const struct sl_age_output *out, const struct sl_age_input *in,
                   const struct sl_age_recipients *recipients, const struct sl_random *random,
                   struct sl_err *err)
{
    SL_CLEANUP(sl_sink_freep) struct sl_sink *below = NULL;
    SL_CLEANUP(sl_sink_freep) struct sl_sink *sink = NULL;
    if (sink_of(&below, out, err) < 0 || sl_sink_age(&sink, below, recipients, random, err) < 0)
        return -1;
    below = NULL;
    return copy(sink, in, err);
}

/* -- descriptors -- */

static ssize_t read_fd(void *context, void *out, size_t len, struct sl_err *err)
{
    ssize_t got = sl_sys_read(*(const int *)context, out, len);
    return got < 0 ? sl_fail_errno(err, SL_E_IO, "read the input") : got;
}

static int write_fd(void *context, const void *bytes, size_t len, struct sl_err *err)
{
    return sl_fd_write_all(*(const int *)context, bytes, len, "the output", err);
}

int sl_age_decrypt_fd(int out, int in, const struct sl_age_keys *keys, enum sl_age_outcome *outcome,
                      struct sl_err *err)
{
    struct sl_age_input input = {read_fd, &in};
    struct sl_age_output output = {write_fd, &out};
    return sl_age_decrypt(&output, &input, keys, outcome, err);
}

int sl_age_encrypt_fd(int out, int in, const struct sl_age_recipients *recipients,
                      const struct sl_random *random, struct sl_err *err)
{
    struct sl_age_input input = {read_fd, &in};
    struct sl_age_output output = {write_fd, &out};
    return sl_age_encrypt(&output, &input, recipients, random, err);
}
