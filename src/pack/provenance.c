/*
 * Where a bundle comes from: an in-toto statement v1 with SLSA provenance v1.
 * Source: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, https://slsa.dev/spec/v1.0/provenance.
 */
#include "attest.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "crypto/dsse.h"
#include "sign/statement.h"
#include <sealift/json.h>
#include <sealift/provenance.h>

void attest_bundle_name(struct sl_buf *out, const struct sl_manifest *facts)
{
    sl_buf_printf(out, SL_FMT "-" SL_FMT "-%llu", SL_ARG(facts->customer), SL_ARG(facts->release),
                  (unsigned long long)facts->sequence);
}

static void write_digest(struct sl_json *json, const char *algorithm, struct sl_str hex)
{
    sl_json_key(json, "digest");
    sl_json_map(json);
    sl_json_key_text(json, algorithm, hex);
    sl_json_end(json);
}

static void write_sha256(struct sl_json *json, const struct sl_digest *digest)
{
    char hex[SL_SHA256_HEX + 1];
    write_digest(json, "sha256", sl_str_from(sl_digest_hex(hex, digest)));
}

static void write_parameters(struct sl_json *json, const struct attest *attest)
{
    const struct sl_manifest *manifest = sl_plan_manifest(attest->plan);
    sl_json_key(json, "externalParameters");
    sl_json_map(json);
    sl_json_key_text(json, "customer", manifest->customer);
    sl_json_key_text(json, "environment", manifest->environment);
    sl_json_key_text(json, "helm_compat", sl_str_from(attest->helm_compat));
    sl_json_key_text(json, "release", manifest->release);
    sl_json_key_unsigned(json, "sequence", manifest->sequence);
    sl_json_end(json);
}

static void write_source(struct sl_json *json, const struct sl_manifest *manifest)
{
    if (manifest->source_commit.len == 0)
        return;
    sl_json_map(json);
    if (manifest->source_dirty) {
        sl_json_key(json, "annotations");
        sl_json_map(json);
        sl_json_key_bool(json, "dirty", true);
        sl_json_end(json);
    }
    write_digest(json, "gitCommit", manifest->source_commit);
    sl_json_key_text(json, "name", SL_STR("source"));
    sl_json_end(json);
}

static void write_charts(struct sl_json *json, const struct inventory *inventory, struct sl_buf *room)
{
    for (size_t i = 0; i < inventory->chart_count; i++) {
        const struct inventory_chart *chart = &inventory->charts[i];
        sl_json_map(json);
        if (chart->carried)
            write_sha256(json, &chart->digest);
        attest_clear(room);
        inventory_chart_purl(room, chart);
        sl_json_key_text(json, "uri", sl_buf_view(room));
        sl_json_end(json);
    }
}

static void write_images(struct sl_json *json, const struct inventory *inventory, struct sl_buf *room)
{
    for (size_t i = 0; i < inventory->image_count; i++) {
        const struct inventory_image *image = &inventory->images[i];
        struct sl_str sha256 = inventory_image_sha256(image);
        sl_json_map(json);
        if (sha256.len)
            write_digest(json, "sha256", sha256);
        attest_clear(room);
        inventory_image_purl(room, image);
        sl_json_key_text(json, "uri", sl_buf_view(room));
        sl_json_end(json);
    }
}

static void write_definition(struct sl_json *json, const struct attest *attest, struct sl_buf *room)
{
    sl_json_key(json, "buildDefinition");
    sl_json_map(json);
    sl_json_key_text(json, "buildType", SL_STR(SL_SLSA_BUILD_TYPE));
    write_parameters(json, attest);
    sl_json_key(json, "internalParameters");
    sl_json_map(json);
    sl_json_end(json);
    sl_json_key(json, "resolvedDependencies");
    sl_json_list(json);
    write_source(json, sl_plan_manifest(attest->plan));
    write_charts(json, &attest->inventory, room);
    write_images(json, &attest->inventory, room);
    sl_json_end(json);
    sl_json_end(json);
}

/* No times: when somebody ran the build is not known to be true, and would make every bundle another one. */
static void write_details(struct sl_json *json, const struct attest *attest, struct sl_buf *room)
{
    const struct sl_manifest *manifest = sl_plan_manifest(attest->plan);
    sl_json_key(json, "runDetails");
    sl_json_map(json);
    sl_json_key(json, "builder");
    sl_json_map(json);
    sl_json_key_text(json, "id", sl_str_from(attest->builder ? attest->builder : SL_SLSA_BUILDER));
    sl_json_key(json, "version");
    sl_json_map(json);
    sl_json_key_text(json, "sealift", manifest->tool_version);
    sl_json_end(json);
    sl_json_end(json);
    sl_json_key(json, "metadata");
    sl_json_map(json);
    attest_clear(room);
    attest_bundle_name(room, manifest);
    sl_json_key_text(json, "invocationId", sl_buf_view(room));
    sl_json_end(json);
    sl_json_end(json);
}

static void write_subjects(struct sl_json *json, const struct attest *attest)
{
    struct sl_plan_member file;
    sl_json_key(json, "subject");
    sl_json_list(json);
    for (size_t place = 0; attest_next_file(&file, attest, true, &place);) {
        sl_json_map(json);
        write_sha256(json, &file.digest);
        sl_json_key_text(json, "name", file.path);
        sl_json_end(json);
    }
    sl_json_end(json);
}

static int write_statement(const void *context, struct sl_buf *out, struct sl_err *err)
{
    const struct attest *attest = context;
    SL_CLEANUP(sl_buf_release) struct sl_buf room;
    struct sl_json json;
    sl_buf_init(&room, 4 * SL_KIB);
    sl_json_begin(&json, out, SL_JSON_COMPACT);
    sl_json_map(&json);
    sl_json_key_text(&json, "_type", SL_STR(SL_INTOTO_STATEMENT_TYPE));
    sl_json_key(&json, "predicate");
    sl_json_map(&json);
    write_definition(&json, attest, &room);
    write_details(&json, attest, &room);
    sl_json_end(&json);
    sl_json_key_text(&json, "predicateType", SL_STR(SL_SLSA_PREDICATE_TYPE));
    write_subjects(&json, attest);
    sl_json_end(&json);
    if (sl_buf_check(&room, SL_PROVENANCE_NAME, err) < 0)
        return -1;
    return sl_json_close(&json, err);
}

int provenance_write(const void *context, struct sl_buf *out, struct sl_err *err)
{
    const struct attest *attest = context;
    const struct sl_maker statement = {write_statement, attest};
    struct sl_str type = SL_STR(SL_INTOTO_PAYLOAD_TYPE);
    if (!attest->key)
        return write_statement(attest, out, err);
    if (!attest->signature->made &&
        sl_dsse_sign(attest->signature->bytes, attest->key, type, &statement, err) < 0)
        return -1;
    attest->signature->made = true;
    return sl_dsse_write(out, attest->key, attest->signature->bytes, type, &statement, err);
}
