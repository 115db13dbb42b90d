#include "model/site_state.h"

#include "base/limits.h"
#include "canon.h"
#include "model/name.h"
#include "model/trust_name.h"
#include "site_text.h"

#include <sealift/json.h>
#include <sealift/text.h>

enum { SHOWN_MAX = 160 };

#define SITE_STATE_SCHEMA    1
#define SITE_ENROLLED_SCHEMA 2 /* of site.json */

/* No line of the history is shorter than its three digests. */
#define LINE_MIN ((size_t)3 * SL_SHA256_HEX)

static const char *const action_names[] = {
    [SL_SITE_INSTALL] = "install", [SL_SITE_ROLLBACK] = "rollback", [SL_SITE_RECOVER] = "recover"};
enum { ACTION_COUNT = sizeof action_names / sizeof action_names[0] };

const char *sl_site_action_name(enum sl_site_action action)
{
    return action_names[action];
}

/* One file or line on its way; the public struct comes first, as the field tables count from it. */
struct reading {
    struct sl_site_change change;
    struct sl_str action;
    struct sl_digest previous;
    uint64_t number;
    uint64_t schema;
};

static int fault(const struct sl_canon *canon, const char *field, struct sl_str is, const char *must_be,
                 struct sl_err *err)
{
    char shown[SHOWN_MAX];
    return sl_fail(err, SL_E_REFUSED, "%s: %s is \"%s\", and must be %s", canon->name, field,
                   sl_escape(shown, sizeof shown, is), must_be);
}

/* The public struct comes first, as the field tables count from it. */
struct identity {
    struct sl_site_identity identity;
    uint64_t schema;
};

/* Schema 2 has all of these, schema 1 the customer only. */
static int take_text(struct sl_canon *canon, struct sl_str *out, struct sl_err *err)
{
    struct sl_str text;
    if (sl_canon_text(canon, &text, err) < 0)
        return -1;
    *out = sl_arena_str(canon->arena, text);
    return out->ptr ? 0 : sl_fail_memory(err);
}

static int read_recipient(struct sl_canon *canon, void *into, struct sl_err *err)
{
    return take_text(canon, &((struct identity *)into)->identity.age_recipient, err);
}

static int read_receipt_key(struct sl_canon *canon, void *into, struct sl_err *err)
{
    return take_text(canon, &((struct identity *)into)->identity.receipt_key, err);
}

static int read_fingerprint(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct sl_str hex;
    struct identity *identity = into;
    if (sl_canon_text(canon, &hex, err) < 0)
        return -1;
    identity->identity.enrolled = true;
    if (sl_digest_parse(&identity->identity.fingerprint, hex, err) == 0)
        return 0;
    err->code = SL_E_REFUSED;
    return sl_wrap(err, "%s: fingerprint", canon->name);
}

static int check_identity(const struct sl_canon *canon, const struct identity *read, struct sl_err *err)
{
    const struct sl_site_identity *identity = &read->identity;
    bool whole = identity->receipt_key.len > 0 && identity->age_recipient.len > 0;
    bool none = identity->receipt_key.len == 0 && identity->age_recipient.len == 0;
    if (sl_canon_known(canon->name, read->schema, SITE_ENROLLED_SCHEMA, err) < 0)
        return -1;
    if (identity->enrolled != (read->schema == SITE_ENROLLED_SCHEMA) || !(identity->enrolled ? whole : none))
        return sl_fail(err, SL_E_REFUSED, "%s: schema %llu has other members", canon->name,
                       (unsigned long long)read->schema);
    if (sl_label_check("customer", identity->customer, err) == 0)
        return 0;
    err->code = SL_E_REFUSED;
    return sl_wrap(err, "%s", canon->name);
}

int sl_site_identity_read(struct sl_site_identity *out, struct sl_arena *arena, struct sl_str json,
                          struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"age_recipient", SL_CANON_MAYBE, 0, read_recipient},
        {"customer", SL_CANON_TEXT, offsetof(struct identity, identity.customer), NULL},
        {"fingerprint", SL_CANON_MAYBE, 0, read_fingerprint},
        {"receipt_key", SL_CANON_MAYBE, 0, read_receipt_key},
        {"schema", SL_CANON_COUNT, offsetof(struct identity, schema), NULL},
    };
    struct identity read = {0};
    struct sl_canon canon;
    sl_canon_open(&canon, json, "state/site.json", arena);
    if (sl_canon_fields(&canon, fields, sizeof fields / sizeof fields[0], &read, SL_CANON_REFUSE, err) < 0 ||
        sl_canon_end(&canon, err) < 0 || check_identity(&canon, &read, err) < 0)
        return sl_canon_blame_schema(json, canon.name, SITE_ENROLLED_SCHEMA, err);
    *out = read.identity;
    return 0;
}

int sl_site_identity_write(struct sl_buf *out, const struct sl_site_identity *identity, struct sl_err *err)
{
    if (sl_label_check("customer", identity->customer, err) < 0)
        return -1;
    char hex[SL_SHA256_HEX + 1];
    struct sl_json json;
    sl_json_begin(&json, out, SL_JSON_COMPACT);
    sl_json_map(&json);
    if (identity->enrolled)
        sl_json_key_text(&json, "age_recipient", identity->age_recipient);
    sl_json_key_text(&json, "customer", identity->customer);
    if (identity->enrolled) {
        sl_json_key_text(&json, "fingerprint", sl_str_from(sl_digest_hex(hex, &identity->fingerprint)));
        sl_json_key_text(&json, "receipt_key", identity->receipt_key);
    }
    sl_json_key_unsigned(&json, "schema", identity->enrolled ? SITE_ENROLLED_SCHEMA : SITE_STATE_SCHEMA);
    sl_json_end(&json);
    return sl_json_close(&json, err);
}

static int read_signers(struct sl_canon *canon, void *into, struct sl_err *err)
{
    struct reading *reading = into;
    struct sl_canon_level level = {0};
    size_t count;
    if (sl_canon_count(canon, &count, SL_SIGNATURES_MAX, err) < 0 || sl_canon_list(canon, &level, err) < 0)
        return -1;
    struct sl_str *signers = sl_arena_array(canon->arena, count, sizeof *signers);
    if (!signers)
        return sl_fail_memory(err);
    int more = 0;
    for (size_t i = 0; (more = sl_canon_item(canon, &level, err)) > 0; i++) {
        struct sl_str text = {0};
        if (sl_canon_text(canon, &text, err) < 0)
            return -1;
        signers[i] = sl_arena_str(canon->arena, text);
        if (!signers[i].ptr)
            return sl_fail_memory(err);
    }
    reading->change.signers = signers;
    reading->change.signer_count = count;
    return more;
}

static int check_change(const struct sl_canon *canon, const struct sl_site_change *change, struct sl_err *err)
{
    static const char generation[] = "the name of a generation";
    if (!site_text_is_file_name(change->bundle, SITE_TEXT_BUNDLE_MAX))
        return fault(canon, "bundle", change->bundle, "the name of a bundle", err);
    if (!site_text_is_file_name(change->to, SITE_TEXT_GENERATION_MAX))
        return fault(canon, "to", change->to, generation, err);
    if (change->from.len > 0 && !site_text_is_file_name(change->from, SITE_TEXT_GENERATION_MAX))
        return fault(canon, "from", change->from, generation, err);
    if (change->time < 0)
        return sl_fail(err, SL_E_REFUSED, "%s: time is %lld, and must not be before 1970", canon->name,
                       (long long)change->time);
    for (size_t i = 0; i < change->signer_count; i++) {
        if (!sl_is_key_id(change->signers[i]))
            return fault(canon, "signers", change->signers[i], "16 hexadecimal digits in upper case", err);
    }
    return 0;
}

static int finish_change(const struct sl_canon *canon, struct reading *reading, struct sl_err *err)
{
    if (sl_canon_end(canon, err) < 0 ||
        sl_canon_known(canon->name, reading->schema, SITE_STATE_SCHEMA, err) < 0)
        return -1;
    int action = 0;
    while (action < ACTION_COUNT && !sl_str_equal(reading->action, sl_str_from(action_names[action])))
        action++;
    if (action == ACTION_COUNT)
        return fault(canon, "action", reading->action, "install, rollback or recover", err);
    reading->change.action = (enum sl_site_action)action;
    return check_change(canon, &reading->change, err);
}

/* The members that pending.json and a line of the history have in common, `number` and `previous` left out.
 */
static void write_change(struct sl_json *json, const struct sl_site_change *change, uint64_t number,
                         const struct sl_digest *previous)
{
    char hex[SL_SHA256_HEX + 1];
    sl_json_map(json);
    sl_json_key_text(json, "action", sl_str_from(action_names[change->action]));
    sl_json_key_text(json, "bundle", change->bundle);
    sl_json_key_unsigned(json, "epoch", change->epoch);
    sl_json_key_unsigned(json, "floor", change->floor);
    sl_json_key_text(json, "from", change->from);
    sl_json_key_text(json, "grant", sl_str_from(sl_digest_hex(hex, &change->grant)));
    sl_json_key_text(json, "manifest_sha256", sl_str_from(sl_digest_hex(hex, &change->manifest)));
    if (previous) {
        sl_json_key_unsigned(json, "number", number);
        sl_json_key_text(json, "previous", sl_str_from(sl_digest_hex(hex, previous)));
    }
    sl_json_key_unsigned(json, "schema", SITE_STATE_SCHEMA);
    sl_json_key(json, "signers");
    sl_json_list(json);
    for (size_t i = 0; i < change->signer_count; i++)
        sl_json_text(json, change->signers[i]);
    sl_json_end(json);
    sl_json_key(json, "time");
    sl_json_integer(json, change->time);
    sl_json_key_text(json, "to", change->to);
    sl_json_key_unsigned(json, "trust_version", change->trust_version);
    sl_json_end(json);
}

/* Nothing is written that could not be read again. */
static int check_writable(const char *name, const struct sl_site_change *change, struct sl_err *err)
{
    struct sl_canon canon;
    sl_canon_open(&canon, SL_STR(""), name, NULL);
    if (check_change(&canon, change, err) == 0) {
        if (change->signer_count <= SL_SIGNATURES_MAX && change->time <= (int64_t)SL_INTEGER_MAX)
            return 0;
        (void)sl_fail(err, SL_E_INTERNAL, "%s: too many signers, or a time beyond 2^53 - 1", name);
    }
    err->code = SL_E_INTERNAL;
    return -1;
}

int sl_site_pending_read(struct sl_site_change *out, struct sl_arena *arena, struct sl_str json,
                         struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"action", SL_CANON_WORD, offsetof(struct reading, action), NULL},
        {"bundle", SL_CANON_TEXT, offsetof(struct reading, change.bundle), NULL},
        {"epoch", SL_CANON_COUNT, offsetof(struct reading, change.epoch), NULL},
        {"floor", SL_CANON_COUNT, offsetof(struct reading, change.floor), NULL},
        {"from", SL_CANON_TEXT, offsetof(struct reading, change.from), NULL},
        {"grant", SL_CANON_SHA256, offsetof(struct reading, change.grant.bytes), NULL},
        {"manifest_sha256", SL_CANON_SHA256, offsetof(struct reading, change.manifest.bytes), NULL},
        {"schema", SL_CANON_COUNT, offsetof(struct reading, schema), NULL},
        {"signers", SL_CANON_OTHER, 0, read_signers},
        {"time", SL_CANON_TIME, offsetof(struct reading, change.time), NULL},
        {"to", SL_CANON_TEXT, offsetof(struct reading, change.to), NULL},
        {"trust_version", SL_CANON_COUNT, offsetof(struct reading, change.trust_version), NULL},
    };
    struct reading reading = {0};
    struct sl_canon canon;
    sl_canon_open(&canon, json, "state/pending.json", arena);
    if (sl_canon_fields(&canon, fields, sizeof fields / sizeof fields[0], &reading, SL_CANON_REFUSE, err) <
            0 ||
        finish_change(&canon, &reading, err) < 0)
        return sl_canon_blame_schema(json, canon.name, SITE_STATE_SCHEMA, err);
    *out = reading.change;
    return 0;
}

int sl_site_pending_write(struct sl_buf *out, const struct sl_site_change *change, struct sl_err *err)
{
    if (check_writable("state/pending.json", change, err) < 0)
        return -1;
    struct sl_json json;
    sl_json_begin(&json, out, SL_JSON_COMPACT);
    write_change(&json, change, 0, NULL);
    return sl_json_close(&json, err);
}

static int read_line(struct reading *out, struct sl_arena *arena, struct sl_str line, struct sl_err *err)
{
    static const struct sl_canon_field fields[] = {
        {"action", SL_CANON_WORD, offsetof(struct reading, action), NULL},
        {"bundle", SL_CANON_TEXT, offsetof(struct reading, change.bundle), NULL},
        {"epoch", SL_CANON_COUNT, offsetof(struct reading, change.epoch), NULL},
        {"floor", SL_CANON_COUNT, offsetof(struct reading, change.floor), NULL},
        {"from", SL_CANON_TEXT, offsetof(struct reading, change.from), NULL},
        {"grant", SL_CANON_SHA256, offsetof(struct reading, change.grant.bytes), NULL},
        {"manifest_sha256", SL_CANON_SHA256, offsetof(struct reading, change.manifest.bytes), NULL},
        {"number", SL_CANON_COUNT, offsetof(struct reading, number), NULL},
        {"previous", SL_CANON_SHA256, offsetof(struct reading, previous.bytes), NULL},
        {"schema", SL_CANON_COUNT, offsetof(struct reading, schema), NULL},
        {"signers", SL_CANON_OTHER, 0, read_signers},
        {"time", SL_CANON_TIME, offsetof(struct reading, change.time), NULL},
        {"to", SL_CANON_TEXT, offsetof(struct reading, change.to), NULL},
        {"trust_version", SL_CANON_COUNT, offsetof(struct reading, change.trust_version), NULL},
    };
    struct sl_canon canon;
    sl_canon_open(&canon, line, "this is no line that sealift writes", arena);
    if (sl_canon_fields(&canon, fields, sizeof fields / sizeof fields[0], out, SL_CANON_REFUSE, err) < 0 ||
        finish_change(&canon, out, err) < 0)
        return sl_canon_blame_schema(line, "it", SITE_STATE_SCHEMA, err);
    return 0;
}

static int read_entry(struct sl_site_history *history, struct sl_arena *arena, struct sl_str line,
                      struct sl_err *err)
{
    struct reading reading = {0};
    if (read_line(&reading, arena, line, err) < 0)
        return -1;
    if (reading.number != history->count + 1)
        return sl_fail(err, SL_E_REFUSED, "the entry has number %llu", (unsigned long long)reading.number);
    if (!sl_digest_equal(&reading.previous, &history->last))
        return sl_fail(err, SL_E_REFUSED,
                       "\"previous\" is not the SHA-256 of the line before: one of the two was altered");
    sl_sha256(&history->last, line.ptr, line.len);
    reading.change.line = history->last;
    history->changes[history->count++] = reading.change;
    return 0;
}

int sl_site_history_read(struct sl_site_history *out, struct sl_arena *arena, struct sl_str text,
                         struct sl_err *err)
{
    struct sl_site_history history = {0};
    history.changes = sl_arena_array(arena, text.len / LINE_MIN + 1, sizeof *history.changes);
    if (!history.changes)
        return sl_fail_memory(err);
    while (text.len) {
        size_t len = sl_str_find(text, '\n');
        if (len == text.len)
            return sl_fail(err, SL_E_REFUSED, "state/history.jsonl, line %zu: the line is not ended",
                           history.count + 1);
        if (read_entry(&history, arena, sl_str_slice(text, 0, len), err) < 0)
            return sl_wrap(err, "state/history.jsonl, line %zu", history.count + 1);
        text = sl_str_slice(text, len + 1, text.len);
    }
    *out = history;
    return 0;
}

int sl_site_history_append(struct sl_buf *out, const struct sl_site_history *so_far,
                           const struct sl_site_change *change, struct sl_err *err)
{
    if (check_writable("state/history.jsonl", change, err) < 0)
        return -1;
    struct sl_json json;
    sl_json_begin(&json, out, SL_JSON_COMPACT);
    write_change(&json, change, so_far->count + 1, &so_far->last);
    if (sl_json_close(&json, err) < 0)
        return -1;
    sl_buf_byte(out, '\n');
    return sl_buf_check(out, "state/history.jsonl", err);
}
