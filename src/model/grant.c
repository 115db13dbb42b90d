#include <sealift/grant_file.h>

#include "base/limits.h"
#include "canon.h"
#include "crypto/digest.h"
#include "model/name.h"

#include <sealift/json.h>

struct reading {
    struct sl_grant grant;
    struct sl_str customer;
    uint64_t schema;
};

static int check(const struct sl_grant *grant, struct sl_err *err)
{
    if (sl_label_check("customer", sl_str_from(grant->customer), err) < 0)
        return -1;
    return grant->expires < 0 ? sl_fail(err, SL_E_USAGE, "expires is before 1970") : 0;
}

int sl_grant_write(struct sl_buf *out, const struct sl_grant *grant, struct sl_err *err)
{
    if (check(grant, err) < 0)
        return -1;
    struct sl_json json;
    sl_json_begin(&json, out, SL_JSON_COMPACT);
    sl_json_map(&json);
    sl_json_key_text(&json, "customer", sl_str_from(grant->customer));
    sl_json_key(&json, "expires");
    sl_json_integer(&json, grant->expires);
    sl_json_key_hex(&json, "manifest_sha256", grant->manifest_sha256, sizeof grant->manifest_sha256);
    sl_json_key_hex(&json, "nonce", grant->nonce, sizeof grant->nonce);
    sl_json_key_unsigned(&json, "schema", SL_GRANT_SCHEMA);
    sl_json_key_hex(&json, "site", grant->site, sizeof grant->site);
    sl_json_end(&json);
    return sl_json_close(&json, err);
}

int sl_grant_read(struct sl_grant *out, struct sl_str json, const char *name, struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"customer", SL_CANON_WORD, offsetof(struct reading, customer), NULL},
        {"expires", SL_CANON_TIME, offsetof(struct reading, grant.expires), NULL},
        {"manifest_sha256", SL_CANON_SHA256, offsetof(struct reading, grant.manifest_sha256), NULL},
        {"nonce", SL_CANON_SHA256, offsetof(struct reading, grant.nonce), NULL},
        {"schema", SL_CANON_COUNT, offsetof(struct reading, schema), NULL},
        {"site", SL_CANON_SHA256, offsetof(struct reading, grant.site), NULL},
    };
    struct reading reading = {0};
    struct sl_canon canon;
    sl_canon_open(&canon, json, name, NULL);
    if (sl_canon_fields(&canon, fields, sizeof fields / sizeof fields[0], &reading, SL_CANON_REFUSE, err) <
            0 ||
        sl_canon_end(&canon, err) < 0)
        return sl_canon_blame_schema(json, name, SL_GRANT_SCHEMA, err);
    if (sl_canon_known(name, reading.schema, SL_GRANT_SCHEMA, err) < 0)
        return -1;
    if (reading.customer.len >= sizeof reading.grant.customer)
        return sl_fail(err, SL_E_REFUSED, "%s: customer is too long", name);
    memcpy(reading.grant.customer, reading.customer.ptr, reading.customer.len);
    if (check(&reading.grant, err) < 0) {
        err->code = SL_E_REFUSED;
        return sl_wrap(err, "%s", name);
    }
    *out = reading.grant;
    return 0;
}
