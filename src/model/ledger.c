#include "model/ledger.h"

#include "base/limits.h"
#include "canon.h"

#include <sealift/json.h>

/* The public struct comes first, as the field table counts from it. */
struct reading {
    struct sl_ledger ledger;
    uint64_t schema;
};

/* Keys ascending by bytes. */
static void write_members(struct sl_json *json, const struct sl_ledger *ledger)
{
    sl_json_key_unsigned(json, "counter", ledger->counter);
    sl_json_key_unsigned(json, "epoch", ledger->epoch);
    sl_json_key_unsigned(json, "floor", ledger->floor);
    sl_json_key(json, "grants");
    sl_json_list(json);
    for (size_t i = 0; i < ledger->grant_count; i++) {
        char hex[SL_SHA256_HEX + 1];
        sl_json_text(json, sl_str_from(sl_digest_hex(hex, &ledger->grants[i])));
    }
    sl_json_end(json);
    sl_json_key_hex(json, "highest", ledger->highest.bytes, sizeof ledger->highest.bytes);
    sl_json_key_unsigned(json, "highest_sequence", ledger->highest_sequence);
    sl_json_key_hex(json, "history", ledger->history.bytes, sizeof ledger->history.bytes);
    sl_json_key_unsigned(json, "history_lines", ledger->history_lines);
    sl_json_key(json, "proved_time");
    sl_json_integer(json, ledger->proved_time);
    sl_json_key_hex(json, "receipt", ledger->receipt.bytes, sizeof ledger->receipt.bytes);
    sl_json_key_unsigned(json, "receipts", ledger->receipts);
    sl_json_key_unsigned(json, "schema", SL_LEDGER_SCHEMA);
    sl_json_key_hex(json, "trust", ledger->trust.bytes, sizeof ledger->trust.bytes);
    sl_json_key_unsigned(json, "trust_epoch", ledger->trust_epoch);
    sl_json_key_unsigned(json, "trust_version", ledger->trust_version);
}

int sl_ledger_write(struct sl_buf *out, const struct sl_ledger *ledger, struct sl_err *err)
{
    if (ledger->grant_count > SL_LEDGER_GRANTS_MAX || ledger->proved_time < 0)
        return sl_fail(err, SL_E_INTERNAL,
                       "the ledger cannot be written: too many grants, or a time before 1970");
    size_t start = out->len;
    struct sl_json json;
    sl_json_begin(&json, out, SL_JSON_COMPACT);
    sl_json_map(&json);
    write_members(&json, ledger);
    sl_json_end(&json);
    if (sl_json_close(&json, err) < 0)
        return -1;
    char hex[SL_SHA256_HEX + 1];
    struct sl_digest sum;
    sl_sha256(&sum, out->ptr + start, out->len - start);
    sl_buf_byte(out, '\n');
    sl_buf_text(out, sl_digest_hex(hex, &sum));
    sl_buf_byte(out, '\n');
    return sl_buf_check(out, "the ledger", err);
}

static int read_grants(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct sl_ledger *ledger = &((struct reading *)into)->ledger;
    struct sl_canon_level level = {0};
    if (sl_canon_count(canon, &ledger->grant_count, SL_LEDGER_GRANTS_MAX, err) < 0 ||
        sl_canon_list(canon, &level, err) < 0)
        return -1;
    int more = 0;
    for (size_t i = 0; (more = sl_canon_item(canon, &level, err)) > 0; i++) {
        struct sl_str hex;
        if (sl_canon_text(canon, &hex, err) < 0)
            return -1;
        if (sl_digest_parse(&ledger->grants[i], hex, err) < 0)
            return sl_fail(err, SL_E_REFUSED, "%s: a grant is not called by its SHA-256", canon->name);
    }
    return more;
}

static int read_members(struct reading *reading, struct sl_str json, const char *name, struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"counter", SL_CANON_COUNT, offsetof(struct reading, ledger.counter), NULL},
        {"epoch", SL_CANON_COUNT, offsetof(struct reading, ledger.epoch), NULL},
        {"floor", SL_CANON_COUNT, offsetof(struct reading, ledger.floor), NULL},
        {"grants", SL_CANON_OTHER, 0, read_grants},
        {"highest", SL_CANON_SHA256, offsetof(struct reading, ledger.highest.bytes), NULL},
        {"highest_sequence", SL_CANON_COUNT, offsetof(struct reading, ledger.highest_sequence), NULL},
        {"history", SL_CANON_SHA256, offsetof(struct reading, ledger.history.bytes), NULL},
        {"history_lines", SL_CANON_COUNT, offsetof(struct reading, ledger.history_lines), NULL},
        {"proved_time", SL_CANON_TIME, offsetof(struct reading, ledger.proved_time), NULL},
        {"receipt", SL_CANON_SHA256, offsetof(struct reading, ledger.receipt.bytes), NULL},
        {"receipts", SL_CANON_COUNT, offsetof(struct reading, ledger.receipts), NULL},
        {"schema", SL_CANON_COUNT, offsetof(struct reading, schema), NULL},
        {"trust", SL_CANON_SHA256, offsetof(struct reading, ledger.trust.bytes), NULL},
        {"trust_epoch", SL_CANON_COUNT, offsetof(struct reading, ledger.trust_epoch), NULL},
        {"trust_version", SL_CANON_COUNT, offsetof(struct reading, ledger.trust_version), NULL},
    };
    struct sl_canon canon;
    sl_canon_open(&canon, json, name, NULL);
    if (sl_canon_fields(&canon, fields, sizeof fields / sizeof fields[0], reading, SL_CANON_REFUSE, err) <
            0 ||
        sl_canon_end(&canon, err) < 0)
        return sl_canon_blame_schema(json, name, SL_LEDGER_SCHEMA, err);
    if (sl_canon_known(name, reading->schema, SL_LEDGER_SCHEMA, err) < 0)
        return -1;
    if (reading->ledger.counter == 0 || reading->ledger.proved_time < 0)
        return sl_fail(err, SL_E_REFUSED, "%s: counter is 0, or proved_time before 1970", name);
    return 0;
}

int sl_ledger_read(struct sl_ledger *out, struct sl_str text, const char *name, struct sl_err *err)
{
    size_t len = sl_str_find(text, '\n');
    struct sl_str json = sl_str_slice(text, 0, len);
    struct sl_str rest = sl_str_slice(text, len, text.len);
    struct sl_digest sum;
    char hex[SL_SHA256_HEX + 3];
    sl_sha256(&sum, json.ptr, json.len);
    hex[0] = '\n';
    (void)sl_digest_hex(hex + 1, &sum);
    hex[SL_SHA256_HEX + 1] = '\n';
    if (!sl_str_equal(rest, (struct sl_str){hex, SL_SHA256_HEX + 2}))
        return sl_fail(err, SL_E_REFUSED, "%s is damaged: its second line is not the SHA-256 of its first",
                       name);
    struct reading reading = {0};
    if (read_members(&reading, json, name, err) < 0)
        return -1;
    *out = reading.ledger;
    return 0;
}
