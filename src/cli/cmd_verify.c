#include "bundle_report.h"
#include "cmd.h"

#include <sealift/text.h>

struct context {
    struct cli_list public_keys, identities;
    const char *customer;
    enum cli_format format;
};

static const struct cli_option options[] = {
    {"pubkey", "FILE", "a public key that is trusted; may be given several times", CLI_LIST,
     offsetof(struct context, public_keys), true},
    {"customer", "NAME", "the bundle must be for this customer", CLI_TEXT, offsetof(struct context, customer),
     false},
    IDENTITY_OPTION(context),
    CLI_FORMAT_OPTION(context),
    CLI_OPTIONS_END,
};

static void report_text(struct cli *cli, const struct sl_bundle_head *head)
{
    cli_escaped(cli, head->manifest->bundle);
    sl_buf_text(&cli->out, ": ");
    cli_marked(cli, '+', "verified");
    sl_buf_byte(&cli->out, '\n');
    head_print(cli, head, true);
    size_t trusted = 0;
    for (size_t i = 0; i < head->signer_count; i++)
        trusted += head->signers[i].trusted ? 1 : 0;
    cli_field(cli, "checked", "%zu %s over the manifest; every header byte, size and SHA-256 of %zu files;",
              trusted, trusted == 1 ? "signature" : "signatures", head->manifest->file_count);
    cli_field(cli, "", "checksum and length of the compressed stream; nothing missing, nothing added");
}

static int report_json(struct cli *cli, const struct sl_bundle_head *head, struct sl_err *err)
{
    struct sl_json json;
    sl_json_begin(&json, &cli->out, SL_JSON_INDENTED);
    sl_json_map(&json);
    sl_json_key_bool(&json, "verified", true);
    head_json(&json, head, true);
    sl_json_end(&json);
    return sl_json_close(&json, err);
}

/* For other programs a refusal is a report too; the message goes to stderr as well. */
static int refusal_json(struct cli *cli, const struct sl_err *refusal)
{
    struct sl_err err = {0};
    struct sl_json json;
    sl_json_begin(&json, &cli->out, SL_JSON_INDENTED);
    sl_json_map(&json);
    sl_json_key_bool(&json, "verified", false);
    sl_json_key_text(&json, "code", sl_str_from(sl_code_name(refusal->code)));
    sl_json_key_text(&json, "reason", sl_str_from(refusal->message));
    sl_json_end(&json);
    /* The refusal counts, whatever becomes of its report. */
    if (sl_json_close(&json, &err) < 0)
        sl_buf_reset(&cli->out);
    return -1;
}

static int verify(struct sl_verified **out, const char *path, const struct sl_policy *policy,
                  struct sl_err *err)
{
    int fd = -1;
    if (cli_open_bundle(&fd, path, err) < 0)
        return -1;
    struct sl_claim *claim = NULL;
    if (sl_claim_open(&claim, fd, path, policy, err) < 0)
        return -1;
    struct cli_progress progress;
    struct sl_progress report = cli_progress_start(&progress);
    int result = sl_claim_prove(out, claim, NULL, &report, err);
    cli_progress_end(&progress);
    sl_claim_free(claim);
    return result;
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct cli_keys keys;
    if (cli_public_keys(&keys, &context->public_keys, err) < 0)
        return -1;
    struct sl_policy policy = {
        .keys = keys.keys, .key_count = keys.count, .customer = sl_str_from(context->customer)};
    struct sl_verified *verified = NULL;
    struct sl_age_identities identities;
    int read = cli_identities(&identities, &context->identities, err);
    policy.age_keys.identities = identities.items;
    policy.age_keys.identity_count = identities.count;
    int proved = read < 0 ? -1 : verify(&verified, cli->words[0], &policy, err);
    sl_age_identities_wipe(&identities);
    if (read < 0)
        return -1;
    if (proved < 0)
        return context->format == CLI_AS_JSON ? refusal_json(cli, err) : -1;
    const struct sl_bundle_head *head = sl_verified_head(verified);
    int result = 0;
    if (context->format == CLI_AS_JSON)
        result = report_json(cli, head, err);
    else
        report_text(cli, head);
    sl_verified_free(verified);
    return result;
}

const struct cli_command cmd_verify = {
    .name = "verify",
    .words = "BUNDLE",
    .words_min = 1,
    .words_max = 1,
    .summary = "say whether a bundle is to be trusted",
    .description =
        "Reads a bundle once, from its first byte to its last, and accepts it only when a given public key signed its\n"
        "manifest and everything else is exactly as the manifest says. Needs no network and writes nothing.\n"
        "A bundle that is encrypted with age is decrypted as it is read, with the identities given.\n"
        "Exit status 0: verified. 1: refused, with the reason on standard error.",
    .examples =
        "  sealift verify customer-a-v1.0-17.tar.gz --pubkey ops.pub\n"
        "  sealift verify customer-a-v1.0-17.tar.gz --pubkey ops.pub --customer customer-a --format json\n",
    .options = options,
    .context_size = sizeof(struct context),
    .run = run,
};
