#include "bundle_report.h"
#include "cmd.h"
#include "inspected.h"

#include <sealift/text.h>

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
    sl_buf_text(&cli->out, "  bundle       ");
    cli_escaped(cli, head->manifest->bundle);
    sl_buf_byte(&cli->out, '\n');
    head_print(cli, head, false);
    if (context->files)
        files_print(cli, head->manifest);
}

struct showing {
    struct cli *cli; /* in the process that looks: a copy, which ends with it */
    const struct context *context;
};

/* Straight into `out`: with many files a copy would be the most that this process takes. */
static int show(void *context, struct sl_buf *out, const struct sl_bundle_head *head, struct sl_err *err)
{
    const struct showing *showing = context;
    struct cli *cli = showing->cli;
    struct sl_buf before = cli->out;
    cli->out = *out;
    report(cli, head, showing->context);
    *out = cli->out;
    cli->out = before;
    return sl_buf_check(out, "the report", err);
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

/* What says that nothing was verified comes from here, not from the process that looks. */
static void begin(struct cli *cli, bool as_json)
{
    if (as_json) {
        sl_json_key_bool(cli_json(cli), "verified", false);
        return;
    }
    cli_marked(cli, '~', "not verified");
    sl_buf_text(&cli->out, ": this is only what the file says of itself\n");
}

/* That process may be the bundle's by now. */
static int check_said(struct sl_str said, bool as_json, const char *path, struct sl_err *err)
{
    char shown[512];
    if (as_json ? inspected_is_members(said) : inspected_is_lines(said))
        return 0;
    (void)sl_fail(err, SL_E_REFUSED, "the process that looks at the bundle says what it may not");
    (void)sl_hint(
        err,
        "the bundle may have been made to do that: do not use it, and tell the vendor and the makers of sealift");
    (void)sl_err_about(err, path);
    return sl_wrap(err, "%s", sl_escape(shown, sizeof shown, sl_str_from(path)));
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    bool as_json = context->format == CLI_AS_JSON;
    begin(cli, as_json);
    size_t begun = cli->out.len;
    int result = inspect(cli, context, err);
    if (result == 0)
        result = check_said(sl_str_slice(sl_buf_view(&cli->out), begun, cli->out.len), as_json, cli->words[0],
                            err);
    if (result < 0)
        cli_json_drop(cli);
    return result;
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
