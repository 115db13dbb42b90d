#include "model/trust_name.h"

#include "base/limits.h"

#include <stdio.h>

bool sl_is_key_id(struct sl_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char digit = text.ptr[i];
        if (!(digit >= '0' && digit <= '9') && !(digit >= 'A' && digit <= 'F'))
            return false;
    }
    return text.len == SL_KEY_ID_HEX;
}

/* Digits at the beginning as a number without leading zeros; how many, or 0. */
static size_t parse_version(uint64_t *out, struct sl_str text)
{
    uint64_t version = 0;
    size_t len = 0;
    for (; len < text.len && text.ptr[len] >= '0' && text.ptr[len] <= '9' && version <= SL_INTEGER_MAX; len++)
        version = version * 10 + (uint64_t)(text.ptr[len] - '0');
    *out = version;
    return len > 0 && text.ptr[0] != '0' && version <= SL_INTEGER_MAX ? len : 0;
}

bool sl_trust_name_parse(struct sl_trust_name *out, struct sl_str name)
{
    static const struct sl_str json = SL_STR_INIT(".json");
    static const struct sl_str minisig = SL_STR_INIT(".minisig");
    *out = (struct sl_trust_name){0};
    size_t digits = parse_version(&out->version, name);
    struct sl_str rest = sl_str_slice(name, digits, name.len);
    if (digits == 0 || !sl_str_starts_with(rest, json))
        return false;
    rest = sl_str_slice(rest, json.len, rest.len);
    if (rest.len == 0)
        return true;
    struct sl_str id = sl_str_slice(rest, 1, 1 + SL_KEY_ID_HEX);
    if (rest.ptr[0] != '.' || !sl_is_key_id(id) ||
        !sl_str_equal(sl_str_slice(rest, 1 + SL_KEY_ID_HEX, rest.len), minisig))
        return false;
    memcpy(out->key_id, id.ptr, id.len);
    return true;
}

const char *sl_trust_name_text(char out[SL_TRUST_NAME_MAX], const struct sl_trust_name *name)
{
    bool is_signature = name->key_id[0] != '\0';
    (void)snprintf(out, SL_TRUST_NAME_MAX, "%llu.json%s%s%s", (unsigned long long)name->version,
                   is_signature ? "." : "", name->key_id, is_signature ? ".minisig" : "");
    return out;
}
