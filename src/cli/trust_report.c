/*
 * What a trust.json says, and whether its versions hold together.
 */
#include "cmd_trust.h"

#include <sealift/json.h>
#include <sealift/text.h>
#include <string.h>

static void hex_field(struct cli *cli, const char *label, const unsigned char sha256[32])
{
    sl_buf_printf(&cli->out, "  %-12s ", label);
    sl_buf_hex(&cli->out, sha256, 32);
    sl_buf_byte(&cli->out, '\n');
}

/* -- show -- */

static void show_role(struct cli *cli, const struct sl_trust *trust, enum sl_trust_role role)
{
    static const char *const does[] = {
        [SL_ROLE_GRANT] = "permit one rollback below the floor",
        [SL_ROLE_RELEASE] = "sign bundles",
        [SL_ROLE_ROOT] = "sign trust.json",
        [SL_ROLE_SITE] = "sign receipts",
    };
    size_t size = sl_trust_role_size(trust, role);
    if (size == 0) {
        cli_field(cli, sl_trust_role_name(role), "nobody may %s", does[role]);
        return;
    }
    cli_field(cli, sl_trust_role_name(role), "%u of %zu must %s", trust->thresholds[role], size, does[role]);
    for (size_t i = 0; i < trust->key_count; i++) {
        const struct sl_trust_key *key = &trust->keys[i];
        char id[SL_KEY_ID_HEX + 1];
        if (!(key->roles >> role & 1U))
            continue;
        sl_buf_printf(&cli->out, "               key %s  sha256 ", sl_key_id_text(id, key->key.id));
        sl_buf_hex(&cli->out, key->sha256, sizeof key->sha256);
        sl_buf_text(&cli->out, sl_trust_key_revoked(trust, key->sha256) ? "  revoked\n" : "\n");
    }
}

static void show_revocations(struct cli *cli, const struct sl_trust *trust)
{
    for (size_t i = 0; i < trust->revoked_key_count; i++) {
        const struct sl_trust_revoked_key *key = &trust->revoked_keys[i];
        sl_buf_printf(&cli->out, "  %-12s key ", "revoked");
        sl_buf_hex(&cli->out, key->sha256, sizeof key->sha256);
        sl_buf_printf(&cli->out, ", void after sequence %llu of epoch %llu",
                      (unsigned long long)key->void_after_sequence, (unsigned long long)key->epoch);
        bool last =
            i + 1 == trust->revoked_key_count || memcmp(key[1].sha256, key->sha256, sizeof key->sha256) != 0;
        sl_buf_text(&cli->out, last ? ", and in every other epoch\n" : "\n");
    }
    for (size_t i = 0; i < trust->revoked_bundle_count; i++)
        hex_field(cli, "revoked", trust->revoked_bundles[i]);
}

static void show(struct cli *cli, const struct trust_opened *opened)
{
    const struct sl_trust *trust = opened->trust;
    unsigned char digest[32];
    char when[24];
    sl_buf_printf(&cli->out, "trust.json, version %llu\n", (unsigned long long)trust->version);
    cli_field(cli, "customer", "%s", strcmp(trust->customer, "*") == 0 ? "every one" : trust->customer);
    cli_field(cli, "epoch", "%llu", (unsigned long long)trust->epoch);
    if (trust->floor > 0)
        cli_field(cli, "floor", "%llu: no bundle below that sequence", (unsigned long long)trust->floor);
    else
        cli_field(cli, "floor", "none");
    if (trust->issued > 0)
        cli_field(cli, "issued", "%s", sl_time_text(when, trust->issued));
    cli_field(cli, "expires", "%s", trust->expires > 0 ? sl_time_text(when, trust->expires) : "never");
    cli_field(cli, "clock", "a bundle that expired by the clock alone: %s",
              trust->clock_refuses ? "refused" : "a warning");
    static const enum sl_trust_role order[] = {SL_ROLE_ROOT, SL_ROLE_RELEASE, SL_ROLE_GRANT, SL_ROLE_SITE};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        show_role(cli, trust, order[i]);
    show_revocations(cli, trust);
    sl_trust_fingerprint(digest, opened->step->json);
    hex_field(cli, trust->version == 1 ? "fingerprint" : "sha256", digest);
    cli_field(cli, "signatures", "%zu beside it; sealift trust check proves them",
              opened->step->signature_count);
}

int trust_run_show(struct cli *cli, const struct trust_context *context, const char *path, struct sl_err *err)
{
    struct trust_opened opened;
    int result = trust_open_one(&opened, path, err);
    if (result == 0 && context->format == CLI_AS_JSON) {
        sl_buf_str(&cli->out, opened.step->json);
        sl_buf_byte(&cli->out, '\n');
    } else if (result == 0) {
        show(cli, &opened);
    }
    trust_opened_release(&opened);
    return result;
}

/* -- check -- */

/* Whether a key could still sign, and has not. */
static bool is_missing(const struct sl_trust *trust, size_t index, uint32_t signed_by)
{
    const struct sl_trust_key *key = &trust->keys[index];
    return key->roles >> SL_ROLE_ROOT & 1U && !(signed_by >> index & 1U);
}

/* "1 of 2 root signatures of version 3; missing 1 of ..." */
static void print_tally(struct cli *cli, const struct sl_trust *trust, const struct sl_trust_tally *tally)
{
    sl_buf_printf(&cli->out, "%u of %u root signatures of version %llu", tally->count, tally->threshold,
                  (unsigned long long)trust->version);
    if (sl_trust_tally_met(tally))
        return;
    sl_buf_printf(&cli->out, "; missing %u of", tally->threshold - tally->count);
    const char *separator = " ";
    for (size_t i = 0; i < trust->key_count; i++) {
        char id[SL_KEY_ID_HEX + 1];
        if (!is_missing(trust, i, tally->signed_by))
            continue;
        sl_buf_printf(&cli->out, "%s%s", separator, sl_key_id_text(id, trust->keys[i].key.id));
        separator = ", ";
    }
}

static void tally_json(struct sl_json *json, const char *key, const struct sl_trust *trust,
                       const struct sl_trust_tally *tally)
{
    sl_json_key(json, key);
    sl_json_map(json);
    sl_json_key_unsigned(json, "count", tally->count);
    sl_json_key(json, "missing");
    sl_json_list(json);
    for (size_t i = 0; i < trust->key_count && !sl_trust_tally_met(tally); i++) {
        char id[SL_KEY_ID_HEX + 1];
        if (is_missing(trust, i, tally->signed_by))
            sl_json_text(json, sl_str_from(sl_key_id_text(id, trust->keys[i].key.id)));
    }
    sl_json_end(json);
    sl_json_key_unsigned(json, "threshold", tally->threshold);
    sl_json_end(json);
}

/* One version on its way through the report. */
struct checked {
    const struct sl_trust *before; /* NULL: the first one given */
    const struct sl_trust *trust;
    struct sl_trust_tally by_before, by_itself;
};

static int tally(struct checked *checked, const struct sl_trust_step *step, struct sl_err *err)
{
    if (checked->before &&
        sl_trust_tally_signatures(&checked->by_before, checked->before, SL_ROLE_ROOT, step, err) < 0)
        return -1;
    return sl_trust_tally_signatures(&checked->by_itself, checked->trust, SL_ROLE_ROOT, step, err);
}

static void print_text(struct cli *cli, const struct checked *checked)
{
    bool good = sl_trust_tally_met(&checked->by_itself) &&
                (!checked->before || sl_trust_tally_met(&checked->by_before));
    sl_buf_printf(&cli->out, "version %llu: ", (unsigned long long)checked->trust->version);
    cli_marked(cli, good ? '+' : '!', good ? "signed" : "not signed enough");
    sl_buf_byte(&cli->out, '\n');
    if (checked->before) {
        sl_buf_text(&cli->out, "  ");
        print_tally(cli, checked->before, &checked->by_before);
        sl_buf_byte(&cli->out, '\n');
    }
    sl_buf_text(&cli->out, "  ");
    print_tally(cli, checked->trust, &checked->by_itself);
    sl_buf_byte(&cli->out, '\n');
}

static void print_json(struct sl_json *json, const struct checked *checked)
{
    sl_json_map(json);
    if (checked->before)
        tally_json(json, "by_previous", checked->before, &checked->by_before);
    tally_json(json, "by_itself", checked->trust, &checked->by_itself);
    sl_json_key_unsigned(json, "version", checked->trust->version);
    sl_json_end(json);
}

/* Every version on its own terms; `json` NULL: as text. */
static int report(struct cli *cli, struct sl_json *json, const struct sl_trust_steps *steps,
                  struct sl_err *err)
{
    struct sl_trust *before = NULL;
    int result = 0;
    for (size_t i = 0; result == 0 && i < sl_trust_steps_count(steps); i++) {
        const struct sl_trust_step *step = sl_trust_steps_at(steps, i);
        struct sl_trust *trust = NULL;
        result = sl_trust_read(&trust, step->json, "trust.json", err);
        struct checked checked = {.before = before, .trust = trust};
        if (result == 0)
            result = tally(&checked, step, err);
        if (result == 0 && json)
            print_json(json, &checked);
        else if (result == 0)
            print_text(cli, &checked);
        sl_trust_free(before);
        before = trust;
    }
    sl_trust_free(before);
    return result;
}

static int check_json(struct cli *cli, const struct sl_trust_steps *steps, int complete, struct sl_err *err)
{
    struct sl_json *json = cli_json(cli);
    sl_json_key_bool(json, "complete", complete == 0);
    sl_json_key(json, "versions");
    sl_json_list(json);
    int result = report(cli, json, steps, err);
    sl_json_end(json);
    return result;
}

int trust_run_check(struct cli *cli, const struct trust_context *context, const char *path,
                    struct sl_err *err)
{
    struct sl_trust_steps *steps = NULL;
    struct sl_trust *newest = NULL;
    struct sl_err reason = {0};
    int result = sl_trust_steps_load(&steps, path, err);
    int complete = result < 0 ? -1 : sl_trust_chain(&newest, steps, &reason);
    if (result == 0 && context->format == CLI_AS_JSON)
        result = check_json(cli, steps, complete, err);
    else if (result == 0)
        result = report(cli, NULL, steps, err);
    if (result == 0 && complete < 0) {
        *err = reason;
        result = -1;
    }
    if (result == 0 && context->format == CLI_AS_TEXT)
        sl_buf_printf(&cli->out, "version %llu is complete%s\n", (unsigned long long)newest->version,
                      sl_trust_steps_count(steps) > 1 ? ", and each follows from the one before" : "");
    sl_trust_free(newest);
    sl_trust_steps_free(steps);
    return result;
}
