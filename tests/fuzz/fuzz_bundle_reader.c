/*
 * Any container, without gzip around it: refused, or every member was handed out as its manifest says. The
 * manifest in it is bound as it is, as `inspect` does, which knows no key; so this is the reader at its most
 * trusting. Each input is also run with the checksums of its headers put right, which no mutation would
 * guess.
 */
#include "fuzz.h"

#include "bundle/reader.h"
#include "crypto/digest.h"
#include <string.h>

static void read_files(struct sl_bundle_reader *reader, const struct sl_manifest *manifest)
{
    struct sl_err err = {0};
    const struct sl_manifest_file *file = NULL;
    size_t count = 0;
    int more;
    while ((more = sl_bundle_reader_next(reader, &file, &err)) > 0) {
        FUZZ_REQUIRE(file == &manifest->files[count]);
        struct sl_sha256 state;
        struct sl_digest digest;
        uint64_t size = 0;
        const void *bytes;
        ssize_t got;
        sl_sha256_init(&state);
        while ((got = sl_bundle_reader_read(reader, &bytes, &err)) > 0) {
            sl_sha256_update(&state, bytes, (size_t)got);
            size += (uint64_t)got;
        }
        if (got < 0)
            break;
        sl_sha256_final(&state, &digest);
        FUZZ_REQUIRE(size == file->size);
        FUZZ_REQUIRE(memcmp(digest.bytes, file->sha256, sizeof digest.bytes) == 0);
        count++;
    }
    FUZZ_REQUIRE(more != 0 || count == manifest->file_count);
    FUZZ_REQUIRE(more >= 0 || err.code == SL_E_REFUSED);
}

static void read_container(const uint8_t *data, size_t size)
{
    struct sl_err err = {0};
    struct sl_source *source = NULL;
    struct sl_bundle_reader *reader = NULL;
    struct sl_manifest *manifest = NULL;
    FUZZ_REQUIRE(sl_source_memory(&source, (struct sl_str){(const char *)data, size}, &err) == 0);
    if (sl_bundle_reader_open_container(&reader, source, &err) < 0) {
        FUZZ_REQUIRE(err.code == SL_E_REFUSED);
        return;
    }
    if (sl_manifest_read(&manifest, sl_bundle_reader_manifest(reader), &err) == 0 &&
        sl_bundle_reader_bind(reader, manifest, &err) == 0)
        read_files(reader, manifest);
    else
        FUZZ_REQUIRE(err.code == SL_E_REFUSED);
    sl_manifest_free(manifest);
    sl_bundle_reader_free(reader);
}

static void put_checksum(uint8_t *header)
{
    unsigned sum = 0;
    memset(header + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++)
        sum += header[i];
    for (size_t i = 0; i < 6; i++)
        header[148 + i] = (uint8_t)('0' + ((sum >> (3 * (5 - i))) & 7));
    header[154] = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_container(data, size);
    uint8_t *copy = malloc(size + 1);
    if (!copy)
        return 0;
    memcpy(copy, data, size);
    for (size_t at = 0; at + 512 <= size; at += 512) {
        if (memcmp(copy + at + 257, "ustar", 5) == 0)
            put_checksum(copy + at);
    }
    read_container(copy, size);
    free(copy);
    return 0;
}
