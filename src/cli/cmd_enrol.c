#include "cmd.h"
#include "site_options.h"

#include <sealift/json.h>
#include <sealift/text.h>
#include <string.h>

struct context {
    const char *root, *trust, *fingerprint, *customer;
    enum cli_format format;
};

static const struct cli_option options[] = {
    ROOT_OPTION(context),
    {"trust", "FILE", "trust.json with its signatures beside it, or a directory of its versions", CLI_TEXT,
     offsetof(struct context, trust), true},
    {"fingerprint", "HEX", "of version 1, as the vendor said it on another way than the disk", CLI_TEXT,
     offsetof(struct context, fingerprint), true},
    {"customer", "NAME", "whose site this is, where trust.json is for any customer", CLI_TEXT,
     offsetof(struct context, customer), false},
    CLI_FORMAT_OPTION(context),
    CLI_OPTIONS_END,
};

static void print(struct cli *cli, const struct context *context, const struct sl_enrolled *made)
{
    if (context->format == CLI_AS_JSON) {
        struct sl_json *json = cli_json(cli);
        sl_json_key_text(json, "customer", sl_str_from(made->customer));
        sl_json_key_text(json, "receipt_key", sl_str_from(made->receipt_key));
        sl_json_key_text(json, "age_recipient", sl_str_from(made->age_recipient));
        sl_json_key_unsigned(json, "trust_version", made->trust_version);
        return;
    }
    cli_escaped(cli, sl_str_from(context->root));
    sl_buf_text(&cli->out, ": ");
    cli_marked(cli, '+', "enrolled");
    sl_buf_printf(&cli->out, " as the site of %s\n", made->customer);
    cli_field(cli, "trust", "version %llu", (unsigned long long)made->trust_version);
    cli_field(cli, "receipt key", "%s", made->receipt_key);
    cli_field(cli, "age", "%s", made->age_recipient);
    sl_buf_text(
        &cli->out,
        "\nnext: send receipt key and age recipient to the vendor; install bundles without --pubkey\n");
}

static int enrol(struct sl_enrolled *out, const struct context *context, const struct sl_trust_steps *steps,
                 struct sl_err *err)
{
    struct sl_enrolment request = {
        .steps = steps,
        .customer = sl_str_from(context->customer),
        .random = cli_random(),
    };
    if (!cli_sha256(request.fingerprint, context->fingerprint))
        return sl_fail(err, SL_E_USAGE, "--fingerprint wants 64 hexadecimal digits in lower case");
    struct cli_site site;
    bool missing = cli_is_missing(context->root);
    cli_site_begin(&site, "enrol", context->root, false);
    int result = sl_site_enrol(out, &site.options, &request, err);
    unsigned char is[32];
    sl_trust_fingerprint(is, sl_trust_steps_at(steps, 0)->json);
    if (result < 0 && err->code == SL_E_REFUSED && memcmp(is, request.fingerprint, sizeof is) != 0)
        (void)sl_err_about(err, context->trust);
    cli_progress_end(&site.progress);
    cli_tell_made(missing, context->root);
    return result;
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct sl_trust_steps *steps = NULL;
    struct sl_enrolled made;
    int result = sl_trust_steps_load(&steps, context->trust, err);
    if (result == 0)
        result = enrol(&made, context, steps, err);
    sl_trust_steps_free(steps);
    if (result == 0)
        print(cli, context, &made);
    return result;
}

const struct cli_command cmd_enrol = {
    .name = "enrol",
    .words = "",
    .summary = "make a site that judges bundles by its own trust.json",
    .description =
        "Takes a trust.json whose first version has the given fingerprint, and makes in ROOT/state what the site needs\n"
        "for years: whom it trusts, a key of its own for receipts, an age identity, and a ledger, kept twice, of what\n"
        "must never be forgotten: floor, epoch, highest sequence, the latest time that anything proved.\n\n"
        "From then on install, verify --root and rollback need no --pubkey. A site that installed with --pubkey before\n"
        "can be enrolled; what it has accepted counts. The fingerprint must come on another way than the disk, for\n"
        "example read out by telephone: `sealift trust show` prints it.",
    .examples = "  sealift enrol --root /opt/product --trust trust.json --fingerprint 5f0c...\n",
    .options = options,
    .context_size = sizeof(struct context),
    .lasting = true,
    .run = run,
};
