#include "cmd.h"
#include "release_report.h"
#include "value_report.h"

#include <sealift/text.h>
#include <sealift/values.h>
#include <stdio.h>

struct context {
    struct release_options release;
    const char *app;
    bool explain;
    enum cli_format format;
};

static const struct cli_option options[] = {
    RELEASE_OPTIONS(context),
    {"app", "NAME", "only the application of that name, or of that alias", CLI_TEXT,
     offsetof(struct context, app), false},
    {"explain", NULL, "say for each value which layer set it, and where", CLI_FLAG,
     offsetof(struct context, explain), false},
    CLI_FORMAT_OPTION(context),
    CLI_OPTIONS_END,
};

/* What is shown of one application. */
struct showing {
    struct cli *cli;
    const struct context *context;
    struct sl_str app;    /* the only one that is wanted; empty: all */
    struct sl_str path;   /* to explain; empty: all */
    struct sl_json *json; /* NULL: text */
    size_t shown;
    size_t explained;           /* applications in which the path is known */
    char hint[SL_ERR_HINT_MAX]; /* what one of the others says that was meant */
};

static bool is_wanted(const struct showing *showing, const struct sl_values *values)
{
    return showing->app.len == 0 || sl_str_equal(sl_values_application(values), showing->app);
}

static void print_head(struct showing *showing, const struct sl_values *values)
{
    struct sl_str release = sl_values_release_name(values);
    sl_buf_text(&showing->cli->out, showing->shown > 0 ? "---\n# " : "# ");
    cli_escaped(showing->cli, sl_values_application(values));
    if (release.len > 0 && !sl_str_equal(release, sl_values_application(values))) {
        sl_buf_text(&showing->cli->out, ", release ");
        cli_escaped(showing->cli, release);
    }
    sl_buf_byte(&showing->cli->out, '\n');
}

static void print_say(struct cli *cli, const struct sl_value_say *say)
{
    static const char marks[] = {
        [SL_VALUE_WINS] = '+', [SL_VALUE_REPLACED] = ' ', [SL_VALUE_DELETED] = ' ', [SL_VALUE_DELETES] = '!'};
    char word[24];
    (void)snprintf(word, sizeof word, "%-9s", sl_value_effect_name(say->effect));
    sl_buf_text(&cli->out, "  ");
    if (marks[say->effect] == ' ')
        sl_buf_text(&cli->out, word);
    else
        cli_marked(cli, marks[say->effect], word);
    sl_buf_printf(&cli->out, " " SL_FMT, SL_ARG(say->layer));
    sl_buf_text(&cli->out, "  ");
    value_place_print(cli, say->file, say->line, say->column);
    sl_buf_text(&cli->out, "  ");
    value_print(cli, say->value);
    sl_buf_byte(&cli->out, '\n');
}

static void print_chain(struct cli *cli, const struct sl_value_place *place)
{
    sl_buf_text(&cli->out, place->pointer.len > 0 ? "" : "(all)");
    cli_escaped(cli, place->pointer);
    sl_buf_text(&cli->out, ": ");
    value_print(cli, place->value);
    sl_buf_byte(&cli->out, '\n');
    for (size_t i = place->say_count; i > 0; i--)
        print_say(cli, &place->says[i - 1]);
    if (place->say_count == 0)
        sl_buf_text(&cli->out, "  no layer says so: Helm makes it\n");
}

/* The chains of the places at and below the path. A path that one application of several does not know is passed over. */
static int show_chains(struct showing *showing, const struct sl_values *values, struct sl_err *err)
{
    struct sl_explanation *explanation = NULL;
    if (sl_values_explain(&explanation, values, showing->path, err) < 0) {
        if (err->code != SL_E_NOT_FOUND)
            return -1;
        if (!showing->hint[0])
            (void)snprintf(showing->hint, sizeof showing->hint, "%s", err->hint);
        return 0;
    }
    showing->explained++;
    bool text = showing->context->format == CLI_AS_TEXT;
    if (text)
        print_head(showing, values);
    for (size_t i = 0; i < sl_explanation_count(explanation); i++) {
        if (text)
            print_chain(showing->cli, sl_explanation_at(explanation, i));
        else
            value_chain_json(showing->json, sl_explanation_at(explanation, i));
    }
    showing->shown += text;
    sl_explanation_free(explanation);
    return 0;
}

static int show_text(struct showing *showing, const struct sl_values *values, struct sl_err *err)
{
    if (showing->path.len > 0)
        return show_chains(showing, values, err);
    print_head(showing, values);
    showing->shown++;
    return sl_values_write(&showing->cli->out, values,
                           showing->context->explain ? SL_VALUES_ANNOTATED : SL_VALUES_YAML, err);
}

static int show_json(struct showing *showing, const struct sl_values *values, struct sl_err *err)
{
    struct sl_json *json = showing->json;
    struct sl_buf text;
    sl_json_map(json);
    sl_json_key_text(json, "application", sl_values_application(values));
    sl_json_key_text(json, "release", sl_values_release_name(values));
    int result = 0;
    if (showing->context->explain) {
        sl_json_key(json, "places");
        sl_json_list(json);
        result = show_chains(showing, values, err);
        sl_json_end(json);
    } else {
        sl_buf_init(&text, (size_t)1 << 30);
        sl_json_key(json, "values");
        result = sl_values_write(&text, values, SL_VALUES_JSON, err);
        struct sl_str shown = sl_buf_view(&text);
        sl_json_raw(json,
                    sl_str_slice(shown, 0, shown.len > 0 ? shown.len - 1 : 0)); /* without its newline */
        sl_buf_release(&text);
    }
    sl_json_end(json);
    return result;
}

static int show_all(struct showing *showing, const struct sl_rendering *rendering, struct sl_err *err)
{
    bool json = showing->context->format == CLI_AS_JSON;
    size_t wanted = 0;
    if (showing->context->app)
        showing->app = sl_rendering_application(rendering, sl_str_from(showing->context->app));
    if (json) {
        sl_json_key(showing->json, "applications");
        sl_json_list(showing->json);
    }
    for (size_t i = 0; i < sl_rendering_values_count(rendering); i++) {
        const struct sl_values *values = sl_rendering_values_at(rendering, i);
        if (!is_wanted(showing, values))
            continue;
        wanted++;
        if ((json ? show_json(showing, values, err) : show_text(showing, values, err)) < 0)
            return -1;
    }
    char shown[128];
    if (wanted == 0 && showing->context->app)
        return sl_fail(err, SL_E_USAGE, "the release has no application %s with values",
                       sl_escape(shown, sizeof shown, sl_str_from(showing->context->app)));
    if (wanted > 0 && showing->path.len > 0 && showing->explained == 0) {
        (void)sl_fail(err, SL_E_USAGE, "no layer says anything about %s",
                      sl_escape(shown, sizeof shown, showing->path));
        return sl_hint(err, "%s",
                       showing->hint[0] ? showing->hint : "`--explain` without a path lists all there is");
    }
    if (json)
        sl_json_end(showing->json);
    return 0;
}

static int run(struct cli *cli, const void *data, struct sl_err *err)
{
    const struct context *context = data;
    struct release_options question = context->release;
    question.allow_dirty = true; /* looking is always allowed */
    struct sl_release_query query;
    struct sl_findings *findings = NULL;
    struct sl_rendering *rendering = NULL;
    struct showing showing = {.cli = cli, .context = context};
    if (cli->word_count > 0 && !context->explain)
        return sl_fail(err, SL_E_USAGE, "a path is for --explain");
    if (cli->word_count > 0)
        showing.path = sl_str_from(cli->words[0]);
    if (release_query(&query, cli, &question, err) < 0 || sl_findings_new(&findings, err) < 0)
        return -1;
    int result = sl_release_render(&rendering, &query, findings, err);
    findings_print(findings);
    if (context->format == CLI_AS_JSON) {
        showing.json = cli_json(cli);
        findings_json(showing.json, findings);
    }
    if (rendering) {
        /* What was found is an error still, but what there is can be looked at. */
        struct sl_err show_err = {0};
        if (show_all(&showing, rendering, &show_err) < 0) {
            cli_json_drop(cli);
            if (showing.json)
                findings_json(cli_json(cli), findings);
            *err = show_err;
            result = -1;
        }
    }
    sl_rendering_free(rendering);
    sl_findings_free(findings);
    return result;
}

const struct cli_command cmd_values = {
    .name = "values",
    .words = "[PATH]",
    .words_max = 1,
    .summary = "show the merged values of each application, and who set them",
    .description =
        "Prints what templates would see as .Values: the chart's own values where the release carries the chart, the\n"
        "layers of the repository, the customer's, and what the Argo CD Application or Flux HelmRelease adds.\n"
        "\n"
        "With --explain PATH the chain of one place is printed, or of all places below it: each layer that says\n"
        "something about it, with file, line and column, the one that wins on top. PATH is dotted (a.b[0].c, with a\n"
        "backslash before a dot that is part of a key) or a JSON Pointer (/a/b/0/c). --explain alone prints all values\n"
        "with a comment for each.\n"
        "Findings go to standard error; one of severity error makes the exit status 1.",
    .examples = "  sealift values --release v1.0 --customer customer-a\n"
                "  sealift values --release v1.0 --customer customer-a --app portal --explain replicaCount\n",
    .options = options,
    .context_size = sizeof(struct context),
    .in_repository = true,
    .run = run,
};
