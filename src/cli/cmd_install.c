#include "anchor.h"
#include "cmd.h"
#include "site_options.h"

#include <sealift/json.h>
#include <sealift/sign.h>
#include <sealift/text.h>
#include <stdio.h>

struct context {
    struct cli_list public_keys, signatures, identities;
    const char *root, *trust, *customer, *password_file;
    bool wait;
    enum cli_format format;
};

static const struct cli_option options[] = {
    ROOT_OPTION(context),
    {"pubkey", "FILE", "a public key that is trusted; may be given several times", CLI_LIST,
     offsetof(struct context, public_keys), false},
    TRUST_OPTION(context),
    CLI_SIGNATURE_OPTION(context),
    {"customer", "NAME", "the bundle must be for this customer", CLI_TEXT, offsetof(struct context, customer),
     false},
    IDENTITY_OPTION(context),
    IDENTITY_PASSWORD_OPTION(context),
    WAIT_OPTION(context),
    CLI_FORMAT_OPTION(context),
    CLI_OPTIONS_END,
};

static const char *outcome_name(enum sl_install_outcome outcome)
{
    switch (outcome) {
    case SL_INSTALLED:
        return "installed";
    case SL_ALREADY_CURRENT:
        return "already-current";
    case SL_REPAIRED:
        return "repaired";
    }
    return "installed";
}

static void report_text(struct cli *cli, const struct context *context,
                        const struct sl_install_result *result)
{
    char size[16];
    if (result->outcome == SL_ALREADY_CURRENT) {
        cli_marked(cli, '+', "already installed");
        sl_buf_printf(&cli->out, ": %s is current and intact; nothing was changed\n", result->generation);
        return;
    }
    cli_marked(cli, '+', result->outcome == SL_REPAIRED ? "repaired" : "installed");
    sl_buf_printf(&cli->out, ": %s is current now\n", result->generation);
    cli_field(cli, "before", "%s", *result->previous ? result->previous : "nothing");
    if (result->previous_sequence > result->sequence) {
        sl_buf_text(&cli->out, "  ");
        cli_marked(cli, '~', "older");
        sl_buf_printf(&cli->out, "        than what was current: sequence %llu after %llu\n",
                      (unsigned long long)result->sequence, (unsigned long long)result->previous_sequence);
    }
    cli_field(cli, "files", "%llu, %s", (unsigned long long)result->files, sl_size_text(size, result->bytes));
    sl_buf_text(&cli->out, "  at           ");
    cli_escaped(cli, sl_str_from(context->root));
    sl_buf_text(&cli->out, "/current\n\nnext: kubectl apply -k ");
    char manifests[4096];
    (void)snprintf(manifests, sizeof manifests, "%s/current/manifests", context->root);
    sl_buf_shell_word(&cli->out, sl_str_from(manifests));
    sl_buf_text(&cli->out, ", or let Flux or Argo CD take that directory\n");
}

static void report_json(struct cli *cli, const struct sl_install_result *result)
{
    struct sl_json *json = cli_json(cli);
    sl_json_key_text(json, "outcome", sl_str_from(outcome_name(result->outcome)));
    sl_json_key_text(json, "generation", sl_str_from(result->generation));
    sl_json_key_unsigned(json, "sequence", result->sequence);
    if (*result->previous) {
        sl_json_key_text(json, "previous", sl_str_from(result->previous));
        if (result->previous_sequence > 0)
            sl_json_key_unsigned(json, "previous_sequence", result->previous_sequence);
    }
    sl_json_key_unsigned(json, "files", result->files);
    sl_json_key_unsigned(json, "bytes", result->bytes);
}

static int install(struct sl_install_result *out, const char *path, const struct context *context,
                   struct sl_policy *policy, struct sl_err *err)
{
    int fd = -1;
    struct sl_age_identities identities;
    struct sl_detached_files *detached = NULL;
    int result = cli_identities(&identities, &context->identities, context->password_file, err);
    policy->age_keys =
        (struct sl_age_keys){.identities = identities.items, .identity_count = identities.count};
    if (result == 0)
        result = cli_detached(&detached, policy, path, &context->signatures, err);
    if (result == 0)
        result = cli_open_bundle(&fd, path, err);
    if (result == 0) {
        struct cli_site site;
        cli_site_begin(&site, "install", context->root, context->wait);
        result = sl_site_install(out, &site.options, fd, path, policy, err);
        cli_progress_end(&site.progress);
    }
    sl_detached_free(detached);
    sl_age_identities_wipe(&identities);
    return result;
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct cli_anchor anchor;
    struct sl_policy policy = {.customer = sl_str_from(context->customer)};
    struct sl_install_result result = {.outcome = SL_INSTALLED};
    int status =
        cli_anchor_open_for(&anchor, "install", &context->public_keys, context->trust, context->root, err);
    bool missing = cli_is_missing(context->root);
    if (status == 0) {
        cli_anchor_apply(&policy, &anchor);
        status = install(&result, cli->words[0], context, &policy, err);
    }
    cli_anchor_release(&anchor);
    cli_tell_made(missing, context->root);
    if (status < 0)
        return -1;
    if (context->format == CLI_AS_JSON)
        report_json(cli, &result);
    else
        report_text(cli, context, &result);
    return 0;
}

const struct cli_command cmd_install = {
    .name = "install",
    .words = "BUNDLE",
    .words_min = 1,
    .words_max = 1,
    .summary = "verify a bundle and make it the current generation",
    .description =
        "Verifies the bundle while it is unpacked into ROOT/staging; only when every byte was right it becomes a\n"
        "generation, and ROOT/current is switched to it in one step. Stopped at any moment, the old state stays or\n"
        "the new one is complete. The bundle that is current already changes nothing; when its files were altered,\n"
        "a fresh copy becomes current. The first install fixes whose site this is, and makes ROOT where only that last\n"
        "directory of the path is missing.\n\n"
        "A bundle that is encrypted with age is decrypted as it is read, with the identities given; nothing of it is\n"
        "written before the signature inside was found good.",
    .examples = "  sealift install customer-a-v1.0-17.tar.gz --pubkey ops.pub --root /opt/product\n",
    .options = options,
    .context_size = sizeof(struct context),
    .lasting = true,
    .run = run,
};
