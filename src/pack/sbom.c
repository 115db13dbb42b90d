/*
 * CycloneDX 1.6. Source: https://cyclonedx.org/docs/1.6/json/. Keys ascend, as lists do, so that two documents can be
 * compared by their lines.
 */
#include "attest.h"

#include "base/limits.h"
#include <sealift/json.h>
#include <sealift/provenance.h>
#include <sealift/text.h>
#include <stdio.h>

struct sbom {
    struct sl_json json;
    const struct attest *attest;
    const struct inventory *inventory;
    const struct sl_manifest *facts;
    struct sl_buf ref;  /* of the bundle */
    struct sl_buf room; /* for one text */
};

static struct sl_str text_of(struct sbom *sbom, const char *prefix, struct sl_str text)
{
    attest_clear(&sbom->room);
    sl_buf_text(&sbom->room, prefix);
    sl_buf_str(&sbom->room, text);
    return sl_buf_view(&sbom->room);
}

static void hashes(struct sl_json *json, struct sl_str sha256)
{
    sl_json_key(json, "hashes");
    sl_json_list(json);
    sl_json_map(json);
    sl_json_key_text(json, "alg", SL_STR("SHA-256"));
    sl_json_key_text(json, "content", sha256);
    sl_json_end(json);
    sl_json_end(json);
}

static void property(struct sl_json *json, const char *name, struct sl_str value)
{
    sl_json_map(json);
    sl_json_key_text(json, "name", sl_str_from(name));
    sl_json_key_text(json, "value", value);
    sl_json_end(json);
}

/* -- components -- */

static void write_chart(struct sbom *sbom, const struct inventory_chart *chart)
{
    struct sl_json *json = &sbom->json;
    char hex[SL_SHA256_HEX + 1];
    sl_json_map(json);
    sl_json_key_text(json, "bom-ref", chart->ref);
    if (chart->carried)
        hashes(json, sl_str_from(sl_digest_hex(hex, &chart->digest)));
    sl_json_key_text(json, "name", chart->name);
    if (chart->carried) {
        sl_json_key(json, "properties");
        sl_json_list(json);
        property(json, "sealift:file", chart->file);
        sl_json_end(json);
    }
    attest_clear(&sbom->room);
    inventory_chart_purl(&sbom->room, chart);
    sl_json_key_text(json, "purl", sl_buf_view(&sbom->room));
    sl_json_key_text(json, "type", SL_STR("application"));
    if (chart->version.len)
        sl_json_key_text(json, "version", chart->version);
    sl_json_end(json);
}

static void write_image(struct sbom *sbom, const struct inventory_image *image)
{
    struct sl_json *json = &sbom->json;
    struct sl_str sha256 = inventory_image_sha256(image);
    sl_json_map(json);
    sl_json_key_text(json, "bom-ref", image->ref);
    if (sha256.len)
        hashes(json, sha256);
    sl_json_key_text(json, "name", image->name);
    sl_json_key(json, "properties");
    sl_json_list(json);
    property(json, "sealift:carried", image->carried ? SL_STR("true") : SL_STR("false"));
    sl_json_end(json);
    attest_clear(&sbom->room);
    inventory_image_purl(&sbom->room, image);
    sl_json_key_text(json, "purl", sl_buf_view(&sbom->room));
    sl_json_key_text(json, "type", SL_STR("container"));
    if (image->tag.len || image->digest.len)
        sl_json_key_text(json, "version", image->tag.len ? image->tag : image->digest);
    sl_json_end(json);
}

static void write_file(struct sbom *sbom, const struct sl_plan_member *file)
{
    struct sl_json *json = &sbom->json;
    char hex[SL_SHA256_HEX + 1];
    sl_json_map(json);
    sl_json_key_text(json, "bom-ref", text_of(sbom, "file:", file->path));
    hashes(json, sl_str_from(sl_digest_hex(hex, &file->digest)));
    sl_json_key_text(json, "name", file->path);
    sl_json_key_text(json, "type", SL_STR("file"));
    sl_json_end(json);
}

/* Ascending by bom-ref: chart:, file:, image:. */
static void write_components(struct sbom *sbom)
{
    const struct inventory *inventory = sbom->inventory;
    sl_json_key(&sbom->json, "components");
    sl_json_list(&sbom->json);
    for (size_t i = 0; i < inventory->chart_count; i++)
        write_chart(sbom, &inventory->charts[i]);
    struct sl_plan_member file;
    for (size_t place = 0; attest_next_file(&file, sbom->attest, false, &place);)
        write_file(sbom, &file);
    for (size_t i = 0; i < inventory->image_count; i++)
        write_image(sbom, &inventory->images[i]);
    sl_json_end(&sbom->json);
}

/* The bundle's files are all listed; what runs at a site in the end is not all known here. */
static void write_compositions(struct sbom *sbom)
{
    struct sl_json *json = &sbom->json;
    sl_json_key(json, "compositions");
    sl_json_list(json);
    sl_json_map(json);
    sl_json_key_text(json, "aggregate", SL_STR("complete"));
    sl_json_key(json, "assemblies");
    sl_json_list(json);
    sl_json_text(json, sl_buf_view(&sbom->ref));
    sl_json_end(json);
    sl_json_end(json);
    sl_json_map(json);
    sl_json_key_text(json, "aggregate", SL_STR("incomplete"));
    sl_json_key(json, "dependencies");
    sl_json_list(json);
    sl_json_text(json, sl_buf_view(&sbom->ref));
    for (size_t i = 0; i < sbom->inventory->chart_count; i++)
        sl_json_text(json, sbom->inventory->charts[i].ref);
    sl_json_end(json);
    sl_json_end(json);
    sl_json_end(json);
}

/* -- dependencies -- */

/* `from` is empty for the bundle, as in the edges. */
static void write_dependency(struct sbom *sbom, struct sl_str from)
{
    struct sl_json *json = &sbom->json;
    const struct inventory *inventory = sbom->inventory;
    bool any = false;
    sl_json_map(json);
    for (size_t i = 0; i < inventory->edge_count; i++) {
        if (!sl_str_equal(inventory->edges[i].from, from))
            continue;
        if (!any) {
            sl_json_key(json, "dependsOn");
            sl_json_list(json);
        }
        any = true;
        sl_json_text(json, inventory->edges[i].to);
    }
    if (any)
        sl_json_end(json);
    sl_json_key_text(json, "ref", from.len ? from : sl_buf_view(&sbom->ref));
    sl_json_end(json);
}

static void write_dependencies(struct sbom *sbom)
{
    const struct inventory *inventory = sbom->inventory;
    sl_json_key(&sbom->json, "dependencies");
    sl_json_list(&sbom->json);
    write_dependency(sbom, (struct sl_str){NULL, 0});
    for (size_t i = 0; i < inventory->chart_count; i++)
        write_dependency(sbom, inventory->charts[i].ref);
    for (size_t i = 0; i < inventory->image_count; i++) {
        sl_json_map(&sbom->json);
        sl_json_key_text(&sbom->json, "ref", inventory->images[i].ref);
        sl_json_end(&sbom->json);
    }
    sl_json_end(&sbom->json);
}

/* -- the bundle -- */

static void write_root(struct sbom *sbom)
{
    struct sl_json *json = &sbom->json;
    const struct sl_manifest *facts = sbom->facts;
    char sequence[32];
    (void)snprintf(sequence, sizeof sequence, "%llu", (unsigned long long)facts->sequence);
    sl_json_key(json, "component");
    sl_json_map(json);
    sl_json_key_text(json, "bom-ref", sl_buf_view(&sbom->ref));
    attest_clear(&sbom->room);
    attest_bundle_name(&sbom->room, facts);
    sl_json_key_text(json, "name", sl_buf_view(&sbom->room));
    if (facts->source_commit.len) {
        sl_json_key(json, "pedigree");
        sl_json_map(json);
        sl_json_key(json, "commits");
        sl_json_list(json);
        sl_json_map(json);
        sl_json_key_text(json, "uid", facts->source_commit);
        sl_json_end(json);
        sl_json_end(json);
        if (facts->source_dirty)
            sl_json_key_text(json, "notes", SL_STR("packed with changes that are not in the commit"));
        sl_json_end(json);
    }
    sl_json_key(json, "properties");
    sl_json_list(json);
    property(json, "sealift:customer", facts->customer);
    property(json, "sealift:environment", facts->environment);
    property(json, "sealift:release", facts->release);
    property(json, "sealift:sequence", sl_str_from(sequence));
    sl_json_end(json);
    sl_json_key_text(json, "type", SL_STR("application"));
    sl_json_key_text(json, "version", facts->release);
    sl_json_end(json);
}

static void write_metadata(struct sbom *sbom)
{
    struct sl_json *json = &sbom->json;
    char when[24];
    sl_json_key(json, "metadata");
    sl_json_map(json);
    write_root(sbom);
    sl_json_key_text(json, "timestamp", sl_str_from(sl_time_text(when, sbom->facts->mtime)));
    sl_json_key(json, "tools");
    sl_json_map(json);
    sl_json_key(json, "components");
    sl_json_list(json);
    sl_json_map(json);
    sl_json_key_text(json, "name", SL_STR("sealift"));
    sl_json_key_text(json, "type", SL_STR("application"));
    sl_json_key_text(json, "version", sbom->facts->tool_version);
    sl_json_end(json);
    sl_json_end(json);
    sl_json_end(json);
    sl_json_end(json);
}

/*
 * RFC 9562, version 8 (a UUID of one's own making): the first bits of a SHA-256 over what tells one delivery from
 * another. Files come with their digests, and charts and images follow from them.
 */
static void write_serial_number(struct sbom *sbom)
{
    struct sl_sha256 state;
    struct sl_digest digest;
    const struct sl_str parts[] = {sl_buf_view(&sbom->ref), sbom->facts->environment,
                                   sbom->facts->source_commit, sbom->facts->tool_version};
    sl_sha256_init(&state);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        sl_sha256_update(&state, parts[i].ptr, parts[i].len);
        sl_sha256_update(&state, "\n", 1);
    }
    struct sl_plan_member file;
    for (size_t place = 0; attest_next_file(&file, sbom->attest, false, &place);) {
        sl_sha256_update(&state, file.digest.bytes, sizeof file.digest.bytes);
        sl_sha256_update(&state, file.path.ptr, file.path.len);
        sl_sha256_update(&state, "\n", 1);
    }
    sl_sha256_final(&state, &digest);
    digest.bytes[6] = (unsigned char)((digest.bytes[6] & 0x0f) | 0x80);
    digest.bytes[8] = (unsigned char)((digest.bytes[8] & 0x3f) | 0x80);
    char hex[SL_SHA256_HEX + 1];
    char uuid[64];
    (void)sl_digest_hex(hex, &digest);
    (void)snprintf(uuid, sizeof uuid, "urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
                   hex + 20);
    sl_json_key_text(&sbom->json, "serialNumber", sl_str_from(uuid));
}

static void write_document(struct sbom *sbom)
{
    struct sl_json *json = &sbom->json;
    sl_json_map(json);
    sl_json_key_text(json, "$schema", SL_STR("http://cyclonedx.org/schema/bom-1.6.schema.json"));
    sl_json_key_text(json, "bomFormat", SL_STR("CycloneDX"));
    write_components(sbom);
    write_compositions(sbom);
    write_dependencies(sbom);
    write_metadata(sbom);
    write_serial_number(sbom);
    sl_json_key_text(json, "specVersion", SL_STR("1.6"));
    sl_json_key_unsigned(json, "version", 1);
    sl_json_end(json);
}

int sbom_write(const void *context, struct sl_buf *out, struct sl_err *err)
{
    const struct attest *attest = context;
    const struct sl_manifest *facts = sl_plan_manifest(attest->plan);
    struct sbom sbom = {.attest = attest, .inventory = &attest->inventory, .facts = facts};
    sl_buf_init(&sbom.ref, SL_KIB);
    sl_buf_init(&sbom.room, 4 * SL_KIB);
    sl_buf_text(&sbom.ref, "bundle:");
    attest_bundle_name(&sbom.ref, facts);
    sl_json_begin(&sbom.json, out, SL_JSON_INDENTED);
    write_document(&sbom);
    int result = sl_buf_check(&sbom.ref, SL_SBOM_NAME, err);
    if (result == 0)
        result = sl_buf_check(&sbom.room, SL_SBOM_NAME, err);
    sl_buf_release(&sbom.ref);
    sl_buf_release(&sbom.room);
    return result < 0 ? -1 : sl_json_close(&sbom.json, err);
}
