#include "bundle_report.h"
#include "cmd.h"

struct context {
    struct cli_list identities;
    const char *password_file;
    bool files;
    enum cli_format format;
};

static const struct cli_option options[] = {
    {"files", NULL, "list every file with its digest and size", CLI_FLAG, offsetof(struct context, files),
     false},
    IDENTITY_OPTION(context),
    IDENTITY_PASSWORD_OPTION(context),
    CLI_FORMAT_OPTION(context),
    CLI_OPTIONS_END,
};

static void report_json(struct cli *cli, const struct sl_bundle_head *head, bool files)
{
    struct sl_json *json = cli_json(cli);
    sl_json_key_bool(json, "verified", false);
    head_json(json, head, false);
    if (files)
        files_json(json, head->manifest);
}

static int inspect(struct sl_inspection **out, const char *path, const struct context *context,
                   struct sl_err *err)
{
    int fd = -1;
    struct sl_age_identities identities;
    int result = cli_identities(&identities, &context->identities, context->password_file, err);
    struct sl_age_keys keys = {.identities = identities.items, .identity_count = identities.count};
    if (result == 0)
        result = cli_open_bundle(&fd, path, err);
    if (result == 0)
        result = sl_inspect(out, fd, path, &keys, err);
    sl_age_identities_wipe(&identities);
    return result;
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct sl_inspection *inspection = NULL;
    if (inspect(&inspection, cli->words[0], context, err) < 0)
        return -1;
    const struct sl_bundle_head *head = sl_inspection_head(inspection);
    if (context->format == CLI_AS_JSON) {
        report_json(cli, head, context->files);
    } else {
        cli_escaped(cli, head->manifest->bundle);
        sl_buf_text(&cli->out, ": ");
        cli_marked(cli, '~', "not verified");
        sl_buf_text(&cli->out, ", this is only what the file says of itself\n");
        head_print(cli, head, false);
        if (context->files)
            files_print(cli, head->manifest);
    }
    sl_inspection_free(inspection);
    return 0;
}

const struct cli_command cmd_inspect = {
    .name = "inspect",
    .words = "BUNDLE",
    .words_min = 1,
    .words_max = 1,
    .summary = "show what a bundle says it is, without verifying it",
    .description =
        "Reads the head of a bundle and shows what is inside and who it is for. Nothing is proved: neither the\n"
        "signatures nor the files are checked, and the report says so. Use verify before you believe it.\n\n"
        "An encrypted bundle is opened with the age identities given with --identity.",
    .examples = "  sealift inspect customer-a-v1.0-17.tar.gz\n"
                "  sealift inspect customer-a-v1.0-17.tar.gz --files\n",
    .options = options,
    .context_size = sizeof(struct context),
    .run = run,
};
