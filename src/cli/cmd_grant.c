#include "cmd.h"
#include "signers.h"

#include <sealift/file.h>
#include <sealift/grant.h>
#include <sealift/text.h>
#include <stdio.h>

struct context {
    struct cli_signer_options signers;
    const char *site, *customer, *digest, *out, *sign;
    uint64_t days;
};

static const struct cli_option options[] = {
    {"site", "FILE", "the site's public key, state/site.pub", CLI_TEXT, offsetof(struct context, site),
     false},
    {"customer", "NAME", "whose site it is", CLI_TEXT, offsetof(struct context, customer), false},
    {"bundle-digest", "HEX", "digest of the bundle that may come back, as inspect and history show it",
     CLI_TEXT, offsetof(struct context, digest), false},
    {"days", "N", "how long it is good (default: 14)", CLI_NUMBER, offsetof(struct context, days), false},
    {"out", "FILE", "where the new grant goes", CLI_TEXT, offsetof(struct context, out), false},
    {"sign", "FILE", "add a signature to this grant instead of making one", CLI_TEXT,
     offsetof(struct context, sign), false},
    CLI_SIGNER_KEY_OPTION(
        context, "sign with this secret key, of role grant in trust.json; may be given several times"),
    CLI_SIGNER_MORE_OPTIONS(context),
    CLI_OPTIONS_END,
};

static int fill(struct sl_grant *grant, const struct context *context, struct sl_err *err)
{
    struct cli_list list = {.items = {context->site}, .count = 1};
    struct cli_keys keys;
    struct sl_random random = cli_random();
    *grant = (struct sl_grant){.expires = cli_now() + (int64_t)(context->days ? context->days : 14) * 86400};
    if (strlen(context->customer) >= sizeof grant->customer)
        return sl_fail(err, SL_E_USAGE, "--customer is no name of a customer");
    memcpy(grant->customer, context->customer, strlen(context->customer));
    if (!cli_sha256(grant->manifest_sha256, context->digest))
        return sl_fail(err, SL_E_USAGE, "--bundle-digest wants 64 hexadecimal digits in lower case");
    if (cli_public_keys(&keys, &list, err) < 0)
        return -1;
    sl_trust_key_name(grant->site, &keys.keys[0]);
    return random.fill(random.context, grant->nonce, sizeof grant->nonce, err);
}

static int make(struct sl_buf *json, const struct context *context, struct sl_err *err)
{
    struct sl_grant grant;
    if (!context->site || !context->customer || !context->digest || !context->out) {
        (void)sl_fail(err, SL_E_USAGE,
                      "grant needs --site, --customer, --bundle-digest and --out, or --sign");
        return sl_hint(err, "'sealift grant --help' lists the options");
    }
    if (fill(&grant, context, err) < 0 || sl_grant_write(json, &grant, err) < 0)
        return -1;
    return sl_file_create(context->out, sl_buf_view(json), 0644, false, err);
}

static int sign(struct cli *cli, const char *path, struct sl_str json, const struct sl_signing_key *key,
                struct sl_err *err)
{
    struct sl_buf text;
    char id[SL_KEY_ID_HEX + 1];
    sl_buf_init(&text, 16384);
    int result = sl_grant_sign(&text, json, key, err);
    if (result == 0)
        result = cli_signature_write(path, key, &text, err);
    sl_buf_release(&text);
    if (result < 0)
        return -1;
    sl_buf_text(&cli->out, "signed ");
    cli_escaped(cli, sl_str_from(path));
    sl_buf_printf(&cli->out, " with key %s\n", sl_key_id_text(id, key->public_key.id));
    return 0;
}

static int grant(struct cli *cli, const struct context *context, const struct cli_signers *signers,
                 struct sl_err *err)
{
    struct sl_buf json;
    struct sl_grant read;
    sl_buf_init(&json, SL_GRANT_BYTES_MAX);
    const char *path = context->sign ? context->sign : context->out;
    int result = path ? cli_signers_fit(signers, path, err) : 0;
    if (result == 0)
        result =
            context->sign ? sl_file_read(&json, path, SL_GRANT_BYTES_MAX, err) : make(&json, context, err);
    if (result == 0)
        result = sl_grant_read(&read, sl_buf_view(&json), path, err);
    for (size_t i = 0; result == 0 && i < signers->count; i++)
        result = sign(cli, path, sl_buf_view(&json), &signers->keys[i], err);
    sl_buf_release(&json);
    return result;
}

/* The signers come first: a wrong password leaves no grant behind that nobody signed. */
static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct cli_signers signers = {.count = 0};
    int result = 0;
    if (context->signers.keys.count + context->signers.commands.count == 0)
        result = sl_fail(err, SL_E_USAGE, "grant needs --key FILE or --key-command COMMAND");
    if (result == 0)
        result = cli_signers_open(&signers, &context->signers, "grant", err);
    if (result == 0)
        result = grant(cli, context, &signers, err);
    cli_signers_close(&signers);
    return result;
}

const struct cli_command cmd_grant = {
    .name = "grant",
    .words = "",
    .summary = "permit one site to go back below its floor, once",
    .description =
        "Makes and signs a grant: one bundle may come back at one site, once, although its floor, the epoch or a\n"
        "revocation forbids it. Each signature lies beside it as FILE.KEYID.minisig; the site wants as many as role\n"
        "grant in its trust.json needs. With --sign another person adds theirs to a grant that is there.\n"
        "Carry the file and its signatures to the site, where `sealift rollback --grant FILE` takes them.",
    .examples =
        "  sealift grant --site customer-a-site.pub --customer customer-a --bundle-digest 9f2e... \\\n"
        "      --key grant.key --out grant.json\n"
        "  sealift grant --sign grant.json --key second.key\n",
    .options = options,
    .context_size = sizeof(struct context),
    .run = run,
};
