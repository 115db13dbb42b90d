#include "bundle_report.h"
#include "cmd.h"
#include "site_options.h"

#include <sealift/text.h>

struct context {
    const char *root;
    enum cli_format format;
};

static const struct cli_option options[] = {
    ROOT_OPTION(context),
    CLI_FORMAT_OPTION(context),
    CLI_OPTIONS_END,
};

static void report_text(struct cli *cli, const struct sl_site_log *log)
{
    struct sl_str current = sl_site_log_current(log);
    size_t count = sl_site_log_count(log);
    for (size_t i = 0; i < count; i++) {
        const struct sl_site_event *event = sl_site_log_at(log, i);
        char when[24];
        sl_buf_printf(&cli->out, "%4llu  %s  %-8s  ", (unsigned long long)event->number,
                      sl_time_text(when, event->time), event->action);
        cli_escaped(cli, event->to);
        if (i + 1 == count && sl_str_equal(event->to, current)) {
            sl_buf_text(&cli->out, "  ");
            cli_marked(cli, event->present ? '+' : '!', "current");
        }
        if (!event->present)
            sl_buf_text(&cli->out, "  no longer on disk");
        for (size_t s = 0; s < event->signer_count; s++) {
            sl_buf_text(&cli->out, s == 0 ? "  signed by " : ", ");
            cli_escaped(cli, event->signers[s]);
        }
        sl_buf_byte(&cli->out, '\n');
    }
    if (count == 0)
        sl_buf_text(&cli->out, "nothing has been installed here\n");
}

static void report_json(struct cli *cli, const struct sl_site_log *log)
{
    struct sl_json *json = cli_json(cli);
    cli_json_text(json, "current", sl_site_log_current(log));
    sl_json_key(json, "events");
    sl_json_list(json);
    for (size_t i = 0; i < sl_site_log_count(log); i++) {
        const struct sl_site_event *event = sl_site_log_at(log, i);
        char when[24];
        sl_json_map(json);
        sl_json_key_unsigned(json, "number", event->number);
        sl_json_key_text(json, "time", sl_str_from(sl_time_text(when, event->time)));
        sl_json_key_text(json, "action", sl_str_from(event->action));
        sl_json_key_text(json, "bundle", event->bundle);
        cli_json_text(json, "from", event->from);
        sl_json_key_text(json, "to", event->to);
        digest_json(json, "manifest_sha256", event->manifest_sha256);
        sl_json_key(json, "signers");
        sl_json_list(json);
        for (size_t s = 0; s < event->signer_count; s++)
            sl_json_text(json, event->signers[s]);
        sl_json_end(json);
        sl_json_key_bool(json, "present", event->present);
        sl_json_end(json);
    }
    sl_json_end(json);
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct cli_site site;
    cli_site_begin(&site, "history", context->root, false);
    struct sl_site_log *log = NULL;
    if (sl_site_history(&log, &site.options, err) < 0)
        return -1;
    if (context->format == CLI_AS_JSON)
        report_json(cli, log);
    else
        report_text(cli, log);
    sl_site_log_free(log);
    return 0;
}

const struct cli_command cmd_history = {
    .name = "history",
    .words = "",
    .summary = "show what was installed when, and who had signed it",
    .description =
        "Shows every install and rollback, oldest first. The history is a chain: each entry holds the digest of the\n"
        "one before, and one whose chain is broken, or that does not end with\n"
        "what is current, is refused; at an enrolled site also one that is not as the ledger says.",
    .examples = "  sealift history --root /opt/product\n",
    .options = options,
    .context_size = sizeof(struct context),
    .run = run,
};
