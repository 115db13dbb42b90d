#include "anchor.h"
#include "bundle_report.h"
#include "cmd.h"
#include "provenance_report.h"
#include "site_options.h"

#include <sealift/sign.h>
#include <sealift/text.h>

struct context {
    struct cli_list public_keys, signatures, identities, provenance_keys;
    const char *trust, *root, *customer, *password_file;
    bool explain;
    enum cli_format format;
};

static const struct cli_option options[] = {
    {"pubkey", "FILE", "a public key that is trusted; may be given several times", CLI_LIST,
     offsetof(struct context, public_keys), false},
    TRUST_OPTION(context),
    {"root", "DIR", "judge as the site in DIR would, with what it knows; changes nothing", CLI_TEXT,
     offsetof(struct context, root), false},
    CLI_SIGNATURE_OPTION(context),
    {"customer", "NAME", "the bundle must be for this customer", CLI_TEXT, offsetof(struct context, customer),
     false},
    IDENTITY_OPTION(context),
    IDENTITY_PASSWORD_OPTION(context),
    {"provenance-key", "FILE",
     "the provenance must be signed with this public key; may be given several times", CLI_LIST,
     offsetof(struct context, provenance_keys), false},
    {"explain", NULL, "show every step of the verdict, also of a refusal", CLI_FLAG,
     offsetof(struct context, explain), false},
    CLI_FORMAT_OPTION(context),
    CLI_OPTIONS_END,
};

/* Warnings are for everybody, the other steps for those who ask. */
static void report_steps(struct cli *cli, const struct sl_verdict *verdict, bool explain)
{
    if (explain)
        verdict_print(cli, verdict);
    for (int i = 0; i < SL_STEP_COUNT && !explain; i++) {
        if (verdict->steps[i].outcome != SL_WARNED)
            continue;
        sl_buf_text(&cli->out, "  ");
        cli_marked(cli, '~', "warning");
        sl_buf_printf(&cli->out, "      %s\n", verdict->steps[i].text);
    }
}

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

static void report_json(struct cli *cli, const struct sl_bundle_head *head, const struct sl_verdict *verdict,
                        const struct cli_provenance *provenance)
{
    struct sl_json *json = cli_json(cli);
    sl_json_key_bool(json, "verified", true);
    head_json(json, head, true);
    cli_provenance_json(json, provenance, head->manifest);
    sl_json_key(json, "verdict");
    sl_verdict_json(json, verdict);
}

/* Where nothing was judged, a file that is not there, there is no verdict. */
static void refusal_json(struct cli *cli, const struct sl_verdict *verdict)
{
    if (verdict->steps[0].outcome == SL_NOT_REACHED)
        return;
    sl_json_key(cli_json(cli), "verdict");
    sl_verdict_json(cli_json(cli), verdict);
}

static int verify(struct sl_verified **out, const char *path, const struct sl_policy *policy,
                  struct cli_provenance *provenance, struct sl_err *err)
{
    int fd = -1;
    if (cli_open_bundle(&fd, path, err) < 0)
        return -1;
    struct sl_claim *claim = NULL;
    if (sl_claim_open(&claim, fd, path, policy, err) < 0)
        return -1;
    struct cli_progress progress;
    struct sl_progress report = cli_progress_start(&progress);
    struct sl_receiver room;
    int result = sl_claim_prove(out, claim, cli_provenance_receiver(provenance, &room), &report, err);
    cli_progress_end(&progress);
    sl_claim_free(claim);
    if (result == 0 && cli_provenance_check(provenance, sl_verified_head(*out)->manifest, err) < 0) {
        char shown[512];
        policy->verdict->accepted = false;
        (void)sl_err_about(err, path);
        result = sl_wrap(err, "%s", sl_escape(shown, sizeof shown, sl_str_from(path)));
    }
    return result;
}

static void refusal(struct cli *cli, const struct context *context, const struct sl_verdict *verdict)
{
    if (context->format == CLI_AS_JSON)
        refusal_json(cli, verdict);
    else if (context->explain)
        verdict_print(cli, verdict);
}

static int verify_and_report(struct cli *cli, const struct context *context, const struct sl_policy *policy,
                             struct cli_provenance *provenance, struct sl_err *err)
{
    struct sl_verified *verified = NULL;
    if (verify(&verified, cli->words[0], policy, provenance, err) < 0) {
        sl_verified_free(verified);
        refusal(cli, context, policy->verdict);
        return -1;
    }
    const struct sl_bundle_head *head = sl_verified_head(verified);
    if (context->format == CLI_AS_JSON) {
        report_json(cli, head, policy->verdict, provenance);
    } else {
        report_text(cli, head);
        cli_provenance_print(cli, provenance, head->manifest);
        report_steps(cli, policy->verdict, context->explain);
    }
    sl_verified_free(verified);
    return 0;
}

static int decide(struct cli *cli, const struct context *context, const struct cli_anchor *anchor,
                  struct sl_err *err)
{
    struct sl_verdict verdict = {.accepted = false};
    struct sl_policy policy = {.customer = sl_str_from(context->customer), .verdict = &verdict};
    struct sl_detached_files *detached = NULL;
    struct sl_age_identities identities;
    cli_anchor_apply(&policy, anchor);
    int result = cli_identities(&identities, &context->identities, context->password_file, err);
    policy.age_keys.identities = identities.items;
    policy.age_keys.identity_count = identities.count;
    if (result == 0)
        result = cli_detached(&detached, &policy, cli->words[0], &context->signatures, err);
    struct sl_site_trust *site = NULL;
    if (result == 0 && context->root) {
        struct cli_site options_of_site;
        cli_site_begin(&options_of_site, "verify", context->root, false);
        result = sl_site_trust_open(&site, &options_of_site.options, &policy, err);
        cli_progress_end(&options_of_site.progress);
    }
    struct cli_provenance provenance;
    int opened = cli_provenance_open(&provenance, &context->provenance_keys, err);
    if (result == 0)
        result = opened < 0 ? -1 : verify_and_report(cli, context, &policy, &provenance, err);
    cli_provenance_release(&provenance);
    sl_site_trust_free(site);
    sl_detached_free(detached);
    sl_age_identities_wipe(&identities);
    return result;
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct cli_anchor anchor;
    int result =
        cli_anchor_open_for(&anchor, "verify", &context->public_keys, context->trust, context->root, err);
    if (result == 0)
        result = decide(cli, context, &anchor, err);
    cli_anchor_release(&anchor);
    if (result < 0 && context->format == CLI_AS_JSON)
        sl_json_key_bool(cli_json(cli), "verified", false);
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
        "With --trust the keys, how many of them must have signed, and what is revoked come from trust.json, brought\n"
        "up to date with the versions of it that the bundle carries. --explain shows each step in its order.\n"
        "A bundle that is encrypted with age is decrypted as it is read, with the identities given.\n"
        "With --provenance-key its provenance.intoto.json must be signed with that key and be about exactly these files.\n"
        "Exit status 0: verified. 1: refused, with the reason on standard error.",
    .examples =
        "  sealift verify customer-a-v1.0-17.tar.gz --pubkey ops.pub\n"
        "  sealift verify customer-a-v1.0-17.tar.gz --pubkey ops.pub --customer customer-a --format json\n"
        "  sealift verify customer-a-v1.0-17.tar.gz --trust trust/1.json --explain\n",
    .options = options,
    .context_size = sizeof(struct context),
    .run = run,
};
