#include "cmd.h"
#include "signers.h"

#include <sealift/json.h>
#include <sealift/sign.h>
#include <sealift/text.h>
#include <stdio.h>

struct context {
    struct cli_signer_options signers;
    struct cli_list identities;
    const char *out;
    bool replace, detached;
    enum cli_format format;
};

static const struct cli_option options[] = {
    CLI_SIGNER_OPTIONS(context),
    {"out", "FILE", "the signed bundle; BUNDLE stays as it is", CLI_TEXT, offsetof(struct context, out),
     false},
    {"replace", NULL, "put the signed bundle in the place of BUNDLE, or of FILE", CLI_FLAG,
     offsetof(struct context, replace), false},
    {"detached", NULL, "leave BUNDLE as it is and write BUNDLE.KEYID.minisig beside it", CLI_FLAG,
     offsetof(struct context, detached), false},
    IDENTITY_OPTION(context),
    CLI_FORMAT_OPTION(context),
    CLI_OPTIONS_END,
};

/* Where the signature of the key number `i` is now. */
static int place_of(char out[4096], const struct cli *cli, const struct context *context,
                    const struct sl_signing_key *key, struct sl_err *err)
{
    if (context->detached)
        return sl_detached_path(out, cli->words[0], key->public_key.id, err);
    (void)snprintf(out, 4096, "%s", context->out ? context->out : cli->words[0]);
    return 0;
}

static int report_text(struct cli *cli, const struct context *context, const struct sl_sign_result *result,
                       const struct cli_signers *signers, struct sl_err *err)
{
    char size[16];
    cli_marked(cli, '+', result->added_count ? "signed" : "already signed");
    sl_buf_printf(&cli->out, ": %s\n", result->bundle);
    sl_buf_text(&cli->out, "  digest       ");
    sl_buf_hex(&cli->out, result->manifest_sha256, sizeof result->manifest_sha256);
    sl_buf_byte(&cli->out, '\n');
    cli_field(cli, "files", "%llu, %s", (unsigned long long)result->files, sl_size_text(size, result->bytes));
    for (size_t i = 0; i < signers->count; i++) {
        char id[SL_KEY_ID_HEX + 1];
        char path[4096];
        char shown[1024];
        if (place_of(path, cli, context, &signers->keys[i], err) < 0)
            return -1;
        (void)sl_key_id_text(id, signers->keys[i].public_key.id);
        if (result->added[i])
            cli_field(cli, "signed by", "key %s, in %s", id,
                      sl_escape(shown, sizeof shown, sl_str_from(path)));
        else
            cli_field(cli, "signed by", "key %s, which had signed before; nothing was added for it", id);
    }
    cli_field(cli, "signatures", "%zu in the bundle", result->signatures);
    return 0;
}

static int report_json(struct cli *cli, const struct context *context, const struct sl_sign_result *result,
                       const struct cli_signers *signers, struct sl_err *err)
{
    struct sl_json *json = cli_json(cli);
    sl_json_key_text(json, "bundle", sl_str_from(result->bundle));
    sl_json_key_hex(json, "manifest_sha256", result->manifest_sha256, sizeof result->manifest_sha256);
    sl_json_key_unsigned(json, "signatures", result->signatures);
    sl_json_key(json, "signers");
    sl_json_list(json);
    int status = 0;
    for (size_t i = 0; i < signers->count && status == 0; i++) {
        char id[SL_KEY_ID_HEX + 1];
        char path[4096];
        status = place_of(path, cli, context, &signers->keys[i], err);
        sl_json_map(json);
        sl_json_key_text(json, "key_id", sl_str_from(sl_key_id_text(id, signers->keys[i].public_key.id)));
        sl_json_key_bool(json, "added", result->added[i]);
        if (status == 0 && result->added[i])
            sl_json_key_text(json, "path", sl_str_from(path));
        sl_json_end(json);
    }
    sl_json_end(json);
    return status;
}

static int check_places(const struct context *context, struct sl_err *err)
{
    if (context->signers.keys.count + context->signers.commands.count == 0) {
        (void)sl_fail(err, SL_E_USAGE, "sign needs --key FILE or --key-command COMMAND");
        return sl_hint(err, "'sealift sign --help' lists the options");
    }
    if (context->detached && context->out)
        return sl_fail(err, SL_E_USAGE, "--detached writes beside the bundle: it cannot be given with --out");
    if (context->detached || context->out || context->replace)
        return 0;
    (void)sl_fail(err, SL_E_USAGE, "where does the signed bundle go?");
    return sl_hint(err, "--out FILE writes another one, --replace changes this one, --detached writes the "
                        "signature beside it");
}

static int sign(struct cli *cli, const struct context *context, struct cli_signers *signers,
                const struct sl_age_identities *identities, struct sl_err *err)
{
    if (check_places(context, err) < 0 || cli_signers_open(signers, &context->signers, "bundle", err) < 0)
        return -1;
    struct cli_progress progress;
    struct sl_sign_options sign_options = {
        .keys = signers->keys,
        .key_count = signers->count,
        .out = context->out,
        .detached = context->detached,
        .replace = context->replace,
        .age_keys = {.identities = identities->items, .identity_count = identities->count},
        .progress = cli_progress_start(&progress),
    };
    struct sl_sign_result result;
    int status = sl_bundle_sign(&result, cli->words[0], &sign_options, err);
    cli_progress_end(&progress);
    if (status < 0 && err->code == SL_E_EXISTS && !err->hint[0])
        return sl_hint(err, "--replace replaces it");
    if (status < 0)
        return -1;
    if (context->format == CLI_AS_JSON)
        return report_json(cli, context, &result, signers, err);
    return report_text(cli, context, &result, signers, err);
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    struct cli_signers signers = {.count = 0};
    struct sl_age_identities identities;
    const struct context *context = data;
    int result = cli_identities(&identities, &context->identities, context->signers.password_file, err);
    if (result == 0)
        result = sign(cli, data, &signers, &identities, err);
    sl_age_identities_wipe(&identities);
    cli_signers_close(&signers);
    return result;
}

const struct cli_command cmd_sign = {
    .name = "sign",
    .words = "BUNDLE",
    .words_min = 1,
    .words_max = 1,
    .summary = "add a signature to a bundle, in it or beside it",
    .description =
        "Reads a bundle once, from its first byte to its last, and adds a signature of its manifest by each --key and\n"
        "--key-command. Everything else stays: the payload is neither changed nor packed again. A bundle that is not\n"
        "what its manifest says is refused. A key that has signed before adds nothing.\n\n"
        "Whether those who signed before are who they should be is not asked here: sealift verify does, and looking at\n"
        "the bundle with sealift inspect before signing it is wise.\n\n"
        "--detached writes BUNDLE.KEYID.minisig, which sealift verify and sealift install find beside the bundle, and\n"
        "minisign -VHm manifest.json -x takes for the unpacked manifest. An encrypted bundle can only be signed so, and\n"
        "--identity opens it.",
    .examples = "  sealift sign customer-a-v1.0-17.tar.gz --key second.key --replace\n"
                "  sealift sign customer-a-v1.0-17.tar.gz --key second.key --detached\n",
    .options = options,
    .context_size = sizeof(struct context),
    .lasting = true,
    .run = run,
};
