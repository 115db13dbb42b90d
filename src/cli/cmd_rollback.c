#include "cmd.h"
#include "site_options.h"

#include <sealift/json.h>
#include <sealift/text.h>
#include <unistd.h>

struct context {
    const char *root, *to, *grant;
    bool wait;
    enum cli_format format;
};

static const struct cli_option options[] = {
    ROOT_OPTION(context),
    {"to", "GENERATION", "a generation's name, or enough of its beginning (default: the one before)",
     CLI_TEXT, offsetof(struct context, to), false},
    {"grant", "FILE", "the vendor's permission to go below the floor of an enrolled site, once", CLI_TEXT,
     offsetof(struct context, grant), false},
    WAIT_OPTION(context),
    CLI_FORMAT_OPTION(context),
    CLI_OPTIONS_END,
};

static void report_json(struct cli *cli, const struct sl_rollback_result *result)
{
    struct sl_json *json = cli_json(cli);
    sl_json_key_text(json, "from", sl_str_from(result->from));
    sl_json_key_text(json, "to", sl_str_from(result->to));
}

/* Only where there is a difference: what was found whole has no such list. */
struct drift_list {
    struct sl_json *json;
    bool begun;
};

static void found(void *context, enum sl_drift kind, struct sl_str path)
{
    struct drift_list *list = context;
    if (!list->begun) {
        sl_json_key(list->json, "drift");
        sl_json_list(list->json);
        list->begun = true;
    }
    cli_drift_json(list->json, kind, path);
}

/* The library looks at a grant only where one is needed; a mistyped name is told in any case. */
static int check_grant(const char *path, struct sl_err *err)
{
    char shown[512];
    if (!path || access(path, R_OK) == 0)
        return 0;
    (void)sl_fail_errno(err, SL_E_IO, "open the grant %s", sl_escape(shown, sizeof shown, sl_str_from(path)));
    return sl_err_about(err, path);
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct cli_site site;
    if (check_grant(context->grant, err) < 0)
        return -1;
    cli_site_begin(&site, "rollback", context->root, context->wait);
    struct sl_rollback_result result;
    struct sl_rollback_request request = {.generation = context->to, .grant = context->grant};
    struct drift_list drift = {.json = NULL};
    if (context->format == CLI_AS_JSON) {
        drift.json = cli_json(cli);
        request.report = (struct sl_drift_report){found, &drift};
    }
    int status = sl_site_rollback(&result, &site.options, &request, err);
    if (drift.begun)
        sl_json_end(drift.json);
    cli_progress_end(&site.progress);
    if (status < 0)
        return -1;
    if (context->format == CLI_AS_JSON) {
        report_json(cli, &result);
        return 0;
    }
    cli_marked(cli, '+', "rolled back");
    sl_buf_printf(&cli->out, ": %s is current now\n", result.to);
    cli_field(cli, "before", "%s", result.from);
    return 0;
}

const struct cli_command cmd_rollback = {
    .name = "rollback",
    .words = "",
    .summary = "make an earlier generation current again",
    .description =
        "Compares the files of the generation to go back to with its manifest, and switches ROOT/current to it in\n"
        "one step. Nothing is deleted: the generation that was current stays and can be gone back to as well.\n\n"
        "An enrolled site goes back to what is at or above its floor, of this epoch, not revoked, and signed as a\n"
        "version of its trust.json asks for; anything else needs a grant (sealift grant).",
    .examples = "  sealift rollback --root /opt/product\n"
                "  sealift rollback --root /opt/product --to 17\n",
    .options = options,
    .context_size = sizeof(struct context),
    .lasting = true,
    .run = run,
};
