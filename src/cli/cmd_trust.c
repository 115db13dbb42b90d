#include "cmd_trust.h"

#include "cmd.h"

#include <sealift/file.h>
#include <sealift/text.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct cli_option options[] = {
    {"out", "FILE", "where the new version goes (default: N.json becomes N+1.json beside it)", CLI_TEXT,
     offsetof(struct trust_context, out), false},
    {"customer", "NAME", "init: for whose sites, or * for all", CLI_TEXT,
     offsetof(struct trust_context, customer), false},
    {"root-key", "FILE", "public key that signs trust.json; may be given several times", CLI_LIST,
     offsetof(struct trust_context, role_keys[SL_ROLE_ROOT]), false},
    {"release-key", "FILE", "public key that signs bundles; may be given several times", CLI_LIST,
     offsetof(struct trust_context, role_keys[SL_ROLE_RELEASE]), false},
    {"grant-key", "FILE", "public key that permits one rollback below the floor", CLI_LIST,
     offsetof(struct trust_context, role_keys[SL_ROLE_GRANT]), false},
    {"site-key", "FILE", "public key of a site, that signs receipts", CLI_LIST,
     offsetof(struct trust_context, role_keys[SL_ROLE_SITE]), false},
    {"threshold", "ROLE=N", "how many keys of root, release, grant or site must sign", CLI_LIST,
     offsetof(struct trust_context, thresholds), false},
    {"epoch", "N", "bundles of other epochs do not count (init: 1)", CLI_NUMBER,
     offsetof(struct trust_context, epoch), false},
    {"floor", "N", "sequence below which nothing of this epoch may come back (new epoch: 0)", CLI_COUNT,
     offsetof(struct trust_context, floor), false},
    {"issued", "DAY", "the day it is made, YYYY-MM-DD, which it proves to be past (default: now)", CLI_TEXT,
     offsetof(struct trust_context, issued), false},
    {"expires", "DAY", "last day of this version, YYYY-MM-DD", CLI_TEXT,
     offsetof(struct trust_context, expires), false},
    {"clock", "POLICY", "what has expired by the clock alone: warn or refuse", CLI_TEXT,
     offsetof(struct trust_context, clock), false},
    {"key", "KEY", "sign: a secret key file; revoke: a .pub file, a key id or a SHA-256", CLI_LIST,
     offsetof(struct trust_context, signers.keys), false},
    CLI_SIGNER_MORE_OPTIONS(trust_context),
    {"void-after", "[E:]N",
     "revoke: the key still counts up to sequence N of epoch E; once per epoch (default: nowhere)", CLI_LIST,
     offsetof(struct trust_context, void_after), false},
    {"unlisted", NULL, "revoke: --key may be one that no version here lists", CLI_FLAG,
     offsetof(struct trust_context, unlisted), false},
    {"bundle", "SHA256", "revoke: the digest of a bundle, as inspect shows it", CLI_LIST,
     offsetof(struct trust_context, bundles), false},
    CLI_FORMAT_OPTION(trust_context),
    CLI_OPTIONS_END,
};

int trust_open_one(struct trust_opened *out, const char *path, struct sl_err *err)
{
    char shown[256];
    *out = (struct trust_opened){NULL, NULL, NULL};
    if (sl_trust_steps_load(&out->steps, path, err) < 0)
        return -1;
    (void)sl_escape(shown, sizeof shown, sl_str_from(path));
    if (sl_trust_steps_count(out->steps) != 1)
        return sl_fail(err, SL_E_USAGE, "%s is a directory with several versions, and one is meant", shown);
    out->step = sl_trust_steps_at(out->steps, 0);
    return sl_trust_read(&out->trust, out->step->json, shown, err);
}

void trust_opened_release(struct trust_opened *opened)
{
    sl_trust_free(opened->trust);
    sl_trust_steps_free(opened->steps);
}

/* -- sign -- */

static bool has_role(const struct sl_trust *trust, const struct sl_public_key *key, enum sl_trust_role role)
{
    unsigned char name[32];
    sl_trust_key_name(name, key);
    const struct sl_trust_key *listed = sl_trust_key_find(trust, name);
    return listed && listed->roles >> role & 1U;
}

static int write_signature(struct cli *cli, const struct trust_opened *opened, const char *path,
                           const struct sl_signing_key *key, struct sl_err *err)
{
    char id[SL_KEY_ID_HEX + 1];
    struct sl_buf text;
    sl_buf_init(&text, 16384);
    int result = sl_trust_sign(&text, opened->trust, opened->step->json, key, err);
    if (result == 0)
        result = cli_signature_write(path, key, &text, err);
    sl_buf_release(&text);
    if (result < 0)
        return -1;
    sl_buf_text(&cli->out, "signed ");
    cli_escaped(cli, sl_str_from(path));
    sl_buf_printf(&cli->out, ", version %llu, with key %s\n", (unsigned long long)opened->trust->version,
                  sl_key_id_text(id, key->public_key.id));
    if (!has_role(opened->trust, &key->public_key, SL_ROLE_ROOT)) {
        sl_buf_text(&cli->out, "  ");
        cli_marked(cli, '~', "note");
        sl_buf_text(&cli->out,
                    "         the key is no root key of this version; it counts only for the step from "
                    "one where it is\n");
    }
    return 0;
}

/* The version before, where it lies beside this one: nobody should sign what no site would take after it. */
static int check_against_last(const struct trust_opened *opened, const char *path, struct sl_err *err)
{
    char own[32];
    char last[4200];
    uint64_t version = opened->trust->version;
    (void)snprintf(own, sizeof own, "%llu.json", (unsigned long long)version);
    size_t len = strlen(path);
    size_t own_len = strlen(own);
    if (len < own_len || strcmp(path + len - own_len, own) != 0 ||
        (len > own_len && path[len - own_len - 1] != '/'))
        return 0;
    int length = snprintf(last, sizeof last, "%.*s%llu.json", (int)(len - own_len), path,
                          (unsigned long long)version - 1);
    if (length < 0 || (size_t)length >= sizeof last || access(last, F_OK) != 0)
        return 0;
    struct trust_opened before;
    int result = trust_open_one(&before, last, err);
    if (result == 0 && sl_trust_check_follows(before.trust, opened->trust, err) < 0)
        result = sl_hint(err, "nothing was signed: no site that holds version %llu would take it",
                         (unsigned long long)version - 1);
    trust_opened_release(&before);
    return result;
}

static int run_sign(struct cli *cli, const struct trust_context *context, const char *path,
                    struct sl_err *err)
{
    struct trust_opened opened;
    struct cli_signers signers = {.count = 0};
    int result = trust_open_one(&opened, path, err);
    if (result == 0)
        result = check_against_last(&opened, path, err);
    if (result == 0 && context->signers.keys.count + context->signers.commands.count == 0)
        result = sl_fail(err, SL_E_USAGE, "trust sign needs --key FILE or --key-command COMMAND");
    if (result == 0)
        result = cli_signers_open(&signers, &context->signers, "trust", err);
    if (result == 0)
        result = cli_signers_fit(&signers, path, err);
    for (size_t i = 0; result == 0 && i < signers.count; i++)
        result = write_signature(cli, &opened, path, &signers.keys[i], err);
    cli_signers_close(&signers);
    trust_opened_release(&opened);
    return result;
}

/* -- which -- */

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    static const struct {
        const char *name;
        int (*run)(struct cli *cli, const struct trust_context *context, const char *path,
                   struct sl_err *err);
    } actions[] = {
        {"init", trust_run_init}, {"show", trust_run_show},         {"add-key", trust_run_add_key},
        {"set", trust_run_set},   {"drop-key", trust_run_drop_key}, {"revoke", trust_run_revoke},
        {"sign", run_sign},       {"check", trust_run_check},
    };
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
        if (strcmp(cli->words[0], actions[i].name) == 0)
            return actions[i].run(cli, data, cli->words[1], err);
    char shown[64];
    (void)sl_fail(err, SL_E_USAGE, "trust does not know how to '%s'",
                  sl_escape(shown, sizeof shown, sl_str_from(cli->words[0])));
    return sl_hint(err, "init, show, add-key, drop-key, revoke, set, sign or check");
}

const struct cli_command cmd_trust = {
    .name = "trust",
    .words = "ACTION FILE",
    .words_min = 2,
    .words_max = 2,
    .summary = "make, change, sign and check trust.json",
    .description =
        "trust.json says which keys sign bundles and how many of them must, which keys and bundles are revoked, and\n"
        "what a site may never go back to. Its versions are called 1.json, 2.json and so on; the signatures of one\n"
        "lie beside it. Everything is done offline, by several people one after another, with --key or with a key that\n"
        "lies in an HSM (--key-command).\n"
        "\n"
        "init FILE makes version 1 from public keys. add-key, drop-key, revoke and set make the next version of FILE,\n"
        "not signed; revoke takes the keys that come instead along. What a revoked key signed counts in the epochs\n"
        "that --void-after names, up to the sequence there, and in no others; E may be left out in the first epoch.\n"
        "A key that neither FILE nor an earlier version beside it lists is refused, as one that was mistyped; --unlisted is for\n"
        "one of a version that is not at hand: what it signed could still come back.\n"
        "sign FILE adds one signature. check FILE or DIRECTORY says what is missing, and whether each version follows\n"
        "from the one before. show FILE explains it, with the fingerprint that sites are given.\n"
        "\n"
        "A new version needs the root signatures that the version before asks for, and those it asks for itself.\n"
        "Give the versions to sites with sealift pack --trust.",
    .examples =
        "  sealift trust init trust/1.json --customer customer-a --root-key anna.pub --root-key ben.pub \\\n"
        "      --release-key ops.pub --threshold root=2\n"
        "  sealift trust sign trust/1.json --key anna.key\n"
        "  sealift trust revoke trust/1.json --key ops.pub --void-after 17 --release-key ops2.pub\n"
        "  sealift trust check trust\n",
    .options = options,
    .context_size = sizeof(struct trust_context),
    .run = run,
};
