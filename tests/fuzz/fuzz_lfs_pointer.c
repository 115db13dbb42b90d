/*
 * Git LFS pointers: what is taken for one is written again from what was read, and that is read the same.
 */
#include "fuzz.h"

#include "base/limits.h"
#include "tree/tree.h"

#include <inttypes.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sl_str bytes = {(const char *)data, size};
    struct sl_lfs_pointer pointer;
    if (!sl_tree_read_lfs_pointer(bytes, &pointer))
        return 0;
    FUZZ_REQUIRE(size <= SL_LFS_POINTER_MAX && sl_tree_is_lfs_pointer(bytes));

    struct sl_lfs_pointer again;
    char text[256];
    char digest[SL_SHA256_HEX + 1];
    int len = snprintf(text, sizeof text,
                       "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %" PRIu64 "\n",
                       sl_digest_hex(digest, &pointer.sha256), pointer.size);
    FUZZ_REQUIRE(len > 0 && sl_tree_read_lfs_pointer((struct sl_str){text, (size_t)len}, &again));
    FUZZ_REQUIRE(again.size == pointer.size && sl_digest_equal(&again.sha256, &pointer.sha256));
    return 0;
}
