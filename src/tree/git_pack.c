#include "git_pack.h"

#include "base/cleanup.h"
#include "git_delta.h"
#include "git_read_at.h"
#include "io/file.h"
#include "io/sys.h"

#include <fcntl.h>
#include <limits.h>
#include <sealift/text.h>
#include <stdio.h>
#define ZLIB_CONST
#include <zlib.h>

enum { NAME_SIZE = 300 };

/* -- the entry of an object: type and size, then the zlib stream -- */

#define PACK_HEAD UINT64_C(12) /* magic, version, number of objects */

enum {
    TYPE_BLOB = 3,
    TYPE_OFFSET_DELTA = 6, /* to the object so many bytes before */
    ENTRY_MAX = 20,        /* bytes of type, size and distance that 64-bit numbers can take */
};

static int check_pack(int fd, const unsigned char checksum[SL_SHA1_BYTES], uint64_t *size, struct sl_err *err)
{
    unsigned char head[PACK_HEAD];
    unsigned char tail[SL_SHA1_BYTES];
    if (sl_read_size(fd, size, err) < 0)
        return -1;
    if (*size < PACK_HEAD + SL_SHA1_BYTES)
        return 0;
    int there = sl_read_at(fd, 0, head, sizeof head, err);
    if (there > 0)
        there = sl_read_at(fd, *size - SL_SHA1_BYTES, tail, sizeof tail, err);
    if (there <= 0)
        return there;
    uint32_t version = sl_be32(head + 4);
    return memcmp(head, "PACK", 4) == 0 && (version == 2 || version == 3) &&
           memcmp(tail, checksum, sizeof tail) == 0;
}

/* Four bits of the size are in the first byte, seven in each that follows; the top bit says that one does.
 * Returns how many bytes it took, 0 for what makes no sense. */
static size_t parse_entry(const unsigned char *bytes, size_t len, unsigned *type, uint64_t *size)
{
    *type = bytes[0] >> 4 & 7;
    *size = bytes[0] & 15;
    unsigned shift = 4;
    size_t used = 1;
    while (bytes[used - 1] & 0x80) {
        if (used == len || shift >= 64)
            return 0;
        uint64_t more = bytes[used++] & 0x7f;
        if (more << shift >> shift != more)
            return 0;
        *size |= more << shift;
        shift += 7;
    }
    return used;
}

/* Seven bits in each byte, the highest first; each that follows adds one, so that no number has two spellings. Returns how many
 * bytes it took, 0 for what makes no sense. */
static size_t parse_distance(const unsigned char *bytes, size_t len, uint64_t *distance)
{
    *distance = 0;
    for (size_t used = 0; used < len;) {
        if (*distance >> (64 - 8))
            return 0;
        *distance = (*distance + (used > 0)) << (used > 0 ? 7 : 0) | (bytes[used] & 0x7f);
        if (!(bytes[used++] & 0x80))
            return used;
    }
    return 0;
}

int sl_pack_blob_find(struct sl_pack_blob *out, int fd, const unsigned char checksum[SL_SHA1_BYTES],
                      uint64_t offset, struct sl_err *err)
{
    uint64_t pack_size;
    unsigned char bytes[ENTRY_MAX];
    unsigned type;
    int known = check_pack(fd, checksum, &pack_size, err);
    if (known <= 0)
        return known;
    uint64_t end = pack_size - SL_SHA1_BYTES;
    if (offset < PACK_HEAD || offset >= end)
        return 0;
    size_t len = end - offset < sizeof bytes ? (size_t)(end - offset) : sizeof bytes;
    int there = sl_read_at(fd, offset, bytes, len, err);
    if (there <= 0)
        return there;
    size_t used = parse_entry(bytes, len, &type, &out->size);
    if (used == 0 || (type != TYPE_BLOB && type != TYPE_OFFSET_DELTA))
        return 0;
    out->base = 0;
    out->end = end;
    if (type == TYPE_OFFSET_DELTA) {
        uint64_t distance;
        size_t more = parse_distance(bytes + used, len - used, &distance);
        if (more == 0 || distance == 0 || distance > offset - PACK_HEAD)
            return 0;
        out->base = offset - distance;
        used += more;
    }
    out->begin = offset + used;
    return 1;
}

/* -- its content -- */

enum { INPUT_BYTES = 64 * 1024 };

struct blob_source {
    struct sl_source base;
    int fd;
    uint64_t at, end; /* what of the pack is still to be read */
    uint64_t left;    /* content still to come */
    bool ended;       /* the zlib stream has, and its check sum was right */
    z_stream inflate;
    char name[NAME_SIZE];
    unsigned char input[INPUT_BYTES];
};

int sl_pack_damaged(const char *name, struct sl_err *err)
{
    (void)sl_fail(err, SL_E_INPUT, "%s: its object in git is damaged", name);
    return sl_hint(err, "git fsck says more");
}

static int damaged(const struct blob_source *self, struct sl_err *err)
{
    return sl_pack_damaged(self->name, err);
}

static int more_input(struct blob_source *self, struct sl_err *err)
{
    uint64_t rest = self->end - self->at;
    size_t len = rest < INPUT_BYTES ? (size_t)rest : INPUT_BYTES;
    int there = len ? sl_read_at(self->fd, self->at, self->input, len, err) : 0;
    if (there <= 0)
        return there < 0 ? -1 : damaged(self, err);
    self->at += len;
    self->inflate.next_in = self->input;
    self->inflate.avail_in = (uInt)len;
    return 0;
}

/* Inflates until there is some content or the stream has ended. */
static ssize_t blob_read(struct sl_source *source, void *out, size_t len, struct sl_err *err)
{
    struct blob_source *self = (struct blob_source *)source;
    z_stream *state = &self->inflate;
    uInt room = len < UINT_MAX ? (uInt)len : UINT_MAX;
    state->next_out = out;
    state->avail_out = room;
    while (!self->ended && state->avail_out == room) {
        if (state->avail_in == 0 && more_input(self, err) < 0)
            return -1;
        int result = inflate(state, Z_NO_FLUSH);
        if (result == Z_MEM_ERROR)
            return sl_fail_memory(err);
        if (result != Z_OK && result != Z_STREAM_END)
            return damaged(self, err);
        self->ended = result == Z_STREAM_END;
    }
    uInt got = room - state->avail_out;
    if (got > self->left || (self->ended && got < self->left))
        return damaged(self, err);
    self->left -= got;
    return (ssize_t)got;
}

static void blob_free(struct sl_source *source)
{
    struct blob_source *self = (struct blob_source *)source;
    (void)inflateEnd(&self->inflate);
    (void)sl_sys_close(self->fd);
    free(self);
}

static const struct sl_source_ops blob_ops = {.read = blob_read, .free = blob_free};

int sl_pack_blob_source(struct sl_source **out, int fd, const struct sl_pack_blob *blob, struct sl_str path,
                        struct sl_err *err)
{
    struct blob_source *self = calloc(1, sizeof *self);
    if (!self || inflateInit(&self->inflate) != Z_OK) {
        free(self);
        return sl_fail_memory(err);
    }
    self->base.ops = &blob_ops;
    self->fd = fd;
    self->at = blob->begin;
    self->end = blob->end;
    self->left = blob->size;
    sl_escape(self->name, sizeof self->name, path);
    *out = &self->base;
    return 0;
}

/* -- finding it -- */

struct search {
    int directory; /* of the packs */
    const struct sl_blob_id *id;
    uint64_t size;
    struct sl_str path;
    struct sl_source *found;
};

/* What cannot be opened is passed over: libgit2 comes after us, and says so. */
static int open_file(const struct search *search, const char *name)
{
    return sl_sys_open_beneath(search->directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
}

static int look_into_pack(struct search *search, const char *name, const struct sl_pack_index *index,
                          uint64_t offset, struct sl_err *err)
{
    SL_CLEANUP(sl_closep) int fd = open_file(search, name);
    struct sl_pack_delta delta = {.fd = fd, .checksum = index->checksum};
    const struct sl_pack_blob *blob = &delta.blob;
    if (fd < 0)
        return 0;
    int found = sl_pack_blob_find(&delta.blob, fd, index->checksum, offset, err);
    if (found > 0 && blob->base)
        return sl_pack_delta_source(&search->found, &delta, search->size, search->path, err);
    if (found <= 0 || blob->size != search->size)
        return found < 0 ? -1 : 0;
    if (sl_pack_blob_source(&search->found, fd, blob, search->path, err) < 0)
        return -1;
    fd = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): the clean-up reads it */
    return 1;
}

/* NAME.idx: 1 found, 0 go on, -1 error. */
static int look_into_index(struct search *search, struct sl_str name, struct sl_err *err)
{
    char pack[NAME_MAX + sizeof ".pack"];
    SL_CLEANUP(sl_closep) int fd = open_file(search, name.ptr);
    struct sl_pack_index index;
    uint64_t offset;
    if (fd < 0)
        return 0;
    int found = sl_pack_index_open(&index, fd, err);
    if (found > 0)
        found = sl_pack_index_find(&index, search->id, &offset, err);
    if (found <= 0)
        return found;
    (void)snprintf(pack, sizeof pack, "%.*s.pack", (int)(name.len - strlen(".idx")), name.ptr);
    return look_into_pack(search, pack, &index, offset, err);
}

static int visit(void *context, const struct sl_dir_entry *entry, struct sl_err *err)
{
    struct search *search = context;
    struct sl_str name = sl_str_from(entry->path);
    if (!search->found && S_ISREG(entry->info.st_mode) && sl_str_ends_with(name, SL_STR(".idx")) &&
        look_into_index(search, name, err) < 0)
        return -1;
    return 1;
}

int sl_pack_stream(struct sl_source **out, const char *objects, const struct sl_blob_id *id, uint64_t size,
                   struct sl_str path, struct sl_err *err)
{
    char packs[PATH_MAX];
    if (snprintf(packs, sizeof packs, "%s/pack", objects) >= (int)sizeof packs)
        return 0;
    SL_CLEANUP(sl_closep) int directory = sl_sys_open(packs, O_RDONLY | O_DIRECTORY, 0);
    if (directory < 0)
        return 0;
    struct search search = {.directory = directory, .id = id, .size = size, .path = path};
    if (sl_dir_walk(directory, visit, &search, err) < 0) {
        sl_source_free(search.found);
        return -1;
    }
    *out = search.found;
    return search.found != NULL;
}
