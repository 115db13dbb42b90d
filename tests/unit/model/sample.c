#include "sample.h"

#include "base/limits.h"
#include "crypto/digest.h"
#include "model/sums.h"
#include <criterion/criterion.h>
#include <stdio.h>

void sample_settle(struct sample *sample)
{
    struct sl_manifest *manifest = &sample->manifest;
    struct sl_buf sums;
    sl_buf_init(&sums, SL_MIB);
    manifest->total_bytes = 0;
    for (size_t i = 1; i < manifest->file_count; i++) {
        sl_sums_line(&sums, &manifest->files[i]);
        manifest->total_bytes += manifest->files[i].size;
    }
    struct sl_digest digest;
    sl_sha256(&digest, sums.ptr, sums.len);
    memcpy(manifest->files[0].sha256, digest.bytes, sizeof digest.bytes);
    manifest->files[0].size = sums.len;
    manifest->total_bytes += sums.len;
    sl_buf_release(&sums);
}

void sample_init(struct sample *sample)
{
    static const char *const paths[SAMPLE_FILES] = {SL_SUMS_NAME,
                                                    ("docs/gr\xc3\xbc\xc3\x9f"
                                                     "e.md"),
                                                    "manifests/app.yaml", "tools/run"};
    *sample = (struct sample){.manifest = {
                                  .bundle = SL_STR("customer-a-v1.0-17"),
                                  .customer = SL_STR("customer-a"),
                                  .release = SL_STR("v1.0"),
                                  .environment = SL_STR("production"),
                                  .epoch = 0,
                                  .sequence = 17,
                                  .floor = 3,
                                  .upgrade_from_count = 2,
                                  .source_kind = SL_STR("git"),
                                  .source_commit = SL_STR("0123456789abcdef0123456789abcdef01234567"),
                                  .tool_version = SL_STR("0.1.0"),
                                  .mtime = 1700000000,
                                  .file_count = SAMPLE_FILES,
                              }};
    sample->upgrade_from[0] = SL_STR("v0.8");
    sample->upgrade_from[1] = SL_STR("v0.9");
    sample->manifest.upgrade_from = sample->upgrade_from;
    sample->manifest.files = sample->files;
    for (size_t i = 0; i < SAMPLE_FILES; i++) {
        struct sl_digest digest;
        sl_sha256(&digest, paths[i], strlen(paths[i]));
        sample->files[i] = (struct sl_manifest_file){.path = sl_str_from(paths[i]), .size = 100 * i};
        memcpy(sample->files[i].sha256, digest.bytes, sizeof digest.bytes);
    }
    sample->files[3].executable = true;
    sample_settle(sample);
}
