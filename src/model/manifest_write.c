#include "crypto/digest.h"
#include "model/manifest_text.h"

#include <sealift/json.h>

static void write_stops(struct sl_json *json, const struct sl_manifest *manifest)
{
    sl_json_key(json, "stops");
    sl_json_list(json);
    for (size_t i = 0; i < manifest->stop_count; i++) {
        sl_json_map(json);
        sl_json_key_text(json, "release", manifest->stops[i].release);
        sl_json_key_unsigned(json, "sequence", manifest->stops[i].sequence);
        sl_json_end(json);
    }
    sl_json_end(json);
}

/* What a reader that does not know it must not pass over. */
static void write_critical(struct sl_json *json, const struct sl_manifest *manifest)
{
    sl_json_key(json, "critical");
    sl_json_list(json);
    if (manifest->expires > 0)
        sl_json_text(json, SL_STR("expires"));
    if (sl_manifest_requires_receipt(manifest))
        sl_json_text(json, SL_STR("requires.receipt"));
    if (manifest->stop_count > 0)
        sl_json_text(json, SL_STR("requires.stops"));
    sl_json_end(json);
}

static void write_requires(struct sl_json *json, const struct sl_manifest *manifest)
{
    sl_json_key(json, "requires");
    sl_json_map(json);
    if (sl_manifest_requires_receipt(manifest))
        sl_json_key_hex(json, "receipt", manifest->requires_receipt, sizeof manifest->requires_receipt);
    if (manifest->stop_count > 0)
        write_stops(json, manifest);
    sl_json_key(json, "upgrade_from");
    sl_json_list(json);
    for (size_t i = 0; i < manifest->upgrade_from_count; i++)
        sl_json_text(json, manifest->upgrade_from[i]);
    sl_json_end(json);
    sl_json_end(json);
}

static void write_container(struct sl_json *json, const struct sl_manifest *manifest)
{
    sl_json_key(json, "container");
    sl_json_map(json);
    sl_json_key_text(json, "compression", SL_STR("gzip"));
    sl_json_key_text(json, "format", SL_STR("ustar"));
    sl_json_key_unsigned(json, "mtime", (uint64_t)manifest->mtime);
    sl_json_end(json);
}

static void write_source(struct sl_json *json, const struct sl_manifest *manifest)
{
    sl_json_key(json, "source");
    sl_json_map(json);
    sl_json_key_text(json, "commit", manifest->source_commit);
    sl_json_key_bool(json, "dirty", manifest->source_dirty);
    sl_json_key_text(json, "kind", manifest->source_kind);
    sl_json_end(json);
}

static void write_file(struct sl_json *json, const struct sl_manifest_file *file)
{
    struct sl_digest digest;
    char hex[SL_SHA256_HEX + 1];
    memcpy(digest.bytes, file->sha256, sizeof digest.bytes);
    sl_json_map(json);
    sl_json_key_text(json, "mode", file->executable ? SL_STR("0755") : SL_STR("0644"));
    sl_json_key_text(json, "path", file->path);
    sl_json_key_text(json, "sha256", sl_str_from(sl_digest_hex(hex, &digest)));
    sl_json_key_unsigned(json, "size", file->size);
    sl_json_key_text(json, "type", SL_STR("file"));
    sl_json_end(json);
}

static void write_files(struct sl_json *json, const struct sl_manifest *manifest)
{
    sl_json_key(json, "files");
    sl_json_list(json);
    for (size_t i = 0; i < manifest->file_count; i++)
        write_file(json, &manifest->files[i]);
    sl_json_end(json);
}

static void write_tool(struct sl_json *json, const struct sl_manifest *manifest)
{
    sl_json_key(json, "tool");
    sl_json_map(json);
    sl_json_key_text(json, "name", SL_STR("sealift"));
    sl_json_key_text(json, "version", manifest->tool_version);
    sl_json_end(json);
}

static void write_totals(struct sl_json *json, const struct sl_manifest *manifest)
{
    sl_json_key(json, "totals");
    sl_json_map(json);
    sl_json_key_unsigned(json, "bytes", manifest->total_bytes);
    sl_json_key_unsigned(json, "files", manifest->file_count);
    sl_json_end(json);
}

/* The order of the calls is the order of the bytes: keys ascend. */
int sl_manifest_text(struct sl_buf *out, const struct sl_manifest *manifest, struct sl_err *err)
{
    struct sl_json json;
    sl_json_begin(&json, out, SL_JSON_COMPACT);
    sl_json_map(&json);
    sl_json_key_text(&json, "bundle", manifest->bundle);
    write_container(&json, manifest);
    write_critical(&json, manifest);
    sl_json_key_text(&json, "customer", manifest->customer);
    sl_json_key_text(&json, "environment", manifest->environment);
    sl_json_key_unsigned(&json, "epoch", manifest->epoch);
    if (manifest->expires > 0)
        sl_json_key_unsigned(&json, "expires", (uint64_t)manifest->expires);
    write_files(&json, manifest);
    sl_json_key_unsigned(&json, "floor", manifest->floor);
    if (manifest->helm_compat.len > 0)
        sl_json_key_text(&json, "helm_compat", manifest->helm_compat);
    sl_json_key_text(&json, "release", manifest->release);
    write_requires(&json, manifest);
    sl_json_key_unsigned(&json, "schema", SL_MANIFEST_SCHEMA);
    sl_json_key_unsigned(&json, "sequence", manifest->sequence);
    write_source(&json, manifest);
    write_tool(&json, manifest);
    write_totals(&json, manifest);
    sl_json_end(&json);
    return sl_json_close(&json, err);
}

int sl_manifest_write(struct sl_buf *out, const struct sl_manifest *manifest, struct sl_err *err)
{
    return sl_manifest_check(manifest, err) < 0 ? -1 : sl_manifest_text(out, manifest, err);
}
