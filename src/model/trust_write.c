#include "crypto/digest.h"
#include "trust_check.h"

#include <sealift/json.h>

static const char *hex_of(char out[SL_SHA256_HEX + 1], const unsigned char sha256[32])
{
    struct sl_digest digest;
    memcpy(digest.bytes, sha256, sizeof digest.bytes);
    return sl_digest_hex(out, &digest);
}

static void write_keys(struct sl_json *json, const struct sl_trust *trust)
{
    sl_json_key(json, "keys");
    sl_json_map(json);
    for (size_t i = 0; i < trust->key_count; i++) {
        char name[SL_SHA256_HEX + 1];
        char line[SL_PUBLIC_KEY_LINE + 1];
        sl_json_key_text(json, hex_of(name, trust->keys[i].sha256),
                         sl_str_from(sl_public_key_line(line, &trust->keys[i].key)));
    }
    sl_json_end(json);
}

static void write_policy(struct sl_json *json, const struct sl_trust *trust)
{
    sl_json_key(json, "policy");
    sl_json_map(json);
    sl_json_key_text(json, "clock", trust->clock_refuses ? SL_STR("refuse") : SL_STR("warn"));
    sl_json_end(json);
}

static void write_revocations(struct sl_json *json, const struct sl_trust *trust)
{
    char hex[SL_SHA256_HEX + 1];
    sl_json_key(json, "revoked_bundles");
    sl_json_list(json);
    for (size_t i = 0; i < trust->revoked_bundle_count; i++)
        sl_json_text(json, sl_str_from(hex_of(hex, trust->revoked_bundles[i])));
    sl_json_end(json);
    sl_json_key(json, "revoked_keys");
    sl_json_list(json);
    for (size_t i = 0; i < trust->revoked_key_count; i++) {
        sl_json_map(json);
        sl_json_key_unsigned(json, "epoch", trust->revoked_keys[i].epoch);
        sl_json_key_text(json, "key", sl_str_from(hex_of(hex, trust->revoked_keys[i].sha256)));
        sl_json_key_unsigned(json, "void_after_sequence", trust->revoked_keys[i].void_after_sequence);
        sl_json_end(json);
    }
    sl_json_end(json);
}

static void write_role(struct sl_json *json, const struct sl_trust *trust, enum sl_trust_role role)
{
    sl_json_key(json, sl_trust_role_name(role));
    sl_json_map(json);
    sl_json_key(json, "keys");
    sl_json_list(json);
    for (size_t i = 0; i < trust->key_count; i++) {
        char name[SL_SHA256_HEX + 1];
        if (trust->keys[i].roles >> role & 1U)
            sl_json_text(json, sl_str_from(hex_of(name, trust->keys[i].sha256)));
    }
    sl_json_end(json);
    sl_json_key_unsigned(json, "threshold", trust->thresholds[role]);
    sl_json_end(json);
}

/* The order of the calls is the order of the bytes: keys ascend. */
int sl_trust_write(struct sl_buf *out, const struct sl_trust *trust, struct sl_err *err)
{
    if (sl_trust_check(trust, err) < 0)
        return -1;
    struct sl_json json;
    sl_json_begin(&json, out, SL_JSON_COMPACT);
    sl_json_map(&json);
    sl_json_key_text(&json, "customer", sl_str_from(trust->customer));
    sl_json_key_unsigned(&json, "epoch", trust->epoch);
    sl_json_key_unsigned(&json, "expires", (uint64_t)trust->expires);
    sl_json_key_unsigned(&json, "floor", trust->floor);
    sl_json_key_unsigned(&json, "issued", (uint64_t)trust->issued);
    write_keys(&json, trust);
    write_policy(&json, trust);
    write_revocations(&json, trust);
    sl_json_key(&json, "roles");
    sl_json_map(&json);
    for (int role = 0; role < SL_ROLE_COUNT; role++)
        write_role(&json, trust, (enum sl_trust_role)role);
    sl_json_end(&json);
    sl_json_key_unsigned(&json, "schema", SL_TRUST_SCHEMA);
    sl_json_key_unsigned(&json, "version", trust->version);
    sl_json_end(&json);
    return sl_json_close(&json, err);
}
