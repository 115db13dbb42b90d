#include "git_delta.h"

#include "git_read_at.h"
#include "io/sys.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAME_SIZE = 300, INPUT_BYTES = 4096 };

struct delta_source {
    struct sl_source base;
    struct sl_source *instructions;
    unsigned char input[INPUT_BYTES]; /* of them: [at, len) was read and not used yet */
    size_t at, len;
    struct sl_delta_base file; /* what is copied from */
    uint64_t left;             /* content still to come */

    /* The instruction that is carried out. */
    size_t insert;      /* bytes that follow it still to be put in, or */
    size_t copy;        /* bytes still to be copied, */
    uint64_t copy_from; /* from here */
    char name[NAME_SIZE];
};

/* More of the instructions: 1, 0 at their end, -1. */
static int more_input(struct delta_source *self, struct sl_err *err)
{
    if (self->at < self->len)
        return 1;
    ssize_t got = sl_source_read(self->instructions, self->input, sizeof self->input, err);
    self->at = 0;
    self->len = got > 0 ? (size_t)got : 0;
    return got < 0 ? -1 : got > 0;
}

static int next_byte(struct delta_source *self, unsigned char *byte, struct sl_err *err)
{
    int more = more_input(self, err);
    if (more <= 0)
        return more < 0 ? -1 : sl_pack_damaged(self->name, err);
    *byte = self->input[self->at++];
    return 0;
}

/* Seven bits in each byte, the lowest first; the top bit says that another one follows. */
static int read_size(struct delta_source *self, uint64_t *size, struct sl_err *err)
{
    unsigned char byte = 0x80;
    *size = 0;
    for (unsigned shift = 0; byte & 0x80; shift += 7) {
        if (next_byte(self, &byte, err) < 0)
            return -1;
        uint64_t more = byte & 0x7f;
        if (shift > 56 || more << shift >> shift != more)
            return sl_pack_damaged(self->name, err);
        *size |= more << shift;
    }
    return 0;
}

/* Bytes of a number, of which those are there whose bits are set. */
static int read_sparse(struct delta_source *self, unsigned bits, uint64_t *number, struct sl_err *err)
{
    *number = 0;
    for (unsigned shift = 0; bits; shift += 8, bits >>= 1) {
        unsigned char byte = 0;
        if (!(bits & 1))
            continue;
        if (next_byte(self, &byte, err) < 0)
            return -1;
        *number |= (uint64_t)byte << shift;
    }
    return 0;
}

static int next_instruction(struct delta_source *self, struct sl_err *err)
{
    unsigned char what = 0;
    uint64_t len;
    if (next_byte(self, &what, err) < 0)
        return -1;
    if (what & 0x80) {
        if (read_sparse(self, what & 0x0f, &self->copy_from, err) < 0 ||
            read_sparse(self, what >> 4 & 0x07, &len, err) < 0)
            return -1;
        self->copy = len ? (size_t)len : 0x10000;
        if (self->copy_from > self->file.size || self->copy > self->file.size - self->copy_from)
            return sl_pack_damaged(self->name, err);
    } else {
        self->insert = what; /* 0 is reserved */
    }
    if (self->copy + self->insert == 0 || self->copy + self->insert > self->left)
        return sl_pack_damaged(self->name, err);
    return 0;
}

static ssize_t copy(struct delta_source *self, void *out, size_t len, struct sl_err *err)
{
    size_t part = self->copy < len ? self->copy : len;
    int there = sl_read_at(self->file.fd, self->copy_from, out, part, err);
    if (there <= 0)
        return there < 0 ? -1 : sl_pack_damaged(self->name, err);
    self->copy -= part;
    self->copy_from += part;
    return (ssize_t)part;
}

static ssize_t insert(struct delta_source *self, void *out, size_t len, struct sl_err *err)
{
    int more = more_input(self, err);
    if (more <= 0)
        return more < 0 ? -1 : sl_pack_damaged(self->name, err);
    size_t part = self->insert < len ? self->insert : len;
    if (part > self->len - self->at)
        part = self->len - self->at;
    memcpy(out, self->input + self->at, part);
    self->at += part;
    self->insert -= part;
    return (ssize_t)part;
}

static ssize_t delta_read(struct sl_source *source, void *out, size_t len, struct sl_err *err)
{
    struct delta_source *self = (struct delta_source *)source;
    if (self->left == 0) {
        int more = more_input(self, err); /* and the stream's check sum with it */
        return more > 0 ? sl_pack_damaged(self->name, err) : more;
    }
    size_t done = 0;
    while (done < len && self->left > 0) {
        if (self->copy + self->insert == 0 && next_instruction(self, err) < 0)
            return -1;
        char *to = (char *)out + done;
        ssize_t got = self->copy ? copy(self, to, len - done, err) : insert(self, to, len - done, err);
        if (got < 0)
            return -1;
        done += (size_t)got;
        self->left -= (size_t)got;
    }
    return (ssize_t)done;
}

static void delta_free(struct sl_source *source)
{
    struct delta_source *self = (struct delta_source *)source;
    sl_source_free(self->instructions);
    (void)sl_sys_close(self->file.fd);
    free(self);
}

static int read_head(struct delta_source *self, struct sl_err *err)
{
    uint64_t base_size;
    if (read_size(self, &base_size, err) < 0 || read_size(self, &self->left, err) < 0)
        return -1;
    return base_size == self->file.size ? 0 : sl_pack_damaged(self->name, err);
}

int sl_delta_source(struct sl_source **out, uint64_t *size, struct sl_source *instructions,
                    struct sl_delta_base base, const char *name, struct sl_err *err)
{
    static const struct sl_source_ops ops = {.read = delta_read, .free = delta_free};
    struct delta_source *self = calloc(1, sizeof *self);
    if (!self) {
        sl_source_free(instructions);
        (void)sl_sys_close(base.fd);
        return sl_fail_memory(err);
    }
    self->base.ops = &ops;
    self->instructions = instructions;
    self->file = base;
    (void)snprintf(self->name, sizeof self->name, "%s", name);
    if (read_head(self, err) < 0) {
        delta_free(&self->base);
        return -1;
    }
    *size = self->left;
    *out = &self->base;
    return 0;
}
