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

static void found_text(void *context, enum sl_drift kind, struct sl_str path)
{
    struct sl_buf *lines = context;
    sl_buf_printf(lines, "  %-12s ", sl_drift_name(kind));
    sl_buf_escaped(lines, path);
    sl_buf_byte(lines, '\n');
}

static void found_json(void *context, enum sl_drift kind, struct sl_str path)
{
    cli_drift_json(context, kind, path);
}

static int verdict(const struct sl_site_state *state, const struct context *context, struct sl_err *err)
{
    if (state->drifted == 0)
        return 0;
    char root[256];
    (void)sl_escape(root, sizeof root, sl_str_from(context->root));
    if (state->drifted == 1)
        (void)sl_fail(err, SL_E_DRIFT, "1 entry in %s/current differs from the manifest", root);
    else
        (void)sl_fail(err, SL_E_DRIFT, "%llu entries in %s/current differ from the manifest",
                      (unsigned long long)state->drifted, root);
    return sl_hint(err, "%s", state->remedy);
}

/* -- what an enrolled site never forgets -- */

static void ledger_text(struct cli *cli, const struct sl_site_ledger *ledger)
{
    char when[24];
    char said[700];
    const struct sl_site_receipt *last = &ledger->last;
    if (!ledger->enrolled)
        return;
    cli_field(cli, "trust.json", "version %llu, epoch %llu", (unsigned long long)ledger->trust_version,
              (unsigned long long)ledger->epoch);
    cli_field(cli, "accepted", "sequence %llu is the highest so far",
              (unsigned long long)ledger->highest_sequence);
    if (ledger->floor)
        cli_field(cli, "floor", "sequence %llu", (unsigned long long)ledger->floor);
    else
        cli_field(cli, "floor", "none");
    if (ledger->proved_time)
        cli_field(cli, "proved time", "%s", sl_time_text(when, ledger->proved_time));
    else
        cli_field(cli, "proved time", "none");
    cli_field(cli, "receipts", "%llu; the last: %s%s%s, %s", (unsigned long long)ledger->receipts,
              last->action, last->bundle[0] ? " " : "", last->bundle, sl_time_text(when, last->time));
    if (last->detail[0])
        cli_field(cli, "", "%s", sl_escape(said, sizeof said, sl_str_from(last->detail)));
    if (last->verdict[0])
        cli_field(cli, "verdict", "%s", sl_escape(said, sizeof said, sl_str_from(last->verdict)));
}

static void ledger_json(struct sl_json *json, const struct sl_site_ledger *ledger)
{
    sl_json_key_bool(json, "enrolled", ledger->enrolled);
    if (!ledger->enrolled)
        return;
    sl_json_key(json, "ledger");
    sl_json_map(json);
    sl_json_key_unsigned(json, "epoch", ledger->epoch);
    if (ledger->floor)
        sl_json_key_unsigned(json, "floor", ledger->floor);
    sl_json_key_unsigned(json, "highest_sequence", ledger->highest_sequence);
    if (ledger->proved_time)
        sl_json_key_unsigned(json, "proved_time", (uint64_t)ledger->proved_time);
    sl_json_key_unsigned(json, "receipts", ledger->receipts);
    sl_json_key_unsigned(json, "trust_version", ledger->trust_version);
    sl_json_key(json, "last_receipt");
    sl_json_map(json);
    sl_json_key_text(json, "action", sl_str_from(ledger->last.action));
    cli_json_text(json, "bundle", sl_str_from(ledger->last.bundle));
    cli_json_text(json, "detail", sl_str_from(ledger->last.detail));
    sl_json_key_unsigned(json, "time", (uint64_t)ledger->last.time);
    cli_json_text(json, "verdict", sl_str_from(ledger->last.verdict));
    sl_json_end(json);
    sl_json_end(json);
}

/* -- both -- */

/* An enrolled site is a site before anything is installed: 0, and only the ledger is told. Else -1, with the ledger's error
 * where it cannot be proved: by that something may have been installed. */
static int look_waiting(struct sl_site_ledger *ledger, const struct sl_site_options *site, struct sl_err *err)
{
    if (err->code != SL_E_NOT_FOUND)
        return -1;
    struct sl_err nothing_installed = *err;
    sl_err_clear(err);
    int result = sl_site_ledger(ledger, site, err);
    if (ledger->enrolled)
        return result;
    *err = nothing_installed;
    return -1;
}

static void unfinished_text(struct cli *cli, const struct sl_site_state *state)
{
    if (state->pending)
        cli_field(cli, "unfinished",
                  "a change was stopped, or is still at work; the next install or rollback clears it up");
}

static int status_text(struct cli *cli, const struct context *context, const struct sl_site_options *site,
                       struct sl_err *err)
{
    /* The lines come before the verdict is known, and belong below it. */
    struct sl_buf lines;
    sl_buf_init(&lines, 64U << 20);
    struct sl_drift_report report = {found_text, &lines};
    struct sl_site_state state;
    struct sl_site_ledger ledger;
    int result = sl_site_status(&state, site, &report, err);
    if (result < 0 && look_waiting(&ledger, site, err) == 0) {
        cli_escaped(cli, sl_str_from(context->root));
        sl_buf_text(&cli->out, ": enrolled; nothing is installed yet\n");
        unfinished_text(cli, &state);
        ledger_text(cli, &ledger);
        result = 0;
    } else if (result == 0) {
        char size[16];
        sl_buf_printf(&cli->out, "%s: ", state.generation);
        cli_marked(cli, state.drifted ? '!' : '+', state.drifted ? "altered" : "intact");
        sl_buf_byte(&cli->out, '\n');
        cli_field(cli, "customer", "%s", state.customer);
        cli_field(cli, "release", "%s", state.release);
        cli_field(cli, "sequence", "%llu", (unsigned long long)state.sequence);
        cli_field(cli, "files", "%llu, %s", (unsigned long long)state.files, sl_size_text(size, state.bytes));
        unfinished_text(cli, &state);
        result = sl_site_ledger(&ledger, site, err);
        if (result == 0)
            ledger_text(cli, &ledger);
        sl_buf_str(&cli->out, sl_buf_view(&lines));
        if (result == 0)
            result = verdict(&state, context, err);
    }
    sl_buf_release(&lines);
    return result;
}

static int status_json(struct cli *cli, const struct context *context, const struct sl_site_options *site,
                       struct sl_err *err)
{
    struct sl_json *json = cli_json(cli);
    sl_json_key(json, "drift");
    sl_json_list(json);
    struct sl_drift_report report = {found_json, json};
    struct sl_site_state state;
    struct sl_site_ledger ledger;
    if (sl_site_status(&state, site, &report, err) < 0) {
        if (look_waiting(&ledger, site, err) < 0) {
            cli_json_drop(cli);
            return -1;
        }
        sl_json_end(json);
        sl_json_key_bool(json, "pending", state.pending);
        ledger_json(json, &ledger);
        return 0;
    }
    sl_json_end(json);
    sl_json_key_text(json, "generation", sl_str_from(state.generation));
    sl_json_key_text(json, "customer", sl_str_from(state.customer));
    sl_json_key_text(json, "release", sl_str_from(state.release));
    sl_json_key_unsigned(json, "sequence", state.sequence);
    digest_json(json, "manifest_sha256", state.manifest_sha256);
    sl_json_key_unsigned(json, "files", state.files);
    sl_json_key_unsigned(json, "bytes", state.bytes);
    sl_json_key_bool(json, "intact", state.drifted == 0);
    sl_json_key_bool(json, "pending", state.pending);
    if (sl_site_ledger(&ledger, site, err) < 0)
        return -1;
    ledger_json(json, &ledger);
    return verdict(&state, context, err);
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct cli_site site;
    cli_site_begin(&site, "status", context->root, false);
    int result = context->format == CLI_AS_JSON ? status_json(cli, context, &site.options, err)
                                                : status_text(cli, context, &site.options, err);
    cli_progress_end(&site.progress);
    return result;
}

const struct cli_command cmd_status = {
    .name = "status",
    .words = "",
    .summary = "compare the installed files with their manifest",
    .description =
        "Reads every file of the current generation and compares it with the manifest: content, size, mode; what is\n"
        "missing and what was added. Changes nothing. Exit status 1 when something\n"
        "differs, when the generation is gone, or when the history does not lead to what is current.\n\n"
        "Of an enrolled site it also shows what the site never forgets: the version of its trust.json, epoch, floor, the\n"
        "highest sequence that it accepted, the latest time that anything signed has proved, and the last receipt with\n"
        "its verdict; before the first install that is all, with exit status 0. Exit status 1 too when the ledger is\n"
        "damaged or was put back to an earlier day.",
    .examples = "  sealift status --root /opt/product\n",
    .options = options,
    .context_size = sizeof(struct context),
    .run = run,
};
