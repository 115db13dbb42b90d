#include "cmd.h"
#include "release_report.h"

#include <stdio.h>

struct context {
    struct release_options release;
    const char *out;
    enum cli_format format;
};

static const struct cli_option options[] = {
    RELEASE_OPTIONS(context),
    {"out", "DIR", "write the files into DIR (missing or empty) instead of printing them", CLI_TEXT,
     offsetof(struct context, out), false},
    CLI_FORMAT_OPTION(context),
    CLI_OPTIONS_END,
};

/* All files as one YAML stream; a comment before each says which file it is. */
static void print_files(struct cli *cli, const struct sl_rendering *rendering)
{
    for (size_t i = 0; i < sl_rendering_count(rendering); i++) {
        struct sl_str path;
        struct sl_str text;
        sl_rendering_at(rendering, i, &path, &text);
        sl_buf_text(&cli->out, "---\n# ");
        cli_escaped(cli, path);
        sl_buf_byte(&cli->out, '\n');
        sl_buf_str(&cli->out, text);
    }
}

static void print_json(struct cli *cli, const struct sl_rendering *rendering,
                       const struct sl_findings *findings, bool with_text)
{
    struct sl_json *json = cli_json(cli);
    facts_json(json, sl_rendering_facts(rendering));
    findings_json(json, findings);
    sl_json_key(json, "files");
    sl_json_list(json);
    for (size_t i = 0; i < sl_rendering_count(rendering); i++) {
        struct sl_str path;
        struct sl_str text;
        sl_rendering_at(rendering, i, &path, &text);
        sl_json_map(json);
        sl_json_key_text(json, "path", path);
        sl_json_key_unsigned(json, "size", text.len);
        if (with_text)
            sl_json_key_text(json, "text", text);
        sl_json_end(json);
    }
    sl_json_end(json);
}

static int write_files(const struct sl_rendering *rendering, const char *directory, struct sl_err *err)
{
    sigset_t mask;
    cli_signals_hold(&mask);
    int result = sl_rendering_write(rendering, directory, err);
    cli_signals_let(&mask);
    return result;
}

static int deliver(struct cli *cli, const struct context *context, const struct sl_rendering *rendering,
                   const struct sl_findings *findings, struct sl_err *err)
{
    if (context->out && write_files(rendering, context->out, err) < 0)
        return -1;
    if (context->format == CLI_AS_JSON) {
        print_json(cli, rendering, findings, !context->out);
        return 0;
    }
    if (!context->out) {
        print_files(cli, rendering);
        return 0;
    }
    sl_buf_printf(&cli->out, "rendered %s for %s: %zu files in ", context->release.release,
                  context->release.customer, sl_rendering_count(rendering));
    cli_escaped(cli, sl_str_from(context->out));
    sl_buf_byte(&cli->out, '\n');
    facts_print(cli, sl_rendering_facts(rendering));
    return 0;
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct release_options question = context->release;
    question.allow_dirty = true; /* looking is always allowed */
    struct sl_release_query query;
    if (release_query(&query, cli, &question, err) < 0)
        return -1;
    struct sl_findings *findings = NULL;
    if (sl_findings_new(&findings, err) < 0)
        return -1;
    struct sl_rendering *rendering = NULL;
    int result = sl_release_render(&rendering, &query, findings, err);
    findings_print(findings);
    if (result == 0)
        result = deliver(cli, context, rendering, findings, err);
    else if (rendering && context->format == CLI_AS_JSON)
        print_json(cli, rendering, findings, false);
    else if (context->format == CLI_AS_JSON)
        findings_json(cli_json(cli), findings);
    sl_rendering_free(rendering);
    sl_findings_free(findings);
    return result;
}

const struct cli_command cmd_render = {
    .name = "render",
    .words = "",
    .summary = "show the manifests and merged values that would be packed",
    .description =
        "Renders what exactly one customer gets of one release: the manifests of the release with the customer's\n"
        "overlay, and for each application the merged values. Nothing of another customer or release is used.\n"
        "Findings go to standard error; one of severity error makes the exit status 1.",
    .examples = "  sealift render --release v1.0 --customer customer-a\n"
                "  sealift render --release v1.0 --customer customer-a --rev v1.0-tag --out rendered\n",
    .options = options,
    .context_size = sizeof(struct context),
    .in_repository = true,
    .run = run,
};
