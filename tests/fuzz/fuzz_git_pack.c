/*
 * The reader of git's packs: two bytes for the length of the index, 20 for the id, the index, the pack.
 */
#include "fuzz.h"

#include "git_delta.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HEAD = 2 + SL_SHA1_BYTES, BASE_BYTES = 1000 };

static int file_of(const uint8_t *bytes, size_t len)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    FUZZ_REQUIRE(fd >= 0);
    FUZZ_REQUIRE(write(fd, bytes, len) == (ssize_t)len);
    return fd;
}

static void drain(int pack, const struct sl_pack_blob *blob)
{
    struct sl_err err = {0};
    struct sl_source *source = NULL;
    const void *bytes;
    ssize_t got;
    int own = dup(pack);
    FUZZ_REQUIRE(own >= 0);
    FUZZ_REQUIRE(sl_pack_blob_source(&source, own, blob, SL_STR("name"), &err) == 0);
    while ((got = sl_source_borrow(source, &bytes, SIZE_MAX, &err)) > 0)
        FUZZ_REQUIRE(source->position <= blob->size);
    FUZZ_REQUIRE(got == 0 ? source->position == blob->size : err.code == SL_E_INPUT && err.message[0]);
    sl_source_free(source);
}

/* The same bytes as instructions, on a base of the size that they want. */
static void apply(int pack, const struct sl_pack_blob *blob)
{
    struct sl_err err = {0};
    struct sl_source *instructions = NULL;
    struct sl_source *source = NULL;
    uint64_t size;
    const void *bytes;
    ssize_t got;
    int own = dup(pack);
    int base = file_of((const uint8_t *)"", 0);
    FUZZ_REQUIRE(own >= 0 && ftruncate(base, BASE_BYTES) == 0);
    FUZZ_REQUIRE(sl_pack_blob_source(&instructions, own, blob, SL_STR("name"), &err) == 0);
    if (sl_delta_source(&source, &size, instructions, (struct sl_delta_base){base, BASE_BYTES}, "name",
                        &err) < 0) {
        FUZZ_REQUIRE(err.code == SL_E_INPUT);
        return;
    }
    while ((got = sl_source_borrow(source, &bytes, SIZE_MAX, &err)) > 0 && source->position < (1 << 20))
        FUZZ_REQUIRE(source->position <= size);
    FUZZ_REQUIRE(got != 0 || source->position == size);
    sl_source_free(source);
}

/* A difference in the pack is made as far as it goes. */
static void follow(int pack, const struct sl_pack_index *index, const struct sl_pack_blob *blob)
{
    struct sl_err err = {0};
    struct sl_source *source = NULL;
    const struct sl_pack_delta delta = {.fd = pack, .checksum = index->checksum, .blob = *blob};
    if (sl_pack_delta_source(&source, &delta, blob->size, SL_STR("name"), &err) > 0)
        sl_source_free(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD)
        return 0;
    size_t index_len = (size_t)data[0] | (size_t)data[1] << 8;
    if (index_len > size - HEAD)
        index_len = size - HEAD;
    struct sl_blob_id id;
    memcpy(id.bytes, data + 2, sizeof id.bytes);
    int index_fd = file_of(data + HEAD, index_len);
    int pack_fd = file_of(data + HEAD + index_len, size - HEAD - index_len);

    struct sl_err err = {0};
    struct sl_pack_index index;
    struct sl_pack_blob blob;
    uint64_t offset = 12; /* where the first object begins, for packs without an index that has it */
    int found = sl_pack_index_open(&index, index_fd, &err);
    if (found > 0 && sl_pack_index_find(&index, &id, &offset, &err) == 0)
        offset = 12;
    if (found > 0)
        found = sl_pack_blob_find(&blob, pack_fd, index.checksum, offset, &err);
    FUZZ_REQUIRE(found >= 0);
    if (found > 0) {
        FUZZ_REQUIRE(blob.begin < blob.end && blob.end <= size);
        FUZZ_REQUIRE(blob.base < blob.begin);
        drain(pack_fd, &blob);
        apply(pack_fd, &blob);
        if (blob.base)
            follow(pack_fd, &index, &blob);
    }
    (void)close(index_fd);
    (void)close(pack_fd);
    return 0;
}
