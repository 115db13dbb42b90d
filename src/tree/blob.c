#include "tree/tree.h"

#include <stdio.h>
#include <string.h>

void sl_blob_hash_init(struct sl_sha1 *state, uint64_t size)
{
    char header[32];
    int length = snprintf(header, sizeof header, "blob %llu", (unsigned long long)size);
    sl_sha1_init(state);
    sl_sha1_update(state, header, (size_t)length + 1); /* its NUL too */
}

void sl_blob_hash_final(struct sl_sha1 *state, struct sl_blob_id *out)
{
    sl_sha1_final(state, out->bytes);
}

bool sl_blob_id_equal(const struct sl_blob_id *a, const struct sl_blob_id *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}
