#include <sealift/receipt.h>

#include "base/limits.h"
#include "canon.h"
#include "crypto/digest.h"
#include "crypto/minisig.h"
#include "model/name.h"
#include "model/trust_name.h"
#include "site_text.h"

#include <sealift/json.h>
#include <sealift/text.h>
#include <stdio.h>

static const char *const action_names[] = {
    [SL_RECEIPT_ENROL] = "enrol",       [SL_RECEIPT_INSTALL] = "install", [SL_RECEIPT_REFUSE] = "refuse",
    [SL_RECEIPT_ROLLBACK] = "rollback", [SL_RECEIPT_RECOVER] = "recover",
};
enum { ACTION_COUNT = sizeof action_names / sizeof action_names[0], VERSION_MAX = 32 };

const char *sl_receipt_action_name(enum sl_receipt_action action)
{
    return action_names[action];
}

/* -- what a receipt may say -- */

/* Printable ASCII that JSON does not escape. */
static bool is_plain(struct sl_str text, size_t max)
{
    if (text.len > max)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if (byte < 0x20 || byte > 0x7e || byte == '"' || byte == '\\')
            return false;
    }
    return true;
}

static bool is_name_or_none(struct sl_str text, size_t max)
{
    return text.len == 0 || site_text_is_file_name(text, max);
}

/* What is wrong with it, or NULL. */
static const char *fault_of(const struct sl_receipt *receipt)
{
    struct sl_err unused = {0};
    if (receipt->number == 0)
        return "number is 0";
    if (sl_label_check("customer", receipt->customer, &unused) < 0)
        return "customer is no label";
    if (!is_name_or_none(receipt->bundle, SITE_TEXT_BUNDLE_MAX))
        return "bundle is no name of a bundle";
    if (!is_name_or_none(receipt->from, SITE_TEXT_GENERATION_MAX) ||
        !is_name_or_none(receipt->to, SITE_TEXT_GENERATION_MAX))
        return "from or to is no name of a generation";
    if (!is_plain(receipt->detail, SL_RECEIPT_DETAIL_MAX))
        return "detail is too long, or has characters that must be escaped";
    if (!is_plain(receipt->verdict, SL_RECEIPT_DETAIL_MAX) || !is_plain(receipt->tool, VERSION_MAX))
        return "verdict or tool is too long, or has characters that must be escaped";
    if (receipt->time < 0 || receipt->proved_time < 0)
        return "a time is before 1970";
    if (receipt->signer_count > SL_RECEIPT_SIGNERS_MAX)
        return "there are too many signers";
    for (size_t i = 0; i < receipt->signer_count; i++)
        if (!sl_is_key_id(receipt->signers[i]))
            return "a signer is no key id";
    return NULL;
}

/* -- writing -- */

/* Messages have quotes and may have been cut inside a character; here they are one plain line. */
static struct sl_str plain_detail(char out[SL_RECEIPT_DETAIL_MAX], struct sl_str detail)
{
    size_t len = detail.len < SL_RECEIPT_DETAIL_MAX ? detail.len : SL_RECEIPT_DETAIL_MAX;
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)detail.ptr[i];
        if (byte == '"')
            out[i] = '\'';
        else if (byte == '\\')
            out[i] = '/';
        else
            out[i] = byte < 0x20 || byte > 0x7e ? '?' : (char)byte;
    }
    return (struct sl_str){out, len};
}

static void key_time(struct sl_json *json, const char *key, int64_t time)
{
    sl_json_key(json, key);
    sl_json_integer(json, time);
}

/* Keys ascending by bytes. */
static void write_members(struct sl_json *json, const struct sl_receipt *receipt)
{
    sl_json_key_text(json, "action", sl_str_from(action_names[receipt->action]));
    sl_json_key_text(json, "bundle", receipt->bundle);
    sl_json_key_unsigned(json, "bytes", receipt->bytes);
    sl_json_key_text(json, "customer", receipt->customer);
    sl_json_key_text(json, "detail", receipt->detail);
    sl_json_key_unsigned(json, "epoch", receipt->epoch);
    sl_json_key_unsigned(json, "files", receipt->files);
    sl_json_key_unsigned(json, "floor", receipt->floor);
    sl_json_key_text(json, "from", receipt->from);
    sl_json_key_hex(json, "grant", receipt->grant, sizeof receipt->grant);
    sl_json_key_unsigned(json, "highest_sequence", receipt->highest_sequence);
    sl_json_key_hex(json, "manifest_sha256", receipt->manifest_sha256, sizeof receipt->manifest_sha256);
    sl_json_key_unsigned(json, "number", receipt->number);
    sl_json_key_hex(json, "previous", receipt->previous, sizeof receipt->previous);
    key_time(json, "proved_time", receipt->proved_time);
    sl_json_key_unsigned(json, "schema", SL_RECEIPT_SCHEMA);
    sl_json_key(json, "signers");
    sl_json_list(json);
    for (size_t i = 0; i < receipt->signer_count; i++)
        sl_json_text(json, receipt->signers[i]);
    sl_json_end(json);
    sl_json_key_hex(json, "site", receipt->site, sizeof receipt->site);
    key_time(json, "time", receipt->time);
    sl_json_key_text(json, "to", receipt->to);
    sl_json_key_text(json, "tool", receipt->tool);
    sl_json_key_unsigned(json, "trust_epoch", receipt->trust_epoch);
    sl_json_key_unsigned(json, "trust_version", receipt->trust_version);
    sl_json_key_text(json, "verdict", receipt->verdict);
}

int sl_receipt_write(struct sl_buf *out, const struct sl_receipt *receipt, struct sl_err *err)
{
    char detail[SL_RECEIPT_DETAIL_MAX];
    struct sl_receipt plain = *receipt;
    plain.detail = plain_detail(detail, receipt->detail);
    const char *fault = fault_of(&plain);
    if (fault)
        return sl_fail(err, SL_E_INTERNAL, "a receipt cannot be written: %s", fault);
    struct sl_json json;
    sl_json_begin(&json, out, SL_JSON_COMPACT);
    sl_json_map(&json);
    write_members(&json, &plain);
    sl_json_end(&json);
    return sl_json_close(&json, err);
}

int sl_receipt_sign(struct sl_buf *out, struct sl_str json, const struct sl_secret_key *key,
                    struct sl_err *err)
{
    struct sl_signing_key signing;
    sl_signing_key_of(&signing, key);
    return sl_minisig_sign_document(out, &signing, json, "receipt", "", err);
}

int sl_receipt_export(struct sl_buf *out, struct sl_str json, struct sl_str signature, struct sl_err *err)
{
    struct sl_json line;
    sl_json_begin(&line, out, SL_JSON_COMPACT);
    sl_json_map(&line);
    sl_json_key_text(&line, "receipt", json);
    sl_json_key_text(&line, "signature", signature);
    sl_json_end(&line);
    if (sl_json_close(&line, err) < 0)
        return -1;
    sl_buf_byte(out, '\n');
    return sl_buf_check(out, "the export of receipts", err);
}

/* -- reading -- */

/* The public struct comes first, as the field table counts from it. */
struct reading {
    struct sl_receipt receipt;
    struct sl_str action;
    uint64_t schema;
    struct sl_str *signers;
};

static int read_signers(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct reading *reading = into;
    struct sl_canon_level level = {0};
    size_t count;
    if (sl_canon_count(canon, &count, SL_RECEIPT_SIGNERS_MAX, err) < 0 ||
        sl_canon_list(canon, &level, err) < 0)
        return -1;
    int more = 0;
    for (size_t i = 0; (more = sl_canon_item(canon, &level, err)) > 0; i++)
        if (sl_canon_text(canon, &reading->signers[i], err) < 0)
            return -1;
    reading->receipt.signers = reading->signers;
    reading->receipt.signer_count = count;
    return more;
}

static int finish(struct reading *reading, const char *name, struct sl_err *err)
{
    if (sl_canon_known(name, reading->schema, SL_RECEIPT_SCHEMA, err) < 0)
        return -1;
    int action = 0;
    while (action < ACTION_COUNT && !sl_str_equal(reading->action, sl_str_from(action_names[action])))
        action++;
    if (action == ACTION_COUNT) {
        char shown[64];
        return sl_fail(err, SL_E_REFUSED, "%s: action is \"%s\", which no receipt has", name,
                       sl_escape(shown, sizeof shown, reading->action));
    }
    reading->receipt.action = (enum sl_receipt_action)action;
    const char *fault = fault_of(&reading->receipt);
    return fault ? sl_fail(err, SL_E_REFUSED, "%s: %s", name, fault) : 0;
}

int sl_receipt_read(struct sl_receipt *out, struct sl_str signers[SL_RECEIPT_SIGNERS_MAX], struct sl_str json,
                    const char *name, struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"action", SL_CANON_WORD, offsetof(struct reading, action), NULL},
        {"bundle", SL_CANON_WORD, offsetof(struct reading, receipt.bundle), NULL},
        {"bytes", SL_CANON_COUNT, offsetof(struct reading, receipt.bytes), NULL},
        {"customer", SL_CANON_WORD, offsetof(struct reading, receipt.customer), NULL},
        {"detail", SL_CANON_WORD, offsetof(struct reading, receipt.detail), NULL},
        {"epoch", SL_CANON_COUNT, offsetof(struct reading, receipt.epoch), NULL},
        {"files", SL_CANON_COUNT, offsetof(struct reading, receipt.files), NULL},
        {"floor", SL_CANON_COUNT, offsetof(struct reading, receipt.floor), NULL},
        {"from", SL_CANON_WORD, offsetof(struct reading, receipt.from), NULL},
        {"grant", SL_CANON_SHA256, offsetof(struct reading, receipt.grant), NULL},
        {"highest_sequence", SL_CANON_COUNT, offsetof(struct reading, receipt.highest_sequence), NULL},
        {"manifest_sha256", SL_CANON_SHA256, offsetof(struct reading, receipt.manifest_sha256), NULL},
        {"number", SL_CANON_COUNT, offsetof(struct reading, receipt.number), NULL},
        {"previous", SL_CANON_SHA256, offsetof(struct reading, receipt.previous), NULL},
        {"proved_time", SL_CANON_TIME, offsetof(struct reading, receipt.proved_time), NULL},
        {"schema", SL_CANON_COUNT, offsetof(struct reading, schema), NULL},
        {"signers", SL_CANON_OTHER, 0, read_signers},
        {"site", SL_CANON_SHA256, offsetof(struct reading, receipt.site), NULL},
        {"time", SL_CANON_TIME, offsetof(struct reading, receipt.time), NULL},
        {"to", SL_CANON_WORD, offsetof(struct reading, receipt.to), NULL},
        {"tool", SL_CANON_WORD, offsetof(struct reading, receipt.tool), NULL},
        {"trust_epoch", SL_CANON_COUNT, offsetof(struct reading, receipt.trust_epoch), NULL},
        {"trust_version", SL_CANON_COUNT, offsetof(struct reading, receipt.trust_version), NULL},
        {"verdict", SL_CANON_WORD, offsetof(struct reading, receipt.verdict), NULL},
    };
    struct reading reading = {.signers = signers};
    struct sl_canon canon;
    if (json.len > SL_RECEIPT_BYTES_MAX)
        return sl_fail(err, SL_E_REFUSED, "%s is longer than %d bytes", name, SL_RECEIPT_BYTES_MAX);
    sl_canon_open(&canon, json, name, NULL);
    if (sl_canon_fields(&canon, fields, sizeof fields / sizeof fields[0], &reading, SL_CANON_REFUSE, err) <
            0 ||
        sl_canon_end(&canon, err) < 0 || finish(&reading, name, err) < 0)
        return sl_canon_blame_schema(json, name, SL_RECEIPT_SCHEMA, err);
    *out = reading.receipt;
    return 0;
}
