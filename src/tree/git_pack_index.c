/*
 * An index of version 2, all numbers big-endian:
 *
 *     8        magic and version
 *     256 * 4  for each first byte of an id, how many ids begin with it or less; the last is their count n
 *     n * 20   ids, ascending
 *     n * 4    CRCs
 *     n * 4    offsets in the pack, or, with the top bit, a number in what follows
 *     m * 8    large offsets
 *     20, 20   checksums of the pack and of the index
 */
#include "git_pack.h"
#include "git_read_at.h"

#include <sys/stat.h>

#define FANOUT       UINT64_C(8)
#define IDS          (FANOUT + UINT64_C(256) * 4)
#define PER_OBJECT   UINT64_C(28)
#define CHECKSUMS    (UINT64_C(2) * SL_SHA1_BYTES)
#define LARGE_OFFSET UINT32_C(0x80000000)

int sl_pack_index_open(struct sl_pack_index *out, int fd, struct sl_err *err)
{
    static const unsigned char head[FANOUT] = {0xff, 't', 'O', 'c', 0, 0, 0, 2};
    unsigned char bytes[FANOUT];
    unsigned char count[4];
    *out = (struct sl_pack_index){.fd = fd};
    int there = sl_read_at(fd, 0, bytes, sizeof bytes, err);
    if (there <= 0 || memcmp(bytes, head, sizeof head) != 0)
        return there < 0 ? -1 : 0;
    if (sl_read_size(fd, &out->size, err) < 0)
        return -1;
    there = sl_read_at(fd, IDS - sizeof count, count, sizeof count, err);
    if (there <= 0)
        return there;
    out->count = sl_be32(count);
    if (out->size < IDS + out->count * PER_OBJECT + CHECKSUMS)
        return 0;
    return sl_read_at(fd, out->size - CHECKSUMS, out->checksum, sizeof out->checksum, err);
}

/* The ids that begin like this one: [*low, *high). */
static int read_range(const struct sl_pack_index *index, unsigned first, uint64_t *low, uint64_t *high,
                      struct sl_err *err)
{
    unsigned char two[8] = {0};
    bool is_first = first == 0;
    int there = sl_read_at(index->fd, FANOUT + (is_first ? 0 : (first - 1) * UINT64_C(4)),
                           is_first ? two + 4 : two, is_first ? 4 : 8, err);
    *low = sl_be32(two);
    *high = sl_be32(two + 4);
    return there <= 0 ? there : *low <= *high && *high <= index->count;
}

static int find_number(const struct sl_pack_index *index, const struct sl_blob_id *id, uint64_t *number,
                       struct sl_err *err)
{
    uint64_t low, high;
    int there = read_range(index, id->bytes[0], &low, &high, err);
    while (there > 0 && low < high) {
        unsigned char found[SL_SHA1_BYTES];
        *number = low + (high - low) / 2;
        there = sl_read_at(index->fd, IDS + *number * SL_SHA1_BYTES, found, sizeof found, err);
        int order = there > 0 ? memcmp(found, id->bytes, sizeof found) : 0;
        if (there > 0 && order == 0)
            return 1;
        if (order < 0)
            low = *number + 1;
        else
            high = *number;
    }
    return there < 0 ? -1 : 0;
}

int sl_pack_index_find(const struct sl_pack_index *index, const struct sl_blob_id *id, uint64_t *offset,
                       struct sl_err *err)
{
    uint64_t number;
    int there = find_number(index, id, &number, err);
    if (there <= 0)
        return there;
    unsigned char bytes[8];
    uint64_t offsets = IDS + index->count * (SL_SHA1_BYTES + UINT64_C(4));
    there = sl_read_at(index->fd, offsets + number * 4, bytes, 4, err);
    if (there <= 0)
        return there;
    uint32_t small = sl_be32(bytes);
    *offset = small;
    if (!(small & LARGE_OFFSET))
        return 1;
    uint64_t at = offsets + index->count * 4 + (uint64_t)(small & ~LARGE_OFFSET) * 8;
    if (at + 8 > index->size - CHECKSUMS)
        return 0;
    there = sl_read_at(index->fd, at, bytes, 8, err);
    *offset = (uint64_t)sl_be32(bytes) << 32 | sl_be32(bytes + 4);
    return there;
}
