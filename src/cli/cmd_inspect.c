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

static void report(struct cli *cli, const struct sl_bundle_head *head, const struct context *context)
{
    if (context->format == CLI_AS_JSON) {
        head_json(cli_json(cli), head, false);
        if (context->files)
            files_json(cli_json(cli), head->manifest);
        return;
    }
    cli_escaped(cli, head->manifest->bundle);
    sl_buf_text(&cli->out, ": ");
    cli_marked(cli, '~', "not verified");
    sl_buf_text(&cli->out, ", this is only what the file says of itself\n");
    head_print(cli, head, false);
    if (context->files)
        files_print(cli, head->manifest);
}

struct showing {
    struct cli *cli; /* in the process that looks: a copy, which ends with it */
    const struct context *context;
};

static int show(void *context, struct sl_buf *out, const struct sl_bundle_head *head, struct sl_err *err)
{
    const struct showing *showing = context;
    struct sl_buf *shown = &showing->cli->out;
    size_t before = shown->len;
    report(showing->cli, head, showing->context);
    if (sl_buf_check(shown, "the report", err) < 0)
        return -1;
    sl_buf_append(out, (const char *)shown->ptr + before, shown->len - before);
    return 0;
}

static int inspect(struct cli *cli, const struct context *context, struct sl_err *err)
{
    int fd = -1;
    struct sl_age_identities identities;
    struct showing showing = {cli, context};
    const struct sl_inspector inspector = {show, &showing};
    int result = cli_identities(&identities, &context->identities, context->password_file, err);
    struct sl_age_keys keys = {.identities = identities.items, .identity_count = identities.count};
    if (result == 0)
        result = cli_open_bundle(&fd, cli->words[0], err);
    if (result == 0)
        result = sl_inspect(&cli->out, fd, cli->words[0], &keys, &inspector, err);
    sl_age_identities_wipe(&identities);
    return result;
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    bool as_json = context->format == CLI_AS_JSON;
    /* Begun here, so that what comes over are further members of it. */
    if (as_json)
        sl_json_key_bool(cli_json(cli), "verified", false);
    if (inspect(cli, context, err) == 0)
        return 0;
    if (as_json)
        cli_json_drop(cli);
    return -1;
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
