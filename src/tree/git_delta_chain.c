/*
 * A difference, to a difference, to a blob that is whole: from the end, each is made into a file that the one before is
 * made from. Within a pack a base always lies before what is based on it, so the chain comes to an end.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "git_delta.h"
#include "io/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sealift/text.h>

enum { NAME_SIZE = 300, PIECE_BYTES = 128 * 1024 };

struct chain {
    int fd;                                          /* of the pack, borrowed */
    struct sl_pack_blob links[SL_GIT_CHAIN_MAX + 1]; /* what is wanted; its base; ...; a blob that is whole */
    size_t count;
    struct sl_str path;
    char name[NAME_SIZE];
};

/* 1: all of it is there and not too large; 0: it is for libgit2. */
static int collect(struct chain *chain, const unsigned char *checksum, struct sl_err *err)
{
    while (chain->links[chain->count - 1].base) {
        if (chain->count == sizeof chain->links / sizeof chain->links[0])
            return 0;
        struct sl_pack_blob *link = &chain->links[chain->count];
        int found = sl_pack_blob_find(link, chain->fd, checksum, link[-1].base, err);
        if (found <= 0)
            return found;
        if (link->size > SL_GIT_BASE_BYTES_MAX)
            return 0;
        chain->count++;
    }
    return 1;
}

/* A file that nobody else can open, -1 where the system has none. Beside /tmp, which may lie in memory. */
static int open_temporary(void)
{
    int fd = sl_sys_open("/var/tmp", O_TMPFILE | O_RDWR, 0600);
    return fd >= 0 ? fd : sl_sys_open("/tmp", O_TMPFILE | O_RDWR, 0600);
}

static int write_all(const struct chain *chain, int fd, const void *bytes, size_t len, struct sl_err *err)
{
    for (size_t done = 0; done < len;) {
        ssize_t put = sl_sys_write(fd, (const char *)bytes + done, len - done);
        if (put == 0)
            errno = EIO;
        if (put <= 0)
            return sl_fail_errno(
                err, SL_E_IO, "write a temporary file for %s, which git keeps as a difference", chain->name);
        done += (size_t)put;
    }
    return 0;
}

/* All of `content`, which it takes over, into a file: 1 and *out; 0 there can be none; -1. */
static int spool(const struct chain *chain, int *out, struct sl_source *content, struct sl_err *err)
{
    SL_CLEANUP(sl_source_freep) struct sl_source *from = content;
    SL_CLEANUP(sl_closep) int fd = open_temporary();
    if (fd < 0)
        return 0;
    const void *bytes;
    ssize_t got;
    while ((got = sl_source_borrow(from, &bytes, PIECE_BYTES, err)) > 0)
        if (write_all(chain, fd, bytes, (size_t)got, err) < 0)
            return -1;
    if (got < 0)
        return -1;
    *out = fd;
    fd = -1; /* NOLINT(clang-analyzer-deadcode.DeadStores): the clean-up reads it */
    return 1;
}

/* The zlib stream of a link, from the pack's own descriptor. */
static int open_link(const struct chain *chain, struct sl_source **out, const struct sl_pack_blob *link,
                     struct sl_err *err)
{
    int own = fcntl(chain->fd, F_DUPFD_CLOEXEC, 0);
    if (own < 0)
        return sl_fail_errno(err, SL_E_IO, "read a pack of the git repository");
    if (sl_pack_blob_source(out, own, link, chain->path, err) == 0)
        return 0;
    (void)sl_sys_close(own);
    return -1;
}

/* The content of links[index] by that of links[index + 1], a file that it takes over. */
static int open_delta(const struct chain *chain, size_t index, int *base, uint64_t *size,
                      struct sl_source **out, struct sl_err *err)
{
    struct sl_source *instructions = NULL;
    if (open_link(chain, &instructions, &chain->links[index], err) < 0)
        return -1;
    struct sl_delta_base file = {.fd = *base, .size = *size};
    *base = -1;
    return sl_delta_source(out, size, instructions, file, chain->name, err);
}

int sl_pack_delta_source(struct sl_source **out, const struct sl_pack_delta *delta, uint64_t size,
                         struct sl_str path, struct sl_err *err)
{
    struct chain chain = {.fd = delta->fd, .links = {delta->blob}, .count = 1, .path = path};
    struct sl_source *content = NULL;
    SL_CLEANUP(sl_closep) int base = -1;
    sl_escape(chain.name, sizeof chain.name, path);
    int there = collect(&chain, delta->checksum, err);
    if (there <= 0)
        return there;
    uint64_t made = chain.links[chain.count - 1].size;
    if (open_link(&chain, &content, &chain.links[chain.count - 1], err) < 0)
        return -1;
    for (size_t i = chain.count - 1; i-- > 0;) {
        there = spool(&chain, &base, content, err);
        if (there <= 0)
            return there;
        if (open_delta(&chain, i, &base, &made, &content, err) < 0)
            return -1;
        if (i > 0 && made > SL_GIT_BASE_BYTES_MAX) {
            sl_source_free(content);
            return 0;
        }
    }
    if (made != size) {
        sl_source_free(content);
        return sl_pack_damaged(chain.name, err);
    }
    *out = content;
    return 1;
}
